// Reading and adding at positions given by indices.
#include "iterate.h"

#include <string.h>

// MARK: Whole slices

typedef struct {
    int64_t outer, length, inner, count;
    size_t size;
    const char *x;
    const int64_t *indices;
    char *out;
} take_job;

#define TAKE_SINGLES(T)                                                            \
    for (int64_t o = begin; o < end; o++) {                                        \
        int64_t block = o / job->count, j = o % job->count;                        \
        int64_t run = end - o < job->count - j ? end - o : job->count - j;         \
        const T *x = (const T *)job->x + block * job->length;                      \
        T *out = (T *)job->out + o;                                                \
        for (int64_t i = 0; i < run; i++) out[i] = x[job->indices[j + i]];         \
        o += run - 1;                                                              \
    }

static void take_body(void *context, int64_t begin, int64_t end) {
    const take_job *job = context;
    if (job->inner == 1) {
        switch (job->size) {
        case 1: TAKE_SINGLES(uint8_t) return;
        case 4: TAKE_SINGLES(uint32_t) return;
        default: TAKE_SINGLES(uint64_t) return;
        }
    }
    size_t slice = (size_t)job->inner * job->size;
    int64_t block = begin / job->count, j = begin % job->count;
    for (int64_t row = begin; row < end; row++) {
        memcpy(job->out + (size_t)row * slice, job->x + (size_t)(block * job->length + job->indices[j]) * slice, slice);
        if (++j == job->count) {
            j = 0;
            block++;
        }
    }
}

void nk_take(nk_dtype type, int64_t outer, int64_t length, int64_t inner, const void *x, const int64_t *indices, int64_t count,
             void *out) {
    if (outer <= 0 || inner <= 0 || count <= 0) return;
    take_job job = {outer, length, inner, count, nk_size(type), x, indices, out};
    nr_parallel_for(outer * count, 1 + NK_PARALLEL_ELEMENTS / inner, take_body, &job);
}

typedef void (*add_row)(int64_t count, void *out, const void *x);

#define ADD_ROW(NAME, T, EXPR)                                                     \
    NK_CLONED(void, NAME, (int64_t count, void *to, const void *from), (count, to, from)) { \
        T *out = to;                                                               \
        const T *x = from;                                                         \
        NK_VECTORIZE for (int64_t i = 0; i < count; i++) out[i] = (T)(EXPR);       \
    }
ADD_ROW(add_row_f32, float, out[i] + x[i])
ADD_ROW(add_row_f64, double, out[i] + x[i])
ADD_ROW(add_row_i32, int32_t, (uint32_t)out[i] + (uint32_t)x[i])
ADD_ROW(add_row_i64, int64_t, (uint64_t)out[i] + (uint64_t)x[i])
ADD_ROW(add_row_bool, uint8_t, out[i] | x[i])

typedef struct {
    int64_t length, inner, count;
    size_t size;
    add_row add;
    char *out;
    const int64_t *indices;
    const char *x;
    int64_t block;
} add_job;

static void add_block(const add_job *job, int64_t block, int64_t first_target, int64_t end_target) {
    char *out = job->out + (size_t)(block * job->length * job->inner) * job->size;
    const char *x = job->x + (size_t)(block * job->count * job->inner) * job->size;
    for (int64_t j = 0; j < job->count; j++) {
        int64_t target = job->indices[j];
        if (target < first_target || target >= end_target) continue;
        job->add(job->inner, out + (size_t)(target * job->inner) * job->size, x + (size_t)(j * job->inner) * job->size);
    }
}

static void add_blocks_body(void *context, int64_t begin, int64_t end) {
    const add_job *job = context;
    for (int64_t block = begin; block < end; block++) add_block(job, block, 0, job->length);
}

// One thread makes all additions to a target, so they happen in the order of the indices.
static void add_targets_body(void *context, int64_t begin, int64_t end) {
    const add_job *job = context;
    add_block(job, job->block, begin, end);
}

void nk_add_at(nk_dtype type, int64_t outer, int64_t length, int64_t inner, void *out, const int64_t *indices, int64_t count,
               const void *x) {
    static const add_row adders[] = {add_row_f32, add_row_f64, add_row_i32, add_row_i64, add_row_bool};
    if (outer <= 0 || inner <= 0 || count <= 0 || length <= 0) return;
    add_job job = {.length = length, .inner = inner, .count = count, .size = nk_size(type), .add = adders[type],
                   .out = out, .indices = indices, .x = x};
    if (outer >= 8 || inner < 32 || count * inner < NK_PARALLEL_ELEMENTS) {
        nr_parallel_for(outer, 1 + NK_PARALLEL_ELEMENTS / (count * inner), add_blocks_body, &job);
        return;
    }
    // Every thread reads all the indices, which is little beside slices this long.
    int64_t grain = (length - 1) / nr_thread_count() + 1;
    for (job.block = 0; job.block < outer; job.block++) nr_parallel_parts(length, grain, add_targets_body, &job);
}

// MARK: Single elements along an axis

typedef struct {
    int64_t step;  // of the indexed array along the axis
} along_axis;

#define TAKE_ALONG(NAME, T)                                                        \
    static void NAME(int64_t count, char *const *p, const int64_t *s) {            \
        T *out = (T *)p[0];                                                        \
        const T *x = (const T *)p[1];                                              \
        const int64_t *indices = (const int64_t *)p[2];                            \
        int64_t so = s[0], sx = s[1], si = s[2], step = ((const along_axis *)p[3])->step; \
        for (int64_t i = 0; i < count; i++) out[i * so] = x[i * sx + indices[i * si] * step]; \
    }
TAKE_ALONG(take_along_1, uint8_t)
TAKE_ALONG(take_along_4, uint32_t)
TAKE_ALONG(take_along_8, uint64_t)

#define ADD_ALONG(NAME, T, EXPR)                                                   \
    static void NAME(int64_t count, char *const *p, const int64_t *s) {            \
        const T *x = (const T *)p[0];                                              \
        T *out = (T *)p[1];                                                        \
        const int64_t *indices = (const int64_t *)p[2];                            \
        int64_t sx = s[0], so = s[1], si = s[2], step = ((const along_axis *)p[3])->step; \
        for (int64_t i = 0; i < count; i++) {                                      \
            T *target = out + i * so + indices[i * si] * step;                     \
            T a = *target, b = x[i * sx];                                          \
            *target = (T)(EXPR);                                                   \
        }                                                                          \
    }
ADD_ALONG(add_along_f32, float, a + b)
ADD_ALONG(add_along_f64, double, a + b)
ADD_ALONG(add_along_i32, int32_t, (uint32_t)a + (uint32_t)b)
ADD_ALONG(add_along_i64, int64_t, (uint64_t)a + (uint64_t)b)
ADD_ALONG(add_along_bool, uint8_t, a | b)

// The strides of the indexed array with 0 along `axis`, where the indices move instead.
static void without_axis(int rank, const int64_t *strides, int axis, int64_t *result) {
    for (int i = 0; i < rank; i++) result[i] = i == axis ? 0 : strides[i];
}

void nk_take_along(nk_dtype type, int rank, const int32_t *shape, int axis, void *out, const int64_t *out_strides,
                   const void *x, const int64_t *x_strides, const int64_t *indices, const int64_t *indices_strides) {
    int64_t rest[NK_AXES];
    if (rank > NK_AXES) nk_unsupported("nk_take_along", rank, type);
    without_axis(rank, x_strides, axis, rest);
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, rest, indices_strides};
    if (!nk_plan_make(&plan, 3, rank, shape, strides)) return;
    along_axis context = {rank == 0 ? 0 : x_strides[axis]};
    nk_plan_hold(&plan, 3);
    char *const pointers[] = {out, (char *)x, (char *)indices, (char *)&context};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, sizeof(int64_t), 0};
    nk_walk_lines(size == 1 ? take_along_1 : size == 4 ? take_along_4 : take_along_8, &plan, 4, pointers, sizes, NK_PARALLEL_ELEMENTS);
}

void nk_add_along(nk_dtype type, int rank, const int32_t *shape, int axis, void *out, const int64_t *out_strides,
                  const void *x, const int64_t *x_strides, const int64_t *indices, const int64_t *indices_strides) {
    static const nk_loop loops[] = {add_along_f32, add_along_f64, add_along_i32, add_along_i64, add_along_bool};
    int64_t rest[NK_AXES];
    if (rank > NK_AXES) nk_unsupported("nk_add_along", rank, type);
    without_axis(rank, out_strides, axis, rest);
    nk_plan plan;
    const int64_t *const strides[] = {x_strides, rest, indices_strides};
    if (!nk_plan_make(&plan, 3, rank, shape, strides)) return;
    along_axis context = {rank == 0 ? 0 : out_strides[axis]};
    nk_plan_hold(&plan, 3);
    char *const pointers[] = {(char *)x, out, (char *)indices, (char *)&context};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, sizeof(int64_t), 0};
    // On one thread: two of them could meet in one target.
    nk_walk_job job = {loops[type], &plan, 4, pointers, sizes};
    nk_walk_range(&job, 0, plan.total);
}
