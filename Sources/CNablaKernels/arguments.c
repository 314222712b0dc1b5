// Positions of the largest or smallest elements.
#include "fold.h"

enum { ARGUMENT_TILE = 256, SEARCH_BLOCK = 64 };

typedef struct {
    int64_t length, step;
    nk_loop fold;  // finds the extreme itself
} argument_axis;

// The first position of `value` (of NaN, where that is the value) on a contiguous line that has one.
#define FIND_FIRST(NAME, T)                                                        \
    NK_CLONED(int64_t, NAME, (const T *x, int64_t length, T value), (x, length, value)) { \
        bool any_nan = value != value;                                             \
        int64_t i = 0;                                                             \
        for (; i + SEARCH_BLOCK <= length; i += SEARCH_BLOCK) {                    \
            int32_t found = 0;                                                     \
            if (any_nan) for (int j = 0; j < SEARCH_BLOCK; j++) found |= x[i + j] != x[i + j]; \
            else for (int j = 0; j < SEARCH_BLOCK; j++) found |= x[i + j] == value; \
            if (found) break;                                                      \
        }                                                                          \
        while (i < length - 1 && !(any_nan ? x[i] != x[i] : x[i] == value)) i++;   \
        return i;                                                                  \
    }
FIND_FIRST(find_f32, float)
FIND_FIRST(find_f64, double)
FIND_FIRST(find_i32, int32_t)
FIND_FIRST(find_i64, int64_t)
FIND_FIRST(find_u8, uint8_t)

// BETTER: whether `b`, which comes later, takes the place of `a`. NaN does, unless one is there already. On a long line the
// extreme is found first and then its place, both with vectors; lines side by side in memory are searched together.
#define ARGUMENT(NAME, S, T, BETTER)                                        \
    NK_LOOP(NAME) {                                                                \
        int64_t *out = (int64_t *)p[0];                                            \
        const T *in = (const T *)p[1];                                             \
        const argument_axis *axis = (const argument_axis *)p[2];                   \
        int64_t so = s[0], sx = s[1], length = axis->length, step = axis->step;    \
        if (step == 1 && length >= SEARCH_BLOCK) {                                 \
            static const int64_t steps[] = {0, 1};                                 \
            for (int64_t line = 0; line < count; line++) {                         \
                T value = in[line * sx];                                           \
                nk_fold_state state = {1, 0, &value, NULL};                        \
                char *const pointers[] = {(char *)&state, (char *)(in + line * sx)}; \
                axis->fold(length, pointers, steps);                               \
                out[line * so] = find_##S(in + line * sx, length, value);          \
            }                                                                      \
            return;                                                                \
        }                                                                          \
        if (count < 8 || nk_magnitude(sx) >= nk_magnitude(step)) {                 \
            for (int64_t line = 0; line < count; line++) {                         \
                const T *x = in + line * sx;                                       \
                T a = x[0];                                                        \
                int64_t position = 0;                                              \
                for (int64_t i = 1; i < length; i++) {                             \
                    T b = x[i * step];                                             \
                    if (BETTER) {                                                  \
                        a = b;                                                     \
                        position = i;                                              \
                    }                                                              \
                }                                                                  \
                out[line * so] = position;                                         \
            }                                                                      \
            return;                                                                \
        }                                                                          \
        for (int64_t first = 0; first < count; first += ARGUMENT_TILE) {           \
            T best[ARGUMENT_TILE];                                                 \
            int64_t positions[ARGUMENT_TILE];                                      \
            int64_t width = count - first < ARGUMENT_TILE ? count - first : ARGUMENT_TILE; \
            for (int64_t j = 0; j < width; j++) {                                  \
                best[j] = in[(first + j) * sx];                                    \
                positions[j] = 0;                                                  \
            }                                                                      \
            for (int64_t i = 1; i < length; i++) {                                 \
                const T *row = in + first * sx + i * step;                         \
                NK_VECTORIZE for (int64_t j = 0; j < width; j++) {                 \
                    T a = best[j], b = row[j * sx];                                \
                    bool better = BETTER;                                          \
                    best[j] = better ? b : a;                                      \
                    positions[j] = better ? i : positions[j];                      \
                }                                                                  \
            }                                                                      \
            for (int64_t j = 0; j < width; j++) out[(first + j) * so] = positions[j]; \
        }                                                                          \
    }
#define ARGUMENTS_FLOAT(S, T)                                                      \
    ARGUMENT(S##_largest, S, T, ((b > a) | (b != b)) & (a == a))                      \
    ARGUMENT(S##_smallest, S, T, ((b < a) | (b != b)) & (a == a))
#define ARGUMENTS_INTEGER(S, T)                                                    \
    ARGUMENT(S##_largest, S, T, b > a)                                                \
    ARGUMENT(S##_smallest, S, T, b < a)
ARGUMENTS_FLOAT(f32, float)
ARGUMENTS_FLOAT(f64, double)
ARGUMENTS_INTEGER(i32, int32_t)
ARGUMENTS_INTEGER(i64, int64_t)
ARGUMENTS_INTEGER(u8, uint8_t)

void nk_arg_reduce(bool largest, nk_dtype type, int rank, const int32_t *shape, int axis,
                   int64_t *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    static const nk_loop *const loops[5][2] = {{f32_smallest, f32_largest}, {f64_smallest, f64_largest}, {i32_smallest, i32_largest},
                                               {i64_smallest, i64_largest}, {u8_smallest, u8_largest}};
    nk_plan plan;
    nk_line_axis line;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make_lines(&plan, &line, 2, rank, shape, axis, strides)) return;
    argument_axis context = {line.length, line.stride[1], nk_chosen(nk_fold_find(largest ? NK_MAXIMUM : NK_MINIMUM, type)->row)};
    nk_plan_hold(&plan, 2);
    char *const pointers[] = {(char *)out, (char *)x, (char *)&context};
    const int32_t sizes[] = {sizeof(int64_t), (int32_t)nk_size(type), 0};
    nk_walk_lines(nk_chosen(loops[type][largest]), &plan, 3, pointers, sizes, 1 + NK_PARALLEL_ELEMENTS / line.length);
}
