// Steps of optimisers: one pass over a parameter, its gradient and what is remembered of it. Each has the operations of the formula on
// whole arrays, in their order and in the parameter's type, so that it gives the same bits.
#include "iterate.h"

#include <math.h>

typedef struct {
    char *out, *first, *second;
    const char *value, *gradient;
    double numbers[NK_UPDATE_NUMBERS];
} update_job;

// x: the parameter; g: its gradient; v, w: what is remembered; a, b, c, d, e: the rule's numbers.
#define UPDATE(NAME, T, REMEMBERED, BODY)                                          \
    NK_RANGE(NAME) {                                                               \
        const update_job *job = context;                                           \
        T *out = (T *)job->out, *first = (T *)job->first, *second = (T *)job->second; \
        const T *value = (const T *)job->value, *gradient = (const T *)job->gradient; \
        const double *numbers = job->numbers;                                      \
        T a = (T)numbers[0], b = (T)numbers[1], c = (T)numbers[2], d = (T)numbers[3], e = (T)numbers[4], l = (T)numbers[5]; \
        (void)a, (void)b, (void)c, (void)d, (void)e, (void)l, (void)first, (void)second; \
        NK_VECTORIZE for (int64_t i = begin; i < end; i++) {                       \
            T x = value[i], g = gradient[i];                                       \
            REMEMBERED                                                             \
            BODY                                                                   \
        }                                                                          \
    }
#define UPDATES(S, T, F)                                                           \
    UPDATE(S##_SGD, T, , out[i] = x - a * g;)                                      \
    UPDATE(S##_MOMENTUM, T, T v = first[i];,                                       \
           v = v * b - a * g;                                                      \
           first[i] = v;                                                           \
           out[i] = x + v;)                                                        \
    UPDATE(S##_NESTEROV, T, T v = first[i];,                                       \
           T descent = a * g;                                                      \
           v = v * b - descent;                                                    \
           first[i] = v;                                                           \
           out[i] = (x + b * v) - descent;)                                        \
    UPDATE(S##_ADAGRAD, T, T v = first[i];,                                        \
           v = v + g * g;                                                          \
           first[i] = v;                                                           \
           out[i] = x - (a * g) / (sqrt##F(v) + b);)                               \
    UPDATE(S##_RMSPROP, T, T v = first[i];,                                        \
           v = v * b + (g * g) * c;                                                \
           first[i] = v;                                                           \
           out[i] = x - (a * g) / (sqrt##F(v) + d);)                               \
    UPDATE(S##_ADAM, T, T v = first[i]; T w = second[i];,                          \
           v = v * a + b * g;                                                      \
           w = w * c + (g * g) * d;                                                \
           first[i] = v;                                                           \
           second[i] = w;                                                          \
           out[i] = x - (v * e) / (sqrt##F(w) * l + (T)numbers[6]);)
UPDATES(f32, float, f)
UPDATES(f64, double, )

void nk_update(nk_update_rule rule, nk_dtype type, int64_t count, void *out, const void *value, const void *gradient, void *first,
               void *second, const double *numbers) {
#define UPDATE_ENTRIES(S) {S##_SGD, S##_MOMENTUM, S##_NESTEROV, S##_ADAGRAD, S##_RMSPROP, S##_ADAM}
    static void (*const bodies[2][6])(void *, int64_t, int64_t) = {UPDATE_ENTRIES(f32), UPDATE_ENTRIES(f64)};
    if (NK_UNLIKELY(type > NK_F64)) nk_unsupported("nk_update", rule, type);
    update_job job = {out, first, second, value, gradient, {0}};
    for (int i = 0; i < NK_UPDATE_NUMBERS; i++) job.numbers[i] = numbers[i];
    nr_parallel_for(count, NK_PARALLEL_ELEMENTS / 4, bodies[type][rule], &job);
}
