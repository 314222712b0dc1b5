// A convolution as tiles that do not depend on each other, so that the worker threads can share them: batches of images, and blocks of the
// result's channels where images are few or are summed over. Which tiles there are depends on extents alone, each is computed by one
// thread, and their sums are taken in order, so results do not depend on the number of threads.
#include "convolution_tile.h"
#include "nabla_runtime.h"

#include <stdio.h>
#include <string.h>

// Elements of a sum that are worth a task.
enum { ADDED_ELEMENTS = 16 << 10 };

typedef struct {
    const nd_convolution *whole;
    nd_pass pass;
    nd_tile_counts counts;
    nd_tile *tiles[2];  // with as many images as can be, and with one less
    int64_t images, larger;  // of the first kind, and how many of that kind there are
    int64_t group_step, input_step, output_step;
    float *plain[ND_ARRAYS];
    // Operands that several tiles read, reordered once: as many as there are parts, `pitch` bytes apart.
    char *shared[ND_ARRAYS];
    size_t pitch[ND_ARRAYS];
    int64_t parts[ND_ARRAYS];
    int shared_index;  // the operand that is being reordered
    char *terms;       // of a gradient with respect to w, one for each part of the batch
    _Atomic bool failed;
} job;

// Which of the two tiles a part of the batch is.
static int kind_of(const job *j, int64_t batch_part) { return batch_part < j->larger ? 0 : 1; }

static bool begin_uses(const job *j, nd_tile_use uses[2]) {
    bool done = nd_tile_use_begin(&uses[0], j->tiles[0]);
    return nd_tile_use_begin(&uses[1], j->tiles[1]) && done;
}

static void end_uses(nd_tile_use uses[2]) {
    nd_tile_use_end(&uses[0]);
    nd_tile_use_end(&uses[1]);
}

static int64_t first_image(const job *j, int64_t batch_part) {
    int64_t small = batch_part > j->larger ? batch_part - j->larger : 0;
    return batch_part * j->images - small;
}

// Where an array's part for these indices begins, in the row-major array.
static float *plain_part(const job *j, int index, int64_t image, int64_t group, int64_t input, int64_t output) {
    const nd_convolution *c = j->whole;
    if (index == ND_W) return j->plain[ND_W] + ((group * c->outputs + output) * c->inputs + input) * nd_volume(c->kernel);
    int64_t channels = index == ND_X ? c->inputs : c->outputs, channel = index == ND_X ? input : output;
    return j->plain[index] + ((image * c->groups + group) * channels + channel) * nd_volume(index == ND_X ? c->input : c->output);
}

// The part of an array that a tile with these parts of the indices has, counted from 0.
static int64_t part_number(const job *j, int index, int64_t batch, int64_t group, int64_t input, int64_t output) {
    const nd_tile_counts *n = &j->counts;
    if (index == ND_W) return (group * n->outputs + output) * n->inputs + input;
    return index == ND_X ? (batch * n->groups + group) * n->inputs + input : (batch * n->groups + group) * n->outputs + output;
}

// MARK: Tasks

// Reorders parts begin..<end of the shared operand.
static void reorder_parts(void *context, int64_t begin, int64_t end) {
    job *j = context;
    const nd_tile_counts *n = &j->counts;
    int index = j->shared_index;
    int threads = nd_take_one_thread();
    nd_tile_use uses[2];
    bool done = begin_uses(j, uses);
    for (int64_t part = begin; part < end && done; part++) {
        int64_t inner = index == ND_Y ? n->outputs : n->inputs, rest = part / inner;
        int64_t input = index == ND_Y ? 0 : part % inner, output = index == ND_Y ? part % inner : 0;
        if (index == ND_W) output = rest % n->outputs;
        int64_t group = index == ND_W ? rest / n->outputs : rest % n->groups, batch = index == ND_W ? 0 : rest / n->groups;
        float *from = plain_part(j, index, first_image(j, batch), group * j->group_step, input * j->input_step, output * j->output_step);
        done = nd_tile_reorder(&uses[kind_of(j, batch)], index, from, j->shared[index] + (size_t)part * j->pitch[index]);
    }
    end_uses(uses);
    nd_restore_threads(threads);
    if (!done) j->failed = true;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t rounded(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

// Computes tiles begin..<end.
static void compute_tiles(void *context, int64_t begin, int64_t end) {
    job *j = context;
    const nd_tile_counts *n = &j->counts;
    int result = nd_result(j->pass);
    size_t room[ND_ARRAYS + 1], bytes = 0;
    for (int index = 0; index < ND_ARRAYS; index++) {
        room[index] = bytes;
        bool is_elsewhere = j->shared[index] || (index == result && j->terms);
        if (j->tiles[0]->reorder[index] && !is_elsewhere) bytes += j->pitch[index];
    }
    room[ND_ARRAYS] = bytes;
    bytes += larger(j->tiles[0]->scratchpad_bytes, j->tiles[1]->scratchpad_bytes);
    char *scratch = nr_buffer_allocate(bytes);
    int threads = nd_take_one_thread();
    nd_tile_use uses[2];
    bool done = begin_uses(j, uses);
    for (int64_t task = begin; task < end && done; task++) {
        int64_t input = task % n->inputs, rest = task / n->inputs;
        int64_t output = rest % n->outputs, group = rest / n->outputs % n->groups, batch = rest / n->outputs / n->groups;
        nd_tile_use *use = &uses[kind_of(j, batch)];
        float *plain[ND_ARRAYS];
        void *arrays[ND_ARRAYS];
        for (int index = 0; index < ND_ARRAYS; index++) {
            plain[index] = plain_part(j, index, first_image(j, batch), group * j->group_step, input * j->input_step, output * j->output_step);
            if (index == result && j->terms) arrays[index] = j->terms + (size_t)batch * j->pitch[index];
            else if (!use->plain[index]) arrays[index] = plain[index];
            else if (j->shared[index])
                arrays[index] = j->shared[index] + (size_t)part_number(j, index, batch, group, input, output) * j->pitch[index];
            else {
                arrays[index] = scratch + room[index];
                if (index != result) done = done && nd_tile_reorder(use, index, plain[index], arrays[index]);
            }
        }
        done = done && nd_tile_compute(use, arrays, scratch + room[ND_ARRAYS]);
        if (use->plain[result] && !j->terms) done = done && nd_tile_reorder(use, result, plain[result], arrays[result]);
    }
    end_uses(uses);
    nd_restore_threads(threads);
    nr_buffer_free(scratch, bytes);
    if (!done) j->failed = true;
}

// Adds the terms up in the first one, elements begin..<end.
static void add_terms(void *context, int64_t begin, int64_t end) {
    job *j = context;
    float *sum = (float *)j->terms;
    for (int64_t part = 1; part < j->counts.batch; part++) {
        const float *term = (const float *)(j->terms + (size_t)part * j->pitch[ND_W]);
        for (int64_t i = begin; i < end; i++) sum[i] += term[i];
    }
}

static void finish_sum(job *j) {
    size_t bytes = j->tiles[0]->bytes[ND_W];
    nr_parallel_for((int64_t)(bytes / sizeof(float)), ADDED_ELEMENTS, add_terms, j);
    if (!j->tiles[0]->reorder[ND_W]) {
        memcpy(j->plain[ND_W], j->terms, bytes);
        return;
    }
    nd_tile_use use;
    int threads = nd_take_one_thread();
    bool done = nd_tile_use_begin(&use, j->tiles[0]) && nd_tile_reorder(&use, ND_W, j->plain[ND_W], j->terms);
    nd_tile_use_end(&use);
    nd_restore_threads(threads);
    if (!done) j->failed = true;
}

// MARK: The whole

static nd_tile *tile_of(const job *j, int64_t images, const nd_tile *like) {
    nd_tile_key key;
    memset(&key, 0, sizeof key);
    key.whole = *j->whole;
    key.pass = j->pass;
    key.batch = images;
    key.groups = j->group_step;
    key.inputs = j->input_step;
    key.outputs = j->output_step;
    return nd_tile_get(&key, like);
}

static bool has_reorders_of(const nd_tile *a, const nd_tile *b) {
    for (int index = 0; index < ND_ARRAYS; index++)
        if (!a->reorder[index] != !b->reorder[index]) return false;
    return dnnl_memory_desc_equal(a->inner[ND_W], b->inner[ND_W]);
}

static void run(job *j) {
    const nd_tile_counts *n = &j->counts;
    int64_t tasks = n->batch * n->groups * n->inputs * n->outputs;
    size_t shared_bytes[ND_ARRAYS] = {0};
    for (int index = 0; index < ND_ARRAYS; index++) {
        j->pitch[index] = rounded(larger(j->tiles[0]->bytes[index], j->tiles[1]->bytes[index]));
        j->parts[index] = (index == ND_W ? 1 : n->batch) * n->groups * (index == ND_Y ? 1 : n->inputs) * (index == ND_X ? 1 : n->outputs);
        // An operand's part that a single tile reads is reordered by its task, and is still in cache when it is read.
        if (index == nd_result(j->pass) || !j->tiles[0]->reorder[index] || j->parts[index] == tasks) continue;
        shared_bytes[index] = (size_t)j->parts[index] * j->pitch[index];
        j->shared[index] = nr_buffer_allocate(shared_bytes[index]);
        j->shared_index = index;
        nr_parallel_parts(j->parts[index], 1, reorder_parts, j);
    }
    size_t terms_bytes = j->pass == ND_WEIGHT_GRADIENT && n->batch > 1 ? (size_t)n->batch * j->pitch[ND_W] : 0;
    if (terms_bytes > 0) j->terms = nr_buffer_allocate(terms_bytes);
    if (!j->failed) nr_parallel_parts(tasks, 1, compute_tiles, j);
    if (!j->failed && j->terms) finish_sum(j);
    if (j->terms) nr_buffer_free(j->terms, terms_bytes);
    for (int index = 0; index < ND_ARRAYS; index++)
        if (j->shared[index]) nr_buffer_free(j->shared[index], shared_bytes[index]);
}

// Divides the convolution and gets its tiles. False where oneDNN cannot compute them.
static bool prepare(job *j) {
    const nd_convolution *c = j->whole;
    j->counts = nd_count_tiles(c, j->pass);
    j->group_step = c->groups / j->counts.groups;
    j->input_step = c->inputs / j->counts.inputs;
    j->output_step = c->outputs / j->counts.outputs;
    j->images = (c->batch + j->counts.batch - 1) / j->counts.batch;
    j->larger = j->counts.batch - (j->counts.batch * j->images - c->batch);
    j->tiles[0] = tile_of(j, j->images, NULL);
    bool has_two = j->larger < j->counts.batch && j->tiles[0]->is_direct;
    j->tiles[1] = has_two ? tile_of(j, j->images - 1, j->tiles[0]) : j->tiles[0];
    return j->tiles[0]->is_direct && j->tiles[1]->is_direct && has_reorders_of(j->tiles[0], j->tiles[1]);
}

static void finish(job *j) {
    nd_tile_release(j->tiles[0]);
    if (j->tiles[1] != j->tiles[0]) nd_tile_release(j->tiles[1]);
}

bool nd_convolve(const nd_convolution *convolution, nd_pass pass, float *x, float *w, float *y) {
    job j = {.whole = convolution, .pass = pass, .plain = {x, w, y}};
    bool can = prepare(&j);
    if (can) run(&j);
    finish(&j);
    return can && !j.failed;
}

bool nd_kernel_name(const nd_convolution *convolution, nd_pass pass, char *name, size_t room) {
    job j = {.whole = convolution, .pass = pass};
    const char *known = prepare(&j) ? nd_tile_kernel_name(j.tiles[0]) : NULL;
    if (known) snprintf(name, room, "%s", known);
    finish(&j);
    return known;
}
