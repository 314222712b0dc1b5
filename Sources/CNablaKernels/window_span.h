// Which positions of a window touch the input.
#ifndef WINDOW_SPAN_H
#define WINDOW_SPAN_H

#include "nabla_kernels.h"

// Of the extents of three axes.
static inline int64_t product(const int64_t values[3]) { return values[0] * values[1] * values[2]; }

// Positions o in first..<end of an output axis are those for which tap k falls inside the input.
typedef struct {
    int64_t first, end;
} span;

static inline span inside(const nk_window *w, int axis, int64_t tap) {
    int64_t shift = w->padding[axis] - tap * w->dilation[axis];  // o * stride >= shift and o * stride < input + shift
    int64_t stride = w->stride[axis], limit = w->input[axis] + shift;
    span result = {shift <= 0 ? 0 : (shift + stride - 1) / stride, limit <= 0 ? 0 : (limit + stride - 1) / stride};
    if (result.end > w->output[axis]) result.end = w->output[axis];
    if (result.first > result.end) result.first = result.end;
    return result;
}

#endif
