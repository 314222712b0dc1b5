"""Normalizations, losses, windows and cells by definition."""
from mpmath import mpf

from . import numbers as n
from .arrays import Array, log_softmax, mean, places, scatter, total
from .numbers import ONE


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
