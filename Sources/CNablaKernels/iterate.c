#include "iterate.h"

#include <string.h>

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

void nk_walk_lines(nk_loop loop, const nk_plan *plan, int operands, char *const *pointers, const int32_t *sizes, int64_t grain) {
    nk_walk_job job = {loop, plan, operands, pointers, sizes};
    nr_parallel_for(plan->total, grain, walk_body, &job);
}

void nk_walk_flat_outer(nk_loop loop, int64_t count, int operands, char *const *pointers, const int64_t *strides, int32_t size,
                        int64_t grain) {
    nk_plan plan = {.axes = 1, .total = count};
    plan.extent[0] = count;
    int32_t sizes[NK_OPERANDS];
    for (int k = 0; k < operands; k++) {
        plan.stride[0][k] = strides[k];
        sizes[k] = size;
    }
    nk_walk_job job = {loop, &plan, operands, pointers, sizes};
    nr_parallel_for(count, grain, walk_body, &job);
}

// MARK: Tiles
// Where an operand takes small steps along another axis than `out` does (a transpose), walking `out` row by row would use one
// element of each cache line it fetches, and lines a power of two apart would drive each other out. So a tile of that operand is
// first copied, whole lines at a time, to a small buffer laid out like `out`.

typedef uint32_t four_u32 __attribute__((vector_size(16), may_alias));
typedef uint32_t loose_four_u32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint64_t two_u64 __attribute__((vector_size(16), may_alias));
typedef uint64_t loose_two_u64 __attribute__((vector_size(16), aligned(8), may_alias));

enum { TILE_ROWS = 16, TILE_COLUMNS = 64 };

// tile[row][column] = x[column * stride + row]
static void gather_tile_4(uint32_t *tile, const uint32_t *x, int64_t stride, int64_t rows, int64_t columns) {
    int64_t column = 0;
    for (; rows == TILE_ROWS && column + 4 <= columns; column += 4) {
        const uint32_t *line = x + column * stride;
        for (int row = 0; row < TILE_ROWS; row += 4) {
            four_u32 a = *(const loose_four_u32 *)(line + row), b = *(const loose_four_u32 *)(line + stride + row);
            four_u32 c = *(const loose_four_u32 *)(line + 2 * stride + row), d = *(const loose_four_u32 *)(line + 3 * stride + row);
            four_u32 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            four_u32 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            four_u32 *to = (four_u32 *)(tile + row * TILE_COLUMNS + column);
            to[0] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
            to[TILE_COLUMNS / 4] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
            to[2 * TILE_COLUMNS / 4] = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
            to[3 * TILE_COLUMNS / 4] = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
        }
    }
    for (; column < columns; column++)
        for (int64_t row = 0; row < rows; row++) tile[row * TILE_COLUMNS + column] = x[column * stride + row];
}

static void gather_tile_8(uint64_t *tile, const uint64_t *x, int64_t stride, int64_t rows, int64_t columns) {
    int64_t column = 0;
    for (; rows == TILE_ROWS && column + 2 <= columns; column += 2) {
        const uint64_t *line = x + column * stride;
        for (int row = 0; row < TILE_ROWS; row += 2) {
            two_u64 a = *(const loose_two_u64 *)(line + row), b = *(const loose_two_u64 *)(line + stride + row);
            two_u64 *to = (two_u64 *)(tile + row * TILE_COLUMNS + column);
            to[0] = __builtin_shufflevector(a, b, 0, 2);
            to[TILE_COLUMNS / 2] = __builtin_shufflevector(a, b, 1, 3);
        }
    }
    for (; column < columns; column++)
        for (int64_t row = 0; row < rows; row++) tile[row * TILE_COLUMNS + column] = x[column * stride + row];
}

static void gather_tile_1(uint8_t *tile, const uint8_t *x, int64_t stride, int64_t rows, int64_t columns) {
    for (int64_t column = 0; column < columns; column++)
        for (int64_t row = 0; row < rows; row++) tile[row * TILE_COLUMNS + column] = x[column * stride + row];
}

typedef struct {
    const nk_walk_job *job;
    int axis;                     // along which the buffered operands are contiguous
    bool buffered[NK_OPERANDS];
    int64_t bands;                // of TILE_ROWS along `axis`
} tiled_job;

static bool find_tiling(const nk_walk_job *job, tiled_job *tiled) {
    const nk_plan *plan = job->plan;
    tiled->axis = 0;
    if (plan->extent[0] < TILE_ROWS) return false;
    for (int k = 1; k < job->operands; k++) {
        tiled->buffered[k] = false;
        int64_t step = plan->stride[0][k];
        if ((step >= 0 && step < 8) || step == -1 || job->sizes[k] == 0) continue;
        for (int axis = 1; axis < plan->axes; axis++) {
            if (plan->stride[axis][k] != 1 || plan->extent[axis] < 8 || (tiled->axis != 0 && axis != tiled->axis)) continue;
            tiled->axis = axis;
            tiled->buffered[k] = true;
            break;
        }
    }
    return tiled->axis != 0;
}

static void tiled_body(void *context, int64_t begin, int64_t end) {
    const tiled_job *tiled = context;
    const nk_walk_job *job = tiled->job;
    const nk_plan *plan = job->plan;
    int operands = job->operands, tile_axis = tiled->axis;
    _Alignas(64) uint64_t tiles[NK_OPERANDS - 1][TILE_ROWS * TILE_COLUMNS];
    int64_t strides[NK_OPERANDS], row_steps[NK_OPERANDS];
    for (int k = 0; k < operands; k++) {
        bool buffered = k > 0 && tiled->buffered[k];
        strides[k] = buffered ? 1 : plan->stride[0][k];
        row_steps[k] = (buffered ? TILE_COLUMNS : plan->stride[tile_axis][k]) * job->sizes[k];
    }
    for (int64_t unit = begin; unit < end; unit++) {
        char *corner[NK_OPERANDS], *pointers[NK_OPERANDS];
        int64_t first_row = unit % tiled->bands * TILE_ROWS, rest = unit / tiled->bands;
        int64_t rows = plan->extent[tile_axis] - first_row;
        if (rows > TILE_ROWS) rows = TILE_ROWS;
        for (int k = 0; k < operands; k++) corner[k] = job->pointers[k] + first_row * plan->stride[tile_axis][k] * job->sizes[k];
        for (int axis = 1; axis < plan->axes; axis++) {
            if (axis == tile_axis) continue;
            int64_t index = rest % plan->extent[axis];
            rest /= plan->extent[axis];
            for (int k = 0; k < operands; k++) corner[k] += index * plan->stride[axis][k] * job->sizes[k];
        }
        for (int64_t column = 0; column < plan->extent[0]; column += TILE_COLUMNS) {
            int64_t count = plan->extent[0] - column;
            if (count > TILE_COLUMNS) count = TILE_COLUMNS;
            for (int k = 0; k < operands; k++) {
                pointers[k] = corner[k] + column * plan->stride[0][k] * job->sizes[k];
                if (k == 0 || !tiled->buffered[k]) continue;
                void *tile = tiles[k - 1], *x = pointers[k];
                switch (job->sizes[k]) {
                case 1: gather_tile_1(tile, x, plan->stride[0][k], rows, count); break;
                case 4: gather_tile_4(tile, x, plan->stride[0][k], rows, count); break;
                default: gather_tile_8(tile, x, plan->stride[0][k], rows, count);
                }
                pointers[k] = tile;
            }
            for (int64_t row = 0; row < rows; row++) {
                job->loop(count, pointers, strides);
                for (int k = 0; k < operands; k++) pointers[k] += row_steps[k];
            }
        }
    }
}

// MARK: Repeated rows
// A short row that stands beside many rows of `out`, such as a layer's bias: a call of the loop for each would take longer than the
// row. It is copied a few times to a small buffer, and the loop takes that many rows at once.

enum { REPEATED_LENGTH = 64, REPEATED_ELEMENTS = 512, REPEATED_FILLS = 8 };

typedef struct {
    const nk_walk_job *job;
    bool repeated[NK_OPERANDS];
    int64_t rows;   // in a buffer
    int64_t bands;  // of REPEATED_FILLS * rows rows along the second axis
} repeated_job;

static bool find_repeats(const nk_walk_job *job, repeated_job *repeats) {
    const nk_plan *plan = job->plan;
    int64_t length = plan->extent[0];
    if (length > REPEATED_LENGTH || plan->extent[1] < 8) return false;
    bool any = false;
    for (int k = 0; k < job->operands; k++) {
        repeats->repeated[k] = plan->stride[1][k] != plan->stride[0][k] * length;
        if (!repeats->repeated[k]) continue;
        if (k == 0 || plan->stride[1][k] != 0 || plan->stride[0][k] != 1 || job->sizes[k] == 0) return false;
        any = true;
    }
    return any;
}

static void repeated_body(void *context, int64_t begin, int64_t end) {
    const repeated_job *repeats = context;
    const nk_walk_job *job = repeats->job;
    const nk_plan *plan = job->plan;
    int64_t length = plan->extent[0], band = REPEATED_FILLS * repeats->rows;
    _Alignas(64) char buffers[NK_OPERANDS - 1][REPEATED_ELEMENTS * 8];
    const char *sources[NK_OPERANDS] = {NULL};
    for (int64_t unit = begin; unit < end; unit++) {
        int64_t first = unit % repeats->bands * band, rest = unit / repeats->bands;
        int64_t rows = plan->extent[1] - first < band ? plan->extent[1] - first : band;
        char *pointers[NK_OPERANDS];
        for (int k = 0; k < job->operands; k++) pointers[k] = job->pointers[k] + first * plan->stride[1][k] * job->sizes[k];
        for (int axis = 2; axis < plan->axes; axis++) {
            int64_t index = rest % plan->extent[axis];
            rest /= plan->extent[axis];
            for (int k = 0; k < job->operands; k++) pointers[k] += index * plan->stride[axis][k] * job->sizes[k];
        }
        for (int k = 1; k < job->operands; k++) {
            if (!repeats->repeated[k]) continue;
            if (sources[k] != pointers[k]) {
                int64_t bytes = length * job->sizes[k], filled = 1;
                memcpy(buffers[k - 1], pointers[k], bytes);
                while (filled < repeats->rows) {
                    int64_t more = repeats->rows - filled < filled ? repeats->rows - filled : filled;
                    memcpy(buffers[k - 1] + filled * bytes, buffers[k - 1], more * bytes);
                    filled += more;
                }
                sources[k] = pointers[k];
            }
            pointers[k] = buffers[k - 1];
        }
        for (int64_t row = 0; row < rows; row += repeats->rows) {
            int64_t count = (rows - row < repeats->rows ? rows - row : repeats->rows) * length;
            job->loop(count, pointers, plan->stride[0]);
            for (int k = 0; k < job->operands; k++)
                if (!repeats->repeated[k]) pointers[k] += count * plan->stride[0][k] * job->sizes[k];
        }
    }
}

static void walk_repeats(repeated_job *repeats, int64_t grain) {
    const nk_plan *plan = repeats->job->plan;
    repeats->rows = REPEATED_ELEMENTS / plan->extent[0];
    if (repeats->rows > plan->extent[1]) repeats->rows = plan->extent[1];
    int64_t band = REPEATED_FILLS * repeats->rows;
    repeats->bands = (plan->extent[1] + band - 1) / band;
    int64_t units = plan->total / plan->extent[0] / plan->extent[1] * repeats->bands;
    nr_parallel_for(units, 1 + grain / (band * plan->extent[0]), repeated_body, repeats);
}

void nk_walk_outer(const nk_walk_job *job, int64_t grain) {
    const nk_plan *plan = job->plan;
    repeated_job repeats = {.job = job};
    if (plan->axes > 1 && find_repeats(job, &repeats)) {
        walk_repeats(&repeats, grain);
        return;
    }
    tiled_job tiled = {.job = job};
    if (plan->axes == 1 || !find_tiling(job, &tiled)) {
        nr_parallel_for(plan->total, grain, walk_body, (void *)job);
        return;
    }
    tiled.bands = (plan->extent[tiled.axis] + TILE_ROWS - 1) / TILE_ROWS;
    int64_t units = plan->total / plan->extent[0] / plan->extent[tiled.axis] * tiled.bands;
    nr_parallel_for(units, 1 + grain / (TILE_ROWS * plan->extent[0]), tiled_body, &tiled);
}
