#!/usr/bin/env python3
"""Writes Tests/EdgeValues/float32.txt and float64.txt: every row of the table of functions, with its first and second derivatives, over the
whole range of both types, computed with mpmath at 60 digits from definitions that owe nothing to the library.

    python3 Scripts/edge_values.py            writes the files
    python3 Scripts/edge_values.py --check    says whether they are what the script writes

Every input is a number of the type: it is rounded first and the functions are evaluated there. The text is read by EdgeValueTests, line by
line: `N` names an array of inputs, `R` begins a row and `C` a case of it; `I` are floating inputs (shape, then numbers), `J` whole numbers,
`W` weights of the outputs, `V` a direction (`D`: along one input alone); `Y` are values, `G` the gradient, `H` its derivative along the
direction. Numbers are the hexadecimal digits of a float64 without zeros at the end, `n` is NaN, `?` any number, `*` either infinity, `+` and
`-` are zeros of that sign, `0` is either; after a slash comes the magnitude to which the error is compared, where it is larger than the number.
"""
import itertools
import sys
from pathlib import Path

from edges import elementwise, limits, pairs, rows
from edges.arrays import Array
from edges.numbers import ANY, FLOAT32, TYPES, ZERO, Quantity, bits, mp, mpf, token

FOLDER = Path(__file__).parent.parent / "Tests" / "EdgeValues"
TAILS = "0.1 0.3 0.5 0.75 0.9 1 1.1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 5 6 7 8 9 10 11 12 13 14 15 16 17 18 20 22 25 30 35 37 40 45 50 60 70 80 87 88.5 89 90 95 100 103 104 105"
FARTHER = "150 300 500 700 708 709.5 710 740 745 750"
WEIGHTS = [1, -0.5, 2, 0.25, -1.5, 3, 0.75]
DIRECTION = [1, -2, 0.5, 1.5, -1, 0.25, 3]
ORDINARY = [0.5, -1.25, 2, 0.75, -0.375, 1.5, -0.625, 3, -1.75, 0.875, -2.25]


def as_float(kind, text):
    return float(kind.rounded(mpf(text)))


def unary_grid(kind):
    """Numbers of every size and both signs, and those that are none."""
    narrow = kind is FLOAT32
    positive = [kind.tiny, 3 * kind.tiny, kind.normal - kind.tiny, kind.normal]
    decades = range(-44, 39, 2) if narrow else itertools.chain(range(-320, -20, 30), range(-20, 20, 2), range(20, 309, 24))
    positive += [mpf(10) ** k for k in decades]
    positive += [mpf(t) for t in TAILS.split() + ([] if narrow else FARTHER.split())]
    positive += [1 - kind.epsilon / 2, 1 + kind.epsilon, mpf("0.8"), kind.greatest / 2, kind.greatest]
    # And numbers with no pattern in their digits.
    positive += [(1 + mp.frac(k * (mp.sqrt(5) - 1) / 2)) * mpf(2) ** (k % 15 - 8) for k in range(1, 31)]
    numbers = sorted({float(kind.rounded(x)) for x in positive})
    return [-x for x in reversed(numbers)] + [-0.0, 0.0] + numbers + [float("inf"), float("-inf"), float("nan")]


def binary_numbers(kind):
    big, small = ("1e25", "1e-30") if kind is FLOAT32 else ("1e200", "1e-200")
    return [0.0, -0.0, float(kind.tiny), -float(kind.normal), as_float(kind, small), as_float(kind, "1e-10"), -0.5, 0.75, 1.0, -1.0, 2.0, -3.0, 30.0,
            as_float(kind, "-1e10"), as_float(kind, big), -float(kind.greatest), float("inf"), float("-inf"), float("nan")]


def palette(kind, name):
    """Lists of numbers, repeated as long as there are elements."""
    narrow = kind is FLOAT32
    infinity = float("inf")
    large, small = ("1e12", "1e-12") if narrow else ("1e100", "1e-100")
    huge = [float(kind.rounded(kind.greatest * mpf(c))) for c in "0.25 -0.125 0.0625 -0.2 0.1".split()]
    far = as_float(kind, "1e30" if narrow else "1e300")
    lists = {
        "ordinary": ORDINARY,
        "offset": [1000 + x for x in ORDINARY],
        "large": [x * as_float(kind, large) for x in ORDINARY],
        "small": [x * as_float(kind, small) for x in ORDINARY],
        "huge": huge,
        "tiny": [float(kind.tiny * c) for c in [1, -3, 5, 1000, -7, 2, 2**20]],
        "mixed": [as_float(kind, "1e15" if narrow else "1e140"), 1.0, as_float(kind, "-4e14" if narrow else "-4e139"),
                  as_float(kind, "1e-15" if narrow else "1e-140"), 3.0, -0.125, as_float(kind, "7e9")],
        "zeros": [0.0, -0.0, 1.5, 0.0, -2.0, 0.75, -0.0],
        "infinite": [infinity, 1.0, -2.0, 0.5, 3.0, -1.5, 0.25, 2.5, -0.75, 4.0, -5.0],
        "nan": [float("nan"), 1.0, -2.0, 0.5, 3.0, -1.5, 0.25, 0.75, -0.5, 2.5, -3.0, 1.25, 0.625, -0.875, 2.0, -1.0, 0.125, 1.75],
        "steep": [100.0, -3.0, 20.0, 0.5, -40.0, 7.0, 88.0],
        "far": [far, -far, 0.0, 1.0, -far, far / 4, 2.0],
        "masked": [-infinity, 1.0, -infinity, 2.0, 0.5, -1.0, 3.0],
        "nothing": [-infinity],
        "close": [10000.5, 10000.0, 9999.25, 10001.0, 9998.0],
        "tail": [16.0, -17.0, 25.0, -30.0, 40.0, -12.5, 33.0],
    }
    return [float(kind.rounded(mpf(x))) if x != 0 else x for x in lists[name]]


def text(numbers):
    return " ".join("n" if x != x else bits(x) for x in numbers)


def tokens(results, kind):
    return " ".join(token(x, kind, s) for x, s in results)


def write_unary(out, kind):
    grid = unary_grid(kind)
    for name, function in elementwise.unary(kind).items():
        found = [function.results(mpf(x), text([x]) == "8") for x in grid]
        out += [f"R {name}", "C grid", "I @u"]
        for order, letter in enumerate("YGH"):
            out.append(f"{letter} " + tokens([(r[order], r[order + 3]) for r in found], kind))


def write_binary(out, kind):
    numbers = binary_numbers(kind)
    arguments = [(mpf(a), mpf(b)) for a in numbers for b in numbers]
    for name, function in pairs.BINARY.items():
        f = pairs.safe(function)
        found = []
        for a, b in arguments:
            results = list(f(a, b) or (ANY,) * 6)
            results += [None] * (12 - len(results))
            # Where the value is undefined, and at infinities, the derivatives are what they are.
            strange = mp.isinf(a) or mp.isinf(b) or mp.isnan(a) or mp.isnan(b)
            results[1:6] = [ANY if strange and not isinstance(r, str) and mp.isnan(r) else r for r in results[1:6]]
            found.append(results)
        for row in [name] + [other for other, same in pairs.SAME_BINARY.items() if same == name]:
            if row != name:
                out.append(f"S {row}")
                continue
            out += [f"R {row}", "C grid", "I @a", "I @b"]
            for letter, k in [("Y", 0), ("G", 1), ("G", 2), ("D 0", None), ("H", 3), ("H", 4), ("D 1", None), ("H", 4), ("H", 5)]:
                out.append(letter if k is None else f"{letter} " + tokens([(r[k], r[k + 6]) for r in found], kind))


def write_rows(out, kind):
    Quantity.underflow = kind.tiny / kind.epsilon
    for name, row in rows.ROWS.items():
        out.append(f"R {name}")
        for label in row.palettes:
            out.append(f"C {label}")
            write_case(out, kind, row, label)
    Quantity.underflow = ZERO


def write_case(out, kind, row, label):
    drawn, inputs = 0, []
    for position, shape in enumerate(row.shapes):
        count = 1
        for extent in shape:
            count *= extent
        if position in row.integers:
            inputs.append((shape, row.integers[position], False))
            continue
        own = label if position == 0 or row.palettes is not rows.NORMALS else "ordinary"
        source = [0.25, 0.5, 0.875, 0.125] if position in row.fractions else palette(kind, own)
        inputs.append((shape, [source[(drawn + k) % len(source)] for k in range(count)], True))
        drawn += count
    floating = [(p, k) for p, (_, values, real) in enumerate(inputs) if real for k in range(len(values))]
    direction = {place: DIRECTION[k % len(DIRECTION)] for k, place in enumerate(floating)}

    def run(seed):
        arrays = []
        for p, (shape, values, real) in enumerate(inputs):
            if not real:
                arrays.append(Array(shape, values))
                continue
            arrays.append(Array(shape, [
                Quantity([mpf(x), mpf(1 if (p, k) == seed else 0), mpf(direction[(p, k)]), ZERO]) for k, x in enumerate(values)]))
        outputs = row.f(*arrays)
        return outputs if isinstance(outputs, list) else [outputs]

    first, gradient = None, {}
    for seed in floating:
        outputs = run(seed)
        first = first or outputs
        weighted = [Quantity.of(q) * w for q, w in zip([q for o in outputs for q in o.items], itertools.cycle(WEIGHTS))]
        gradient[seed] = rows.total(weighted)
    for shape, values, real in inputs:
        extents = ",".join(map(str, shape))
        out.append(f"I {extents};{text(values)}" if real else f"J {extents};{' '.join(map(str, values))}")
    weights = itertools.cycle(WEIGHTS)
    for o in first:
        out.append("W " + text([next(weights) for _ in o.items]))
    for o in first:
        out.append("Y " + tokens([(Quantity.of(q).v[0], Quantity.of(q).e[0]) for q in o.items], kind))
    special = label in ("nan", "infinite", "masked", "nothing")
    for letter, c in [("G", 1), ("V", None), ("H", 3)]:
        for p, (_, values, real) in enumerate(inputs):
            if not real:
                continue
            if c is None:
                out.append("V " + text([direction[(p, k)] for k in range(len(values))]))
                continue
            results = [(gradient[(p, k)].v[c], gradient[(p, k)].e[c]) for k in range(len(values))]
            # Terms of both signs that overflow have a sum of neither; what is not a number is asked of values only.
            results = [
                (ANY if label == "nan" or special and mp.isnan(v) or abs(v) > kind.greatest and e > 2 * abs(v) else v, e)
                for v, e in results]
            out.append(f"{letter} " + tokens(results, kind))


def written(kind):
    limits.use(kind)
    out = [f"N u {text(unary_grid(kind))}"]
    numbers = binary_numbers(kind)
    out.append("N a " + text([a for a in numbers for _ in numbers]))
    out.append("N b " + text([b for _ in numbers for b in numbers]))
    write_unary(out, kind)
    write_binary(out, kind)
    write_rows(out, kind)
    return "\n".join(out) + "\n"


def main():
    FOLDER.mkdir(exist_ok=True)
    for kind in TYPES:
        path, content = FOLDER / f"{kind.name}.txt", written(kind)
        if "--check" not in sys.argv:
            path.write_text(content)
        elif path.read_text() != content:
            sys.exit(f"{path} is not what the script writes")


if __name__ == "__main__":
    main()
