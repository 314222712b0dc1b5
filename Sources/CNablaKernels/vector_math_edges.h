// Functions that derivatives are made of, right to both ends of the range; see vector_math.h.
#pragma once
#include "slopes.h"
#include "vector_math_binary.h"

// MARK: Bells

// exp(-scale x²), with x² as an exact sum of two. `scale` is a power of two.
NK_INLINE double nk_bell_f64(double x, double scale) {
    double a = fabs(x);
    a = a > 60 ? 60 : a;
    double head = nk_double(nk_bits(a) & 0xfffffffff8000000), rest = a - head;
    return nk_exp_sum(-scale * head * head, -scale * rest * (a + head), 0);
}
NK_INLINE float nk_bell_f32(float x, double scale) { return (float)nk_exp_short(-scale * ((double)x * x)); }

// The distribution function of the standard normal, erfc(-x / √2) / 2.
NK_INLINE double nk_normal_cdf_f64(double x) {
    double a = fabs(x) * 0x1.6a09e667f3bcdp-1;
    double inner = 0.5 + 0.5 * copysign(a * NK_ERF_64(a * a), x);
    // Half of erfc a, whose exponential is taken of x² / 2 itself: a² is off by the rounding of a.
    double b = a > 28 ? 28 : a;
    int near = b < 3;
    double t = (near ? b - 2 : 1) / (near ? b + 2 : b * b);
    double q = (near ? NK_ERFC_NEAR_64(t) : NK_ERFC_FAR_64(t)) / (near ? b + 2 : b);
    double tail = 0.5 * (nk_bell_f64(x, 0.5) * q);
    return a <= 0.5 ? inner : x > 0 ? 1 - tail : tail;
}
NK_INLINE double nk_normal_cdf_short(double x) {
    double a = fabs(x) * 0x1.6a09e667f3bcdp-1;
    double inner = 0.5 + 0.5 * copysign(a * NK_ERF_32(a * a), x);
    double tail = 0.5 * nk_erfc_tail_short(a);
    return a <= 0.5 ? inner : x > 0 ? 1 - tail : tail;
}
NK_INLINE float nk_normal_cdf_f32(float x) { return (float)nk_normal_cdf_short(x); }

// MARK: Activations
// x g(x), where g vanishes at -∞ faster than any power: x is stopped where the product is 0 anyway, so that -∞ gives 0 too.

#define NK_STOPPED(T, x) ((x) < (T)-1000 ? (T)-1000 : (x))
#define NK_STOPPED_BOTH(T, x) (NK_STOPPED(T, x) > (T)1000 ? (T)1000 : NK_STOPPED(T, x))

// Where exp(x) is near the smallest numbers it is made 2^64 times larger, and the product, which is larger too, brought back.
NK_INLINE double nk_exp_raised(double x, double *lower) {
    int is_raised = x < -600;
    *lower = is_raised ? 0x1p-64 : 1;
    return nk_exp_sum(-fabs(x), 0, is_raised ? 64 : 0);
}
NK_INLINE double nk_silu_f64(double x) {
    double lower, e = nk_exp_raised(x, &lower);
    return NK_STOPPED(double, x) * ((x >= 0 ? 1.0 : e) / (1.0 + e)) * lower;
}
NK_INLINE float nk_silu_f32(float x) {
    return (float)(NK_STOPPED(double, (double)x) / (1 + nk_exp_within(nk_exp_stopped_f32(-x))));
}
// tanh(log(1 + eˣ)) = (1 + 2 e) / (1 + 2 e + 2 e²) with e = exp(-x) for x ≥ 0, and w (w + 2) / (w (w + 2) + 2) with w = exp(x) for x < 0.
NK_INLINE double nk_mish_of(double x, double e) {
    double top = x >= 0 ? 1 + 2 * e : e * (e + 2);
    return NK_STOPPED(double, x) * (top / (top + 2 * (x >= 0 ? e * e : 1)));
}
NK_INLINE double nk_mish_f64(double x) {
    double lower, e = nk_exp_raised(x, &lower);
    return nk_mish_of(x, e) * lower;
}
NK_INLINE float nk_mish_f32(float x) { return (float)nk_mish_of(x, nk_exp_short(-fabs((double)x))); }
NK_INLINE double nk_gelu_f64(double x) { return NK_STOPPED(double, x) * nk_normal_cdf_f64(x); }
NK_INLINE float nk_gelu_f32(float x) { return (float)(NK_STOPPED(double, (double)x) * nk_normal_cdf_short(x)); }

// Their derivatives, as the rules in Swift make them.
#define NK_DEFINE_ACTIVATION_SLOPES(S, T)                                                   \
    NK_INLINE T nk_silu_slope_##S(T x) {                                                    \
        T c = NK_STOPPED_BOTH(T, x), y = nk_sigmoid_##S(c);                                 \
        return y + c * nk_sigmoid_slope_##S(c, y);                                          \
    }                                                                                       \
    NK_INLINE T nk_mish_slope_##S(T x) {                                                    \
        T c = NK_STOPPED_BOTH(T, x), p = nk_softplus_##S(c), y = nk_tanh_##S(p);            \
        return y + c * (nk_tanh_slope_##S(p, y) * nk_sigmoid_##S(c));                       \
    }                                                                                       \
    NK_INLINE T nk_gelu_slope_##S(T x) {                                                    \
        T c = NK_STOPPED_BOTH(T, x);                                                        \
        return nk_normal_cdf_##S(c) + c * (nk_bell_##S(c, 0.5) * (T)0x1.9884533d43651p-2);  \
    }
NK_DEFINE_ACTIVATION_SLOPES(f32, float)
NK_DEFINE_ACTIVATION_SLOPES(f64, double)

// MARK: Derivatives of inverse functions

// 1/√(1 + x²) and 1/(1 + x²). Large x are made smaller, so that their squares stay finite. And 1/√(1 - x²) and 1/(1 - x²), where 1 - x is
// exact near 1 and x² is nothing near 0.
#define NK_DEFINE_INVERSE_SLOPES(S, T, F, LARGE, SMALLER)                                   \
    NK_INLINE T nk_asinh_slope_##S(T x) {                                                   \
        T s = fabs##F(x) > (T)LARGE ? (T)SMALLER : (T)1, u = x * s;                         \
        return s / sqrt##F(s * s + u * u);                                                  \
    }                                                                                       \
    NK_INLINE T nk_atan_slope_##S(T x) {                                                    \
        T s = fabs##F(x) > (T)LARGE ? (T)SMALLER : (T)1, u = x * s;                         \
        return s * s / (s * s + u * u);                                                     \
    }                                                                                       \
    NK_INLINE T nk_cosine_square_##S(T x) {                                                 \
        return fabs##F(x) < (T)0.5 ? (T)1 - x * x : ((T)1 - x) * ((T)1 + x);                \
    }                                                                                       \
    NK_INLINE T nk_asin_slope_##S(T x) { return (T)1 / sqrt##F(nk_cosine_square_##S(x)); }  \
    NK_INLINE T nk_atanh_slope_##S(T x) {                                                   \
        T c = nk_cosine_square_##S(x);                                                      \
        return c < 0 ? (T)NAN : (T)1 / c;                                                   \
    }
NK_DEFINE_INVERSE_SLOPES(f32, float, f, 0x1p60, 0x1p-70)
NK_DEFINE_INVERSE_SLOPES(f64, double, , 0x1p500, 0x1p-530)

// b / (a² + b²), 0 where either is infinite.
NK_INLINE double nk_inversion_f64(double a, double b) {
    double large = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    double s = large > 0x1p400 ? 0x1p-600 : large < 0x1p-400 ? 0x1p600 : 1;
    double u = a * s, v = b * s;
    double y = v / (u * u + v * v) * s;
    y = large == INFINITY ? 0 : y;
    return ((a != a) | (b != b)) ? (double)NAN : y;
}
NK_INLINE float nk_inversion_f32(float a, float b) {
    double u = a, v = b, y = v / (u * u + v * v);
    y = ((fabs(u) == INFINITY) | (fabs(v) == INFINITY)) ? 0 : y;
    return (float)(((a != a) | (b != b)) ? (double)NAN : y);
}

// MARK: Comparisons and losses

// a - b, 0 for equal infinities.
#define NK_DIFFERENCE_OF(T, a, b) ((a) == (b) ? (T)0 : (a) - (b))
// 1 where a > b, 0 where a < b, ½ where they are equal, NaN where either is NaN.
#define NK_SHARE_OF(T, a, b) ((a) > (b) ? (T)1 : (a) < (b) ? (T)0 : (a) == (b) ? (T)0.5 : (a) + (b))

// -t log σ(x) - (1 - t) log σ(-x) = x (h - t) + log(1 + exp(-|x|)) with h = 1 for x > 0 and 0 otherwise: no term is larger than the sum.
// The derivative by x is σ(x) - t = (h - t) ± σ(-|x|). h - t is exact where it is small.
NK_INLINE double nk_sigmoid_loss_f64(double x, double t) {
    double far = (x > 0 ? 1.0 : 0.0) - t;
    double y = (far == 0 ? 0 : x * far) + nk_log1p_f64(nk_exp_f64(-fabs(x)));
    return x != x ? x : y;
}
NK_INLINE float nk_sigmoid_loss_f32(float x, float t) {
    double far = (x > 0 ? 1.0 : 0.0) - (double)t;
    double y = (far == 0 ? 0 : (double)x * far) + nk_log1p_within(nk_exp_short(-fabs((double)x)));
    return x != x ? x : (float)y;
}
NK_INLINE double nk_sigmoid_error_f64(double x, double t) {
    double e = nk_exp_f64(-fabs(x)), p = e / (1.0 + e);
    return x > 0 ? (1.0 - t) - p : p - t;
}
NK_INLINE float nk_sigmoid_error_f32(float x, float t) {
    double e = nk_exp_short(-fabs((double)x)), p = e / (1.0 + e);
    return (float)(x > 0 ? (1.0 - (double)t) - p : p - (double)t);
}
