// Loops over strided operands. A plan is the smallest set of nested loops that visits every element: extents of 1 are dropped,
// neighbouring axes that every operand walks alike become one, and the innermost axis is the one where `out` moves least.
#pragma once
#include "clones.h"
#include "nabla_kernels.h"
#include "nabla_runtime.h"

#include <stdio.h>
#include <stdlib.h>

#define NK_LIKELY(x) __builtin_expect(!!(x), 1)
#define NK_UNLIKELY(x) __builtin_expect(!!(x), 0)

// Outputs either do not overlap an input or coincide with it element by element, so no iteration depends on another. Without this
// the compiler's own test would send every in-place map to the scalar loop.
#define NK_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")

// For loops of long chains of operations, an elementary function: 16 elements at a time, as four chains of AVX2's vectors or two of AVX-512's,
// so that one does not wait for the other's results. What is left of `count` goes through a loop of its own: most arrays of few numbers are
// less than that. ELEMENT is of an int64_t INDEX. (On AVX2 exp of float32 takes 0.7 instead of 1.0 ns.)
#define NK_SIDE_BY_SIDE _Pragma("clang loop vectorize(assume_safety) vectorize_width(8) interleave_count(2)")
#define NK_LONG_LOOP(INDEX, count, ELEMENT)                                                             \
    {                                                                                                   \
        int64_t whole_blocks = (count) / 16 * 16;                                                       \
        NK_SIDE_BY_SIDE for (int64_t INDEX = 0; INDEX < whole_blocks; INDEX++) { ELEMENT }              \
        NK_VECTORIZE for (int64_t INDEX = whole_blocks; INDEX < (count); INDEX++) { ELEMENT }           \
    }

#define NK_COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
    NK_OPERANDS = 4,
    // Axes of extent 1 are dropped and the others at least double the number of elements.
    NK_AXES = 48,
    NK_PARALLEL_ELEMENTS = 32768,
};

typedef struct {
    int axes;       // at least 1 unless the plan is empty
    int64_t total;  // number of elements
    int64_t extent[NK_AXES];                // innermost first
    int64_t stride[NK_AXES][NK_OPERANDS];   // in elements
} nk_plan;

NK_INLINE int64_t nk_magnitude(int64_t value) { return value < 0 ? -value : value; }

NK_INLINE size_t nk_size(nk_dtype type) {
    static const uint8_t sizes[] = {4, 8, 4, 8, 1};
    return sizes[type];
}

_Noreturn void nk_unsupported(const char *kernel, int op, nk_dtype type);

/// Puts the axes in the order of the first operand's strides, then merges those that have become neighbours.
void nk_plan_sort(nk_plan *plan, int operands);

/// False when there is nothing to visit.
NK_INLINE bool nk_plan_make(nk_plan *plan, int operands, int rank, const int32_t *shape, const int64_t *const *strides) {
    int axes = 0;
    int64_t total = 1;
    bool ascending = true;
    for (int axis = rank - 1; axis >= 0; axis--) {
        int64_t extent = shape[axis];
        if (extent == 1) continue;
        if (NK_UNLIKELY(extent <= 0)) return false;
        total *= extent;
        if (axes > 0) {
            int last = axes - 1;
            bool joins = true;
            for (int k = 0; k < operands; k++) joins &= strides[k][axis] == plan->stride[last][k] * plan->extent[last];
            if (joins) {
                plan->extent[last] *= extent;
                continue;
            }
            ascending &= nk_magnitude(strides[0][axis]) >= nk_magnitude(plan->stride[last][0]);
        }
        plan->extent[axes] = extent;
        for (int k = 0; k < operands; k++) plan->stride[axes][k] = strides[k][axis];
        axes++;
    }
    if (axes == 0) {
        plan->extent[0] = 1;
        // Counts as contiguous: the fast loops apply.
        for (int k = 0; k < operands; k++) plan->stride[0][k] = 1;
        axes = 1;
    }
    plan->axes = axes;
    plan->total = total;
    if (NK_UNLIKELY(!ascending)) nk_plan_sort(plan, operands);
    return true;
}

typedef struct {
    int64_t length, stride[NK_OPERANDS];
} nk_line_axis;

/// A plan over the lines along `axis`: everything but that axis, which is described in `line`. False when there is nothing to visit.
bool nk_plan_make_lines(nk_plan *plan, nk_line_axis *line, int operands, int rank, const int32_t *shape, int axis,
                        const int64_t *const *strides);

/// Makes operand `k` one that never moves, so that its pointer brings every call of the loop the same structure.
NK_INLINE void nk_plan_hold(nk_plan *plan, int k) {
    for (int axis = 0; axis < plan->axes; axis++) plan->stride[axis][k] = 0;
}

typedef struct {
    nk_loop loop;
    const nk_plan *plan;
    int operands;
    char *const *pointers;
    const int32_t *sizes;
} nk_walk_job;

/// Runs the innermost loop over elements begin..<end of the plan, counted with the innermost axis fastest.
void nk_walk_range(const nk_walk_job *job, int64_t begin, int64_t end);
/// All of a plan that has more than one axis or is worth several threads; `grain` is the least number of elements a thread takes.
/// The loop reads of each input just the elements it is given: they may be copies.
void nk_walk_outer(const nk_walk_job *job, int64_t grain);
/// All of a plan whose elements stand for lines: the loop reads on from where its pointers are, so they point into the arrays.
void nk_walk_lines(nk_loop loop, const nk_plan *plan, int operands, char *const *pointers, const int32_t *sizes, int64_t grain);

NK_INLINE void nk_walk(nk_loop loop, const nk_plan *plan, int operands, char *const *pointers, const int32_t *sizes, int64_t grain) {
    if (NK_LIKELY(plan->axes == 1 && plan->total <= grain)) {
        loop(plan->total, pointers, plan->stride[0]);
        return;
    }
    nk_walk_job job = {loop, plan, operands, pointers, sizes};
    nk_walk_outer(&job, grain);
}

/// The same over `count` neighbouring elements of one type, or of one element for operands of stride 0; on one thread without a plan.
void nk_walk_flat_outer(nk_loop loop, int64_t count, int operands, char *const *pointers, const int64_t *strides, int32_t size,
                        int64_t grain);

NK_INLINE void nk_walk_flat(nk_loop loop, int64_t count, int operands, char *const *pointers, const int64_t *strides, int32_t size,
                            int64_t grain) {
    if (NK_LIKELY(count <= grain)) loop(count, pointers, strides);
    else nk_walk_flat_outer(loop, count, operands, pointers, strides, size, grain);
}
