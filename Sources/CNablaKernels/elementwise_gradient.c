// Cotangents times derivatives of maps of one operand: one pass instead of two to five. Each expression has the operations of the
// derivative's formula in Swift, in their order, so that it gives the same bits.
#include "binary_loop.h"
#include "elementwise_unary.h"
#include "vector_math_edges.h"

// Here `a` is the cotangent t and `b` what was kept, x or y. Outside of a function's domain derivatives are NaN as values are.
#define GRADIENTS(X, S, T, F)                                         \
    X(S, T, ABS, a * (b != b ? b : (T)((b > 0) - (b < 0))))           \
    X(S, T, SQUARE, a * ((T)2 * b))                                   \
    X(S, T, SQRT, a / ((T)2 * b))                                     \
    X(S, T, RSQRT, a * ((T)-0.5 * b * b * b))                         \
    X(S, T, RECIPROCAL, -(a * b * b))                                 \
    X(S, T, EXP, a * b)                                               \
    X(S, T, LOG, b < 0 ? (T)NAN : a / b)                              \
    X(S, T, LOG1P, b < -1 ? (T)NAN : a / (b + (T)1))                  \
    X(S, T, TAN, a * (b * b + (T)1))                                  \
    X(S, T, ASIN, a * nk_asin_slope_##S(b))                           \
    X(S, T, ACOS, -(a * nk_asin_slope_##S(b)))                        \
    X(S, T, ATAN, a * nk_atan_slope_##S(b))                           \
    X(S, T, SINH, a * nk_cosh_##S(b))                                 \
    X(S, T, COSH, a * nk_sinh_##S(b))                                 \
    X(S, T, ASINH, a * nk_asinh_slope_##S(b))                         \
    X(S, T, ACOSH, a * ((T)1 / sqrt##F(b - (T)1)) * ((T)1 / sqrt##F(b + (T)1))) \
    X(S, T, ATANH, a * nk_atanh_slope_##S(b))                         \
    X(S, T, SOFTPLUS, a * nk_sigmoid_##S(b))                          \
    X(S, T, RELU, a * (b > 0 ? (T)1 : b))                             \
    X(S, T, ERF, a * nk_bell_##S(b, 1) * (T)0x1.20dd750429b6dp+0)     \
    X(S, T, SILU, a * nk_silu_slope_##S(b))                           \
    X(S, T, MISH, a * nk_mish_slope_##S(b))                           \
    X(S, T, GELU, a * nk_gelu_slope_##S(b))

#define DEFINE_GRADIENT(S, T, OP, EXPR) MAP2(S##_##OP, T, T, EXPR)
GRADIENTS(DEFINE_GRADIENT, f32, float, f)
GRADIENTS(DEFINE_GRADIENT, f64, double, )

// Sines and cosines have a way of their own for large angles, so they are taken from their loops, a block at a time.
enum { DERIVATIVE_BLOCK = 256 };
#define DEFINE_ANGLE_GRADIENT(NAME, T, TYPE, DERIVATIVE, SIGN)                     \
    NK_LOOP(NAME) {                                                                \
        T *out = (T *)p[0];                                                        \
        const T *t = (const T *)p[1], *x = (const T *)p[2];                        \
        int64_t so = s[0], st = s[1], sx = s[2];                                   \
        nk_loop derivative = nk_unary_loop(DERIVATIVE, TYPE);                      \
        T d[DERIVATIVE_BLOCK];                                                     \
        for (int64_t start = 0; start < count; start += DERIVATIVE_BLOCK) {        \
            int64_t n = count - start < DERIVATIVE_BLOCK ? count - start : DERIVATIVE_BLOCK; \
            char *const pointers[] = {(char *)d, (char *)(x + start * sx)};        \
            const int64_t strides[] = {1, sx};                                     \
            derivative(n, pointers, strides);                                      \
            if (so == 1 && st == 1) {                                              \
                NK_VECTORIZE for (int64_t i = 0; i < n; i++) out[start + i] = SIGN(t[start + i] * d[i]); \
            } else {                                                               \
                for (int64_t i = 0; i < n; i++) out[(start + i) * so] = SIGN(t[(start + i) * st] * d[i]); \
            }                                                                      \
        }                                                                          \
    }
DEFINE_ANGLE_GRADIENT(f32_SIN, float, NK_F32, NK_COS, +)
DEFINE_ANGLE_GRADIENT(f64_SIN, double, NK_F64, NK_COS, +)
DEFINE_ANGLE_GRADIENT(f32_COS, float, NK_F32, NK_SIN, -)
DEFINE_ANGLE_GRADIENT(f64_COS, double, NK_F64, NK_SIN, -)

#define ENTRY(S, T, OP, EXPR) [NK_##OP] = S##_##OP,
static const nk_loop *const gradient_loops[2][NK_NOT + 1] = {
    [NK_F32] = {GRADIENTS(ENTRY, f32, float, f) [NK_SIN] = f32_SIN, [NK_COS] = f32_COS},
    [NK_F64] = {GRADIENTS(ENTRY, f64, double, ) [NK_SIN] = f64_SIN, [NK_COS] = f64_COS},
};

void nk_unary_gradient_flat(nk_unary_op op, nk_dtype type, int64_t count, void *out, const void *t, const void *kept) {
    nk_loop loop = type > NK_F64 ? NULL : nk_chosen(gradient_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_unary_gradient_flat", op, type);
    char *const pointers[] = {out, (char *)t, (char *)kept};
    const int64_t strides[] = {1, 1, 1};
    nk_walk_flat(loop, count, 3, pointers, strides, (int32_t)nk_size(type), nk_unary_grain(op));
}

void nk_unary_gradient(nk_unary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
                       const void *t, const int64_t *t_strides, const void *kept, const int64_t *kept_strides) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, t_strides, kept_strides};
    if (!nk_plan_make(&plan, 3, rank, shape, strides)) return;
    nk_loop loop = type > NK_F64 ? NULL : nk_chosen(gradient_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_unary_gradient", op, type);
    char *const pointers[] = {out, (char *)t, (char *)kept};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, size};
    nk_walk(loop, &plan, 3, pointers, sizes, nk_unary_grain(op));
}
