"""Functions of whole arrays by definition, on quantities that carry two derivatives and a bound of their rounding errors."""
import itertools
from functools import reduce

from mpmath import mp, mpf

from . import numbers as n
from .numbers import INF, ONE, ZERO, Quantity


class Array:
    """A shape and a row-major list."""

    def __init__(self, shape, items):
        self.shape, self.items = tuple(shape), list(items)

    @staticmethod
    def made(shape, f):
        return Array(shape, [f(place) for place in places(shape)])

    def offset(self, place):
        return reduce(lambda total, pair: total * pair[1] + pair[0], zip(place, self.shape), 0)

    def __getitem__(self, place):
        return self.items[self.offset(place)]

    def stretched(self, place):
        own = place[len(place) - len(self.shape):]
        return self[tuple(0 if extent == 1 else i for i, extent in zip(own, self.shape))]

    def groups(self, axes):
        """For each place along the other axes, the elements along `axes`."""
        rank = len(self.shape)
        chosen = {a % rank for a in (range(rank) if axes is None else axes)} if rank else set()
        found = {}
        for place in places(self.shape):
            found.setdefault(tuple(i for a, i in enumerate(place) if a not in chosen), []).append(self[place])
        return chosen, found

    def reduced(self, axes, f, keeps=False):
        chosen, found = self.groups(axes)
        shape = [1 if a in chosen else e for a, e in enumerate(self.shape)] if keeps else [
            e for a, e in enumerate(self.shape) if a not in chosen]
        results = {key: f(list_) for key, list_ in found.items()}
        return Array.made(shape, lambda p: results[tuple(i for a, i in enumerate(p) if a not in chosen) if keeps else p])

    def lines(self, axis, f):
        """A function of lists on each line along an axis."""
        axis %= len(self.shape)
        results = {}

        def element(place):
            key = place[:axis] + place[axis + 1:]
            if key not in results:
                results[key] = f([self[place[:axis] + (i,) + place[axis + 1:]] for i in range(self.shape[axis])])
            return results[key][place[axis]]

        return Array.made(self.shape, element)


def places(shape):
    return list(itertools.product(*[range(e) for e in shape]))


def total(list_):
    return reduce(lambda a, b: a + b, list_, Quantity.constant(0))


def mean(list_):
    return total(list_) * (ONE / len(list_))


def product(list_):
    return reduce(lambda a, b: a * b, list_, Quantity.constant(1))


def scatter(list_):
    m = mean(list_)
    return total([(x - m) * (x - m) for x in list_])


def extremum(sign):
    """The largest; equal ones have equal shares of the derivative."""

    def f(list_):
        if any(mp.isnan(q.v[0]) for q in list_):
            return Quantity([mpf("nan")] * 4)
        best = (max if sign > 0 else min)(q.v[0] for q in list_)
        ties = [q for q in list_ if q.v[0] == best]
        v = [best] + [sum((q.v[k] for q in ties), ZERO) / len(ties) for k in (1, 2, 3)]
        return Quantity(v, [sum((q.e[k] for q in ties), ZERO) + (abs(v[k]) if len(ties) > 1 else 0) for k in range(4)])

    return f


def shift(list_):
    """The largest element as a constant; 0 where that is infinite."""
    best = max(q.v[0] for q in list_)
    return ZERO if mp.isinf(best) else best


def log_sum(list_):
    if any(mp.isnan(q.v[0]) for q in list_):
        return Quantity([mpf("nan")] * 4)
    if all(q.v[0] == -INF for q in list_):
        # Equal numbers have equal shares of the derivatives, however small.
        result = n.log(total([n.exp(Quantity([ZERO] + q.v[1:])) for q in list_]))
        return Quantity([-INF] + result.v[1:], [ZERO] + result.e[1:])
    s = shift(list_)
    return n.log(total([n.exp(x - s) for x in list_])) + s


def softmax(list_):
    s = shift(list_)
    e = [n.exp(x - s) for x in list_]
    t = total(e)
    return [x / t for x in e]


def log_softmax(list_):
    s = shift(list_)
    shifted = [x - s for x in list_]
    t = n.log(total([n.exp(x) for x in shifted]))
    return [x - t for x in shifted]


def prefixes(f):
    return lambda list_: [f(list_[: k + 1]) for k in range(len(list_))]


def running_log_sum(list_):
    """Each from the one before, which is a rounded logarithm: its error is the next one's."""
    results = [list_[0]]
    for x in list_[1:]:
        a = results[-1]
        large, small = (a, x) if mp.isnan(a.v[0]) or a.v[0] >= x.v[0] else (x, a)
        results.append(large if mp.isinf(small.v[0]) else large + n.softplus(small - large))
    return results


def length(eps):
    """The squares may neither overflow nor underflow: no allowance is made for either."""

    def f(list_):
        allowance, Quantity.underflow = Quantity.underflow, ZERO
        squares = total([x * x for x in list_]) + mpf(eps)
        # The zero vector's derivatives are 0 by convention.
        result = n.sqrt(squares) if squares.v[0] != 0 else Quantity.constant(0)
        Quantity.underflow = allowance
        return result

    return f


def matmul(a, b):
    if len(a.shape) == 1:
        full = matmul(Array((1,) + a.shape, a.items), b)
        return Array(full.shape[:-2] + full.shape[-1:] if len(b.shape) > 1 else (), full.items)
    if len(b.shape) == 1:
        full = matmul(a, Array(b.shape + (1,), b.items))
        return Array(full.shape[:-1], full.items)
    return Array.made((a.shape[0], b.shape[1]), lambda p: total([a[(p[0], k)] * b[(k, p[1])] for k in range(a.shape[1])]))


def turned(a):
    return Array.made(a.shape[::-1], lambda p: a[p[::-1]]) if len(a.shape) > 1 else a


def linear(x, w, bias=None):
    return Array.made(
        x.shape[:-1] + (w.shape[0],),
        lambda p: total([x[p[:-1] + (k,)] * w[(p[-1], k)] for k in range(w.shape[1])]) + (bias[(p[-1],)] if bias else 0))


def each(f):
    """On elements, of one shape."""

    def g(*inputs):
        shape = max((x.shape for x in inputs), key=len)
        return Array.made(shape, lambda p: f(*[x.stretched(p) for x in inputs]))

    return g


def added_at(axis):
    def f(x, indices, values):
        def element(p):
            result = x[p]
            for k, index in enumerate(indices.items):
                if int(index) == p[axis]:
                    result = result + values.stretched(p[:axis] + (k,) + p[axis + 1:])
            return result

        return Array.made(x.shape, element)

    return f


def added_along(x, indices, values):
    def element(p):
        result = x[p]
        for k in range(indices.shape[1]):
            if int(indices[(p[0], k)]) == p[1]:
                result = result + values.stretched((p[0], k))
        return result

    return Array.made(x.shape, element)
