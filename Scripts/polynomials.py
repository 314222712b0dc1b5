"""Prints Sources/CNablaKernels/polynomials.h: coefficients of nearly best polynomials, by mpmath's Chebyshev interpolation in 60 digits.

    python3 Scripts/polynomials.py > Sources/CNablaKernels/polynomials.h
"""
import struct

from mpmath import asin, atan, chebyfit, cos, erf, erfc, exp, log, mp, mpf, sin, sinh, sqrt, tan, pi

mp.dps = 60


def at_zero(f, limit):
    """f, with its limit where the formula would be 0 / 0."""
    return lambda x: limit if abs(x) < mpf(10) ** -25 else f(x)


def odd(f, first, limit):
    """(f(√z) - first √z) / (√z z), the polynomial in z = x² that is left of an odd function."""
    return at_zero(lambda z: (f(sqrt(z)) - first * sqrt(z)) / (sqrt(z) * z), limit)


half_ln2 = log(2) / 2 * mpf("1.001")
quarter_pi = pi / 4 * mpf("1.001")
s_max = (sqrt(2) - 1) / (sqrt(2) + 1) * mpf("1.001")
tangent = tan(pi / 8) * mpf("1.001")


def scaled_erfc(centre):
    """exp(x²) erfc(x) (x + c) in t = (x - c) / (x + c), which bends less than exp(x²) erfc(x)."""
    def scaled(t):
        x = centre * (1 + t) / (1 - t)
        return exp(x * x) * erfc(x) * (x + centre)

    def interval(low, high):
        return [(mpf(x) - centre) / (mpf(x) + centre) for x in (low, high)]

    return scaled, interval


near, near_interval = scaled_erfc(mpf(2))
whole, whole_interval = scaled_erfc(mpf(3))


def far(w):
    x = 1 / sqrt(w)
    return exp(x * x) * erfc(x) * x


TABLE = [
    # name, what it is, function, interval, terms in float64, terms in float32
    ("EXP", "(exp r - 1 - r) / r², |r| <= ln 2 / 2", at_zero(lambda r: (exp(r) - 1 - r) / r**2, mpf(1) / 2), [-half_ln2, half_ln2], 11, 6),
    ("EXPM1", "(exp r - 1 - r - r² / 2) / r³, |r| <= ln 2 / 2", at_zero(lambda r: (exp(r) - 1 - r - r * r / 2) / r**3, mpf(1) / 6), [-half_ln2, half_ln2], 10, 0),
    ("LOG", "(log((1 + s) / (1 - s)) - 2 s) / s³ in z = s², |s| <= (√2 - 1) / (√2 + 1)", odd(lambda s: log((1 + s) / (1 - s)), 2, mpf(2) / 3), [0, s_max**2], 7, 4),
    ("LOG_NEAR", "(log(1 + r) - r + r² / 2) / r³, |r| <= 0.0082", at_zero(lambda r: (log(1 + r) - r + r * r / 2) / r**3, mpf(1) / 3), [-mpf("0.0082"), mpf("0.0082")], 6, 0),
    ("SIN", "(sin r - r) / r³ in z = r², |r| <= π / 4", odd(sin, 1, -mpf(1) / 6), [0, quarter_pi**2], 6, 4),
    ("HALF_TURN", "(sin r - r) / r³ in z = r², |r| <= π / 2", odd(sin, 1, -mpf(1) / 6), [0, (2 * quarter_pi)**2], 0, 5),
    ("COS", "(cos r - 1 + r² / 2) / r⁴ in z = r², |r| <= π / 4", at_zero(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, mpf(1) / 24), [0, quarter_pi**2], 6, 4),
    ("ATAN", "(atan t - t) / t³ in z = t², |t| <= tan(π / 8)", odd(atan, 1, -mpf(1) / 3), [0, tangent**2], 12, 6),
    ("ASIN", "(asin t - t) / t³ in z = t², |t| <= 1 / 2", odd(asin, 1, mpf(1) / 6), [0, mpf("0.2505")], 13, 7),
    ("SINH", "(sinh t - t) / t³ in z = t², |t| <= 1", odd(sinh, 1, mpf(1) / 6), [0, mpf("1.001")], 7, 5),
    ("ERF", "erf x / x in z = x², |x| <= 1", at_zero(lambda z: erf(sqrt(z)) / sqrt(z), 2 / sqrt(pi)), [0, mpf("1.001")], 12, 7),
    ("ERFC", "exp(x²) erfc(x) (x + 3) in t = (x - 3) / (x + 3), 0.5 <= x <= 28", whole, whole_interval("0.499", 28), 0, 12),
    ("ERFC_NEAR", "exp(x²) erfc(x) (x + 2) in t = (x - 2) / (x + 2), 0.5 <= x <= 3", near, near_interval("0.499", "3.001"), 16, 0),
    ("ERFC_FAR", "exp(x²) erfc(x) x in w = 1 / x², 3 <= x <= 28", far, [mpf(1) / 784, mpf("0.1112")], 18, 0),
]

print("// Nearly best polynomials in Horner's form, each step of which is one fused multiply-add. Made by Scripts/polynomials.py.")
print("#pragma once")
for name, meaning, f, interval, *counts in TABLE:
    for bits, terms in zip((64, 32), counts):
        if not terms:
            continue
        coefficients, error = chebyfit(f, interval, terms, error=True)
        print(f"\n// {meaning}; error {mp.nstr(error, 2)}")
        print(f"#define NK_{name}_{bits}(x) ( \\")
        print(f"    {'NK_FMA(' * (terms - 1)}{float(coefficients[0]).hex()} \\")
        for index, c in enumerate(coefficients[1:], 1):
            print(f"    , x, {float(c).hex()})" + (" \\" if index < terms - 1 else ")"))

# Numbers from LOG_START to twice that, in 128 parts of equal width in their bits; of each part 1 / c for a c near its middle, rounded so that
# products with it are exact, and log c, the first part of which is a multiple of 2⁻⁴². The part around 1 has c = 1.
LOG_START = 0x3FE6A80000000000


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<q", bits))[0]


print("\n// 1 / c, log c and what its rounding lost, for nk_log_pair; for 128 parts of the interval from NK_LOG_START on.")
print(f"#define NK_LOG_START {LOG_START:#x}")
print("#define NK_LOG_TABLE { \\")
largest = 0
for part in range(128):
    low, high = (from_bits(LOG_START + (part + i << 45)) for i in (0, 1))
    inverse = mpf(1) if low <= 1 <= high else mp.nint(2 / (mpf(low) + mpf(high)) * 512) / 512
    largest = max(largest, abs(low * inverse - 1), abs(high * inverse - 1))
    whole = -log(inverse)
    first = mp.nint(whole * 2**42) / 2**42
    end = "}}" if part == 127 else "}, \\"
    print(f"    {{{float(inverse).hex()}, {float(first).hex()}, {float(whole - first).hex()}{end}")
assert largest < mpf("0.0082"), largest
