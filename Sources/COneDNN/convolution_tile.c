#include "convolution_tile.h"

#include <stdlib.h>
#include <string.h>

// MARK: Descriptions

// Leading axes of extent 1 are left out down to two: oneDNN's kernels for two axes are better than those for three.
static int first_axis(const nd_convolution *c) {
    bool is_flat = c->input[0] == 1 && c->kernel[0] == 1 && c->output[0] == 1 && c->padding[0] == 0;
    return is_flat ? 1 : 0;
}

// Extents of the tile's part of an array, and its distances in the whole array. Returns the rank.
static int layout(const nd_tile_key *key, int index, int64_t extents[6], int64_t strides[6]) {
    const nd_convolution *c = &key->whole;
    const int64_t *spatial = index == ND_X ? c->input : index == ND_W ? c->kernel : c->output;
    int rank = 0;
    if (index == ND_W) {
        if (c->groups > 1) {
            strides[rank] = c->outputs * c->inputs * nd_volume(spatial);
            extents[rank++] = key->groups;
        }
        strides[rank] = c->inputs * nd_volume(spatial);
        extents[rank++] = key->outputs;
        strides[rank] = nd_volume(spatial);
        extents[rank++] = key->inputs;
    } else {
        int64_t channels = index == ND_X ? c->inputs : c->outputs;
        strides[rank] = c->groups * channels * nd_volume(spatial);
        extents[rank++] = key->batch;
        strides[rank] = nd_volume(spatial);
        extents[rank++] = key->groups * (index == ND_X ? key->inputs : key->outputs);
    }
    int64_t step = nd_volume(spatial);
    for (int axis = first_axis(c); axis < 3; axis++) {
        step /= spatial[axis];
        strides[rank] = step;
        extents[rank++] = spatial[axis];
    }
    return rank;
}

static nd_window window_of(const nd_convolution *c) {
    nd_window window = {{0}, {0}, {0}, {0}};
    for (int from = first_axis(c), axis = 0; from < 3; from++, axis++) {
        window.stride[axis] = c->stride[from];
        window.dilation[axis] = c->dilation[from] - 1;
        window.low[axis] = c->padding[from];
        // What makes the extents agree; less than 0 where the last positions of the input are never read.
        window.high[axis] = (c->output[from] - 1) * c->stride[from] + (c->kernel[from] - 1) * c->dilation[from] + 1 - c->input[from] -
                            c->padding[from];
    }
    return window;
}

// MARK: Choosing a primitive

static const char *name_of(const_dnnl_primitive_desc_t operation) {
    const char *name = NULL;
    return dnnl_primitive_desc_query(operation, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name ? name : "";
}

// oneDNN falls back on products of matrices or on plain loops, both slower than what the caller does without it.
static bool is_direct(const_dnnl_primitive_desc_t operation) {
    const char *name = name_of(operation);
    return strstr(name, "brg") || (strstr(name, "jit") && !strstr(name, "gemm"));
}

static bool is_batch_reduced(const_dnnl_primitive_desc_t operation) { return strstr(name_of(operation), "brg"); }

// Creates the tile's operation with x and y in the layout of oneDNN's choice or with channels innermost.
static bool create_operation(nd_tile *tile, const_dnnl_primitive_attr_t attributes, const nd_tile *like, bool channels_last) {
    int64_t extents[6], strides[6];
    nd_description wanted[ND_ARRAYS];
    for (int index = 0; index < ND_ARRAYS; index++) {
        int rank = layout(&tile->key, index, extents, strides);
        wanted[index] = channels_last && index != ND_W ? nd_describe_channels_last(rank, extents) : nd_describe_any(rank, extents);
    }
    nd_description w = like ? like->inner[ND_W] : wanted[ND_W];
    nd_window window = window_of(&tile->key.whole);
    bool done = false;
    if (wanted[ND_X] && wanted[ND_W] && wanted[ND_Y]) {
        // The description of a gradient asks for that of the forward pass.
        bool is_forward = tile->key.pass == ND_FORWARD;
        done = nd_convolution_forward(&tile->forward, wanted[ND_X], is_forward ? w : wanted[ND_W], wanted[ND_Y], &window, attributes) ==
               dnnl_success;
        if (done && tile->key.pass == ND_DATA_GRADIENT)
            done = nd_convolution_data(&tile->operation, wanted[ND_X], w, wanted[ND_Y], &window, attributes, tile->forward) == dnnl_success;
        if (done && tile->key.pass == ND_WEIGHT_GRADIENT)
            done = nd_convolution_weights(&tile->operation, wanted[ND_X], w, wanted[ND_Y], &window, attributes, tile->forward) ==
                   dnnl_success;
        if (done && is_forward) {
            tile->operation = tile->forward;
            tile->forward = NULL;
        }
    }
    for (int index = 0; index < ND_ARRAYS; index++) nd_discard(wanted[index]);
    if (!done && tile->forward) dnnl_primitive_desc_destroy(tile->forward);
    if (!done) tile->forward = NULL;
    return done;
}

// Where sums are long, forward products with channels innermost are faster, the reorders counted, than the blocked layouts that oneDNN
// chooses: 5x5 with stride 2, 64 to 128 channels, 227 against 180 GFLOP/s; 128 to 256, 191 against 140; 3x3, 256 to 256 on 8x8, 245
// against 215. With 3x3 and 64 channels it is the other way, 185 against 205, and so it is for both gradients (Zen 5, oneDNN 2.6.3).
static bool prefers_channels_last(const nd_convolution *c) {
    int64_t taps = nd_volume(c->kernel);
    return c->groups == 1 && c->inputs % 16 == 0 && c->outputs % 16 == 0 && c->outputs >= 32 &&
           (taps >= 16 || taps * c->inputs >= 1024);
}

static bool choose_operation(nd_tile *tile, const_dnnl_primitive_attr_t attributes, const nd_tile *like) {
    bool tries_channels_last = tile->key.pass == ND_FORWARD && prefers_channels_last(&tile->key.whole);
    if (tries_channels_last && create_operation(tile, attributes, like, true)) {
        if (is_batch_reduced(tile->operation)) return true;
        dnnl_primitive_desc_destroy(tile->operation);
        tile->operation = NULL;
    }
    return create_operation(tile, attributes, like, false) && is_direct(tile->operation);
}

// MARK: Making a tile

static nd_description queried(const nd_tile *tile, dnnl_query_t what) { return dnnl_primitive_desc_query_md(tile->operation, what, 0); }

static bool create_reorder(nd_tile *tile, int index) {
    if (dnnl_memory_desc_equal(tile->plain[index], tile->inner[index])) return true;
    bool is_result = index == nd_result(tile->key.pass);
    nd_description from = is_result ? tile->inner[index] : tile->plain[index];
    nd_description to = is_result ? tile->plain[index] : tile->inner[index];
    dnnl_primitive_desc_t description = NULL;
    if (dnnl_reorder_primitive_desc_create(&description, from, nd_engine(), to, nd_engine(), NULL) != dnnl_success) return false;
    bool done = dnnl_primitive_create(&tile->reorder[index], description) == dnnl_success;
    dnnl_primitive_desc_destroy(description);
    return done;
}

static bool fill(nd_tile *tile, const_dnnl_primitive_attr_t attributes, const nd_tile *like) {
    static const dnnl_query_t queries[3][ND_ARRAYS] = {
        [ND_FORWARD] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
        [ND_DATA_GRADIENT] = {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
        [ND_WEIGHT_GRADIENT] = {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md},
    };
    if (!choose_operation(tile, attributes, like)) return false;
    int64_t extents[6], strides[6];
    for (int index = 0; index < ND_ARRAYS; index++) {
        int rank = layout(&tile->key, index, extents, strides);
        tile->plain[index] = nd_describe(rank, extents, strides);
        tile->inner[index] = queried(tile, queries[tile->key.pass][index]);
        if (!tile->plain[index] || !tile->inner[index]) return false;
        tile->bytes[index] = dnnl_memory_desc_get_size(tile->inner[index]);
        if (!create_reorder(tile, index)) return false;
    }
    tile->scratchpad = queried(tile, dnnl_query_scratchpad_md);
    tile->scratchpad_bytes = tile->scratchpad ? dnnl_memory_desc_get_size(tile->scratchpad) : 0;
    return dnnl_primitive_create(&tile->primitive, tile->operation) == dnnl_success;
}

nd_tile *nd_tile_make(const nd_tile_key *key, const nd_tile *like) {
    nd_tile *tile = calloc(1, sizeof *tile);
    if (!tile) abort();
    tile->key = *key;
    dnnl_primitive_attr_t attributes = NULL;
    if (!nd_engine() || dnnl_primitive_attr_create(&attributes) != dnnl_success) return tile;
    int threads = nd_take_one_thread();
    // Scratch memory comes with each call, so that a primitive can run on several threads at once.
    tile->is_direct = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success &&
                      fill(tile, attributes, like);
    nd_restore_threads(threads);
    dnnl_primitive_attr_destroy(attributes);
    return tile;
}

const char *nd_tile_kernel_name(const nd_tile *tile) { return name_of(tile->operation); }

void nd_tile_destroy(nd_tile *tile) {
    for (int index = 0; index < ND_ARRAYS; index++) {
        nd_discard(tile->plain[index]);
        if (tile->reorder[index]) dnnl_primitive_destroy(tile->reorder[index]);
    }
    if (tile->primitive) dnnl_primitive_destroy(tile->primitive);
    if (tile->operation) dnnl_primitive_desc_destroy(tile->operation);
    if (tile->forward) dnnl_primitive_desc_destroy(tile->forward);
    free(tile);
}
