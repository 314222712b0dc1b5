// The inner loops of reductions. The order of every addition is fixed by the number of elements alone: partial results are kept
// in lanes of fixed number, whatever vectors the machine has.
#include "fold.h"

#include <math.h>

typedef double lanes_f64 __attribute__((vector_size(64)));
typedef int64_t lanes_i64 __attribute__((vector_size(64)));
typedef float lanes_f32 __attribute__((vector_size(64)));
typedef int32_t lanes_i32 __attribute__((vector_size(64)));
// The same, wherever they lie in memory.
typedef double loose_lanes_f64 __attribute__((vector_size(64), aligned(8), may_alias));
typedef float loose_lanes_f32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float loose_half_lanes_f32 __attribute__((vector_size(32), aligned(4), may_alias));

// Macros, because how a function would take and return such vectors depends on the instruction set.
#define LOAD_F64(x) (*(const loose_lanes_f64 *)(x))
#define LOAD_F32(x) (*(const loose_lanes_f32 *)(x))
#define LOAD_F32_AS_F64(x) __builtin_convertvector(*(const loose_half_lanes_f32 *)(x), lanes_f64)
#define ADD_LANES(v) (((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])))
#define MULTIPLY_LANES(v) (((v[0] * v[4]) * (v[2] * v[6])) * ((v[1] * v[5]) * (v[3] * v[7])))

// sum += x, with the rounding error added to error (Knuth's two-sum): works on numbers and on lanes.
#define ADD_EXACTLY(T, sum, error, x)                     \
    do {                                                  \
        T term_ = (x), total_ = (sum) + term_, part_ = total_ - (sum); \
        (error) += ((sum) - (total_ - part_)) + (term_ - part_);       \
        (sum) = total_;                                   \
    } while (0)

// MARK: Sums

NK_LOOP(sum_row_f32) {
    nk_fold_state *state = (nk_fold_state *)p[0];
    const float *x = (const float *)p[1];
    int64_t step = s[1], i = 0;
    double sum = 0;
    if (step == 1) {
        if (count >= 32) {
            lanes_f64 a = {0}, b = {0}, c = {0}, d = {0};
            for (; i + 32 <= count; i += 32) {
                a += LOAD_F32_AS_F64(x + i);
                b += LOAD_F32_AS_F64(x + i + 8);
                c += LOAD_F32_AS_F64(x + i + 16);
                d += LOAD_F32_AS_F64(x + i + 24);
            }
            a = (a + b) + (c + d);
            sum = ADD_LANES(a);
        }
        for (; i < count; i++) sum += (double)x[i];
    } else {
        double a = 0, b = 0, c = 0, d = 0;
        for (; i + 4 <= count; i += 4) {
            a += (double)x[i * step];
            b += (double)x[(i + 1) * step];
            c += (double)x[(i + 2) * step];
            d += (double)x[(i + 3) * step];
        }
        for (; i < count; i++) a += (double)x[i * step];
        sum = (a + b) + (c + d);
    }
    *(double *)state->values += sum;
}

// Blocks of 128 are added in four rows of eight lanes, then the blocks with their rounding errors kept.
NK_LOOP(sum_row_f64) {
    nk_fold_state *state = (nk_fold_state *)p[0];
    const double *x = (const double *)p[1];
    int64_t step = s[1], i = 0;
    double total = *(double *)state->values, error = *state->errors;
    if (step == 1 && count >= 128) {
        lanes_f64 sums = {0}, errors = {0};
        for (; i + 128 <= count; i += 128) {
            const double *block = x + i;
            lanes_f64 a = LOAD_F64(block), b = LOAD_F64(block + 8), c = LOAD_F64(block + 16), d = LOAD_F64(block + 24);
            for (int j = 32; j < 128; j += 32) {
                a += LOAD_F64(block + j);
                b += LOAD_F64(block + j + 8);
                c += LOAD_F64(block + j + 16);
                d += LOAD_F64(block + j + 24);
            }
            ADD_EXACTLY(lanes_f64, sums, errors, (a + b) + (c + d));
        }
        for (int lane = 0; lane < 8; lane++) ADD_EXACTLY(double, total, error, sums[lane]);
        error += ADD_LANES(errors);
    }
    while (i < count) {
        int64_t end = i + 16 < count ? i + 16 : count;
        double block = 0;
        for (; i < end; i++) block += x[i * step];
        ADD_EXACTLY(double, total, error, block);
    }
    *(double *)state->values = total;
    *state->errors = error;
}

#define SUM_COLUMNS_F32(STEP)                                                      \
    for (; r + 4 <= count; r += 4) {                                               \
        const float *x0 = x + r * row_step, *x1 = x0 + row_step, *x2 = x1 + row_step, *x3 = x2 + row_step; \
        NK_VECTORIZE for (int64_t j = 0; j < width; j++)                           \
            sums[j] += ((double)x0[j * (STEP)] + (double)x1[j * (STEP)]) + ((double)x2[j * (STEP)] + (double)x3[j * (STEP)]); \
    }                                                                              \
    for (; r < count; r++) {                                                       \
        const float *x0 = x + r * row_step;                                        \
        NK_VECTORIZE for (int64_t j = 0; j < width; j++) sums[j] += (double)x0[j * (STEP)]; \
    }

NK_LOOP(sum_columns_f32) {
    nk_fold_state *state = (nk_fold_state *)p[0];
    const float *x = (const float *)p[1];
    int64_t row_step = s[1], step = state->column_step, width = state->columns, r = 0;
    double *sums = state->values;
    if (step == 1) {
        SUM_COLUMNS_F32(1)
    } else {
        SUM_COLUMNS_F32(step)
    }
}

// Blocks of 16 rows are added plainly, then the blocks with their rounding errors kept.
#define SUM_COLUMNS_F64(STEP)                                                      \
    while (r < count) {                                                            \
        double block[NK_FOLD_COLUMNS];                                             \
        int64_t end = r + 16 < count ? r + 16 : count;                             \
        NK_VECTORIZE for (int64_t j = 0; j < width; j++) block[j] = x[r * row_step + j * (STEP)]; \
        for (r++; r + 3 <= end; r += 3) {                                          \
            const double *x0 = x + r * row_step, *x1 = x0 + row_step, *x2 = x1 + row_step; \
            NK_VECTORIZE for (int64_t j = 0; j < width; j++) block[j] += x0[j * (STEP)] + (x1[j * (STEP)] + x2[j * (STEP)]); \
        }                                                                          \
        for (; r < end; r++) {                                                     \
            const double *x0 = x + r * row_step;                                   \
            NK_VECTORIZE for (int64_t j = 0; j < width; j++) block[j] += x0[j * (STEP)]; \
        }                                                                          \
        NK_VECTORIZE for (int64_t j = 0; j < width; j++) {                         \
            double sum = sums[j], error = errors[j];                               \
            ADD_EXACTLY(double, sum, error, block[j]);                             \
            sums[j] = sum;                                                         \
            errors[j] = error;                                                     \
        }                                                                          \
    }

NK_LOOP(sum_columns_f64) {
    nk_fold_state *state = (nk_fold_state *)p[0];
    const double *x = (const double *)p[1];
    int64_t row_step = s[1], step = state->column_step, width = state->columns, r = 0;
    double *sums = state->values, *errors = state->errors;
    if (step == 1) {
        SUM_COLUMNS_F64(1)
    } else {
        SUM_COLUMNS_F64(step)
    }
}

// MARK: Other folds

// A is the accumulator; EXPR folds b into a.
#define FOLD_COLUMNS(NAME, T, A, EXPR)                                             \
    NK_LOOP(NAME) {                                                                \
        nk_fold_state *state = (nk_fold_state *)p[0];                              \
        const T *x = (const T *)p[1];                                              \
        int64_t row_step = s[1], step = state->column_step, width = state->columns; \
        A *values = state->values;                                                 \
        for (int64_t r = 0; r < count; r++) {                                      \
            const T *row = x + r * row_step;                                       \
            if (step == 1) {                                                       \
                NK_VECTORIZE for (int64_t j = 0; j < width; j++) { A a = values[j], b = row[j]; values[j] = (A)(EXPR); } \
            } else {                                                               \
                for (int64_t j = 0; j < width; j++) { A a = values[j], b = row[j * step]; values[j] = (A)(EXPR); } \
            }                                                                      \
        }                                                                          \
    }

// Integers may be folded in any order.
#define FOLD_ROW(NAME, T, A, EXPR)                                                 \
    NK_LOOP(NAME) {                                                                \
        const T *x = (const T *)p[1];                                              \
        int64_t step = s[1];                                                       \
        A *value = ((nk_fold_state *)p[0])->values, a = *value;                    \
        if (step == 1) {                                                           \
            for (int64_t i = 0; i < count; i++) { A b = x[i]; a = (A)(EXPR); }     \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) { A b = x[i * step]; a = (A)(EXPR); } \
        }                                                                          \
        *value = a;                                                                \
    }

#define PRODUCT_ROW(NAME, T, LOAD)                                                 \
    NK_LOOP(NAME) {                                                                \
        const T *x = (const T *)p[1];                                              \
        int64_t step = s[1], i = 0;                                                \
        double *value = ((nk_fold_state *)p[0])->values, a = *value;               \
        if (step == 1 && count >= 32) {                                            \
            lanes_f64 lanes = LOAD(x), more = LOAD(x + 8);                         \
            for (i = 16; i + 16 <= count; i += 16) {                               \
                lanes *= LOAD(x + i);                                              \
                more *= LOAD(x + i + 8);                                           \
            }                                                                      \
            lanes *= more;                                                         \
            a *= MULTIPLY_LANES(lanes);                                            \
        }                                                                          \
        for (; i < count; i++) a *= (double)x[i * step];                           \
        *value = a;                                                                \
    }

// NaN takes the place of anything, and nothing the place of NaN.
#define EXTREME_ROW(NAME, T, LANES, MASK, COUNT, LOAD, OPERATOR)                       \
    NK_LOOP(NAME) {                                                                \
        const T *x = (const T *)p[1];                                              \
        int64_t step = s[1], i = 0;                                                \
        T *value = ((nk_fold_state *)p[0])->values, a = *value;                    \
        if (step == 1 && count >= 4 * COUNT) {                                     \
            LANES v0 = LOAD(x), v1 = LOAD(x + COUNT), v2 = LOAD(x + 2 * COUNT), v3 = LOAD(x + 3 * COUNT); \
            for (i = 4 * COUNT; i + 4 * COUNT <= count; i += 4 * COUNT) {          \
                LANES x0 = LOAD(x + i), x1 = LOAD(x + i + COUNT), x2 = LOAD(x + i + 2 * COUNT), x3 = LOAD(x + i + 3 * COUNT); \
                EXTREME_OF_LANES(v0, x0, LANES, MASK, OPERATOR)                    \
                EXTREME_OF_LANES(v1, x1, LANES, MASK, OPERATOR)                    \
                EXTREME_OF_LANES(v2, x2, LANES, MASK, OPERATOR)                    \
                EXTREME_OF_LANES(v3, x3, LANES, MASK, OPERATOR)                    \
            }                                                                      \
            EXTREME_OF_LANES(v0, v1, LANES, MASK, OPERATOR)                        \
            EXTREME_OF_LANES(v2, v3, LANES, MASK, OPERATOR)                        \
            EXTREME_OF_LANES(v0, v2, LANES, MASK, OPERATOR)                        \
            for (int lane = 0; lane < COUNT; lane++) {                             \
                T b = v0[lane];                                                    \
                a = ((b OPERATOR a) | (b != b)) ? b : a;                           \
            }                                                                      \
        }                                                                          \
        for (; i < count; i++) {                                                   \
            T b = x[i * step];                                                     \
            a = ((b OPERATOR a) | (b != b)) ? b : a;                               \
        }                                                                          \
        *value = a;                                                                \
    }
#define EXTREME_OF_LANES(best, next, LANES, MASK, OPERATOR)                        \
    {                                                                              \
        MASK taken = ((next) OPERATOR (best)) | ((next) != (next));                \
        (best) = (LANES)((taken & (MASK)(next)) | (~taken & (MASK)(best)));        \
    }

PRODUCT_ROW(product_row_f32, float, LOAD_F32_AS_F64)
PRODUCT_ROW(product_row_f64, double, LOAD_F64)
FOLD_COLUMNS(product_columns_f32, float, double, a * b)
FOLD_COLUMNS(product_columns_f64, double, double, a * b)
EXTREME_ROW(maximum_row_f32, float, lanes_f32, lanes_i32, 16, LOAD_F32, >)
EXTREME_ROW(minimum_row_f32, float, lanes_f32, lanes_i32, 16, LOAD_F32, <)
EXTREME_ROW(maximum_row_f64, double, lanes_f64, lanes_i64, 8, LOAD_F64, >)
EXTREME_ROW(minimum_row_f64, double, lanes_f64, lanes_i64, 8, LOAD_F64, <)
FOLD_COLUMNS(maximum_columns_f32, float, float, ((b > a) | (b != b)) ? b : a)
FOLD_COLUMNS(minimum_columns_f32, float, float, ((b < a) | (b != b)) ? b : a)
FOLD_COLUMNS(maximum_columns_f64, double, double, ((b > a) | (b != b)) ? b : a)
FOLD_COLUMNS(minimum_columns_f64, double, double, ((b < a) | (b != b)) ? b : a)

#define FOLD_BOTH(NAME, S, T, EXPR)                                                \
    FOLD_ROW(NAME##_row_##S, T, T, EXPR)                                           \
    FOLD_COLUMNS(NAME##_columns_##S, T, T, EXPR)
#define FOLD_INTEGERS(S, T, U)                                                     \
    FOLD_BOTH(sum, S, T, (U)a + (U)b)                                              \
    FOLD_BOTH(product, S, T, (U)a * (U)b)                                          \
    FOLD_BOTH(maximum, S, T, b > a ? b : a)                                        \
    FOLD_BOTH(minimum, S, T, b < a ? b : a)
FOLD_INTEGERS(i32, int32_t, uint32_t)
FOLD_INTEGERS(i64, int64_t, uint64_t)
FOLD_BOTH(any, bool, uint8_t, a | b)
FOLD_BOTH(all, bool, uint8_t, a & b)

static const double zero_f64 = 0, one_f64 = 1, least_f64 = -INFINITY, greatest_f64 = INFINITY;
static const float least_f32 = -INFINITY, greatest_f32 = INFINITY;
static const int32_t one_i32 = 1, least_i32 = INT32_MIN, greatest_i32 = INT32_MAX;
static const int64_t zero_i64 = 0, one_i64 = 1, least_i64 = INT64_MIN, greatest_i64 = INT64_MAX;
static const uint8_t true_bool = 1;

#define FOLD(NAME, S, ACCUMULATOR, COMPENSATED, IDENTITY) \
    {NAME##_row_##S, NAME##_columns_##S, ACCUMULATOR, COMPENSATED, &IDENTITY}

const nk_fold *nk_fold_find(nk_reduce_op op, nk_dtype type) {
    static const nk_fold folds[5][NK_ALL + 1] = {
        [NK_F32] = {
            [NK_SUM] = FOLD(sum, f32, NK_F64, false, zero_f64), [NK_PROD] = FOLD(product, f32, NK_F64, false, one_f64),
            [NK_MAXIMUM] = FOLD(maximum, f32, NK_F32, false, least_f32), [NK_MINIMUM] = FOLD(minimum, f32, NK_F32, false, greatest_f32)},
        [NK_F64] = {
            [NK_SUM] = FOLD(sum, f64, NK_F64, true, zero_f64), [NK_PROD] = FOLD(product, f64, NK_F64, false, one_f64),
            [NK_MAXIMUM] = FOLD(maximum, f64, NK_F64, false, least_f64), [NK_MINIMUM] = FOLD(minimum, f64, NK_F64, false, greatest_f64)},
        [NK_I32] = {
            [NK_SUM] = FOLD(sum, i32, NK_I32, false, zero_i64), [NK_PROD] = FOLD(product, i32, NK_I32, false, one_i32),
            [NK_MAXIMUM] = FOLD(maximum, i32, NK_I32, false, least_i32), [NK_MINIMUM] = FOLD(minimum, i32, NK_I32, false, greatest_i32)},
        [NK_I64] = {
            [NK_SUM] = FOLD(sum, i64, NK_I64, false, zero_i64), [NK_PROD] = FOLD(product, i64, NK_I64, false, one_i64),
            [NK_MAXIMUM] = FOLD(maximum, i64, NK_I64, false, least_i64), [NK_MINIMUM] = FOLD(minimum, i64, NK_I64, false, greatest_i64)},
        [NK_BOOL] = {
            [NK_ANY] = FOLD(any, bool, NK_BOOL, false, zero_i64), [NK_MAXIMUM] = FOLD(any, bool, NK_BOOL, false, zero_i64),
            [NK_ALL] = FOLD(all, bool, NK_BOOL, false, true_bool), [NK_MINIMUM] = FOLD(all, bool, NK_BOOL, false, true_bool)},
    };
    const nk_fold *fold = &folds[type][op];
    return fold->row ? fold : NULL;
}
