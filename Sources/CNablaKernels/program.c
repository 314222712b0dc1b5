// A list of elementwise operations in one pass over memory: tile by tile, so that what one operation leaves to the next stays in the cache.
#include "nabla_kernels.h"
#include "iterate.h"

#include <nabla_runtime.h>

// Registers of one tile take 32 KiB where their number allows that, and lie on the stack of the thread that computes the tile.
enum { SCRATCH_BYTES = 32768, MOST_TILE_ELEMENTS = 1024, LEAST_TILE_ELEMENTS = 64 };

typedef struct {
    const nk_program_step *steps;
    const nk_program_slot *slots;
    int32_t step_count, slot_count;
    int64_t tile, pitch;
} program_job;

static inline int64_t tile_elements(int32_t registers, int32_t largest) {
    int64_t tile = SCRATCH_BYTES / largest / (registers < 1 ? 1 : registers) / 64 * 64;
    return tile > MOST_TILE_ELEMENTS ? MOST_TILE_ELEMENTS : tile < LEAST_TILE_ELEMENTS ? LEAST_TILE_ELEMENTS : tile;
}

static void run_step(const nk_program_step *step, const nk_program_slot *slots, char *const *pointers, int64_t count) {
    char *out = pointers[step->out];
    const char *a = pointers[step->a], *b = pointers[step->b], *c = pointers[step->c];
    const bool one_a = slots[step->a].step == 0, one_b = slots[step->b].step == 0, one_c = slots[step->c].step == 0;
    switch (step->kind) {
    case NK_PROGRAM_UNARY: nk_unary_flat((nk_unary_op)step->op, step->type, count, out, a); return;
    case NK_PROGRAM_UNARY_GRADIENT: nk_unary_gradient_flat((nk_unary_op)step->op, step->type, count, out, a, b); return;
    case NK_PROGRAM_BINARY: nk_binary_flat((nk_binary_op)step->op, step->type, count, out, a, one_a, b, one_b); return;
    case NK_PROGRAM_TERNARY: nk_ternary_flat((nk_ternary_op)step->op, step->type, count, out, a, b, c, one_c); return;
    default: break;
    }
    const int32_t shape[] = {(int32_t)count};
    const int64_t step_out[] = {1}, step_a[] = {!one_a}, step_b[] = {!one_b}, step_c[] = {!one_c};
    switch (step->kind) {
    case NK_PROGRAM_COMPARE:
        nk_compare((nk_compare_op)step->op, step->from, 1, shape, (bool *)out, step_out, a, step_a, b, step_b);
        return;
    case NK_PROGRAM_TEST: nk_test((nk_test_op)step->op, step->from, 1, shape, (bool *)out, step_out, a, step_a); return;
    case NK_PROGRAM_SELECT: nk_where(step->type, 1, shape, out, step_out, (const bool *)c, step_c, a, step_a, b, step_b); return;
    case NK_PROGRAM_CAST: nk_cast(step->from, step->type, 1, shape, out, step_out, a, step_a); return;
    default: return;
    }
}

static void run_tiles(void *context, int64_t begin, int64_t end) {
    const program_job *job = context;
    // As many registers as slots at most, of the least tile.
    _Alignas(64) char scratch[NK_PROGRAM_SLOTS * LEAST_TILE_ELEMENTS * 8];
    char *pointers[NK_PROGRAM_SLOTS];
    for (int64_t first = begin; first < end; first += job->tile) {
        int64_t count = end - first < job->tile ? end - first : job->tile;
        for (int32_t i = 0; i < job->slot_count; i++) {
            const nk_program_slot *slot = &job->slots[i];
            pointers[i] = slot->base ? (char *)slot->base + first * slot->step
                                     : scratch + slot->place * job->pitch;
        }
        for (int32_t i = 0; i < job->step_count; i++) run_step(&job->steps[i], job->slots, pointers, count);
    }
}

void nk_run_program(const nk_program_step *steps, int32_t step_count, const nk_program_slot *slots, int32_t slot_count,
                    int32_t registers, int32_t largest, int64_t count) {
    program_job job = {.steps = steps, .slots = slots, .step_count = step_count, .slot_count = slot_count,
                       .tile = tile_elements(registers, largest)};
    job.pitch = job.tile * largest;
    if (count <= job.tile) {
        run_tiles(&job, 0, count);
        return;
    }
    // Whole tiles for each thread, and as much work as one elementwise operation needs to be worth it.
    int64_t grain = NK_PARALLEL_ELEMENTS / (step_count < 1 ? 1 : step_count);
    nr_parallel_for(count, (grain / job.tile + 1) * job.tile, run_tiles, &job);
}
