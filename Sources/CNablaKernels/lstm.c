// A step of a long short-term memory, and its gradient, in blocks that stay in the cache.
#include "elementwise_unary.h"
#include "slopes.h"

typedef struct {
    int64_t rows, hidden;
    nk_loop sigmoid, tanh;
    const void *c, *gates, *given_next, *activations, *grad_next, *grad_h;
    void *next, *h, *made_activations, *grad_c, *grad_gates;
} lstm_job;

// A block is of whole rows, or of a part of one: sigmoids of a short row alone would leave most of a vector unused.
enum { LSTM_BLOCK = 512 };
static int64_t block_rows(const lstm_job *job) { return job->hidden >= LSTM_BLOCK ? 1 : LSTM_BLOCK / job->hidden; }

// Rows are often as short as 20 numbers, so they are copied in the pieces that leave no rest.
#define COPY_ROW(NAME, T)                                                          \
    NK_INLINE void NAME(T *to, const T *from, int64_t count) {                     \
        int64_t i = 0, quarter = 16 / sizeof(T);                                   \
        for (; i + quarter <= count; i += quarter) __builtin_memcpy(to + i, from + i, 16); \
        for (; i < count; i++) to[i] = from[i];                                    \
    }
COPY_ROW(copy_row_f32, float)
COPY_ROW(copy_row_f64, double)

// Runs BODY for every block: `count` neighbouring elements from `first` on, which are `rows` pieces of `width` in the gates from `gates` on.
#define FOR_BLOCKS(...)                                                            \
    for (int64_t row = begin; row < end; row += block_rows(job)) {                 \
        int64_t rows = end - row < block_rows(job) ? end - row : block_rows(job);  \
        for (int64_t column = 0; column < hidden; column += LSTM_BLOCK) {          \
            int64_t width = hidden - column < LSTM_BLOCK ? hidden - column : LSTM_BLOCK; \
            int64_t first = row * hidden + column, count = rows * width, gates = 4 * row * hidden + column; \
            __VA_ARGS__                                                            \
        }                                                                          \
    }

#define STEP(S, T)                                                                 \
    NK_RANGE(step_##S) {                                                           \
        const lstm_job *job = context;                                             \
        int64_t hidden = job->hidden, total = job->rows * hidden;                  \
        static const int64_t steps[] = {1, 1};                                     \
        FOR_BLOCKS(                                                                \
            T *part[5];                                                            \
            for (int k = 0; k < 5; k++) part[k] = (T *)job->made_activations + k * total + first; \
            for (int64_t r = 0; r < rows; r++)                                     \
                for (int k = 0; k < 4; k++)                                        \
                    copy_row_##S(part[k] + r * width, (const T *)job->gates + gates + (4 * r + k) * hidden, width); \
            for (int k = 0; k < 4; k++) {                                          \
                char *const pointers[] = {(char *)part[k], (char *)part[k]};       \
                (k == 2 ? job->tanh : job->sigmoid)(count, pointers, steps);       \
            }                                                                      \
            const T *c = (const T *)job->c + first, *i = part[0], *f = part[1], *g = part[2], *o = part[3], *t = part[4]; \
            T *next = (T *)job->next + first, *h = (T *)job->h + first;            \
            NK_VECTORIZE for (int64_t j = 0; j < count; j++) next[j] = f[j] * c[j] + i[j] * g[j]; \
            char *const pointers[] = {(char *)t, (char *)next};                    \
            job->tanh(count, pointers, steps);                                     \
            NK_VECTORIZE for (int64_t j = 0; j < count; j++) h[j] = o[j] * t[j];)  \
    }
STEP(f32, float)
STEP(f64, double)

// The derivatives of the gates' and the cell's functions, from the activations and, where these are level, from the arguments, which lie in
// `rows` pieces of `width` that are `pitch` elements apart.
#define SLOPES(LOOP, NAME, OP, S, T)                                               \
    NK_INLINE void LOOP(T *out, const T *y, const T *x, int64_t count, int64_t width, int64_t pitch) { \
        int64_t i = 0;                                                             \
        for (; i + NK_SLOPE_GROUP <= count; i += NK_SLOPE_GROUP) {                 \
            if (NK_LIKELY(!nk_##NAME##_any_level_##S(y + i, NK_SLOPE_GROUP))) {                                             \
                NK_VECTORIZE for (int64_t k = i; k < i + NK_SLOPE_GROUP; k++) out[k] = NK_##OP##_PLAIN(T, y[k]); \
            } else {                                                               \
                T from[NK_SLOPE_GROUP];                                            \
                int64_t column = i % width;                                        \
                const T *piece = x + i / width * pitch;                            \
                for (int64_t j = 0; j < NK_SLOPE_GROUP; j++) {                     \
                    from[j] = piece[column++];                                     \
                    if (column == width) column = 0, piece += pitch;               \
                }                                                                  \
                NK_VECTORIZE for (int64_t j = 0; j < NK_SLOPE_GROUP; j++) {        \
                    T end = nk_##NAME##_end_##S(from[j]);                          \
                    out[i + j] = NK_##OP##_IS_LEVEL(T, y[i + j]) ? end : NK_##OP##_PLAIN(T, y[i + j]); \
                }                                                                  \
            }                                                                      \
        }                                                                          \
        for (; i < count; i++) out[i] = nk_##NAME##_slope_##S(x[i / width * pitch + i % width], y[i]); \
    }
SLOPES(tanh_slopes_f32, tanh, TANH, f32, float)
SLOPES(tanh_slopes_f64, tanh, TANH, f64, double)
SLOPES(sigmoid_slopes_f32, sigmoid, SIGMOID, f32, float)
SLOPES(sigmoid_slopes_f64, sigmoid, SIGMOID, f64, double)

// Which functions are level somewhere in a block: a gate's, the candidate's, the cell's. Most blocks have none, and are made in one loop of the
// activations alone.
enum { LEVEL_GATES = 1, LEVEL_CANDIDATE = 2, LEVEL_CELL = 4 };
#define LEVELS(S, T)                                                               \
    NK_INLINE int levels_##S(const T *i, const T *f, const T *g, const T *o, const T *t, int64_t count) { \
        /* sums, which the compiler knows how to make of vectors */                \
        nk_flag_##S gates = 0, candidates = 0, cells = 0;                          \
        NK_VECTORIZE for (int64_t j = 0; j < count; j++) {                         \
            T gate = i[j] > f[j] ? i[j] : f[j];                                    \
            gate = gate > o[j] ? gate : o[j];                                      \
            gates += (nk_flag_##S)NK_SIGMOID_IS_LEVEL(T, gate);                    \
            candidates += (nk_flag_##S)NK_TANH_IS_LEVEL(T, g[j]);                  \
            cells += (nk_flag_##S)NK_TANH_IS_LEVEL(T, t[j]);                       \
        }                                                                          \
        return (gates ? LEVEL_GATES : 0) | (candidates ? LEVEL_CANDIDATE : 0) | (cells ? LEVEL_CELL : 0); \
    }
LEVELS(f32, float)
LEVELS(f64, double)
#define PLAIN_SLOPES(OP, T, out, y) NK_VECTORIZE for (int64_t j = 0; j < count; j++) (out)[j] = NK_##OP##_PLAIN(T, (y)[j]);

// NEXT: the gradient of the new cell; OUT: that of o's argument. An absent gradient is left out rather than added as 0, as the rule does.
// D0 ... D4: the derivatives of the five functions.
#define GRADIENT_BLOCK(T, NEXT, OUT, D0, D1, D2)                                   \
    NK_VECTORIZE for (int64_t j = 0; j < count; j++) {                             \
        T d = NEXT;                                                                \
        slope[0][j] = (d * g[j]) * (D0);                                           \
        slope[1][j] = (d * c[j]) * (D1);                                           \
        slope[2][j] = (d * i[j]) * (D2);                                           \
        slope[3][j] = OUT;                                                         \
        grad_c[j] = d * f[j];                                                      \
    }
#define GRADIENT_BLOCKS(T, D0, D1, D2, D3, D4)                                     \
    if (!job->grad_h) GRADIENT_BLOCK(T, grad_next[j], 0, D0, D1, D2)         \
    else if (!job->grad_next) GRADIENT_BLOCK(T, (grad_h[j] * o[j]) * (D4), (grad_h[j] * t[j]) * (D3), D0, D1, D2) \
    else GRADIENT_BLOCK(T, grad_next[j] + (grad_h[j] * o[j]) * (D4), (grad_h[j] * t[j]) * (D3), D0, D1, D2)
#define GRADIENT(S, T)                                                             \
    NK_RANGE(gradient_##S) {                                                        \
        const lstm_job *job = context;                                             \
        int64_t hidden = job->hidden, total = job->rows * hidden;                  \
        _Alignas(64) T slope[5][LSTM_BLOCK];                                       \
        FOR_BLOCKS(                                                                \
            const T *i = (const T *)job->activations + first, *f = i + total, *g = f + total, *o = g + total, *t = o + total; \
            const T *c = (const T *)job->c + first, *x = (const T *)job->gates + gates; \
            const T *grad_next = (const T *)job->grad_next + first, *grad_h = (const T *)job->grad_h + first; \
            T *grad_c = (T *)job->grad_c + first;                                  \
            int levels = levels_##S(i, f, g, o, t, count);                         \
            if (NK_LIKELY(!levels)) {                                              \
                GRADIENT_BLOCKS(T, NK_SIGMOID_PLAIN(T, i[j]), NK_SIGMOID_PLAIN(T, f[j]), NK_TANH_PLAIN(T, g[j]), \
                                NK_SIGMOID_PLAIN(T, o[j]), NK_TANH_PLAIN(T, t[j])) \
            } else {                                                               \
                if (levels & LEVEL_GATES) {                                        \
                    sigmoid_slopes_##S(slope[0], i, x, count, width, 4 * hidden);  \
                    sigmoid_slopes_##S(slope[1], f, x + hidden, count, width, 4 * hidden); \
                    sigmoid_slopes_##S(slope[3], o, x + 3 * hidden, count, width, 4 * hidden); \
                } else {                                                           \
                    PLAIN_SLOPES(SIGMOID, T, slope[0], i)                          \
                    PLAIN_SLOPES(SIGMOID, T, slope[1], f)                          \
                    PLAIN_SLOPES(SIGMOID, T, slope[3], o)                          \
                }                                                                  \
                if (levels & LEVEL_CANDIDATE) tanh_slopes_##S(slope[2], g, x + 2 * hidden, count, width, 4 * hidden); \
                else PLAIN_SLOPES(TANH, T, slope[2], g)                            \
                if (levels & LEVEL_CELL) tanh_slopes_##S(slope[4], t, (const T *)job->given_next + first, count, count, 0); \
                else PLAIN_SLOPES(TANH, T, slope[4], t)                            \
                GRADIENT_BLOCKS(T, slope[0][j], slope[1][j], slope[2][j], slope[3][j], slope[4][j]) \
            }                                                                      \
            for (int64_t r = 0; r < rows; r++)                                     \
                for (int k = 0; k < 4; k++)                                        \
                    copy_row_##S((T *)job->grad_gates + gates + (4 * r + k) * hidden, slope[k] + r * width, width);) \
    }
GRADIENT(f32, float)
GRADIENT(f64, double)

// Whole blocks for each thread, of five elementary functions an element.
static int64_t grain(const lstm_job *job, int64_t elements) {
    int64_t rows = block_rows(job);
    return rows * (1 + elements / (rows * job->hidden));
}

void nk_lstm_step(nk_dtype type, int64_t rows, int64_t hidden, const void *c, const void *gates, void *next, void *h, void *activations) {
    if (type > NK_F64) nk_unsupported("nk_lstm_step", 0, type);
    if (rows <= 0 || hidden <= 0) return;
    lstm_job job = {.rows = rows, .hidden = hidden, .sigmoid = nk_unary_loop(NK_SIGMOID, type), .tanh = nk_unary_loop(NK_TANH, type),
                    .c = c, .gates = gates, .next = next, .h = h, .made_activations = activations};
    nr_parallel_for(rows, grain(&job, NK_PARALLEL_ELEMENTS / 16), type == NK_F32 ? step_f32 : step_f64, &job);
}

void nk_lstm_gradient(nk_dtype type, int64_t rows, int64_t hidden, const void *c, const void *gates, const void *next,
                      const void *activations, const void *grad_next, const void *grad_h, void *grad_c, void *grad_gates) {
    if (type > NK_F64) nk_unsupported("nk_lstm_gradient", 0, type);
    if (rows <= 0 || hidden <= 0) return;
    lstm_job job = {.rows = rows, .hidden = hidden, .c = c, .gates = gates, .given_next = next, .activations = activations,
                    .grad_next = grad_next, .grad_h = grad_h, .grad_c = grad_c, .grad_gates = grad_gates};
    nr_parallel_for(rows, grain(&job, NK_PARALLEL_ELEMENTS / 4), type == NK_F32 ? gradient_f32 : gradient_f64, &job);
}
