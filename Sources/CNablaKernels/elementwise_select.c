// Comparisons, choices, maps of three operands and fills.
#include "slopes.h"

#define COMPARE(NAME, T, OPERATOR)                                                 \
    NK_LOOP(NAME) {                                                                \
        uint8_t *out = (uint8_t *)p[0];                                            \
        const T *a = (const T *)p[1], *b = (const T *)p[2];                        \
        int64_t so = s[0], sa = s[1], sb = s[2];                                   \
        if (so == 1 && sa == 1 && sb == 1) {                                       \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) out[i] = a[i] OPERATOR b[i]; \
        } else if (so == 1 && sa == 1 && sb == 0) {                                \
            T right = *b;                                                          \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) out[i] = a[i] OPERATOR right; \
        } else if (so == 1 && sa == 0 && sb == 1) {                                \
            T left = *a;                                                           \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) out[i] = left OPERATOR b[i]; \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) out[i * so] = a[i * sa] OPERATOR b[i * sb]; \
        }                                                                          \
    }
#define COMPARE_ALL(S, T)   \
    COMPARE(S##_EQ, T, ==)  \
    COMPARE(S##_NE, T, !=)  \
    COMPARE(S##_LT, T, <)   \
    COMPARE(S##_LE, T, <=)  \
    COMPARE(S##_GT, T, >)   \
    COMPARE(S##_GE, T, >=)
COMPARE_ALL(f32, float)
COMPARE_ALL(f64, double)
COMPARE_ALL(i32, int32_t)
COMPARE_ALL(i64, int64_t)
COMPARE_ALL(bool, uint8_t)

void nk_compare(nk_compare_op op, nk_dtype type, int rank, const int32_t *shape, bool *out, const int64_t *out_strides,
                const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides) {
#define COMPARE_ENTRIES(S) {S##_EQ, S##_NE, S##_LT, S##_LE, S##_GT, S##_GE}
    static const nk_loop *const loops[5][6] = {COMPARE_ENTRIES(f32), COMPARE_ENTRIES(f64), COMPARE_ENTRIES(i32), COMPARE_ENTRIES(i64),
                                               COMPARE_ENTRIES(bool)};
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, a_strides, b_strides};
    if (!nk_plan_make(&plan, 3, rank, shape, strides)) return;
    char *const pointers[] = {(char *)out, (char *)a, (char *)b};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {1, size, size};
    nk_walk(nk_chosen(loops[type][op]), &plan, 3, pointers, sizes, NK_PARALLEL_ELEMENTS);
}

#define MAP3(NAME, T, EXPR)                                                        \
    NK_LOOP(NAME) {                                                                \
        T *out = (T *)p[0];                                                        \
        const T *pa = (const T *)p[1], *pb = (const T *)p[2], *pc = (const T *)p[3]; \
        int64_t so = s[0], sa = s[1], sb = s[2], sc = s[3];                        \
        if (so == 1 && sa == 1 && sb == 1 && sc == 1) {                            \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T a = pa[i], b = pb[i], c = pc[i]; out[i] = (EXPR); } \
        } else if (so == 1 && sa == 1 && sb == 1 && sc == 0) {                     \
            T c = *pc;                                                             \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T a = pa[i], b = pb[i]; out[i] = (EXPR); } \
        } else if (so == 1 && sa == 1 && sb == 0 && sc == 0) {                     \
            T b = *pb, c = *pc;                                                    \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T a = pa[i]; out[i] = (EXPR); } \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) {                                  \
                T a = pa[i * sa], b = pb[i * sb], c = pc[i * sc];                  \
                out[i * so] = (EXPR);                                              \
            }                                                                      \
        }                                                                          \
    }
#define MAP3_ALL(S, T)                                                             \
    MAP3(S##_MUL_ADD, T, a * b + c)                                                \
    MAP3(S##_GATE, T, b > 0 ? a : b <= 0 ? c * a : b)                              \
    MAP3(S##_PASS, T, b == c ? a : b == b ? (T)0 : b)                              \
    MAP3(S##_CLIP, T, (a < b ? b : a) > c ? c : (a < b ? b : a))                   \
    MAP3(S##_QUOTIENT_GRADIENT, T, -(a * (b / c)) / c)                             \
    MAP3(S##_LOG_QUOTIENT_GRADIENT, T, c < 0 ? (T)NAN : -(a * (b / c)) / c)        \
    NK_SLOPE_LOOP(S##_TANH_GRADIENT, tanh, TANH, S, T, 3, 2, 1, t * slope)         \
    NK_SLOPE_LOOP(S##_SIGMOID_GRADIENT, sigmoid, SIGMOID, S, T, 3, 2, 1, t * slope) \
    NK_SLOPE_LOOP(S##_EXPM1_GRADIENT, expm1, EXPM1, S, T, 3, 2, 1, t * slope)      \
    MAP3(S##_TANH_SLOPE_GRADIENT, T, a * (-2 * (b * c)))
MAP3_ALL(f32, float)
MAP3_ALL(f64, double)

#define MAP3_ENTRIES(S) {S##_MUL_ADD, S##_GATE, S##_PASS, S##_CLIP, S##_QUOTIENT_GRADIENT, S##_LOG_QUOTIENT_GRADIENT, \
                         S##_TANH_GRADIENT, S##_SIGMOID_GRADIENT, S##_EXPM1_GRADIENT, S##_TANH_SLOPE_GRADIENT}
static const nk_loop *const ternary_loops[2][10] = {MAP3_ENTRIES(f32), MAP3_ENTRIES(f64)};

void nk_ternary_flat(nk_ternary_op op, nk_dtype type, int64_t count, void *out, const void *a, const void *b, const void *c, bool one_c) {
    if (NK_UNLIKELY(type > NK_F64)) nk_unsupported("nk_ternary_flat", op, type);
    char *const pointers[] = {out, (char *)a, (char *)b, (char *)c};
    const int64_t strides[] = {1, 1, 1, !one_c};
    nk_walk_flat(nk_chosen(ternary_loops[type][op]), count, 4, pointers, strides, (int32_t)nk_size(type), NK_PARALLEL_ELEMENTS);
}

void nk_ternary(nk_ternary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
                const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides,
                const void *c, const int64_t *c_strides) {
    if (NK_UNLIKELY(type > NK_F64)) nk_unsupported("nk_ternary", op, type);
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, a_strides, b_strides, c_strides};
    if (!nk_plan_make(&plan, 4, rank, shape, strides)) return;
    char *const pointers[] = {out, (char *)a, (char *)b, (char *)c};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, size, size};
    nk_walk(nk_chosen(ternary_loops[type][op]), &plan, 4, pointers, sizes, NK_PARALLEL_ELEMENTS);
}

#define WHERE(NAME, T)                                                             \
    NK_LOOP(NAME) {                                                                \
        T *out = (T *)p[0];                                                        \
        const uint8_t *condition = (const uint8_t *)p[1];                          \
        const T *a = (const T *)p[2], *b = (const T *)p[3];                        \
        int64_t so = s[0], st = s[1], sa = s[2], sb = s[3];                        \
        if (so == 1 && st == 1 && sa == 1 && sb == 1) {                            \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T x = a[i], y = b[i]; out[i] = condition[i] ? x : y; } \
        } else if (so == 1 && st == 1 && sa == 1 && sb == 0) {                     \
            T y = *b;                                                              \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T x = a[i]; out[i] = condition[i] ? x : y; } \
        } else if (so == 1 && st == 1 && sa == 0 && sb == 1) {                     \
            T x = *a;                                                              \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T y = b[i]; out[i] = condition[i] ? x : y; } \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) out[i * so] = condition[i * st] ? a[i * sa] : b[i * sb]; \
        }                                                                          \
    }
WHERE(where_1, uint8_t)
WHERE(where_4, uint32_t)
WHERE(where_8, uint64_t)

void nk_where(nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
              const bool *condition, const int64_t *condition_strides,
              const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, condition_strides, a_strides, b_strides};
    if (!nk_plan_make(&plan, 4, rank, shape, strides)) return;
    char *const pointers[] = {out, (char *)condition, (char *)a, (char *)b};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, 1, size, size};
    nk_walk(nk_chosen(size == 1 ? where_1 : size == 4 ? where_4 : where_8), &plan, 4, pointers, sizes, NK_PARALLEL_ELEMENTS);
}

#define FILL(NAME, T)                                                              \
    NK_LOOP(NAME) {                                                                \
        T *out = (T *)p[0];                                                        \
        T value = *(const T *)p[1];                                                \
        int64_t so = s[0];                                                         \
        if (so == 1) {                                                             \
            for (int64_t i = 0; i < count; i++) out[i] = value;                    \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) out[i * so] = value;               \
        }                                                                          \
    }
FILL(fill_1, uint8_t)
FILL(fill_4, uint32_t)
FILL(fill_8, uint64_t)

void nk_fill(nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides, const void *value) {
    nk_plan plan;
    const int64_t *const strides[] = {out_strides};
    if (!nk_plan_make(&plan, 1, rank, shape, strides)) return;
    nk_plan_hold(&plan, 1);
    char *const pointers[] = {out, (char *)value};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size};
    nk_walk(nk_chosen(size == 1 ? fill_1 : size == 4 ? fill_4 : fill_8), &plan, 2, pointers, sizes, NK_PARALLEL_ELEMENTS);
}
