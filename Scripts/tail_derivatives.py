#!/usr/bin/env python3
"""Writes Tests/NablaTests/TailConstants.swift: derivatives of orders 0 to 3 far out, where functions level off or squares overflow.

The functions are written for mpmath and differentiated numerically at 2000 digits, which leaves all digits of derivatives as small as
1e-300 beside values near 1. Run from the root of the repository:

    python3 Scripts/tail_derivatives.py > Tests/NablaTests/TailConstants.swift
    swift format -i --configuration .swift-format Tests/NablaTests/TailConstants.swift
"""
import mpmath
from mpmath import mpf

mpmath.mp.dps = 2000


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x):
    return mpmath.log1p(mpmath.exp(x))


# Points are numbers of float32 too.
LEVEL = "-300 -80 -40 -17 -9 -4 -0.0009765625 4 9 17 40 80 300"
LARGE = "-0x1p90 -0x1p70 -0x1p40 -0x1p10 0x1p-20 0x1p10 0x1p30 0x1p62 0x1p100"
FUNCTIONS = [
    ("tanh(x)", mpmath.tanh, LEVEL),
    ("sigmoid(x)", sigmoid, LEVEL),
    ("softplus(x)", softplus, LEVEL),
    ("logSigmoid(x)", lambda x: -softplus(-x), LEVEL),
    ("expm1(x)", mpmath.expm1, "-300 -80 -40 -17 -9 -4 -0.0009765625 4"),
    ("elu(x)", mpmath.expm1, "-300 -80 -40 -17 -9 -4 -0.0009765625"),
    ("silu(x)", lambda x: x * sigmoid(x), LEVEL),
    ("mish(x)", lambda x: x * mpmath.tanh(softplus(x)), LEVEL),
    ("gelu(x)", lambda x: x * mpmath.ncdf(x), "-30 -12 -9 -5 -3 3 5 9 12 30"),
    ("erf(x)", mpmath.erf, "-20 -9 -5 -3 -0.0009765625 3 5 9 20"),
    ("sigmoidCrossEntropy(x, 1)", lambda x: softplus(x) - x, LEVEL),
    ("sigmoidCrossEntropy(x, 0)", softplus, LEVEL),
    ("asin(x)", mpmath.asin, "-0.999969482421875 -0.0009765625 0x1p-20 0.875 0.99609375"),
    ("acos(x)", mpmath.acos, "-0.999969482421875 -0.0009765625 0x1p-20 0.875 0.99609375"),
    ("atanh(x)", mpmath.atanh, "-0.999969482421875 -0.0009765625 0x1p-20 0.875 0.99609375"),
    ("asinh(x)", mpmath.asinh, LARGE),
    ("atan(x)", mpmath.atan, LARGE),
    ("atan2(x, 0x1p70)", lambda x: mpmath.atan(x / mpf(2) ** 70), "-0x1p90 -0x1p69 0x1p64 0x1p71 0x1p72 0x1p100"),
    ("atan2(x, 0x1p-30)", lambda x: mpmath.atan(x * mpf(2) ** 30), "-0x1p-20 0x1p-31 0x1p-29 0x1p10"),
    ("norm of [x, 0x1p80]", lambda x: mpmath.sqrt(x * x + mpf(2) ** 160), "0x1p79 0x1p81"),
    ("norm of [x, 0x1p-80]", lambda x: mpmath.sqrt(x * x + mpf(2) ** -160), "0x1p-79 0x1p-81"),
]

print("""/// Derivatives of orders 0 to 3 far out, of functions that level off or whose rules square numbers.
///
/// Written by Scripts/tail_derivatives.py with mpmath at 2000 digits, given to 17.
let tailConstants: [String: [(x: Double, derivatives: [Double])]] = [""")
for name, function, points in FUNCTIONS:
    print(f'    "{name}": [')
    for point in points.split():
        x = float.fromhex(point) if "0x" in point else float(point)
        step = mpf(10) ** -200 * max(abs(mpf(x)), mpf(2) ** -30)
        values = [function(mpf(x) + k * step) for k in (-2, -1, 0, 1, 2)]
        a, b, c, d, e = values
        derivatives = [c, (a - 8 * b + 8 * d - e) / (12 * step), (-a + 16 * b - 30 * c + 16 * d - e) / (12 * step**2),
                       (-a + 2 * b - 2 * d + e) / (2 * step**3)]
        text = ", ".join("0" if abs(v) < mpf(10) ** -307 else mpmath.nstr(v, 17, strip_zeros=True) for v in derivatives)
        print(f"        ({x!r}, [{text}]),")
    print("    ],")
print("]")
