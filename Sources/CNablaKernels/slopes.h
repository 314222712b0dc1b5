// Derivatives of functions that level off, from the function's value where that says enough and from its argument where it does not.
//
// 1 - y² is tanh' to a few units in the last place while y is well below 1; nearer to 1 the rounding of y is all that is left of it, and the
// derivative is taken from exp(-2 |x|). Few arguments lie there in most arrays, so elements are looked at in groups, and exponentials are
// only made for groups that need some: the derivative costs what 1 - y² costs, and is right to the end of the range.
#pragma once
#include "vector_math_f32.h"

// Where 1 - |y| has lost so many bits that the argument is asked. Just before it the rounding of y is an error of 128 units of epsilon in
// tanh', 64 in sigmoid' and 13 in expm1'; it is a few units further in, and in what the argument gives. Limits further in would take the
// argument for many groups of normally distributed numbers: at 2⁻⁸ tanh' of 100 000 float32 took 25 µs instead of 15.
#define NK_TANH_LEVEL (1 - 0x1p-9)
#define NK_SIGMOID_LEVEL (1 - 0x1p-7)
#define NK_EXPM1_LEVEL (-1 + 0x1p-5)

#define NK_TANH_IS_LEVEL(T, y) (((y) < 0 ? -(y) : (y)) > (T)NK_TANH_LEVEL)
#define NK_TANH_PLAIN(T, y) (((T)1 - (y)) * ((T)1 + (y)))
#define NK_SIGMOID_IS_LEVEL(T, y) ((y) > (T)NK_SIGMOID_LEVEL)
#define NK_SIGMOID_PLAIN(T, y) ((y) * ((T)1 - (y)))
#define NK_EXPM1_IS_LEVEL(T, y) ((y) < (T)NK_EXPM1_LEVEL)
#define NK_EXPM1_PLAIN(T, y) ((y) + (T)1)

// 2ⁿ for the whole number n in the low bits of `rounded`, |n| < 127.
NK_INLINE float nk_power_of_2_f32(float rounded) {
    uint32_t bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    bits = (bits + 127) << 23;
    float power;
    __builtin_memcpy(&power, &bits, sizeof power);
    return power;
}

// From the argument.
NK_INLINE double nk_tanh_end_f64(double x) {
    double e = nk_exp_f64(-2 * fabs(x)), s = 1 + e;
    return 4 * e / (s * s);
}
// exp x for x <= 0, in float32 alone: within 2 units in the last place, and twice as many numbers at a time.
NK_INLINE float nk_exp_end_f32(float x) {
    x = x < -110 ? -110 : x;
    float n = (x * 0x1.715476p+0f + 0x1.8p23f) - 0x1.8p23f;
    // ln 2 in two parts, the first of 15 bits.
    float r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
    float p = 1 + (r + r * r * (0.5f + r * (0x1.555556p-3f + r * (0x1.5554aap-5f + r * (0x1.1111eap-7f + r * 0x1.6c5p-10f)))));
    // 2^n may be subnormal.
    return p * nk_power_of_2_f32(n + 64 + 0x1.8p23f) * 0x1p-64f;
}
NK_INLINE float nk_tanh_end_f32(float x) {
    float e = nk_exp_end_f32(-2 * fabsf(x)), s = 1 + e;
    return 4 * e / (s * s);
}
NK_INLINE double nk_sigmoid_end_f64(double x) {
    double e = nk_exp_f64(-fabs(x)), s = 1 + e;
    return e / (s * s);
}
NK_INLINE float nk_sigmoid_end_f32(float x) {
    float e = nk_exp_end_f32(-fabsf(x)), s = 1 + e;
    return e / (s * s);
}
NK_INLINE double nk_expm1_end_f64(double x) { return nk_exp_f64(x); }
NK_INLINE float nk_expm1_end_f32(float x) { return nk_exp_f32(x); }

// The derivative at x, where the function is y.
#define NK_DEFINE_SLOPE(NAME, OP, S, T) \
    NK_INLINE T nk_##NAME##_slope_##S(T x, T y) { return NK_##OP##_IS_LEVEL(T, y) ? nk_##NAME##_end_##S(x) : NK_##OP##_PLAIN(T, y); }
NK_DEFINE_SLOPE(tanh, TANH, f32, float)
NK_DEFINE_SLOPE(tanh, TANH, f64, double)
NK_DEFINE_SLOPE(sigmoid, SIGMOID, f32, float)
NK_DEFINE_SLOPE(sigmoid, SIGMOID, f64, double)
NK_DEFINE_SLOPE(expm1, EXPM1, f32, float)
NK_DEFINE_SLOPE(expm1, EXPM1, f64, double)

// A first look takes a block, a second one the groups of a block that has level values.
enum { NK_SLOPE_GROUP = 16, NK_SLOPE_BLOCK = 128 };
typedef int32_t nk_flag_f32;
typedef int64_t nk_flag_f64;

// Whether any of `count` values from `y` on are level.
#define NK_DEFINE_ANY_LEVEL(NAME, OP, S, T)                                                 \
    NK_INLINE bool nk_##NAME##_any_level_##S(const T *y, const int count) {                 \
        nk_flag_##S found = 0;                                                              \
        NK_VECTORIZE for (int j = 0; j < count; j++) found |= NK_##OP##_IS_LEVEL(T, y[j]) ? -1 : 0; \
        return found != 0;                                                                  \
    }
NK_DEFINE_ANY_LEVEL(tanh, TANH, f32, float)
NK_DEFINE_ANY_LEVEL(tanh, TANH, f64, double)
NK_DEFINE_ANY_LEVEL(sigmoid, SIGMOID, f32, float)
NK_DEFINE_ANY_LEVEL(sigmoid, SIGMOID, f64, double)
NK_DEFINE_ANY_LEVEL(expm1, EXPM1, f32, float)
NK_DEFINE_ANY_LEVEL(expm1, EXPM1, f64, double)

// For the elements from `i` up to `end`: RESULT in terms of `t` and `slope`.
#define NK_PLAIN_SLOPES(OP, T, END, RESULT)                                                 \
    NK_VECTORIZE for (int64_t k = i; k < (END); k++) {                                      \
        T t = pt[k], slope = NK_##OP##_PLAIN(T, py[k]);                                     \
        (void)t;                                                                            \
        out[k] = RESULT;                                                                    \
    }
#define NK_LEVEL_SLOPES(NAME, OP, S, T, END, RESULT)                                        \
    NK_VECTORIZE for (int64_t k = i; k < (END); k++) {                                      \
        T t = pt[k], y = py[k], end = nk_##NAME##_end_##S(px[k]);                           \
        T slope = NK_##OP##_IS_LEVEL(T, y) ? end : NK_##OP##_PLAIN(T, y);                   \
        (void)t;                                                                            \
        out[k] = RESULT;                                                                    \
    }

// A loop that makes RESULT of each element's `slope` and of `t`, where there is a cotangent (HAS_T); X and Y say which operands hold x and y.
#define NK_SLOPE_LOOP(LOOP, NAME, OP, S, T, X, Y, HAS_T, RESULT)                            \
    NK_LOOP(LOOP) {                                                                         \
        T *out = (T *)p[0];                                                                 \
        const T *pt = (const T *)p[1], *px = (const T *)p[X], *py = (const T *)p[Y];        \
        int64_t so = s[0], st = HAS_T ? s[1] : 0, sx = s[X], sy = s[Y], i = 0;              \
        if (NK_LIKELY(so == 1 && (!HAS_T || st == 1) && sx == 1 && sy == 1)) {              \
            for (; i + NK_SLOPE_BLOCK <= count; i += NK_SLOPE_BLOCK) {                      \
                if (NK_LIKELY(!nk_##NAME##_any_level_##S(py + i, NK_SLOPE_BLOCK))) {        \
                    NK_PLAIN_SLOPES(OP, T, i + NK_SLOPE_BLOCK, RESULT)                      \
                    continue;                                                               \
                }                                                                           \
                const int64_t next = i;                                                     \
                for (; i < next + NK_SLOPE_BLOCK; i += NK_SLOPE_GROUP) {                    \
                    if (nk_##NAME##_any_level_##S(py + i, NK_SLOPE_GROUP)) {                \
                        NK_LEVEL_SLOPES(NAME, OP, S, T, i + NK_SLOPE_GROUP, RESULT)         \
                    } else {                                                                \
                        NK_PLAIN_SLOPES(OP, T, i + NK_SLOPE_GROUP, RESULT)                  \
                    }                                                                       \
                }                                                                           \
                i = next;                                                                   \
            }                                                                               \
            for (; i + NK_SLOPE_GROUP <= count; i += NK_SLOPE_GROUP) {                      \
                if (nk_##NAME##_any_level_##S(py + i, NK_SLOPE_GROUP)) {                    \
                    NK_LEVEL_SLOPES(NAME, OP, S, T, i + NK_SLOPE_GROUP, RESULT)             \
                } else {                                                                    \
                    NK_PLAIN_SLOPES(OP, T, i + NK_SLOPE_GROUP, RESULT)                      \
                }                                                                           \
            }                                                                               \
        }                                                                                   \
        for (; i < count; i++) {                                                            \
            T t = pt[i * st], slope = nk_##NAME##_slope_##S(px[i * sx], py[i * sy]);        \
            (void)t;                                                                        \
            out[i * so] = RESULT;                                                           \
        }                                                                                   \
    }
