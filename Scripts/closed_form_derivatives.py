#!/usr/bin/env python3
"""Writes Tests/NablaTests/ClosedFormConstants.swift: derivatives of orders 0 to 6 of the elementwise functions.

Each function is written once as a formula of sympy, differentiated by its rules, and evaluated with mpmath at 50 digits, so the
constants owe nothing to the library. Run from the root of the repository:

    python3 Scripts/closed_form_derivatives.py > Tests/NablaTests/ClosedFormConstants.swift
    swift format -i --configuration .swift-format Tests/NablaTests/ClosedFormConstants.swift
"""
import mpmath
import sympy
from sympy import Rational, acos, acosh, asin, asinh, atan, atanh, cos, cosh, erf, exp, log, pi, sin, sinh, sqrt, tan, tanh

ORDERS = 6
DIGITS = 50
x = sympy.Symbol("x", real=True)
softplus = log(1 + exp(x))
sigmoid = 1 / (1 + exp(-x))


def number(text):
    """A point as the library will see it: the float64 nearest to the decimal, as an exact fraction."""
    return Rational(float(text))


# Name as in the test, formula, points. Points are float64 numbers, away from zeros of the derivatives.
FUNCTIONS = [
    ("exp(x)", exp(x), "-1.3 0.7 2"),
    ("expm1(x)", exp(x) - 1, "-0.8 1e-3 1.1"),
    ("log(x)", log(x), "0.3 1.7 5"),
    ("log1p(x)", log(1 + x), "-0.4 1e-3 2.5"),
    ("sqrt(x)", sqrt(x), "0.4 1.3 6"),
    ("rsqrt(x)", 1 / sqrt(x), "0.4 1.3 6"),
    ("square(x)", x**2, "-1.2 0.5"),
    ("reciprocal(x)", 1 / x, "-0.7 1.6 4"),
    ("1.5 / x", Rational(3, 2) / x, "-0.7 1.6"),
    ("pow(x, 3)", x**3, "-1.2 0.5"),
    ("pow(x, -2)", x**-2, "-0.7 1.6"),
    ("pow(x, 2.5)", x ** Rational(5, 2), "0.4 2.2"),
    ("pow(1.7, x)", number("1.7") ** x, "-1.1 0.6"),
    ("pow(x, x)", x**x, "0.5 1.4"),
    ("pow(x, 1.9), both variables", x ** number("1.9"), "0.5 1.4"),
    ("pow(1.9, x), both variables", number("1.9") ** x, "-0.5 1.4"),
    ("0.7 / x, both variables", number("0.7") / x, "-0.7 1.6"),
    ("sin(x)", sin(x), "-2.3 0.4 1.2"),
    ("cos(x)", cos(x), "-2.3 0.4 1.2"),
    ("tan(x)", tan(x), "-0.9 0.3 1.1"),
    ("asin(x)", asin(x), "-0.6 0.2 0.7"),
    ("acos(x)", acos(x), "-0.6 0.2 0.7"),
    ("atan(x)", atan(x), "-1.7 0.3 0.9"),
    ("atan2(x, 0.7)", atan(x / number("0.7")), "-1.2 0.4"),
    ("atan2(0.7, x)", pi / 2 - atan(x / number("0.7")), "0.4 1.3"),
    ("sinh(x)", sinh(x), "-1.4 0.3 2"),
    ("cosh(x)", cosh(x), "-1.4 0.3 2"),
    ("tanh(x)", tanh(x), "-0.9 0.2 1.5"),
    ("asinh(x)", asinh(x), "-1.4 0.3 2"),
    ("acosh(x)", acosh(x), "1.3 2.5"),
    ("atanh(x)", atanh(x), "-0.6 0.2 0.7"),
    ("sinc(x)", sin(pi * x) / (pi * x), "-0.17 0.05 0.33 0.47 0.48 1.4"),
    ("erf(x)", erf(x), "-1.1 0.3 1.7"),
    ("sigmoid(x)", sigmoid, "-2.2 0.4 3"),
    ("softplus(x)", softplus, "-2.2 0.4 3"),
    ("logSigmoid(x)", -log(1 + exp(-x)), "-2.2 0.4 3"),
    ("elu(x)", exp(x) - 1, "-1.2 -0.3"),
    ("silu(x)", x * sigmoid, "-2.2 0.4 3"),
    ("mish(x)", x * tanh(softplus), "-2.2 0.4 3"),
    ("gelu(x)", x * (1 + erf(x / sqrt(2))) / 2, "-1.3 0.4 2"),
    ("logAddExp(x, 0.3)", log(exp(x) + exp(number("0.3"))), "-1.2 0.9"),
    ("logAddExp(0.3, x)", log(exp(x) + exp(number("0.3"))), "-1.2 0.9"),
    ("norm of [x, 0.8]", sqrt(x**2 + number("0.8") ** 2), "-1.2 0.4"),
    ("logSumExp of [x, 0.2, -0.5]", log(exp(x) + exp(number("0.2")) + exp(number("-0.5"))), "-1.2 0.9"),
    ("first softmax of [x, 0.2]", exp(x) / (exp(x) + exp(number("0.2"))), "-1.2 0.9"),
    ("tanh(sin(x) * exp(x)) / (1 + x * x)", tanh(sin(x) * exp(x)) / (1 + x**2), "-0.8 0.5"),
]


def literal(value):
    return mpmath.nstr(value, 13, strip_zeros=True)


print(f"""/// Derivatives of orders 0 to {ORDERS} at points, in closed form.
///
/// Written by Scripts/closed_form_derivatives.py with sympy {sympy.__version__} and mpmath {mpmath.__version__}: formulas differentiated
/// symbolically and evaluated at {DIGITS} digits, given to 13. The formula stands in the comment above each function.
let closedFormConstants: [String: [(x: Double, derivatives: [Double])]] = [""")
for name, formula, points in FUNCTIONS:
    derivatives = [formula]
    for _ in range(ORDERS):
        derivatives.append(sympy.diff(derivatives[-1], x))
    print(f"    // {formula}")
    print(f'    "{name}": [')
    for point in points.split():
        values = [d.subs(x, number(point)).evalf(DIGITS) for d in derivatives]
        numbers = ", ".join(literal(mpmath.mpf(str(value))) for value in values)
        print(f"        ({float(point)!r}, [{numbers}]),")
    print("    ],")
print("]")
