// Reductions over any set of axes. Axes are sorted into those kept and those reduced. Where a reduced axis has the smallest step
// in memory, one output is folded at a time (rows); where a kept axis has it, a few hundred outputs are (columns). Long
// reductions are cut into parts by their size alone, and the parts reduced in turn.
#include "fold.h"

#include <math.h>
#include <string.h>

enum {
    PART_ELEMENTS = 65536, MAXIMUM_PARTS = 256,
    // Fewer columns than this are better folded one by one.
    MINIMUM_COLUMNS = 8,
};

typedef struct {
    nk_reduce_op op;
    const nk_fold *fold;
    nk_dtype out_type;
    size_t x_size, out_size, accumulator_size;
    nk_plan kept;     // operands: x, out
    nk_plan reduced;  // operands: the state, x
    bool by_columns;
    int64_t tiles;        // of columns along the innermost kept axis
    int64_t parts, part;  // how many parts the reduction is cut into, and the elements (or rows) of each
    int64_t part_stride;  // from a part's results to the next one's, in bytes
    char *out;
    const char *x;
} reduction;

// Running values are moved by their bits, whatever their type.
typedef uint32_t __attribute__((may_alias)) bits_32;
typedef uint64_t __attribute__((may_alias)) bits_64;

#define INITIALIZE(T)                                                              \
    {                                                                              \
        T identity = *(const T *)r->fold->identity;                                \
        for (int64_t j = 0; j < state->columns; j++) ((T *)state->values)[j] = identity; \
    }

static void initialize(const reduction *r, const nk_fold_state *state) {
    switch (r->accumulator_size) {
    case 1: INITIALIZE(uint8_t) return;
    case 4: INITIALIZE(bits_32) return;
    default: INITIALIZE(bits_64)
    }
    if (r->fold->compensated)
        for (int64_t j = 0; j < state->columns; j++) state->errors[j] = 0;
}

// Once a sum is infinite its error term is NaN and says nothing.
static inline double rounded(double sum, double error) { return isfinite(error) ? sum + error : sum; }

#define STORE(T, EXPR) \
    for (int64_t j = 0; j < state->columns; j++) ((T *)out)[j * stride] = (T)(EXPR)

static void store(const reduction *r, const nk_fold_state *state, char *out, int64_t stride) {
    switch (r->accumulator_size) {
    case 1: STORE(uint8_t, ((const uint8_t *)state->values)[j]); return;
    case 4: STORE(bits_32, ((const bits_32 *)state->values)[j]); return;
    }
    const double *sums = state->values;
    if (r->fold->compensated) {
        if (r->out_type == NK_F32) STORE(float, rounded(sums[j], state->errors[j]));
        else STORE(double, rounded(sums[j], state->errors[j]));
    } else if (r->out_type == NK_F32) {
        STORE(float, sums[j]);
    } else {
        STORE(bits_64, ((const bits_64 *)state->values)[j]);
    }
}

// Task t is part t % parts of tile t / parts % tiles of the outputs at the remaining index.
static void reduce_body(void *context, int64_t begin, int64_t end) {
    const reduction *r = context;
    const nk_plan *kept = &r->kept;
    int first_axis = r->by_columns ? 1 : 0;
    double values[NK_FOLD_COLUMNS], errors[NK_FOLD_COLUMNS];
    nk_fold_state state = {1, 0, values, errors};
    char *pointers[] = {(char *)&state, NULL};
    const int32_t sizes[] = {0, (int32_t)r->x_size};
    nk_walk_job walk = {nk_chosen(r->by_columns ? r->fold->columns : r->fold->row), &r->reduced, 2, pointers, sizes};
    for (int64_t task = begin; task < end; task++) {
        int64_t part = task % r->parts, rest = task / r->parts;
        const char *x = r->x;
        char *out = r->out + part * r->part_stride;
        if (r->by_columns) {
            int64_t column = rest % r->tiles * NK_FOLD_COLUMNS;
            rest /= r->tiles;
            state.columns = kept->extent[0] - column < NK_FOLD_COLUMNS ? kept->extent[0] - column : NK_FOLD_COLUMNS;
            state.column_step = kept->stride[0][0];
            x += column * kept->stride[0][0] * (int64_t)r->x_size;
            out += column * kept->stride[0][1] * (int64_t)r->out_size;
        }
        for (int axis = first_axis; axis < kept->axes; axis++) {
            int64_t index = rest;
            if (axis + 1 < kept->axes) {
                index = rest % kept->extent[axis];
                rest /= kept->extent[axis];
            }
            x += index * kept->stride[axis][0] * (int64_t)r->x_size;
            out += index * kept->stride[axis][1] * (int64_t)r->out_size;
        }
        initialize(r, &state);
        pointers[1] = (char *)x;
        int64_t first = part * r->part, last = first + r->part < r->reduced.total ? first + r->part : r->reduced.total;
        if (r->reduced.axes == 1) {
            pointers[1] += first * r->reduced.stride[0][1] * (int64_t)r->x_size;
            walk.loop(last - first, pointers, r->reduced.stride[0]);
        } else {
            nk_walk_range(&walk, first, last);
        }
        store(r, &state, out, kept->stride[0][1]);
    }
}

// A short reduction to one number needs no tasks.
static void run_single(const reduction *r) {
    double value, error;
    nk_fold_state state = {1, 0, &value, &error};
    char *const pointers[] = {(char *)&state, (char *)r->x};
    initialize(r, &state);
    nk_chosen(r->fold->row)(r->reduced.total, pointers, r->reduced.stride[0]);
    store(r, &state, r->out, 1);
}

static void run(reduction *r) {
    int64_t outputs = r->kept.total, length = r->reduced.total;
    if (outputs == 1 && r->reduced.axes == 1 && length < 2 * PART_ELEMENTS) {
        run_single(r);
        return;
    }
    r->by_columns = r->kept.extent[0] >= MINIMUM_COLUMNS
        && nk_magnitude(r->kept.stride[0][0]) < nk_magnitude(r->reduced.stride[0][1]);
    r->tiles = r->by_columns ? (r->kept.extent[0] + NK_FOLD_COLUMNS - 1) / NK_FOLD_COLUMNS : 1;
    int64_t tasks = r->by_columns ? outputs / r->kept.extent[0] * r->tiles : outputs;
    int64_t task_elements = length * (outputs / tasks);
    r->parts = 1;
    if (tasks < 64 && task_elements >= 2 * PART_ELEMENTS) {
        r->parts = task_elements / PART_ELEMENTS;
        if (r->parts > MAXIMUM_PARTS) r->parts = MAXIMUM_PARTS;
        if (r->parts > length) r->parts = length;
    }
    r->part = (length + r->parts - 1) / r->parts;
    r->parts = (length + r->part - 1) / r->part;
    int64_t grain = 1 + NK_PARALLEL_ELEMENTS / (1 + task_elements / r->parts);
    if (r->parts == 1) {
        nr_parallel_for(tasks, grain, reduce_body, r);
        return;
    }

    // The parts' results in a matrix (parts, outputs), of the accumulator's type; reducing its columns finishes.
    size_t bytes = (size_t)(r->parts * outputs) * r->accumulator_size;
    char *matrix = nr_buffer_allocate(bytes);
    reduction first = *r;
    first.out = matrix;
    first.out_type = r->fold->accumulator;
    first.out_size = r->accumulator_size;
    first.part_stride = outputs * (int64_t)r->accumulator_size;
    int64_t stride = 1;
    for (int axis = 0; axis < first.kept.axes; axis++) {
        first.kept.stride[axis][1] = stride;
        stride *= first.kept.extent[axis];
    }
    nr_parallel_for(tasks * r->parts, grain, reduce_body, &first);

    reduction second = *r;
    second.fold = nk_fold_find(r->op, r->fold->accumulator);
    second.x = matrix;
    second.x_size = r->accumulator_size;
    for (int axis = 0; axis < second.kept.axes; axis++) second.kept.stride[axis][0] = first.kept.stride[axis][1];
    second.reduced.axes = 1;
    second.reduced.total = second.reduced.extent[0] = r->parts;
    second.reduced.stride[0][0] = 0;
    second.reduced.stride[0][1] = outputs;
    second.parts = 1;
    second.part = r->parts;
    second.by_columns = second.kept.extent[0] >= MINIMUM_COLUMNS;
    second.tiles = second.by_columns ? (second.kept.extent[0] + NK_FOLD_COLUMNS - 1) / NK_FOLD_COLUMNS : 1;
    tasks = second.by_columns ? outputs / second.kept.extent[0] * second.tiles : outputs;
    nr_parallel_for(tasks, 1 + NK_PARALLEL_ELEMENTS / (1 + r->parts * (outputs / tasks)), reduce_body, &second);
    nr_buffer_free(matrix, bytes);
}

static void fill_with_identity(const reduction *r, int rank, const int32_t *shape, const int64_t *strides) {
    double value = 0;
    memcpy(&value, r->fold->identity, r->accumulator_size);
    if (r->accumulator_size > r->out_size) {
        float narrow = (float)value;
        memcpy(&value, &narrow, sizeof narrow);
    }
    nk_fill(r->out_type, rank, shape, r->out, strides, &value);
}

void nk_reduce(nk_reduce_op op, nk_dtype type, int rank, const int32_t *shape,
               void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    reduction r;
    r.op = op;
    r.fold = nk_fold_find(op, type);
    if (!r.fold) nk_unsupported("nk_reduce", op, type);
    r.out_type = type;
    r.x_size = r.out_size = nk_size(type);
    r.accumulator_size = nk_size(r.fold->accumulator);
    r.out = out;
    r.x = x;
    r.part_stride = 0;

    int32_t kept_shape[NK_AXES], reduced_shape[NK_AXES];
    int64_t kept_x[NK_AXES], kept_out[NK_AXES], reduced_x[NK_AXES];
    int kept_rank = 0, reduced_rank = 0;
    bool nothing_reduced = false;
    for (int axis = 0; axis < rank; axis++) {
        if (shape[axis] == 1) continue;
        if (NK_UNLIKELY(kept_rank == NK_AXES || reduced_rank == NK_AXES)) nk_unsupported("nk_reduce", op, type);
        if (out_strides[axis] != 0) {
            if (shape[axis] <= 0) return;
            kept_shape[kept_rank] = shape[axis];
            kept_x[kept_rank] = x_strides[axis];
            kept_out[kept_rank++] = out_strides[axis];
        } else {
            nothing_reduced |= shape[axis] <= 0;
            reduced_shape[reduced_rank] = shape[axis];
            reduced_x[reduced_rank++] = x_strides[axis];
        }
    }
    if (nothing_reduced) {
        fill_with_identity(&r, kept_rank, kept_shape, kept_out);
        return;
    }
    const int64_t *const kept_strides[] = {kept_x, kept_out};
    const int64_t *const reduced_strides[] = {reduced_x};
    if (!nk_plan_make(&r.kept, 2, kept_rank, kept_shape, kept_strides)) return;
    if (!nk_plan_make(&r.reduced, 1, reduced_rank, reduced_shape, reduced_strides)) return;
    for (int axis = 0; axis < r.reduced.axes; axis++) r.reduced.stride[axis][1] = r.reduced.stride[axis][0];
    nk_plan_hold(&r.reduced, 0);
    run(&r);
}
