// Maps of two operands of one type.
#include "binary_loop.h"
#include "vector_math_edges.h"

#include <math.h>

#define CALL2(NAME, T, EXPR)                                                       \
    NK_PLAIN_LOOP(NAME) {                                                          \
        T *out = (T *)p[0];                                                        \
        const T *pa = (const T *)p[1], *pb = (const T *)p[2];                      \
        int64_t so = s[0], sa = s[1], sb = s[2];                                   \
        MAP2_LOOP(, T, T, i * so, i * sa, i * sb, EXPR)                            \
    }

#define DEFINE_FLOAT_FUNCTIONS(S, T, F)                                            \
    static inline T mod_##S(T a, T b) {                                            \
        T r = fmod##F(a, b);                                                       \
        if (r == 0) return copysign##F((T)0, b);                                   \
        return (r < 0) != (b < 0) ? r + b : r;                                     \
    }                                                                              \
    /* From the remainder, so that floordiv and mod agree where a / b rounds up to a whole number. */ \
    static inline T floordiv_##S(T a, T b) {                                       \
        if (b == 0) return a / b;                                                  \
        T r = fmod##F(a, b);                                                       \
        T quotient = (a - r) / b;                                                  \
        if (r != 0 && (r < 0) != (b < 0)) quotient -= 1;                           \
        if (quotient == 0) return copysign##F((T)0, a / b);                        \
        T whole = floor##F(quotient);                                              \
        return quotient - whole > (T)0.5 ? whole + 1 : whole;                      \
    }
DEFINE_FLOAT_FUNCTIONS(f32, float, f)
DEFINE_FLOAT_FUNCTIONS(f64, double, )

#define DEFINE_INTEGER_FUNCTIONS(S, T, U)                                          \
    static inline T div_##S(T a, T b) { return b == 0 ? 0 : b == -1 ? (T)(0 - (U)a) : a / b; } \
    static inline T mod_##S(T a, T b) {                                            \
        if (b == 0 || b == -1) return 0;                                           \
        T r = a % b;                                                               \
        return r != 0 && (r ^ b) < 0 ? r + b : r;                                  \
    }                                                                              \
    static inline T floordiv_##S(T a, T b) {                                       \
        if (b == 0 || b == -1) return div_##S(a, b);                               \
        T q = a / b, r = a % b;                                                    \
        return r != 0 && (r ^ b) < 0 ? q - 1 : q;                                  \
    }                                                                              \
    static inline T pow_##S(T a, T b) {                                            \
        if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;             \
        U power = 1, square = (U)a;                                                \
        for (U bits = (U)b; bits; bits >>= 1, square *= square)                    \
            if (bits & 1) power *= square;                                         \
        return (T)power;                                                           \
    }
DEFINE_INTEGER_FUNCTIONS(i32, int32_t, uint32_t)
DEFINE_INTEGER_FUNCTIONS(i64, int64_t, uint64_t)

#define DEFINE_FLOAT_OPS(S, T, F)                                                  \
    MAP2(S##_ADD, T, T, a + b)                                                     \
    MAP2(S##_SUB, T, T, a - b)                                                     \
    MAP2(S##_MUL, T, T, a * b)                                                     \
    MAP2(S##_DIV, T, T, a / b)                                                     \
    MAP2(S##_MAX, T, T, ((a > b) | (a != a)) ? a : b)                                \
    MAP2(S##_MIN, T, T, ((a < b) | (a != a)) ? a : b)                                \
    CALL2(S##_FLOORDIV, T, floordiv_##S(a, b))                                     \
    CALL2(S##_MOD, T, mod_##S(a, b))                                               \
    MAP2(S##_POW, T, T, nk_pow_##S(a, b))                                          \
    MAP2(S##_ATAN2, T, T, nk_atan2_##S(a, b))                                      \
    MAP2(S##_DIFFERENCE, T, T, NK_DIFFERENCE_OF(T, a, b))                          \
    MAP2(S##_SHARE, T, T, NK_SHARE_OF(T, a, b))                                    \
    MAP2(S##_INVERSION, T, T, nk_inversion_##S(a, b))                              \
    MAP2(S##_LOG_QUOTIENT, T, T, b < 0 ? (T)NAN : a / b)                           \
    MAP2(S##_SIGMOID_LOSS, T, T, nk_sigmoid_loss_##S(a, b))                        \
    MAP2(S##_SIGMOID_ERROR, T, T, nk_sigmoid_error_##S(a, b))                      \
    NK_SLOPE_LOOP(S##_TANH_SLOPE, tanh, TANH, S, T, 2, 1, 0, slope)                \
    NK_SLOPE_LOOP(S##_SIGMOID_SLOPE, sigmoid, SIGMOID, S, T, 1, 2, 0, slope)       \
    NK_SLOPE_LOOP(S##_EXPM1_SLOPE, expm1, EXPM1, S, T, 1, 2, 0, slope)
DEFINE_FLOAT_OPS(f32, float, f)
DEFINE_FLOAT_OPS(f64, double, )

#define DEFINE_INTEGER_OPS(S, T, U)                                                \
    MAP2(S##_ADD, T, T, (U)a + (U)b)                                               \
    MAP2(S##_SUB, T, T, (U)a - (U)b)                                               \
    MAP2(S##_MUL, T, T, (U)a * (U)b)                                               \
    CALL2(S##_DIV, T, div_##S(a, b))                                               \
    CALL2(S##_FLOORDIV, T, floordiv_##S(a, b))                                     \
    CALL2(S##_MOD, T, mod_##S(a, b))                                               \
    CALL2(S##_POW, T, pow_##S(a, b))                                               \
    MAP2(S##_MAX, T, T, a > b ? a : b)                                             \
    MAP2(S##_MIN, T, T, a < b ? a : b)                                             \
    MAP2(S##_AND, T, T, a & b)                                                     \
    MAP2(S##_OR, T, T, a | b)                                                      \
    MAP2(S##_XOR, T, T, a ^ b)
DEFINE_INTEGER_OPS(i32, int32_t, uint32_t)
DEFINE_INTEGER_OPS(i64, int64_t, uint64_t)

MAP2(bool_AND, uint8_t, uint8_t, a & b)
MAP2(bool_OR, uint8_t, uint8_t, a | b)
MAP2(bool_XOR, uint8_t, uint8_t, a ^ b)

#define FLOAT_ENTRIES(S) {                                                         \
    [NK_ADD] = S##_ADD, [NK_SUB] = S##_SUB, [NK_MUL] = S##_MUL, [NK_DIV] = S##_DIV, [NK_FLOORDIV] = S##_FLOORDIV, \
    [NK_MOD] = S##_MOD, [NK_POW] = S##_POW, [NK_MAX] = S##_MAX, [NK_MIN] = S##_MIN, [NK_ATAN2] = S##_ATAN2, \
    [NK_DIFFERENCE] = S##_DIFFERENCE, [NK_SHARE] = S##_SHARE, [NK_INVERSION] = S##_INVERSION, [NK_LOG_QUOTIENT] = S##_LOG_QUOTIENT, \
    [NK_TANH_SLOPE] = S##_TANH_SLOPE, [NK_SIGMOID_SLOPE] = S##_SIGMOID_SLOPE, [NK_EXPM1_SLOPE] = S##_EXPM1_SLOPE, \
    [NK_SIGMOID_LOSS] = S##_SIGMOID_LOSS, [NK_SIGMOID_ERROR] = S##_SIGMOID_ERROR}
#define INTEGER_ENTRIES(S) {                                                       \
    [NK_ADD] = S##_ADD, [NK_SUB] = S##_SUB, [NK_MUL] = S##_MUL, [NK_DIV] = S##_DIV, [NK_FLOORDIV] = S##_FLOORDIV, \
    [NK_MOD] = S##_MOD, [NK_POW] = S##_POW, [NK_MAX] = S##_MAX, [NK_MIN] = S##_MIN,                               \
    [NK_AND] = S##_AND, [NK_OR] = S##_OR, [NK_XOR] = S##_XOR}

static const nk_loop *const binary_loops[5][NK_SIGMOID_ERROR + 1] = {
    [NK_F32] = FLOAT_ENTRIES(f32),
    [NK_F64] = FLOAT_ENTRIES(f64),
    [NK_I32] = INTEGER_ENTRIES(i32),
    [NK_I64] = INTEGER_ENTRIES(i64),
    [NK_BOOL] = {
        [NK_ADD] = bool_OR, [NK_MUL] = bool_AND, [NK_MAX] = bool_OR, [NK_MIN] = bool_AND,
        [NK_AND] = bool_AND, [NK_OR] = bool_OR, [NK_XOR] = bool_XOR},
};

// Least numbers of elements for a thread; slow functions are worth several additions.
static inline int64_t binary_grain(nk_binary_op op) {
    bool slow = op == NK_POW || op == NK_ATAN2 || op == NK_MOD || op == NK_FLOORDIV || op >= NK_SIGMOID_LOSS;
    return slow ? NK_PARALLEL_ELEMENTS / 16 : NK_PARALLEL_ELEMENTS;
}

void nk_binary_flat(nk_binary_op op, nk_dtype type, int64_t count, void *out, const void *a, bool one_a, const void *b, bool one_b) {
    nk_loop loop = nk_chosen(binary_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_binary_flat", op, type);
    char *const pointers[] = {out, (char *)a, (char *)b};
    const int64_t strides[] = {1, !one_a, !one_b};
    nk_walk_flat(loop, count, 3, pointers, strides, (int32_t)nk_size(type), binary_grain(op));
}

void nk_binary(nk_binary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
               const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, a_strides, b_strides};
    if (!nk_plan_make(&plan, 3, rank, shape, strides)) return;
    nk_loop loop = nk_chosen(binary_loops[type][op]);
    if (NK_UNLIKELY(!loop)) nk_unsupported("nk_binary", op, type);
    char *const pointers[] = {out, (char *)a, (char *)b};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, size};
    nk_walk(loop, &plan, 3, pointers, sizes, binary_grain(op));
}
