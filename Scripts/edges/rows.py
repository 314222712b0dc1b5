"""The rows of the table that are functions of whole arrays: reference, shapes of the inputs and the numbers they are tried at."""
from mpmath import mpf

from .arrays import *
from .layers import *

CONSTANT = [mpf("0.5"), mpf("-1.5"), mpf(2)]
FIXED = [mpf("0.25"), mpf(1), mpf("0.5")]

SUMS = ["ordinary", "huge", "tiny", "mixed", "zeros", "infinite", "nan"]
PRODUCTS = ["ordinary", "large", "small", "mixed", "zeros", "nan"]
SOFT = ["ordinary", "steep", "far", "huge", "masked", "tiny", "close", "nan"]
LENGTHS = ["ordinary", "large", "small", "huge", "tiny", "mixed", "zeros", "infinite", "nan"]
# No numbers beyond the root of the greatest: the variance, which the functions are made of, is infinite there.
NORMALS = ["ordinary", "offset", "large", "small", "nan"]
TAILS = ["ordinary", "steep", "tail", "tiny", "far", "nan"]


class Row:
    def __init__(self, f, shapes, palettes, integers=None, fractions=()):
        """integers: position of an input → its whole numbers; fractions: positions of inputs within 0 … 1."""
        self.f, self.shapes, self.palettes, self.integers, self.fractions = f, shapes, palettes, integers or {}, set(fractions)


def on(f):
    return lambda *inputs: f(*inputs)


def reduction(axes, f, shape=(4,), palettes=SUMS, keeps=False):
    return Row(lambda x: x.reduced(axes, f, keeps), [shape], palettes)


def variance(correction):
    return lambda q: scatter(q) * (ONE / (len(q) - correction))


def with_array(f):
    return Row(lambda x: Array(x.shape, [f(q, Quantity.constant(c)) for q, c in zip(x.items, CONSTANT)]), [(3,)], SUMS)


def squares(q):
    return total([x * x for x in q])


def mean_of(f):
    return lambda a, b: Array((), [mean([f(x, y) for x, y in zip(a.items, b.items)])])


def mean_with_fixed(f):
    return lambda a: Array((), [mean([f(x, Quantity.constant(c)) for x, c in zip(a.items, FIXED)])])


def square_difference(a, b):
    return (a - b) * (a - b)


def magnitude(a, b):
    d = a - b
    v = d.v[0]
    if mp.isnan(v):
        return Quantity([v] * 4)
    return d if v > 0 else -d if v < 0 else Quantity.constant(0)


def average_all(inside, count):
    return total(inside) * (ONE / count)


def first_largest(inside):
    """The gradient goes to the first of equal ones, as documented."""
    if any(mp.isnan(q.v[0]) for q in inside):
        return extremum(1)(inside)
    return max(inside, key=lambda q: q.v[0])


ROWS = {
    "x + array": with_array(lambda a, c: a + c),
    "array + x": with_array(lambda a, c: a + c),
    "x - array": with_array(lambda a, c: a - c),
    "array - x": with_array(lambda a, c: c - a),
    "x * array": with_array(lambda a, c: a * c),
    "array * x": with_array(lambda a, c: a * c),
    "x / array": with_array(lambda a, c: a * Quantity.constant(1 / c.v[0])),
    # The signs of zeros are those of 1.5 / x, which is elementwise.
    "array / x": Row(
        lambda x: Array(x.shape, [Quantity.constant(c) / q for q, c in zip(x.items, CONSTANT)]), [(3,)],
        [label for label in SUMS if label != "zeros"]),
    "x.sum()": reduction(None, total),
    "x.sum(axes: [0, -1], keepsAxes: true)": reduction([0, -1], total, (2, 2, 2), keeps=True),
    "x.sum(axes: [])": Row(lambda x: x, [(3,)], SUMS),
    "x.sum(axis: 1)": reduction([1], total, (2, 3)),
    "x.mean()": reduction(None, mean),
    "x.mean(axis: 0, keepsAxes: true)": reduction([0], mean, (3, 2), keeps=True),
    "x.variance()": reduction(None, variance(0), palettes=PRODUCTS + ["offset"]),
    "x.variance(axes: [-1], correction: 1)": reduction([-1], variance(1), (2, 3), palettes=PRODUCTS + ["offset"]),
    "[a, b, c].sum()": Row(each(lambda *q: total(q)), [(2,)] * 3, SUMS),
    "[a, b, c].mean()": Row(each(lambda *q: mean(q)), [(2,)] * 3, SUMS),
    "x.max()": reduction(None, extremum(1)),
    "x.max(axes: [0, 2], keepsAxes: true)": reduction([0, 2], extremum(1), (2, 2, 2), keeps=True),
    "x.max(axis: -1)": reduction([-1], extremum(1), (2, 3)),
    "x.min()": reduction(None, extremum(-1)),
    "x.min(axis: 0)": reduction([0], extremum(-1), (3, 2)),
    "x.product(axis: -1)": reduction([-1], product, (2, 3), PRODUCTS),
    "x.product(axis: 0, keepsAxes: true), of seven": reduction([0], product, (7, 1), PRODUCTS, keeps=True),
    "x.product()": reduction(None, product, (2, 2), PRODUCTS),
    "x.summed(to: [1, 3])": reduction([0], total, (2, 3), keeps=True),
    "x.summed(to: [])": reduction(None, total, (2, 2)),
    "x.cumulativeSum(axis: 1)": Row(lambda x: x.lines(1, prefixes(total)), [(2, 3)], SUMS),
    "x.cumulativeSum(axis: 0, reverse: true)": Row(
        lambda x: x.lines(0, lambda q: prefixes(total)(q[::-1])[::-1]), [(4,)], SUMS),
    "x.cumulativeProduct(axis: 0)": Row(lambda x: x.lines(0, prefixes(product)), [(4,)], PRODUCTS),
    "x.logCumulativeSumExp(axis: -1)": Row(lambda x: x.lines(-1, running_log_sum), [(4,)], SOFT),
    "logSumExp(x)": reduction(None, log_sum, palettes=SOFT + ["nothing"]),
    "logSumExp(x, axes: [0, -1], keepsAxes: true)": reduction([0, -1], log_sum, (2, 1, 2), SOFT + ["nothing"], keeps=True),
    "logSumExp(x, axis: 1)": reduction([1], log_sum, (2, 3), SOFT + ["nothing"]),
    "softmax(x)": Row(lambda x: x.lines(-1, softmax), [(4,)], SOFT),
    "softmax(x, axis: 0)": Row(lambda x: x.lines(0, softmax), [(3, 1)], SOFT),
    "logSoftmax(x)": Row(lambda x: x.lines(-1, log_softmax), [(4,)], SOFT),
    "matmul(a, b)": Row(matmul, [(2, 2), (2, 2)], PRODUCTS),
    "matmul(a, b, transposeA: true)": Row(lambda a, b: matmul(turned(a), b), [(3, 2), (3, 2)], PRODUCTS),
    "matmul(a, b, transposeB: true)": Row(lambda a, b: matmul(a, turned(b)), [(2, 3), (2, 3)], PRODUCTS),
    "matmul(a, b, transposeA: true, transposeB: true)": Row(
        lambda a, b: matmul(turned(a), turned(b)), [(3, 2), (2, 3)], PRODUCTS),
    "linear(x, weight)": Row(linear, [(2, 3), (2, 3)], PRODUCTS),
    "linear(x, weight, bias)": Row(linear, [(2, 2), (1, 2), (1,)], PRODUCTS),
    "squaredNorm(x)": reduction(None, squares, palettes=PRODUCTS),
    "squaredNorm(x, axes: [0, 1], keepsAxes: true)": reduction([0, 1], squares, (2, 1, 2), PRODUCTS, keeps=True),
    "norm(x)": reduction(None, length(0), palettes=LENGTHS),
    "norm(x, axes: [0, 1], eps: 0.5)": reduction([0, 1], length("0.5"), (2, 1, 2), LENGTHS),
    "norm(x, axis: -1, keepsAxes: true)": reduction([-1], length(0), (2, 3), LENGTHS, keeps=True),
    "batchNormalization(x, gamma, beta)": Row(normalization([0], [1]), [(4, 1), (1,), (1,)], NORMALS),
    "batchNormalization(x, gamma, beta), of images": Row(normalization([0, 2], [1]), [(2, 1, 2), (1,), (1,)], NORMALS),
    "batchNormalization(x, gamma, beta, axes: [0, -1], eps: 0.5)": Row(
        normalization([0, -1], [1], "0.5"), [(2, 1, 2), (1,), (1,)], NORMALS),
    "batchNormalization(x, gamma, beta, axes: [1])": Row(normalization([1], [0, 2]), [(1, 3, 1), (1, 1), (1, 1)], NORMALS),
    "fixedBatchNormalization(x, gamma, beta, mean, variance)": Row(
        fixed_normalization, [(2, 1), (1,), (1,), (1,), (1,)], NORMALS, fractions=[4]),
    "layerNormalization(x, gamma, beta)": Row(normalization([-1], [1]), [(1, 3), (3,), (3,)], NORMALS),
    "layerNormalization(x, gamma, beta, axes: [-1, -2], eps: 0.1)": Row(
        normalization([-1, -2], [1, 2], "0.1"), [(1, 2, 2), (2, 2), (2, 2)], NORMALS),
    "meanSquaredError(a, b)": Row(mean_of(square_difference), [(3,), (3,)], PRODUCTS),
    "meanSquaredError(a, array)": Row(mean_with_fixed(square_difference), [(3,)], PRODUCTS),
    "meanAbsoluteError(a, b)": Row(mean_of(magnitude), [(3,), (3,)], PRODUCTS),
    "softmaxCrossEntropy(x, labels)": Row(class_entropies(1, "mean"), [(2, 3), (2,)], SOFT, {1: [2, 0]}),
    "softmaxCrossEntropy(x, labels, axis: -1, reduction: .none)": Row(class_entropies(-1, "none"), [(2, 3), (2,)], SOFT, {1: [1, 2]}),
    "softmaxCrossEntropy(x, labels, axis: 0, reduction: .sum)": Row(class_entropies(0, "sum"), [(3, 2), (2,)], SOFT, {1: [0, 1]}),
    "sigmoidCrossEntropy(x, t)": Row(mean_of(cross_entropy), [(4,), (4,)], TAILS, fractions=[1]),
    "sigmoidCrossEntropy(x, array)": Row(mean_with_fixed(cross_entropy), [(3,)], TAILS),
    "det(x)": Row(determinant, [(2, 2)], PRODUCTS),
    "convolution(x, w)": Row(Windows().convolution, [(1, 1, 4), (1, 1, 2)], PRODUCTS),
    "convolution(x, w, bias, stride: 2, padding: 1)": Row(
        Windows(stride=(2,), low=(1,), high=(1,)).convolution, [(1, 1, 2, 2), (1, 1, 2, 2), (1,)], PRODUCTS),
    "convolution(x, w, padding: [1, 0, 0, 2], dilation: 2)": Row(
        Windows(low=(1, 0), high=(0, 2), dilation=(2,)).convolution, [(1, 1, 2, 2), (1, 1, 2, 2)], PRODUCTS),
    "convolution(x, w, groups: 2)": Row(Windows(groups=2).convolution, [(1, 2, 3), (2, 1, 2)], PRODUCTS),
    "convolution(x, w, stride: [1, 2, 1], padding: [0, 1, 0])": Row(
        Windows(stride=(1, 2, 1), low=(0, 1, 0), high=(0, 1, 0)).convolution, [(1, 1, 2, 1, 2), (1, 1, 1, 2, 2)], PRODUCTS),
    "deconvolution(x, w)": Row(Windows().deconvolution(0), [(1, 1, 3), (1, 1, 2)], PRODUCTS),
    "deconvolution(x, w, bias, stride: 2, padding: 1, outputPadding: 1)": Row(
        Windows(stride=(2,), low=(1,), high=(1,)).deconvolution(1), [(1, 1, 2, 2), (1, 1, 3, 2), (1,)], PRODUCTS),
    "deconvolution(x, w, stride: 3, outputSpatial: [5], dilation: 2)": Row(
        Windows(stride=(3,), dilation=(2,)).deconvolution(1), [(1, 2, 2), (2, 2, 1)], PRODUCTS),
    "deconvolution(x, w, groups: 2)": Row(Windows(groups=2).deconvolution(0), [(1, 2, 2), (2, 1, 2)], PRODUCTS),
    "sumPooling(x, window: 2)": Row(Pools((2,)).pooled(lambda q, _: total(q)), [(1, 1, 5)], SUMS),
    "sumPooling(x, window: 3, stride: 2, padding: 1)": Row(
        Pools((3,), (2,), (1,), (1,)).pooled(lambda q, _: total(q)), [(1, 1, 5)], SUMS),
    "averagePooling(x, window: 3, stride: 1, padding: 1)": Row(
        Pools((3,), (1,), (1,), (1,)).pooled(average_all), [(1, 1, 4)], SUMS),
    "averagePooling(x, window: 2, padding: [0, 1], countsPadding: false)": Row(
        Pools((2,), None, (0,), (1,)).pooled(lambda q, _: mean(q)), [(1, 1, 5)], SUMS),
    "maxPooling(x, window: 2)": Row(Pools((2,)).pooled(lambda q, _: first_largest(q)), [(1, 1, 5)], SUMS),
    "maxPooling(x, window: 3, stride: 2, padding: 1, coverAll: true)": Row(
        Pools((3,), (2,), (1,), (1,), True).pooled(lambda q, _: first_largest(q)), [(1, 1, 5)], SUMS),
    "lstm(c, gates)": Row(lstm, [(1,), (4,)], TAILS),
    "x.addingAt(indices: i, v)": Row(added_at(0), [(3,), (4,), (4,)], SUMS, {1: [2, 0, 2, 1]}),
    "x.addingAt(indices: i, v, axis: -1)": Row(added_at(1), [(2, 3), (2,), (2, 2)], SUMS, {1: [1, 1]}),
    "x.addingAlong(indices: i, v, axis: 1)": Row(added_along, [(2, 2), (2, 2), (2, 2)], SUMS, {1: [0, 0, 1, 0]}),
}
