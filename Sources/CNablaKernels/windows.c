// The column matrix of a convolution, and the way back.
#include "iterate.h"

#include <string.h>

// Positions o in first..<end of an output axis are those for which tap k falls inside the input.
typedef struct {
    int64_t first, end;
} span;

static span inside(const nk_window *w, int axis, int64_t tap) {
    int64_t shift = w->padding[axis] - tap * w->dilation[axis];  // o * stride >= shift and o * stride < input + shift
    int64_t stride = w->stride[axis], limit = w->input[axis] + shift;
    span result = {shift <= 0 ? 0 : (shift + stride - 1) / stride, limit <= 0 ? 0 : (limit + stride - 1) / stride};
    if (result.end > w->output[axis]) result.end = w->output[axis];
    if (result.first > result.end) result.first = result.end;
    return result;
}

static int64_t product(const int64_t values[3]) { return values[0] * values[1] * values[2]; }

typedef struct {
    const nk_window *window;
    const char *image;
    char *columns;
    int64_t row_length;  // of the column matrix
} window_job;

// MARK: Image to columns

#define COPY_ROW(T)                                                                \
    NK_INLINE void copy_row_##T(T *out, const T *in, int64_t count, int64_t stride) { \
        if (stride == 1) {                                                         \
            if (count >= 64) memcpy(out, in, (size_t)count * sizeof(T));           \
            else for (int64_t i = 0; i < count; i++) out[i] = in[i];               \
        } else if (stride == 2) {                                                  \
            for (int64_t i = 0; i < count; i++) out[i] = in[2 * i];                \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) out[i] = in[i * stride];           \
        }                                                                          \
    }
COPY_ROW(uint8_t)
COPY_ROW(uint32_t)
COPY_ROW(uint64_t)

// A task is one row of the column matrix of one image: (row, n) with n fastest.
#define IM2COL(NAME, T)                                                            \
    NK_CLONES static void NAME(void *context, int64_t begin, int64_t end) {        \
        const window_job *job = context;                                           \
        const nk_window *w = job->window;                                          \
        const int64_t *in = w->input, *o = w->output;                              \
        int64_t taps = product(w->kernel), positions = product(o);                 \
        for (int64_t task = begin; task < end; task++) {                           \
            int64_t row = task / w->batch, n = task % w->batch, channel = row / taps, tap = row % taps; \
            int64_t tap2 = tap % w->kernel[2], tap1 = tap / w->kernel[2] % w->kernel[1], tap0 = tap / w->kernel[2] / w->kernel[1]; \
            span s0 = inside(w, 0, tap0), s1 = inside(w, 1, tap1), s2 = inside(w, 2, tap2); \
            const T *image = (const T *)job->image + n * w->batch_stride + channel * w->channel_stride; \
            T *out = (T *)job->columns + row * job->row_length + n * positions;    \
            int64_t shift2 = s2.first * w->stride[2] - w->padding[2] + tap2 * w->dilation[2]; \
            bool whole_rows = w->stride[2] == 1 && w->stride[1] == 1 && s2.first == 0 && s2.end == o[2] && o[2] == in[2]; \
            for (int64_t o0 = 0; o0 < o[0]; o0++) {                                \
                T *plane = out + o0 * o[1] * o[2];                                 \
                if (o0 < s0.first || o0 >= s0.end) {                               \
                    memset(plane, 0, (size_t)(o[1] * o[2]) * sizeof(T));           \
                    continue;                                                      \
                }                                                                  \
                int64_t i0 = o0 * w->stride[0] - w->padding[0] + tap0 * w->dilation[0]; \
                const T *in_plane = image + i0 * in[1] * in[2];                    \
                memset(plane, 0, (size_t)(s1.first * o[2]) * sizeof(T));           \
                memset(plane + s1.end * o[2], 0, (size_t)((o[1] - s1.end) * o[2]) * sizeof(T)); \
                int64_t shift1 = tap1 * w->dilation[1] - w->padding[1];            \
                if (whole_rows) {                                                  \
                    if (s1.end > s1.first)                                         \
                        memcpy(plane + s1.first * o[2], in_plane + (s1.first + shift1) * in[2], \
                               (size_t)((s1.end - s1.first) * o[2]) * sizeof(T));  \
                    continue;                                                      \
                }                                                                  \
                for (int64_t o1 = s1.first; o1 < s1.end; o1++) {                   \
                    T *line = plane + o1 * o[2];                                   \
                    const T *in_line = in_plane + (o1 * w->stride[1] + shift1) * in[2]; \
                    for (int64_t i = 0; i < s2.first; i++) line[i] = 0;            \
                    if (s2.end > s2.first)                                         \
                        copy_row_##T(line + s2.first, in_line + shift2, s2.end - s2.first, w->stride[2]); \
                    for (int64_t i = s2.end; i < o[2]; i++) line[i] = 0;           \
                }                                                                  \
            }                                                                      \
        }                                                                          \
    }
IM2COL(im2col_1, uint8_t)
IM2COL(im2col_4, uint32_t)
IM2COL(im2col_8, uint64_t)

void nk_im2col(nk_dtype type, const nk_window *window, const void *image, void *columns) {
    int64_t positions = product(window->output), rows = window->channels * product(window->kernel);
    if (window->batch <= 0 || positions <= 0 || rows <= 0) return;
    window_job job = {window, image, columns, window->batch * positions};
    size_t size = nk_size(type);
    nr_parallel_for(rows * window->batch, 1 + NK_PARALLEL_ELEMENTS / positions,
                    size == 1 ? im2col_1 : size == 4 ? im2col_4 : im2col_8, &job);
}

// MARK: Columns to image

// A task is one channel of one image, whose taps are added in order.
#define COL2IM(NAME, T, U)                                                         \
    NK_CLONES static void NAME(void *context, int64_t begin, int64_t end) {        \
        const window_job *job = context;                                           \
        const nk_window *w = job->window;                                          \
        const int64_t *in = w->input, *o = w->output;                              \
        int64_t taps = product(w->kernel), positions = product(o);                 \
        for (int64_t task = begin; task < end; task++) {                           \
            int64_t n = task / w->channels, channel = task % w->channels;          \
            T *image = (T *)job->image + n * w->batch_stride + channel * w->channel_stride; \
            memset(image, 0, (size_t)product(in) * sizeof(T));                     \
            for (int64_t tap = 0; tap < taps; tap++) {                             \
                int64_t tap2 = tap % w->kernel[2], tap1 = tap / w->kernel[2] % w->kernel[1], tap0 = tap / w->kernel[2] / w->kernel[1]; \
                span s0 = inside(w, 0, tap0), s1 = inside(w, 1, tap1), s2 = inside(w, 2, tap2); \
                const T *columns = (const T *)job->columns + (channel * taps + tap) * job->row_length + n * positions; \
                int64_t stride = w->stride[2], count = s2.end - s2.first;          \
                int64_t shift2 = s2.first * stride - w->padding[2] + tap2 * w->dilation[2]; \
                if (count <= 0) continue;                                          \
                for (int64_t o0 = s0.first; o0 < s0.end; o0++)                     \
                    for (int64_t o1 = s1.first; o1 < s1.end; o1++) {               \
                        int64_t i0 = o0 * w->stride[0] - w->padding[0] + tap0 * w->dilation[0]; \
                        int64_t i1 = o1 * w->stride[1] - w->padding[1] + tap1 * w->dilation[1]; \
                        T *to = image + (i0 * in[1] + i1) * in[2] + shift2;        \
                        const T *from = columns + (o0 * o[1] + o1) * o[2] + s2.first; \
                        if (stride == 1) {                                         \
                            NK_VECTORIZE for (int64_t i = 0; i < count; i++) to[i] = (T)((U)to[i] + (U)from[i]); \
                        } else {                                                   \
                            for (int64_t i = 0; i < count; i++) to[i * stride] = (T)((U)to[i * stride] + (U)from[i]); \
                        }                                                          \
                    }                                                              \
            }                                                                      \
        }                                                                          \
    }
COL2IM(col2im_f32, float, float)
COL2IM(col2im_f64, double, double)
COL2IM(col2im_i32, int32_t, uint32_t)
COL2IM(col2im_i64, int64_t, uint64_t)

void nk_col2im(nk_dtype type, const nk_window *window, const void *columns, void *image) {
    if (type == NK_BOOL) nk_unsupported("nk_col2im", 0, type);
    if (window->batch <= 0 || window->channels <= 0 || product(window->input) <= 0) return;
    window_job job = {window, image, (char *)columns, window->batch * product(window->output)};
    int64_t work = 1 + product(window->output) * product(window->kernel);
    nr_parallel_for(window->batch * window->channels, 1 + NK_PARALLEL_ELEMENTS / work,
                    type == NK_F32 ? col2im_f32 : type == NK_F64 ? col2im_f64 : type == NK_I32 ? col2im_i32 : col2im_i64, &job);
}
