// Elementary functions of float32, computed in float64 without branches and calls; see vector_math.h.
#pragma once
#include "vector_math.h"

// Beyond 104 exp x is 0 or infinite in float32. NaN passes.
NK_INLINE float nk_exp_stopped_f32(float x) {
    x = x > 200 ? 200 : x;
    return x < -200 ? -200 : x;
}
NK_INLINE double nk_exp_stopped_short(double x) {
    x = x > 200 ? 200 : x;
    return x < -200 ? -200 : x;
}
// r = x - n ln 2, which n in the low bits of `rounded`.
NK_INLINE double nk_exp_rest_short(double x, double *rounded) {
    *rounded = NK_FMA(x, NK_LOG2E, NK_ROUNDER);
    return NK_FMA(NK_ROUNDER - *rounded, 0x1.62e42fefa39efp-1, x);
}
// exp x for |x| <= 200. The exponent is added as a whole number: a NaN stays one, since those of float32 end in zeros.
NK_INLINE double nk_exp_within(double x) {
    double rounded, r = nk_exp_rest_short(x, &rounded);
    double y = NK_FMA(r, NK_FMA(r, NK_EXP_32(r), 1), 1);
    return nk_double(nk_bits(y) + (nk_bits(rounded) << 52));
}
NK_INLINE double nk_expm1_within(double x) {
    double rounded, r = nk_exp_rest_short(x, &rounded), power = nk_power_of_2(rounded);
    return NK_FMA(power, NK_FMA(r * r, NK_EXP_32(r), r), power - 1);
}
NK_INLINE double nk_exp_short(double x) { return nk_exp_within(nk_exp_stopped_short(x)); }
NK_INLINE float nk_exp_f32(float x) { return (float)nk_exp_within(nk_exp_stopped_f32(x)); }
NK_INLINE float nk_expm1_f32(float x) { return x == 0 ? x : (float)nk_expm1_within(nk_exp_stopped_f32(x)); }

// x = 2^k (1 + f) as in nk_split, for what a float32 can be.
NK_INLINE double nk_split_short(double x, double *k) {
    uint64_t bits = nk_bits(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
    *k = nk_double((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
    return nk_double((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
}
// log(1 + f) + more
NK_INLINE double nk_log_kernel_short(double f, double more) {
    double s = f / (2 + f), z = s * s;
    return NK_FMA(s, NK_FMA(z, NK_LOG_32(z), 2), more);
}
NK_INLINE float nk_log_f32(float x) {
    double k, f = nk_split_short(x, &k);
    float y = (float)nk_log_kernel_short(f, k * 0x1.62e42fefa39efp-1);
    return NK_LOG_ENDS(float, x, 0, y);
}
// log(1 + x) for finite x > -1
NK_INLINE double nk_log1p_within(double x) {
    double k, f = nk_split_short(1 + x, &k);
    int small = fabs(x) < 0.25;
    f = small ? x : f;
    k = small ? 0 : k;
    return nk_log_kernel_short(f, k * 0x1.62e42fefa39efp-1);
}
NK_INLINE double nk_log1p_short(double x) { return NK_LOG_ENDS(double, x, -1, nk_log1p_within(x)); }
NK_INLINE float nk_log1p_f32(float x) {
    float y = (float)nk_log1p_within(x);
    y = NK_LOG_ENDS(float, x, -1, y);
    return x == 0 ? x : y;
}
NK_INLINE float nk_log2_f32(float x) {
    double k, f = nk_split_short(x, &k);
    float y = (float)NK_FMA(nk_log_kernel_short(f, 0), NK_LOG2E, k);
    return NK_LOG_ENDS(float, x, 0, y);
}
NK_INLINE float nk_log10_f32(float x) {
    double k, f = nk_split_short(x, &k);
    float y = (float)NK_FMA(nk_log_kernel_short(f, 0), 0x1.bcb7b1526e50ep-2, k * 0x1.34413509f79ffp-2);
    return NK_LOG_ENDS(float, x, 0, y);
}

// Where float32 computes in float64, exp x has the range that these need without a look at the sign of x.
NK_INLINE float nk_sigmoid_f32(float x) { return (float)(1 / (1 + nk_exp_within(nk_exp_stopped_f32(-x)))); }
NK_INLINE float nk_softplus_f32(float x) {
    double y = nk_log1p_within(nk_exp_short(-fabs((double)x)));
    return x != x ? x : (float)((x > 0 ? (double)x : 0) + y);
}
NK_INLINE float nk_tanh_f32(float x) {
    double t = nk_expm1_within(nk_exp_stopped_f32(x + x));
    return x == 0 ? x : (float)(t / (t + 2));
}
NK_INLINE float nk_sinh_f32(float x) {
    double a = fabs((double)x), z = a * a;
    double e = nk_exp_short(a);
    double small = NK_FMA(a * z, NK_SINH_32(z), a), large = 0.5 * (e - 1 / e);
    return (float)copysign(a < 1 ? small : large, (double)x);
}
NK_INLINE float nk_cosh_f32(float x) {
    double e = nk_exp_short(fabs((double)x));
    return (float)(0.5 * (e + 1 / e));
}
NK_INLINE float nk_asinh_f32(float x) {
    double a = fabs((double)x), z = a * a;
    double y = nk_log1p_short(a + z / (1 + sqrt(1 + z)));
    return (float)copysign(x - x != 0 ? a : y, (double)x);
}
NK_INLINE float nk_acosh_f32(float x) {
    double a = x, t = a - 1;
    double y = nk_log1p_short(t + sqrt(t * (a + 1)));
    return (float)(x < 1 ? (double)NAN : y);
}
NK_INLINE float nk_atanh_f32(float x) {
    double a = fabs((double)x);
    return (float)copysign(0.5 * nk_log1p_short(2 * a / (1 - a)), (double)x);
}

// sin(r + n π) for the whole number n in the low bits of `rounded`, |r| <= π / 2. One polynomial over half a turn takes fewer operations
// than two over quarters, of which one is chosen.
NK_INLINE double nk_sin_half_turn(double r, double rounded) {
    double y = r * NK_FMA(r * r, NK_HALF_TURN_32(r * r), 1);
    return nk_double(nk_bits(y) ^ (nk_bits(rounded) << 63));
}
// x - n π
NK_INLINE double nk_less_half_turns(double x, double n) { return NK_FMA(-n, 0x1.1a62633145c07p-53, NK_FMA(-n, 0x1.921fb54442d18p+1, x)); }
NK_INLINE float nk_sin_f32(float x) {
    double rounded = NK_FMA((double)x, 0x1.45f306dc9c883p-2, NK_ROUNDER);
    return (float)nk_sin_half_turn(nk_less_half_turns(x, rounded - NK_ROUNDER), rounded);
}
// cos x = -sin(x - π / 2)
NK_INLINE float nk_cos_f32(float x) {
    double rounded = NK_FMA((double)x, 0x1.45f306dc9c883p-2, -0.5) + NK_ROUNDER;
    return (float)-nk_sin_half_turn(nk_less_half_turns(x, (rounded - NK_ROUNDER) + 0.5), rounded);
}
NK_INLINE double nk_sin_short(double r) {
    double z = r * r;
    return NK_FMA(r * z, NK_SIN_32(z), r);
}
NK_INLINE double nk_cos_short(double r) {
    double z = r * r;
    return NK_FMA(z * z, NK_COS_32(z), NK_FMA(-0.5, z, 1));
}
NK_INLINE float nk_tan_f32(float x) {
    double rounded = NK_FMA((double)x, 0x1.45f306dc9c883p-1, NK_ROUNDER), n = rounded - NK_ROUNDER;
    double r = NK_FMA(-n, 0x1.1a62633145c07p-54, NK_FMA(-n, 0x1.921fb54442d18p+0, (double)x));
    double s = nk_sin_short(r), c = nk_cos_short(r);
    double y = nk_bits(rounded) & 1 ? -c / s : s / c;
    return x == 0 ? x : (float)y;
}

NK_INLINE float nk_atan_f32(float x) {
    double a = fabs((double)x);
    int large = a > 0x1.3504f333f9de6p+1, middle = a > 0x1.a827999fcef32p-2;
    double t = large ? -1 / a : middle ? (a - 1) / (a + 1) : a;
    double start = large ? 0x1.921fb54442d18p+0 : middle ? 0x1.921fb54442d18p-1 : 0;
    double z = t * t;
    return (float)copysign(start + NK_FMA(t * z, NK_ATAN_32(z), t), (double)x);
}
// asin of √z or a, whichever `large` says.
NK_INLINE double nk_asin_short(double a) {
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : a;
    double y = NK_FMA(t * z, NK_ASIN_32(z), t);
    return large ? 0x1.921fb54442d18p+0 - 2 * y : y;
}
NK_INLINE float nk_asin_f32(float x) { return (float)copysign(nk_asin_short(fabs((double)x)), (double)x); }
NK_INLINE float nk_acos_f32(float x) {
    double a = fabs((double)x);
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : (double)x;
    double y = NK_FMA(t * z, NK_ASIN_32(z), t);
    double far = x > 0 ? 2 * y : 0x1.921fb54442d18p+1 - 2 * y;
    return (float)(large ? far : 0x1.921fb54442d18p+0 - y);
}

NK_INLINE double nk_erfc_tail_short(double a) {
    a = a > 28 ? 28 : a;
    double t = (a - 3) / (a + 3);
    return nk_exp_short(-a * a) * NK_ERFC_32(t) / (a + 3);
}
NK_INLINE float nk_erf_f32(float x) {
    double a = fabs((double)x);
    double inner = a * NK_ERF_32(a * a), outer = 1 - nk_erfc_tail_short(a);
    return (float)copysign(a <= 1 ? inner : outer, (double)x);
}
NK_INLINE float nk_erfc_f32(float x) {
    double a = fabs((double)x);
    double inner = (double)x * NK_ERF_32(a * a), tail = nk_erfc_tail_short(a);
    double outer = x > 0 ? tail : 2 - tail;
    return (float)(a <= 0.5 ? 1 - inner : outer);
}
