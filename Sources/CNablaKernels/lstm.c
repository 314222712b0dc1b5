// A step of a long short-term memory, and its gradient, in blocks that stay in the cache.
#include "elementwise_unary.h"

typedef struct {
    int64_t rows, hidden;
    nk_loop sigmoid, tanh;
    const void *c, *gates, *activations, *grad_next, *grad_h;
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

// NEXT: the gradient of the new cell; OUT: that of o's argument. An absent gradient is left out rather than added as 0, as the rule does.
#define GRADIENT_BLOCK(T, NEXT, OUT)                                               \
    NK_VECTORIZE for (int64_t j = 0; j < count; j++) {                             \
        T d = NEXT;                                                                \
        slope[0][j] = (d * g[j]) * (i[j] - i[j] * i[j]);                           \
        slope[1][j] = (d * c[j]) * (f[j] - f[j] * f[j]);                           \
        slope[2][j] = (d * i[j]) * ((T)1 - g[j] * g[j]);                           \
        slope[3][j] = OUT;                                                         \
        grad_c[j] = d * f[j];                                                      \
    }
#define THROUGH_OUTPUT(T) (grad_h[j] * o[j]) * ((T)1 - t[j] * t[j])
#define INTO_OUTPUT (grad_h[j] * t[j]) * (o[j] - o[j] * o[j])
#define GRADIENT(S, T)                                                             \
    NK_RANGE(gradient_##S) {                                                        \
        const lstm_job *job = context;                                             \
        int64_t hidden = job->hidden, total = job->rows * hidden;                  \
        _Alignas(64) T slope[4][LSTM_BLOCK];                                       \
        FOR_BLOCKS(                                                                \
            const T *i = (const T *)job->activations + first, *f = i + total, *g = f + total, *o = g + total, *t = o + total; \
            const T *c = (const T *)job->c + first;                                \
            const T *grad_next = (const T *)job->grad_next + first, *grad_h = (const T *)job->grad_h + first; \
            T *grad_c = (T *)job->grad_c + first;                                  \
            if (!job->grad_h) GRADIENT_BLOCK(T, grad_next[j], 0)                   \
            else if (!job->grad_next) GRADIENT_BLOCK(T, THROUGH_OUTPUT(T), INTO_OUTPUT) \
            else GRADIENT_BLOCK(T, grad_next[j] + THROUGH_OUTPUT(T), INTO_OUTPUT)  \
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

void nk_lstm_gradient(nk_dtype type, int64_t rows, int64_t hidden, const void *c, const void *activations, const void *grad_next,
                      const void *grad_h, void *grad_c, void *grad_gates) {
    if (type > NK_F64) nk_unsupported("nk_lstm_gradient", 0, type);
    if (rows <= 0 || hidden <= 0) return;
    lstm_job job = {.rows = rows, .hidden = hidden, .c = c, .activations = activations, .grad_next = grad_next, .grad_h = grad_h,
                    .grad_c = grad_c, .grad_gates = grad_gates};
    nr_parallel_for(rows, grain(&job, NK_PARALLEL_ELEMENTS / 4), type == NK_F32 ? gradient_f32 : gradient_f64, &job);
}
