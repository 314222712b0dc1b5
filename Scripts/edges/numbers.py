"""The two floating types, the text of numbers, and numbers that carry derivatives and a bound of their rounding errors."""
import struct

from mpmath import mp, mpf

mp.dps = 60
INF, NAN, ZERO, ONE = mpf("inf"), mpf("nan"), mpf(0), mpf(1)
# Results that no reference fixes, and infinities whose sign no reference fixes.
ANY, EITHER_INFINITY = "?", "*"


class Type:
    """A floating type: its name, significand bits and smallest exponent of a normal number."""

    def __init__(self, name, bits, lowest, highest):
        self.name, self.bits, self.lowest = name, bits, lowest
        self.epsilon = mpf(2) ** (1 - bits)
        self.normal = mpf(2) ** lowest
        self.tiny = mpf(2) ** (lowest - bits + 1)
        self.greatest = (2 - self.epsilon) * mpf(2) ** highest

    def rounded(self, x):
        """The nearest number of the type, ties to even, as mpf."""
        x = mpf(x)
        if mp.isnan(x) or mp.isinf(x) or x == 0:
            return x
        exponent = max(mp.frexp(abs(x))[1] - 1, self.lowest)
        unit = mpf(2) ** (exponent - self.bits + 1)
        result = mp.nint(x / unit) * unit
        if abs(result) > self.greatest:
            return INF if x > 0 else -INF
        return result


FLOAT32 = Type("float32", 24, -126, 127)
FLOAT64 = Type("float64", 53, -1022, 1023)
TYPES = [FLOAT32, FLOAT64]


def bits(x):
    """The hexadecimal digits of a float64, without those at the end that are zero."""
    return struct.pack(">d", x).hex().rstrip("0") or "0"


def to_double(x):
    """The nearest float64."""
    return float(FLOAT64.rounded(x))


def shortened(x, kept):
    """x with `kept` significant bits."""
    if x == 0 or mp.isinf(x) or mp.isnan(x):
        return x
    unit = mpf(2) ** (mp.frexp(abs(x))[1] - kept)
    return mp.nint(x / unit) * unit


def token(x, kind, scale=None):
    """The text of a result: hexadecimal float64, and after a slash the magnitude to which the error is compared where it is larger."""
    if isinstance(x, str):
        return x
    if mp.isnan(x):
        return "n"
    if kind is FLOAT32:
        x = shortened(x, 36)
    text = bits(to_double(x))
    if scale is not None and not mp.isnan(scale) and scale > abs(x) * mpf("1.01"):
        text += "/" + bits(to_double(shortened(scale, 8)))
    return text


class Quantity:
    """A number q with ∂q/∂xᵢ, ∂q/∂v and ∂²q/∂xᵢ∂v, and for each a bound of the error of computing it in floating arithmetic, to first order
    and in units of the type's epsilon: every operation adds the magnitude of its result, and half a smallest number where a product may
    underflow."""

    underflow = ZERO
    __slots__ = ("v", "e")

    def __init__(self, v, e=None):
        self.v = v
        self.e = e or [ZERO] * 4

    @staticmethod
    def constant(x):
        return Quantity([mpf(x), ZERO, ZERO, ZERO])

    @staticmethod
    def of(x):
        return x if isinstance(x, Quantity) else Quantity.constant(x)

    def __add__(self, other):
        other = Quantity.of(other)
        v = [a + b for a, b in zip(self.v, other.v)]
        # Exact where one of them is zero.
        e = [p + q + (abs(c) if a != 0 and b != 0 else 0) for a, b, c, p, q in zip(self.v, other.v, v, self.e, other.e)]
        return Quantity(v, e)

    def __neg__(self):
        return Quantity([-a for a in self.v], self.e)

    def __sub__(self, other):
        return self + (-Quantity.of(other))

    def __rsub__(self, other):
        return Quantity.of(other) + (-self)

    def __mul__(self, other):
        return _combined(self, Quantity.of(other))

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other):
        return self * reciprocal(Quantity.of(other))

    def __rtruediv__(self, other):
        return Quantity.of(other) * reciprocal(self)

    def map(self, g):
        """A function of this number, from its value and first three derivatives there."""
        g0, g1, g2, g3 = g
        q, qi, qv, qiv = self.v
        e0, ei, ev, eiv = self.e
        error0, error1, error2 = _times(g1, e0) + abs(g0), _times(g2, e0) + abs(g1), _times(g3, e0) + abs(g2)
        # Each of them may be rounded below the normal numbers.
        error0, error1, error2 = [e + Quantity.underflow if e != 0 else e for e in (error0, error1, error2)]
        v, e = [g0, ZERO, ZERO, ZERO], [error0, ZERO, ZERO, ZERO]
        for k, (d, ed) in enumerate([(qi, ei), (qv, ev)], 1):
            if d != 0:
                v[k] = g1 * d
                e[k] = abs(d) * error1 + _times(g1, ed) + abs(v[k]) + Quantity.underflow
        for term, error in [
            (g2 * qi * qv if qi != 0 and qv != 0 else ZERO, error2 * abs(qi * qv) + abs(g2) * (ei * abs(qv) + ev * abs(qi))),
            (g1 * qiv if qiv != 0 else ZERO, error1 * abs(qiv) + _times(g1, eiv)),
        ]:
            if term != 0:
                v[3] += term
                e[3] += error + 2 * abs(term) + Quantity.underflow
        return Quantity(v, e)


def _times(g, e):
    return ZERO if e == 0 or g == 0 else abs(g) * e


def _combined(a, b):
    pairs = [[(0, 0)], [(1, 0), (0, 1)], [(2, 0), (0, 2)], [(3, 0), (1, 2), (2, 1), (0, 3)]]
    v, e = [], []
    for terms in pairs:
        total, error = ZERO, ZERO
        for i, j in terms:
            x, y = a.v[i], b.v[j]
            if x == 0 or y == 0:
                # Exactly zero, unless the zero is itself a rounded number.
                if a.e[i] != 0 or b.e[j] != 0:
                    error += _times(x, b.e[j]) + _times(y, a.e[i])
                if mp.isinf(x) or mp.isinf(y):
                    total = total + (NAN if (i, j) == (0, 0) else 0)
                continue
            product = x * y
            exact = abs(x) == 1 or abs(y) == 1
            if total != 0:
                error += abs(total + product)
            total += product
            error += _times(x, b.e[j]) + _times(y, a.e[i]) + (0 if exact else abs(product) + Quantity.underflow)
        v.append(total)
        e.append(error)
    return Quantity(v, e)


def reciprocal(q):
    x = q.v[0]
    if x == 0:
        return q.map((INF, -INF, INF, -INF))
    if mp.isinf(x):
        return q.map((ZERO, ZERO, ZERO, ZERO))
    return q.map((1 / x, -1 / x**2, 2 / x**3, -6 / x**4))


def exp(q):
    y = mp.exp(q.v[0])
    return q.map((y, y, y, y))


def log(q):
    x = q.v[0]
    if x == 0:
        return q.map((-INF, INF, -INF, INF))
    return q.map((mp.log(x), 1 / x, -1 / x**2, 2 / x**3))


def sqrt(q):
    x = q.v[0]
    if mp.isinf(x):
        return q.map((INF, ZERO, ZERO, ZERO))
    y = mp.sqrt(x)
    if x == 0:
        return q.map((ZERO, INF, -INF, INF))
    return q.map((y, 1 / (2 * y), -1 / (4 * x * y), 3 / (8 * x * x * y)))


def sigmoid(q):
    s0, s1, s2, s3 = logistic(q.v[0])
    return q.map((s0, s1, s2, s3))


def logistic(x):
    """1 / (1 + e⁻ˣ) and three derivatives, each without cancellation but for the zeros that are there."""
    if mp.isinf(x):
        return (ONE if x > 0 else ZERO, ZERO, ZERO, ZERO)
    z = mp.exp(-abs(x))
    large, small = 1 / (1 + z), z / (1 + z)
    s, c = (large, small) if x >= 0 else (small, large)
    d = s * c
    return (s, d, -d * mp.tanh(x / 2), d * (1 - 6 * d))


def tanh(q):
    return q.map(hyperbolic_tangent(q.v[0]))


def hyperbolic_tangent(x):
    if mp.isinf(x):
        return (ONE if x > 0 else -ONE, ZERO, ZERO, ZERO)
    y = mp.tanh(x)
    z = mp.exp(-2 * abs(x))
    d = 4 * z / (1 + z) ** 2
    return (y, d, -2 * y * d, d * (4 * y * y - 2 * d))


def softplus(q):
    x = q.v[0]
    s = logistic(x)
    if mp.isinf(x):
        return q.map((INF if x > 0 else ZERO, s[0], s[1], s[2]))
    y = max(x, ZERO) + mp.log1p(mp.exp(-abs(x)))
    return q.map((y, s[0], s[1], s[2]))


def normal_distribution(q):
    """Φ; its density is computed from the square of the argument, whose rounding error counts with the square."""
    x = q.v[0]
    if mp.isinf(x):
        return q.map((ONE if x > 0 else ZERO, ZERO, ZERO, ZERO))
    density = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
    value = mp.erfc(-x / mp.sqrt(2)) / 2
    result = q.map((value, density, -x * density, (x * x - 1) * density))
    # The upper and the lower tail alike: through the rounded argument of the error function.
    result.e = [result.e[0] + abs(x) * density * abs(ONE)] + [e * (1 + x * x) for e in result.e[1:]]
    return result
