// Sums and maxima of windows: each plane (image and channel) by itself, tap by tap, so that the inner loop runs along a line of the output.
#include "iterate.h"
#include "window_span.h"

#include <nabla_runtime.h>
#include <string.h>

typedef struct {
    const nk_window *window;
    const char *image;
    char *pooled;
    int64_t *places;
    int64_t image_size, pooled_size;  // elements of a plane
} pool_job;

// Calls LINE(p, q, step, count) for each tap and each line of the output on which it meets the input: output elements p, p + 1, ... meet
// input elements q, q + step, ...
#define FOR_EACH_LINE(w, LINE)                                                                                                     \
    for (int64_t k0 = 0; k0 < w->kernel[0]; k0++)                                                                                  \
        for (int64_t k1 = 0; k1 < w->kernel[1]; k1++)                                                                              \
            for (int64_t k2 = 0; k2 < w->kernel[2]; k2++) {                                                                        \
                const span s0 = inside(w, 0, k0), s1 = inside(w, 1, k1), s2 = inside(w, 2, k2);                                    \
                for (int64_t o0 = s0.first; o0 < s0.end; o0++)                                                                     \
                    for (int64_t o1 = s1.first; o1 < s1.end; o1++) {                                                               \
                        const int64_t i0 = o0 * w->stride[0] - w->padding[0] + k0 * w->dilation[0];                                \
                        const int64_t i1 = o1 * w->stride[1] - w->padding[1] + k1 * w->dilation[1];                                \
                        const int64_t i2 = s2.first * w->stride[2] - w->padding[2] + k2 * w->dilation[2];                          \
                        LINE((o0 * w->output[1] + o1) * w->output[2] + s2.first, (i0 * w->input[1] + i1) * w->input[2] + i2,       \
                             w->stride[2], s2.end - s2.first)                                                                      \
                    }                                                                                                              \
            }

#define SUM_LINE(p, q, step, count)                                                                                                \
    for (int64_t n = (count), from = (q), to = (p), i = 0; i < n; i++) y[to + i] += x[from + i * (step)];
#define SPREAD_LINE(p, q, step, count)                                                                                             \
    for (int64_t n = (count), from = (p), to = (q), i = 0; i < n; i++) x[to + i * (step)] += y[from + i];
// The first of equal numbers stays; NaN is larger than all. Numbers and places lie side by side, so that the loop has no look-ups.
#define MAX_LINE(p, q, step, count)                                                                                                \
    for (int64_t n = (count), from = (q), to = (p), i = 0; i < n; i++) {                                                           \
        const int64_t place = from + i * (step);                                                                                   \
        const bool larger = (place_of[to + i] < 0) | (!(x[place] <= best[to + i]) & (best[to + i] == best[to + i]));               \
        place_of[to + i] = larger ? (int32_t)place : place_of[to + i];                                                             \
        best[to + i] = larger ? x[place] : best[to + i];                                                                           \
    }

#define DEFINE(T, NAME)                                                                                                            \
    NK_RANGE(sum_##NAME) {                                                                                                                   \
        const pool_job *j = context;                                                                                               \
        const nk_window *w = j->window;                                                                                            \
        for (int64_t plane = begin; plane < end; plane++) {                                                                        \
            const T *x = (const T *)j->image + plane * j->image_size;                                                              \
            T *y = (T *)j->pooled + plane * j->pooled_size;                                                                        \
            memset(y, 0, (size_t)j->pooled_size * sizeof(T));                                                                      \
            FOR_EACH_LINE(w, SUM_LINE)                                                                                             \
        }                                                                                                                          \
    }                                                                                                                              \
    NK_RANGE(spread_##NAME) {                                                                                                                \
        const pool_job *j = context;                                                                                               \
        const nk_window *w = j->window;                                                                                            \
        for (int64_t plane = begin; plane < end; plane++) {                                                                        \
            T *x = (T *)j->image + plane * j->image_size;                                                                          \
            const T *y = (const T *)j->pooled + plane * j->pooled_size;                                                            \
            memset(x, 0, (size_t)j->image_size * sizeof(T));                                                                       \
            FOR_EACH_LINE(w, SPREAD_LINE)                                                                                          \
        }                                                                                                                          \
    }                                                                                                                              \
    NK_RANGE(maxima_##NAME) {                                                                                                      \
        const pool_job *j = context;                                                                                               \
        const nk_window *w = j->window;                                                                                            \
        T *best = nr_scratch_allocate((size_t)j->pooled_size * (sizeof(T) + sizeof(int32_t)));                                     \
        int32_t *place_of = (int32_t *)(best + j->pooled_size);                                                                    \
        for (int64_t plane = begin; plane < end; plane++) {                                                                        \
            const T *x = (const T *)j->image + plane * j->image_size;                                                              \
            for (int64_t i = 0; i < j->pooled_size; i++) place_of[i] = -1, best[i] = 0;                                            \
            FOR_EACH_LINE(w, MAX_LINE)                                                                                             \
            for (int64_t i = 0; i < j->pooled_size; i++) j->places[plane * j->pooled_size + i] = place_of[i];                      \
        }                                                                                                                          \
        nr_scratch_free(best, (size_t)j->pooled_size * (sizeof(T) + sizeof(int32_t)));                                             \
    }

DEFINE(float, f32)
DEFINE(double, f64)

static void run(const nk_window *w, pool_job *job, void (*body)(void *, int64_t, int64_t)) {
    job->window = w;
    job->image_size = product(w->input);
    job->pooled_size = product(w->output);
    if (job->image_size == 0 && job->pooled_size == 0) return;
    int64_t work = job->pooled_size * product(w->kernel) + job->image_size;
    nr_parallel_for(w->batch * w->channels, 1 + NK_PARALLEL_ELEMENTS / (1 + work), body, job);
}

void nk_window_sum(nk_dtype type, const nk_window *window, const void *image, void *out) {
    pool_job job = {.image = image, .pooled = out};
    run(window, &job, type == NK_F32 ? sum_f32 : sum_f64);
}

void nk_window_spread(nk_dtype type, const nk_window *window, const void *pooled, void *image) {
    pool_job job = {.image = image, .pooled = (char *)pooled};
    run(window, &job, type == NK_F32 ? spread_f32 : spread_f64);
}

void nk_window_argmax(nk_dtype type, const nk_window *window, const void *image, int64_t *places) {
    pool_job job = {.image = image, .places = places};
    run(window, &job, type == NK_F32 ? maxima_f32 : maxima_f64);
}
