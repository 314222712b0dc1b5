"""Functions of single numbers: value, first and second derivatives from formulas that do not cancel.

A function of one number gives (f, f′, f″), or None outside its domain; the limits at ±∞ stand beside it. After three results there may be
three magnitudes to which the errors are compared, where the results have zeros between the numbers tried, or where an argument that is
itself rounded counts many times."""
from mpmath import mp, mpf

from . import numbers as n
from .limits import overflows, underflow
from .numbers import ANY, EITHER_INFINITY, INF, NAN, ONE, ZERO, Quantity

# At NaN, of a function whose derivative is not the same everywhere.
NOWHERE = (NAN, NAN, ANY)
# Outside of the domain, where a derivative would be one of no value.
OUTSIDE = (NAN, NAN, NAN)


class Unary:
    def __init__(self, f, plus=OUTSIDE, minus=OUTSIDE, odd=False, nan=NOWHERE):
        self.f, self.plus, self.minus, self.odd, self.nan = f, plus, minus, odd, nan

    def results(self, x, is_negative_zero):
        """Three results and three magnitudes."""
        if mp.isnan(x):
            return list(self.nan) + [None] * 3
        if mp.isinf(x):
            return list(self.plus if x > 0 else self.minus) + [None] * 3
        found = self.f(x)
        if found is None:
            return list(OUTSIDE) + [None] * 3
        found = list(found) + [None] * (6 - len(found))
        if x == 0 and self.odd:
            found[0] = "-" if is_negative_zero else "+"
        return found


def composed(f):
    """A composition, whose errors are those of its steps."""

    def g(x):
        Quantity.underflow = underflow[0]
        q = f(Quantity([x, ONE, ONE, ZERO]))
        Quantity.underflow = ZERO
        return (q.v[0], q.v[1], q.v[3], q.e[0], q.e[1], q.e[3])

    return g


def exp_like(y):
    return (y, y, y)


def log_at(x, y):
    if x < 0:
        return None
    if x == 0:
        return (-INF, EITHER_INFINITY, EITHER_INFINITY)
    return (y, 1 / x, -1 / x**2)


def root(x):
    if x < 0:
        return None
    if x == 0:
        return (ZERO, EITHER_INFINITY, EITHER_INFINITY)
    y = mp.sqrt(x)
    return (y, 1 / (2 * y), -1 / (4 * x * y))


def reciprocal_root(x):
    if x < 0:
        return None
    if x == 0:
        return (EITHER_INFINITY, EITHER_INFINITY, EITHER_INFINITY)
    y = 1 / mp.sqrt(x)
    return (y, -y / (2 * x), 3 * y / (4 * x * x))


def quotient(c):
    def f(x):
        if x == 0:
            return (EITHER_INFINITY, EITHER_INFINITY, EITHER_INFINITY)
        return (c / x, -c / x**2, 2 * c / x**3)

    return Unary(f, (ZERO, ZERO, ZERO), (ZERO, ZERO, ZERO))


def power(p):
    p = mpf(p)

    def f(x):
        if x < 0 and p != int(p):
            return None
        if x == 0:
            return tuple(
                EITHER_INFINITY if p - k < 0 else ZERO if p - k > 0 else c for k, c in enumerate([ONE, p, p * (p - 1)])
            )
        if p == int(p):
            k = int(p)
            return (x**k, k * x ** (k - 1), k * (k - 1) * x ** (k - 2))
        return (x**p, p * x ** (p - 1), p * (p - 1) * x ** (p - 2))

    def far(sign):
        return tuple(
            (c * (sign ** int(p - k) if p == int(p) else 1) * INF) if p - k > 0 else ZERO if p - k < 0 else c
            for k, c in enumerate([ONE, p, p * (p - 1)])
        )

    # As C's pow has it: the even limit.
    return Unary(f, far(1), far(-1) if p == int(p) else (INF, ANY, ANY))


def exponential(base, kind):
    def f(x):
        # The base is a number of the array's type.
        b = kind.rounded(mpf(base))
        y = b**x
        return (y, y * mp.log(b), y * mp.log(b) ** 2)

    return Unary(f, (INF, INF, INF), (ZERO, ZERO, ZERO))


def tangent(x):
    y, c = mp.tan(x), mp.cos(x)
    return (y, 1 / c**2, 2 * y / c**2)


def arc(sign):
    def f(x):
        if abs(x) > 1:
            return None
        y = mp.asin(x) if sign > 0 else mp.acos(x)
        if abs(x) == 1:
            return (y, sign * INF, EITHER_INFINITY)
        r = (1 - x) * (1 + x)
        return (y, sign / mp.sqrt(r), sign * x / (r * mp.sqrt(r)))

    return f


def arctangent(x):
    r = 1 + x * x
    return (mp.atan(x), 1 / r, -2 * x / r**2)


def area_sine(x):
    r = 1 + x * x
    y = mp.log1p(abs(x) + x * x / (1 + mp.sqrt(r)))
    return (y if x >= 0 else -y, 1 / mp.sqrt(r), -x / (r * mp.sqrt(r)))


def area_cosine(x):
    if x < 1:
        return None
    t = x - 1
    if t == 0:
        return (ZERO, EITHER_INFINITY, EITHER_INFINITY)
    r = t * (x + 1)
    return (mp.log1p(t + mp.sqrt(r)), 1 / mp.sqrt(r), -x / (r * mp.sqrt(r)))


def area_tangent(x):
    if abs(x) > 1:
        return None
    if abs(x) == 1:
        return (x * INF, EITHER_INFINITY, EITHER_INFINITY)
    r = (1 - x) * (1 + x)
    return ((mp.log1p(x) - mp.log1p(-x)) / 2 if abs(x) > mpf("1e-25") else x * (1 + x * x / 3), 1 / r, 2 * x / r**2)


def cardinal_sine(x):
    """sin(πx) / (πx), with the magnitudes of its terms: all derivatives oscillate."""
    p = mp.pi
    z = p * x
    if abs(z) < mpf("1e-3"):
        s = z * z
        y = 1 - s / 6 + s**2 / 120 - s**3 / 5040 + s**4 / 362880
        d = p * z * (mpf(-1) / 3 + s / 30 - s**2 / 840 + s**3 / 45360)
        dd = p * p * (mpf(-1) / 3 + s / 10 - s**2 / 168 + s**3 / 6480)
        return (y, d, dd)
    sn, cs = mp.sinpi(x), mp.cospi(x)
    y = sn / z
    d = (cs - y) / x
    dd = -p * p * y - 2 * d / x
    # Sine and cosine are those of a rounded multiple of π: their zeros are met up to the oscillation's height.
    a = abs(x)
    return (y, d, dd, 1 / abs(z), 1 / a + abs(y / x), p / a + 2 / a**2)


def error_function(x):
    d = 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
    # exp(-x²): the rounding of the square counts x² times, and that of the first derivative 2x times in the second.
    return (mp.erf(x), d, -2 * x * d, None, d * (1 + x * x), 2 * abs(x) * (d * (2 + x * x) + underflow[0]))


def log_sigmoid(x):
    y = -(max(-x, ZERO) + mp.log1p(mp.exp(-abs(x))))
    m = n.logistic(-x)
    return (y, m[0], -m[1])


def soft_plus(x):
    s = n.logistic(x)
    return (max(x, ZERO) + mp.log1p(mp.exp(-abs(x))), s[0], s[1])


def line(slope, offset=0):
    slope = mpf(slope)
    return Unary(
        lambda x: (slope * x + offset, slope, ZERO), (slope * INF, slope, ZERO), (-slope * INF, slope, ZERO), nan=(NAN, ANY, ANY))


def between_slopes(below, above, at_kink, kink=0, value=None):
    """Two lines that meet at `kink`."""
    kink = mpf(kink)
    below, above = mpf(below), mpf(above)

    def f(x):
        slope = above if x > kink else below if x < kink else mpf(at_kink)
        line = above if x > kink else below
        if value is not None:
            return (x if line else value, slope, ZERO)
        return (line * x, slope, ZERO)

    def far(slope, sign):
        return (sign * slope * INF if slope else (value or ZERO), slope, ZERO)

    return Unary(f, far(above, 1), far(below, -1))


def exponential_unit(scale):
    scale = mpf(scale)

    def f(x):
        if x > 0:
            return (x, ONE, ZERO)
        y = scale * mp.exp(x)
        return (scale * mp.expm1(x), y, y)

    return Unary(f, (INF, ONE, ZERO), (-scale, ZERO, ZERO))


def clipped(low, high):
    def f(x):
        return (min(max(x, low), high), ONE if low <= x <= high else ZERO, ZERO)

    return Unary(f, (high, ZERO, ZERO), (low, ZERO, ZERO))


def self_power(x):
    if x < 0:
        # Defined at whole numbers only.
        return (ANY, ANY, ANY)
    if x == 0:
        return (ONE, ANY, ANY)
    y, k = x**x, mp.log(x) + 1
    e = abs(mp.log(x)) + 1
    # ∂/∂x is the sum of the partial derivatives by base and by exponent; the exponents x - 1 and x - 2 are rounded.
    first = ANY if overflows(y / x) and not overflows(y) else y * k
    second = ANY if overflows(y / x**2) and not overflows(y) else y * (k * k + 1 / x)
    return (y, first, second, y, y * e * e, y * (e * e + 1 / x) * 2 * e)


def chosen_root(x):
    return root(x) if x > 0 else (-ONE, ZERO, ZERO)


def unary(kind):
    """By the names of the table's rows."""
    c = kind.rounded
    zero3 = (ZERO, ZERO, ZERO)
    table = {
        "-x": line(-1),
        "x + 2.5": line(1, mpf("2.5")),
        "2 + x": line(1, 2),
        "x - 2.5": line(1, mpf("-2.5")),
        "2 - x": line(-1, 2),
        "x * -2.5": line("-2.5"),
        "3 * x": line(3),
        "x / 4": line("0.25"),
        "1.5 / x": quotient(mpf("1.5")),
        "exp(x)": Unary(lambda x: exp_like(mp.exp(x)), (INF, INF, INF), zero3),
        "expm1(x)": Unary(lambda x: (mp.expm1(x), mp.exp(x), mp.exp(x)), (INF, INF, INF), (-ONE, ZERO, ZERO), odd=True),
        "log(x)": Unary(lambda x: log_at(x, mp.log(x) if x > 0 else None), (INF, ZERO, ZERO)),
        "log1p(x)": Unary(lambda x: log_at(1 + x, mp.log1p(x) if x > -1 else None), (INF, ZERO, ZERO), odd=True),
        "sqrt(x)": Unary(root, (INF, ZERO, ZERO), odd=True),
        "rsqrt(x)": Unary(reciprocal_root, zero3),
        "square(x)": power(2),
        "reciprocal(x)": quotient(ONE),
        "pow(x, 0)": Unary(lambda x: (ONE, ZERO, ZERO), (ONE, ZERO, ZERO), (ONE, ZERO, ZERO), nan=(ONE, ZERO, ZERO)),
        "pow(x, 1)": line(1),
        "pow(x, 3)": power(3),
        "pow(x, -2)": power(-2),
        "pow(x, 2.5)": power("2.5"),
        "pow(1.7, x)": exponential("1.7", kind),
        # Its second derivative is made of infinite terms.
        "pow(x, x)": Unary(self_power, (INF, INF, ANY), (ANY, ANY, ANY)),
        "sin(x)": Unary(lambda x: (mp.sin(x), mp.cos(x), -mp.sin(x)), odd=True),
        "cos(x)": Unary(lambda x: (mp.cos(x), -mp.sin(x), -mp.cos(x))),
        "tan(x)": Unary(tangent, odd=True),
        "asin(x)": Unary(arc(1), odd=True),
        "acos(x)": Unary(arc(-1)),
        "atan(x)": Unary(arctangent, (mp.pi / 2, ZERO, ZERO), (-mp.pi / 2, ZERO, ZERO), odd=True),
        "sinh(x)": Unary(lambda x: (mp.sinh(x), mp.cosh(x), mp.sinh(x)), (INF, INF, INF), (-INF, INF, -INF), odd=True),
        "cosh(x)": Unary(lambda x: (mp.cosh(x), mp.sinh(x), mp.cosh(x)), (INF, INF, INF), (INF, -INF, INF)),
        "tanh(x)": Unary(lambda x: n.hyperbolic_tangent(x)[:3], (ONE, ZERO, ZERO), (-ONE, ZERO, ZERO), odd=True),
        "asinh(x)": Unary(area_sine, (INF, ZERO, ZERO), (-INF, ZERO, ZERO), odd=True),
        "acosh(x)": Unary(area_cosine, (INF, ZERO, ZERO)),
        "atanh(x)": Unary(area_tangent, odd=True),
        "sinc(x)": Unary(cardinal_sine, zero3, zero3),
        "erf(x)": Unary(error_function, (ONE, ZERO, ZERO), (-ONE, ZERO, ZERO), odd=True),
        "sigmoid(x)": Unary(lambda x: n.logistic(x)[:3], (ONE, ZERO, ZERO), zero3),
        "softplus(x)": Unary(soft_plus, (INF, ONE, ZERO), zero3),
        "logSigmoid(x)": Unary(log_sigmoid, zero3, (-INF, ONE, ZERO)),
        "relu(x)": between_slopes(0, 1, 0),
        "leakyRelu(x)": between_slopes("0.2", 1, "0.2"),
        "leakyRelu(x, slope: 0.01)": between_slopes("0.01", 1, "0.01"),
        "elu(x, scale: 0.5)": exponential_unit("0.5"),
        "silu(x)": Unary(composed(lambda x: x * n.sigmoid(x)), (INF, ONE, ZERO), zero3),
        "mish(x)": Unary(composed(lambda x: x * n.tanh(n.softplus(x))), (INF, ONE, ZERO), zero3),
        "gelu(x)": Unary(composed(lambda x: x * n.normal_distribution(x)), (INF, ONE, ZERO), zero3),
        "abs(x)": between_slopes(-1, 1, 0),
        "maximum(x, 0.1)": between_slopes(0, 1, "0.5", c("0.1"), c("0.1")),
        "minimum(x, 0.1)": between_slopes(1, 0, "0.5", c("0.1"), c("0.1")),
        "clip(x, -0.1, 0.8)": clipped(c("-0.1"), c("0.8")),
        "where(x .> 0, x, otherwise: -1) { sqrt($0) }": Unary(chosen_root, (INF, ZERO, ZERO), (-ONE, ZERO, ZERO), nan=(-ONE, ANY, ANY)),
    }
    table["sinc(x), far from 0"] = table["sinc(x)"]
    return table
