// Elementary functions without branches and calls, which the compiler turns into vector instructions inside loops.
//
// float64 functions are within 4 units in the last place, and mostly within 1. float32 ones compute in float64 with shorter polynomials
// and round once, so that they are the nearest number but for rare cases. Multiply-adds are fused where they are written as NK_FMA and
// nowhere else, so that results are the same on every instruction set: one instruction from x86-64-v3 on, below a call of the C library's
// `fma`. There exp of a float32 takes 29 ns where the library finds the instruction, as under NABLA_MAX_CPU_ISA, and 1 µs on a processor
// that has none. Tests/NablaArrayTests/ElementaryFunctionTests.swift holds them against extended precision.
#pragma once
#include "iterate.h"
#include "polynomials.h"

#include <math.h>

/// a * b + c, rounded once.
#define NK_FMA(a, b, c) __builtin_fma(a, b, c)

NK_INLINE uint64_t nk_bits(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}
NK_INLINE double nk_double(uint64_t bits) {
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

// Adding it to a number below 2⁵¹ leaves the nearest whole number in the low bits.
#define NK_ROUNDER 0x1.8p52
#define NK_LN2_HI 0x1.62e42feep-1
#define NK_LN2_LO 0x1.a39ef35793c76p-33
#define NK_LOG2E 0x1.71547652b82fep+0

// 2ⁿ for the whole number n in the low bits of `rounded`, |n| < 1023.
NK_INLINE double nk_power_of_2(double rounded) { return nk_double((nk_bits(rounded) + 1023) << 52); }

// p 2ⁿ, rounded once, also where 2ⁿ has no float64 of its own.
NK_INLINE double nk_scale(double p, double n) {
    double half = n * 0.5 + NK_ROUNDER;
    double rest = n - (half - NK_ROUNDER) + NK_ROUNDER;
    return p * nk_power_of_2(half) * nk_power_of_2(rest);
}

// exp x is 0 or infinite beyond these, and n must stay in the range of nk_scale. NaN passes.
NK_INLINE double nk_exp_stopped(double x) {
    x = x > 1000 ? 1000 : x;
    return x < -1000 ? -1000 : x;
}
// exp r for |r| <= ln 2 / 2
NK_INLINE double nk_exp_kernel(double r) { return 1 + NK_FMA(r * r, NK_EXP_64(r), r); }
// exp(x + low) 2^shift, low small against x.
NK_INLINE double nk_exp_sum(double x, double low, double shift) {
    x = nk_exp_stopped(x);
    double n = NK_FMA(x, NK_LOG2E, NK_ROUNDER) - NK_ROUNDER;
    double r = NK_FMA(-n, NK_LN2_HI, x) + NK_FMA(-n, NK_LN2_LO, low);
    return nk_scale(nk_exp_kernel(r), n + shift);
}
NK_INLINE double nk_exp_f64(double x) {
    x = nk_exp_stopped(x);
    double n = NK_FMA(x, NK_LOG2E, NK_ROUNDER) - NK_ROUNDER;
    double r = NK_FMA(-n, NK_LN2_LO, NK_FMA(-n, NK_LN2_HI, x));
    return nk_scale(nk_exp_kernel(r), n);
}

// exp(x) - 1, and exp(x) itself where x < 36.
NK_INLINE double nk_expm1_and_exp(double x, double *e) {
    double y = nk_exp_stopped(x);
    double n = NK_FMA(y, NK_LOG2E, NK_ROUNDER) - NK_ROUNDER;
    double hi = NK_FMA(-n, NK_LN2_HI, y), lo = n * NK_LN2_LO;
    double r = hi - lo;
    double tail = (hi - r) - lo;
    // r + r²/2 + r³ P(r) with the rounding error of r added back.
    double q = NK_FMA(r * r, NK_FMA(r, NK_EXPM1_64(r), 0.5), tail);
    // 2ⁿ (1 + r + q) - 1. From n = 54 on the 1 is lost; below that 2ⁿ - 1 is exact where it matters.
    double middle = n > 53 ? 53 : n;
    double power = nk_power_of_2(middle + NK_ROUNDER);
    power = n < -60 ? 0 : power;
    double small = NK_FMA(power, q, power - 1);
    double result = n == 0 ? r + q : NK_FMA(power, r, small);
    *e = power * (1 + (r + q));
    double big = nk_scale(1 + (r + q), n);
    result = n > 53 ? big : result;
    // Keeps the sign of 0, and tiny numbers whose square underflows.
    return fabs(x) < 0x1p-60 ? x : result;
}
NK_INLINE double nk_expm1_f64(double x) {
    double e;
    return nk_expm1_and_exp(x, &e);
}

// x = 2^k (1 + f) with 1 + f in [√½, √2), for finite x > 0; k as a float64.
NK_INLINE double nk_split(double x, double *k) {
    int subnormal = x < 0x1p-1022;
    uint64_t bits = nk_bits(subnormal ? x * 0x1p54 : x);
    // Moves √½ to 1, so that the exponent counts from there.
    bits += 0x3ff0000000000000 - 0x3fe6a09e667f3bcd;
    // The exponent as a number: below 2⁵² it is the fraction of 2⁵².
    double exponent = nk_double((bits >> 52) | 0x4330000000000000) - 0x1p52;
    *k = exponent - (subnormal ? 1023 + 54 : 1023);
    return nk_double((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
}

// log(1 + f) + k ln 2 + c with f from nk_split, c small.
NK_INLINE double nk_log_sum(double f, double k, double c) {
    double s = f / (2 + f), z = s * s;
    // log(1 + f) = 2 s + s z P(z) = f - f²/2 + s (f²/2 + z P(z)), whose larger terms are exact.
    double half = 0.5 * f * f;
    double r = s * NK_FMA(z, NK_LOG_64(z), half);
    return NK_FMA(k, NK_LN2_HI, f - (half - (r + NK_FMA(k, NK_LN2_LO, c))));
}
// What a logarithm is where x is its pole, below that, at infinity and NaN; `y` elsewhere.
#define NK_LOG_ENDS(T, x, pole, y) ((x) > (pole) ? ((x) < (T)INFINITY ? (y) : (x)) : (x) == (pole) ? -(T)INFINITY : (T)NAN)
NK_INLINE double nk_log_ends(double x, double y) { return NK_LOG_ENDS(double, x, 0, y); }
NK_INLINE double nk_log_f64(double x) {
    double k, f = nk_split(x, &k);
    return nk_log_ends(x, nk_log_sum(f, k, 0));
}
NK_INLINE double nk_log1p_f64(double x) {
    double u = 1 + x;
    double k, f = nk_split(u, &k);
    // What 1 + x lost. It is nothing beside a large u, where the difference could overflow.
    double c = u > 0x1p53 ? 0 : x > 1 ? 1 - (u - x) : x - (u - 1);
    double y = nk_log_ends(u, nk_log_sum(f, k, c / u));
    return fabs(x) < 0x1p-60 ? x : y;
}
// log₂ x and log₁₀ x: k plus the logarithm of 1 + f times a constant in two parts, the first of 32 bits.
NK_INLINE double nk_log_base(double x, double k_hi, double k_lo, double scale_hi, double scale_lo) {
    double k, f = nk_split(x, &k);
    double s = f / (2 + f), z = s * s;
    double half = 0.5 * f * f;
    double r = s * NK_FMA(z, NK_LOG_64(z), half);
    // hi has few enough bits that its product with scale_hi is exact.
    double hi = nk_double(nk_bits(f - half) & 0xffffffff00000000);
    double lo = ((f - hi) - half) + r;
    double large = hi * scale_hi, small = NK_FMA(lo + hi, scale_lo, NK_FMA(lo, scale_hi, k * k_lo));
    double whole = k * k_hi, sum = whole + large;
    return nk_log_ends(x, sum + (small + ((whole - sum) + large)));
}
NK_INLINE double nk_log2_f64(double x) { return nk_log_base(x, 1, 0, 0x1.71547652p+0, 0x1.705fc2eefa2p-33); }
NK_INLINE double nk_log10_f64(double x) {
    return nk_log_base(x, 0x1.34413509f6p-2, 0x1.9fef311f12b36p-42, 0x1.bcb7b152p-2, 0x1.b9438ca9aadd5p-36);
}

NK_INLINE double nk_sigmoid_f64(double x) {
    double e = nk_exp_f64(-fabs(x));
    return (x >= 0 ? 1.0 : e) / (1.0 + e);
}
NK_INLINE double nk_softplus_f64(double x) { return x != x ? x : (x > 0 ? x : 0) + nk_log1p_f64(nk_exp_f64(-fabs(x))); }
// tanh a = -t / (t + 2) with t = exp(-2 a) - 1, which keeps small numbers, or 1 - 2 e / (1 + e) with e = exp(-2 a), which keeps large ones.
NK_INLINE double nk_tanh_f64(double x) {
    double a = fabs(x);
    double e, t = nk_expm1_and_exp(-2 * a, &e);
    int large = a > 0.55;
    double quotient = (large ? 2 * e : -t) / (large ? 1 + e : t + 2);
    return copysign(large ? 1 - quotient : quotient, x);
}
NK_INLINE double nk_sinh_f64(double x) {
    double a = fabs(x), z = x * x;
    double e = nk_exp_sum(a, 0, -1);
    double small = NK_FMA(a * z, NK_SINH_64(z), a), large = e - 0.25 / e;
    return copysign(a < 1 ? small : large, x);
}
NK_INLINE double nk_cosh_f64(double x) {
    double e = nk_exp_sum(fabs(x), 0, -1);
    return e + 0.25 / e;
}
NK_INLINE double nk_asinh_f64(double x) {
    double a = fabs(x), z = a * a;
    double y = nk_log1p_f64(a + z / (1 + sqrt(1 + z)));
    // x² would overflow; asinh x is log 2 x there.
    y = a > 0x1p500 ? nk_log_f64(a) + 0x1.62e42fefa39efp-1 : y;
    return copysign(a < 0x1p-30 ? a : y, x);
}
NK_INLINE double nk_acosh_f64(double x) {
    double t = x - 1;
    double y = nk_log1p_f64(t + sqrt(t * (x + 1)));
    y = x > 0x1p500 ? nk_log_f64(x) + 0x1.62e42fefa39efp-1 : y;
    return x < 1 ? (double)NAN : y;
}
NK_INLINE double nk_atanh_f64(double x) {
    double a = fabs(x);
    return copysign(0.5 * nk_log1p_f64(2 * a / (1 - a)), x);
}

// Beyond this angle the number of quarter turns takes more than 20 bits, and the products below are no longer exact.
#define NK_TRIGONOMETRIC_LIMIT 0x1p20

// x less the nearest multiple of π/2, as a sum of two; which multiple in the low bits of `turns`.
NK_INLINE double nk_reduce_angle(double x, double *tail, uint64_t *turns) {
    double rounded = NK_FMA(x, 0x1.45f306dc9c883p-1, NK_ROUNDER);
    *turns = nk_bits(rounded);
    double n = rounded - NK_ROUNDER;
    // π/2 in three parts, the first two of 33 bits.
    double a = NK_FMA(-n, 0x1.921fb544p+0, x);
    double second = n * 0x1.0b4611a6p-34;
    double b = a - second;
    double lost = (a - b) - second;
    double third = NK_FMA(n, 0x1.3198a2e037073p-69, -lost);
    double r = b - third;
    *tail = (b - r) - third;
    return r;
}
// sin and cos of r + tail, |r| <= π/4.
NK_INLINE double nk_sin_kernel(double r, double tail) {
    double z = r * r;
    return r + NK_FMA(r * z, NK_SIN_64(z), tail * NK_FMA(-0.5, z, 1));
}
NK_INLINE double nk_cos_kernel(double r, double tail) {
    double z = r * r, half = 0.5 * z, w = 1 - half;
    return w + (((1 - w) - half) + NK_FMA(z * z, NK_COS_64(z), -(r * tail)));
}
NK_INLINE double nk_sin_f64(double x) {
    double tail;
    uint64_t turns;
    double r = nk_reduce_angle(x, &tail, &turns);
    double y = turns & 1 ? nk_cos_kernel(r, tail) : nk_sin_kernel(r, tail);
    y = turns & 2 ? -y : y;
    return x == 0 ? x : y;
}
NK_INLINE double nk_cos_f64(double x) {
    double tail;
    uint64_t turns;
    double r = nk_reduce_angle(x, &tail, &turns);
    double y = turns & 1 ? nk_sin_kernel(r, tail) : nk_cos_kernel(r, tail);
    return (turns + 1) & 2 ? -y : y;
}
NK_INLINE double nk_tan_f64(double x) {
    double tail;
    uint64_t turns;
    double r = nk_reduce_angle(x, &tail, &turns);
    double s = nk_sin_kernel(r, tail), c = nk_cos_kernel(r, tail);
    double y = turns & 1 ? -c / s : s / c;
    return x == 0 ? x : y;
}

// atan x = atan b + atan((x - b) / (1 + x b)) with b = 0, 1 or infinite.
NK_INLINE double nk_atan_f64(double x) {
    double a = fabs(x);
    int large = a > 0x1.3504f333f9de6p+1, middle = a > 0x1.a827999fcef32p-2;
    double t = large ? -1 / a : middle ? (a - 1) / (a + 1) : a;
    double hi = large ? 0x1.921fb54442d18p+0 : middle ? 0x1.921fb54442d18p-1 : 0;
    double lo = large ? 0x1.1a62633145c07p-54 : middle ? 0x1.1a62633145c07p-55 : 0;
    double z = t * t;
    return copysign(hi + (t + NK_FMA(t * z, NK_ATAN_64(z), lo)), x);
}
// √z - t, the rounding error of the root t > 0, from (z - t²) / 2 t with t² split into exact products.
NK_INLINE double nk_root_error(double z, double t) {
    double head = nk_double(nk_bits(t) & 0xffffffff00000000), rest = t - head;
    return (((z - head * head) - 2 * head * rest) - rest * rest) / (t + t);
}
// For |x| > 1/2, asin |x| = π/2 - 2 asin √((1 - |x|) / 2).
NK_INLINE double nk_asin_f64(double x) {
    double a = fabs(x);
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : a;
    double p = t * z * NK_ASIN_64(z);
    double error = nk_root_error(z, t);
    error = (large && t > 0) ? error : 0;
    double outer = 0x1.921fb54442d18p+0 - (2 * t - (0x1.1a62633145c07p-54 - 2 * (p + error)));
    return copysign(large ? outer : t + p, x);
}
NK_INLINE double nk_acos_f64(double x) {
    double a = fabs(x);
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : x;
    double p = t * z * NK_ASIN_64(z);
    double error = nk_root_error(z, t);
    error = (large && t > 0) ? error : 0;
    double inner = 0x1.921fb54442d18p+0 - (t - (0x1.1a62633145c07p-54 - p));
    double near = 2 * (t + (p + error));
    double far = 0x1.921fb54442d18p+1 - (2 * t - (0x1.1a62633145c07p-53 - 2 * (p + error)));
    return large ? (x > 0 ? near : far) : inner;
}

// erfc a for a from 1/2 on, by exp(a²) erfc(a) and exp(-a²) with a² as an exact sum of two.
NK_INLINE double nk_erfc_tail(double a) {
    a = a > 28 ? 28 : a;
    int near = a < 3;
    double t = (near ? a - 2 : 1) / (near ? a + 2 : a * a);
    double q = (near ? NK_ERFC_NEAR_64(t) : NK_ERFC_FAR_64(t)) / (near ? a + 2 : a);
    double head = nk_double(nk_bits(a) & 0xfffffffff8000000), rest = a - head;
    return nk_exp_sum(-head * head, -rest * (a + head), 0) * q;
}
NK_INLINE double nk_erf_f64(double x) {
    double a = fabs(x), z = x * x;
    double inner = a * NK_ERF_64(z), outer = 1 - nk_erfc_tail(a);
    return copysign(a <= 1 ? inner : outer, x);
}
NK_INLINE double nk_erfc_f64(double x) {
    double a = fabs(x), z = x * x;
    double inner = x * NK_ERF_64(z), tail = nk_erfc_tail(a);
    double outer = x > 0 ? tail : 2 - tail;
    return a <= 0.5 ? 1 - inner : outer;
}
