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
    def f(list_):
        squares = total([x * x for x in list_])
        if eps:
            return n.sqrt(squares + mpf(eps))
        # The zero vector's derivatives are 0 by convention.
        return n.sqrt(squares) if squares.v[0] != 0 else Quantity.constant(0)

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


def normalized(x, gamma, beta, on, means, variances, eps):
    def element(p):
        own = tuple(p[a] for a in on)
        return gamma[own] * ((x[p] - means.stretched(p)) / n.sqrt(variances.stretched(p) + mpf(eps))) + beta[own]

    return Array.made(x.shape, element)


def normalization(axes, on, eps="2e-5"):
    def f(x, gamma, beta):
        means = x.reduced(axes, mean, keeps=True)
        variances = x.reduced(axes, lambda q: scatter(q) * (ONE / len(q)), keeps=True)
        return normalized(x, gamma, beta, on, means, variances, eps)

    return f


def fixed_normalization(x, gamma, beta, means, variances):
    shape = (1, x.shape[1])
    return normalized(x, gamma, beta, [1], Array(shape, means.items), Array(shape, variances.items), "2e-5")


def cross_entropy(x, t):
    return n.softplus(x) - x * t


def class_entropies(axis, reduction):
    def f(x, labels):
        a = axis % len(x.shape)
        logs = x.lines(a, log_softmax)
        losses = Array.made(labels.shape, lambda p: -logs[p[:a] + (int(labels[p]),) + p[a:]])
        if reduction == "none":
            return losses
        return Array((), [(mean if reduction == "mean" else total)(losses.items)])

    return f


def determinant(x):
    (a, b), (c, d) = [[x[(i, j)] for j in (0, 1)] for i in (0, 1)]
    return Array((), [a * d - b * c])


def lstm(c, gates):
    width = c.shape[-1]

    def gate(k, p):
        return gates[p[:-1] + (k * width + p[-1],)]

    following = Array.made(c.shape, lambda p: n.sigmoid(gate(1, p)) * c[p] + n.sigmoid(gate(0, p)) * n.tanh(gate(2, p)))
    return [following, Array.made(c.shape, lambda p: n.sigmoid(gate(3, p)) * n.tanh(following[p]))]


class Windows:
    def __init__(self, stride=(1,), low=(0,), high=(0,), dilation=(1,), groups=1):
        self.stride, self.low, self.high, self.dilation, self.groups = stride, low, high, dilation, groups

    @staticmethod
    def at(axis, list_):
        return list_[0] if len(list_) == 1 else list_[axis]

    def source(self, p, k):
        return tuple(
            i * self.at(a, self.stride) - self.at(a, self.low) + j * self.at(a, self.dilation) for a, (i, j) in enumerate(zip(p, k)))

    def convolution(self, x, w, bias=None):
        inner, outer = w.shape[1], w.shape[0] // self.groups
        at = self.at
        spatial = [
            (x.shape[i] + at(i - 2, self.low) + at(i - 2, self.high) - at(i - 2, self.dilation) * (w.shape[i] - 1) - 1)
            // at(i - 2, self.stride) + 1 for i in range(2, len(x.shape))]

        def element(p):
            terms = []
            for k in places(w.shape[2:]):
                q = self.source(p[2:], k)
                if all(0 <= i < e for i, e in zip(q, x.shape[2:])):
                    terms += [w[(p[1], c) + k] * x[(p[0], p[1] // outer * inner + c) + q] for c in range(inner)]
            return total(terms) + (bias[(p[1],)] if bias else 0)

        return Array.made([x.shape[0], w.shape[0]] + spatial, element)

    def deconvolution(self, extra):
        def f(x, w, bias=None):
            inner, outer = w.shape[0] // self.groups, w.shape[1]
            at = self.at
            spatial = [
                (x.shape[i] - 1) * at(i - 2, self.stride) - at(i - 2, self.low) - at(i - 2, self.high)
                + at(i - 2, self.dilation) * (w.shape[i] - 1) + 1 + extra for i in range(2, len(x.shape))]
            shape = [x.shape[0], outer * self.groups] + spatial
            terms = {p: [] for p in places(shape)}
            for p in places(x.shape):
                for k in places(w.shape[2:]):
                    q = self.source(p[2:], k)
                    if all(0 <= i < e for i, e in zip(q, spatial)):
                        for o in range(outer):
                            terms[(p[0], p[1] // inner * outer + o) + q].append(w[(p[1], o) + k] * x[p])
            return Array.made(shape, lambda p: total(terms[p]) + (bias[(p[1],)] if bias else 0))

        return f


class Pools:
    def __init__(self, window, stride=None, low=(0,), high=(0,), cover=False):
        self.window, self.stride, self.low, self.high, self.cover = window, stride or window, low, high, cover

    def pooled(self, f):
        """f: the elements inside, and the number of all taps."""

        def g(x):
            at, axes = Windows.at, len(x.shape) - 2
            output = []
            for a in range(axes):
                extent, w, s, l, h = x.shape[a + 2], at(a, self.window), at(a, self.stride), at(a, self.low), at(a, self.high)
                room = extent + l + h - w
                if self.cover:
                    everything = max(room // s, -(-(extent + l - w) // s)) + 1
                    output.append(min(everything, (extent + l - 1) // s + 1))
                else:
                    output.append(room // s + 1)

            def element(p):
                taps = places([at(a, self.window) for a in range(axes)])
                inside = []
                for tap in taps:
                    q = tuple(p[a + 2] * at(a, self.stride) - at(a, self.low) + tap[a] for a in range(axes))
                    if all(0 <= i < e for i, e in zip(q, x.shape[2:])):
                        inside.append(x[p[:2] + q])
                return f(inside, len(taps))

            return Array.made(list(x.shape[:2]) + output, element)

        return g


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
