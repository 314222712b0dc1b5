// Maps of one operand.
#include "iterate.h"

#include <math.h>
#include <string.h>

// NAME over types TO and TX: EXPR in terms of x.
#define MAP1(NAME, TO, TX, EXPR)                                                    \
    NK_CLONES static void NAME(int64_t count, char *const *p, const int64_t *s) {      \
        TO *out = (TO *)p[0];                                                       \
        const TX *in = (const TX *)p[1];                                            \
        int64_t so = s[0], sx = s[1];                                               \
        if (NK_LIKELY(so == 1 && sx == 1)) {                                        \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { TX x = in[i]; out[i] = (TO)(EXPR); } \
        } else {                                                                    \
            for (int64_t i = 0; i < count; i++) { TX x = in[i * sx]; out[i * so] = (TO)(EXPR); } \
        }                                                                           \
    }
// The same for what is a call of the C library, where vectors would gain nothing.
#define CALL1(NAME, TO, TX, EXPR)                                                   \
    static void NAME(int64_t count, char *const *p, const int64_t *s) {             \
        TO *out = (TO *)p[0];                                                       \
        const TX *in = (const TX *)p[1];                                            \
        int64_t so = s[0], sx = s[1];                                               \
        for (int64_t i = 0; i < count; i++) { TX x = in[i * sx]; out[i * so] = (TO)(EXPR); } \
    }

// exp(y) = 2^n + 2^n (exp(r) - 1) for y in [-110, 0]: the first part is `power`, the second the result. r = y - n ln 2 is at most 0.347 in
// size, where Taylor's series to r^9 is right to 1e-10 of exp(r) - 1. Loops over it become vectors, which calls of the C library do not,
// and in double it has digits enough for a float to be rounded correctly but for the rarest ties. NaN stays NaN.
NK_INLINE double exp_of_negative(double y, double *power) {
    const double shift = 0x1.8p52;  // a number plus this has its integer part in the last bits
    double shifted = y * 0x1.71547652b82fep0 + shift, n = shifted - shift;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    memcpy(power, &bits, sizeof bits);
    double r = (y - n * 0x1.62e42fefa39efp-1) - n * 0x1.abc9e3b39803fp-56;
    double tail = 1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320
        + r * (1.0 / 362880)))))));
    return *power * (r + r * r * tail);
}
// Below -110, the exponential is no float any more.
NK_INLINE double no_less_than_110(double y) { return y < -110 ? -110 : y; }

// With e = exp(-2 |x|) - 1, which keeps its digits near 0: -e / (2 + e) = tanh |x|.
NK_INLINE float tanh_f32(float x) {
    double power, part = exp_of_negative(no_less_than_110(-2 * fabs((double)x)), &power), e = part + (power - 1);
    return copysignf((float)(-e / (2 + e)), x);
}
NK_INLINE double tanh_f64(double x) { return tanh(x); }
NK_INLINE float sigmoid_f32(float x) {
    double power, part = exp_of_negative(no_less_than_110(-fabs((double)x)), &power), e = part + power;
    return (float)((x >= 0 ? 1.0 : e) / (1.0 + e));
}
static inline double sigmoid_f64(double x) {
    double e = exp(-fabs(x));
    return (x >= 0 ? 1.0 : e) / (1.0 + e);
}
static inline float softplus_f32(float x) { return x != x ? x : (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))); }
static inline double softplus_f64(double x) { return x != x ? x : (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

// S: suffix of the loops' names; T: type of the elements; F: suffix of the C library's functions for it.
#define SIMPLE_FLOAT_OPS(X, S, T, F)                                  \
    X(S, T, NEG, -x)                                                  \
    X(S, T, ABS, fabs##F(x))                                          \
    X(S, T, SIGN, x != x ? x : (T)((x > 0) - (x < 0)))                \
    X(S, T, SQUARE, x * x)                                            \
    X(S, T, SQRT, sqrt##F(x))                                         \
    X(S, T, RSQRT, (T)1 / sqrt##F(x))                                 \
    X(S, T, RECIPROCAL, (T)1 / x)                                     \
    X(S, T, RELU, x < 0 ? (T)0 : x)                                   \
    X(S, T, FLOOR, floor##F(x))                                       \
    X(S, T, CEIL, ceil##F(x))                                         \
    X(S, T, ROUND, rint##F(x))                                        \
    X(S, T, TRUNC, trunc##F(x))
#define LIBRARY_FLOAT_OPS(X, S, T, F)                                 \
    X(S, T, EXP, exp##F(x))                                           \
    X(S, T, EXPM1, expm1##F(x))                                       \
    X(S, T, LOG, log##F(x))                                           \
    X(S, T, LOG1P, log1p##F(x))                                       \
    X(S, T, LOG2, log2##F(x))                                         \
    X(S, T, LOG10, log10##F(x))                                       \
    X(S, T, SIN, sin##F(x))                                           \
    X(S, T, COS, cos##F(x))                                           \
    X(S, T, TAN, tan##F(x))                                           \
    X(S, T, ASIN, asin##F(x))                                         \
    X(S, T, ACOS, acos##F(x))                                         \
    X(S, T, ATAN, atan##F(x))                                         \
    X(S, T, SINH, sinh##F(x))                                         \
    X(S, T, COSH, cosh##F(x))                                         \
    X(S, T, ASINH, asinh##F(x))                                       \
    X(S, T, ACOSH, acosh##F(x))                                       \
    X(S, T, ATANH, atanh##F(x))                                       \
    X(S, T, SOFTPLUS, softplus_##S(x))                                \
    X(S, T, ERF, erf##F(x))                                           \
    X(S, T, ERFC, erfc##F(x))
// Calls of the C library for double only.
#define SQUASHING_FLOAT_OPS(X, S, T, F)                               \
    X(S, T, TANH, tanh_##S(x))                                        \
    X(S, T, SIGMOID, sigmoid_##S(x))
// U is the unsigned type of the same width: its arithmetic wraps.
#define INTEGER_OPS(X, S, T, U)                                       \
    X(S, T, NEG, (T)(0 - (U)x))                                       \
    X(S, T, ABS, x < 0 ? (T)(0 - (U)x) : x)                           \
    X(S, T, SIGN, (x > 0) - (x < 0))                                  \
    X(S, T, SQUARE, (T)((U)x * (U)x))                                 \
    X(S, T, RELU, x > 0 ? x : 0)                                      \
    X(S, T, FLOOR, x)

#define DEFINE_SIMPLE(S, T, OP, EXPR) MAP1(S##_##OP, T, T, EXPR)
#define DEFINE_LIBRARY(S, T, OP, EXPR) CALL1(S##_##OP, T, T, EXPR)
SIMPLE_FLOAT_OPS(DEFINE_SIMPLE, f32, float, f)
SIMPLE_FLOAT_OPS(DEFINE_SIMPLE, f64, double, )
LIBRARY_FLOAT_OPS(DEFINE_LIBRARY, f32, float, f)
LIBRARY_FLOAT_OPS(DEFINE_LIBRARY, f64, double, )
SQUASHING_FLOAT_OPS(DEFINE_SIMPLE, f32, float, f)
SQUASHING_FLOAT_OPS(DEFINE_LIBRARY, f64, double, )
INTEGER_OPS(DEFINE_SIMPLE, i32, int32_t, uint32_t)
INTEGER_OPS(DEFINE_SIMPLE, i64, int64_t, uint64_t)
MAP1(bool_NOT, uint8_t, uint8_t, x ^ 1)

#define ENTRY(S, T, OP, EXPR) [NK_##OP] = S##_##OP,
#define INTEGER_ROUNDINGS(S) [NK_CEIL] = S##_FLOOR, [NK_ROUND] = S##_FLOOR, [NK_TRUNC] = S##_FLOOR,

static const nk_loop unary_loops[5][NK_NOT + 1] = {
    [NK_F32] = {SIMPLE_FLOAT_OPS(ENTRY, f32, float, f) LIBRARY_FLOAT_OPS(ENTRY, f32, float, f) SQUASHING_FLOAT_OPS(ENTRY, f32, float, f)},
    [NK_F64] = {SIMPLE_FLOAT_OPS(ENTRY, f64, double, ) LIBRARY_FLOAT_OPS(ENTRY, f64, double, ) SQUASHING_FLOAT_OPS(ENTRY, f64, double, )},
    [NK_I32] = {INTEGER_OPS(ENTRY, i32, int32_t, uint32_t) INTEGER_ROUNDINGS(i32)},
    [NK_I64] = {INTEGER_OPS(ENTRY, i64, int64_t, uint64_t) INTEGER_ROUNDINGS(i64)},
    [NK_BOOL] = {[NK_NOT] = bool_NOT},
};

// A thread takes at least this many elements: a call of the C library is worth about sixteen additions.
static const uint8_t library_calls[NK_NOT + 1] = {
#define MARK(S, T, OP, EXPR) [NK_##OP] = 1,
    LIBRARY_FLOAT_OPS(MARK, f64, double, ) SQUASHING_FLOAT_OPS(MARK, f64, double, )
};

void nk_unary(nk_unary_op op, nk_dtype type, int rank, const int32_t *shape,
              void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make(&plan, 2, rank, shape, strides)) return;
    nk_loop loop = unary_loops[type][op];
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_unary", op, type);
    char *const pointers[] = {out, (char *)x};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size};
    nk_walk(loop, &plan, 2, pointers, sizes, library_calls[op] ? NK_PARALLEL_ELEMENTS / 16 : NK_PARALLEL_ELEMENTS);
}

#define DEFINE_TESTS(S, T)                                             \
    MAP1(S##_ISNAN, uint8_t, T, x != x)                     \
    MAP1(S##_ISINF, uint8_t, T, x == (T)INFINITY || x == -(T)INFINITY) \
    MAP1(S##_ISFINITE, uint8_t, T, x - x == 0)
DEFINE_TESTS(f32, float)
DEFINE_TESTS(f64, double)
// What integers answer does not depend on their value.
static void fill_with_0(int64_t count, char *const *p, const int64_t *s) {
    for (int64_t i = 0; i < count; i++) ((uint8_t *)p[0])[i * s[0]] = 0;
}
static void fill_with_1(int64_t count, char *const *p, const int64_t *s) {
    for (int64_t i = 0; i < count; i++) ((uint8_t *)p[0])[i * s[0]] = 1;
}

void nk_test(nk_test_op op, nk_dtype type, int rank, const int32_t *shape,
             bool *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    static const nk_loop loops[2][3] = {{f32_ISNAN, f32_ISINF, f32_ISFINITE}, {f64_ISNAN, f64_ISINF, f64_ISFINITE}};
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make(&plan, 2, rank, shape, strides)) return;
    nk_loop loop = type == NK_F32 || type == NK_F64 ? loops[type][op] : op == NK_ISFINITE ? fill_with_1 : fill_with_0;
    char *const pointers[] = {(char *)out, (char *)x};
    const int32_t sizes[] = {1, (int32_t)nk_size(type)};
    nk_walk(loop, &plan, 2, pointers, sizes, NK_PARALLEL_ELEMENTS);
}
