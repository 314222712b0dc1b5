// Maps of one operand.
#include "elementwise_unary.h"
#include "vector_math_edges.h"

// NAME over types TO and TX: EXPR in terms of x.
#define MAP1(NAME, TO, TX, EXPR)                                                    \
    NK_LOOP(NAME) {                                                                    \
        TO *out = (TO *)p[0];                                                       \
        const TX *in = (const TX *)p[1];                                            \
        int64_t so = s[0], sx = s[1];                                               \
        if (NK_LIKELY(so == 1 && sx == 1)) {                                        \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { TX x = in[i]; out[i] = (TO)(EXPR); } \
        } else {                                                                    \
            for (int64_t i = 0; i < count; i++) { TX x = in[i * sx]; out[i * so] = (TO)(EXPR); } \
        }                                                                           \
    }
// A kernel NAME, whose body follows; ELEMENT is what it does for each x, as it is compiled for the least x86-64. There every NK_FMA is a call,
// which takes the time, and a vectorised loop of calls is ten times as long as one of single elements.
#if NK_HAS_CLONES
#define NK_FUSED_LOOP(NAME, T, ELEMENT)                                             \
    NK_INLINE void NAME##_body NK_LOOP_PARAMETERS;                                  \
    __attribute__((noinline, target(NK_FEATURES_V4))) static void NAME##_v4 NK_LOOP_PARAMETERS { NAME##_body(count, p, s); } \
    __attribute__((noinline, target(NK_FEATURES_V3))) static void NAME##_v3 NK_LOOP_PARAMETERS { NAME##_body(count, p, s); } \
    __attribute__((noinline)) static void NAME##_baseline NK_LOOP_PARAMETERS {      \
        T *out = (T *)p[0];                                                         \
        const T *in = (const T *)p[1];                                              \
        _Pragma("clang loop vectorize(disable) unroll(disable)")                    \
        for (int64_t i = 0; i < count; i++) { T x = in[i * s[1]]; out[i * s[0]] = ELEMENT; } \
    }                                                                               \
    static const nk_loop NAME[] = {[NK_BASELINE] = NAME##_baseline, [NK_X86_64_V3] = NAME##_v3, [NK_X86_64_V4] = NAME##_v4}; \
    NK_INLINE void NAME##_body NK_LOOP_PARAMETERS
#else
#define NK_FUSED_LOOP(NAME, T, ELEMENT) NK_LOOP(NAME)
#endif

// The same for elementary functions.
#define MAP1_LONG(NAME, T, EXPR)                                                    \
    NK_FUSED_LOOP(NAME, T, EXPR) {                                                  \
        T *out = (T *)p[0];                                                         \
        const T *in = (const T *)p[1];                                              \
        int64_t so = s[0], sx = s[1];                                               \
        if (NK_LIKELY(so == 1 && sx == 1)) NK_LONG_LOOP(i, count, T x = in[i]; out[i] = EXPR;) \
        else for (int64_t i = 0; i < count; i++) { T x = in[i * sx]; out[i * so] = EXPR; } \
    }
// The same for angles, whose reduction to a part of a turn is exact up to NK_TRIGONOMETRIC_LIMIT only: larger ones, which are rare, go to
// the C library. Blocks are copied because `out` may be where the operand lies.
#define IS_SMALL_ANGLE(T, x) ((x) < (T)NK_TRIGONOMETRIC_LIMIT && (x) > -(T)NK_TRIGONOMETRIC_LIMIT)
#define MAP1_ANGLE(NAME, T, EXPR, LIBRARY)                                          \
    NK_FUSED_LOOP(NAME, T, IS_SMALL_ANGLE(T, x) ? EXPR : LIBRARY(x)) {              \
        T *out = (T *)p[0];                                                         \
        const T *in = (const T *)p[1];                                              \
        int64_t so = s[0], sx = s[1];                                               \
        T block[NK_ANGLE_BLOCK];                                                    \
        for (int64_t start = 0; start < count; start += NK_ANGLE_BLOCK) {           \
            int64_t end = count - start < NK_ANGLE_BLOCK ? count - start : NK_ANGLE_BLOCK; \
            T *to = out + start * so;                                               \
            const T *from = in + start * sx;                                        \
            int32_t has_large = 0;                                                  \
            for (int64_t i = 0; i < end; i++) block[i] = from[i * sx];              \
            NK_VECTORIZE for (int64_t i = 0; i < end; i++) has_large |= !IS_SMALL_ANGLE(T, block[i]); \
            if (NK_LIKELY(so == 1)) NK_LONG_LOOP(i, end, T x = block[i]; to[i] = EXPR;) \
            else for (int64_t i = 0; i < end; i++) { T x = block[i]; to[i * so] = EXPR; } \
            if (NK_LIKELY(!has_large)) continue;                                    \
            for (int64_t i = 0; i < end; i++) {                                     \
                T x = block[i];                                                     \
                if (!IS_SMALL_ANGLE(T, x)) to[i * so] = LIBRARY(x);                 \
            }                                                                       \
        }                                                                           \
    }
enum { NK_ANGLE_BLOCK = 256 };

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
    X(S, T, ASIN_SLOPE, nk_asin_slope_##S(x))                         \
    X(S, T, ATAN_SLOPE, nk_atan_slope_##S(x))                         \
    X(S, T, ASINH_SLOPE, nk_asinh_slope_##S(x))                       \
    X(S, T, ATANH_SLOPE, nk_atanh_slope_##S(x))                       \
    X(S, T, FLOOR, floor##F(x))                                       \
    X(S, T, CEIL, ceil##F(x))                                         \
    X(S, T, ROUND, rint##F(x))                                        \
    X(S, T, TRUNC, trunc##F(x))
#define ELEMENTARY_FLOAT_OPS(X, S, T, F)                              \
    X(S, T, EXP, nk_exp_##S(x))                                       \
    X(S, T, EXPM1, nk_expm1_##S(x))                                   \
    X(S, T, LOG, nk_log_##S(x))                                       \
    X(S, T, LOG1P, nk_log1p_##S(x))                                   \
    X(S, T, LOG2, nk_log2_##S(x))                                     \
    X(S, T, LOG10, nk_log10_##S(x))                                   \
    X(S, T, ASIN, nk_asin_##S(x))                                     \
    X(S, T, ACOS, nk_acos_##S(x))                                     \
    X(S, T, ATAN, nk_atan_##S(x))                                     \
    X(S, T, SINH, nk_sinh_##S(x))                                     \
    X(S, T, COSH, nk_cosh_##S(x))                                     \
    X(S, T, TANH, nk_tanh_##S(x))                                     \
    X(S, T, ASINH, nk_asinh_##S(x))                                   \
    X(S, T, ACOSH, nk_acosh_##S(x))                                   \
    X(S, T, ATANH, nk_atanh_##S(x))                                   \
    X(S, T, SIGMOID, nk_sigmoid_##S(x))                               \
    X(S, T, SOFTPLUS, nk_softplus_##S(x))                             \
    X(S, T, ERF, nk_erf_##S(x))                                       \
    X(S, T, ERFC, nk_erfc_##S(x))                                     \
    X(S, T, BELL, nk_bell_##S(x, 1))                                  \
    X(S, T, HALF_BELL, nk_bell_##S(x, 0.5))                           \
    X(S, T, NORMAL_CDF, nk_normal_cdf_##S(x))                         \
    X(S, T, SILU, nk_silu_##S(x))                                     \
    X(S, T, MISH, nk_mish_##S(x))                                     \
    X(S, T, GELU, nk_gelu_##S(x))
#define ANGLE_FLOAT_OPS(X, S, T, F)                                   \
    X(S, T, SIN, nk_sin_##S(x), sin##F)                               \
    X(S, T, COS, nk_cos_##S(x), cos##F)                               \
    X(S, T, TAN, nk_tan_##S(x), tan##F)
// U is the unsigned type of the same width: its arithmetic wraps.
#define INTEGER_OPS(X, S, T, U)                                       \
    X(S, T, NEG, (T)(0 - (U)x))                                       \
    X(S, T, ABS, x < 0 ? (T)(0 - (U)x) : x)                           \
    X(S, T, SIGN, (x > 0) - (x < 0))                                  \
    X(S, T, SQUARE, (T)((U)x * (U)x))                                 \
    X(S, T, RELU, x > 0 ? x : 0)                                      \
    X(S, T, FLOOR, x)

#define DEFINE_SIMPLE(S, T, OP, EXPR) MAP1(S##_##OP, T, T, EXPR)
#define DEFINE_LONG(S, T, OP, EXPR) MAP1_LONG(S##_##OP, T, EXPR)
#define DEFINE_ANGLE(S, T, OP, EXPR, LIBRARY) MAP1_ANGLE(S##_##OP, T, EXPR, LIBRARY)
SIMPLE_FLOAT_OPS(DEFINE_SIMPLE, f32, float, f)
SIMPLE_FLOAT_OPS(DEFINE_SIMPLE, f64, double, )
ELEMENTARY_FLOAT_OPS(DEFINE_LONG, f32, float, f)
ELEMENTARY_FLOAT_OPS(DEFINE_LONG, f64, double, )
ANGLE_FLOAT_OPS(DEFINE_ANGLE, f32, float, f)
ANGLE_FLOAT_OPS(DEFINE_ANGLE, f64, double, )
INTEGER_OPS(DEFINE_SIMPLE, i32, int32_t, uint32_t)
INTEGER_OPS(DEFINE_SIMPLE, i64, int64_t, uint64_t)
MAP1(bool_NOT, uint8_t, uint8_t, x ^ 1)

#define ENTRY(S, T, OP, ...) [NK_##OP] = S##_##OP,
#define FLOAT_ENTRIES(S, T, F) SIMPLE_FLOAT_OPS(ENTRY, S, T, F) ELEMENTARY_FLOAT_OPS(ENTRY, S, T, F) ANGLE_FLOAT_OPS(ENTRY, S, T, F)
#define INTEGER_ROUNDINGS(S) [NK_CEIL] = S##_FLOOR, [NK_ROUND] = S##_FLOOR, [NK_TRUNC] = S##_FLOOR,

static const nk_loop *const unary_loops[5][NK_NOT + 1] = {
    [NK_F32] = {FLOAT_ENTRIES(f32, float, f)},
    [NK_F64] = {FLOAT_ENTRIES(f64, double, )},
    [NK_I32] = {INTEGER_OPS(ENTRY, i32, int32_t, uint32_t) INTEGER_ROUNDINGS(i32)},
    [NK_I64] = {INTEGER_OPS(ENTRY, i64, int64_t, uint64_t) INTEGER_ROUNDINGS(i64)},
    [NK_BOOL] = {[NK_NOT] = bool_NOT},
};

// An elementary function is worth several additions, so a thread takes fewer elements.
static const uint8_t is_elementary[NK_NOT + 1] = {
#define MARK(S, T, OP, ...) [NK_##OP] = 1,
    ELEMENTARY_FLOAT_OPS(MARK, f64, double, ) ANGLE_FLOAT_OPS(MARK, f64, double, )
};

nk_loop nk_unary_loop(nk_unary_op op, nk_dtype type) { return nk_chosen(unary_loops[type][op]); }

int64_t nk_unary_grain(nk_unary_op op) { return is_elementary[op] ? NK_PARALLEL_ELEMENTS / 4 : NK_PARALLEL_ELEMENTS; }

void nk_unary_flat(nk_unary_op op, nk_dtype type, int64_t count, void *out, const void *x) {
    nk_loop loop = nk_chosen(unary_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_unary_flat", op, type);
    char *const pointers[] = {out, (char *)x};
    const int64_t strides[] = {1, 1};
    nk_walk_flat(loop, count, 2, pointers, strides, (int32_t)nk_size(type), nk_unary_grain(op));
}

void nk_unary(nk_unary_op op, nk_dtype type, int rank, const int32_t *shape,
              void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make(&plan, 2, rank, shape, strides)) return;
    nk_loop loop = nk_chosen(unary_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_unary", op, type);
    char *const pointers[] = {out, (char *)x};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size};
    nk_walk(loop, &plan, 2, pointers, sizes, nk_unary_grain(op));
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
    static const nk_loop *const loops[2][3] = {{f32_ISNAN, f32_ISINF, f32_ISFINITE}, {f64_ISNAN, f64_ISINF, f64_ISFINITE}};
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make(&plan, 2, rank, shape, strides)) return;
    nk_loop loop = type == NK_F32 || type == NK_F64 ? nk_chosen(loops[type][op]) : op == NK_ISFINITE ? fill_with_1 : fill_with_0;
    char *const pointers[] = {(char *)out, (char *)x};
    const int32_t sizes[] = {1, (int32_t)nk_size(type)};
    nk_walk(loop, &plan, 2, pointers, sizes, NK_PARALLEL_ELEMENTS);
}
