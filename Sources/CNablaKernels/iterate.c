#include "iterate.h"

_Noreturn void nk_unsupported(const char *kernel, int op, nk_dtype type) {
    static const char *const names[] = {"float32", "float64", "int32", "int64", "bool"};
    const char *name = type >= NK_F32 && type <= NK_BOOL ? names[type] : "an unknown type";
    fprintf(stderr, "Nabla: %s has no operation %d for %s\n", kernel, op, name);
    abort();
}

static bool joins_next(const nk_plan *plan, int axis, int operands) {
    for (int k = 0; k < operands; k++)
        if (plan->stride[axis + 1][k] != plan->stride[axis][k] * plan->extent[axis]) return false;
    return true;
}

static void swap_axes(nk_plan *plan, int a, int b, int operands) {
    int64_t extent = plan->extent[a];
    plan->extent[a] = plan->extent[b];
    plan->extent[b] = extent;
    for (int k = 0; k < operands; k++) {
        int64_t stride = plan->stride[a][k];
        plan->stride[a][k] = plan->stride[b][k];
        plan->stride[b][k] = stride;
    }
}

void nk_plan_sort(nk_plan *plan, int operands) {
    for (int i = 1; i < plan->axes; i++)
        for (int j = i; j > 0 && nk_magnitude(plan->stride[j][0]) < nk_magnitude(plan->stride[j - 1][0]); j--)
            swap_axes(plan, j, j - 1, operands);
    int kept = 0;
    for (int axis = 1; axis < plan->axes; axis++) {
        plan->extent[kept + 1] = plan->extent[axis];
        for (int k = 0; k < operands; k++) plan->stride[kept + 1][k] = plan->stride[axis][k];
        if (joins_next(plan, kept, operands)) plan->extent[kept] *= plan->extent[kept + 1]; else kept++;
    }
    plan->axes = kept + 1;
}

bool nk_plan_make_lines(nk_plan *plan, nk_line_axis *line, int operands, int rank, const int32_t *shape, int axis,
                        const int64_t *const *strides) {
    int32_t kept_shape[NK_AXES];
    int64_t kept[NK_OPERANDS][NK_AXES];
    const int64_t *kept_strides[NK_OPERANDS];
    int kept_rank = 0;
    for (int k = 0; k < operands; k++) kept_strides[k] = kept[k];
    line->length = rank == 0 ? 1 : shape[axis];
    for (int k = 0; k < operands; k++) line->stride[k] = rank == 0 ? 1 : strides[k][axis];
    for (int i = 0; i < rank; i++) {
        if (shape[i] <= 0) return false;
        if (i == axis || shape[i] == 1) continue;
        for (int k = 0; k < operands; k++) kept[k][kept_rank] = strides[k][i];
        kept_shape[kept_rank++] = shape[i];
    }
    return nk_plan_make(plan, operands, kept_rank, kept_shape, kept_strides);
}

void nk_walk_range(const nk_walk_job *job, int64_t begin, int64_t end) {
    const nk_plan *plan = job->plan;
    int operands = job->operands;
    char *pointers[NK_OPERANDS];
    int64_t index[NK_AXES];
    for (int k = 0; k < operands; k++) pointers[k] = job->pointers[k];
    int64_t rest = begin;
    for (int axis = 0; axis < plan->axes; axis++) {
        index[axis] = rest % plan->extent[axis];
        rest /= plan->extent[axis];
        for (int k = 0; k < operands; k++) pointers[k] += index[axis] * plan->stride[axis][k] * job->sizes[k];
    }
    for (int64_t left = end - begin;;) {
        int64_t count = plan->extent[0] - index[0];
        if (count > left) count = left;
        job->loop(count, pointers, plan->stride[0]);
        left -= count;
        if (left == 0) return;
        for (int k = 0; k < operands; k++) pointers[k] -= index[0] * plan->stride[0][k] * job->sizes[k];
        index[0] = 0;
        for (int axis = 1;; axis++) {
            for (int k = 0; k < operands; k++) pointers[k] += plan->stride[axis][k] * job->sizes[k];
            if (++index[axis] < plan->extent[axis]) break;
            for (int k = 0; k < operands; k++) pointers[k] -= plan->extent[axis] * plan->stride[axis][k] * job->sizes[k];
            index[axis] = 0;
        }
    }
}

static void walk_body(void *context, int64_t begin, int64_t end) { nk_walk_range(context, begin, end); }

// Where an operand takes small steps along another axis than `out` does (a transpose), walking `out` row by row would use one
// element of each cache line it fetches. Then rows of NK_TILE_OUTER along that other axis are walked a short piece at a time.
static int tile_axis(const nk_plan *plan, int operands) {
    if (plan->extent[0] < NK_TILE_OUTER) return 0;
    for (int k = 1; k < operands; k++) {
        int64_t step = nk_magnitude(plan->stride[0][k]);
        if (step <= 8) continue;
        for (int axis = 1; axis < plan->axes; axis++) {
            int64_t other = nk_magnitude(plan->stride[axis][k]);
            if (other > 0 && other <= 2 && plan->extent[axis] >= 8) return axis;
        }
    }
    return 0;
}

typedef struct {
    const nk_walk_job *job;
    int axis;
    int64_t bands;  // of NK_TILE_OUTER rows along `axis`
} tiled_job;

static void tiled_body(void *context, int64_t begin, int64_t end) {
    const tiled_job *tiled = context;
    const nk_walk_job *job = tiled->job;
    const nk_plan *plan = job->plan;
    int operands = job->operands;
    for (int64_t unit = begin; unit < end; unit++) {
        char *corner[NK_OPERANDS], *pointers[NK_OPERANDS];
        int64_t first_row = unit % tiled->bands * NK_TILE_OUTER, rest = unit / tiled->bands;
        int64_t rows = plan->extent[tiled->axis] - first_row;
        if (rows > NK_TILE_OUTER) rows = NK_TILE_OUTER;
        for (int k = 0; k < operands; k++) corner[k] = job->pointers[k] + first_row * plan->stride[tiled->axis][k] * job->sizes[k];
        for (int axis = 1; axis < plan->axes; axis++) {
            if (axis == tiled->axis) continue;
            int64_t index = rest % plan->extent[axis];
            rest /= plan->extent[axis];
            for (int k = 0; k < operands; k++) corner[k] += index * plan->stride[axis][k] * job->sizes[k];
        }
        for (int64_t column = 0; column < plan->extent[0]; column += NK_TILE_INNER) {
            int64_t count = plan->extent[0] - column;
            if (count > NK_TILE_INNER) count = NK_TILE_INNER;
            for (int64_t row = 0; row < rows; row++) {
                for (int k = 0; k < operands; k++)
                    pointers[k] = corner[k] + (column * plan->stride[0][k] + row * plan->stride[tiled->axis][k]) * job->sizes[k];
                job->loop(count, pointers, plan->stride[0]);
            }
        }
    }
}

void nk_walk_outer(const nk_walk_job *job, int64_t grain) {
    const nk_plan *plan = job->plan;
    int axis = tile_axis(plan, job->operands);
    if (axis == 0) {
        nr_parallel_for(plan->total, grain, walk_body, (void *)job);
        return;
    }
    tiled_job tiled = {job, axis, (plan->extent[axis] + NK_TILE_OUTER - 1) / NK_TILE_OUTER};
    int64_t units = plan->total / plan->extent[0] / plan->extent[axis] * tiled.bands;
    nr_parallel_for(units, 1 + grain / (NK_TILE_OUTER * plan->extent[0]), tiled_body, &tiled);
}
