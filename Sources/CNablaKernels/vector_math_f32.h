// Elementary functions of float32, computed in float64 without branches and calls; see vector_math.h.
#pragma once
#include "vector_math.h"

// exp x = 2ⁿ (1 + p)
NK_INLINE double nk_exp_parts_f32(double x, double *p) {
    x = x > 200 ? 200 : x;
    x = x < -200 ? -200 : x;
    double rounded = x * NK_LOG2E + NK_ROUNDER, n = rounded - NK_ROUNDER;
    double r = x - n * 0x1.62e42fefa39efp-1;
    *p = r + r * r * NK_EXP_32(r);
    return nk_power_of_2(rounded);
}
NK_INLINE double nk_exp_short(double x) {
    double p, power = nk_exp_parts_f32(x, &p);
    return power * p + power;
}
NK_INLINE double nk_expm1_short(double x) {
    double p, power = nk_exp_parts_f32(x, &p);
    return power * p + (power - 1);
}
NK_INLINE float nk_exp_f32(float x) { return (float)nk_exp_short(x); }
NK_INLINE float nk_expm1_f32(float x) { return x == 0 ? x : (float)nk_expm1_short(x); }

// x = 2^k (1 + f) as in nk_split, for what a float32 can be.
NK_INLINE double nk_split_short(double x, double *k) {
    uint64_t bits = nk_bits(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
    *k = nk_double((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
    return nk_double((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
}
// log(1 + f)
NK_INLINE double nk_log_kernel_short(double f) {
    double s = f / (2 + f), z = s * s;
    return s * (2 + z * NK_LOG_32(z));
}
NK_INLINE double nk_log_short(double x) {
    double k, f = nk_split_short(x, &k);
    return nk_log_ends(x, nk_log_kernel_short(f) + k * 0x1.62e42fefa39efp-1);
}
NK_INLINE double nk_log1p_short(double x) {
    double u = 1 + x;
    double k, f = nk_split_short(u, &k);
    int small = fabs(x) < 0.25;
    f = small ? x : f;
    k = small ? 0 : k;
    return nk_log_ends(u, nk_log_kernel_short(f) + k * 0x1.62e42fefa39efp-1);
}
NK_INLINE float nk_log_f32(float x) { return (float)nk_log_short(x); }
NK_INLINE float nk_log1p_f32(float x) { return x == 0 ? x : (float)nk_log1p_short(x); }
NK_INLINE float nk_log2_f32(float x) {
    double k, f = nk_split_short(x, &k);
    return (float)nk_log_ends(x, nk_log_kernel_short(f) * NK_LOG2E + k);
}
NK_INLINE float nk_log10_f32(float x) {
    double k, f = nk_split_short(x, &k);
    return (float)nk_log_ends(x, nk_log_kernel_short(f) * 0x1.bcb7b1526e50ep-2 + k * 0x1.34413509f79ffp-2);
}

NK_INLINE float nk_sigmoid_f32(float x) {
    double e = nk_exp_short(-fabs((double)x));
    return (float)((x >= 0 ? 1.0 : e) / (1.0 + e));
}
NK_INLINE float nk_softplus_f32(float x) {
    double y = nk_log1p_short(nk_exp_short(-fabs((double)x)));
    return x != x ? x : (float)((x > 0 ? (double)x : 0) + y);
}
NK_INLINE float nk_tanh_f32(float x) {
    double t = nk_expm1_short(-2 * fabs((double)x));
    return (float)copysign(-t / (t + 2), (double)x);
}
NK_INLINE float nk_sinh_f32(float x) {
    double a = fabs((double)x), z = a * a;
    double e = nk_exp_short(a);
    double small = a + a * z * NK_SINH_32(z), large = 0.5 * (e - 1 / e);
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

NK_INLINE double nk_reduce_angle_short(double x, uint64_t *turns) {
    double rounded = x * 0x1.45f306dc9c883p-1 + NK_ROUNDER, n = rounded - NK_ROUNDER;
    *turns = nk_bits(rounded);
    return (x - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34;
}
NK_INLINE double nk_sin_short(double r) {
    double z = r * r;
    return r + r * z * NK_SIN_32(z);
}
NK_INLINE double nk_cos_short(double r) {
    double z = r * r;
    return 1 - 0.5 * z + z * z * NK_COS_32(z);
}
NK_INLINE float nk_sin_f32(float x) {
    uint64_t turns;
    double r = nk_reduce_angle_short(x, &turns);
    double y = turns & 1 ? nk_cos_short(r) : nk_sin_short(r);
    return x == 0 ? x : (float)(turns & 2 ? -y : y);
}
NK_INLINE float nk_cos_f32(float x) {
    uint64_t turns;
    double r = nk_reduce_angle_short(x, &turns);
    double y = turns & 1 ? nk_sin_short(r) : nk_cos_short(r);
    return (float)((turns + 1) & 2 ? -y : y);
}
NK_INLINE float nk_tan_f32(float x) {
    uint64_t turns;
    double r = nk_reduce_angle_short(x, &turns);
    double s = nk_sin_short(r), c = nk_cos_short(r);
    double y = turns & 1 ? -c / s : s / c;
    return x == 0 ? x : (float)y;
}

NK_INLINE float nk_atan_f32(float x) {
    double a = fabs((double)x);
    int large = a > 0x1.3504f333f9de6p+1, middle = a > 0x1.a827999fcef32p-2;
    double t = large ? -1 / a : middle ? (a - 1) / (a + 1) : a;
    double start = large ? 0x1.921fb54442d18p+0 : middle ? 0x1.921fb54442d18p-1 : 0;
    double z = t * t;
    return (float)copysign(start + (t + t * z * NK_ATAN_32(z)), (double)x);
}
// asin of √z or a, whichever `large` says.
NK_INLINE double nk_asin_short(double a) {
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : a;
    double y = t + t * z * NK_ASIN_32(z);
    return large ? 0x1.921fb54442d18p+0 - 2 * y : y;
}
NK_INLINE float nk_asin_f32(float x) { return (float)copysign(nk_asin_short(fabs((double)x)), (double)x); }
NK_INLINE float nk_acos_f32(float x) {
    double a = fabs((double)x);
    int large = a > 0.5;
    double z = large ? (1 - a) * 0.5 : a * a;
    double t = large ? sqrt(z) : (double)x;
    double y = t + t * z * NK_ASIN_32(z);
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
