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

// Copies `rows` pieces of `width` elements. Rows are often as short as 20 numbers, so they are copied in the parts that leave no rest. Out of
// line: among the variables of the loops around it every part was a third slower.
#define COPY_PIECES(NAME, T)                                                       \
    __attribute__((noinline)) static void NAME(T *to, int64_t to_pitch, const T *from, int64_t from_pitch, int64_t rows, int64_t width) { \
        const int64_t part = 16 / sizeof(T);                                       \
        for (int64_t r = 0; r < rows; r++, to += to_pitch, from += from_pitch) {   \
            int64_t i = 0;                                                         \
            for (; i + part <= width; i += part) __builtin_memcpy(to + i, from + i, 16); \
            for (; i < width; i++) to[i] = from[i];                                \
        }                                                                          \
    }
COPY_PIECES(copy_pieces_f32, float)
COPY_PIECES(copy_pieces_f64, double)

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
            for (int k = 0; k < 4; k++)                                            \
                copy_pieces_##S(part[k], width, (const T *)job->gates + gates + k * hidden, 4 * hidden, rows, width); \
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

// The derivatives of one of the gates' and the cell's functions, from its values y and, where these are level, from its arguments x.
#define SLOPES(LOOP, NAME, OP, S, T)                                               \
    NK_INLINE void LOOP(T *out, const T *y, const T *x, int64_t count) {           \
        int64_t i = 0;                                                             \
        for (; i + NK_SLOPE_GROUP <= count; i += NK_SLOPE_GROUP) {                 \
            const int64_t end = i + NK_SLOPE_GROUP;                                \
            if (NK_LIKELY(!nk_##NAME##_any_level_##S(y + i, NK_SLOPE_GROUP))) {    \
                NK_VECTORIZE for (int64_t j = i; j < end; j++) out[j] = NK_##OP##_PLAIN(T, y[j]); \
            } else {                                                               \
                NK_VECTORIZE for (int64_t j = i; j < end; j++) {                   \
                    T far = nk_##NAME##_end_##S(x[j]);                             \
                    out[j] = NK_##OP##_IS_LEVEL(T, y[j]) ? far : NK_##OP##_PLAIN(T, y[j]); \
                }                                                                  \
            }                                                                      \
        }                                                                          \
        for (; i < count; i++) out[i] = nk_##NAME##_slope_##S(x[i], y[i]);         \
    }
SLOPES(tanh_slopes_f32, tanh, TANH, f32, float)
SLOPES(tanh_slopes_f64, tanh, TANH, f64, double)
SLOPES(sigmoid_slopes_f32, sigmoid, SIGMOID, f32, float)
SLOPES(sigmoid_slopes_f64, sigmoid, SIGMOID, f64, double)

// Bits of a number, which are in the order of the numbers where these are positive.
#define BITS(S, T, INT)                                                            \
    NK_INLINE INT bits_##S(T x) {                                                  \
        INT bits;                                                                  \
        __builtin_memcpy(&bits, &x, sizeof bits);                                  \
        return bits;                                                               \
    }
BITS(f32, float, int32_t)
BITS(f64, double, int64_t)
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

// The five derivatives of a block: of sigmoid, but for the candidate's and the cell's, which are of tanh. `has_level` says which functions have
// level values. Arguments of the first four lie in `rows` pieces of `width` in `gates`.
#define LEVEL_SLOPES(S, T)                                                         \
    NK_CLONED(void, level_slopes_##S,                                              \
              (T (*slope)[LSTM_BLOCK], const T *const *y, const bool *has_level, const T *gates, const T *next, int64_t rows, int64_t width, \
               int64_t hidden),                                                    \
              (slope, y, has_level, gates, next, rows, width, hidden)) {           \
        T from[LSTM_BLOCK];                                                        \
        const int64_t count = rows * width;                                        \
        for (int k = 0; k < 5; k++) {                                              \
            const T *x = k == 4 ? next : from;                                     \
            const bool is_tanh = k == 2 || k == 4;                                 \
            if (has_level[k] && k < 4) copy_pieces_##S(from, width, gates + k * hidden, 4 * hidden, rows, width); \
            if (has_level[k] && is_tanh) tanh_slopes_##S(slope[k], y[k], x, count); \
            else if (has_level[k]) sigmoid_slopes_##S(slope[k], y[k], x, count);   \
            else if (is_tanh) NK_VECTORIZE for (int64_t j = 0; j < count; j++) slope[k][j] = NK_TANH_PLAIN(T, y[k][j]); \
            else NK_VECTORIZE for (int64_t j = 0; j < count; j++) slope[k][j] = NK_SIGMOID_PLAIN(T, y[k][j]); \
        }                                                                          \
    }
LEVEL_SLOPES(f32, float)
LEVEL_SLOPES(f64, double)

// NEXT: the gradient of the new cell; OUT: that of o's argument. An absent gradient is left out rather than added as 0, as the rule does.
// D0 ... D4: the derivatives of the five functions. LOOK is done for each element too.
#define GRADIENT_BLOCK(T, NEXT, OUT, D0, D1, D2, LOOK)                             \
    NK_VECTORIZE for (int64_t j = 0; j < count; j++) {                             \
        T d = NEXT;                                                                \
        slope[0][j] = (d * g[j]) * (D0);                                           \
        slope[1][j] = (d * c[j]) * (D1);                                           \
        slope[2][j] = (d * i[j]) * (D2);                                           \
        slope[3][j] = OUT;                                                         \
        grad_c[j] = d * f[j];                                                      \
        LOOK                                                                       \
    }
#define GRADIENT_BLOCKS(T, D0, D1, D2, D3, D4, LOOK)                               \
    if (!job->grad_h) GRADIENT_BLOCK(T, grad_next[j], 0, D0, D1, D2, LOOK)         \
    else if (!job->grad_next) GRADIENT_BLOCK(T, (grad_h[j] * o[j]) * (D4), (grad_h[j] * t[j]) * (D3), D0, D1, D2, LOOK) \
    else GRADIENT_BLOCK(T, grad_next[j] + (grad_h[j] * o[j]) * (D4), (grad_h[j] * t[j]) * (D3), D0, D1, D2, LOOK)
// The largest gate, candidate and cell of a block say which functions are level somewhere in it.
#define LOOK_FOR_LEVELS(S, T, INT)                                                 \
    INT gate = LARGER(LARGER(bits_##S(i[j]), bits_##S(f[j])), bits_##S(o[j]));     \
    INT candidate = bits_##S(g[j] < 0 ? -g[j] : g[j]);                             \
    INT cell = bits_##S(t[j] < 0 ? -t[j] : t[j]);                                  \
    gates_most = LARGER(gates_most, gate);                                         \
    candidates_most = LARGER(candidates_most, candidate);                          \
    cells_most = LARGER(cells_most, cell);
// Most blocks have no level function: they are made in one loop of the activations alone, which looks for them on the way. A block that has
// some is made once more. No output may lie where an input does.
#define GRADIENT(S, T, INT)                                                        \
    NK_RANGE(gradient_##S) {                                                       \
        const lstm_job *job = context;                                             \
        int64_t hidden = job->hidden, total = job->rows * hidden;                  \
        _Alignas(64) T slope[5][LSTM_BLOCK];                                       \
        FOR_BLOCKS(                                                                \
            const T *i = (const T *)job->activations + first, *f = i + total, *g = f + total, *o = g + total, *t = o + total; \
            const T *c = (const T *)job->c + first, *x = (const T *)job->gates + gates; \
            const T *grad_next = (const T *)job->grad_next + first, *grad_h = (const T *)job->grad_h + first; \
            T *grad_c = (T *)job->grad_c + first;                                  \
            INT gates_most = 0, candidates_most = 0, cells_most = 0;               \
            GRADIENT_BLOCKS(T, NK_SIGMOID_PLAIN(T, i[j]), NK_SIGMOID_PLAIN(T, f[j]), NK_TANH_PLAIN(T, g[j]), \
                            NK_SIGMOID_PLAIN(T, o[j]), NK_TANH_PLAIN(T, t[j]), LOOK_FOR_LEVELS(S, T, INT)) \
            bool some_gates = gates_most > bits_##S((T)NK_SIGMOID_LEVEL);          \
            bool some_candidates = candidates_most > bits_##S((T)NK_TANH_LEVEL);   \
            bool some_cells = cells_most > bits_##S((T)NK_TANH_LEVEL);             \
            if (NK_UNLIKELY(some_gates | some_candidates | some_cells)) {          \
                const T *const y[] = {i, f, g, o, t};                              \
                const bool has_level[] = {some_gates, some_gates, some_candidates, some_gates, some_cells}; \
                level_slopes_##S(slope, y, has_level, x, (const T *)job->given_next + first, rows, width, hidden); \
                GRADIENT_BLOCKS(T, slope[0][j], slope[1][j], slope[2][j], slope[3][j], slope[4][j], ) \
            }                                                                      \
            for (int k = 0; k < 4; k++)                                            \
                copy_pieces_##S((T *)job->grad_gates + gates + k * hidden, 4 * hidden, slope[k], width, rows, width);) \
    }
GRADIENT(f32, float, int32_t)
GRADIENT(f64, double, int64_t)

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
