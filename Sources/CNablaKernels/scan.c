// Running sums, products, maxima and minima.
#include "iterate.h"

enum { SCAN_TILE = 256 };

typedef struct {
    int64_t length, out_step, x_step;  // along the axis, in the direction of the scan
} scan_axis;

// A is the type of the running value. Lines side by side in memory are scanned together, a tile of them at a time.
#define SCAN(NAME, T, A, EXPR)                                                     \
    NK_LOOP(NAME) {                                                                \
        T *out = (T *)p[0];                                                        \
        const T *in = (const T *)p[1];                                             \
        const scan_axis *axis = (const scan_axis *)p[2];                           \
        int64_t so = s[0], sx = s[1], length = axis->length, out_step = axis->out_step, x_step = axis->x_step; \
        if (count < 8 || nk_magnitude(sx) >= nk_magnitude(x_step)) {               \
            for (int64_t line = 0; line < count; line++) {                         \
                A a = in[line * sx];                                               \
                out[line * so] = (T)a;                                             \
                for (int64_t i = 1; i < length; i++) {                             \
                    A b = in[line * sx + i * x_step];                              \
                    a = (A)(EXPR);                                                 \
                    out[line * so + i * out_step] = (T)a;                          \
                }                                                                  \
            }                                                                      \
            return;                                                                \
        }                                                                          \
        for (int64_t first = 0; first < count; first += SCAN_TILE) {               \
            A running[SCAN_TILE];                                                  \
            int64_t width = count - first < SCAN_TILE ? count - first : SCAN_TILE; \
            for (int64_t j = 0; j < width; j++) {                                  \
                running[j] = in[(first + j) * sx];                                 \
                out[(first + j) * so] = (T)running[j];                             \
            }                                                                      \
            for (int64_t i = 1; i < length; i++) {                                 \
                const T *x_row = in + first * sx + i * x_step;                     \
                T *out_row = out + first * so + i * out_step;                      \
                NK_VECTORIZE for (int64_t j = 0; j < width; j++) {                 \
                    A a = running[j], b = x_row[j * sx];                           \
                    a = (A)(EXPR);                                                 \
                    running[j] = a;                                                \
                    out_row[j * so] = (T)a;                                        \
                }                                                                  \
            }                                                                      \
        }                                                                          \
    }
#define FLOAT_SCANS(S, T)                                                          \
    SCAN(S##_sum, T, double, a + b)                                                \
    SCAN(S##_product, T, double, a * b)                                            \
    SCAN(S##_maximum, T, T, ((b > a) | (b != b)) ? b : a)                          \
    SCAN(S##_minimum, T, T, ((b < a) | (b != b)) ? b : a)
#define INTEGER_SCANS(S, T, U)                                                     \
    SCAN(S##_sum, T, T, (U)a + (U)b)                                               \
    SCAN(S##_product, T, T, (U)a * (U)b)                                           \
    SCAN(S##_maximum, T, T, b > a ? b : a)                                         \
    SCAN(S##_minimum, T, T, b < a ? b : a)
FLOAT_SCANS(f32, float)
FLOAT_SCANS(f64, double)
INTEGER_SCANS(i32, int32_t, uint32_t)
INTEGER_SCANS(i64, int64_t, uint64_t)
SCAN(bool_or, uint8_t, uint8_t, a | b)
SCAN(bool_and, uint8_t, uint8_t, a & b)

#define SCAN_ENTRIES(S) \
    {[NK_SUM] = S##_sum, [NK_PROD] = S##_product, [NK_MAXIMUM] = S##_maximum, [NK_MINIMUM] = S##_minimum}

void nk_scan(nk_reduce_op op, nk_dtype type, int rank, const int32_t *shape, int axis, bool reverse,
             void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    static const nk_loop *const loops[5][NK_ALL + 1] = {
        [NK_F32] = SCAN_ENTRIES(f32), [NK_F64] = SCAN_ENTRIES(f64), [NK_I32] = SCAN_ENTRIES(i32), [NK_I64] = SCAN_ENTRIES(i64),
        [NK_BOOL] = {[NK_MAXIMUM] = bool_or, [NK_MINIMUM] = bool_and, [NK_ANY] = bool_or, [NK_ALL] = bool_and},
    };
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    nk_line_axis line;
    if (!nk_plan_make_lines(&plan, &line, 2, rank, shape, axis, strides)) return;
    nk_loop loop = nk_chosen(loops[type][op]);
    if (!loop) nk_unsupported("nk_scan", op, type);
    size_t size = nk_size(type);
    scan_axis context = {line.length, line.stride[0], line.stride[1]};
    char *first_out = out, *first_x = (char *)x;
    if (reverse) {
        first_out += (line.length - 1) * line.stride[0] * (int64_t)size;
        first_x += (line.length - 1) * line.stride[1] * (int64_t)size;
        context.out_step = -context.out_step;
        context.x_step = -context.x_step;
    }
    nk_plan_hold(&plan, 2);
    char *const pointers[] = {first_out, first_x, (char *)&context};
    const int32_t sizes[] = {(int32_t)size, (int32_t)size, 0};
    nk_walk_lines(loop, &plan, 3, pointers, sizes, 1 + NK_PARALLEL_ELEMENTS / 4 / line.length);
}
