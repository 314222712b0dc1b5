"""Elementwise functions of two numbers: (f, f_a, f_b, f_aa, f_ab, f_bb), then as many magnitudes to which the errors are compared."""
from mpmath import mp, mpf

from . import numbers as n
from .limits import overflows, underflow
from .numbers import ANY, EITHER_INFINITY, INF, NAN, ONE, ZERO


def safe(f):
    """What mpmath's arithmetic leaves undefined is NaN, and what divides by zero an infinity."""

    def g(a, b):
        try:
            return f(a, b)
        except (ZeroDivisionError, ValueError, TypeError, OverflowError):
            return None

    return g


def divided(a, b):
    if mp.isnan(a) or mp.isnan(b) or (b == 0 and a == 0) or (mp.isinf(a) and mp.isinf(b)):
        return (NAN,) + (ANY,) * 5
    if b == 0:
        return (EITHER_INFINITY, EITHER_INFINITY, ANY, ZERO, EITHER_INFINITY, ANY)
    if mp.isinf(b):
        return (ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)
    if mp.isinf(a):
        return (a / b, 1 / b, -a * INF, ZERO, -1 / b**2, ANY)
    curvature = ANY if a == 0 and overflows(1 / b) else 2 * a / b**3
    return (a / b, 1 / b, -a / b**2, ZERO, -1 / b**2, curvature)


def larger(sign):
    def f(a, b):
        if mp.isnan(a) or mp.isnan(b):
            return (NAN,) + (ANY,) * 2 + (ZERO,) * 3
        first = ONE if sign * (a - b if a != b else 0) > 0 else mpf("0.5") if a == b else ZERO
        value = max(a, b) if sign > 0 else min(a, b)
        return (value, first, 1 - first, ZERO, ZERO, ZERO)

    return f


def raised(a, b):
    if mp.isnan(a) or mp.isnan(b):
        return (ONE if a == 1 or b == 0 else NAN,) + (ANY,) * 5
    if mp.isinf(a) or mp.isinf(b):
        return (ANY,) * 6
    whole = b == mp.floor(b)
    if a < 0 and not whole:
        return (NAN,) + (ANY,) * 5
    if a == 0:
        if b > 0:
            first = ONE if b == 1 else ZERO if b > 1 else EITHER_INFINITY
            second = mpf(2) if b == 2 else ZERO if b > 2 or b == 1 else EITHER_INFINITY
            return (ZERO, first, ZERO, second, ANY, ZERO)
        return (ONE, ZERO, ANY, ZERO, ANY, ANY) if b == 0 else (EITHER_INFINITY,) + (ANY,) * 5
    y = mp.power(abs(a), b) * (-1 if a < 0 and int(b) % 2 else 1)
    slope, curvature = b * y / a, b * (b - 1) * y / a**2
    lost = overflows(y / a) and not overflows(slope)
    # b - 1 must be a number of float32: whether it is odd is not seen beyond.
    lost = lost or (a < 0 and abs(b) > 2**24)
    lost_twice = lost or (overflows(y / a**2) and not overflows(curvature))
    slope, curvature = (ANY if lost else slope), (ANY if lost_twice else curvature)
    if a < 0:
        # Defined at whole exponents only: no derivative by the exponent.
        return (y, slope, ANY, curvature, ANY, ANY)
    log = mp.log(a)
    # The mixed derivative is made of the value in one of its orders.
    mixed = ANY if lost or overflows(y) or overflows(y / a) else y / a * (1 + b * log)
    # The exponents b - 1 and b - 2 are rounded, which counts log a times.
    m = 1 + abs((b - 1) * log) + abs((b - 2) * log)
    return (
        y, slope, y * log, curvature, mixed, y * log**2,
        None, abs(b * y / a) * m, None, abs(b * (b - 1) * y / a**2) * m, abs(y / a) * (1 + abs(b * log)) * m + underflow[0] / abs(a),
        y * log**2 + abs(log) * underflow[0])


def angle(a, b):
    if mp.isnan(a) or mp.isnan(b):
        return (NAN,) + (ANY,) * 5
    if mp.isinf(a) or mp.isinf(b):
        return (ANY,) + (ZERO,) * 5
    if a == 0 and b == 0:
        return (ANY,) * 6
    r = a * a + b * b
    value = mp.atan2(a, b)
    if a == 0 and b < 0:
        value = ANY
    # Nearer to the origin than the reciprocal of the largest number first derivatives overflow, and what is made of them.
    if overflows(1 / mp.sqrt(r)):
        return (value, b / r, -a / r, ANY, ANY, ANY)
    # Where the terms of the mixed derivative overflow with both signs they have no sum.
    mixed = ANY if overflows(1 / r) else (a - b) * (a + b) / r**2
    return (value, b / r, -a / r, -2 * a * b / r**2, mixed, 2 * a * b / r**2, None, None, None, None, 1 / r, None)


def log_add(a, b):
    if mp.isnan(a) or mp.isnan(b):
        return (NAN,) + (ANY,) * 5
    if mp.isinf(a) and mp.isinf(b):
        share = mpf("0.5") if a == b else ONE if a > b else ZERO
        return (max(a, b), share, 1 - share, ANY, ANY, ANY)
    d = a - b
    s, t = n.logistic(d), n.logistic(-d)
    value = max(a, b)
    if not mp.isinf(d):
        value = value + mp.log1p(mp.exp(-abs(d)))
    # The difference is rounded, which counts |a - b| times in the tail.
    m = 1 + abs(d) if not mp.isinf(d) else ONE
    small = mp.exp(-abs(d)) if not mp.isinf(d) else ZERO
    return (
        value, s[0], t[0], s[1], -s[1], s[1],
        max(abs(max(a, b)) if not mp.isinf(d) else ONE, small * m, abs(value)), s[0] * (1 + t[0] * m), t[0] * (1 + s[0] * m),
        s[1] * m, s[1] * m, s[1] * m)


def sum_of(sign):
    def f(a, b):
        return (a + sign * b, ONE, mpf(sign), ZERO, ZERO, ZERO)

    return f


def product(a, b):
    value = NAN if (a == 0 and mp.isinf(b)) or (b == 0 and mp.isinf(a)) else a * b
    return (value, b, a, ZERO, ONE, ZERO)


BINARY = {
    "a + b": sum_of(1),
    "a - b": sum_of(-1),
    "a * b": product,
    "a / b": divided,
    "pow(a, b)": raised,
    "atan2(y, x)": angle,
    "maximum(a, b)": larger(1),
    "minimum(a, b)": larger(-1),
    "logAddExp(a, b)": log_add,
}
# Rows that are the same function.
SAME_BINARY = {
    "a += b": "a + b", "a -= b": "a - b", "a *= b": "a * b", "a /= b": "a / b", "pow(a, b) at b = 0": "pow(a, b)",
}
