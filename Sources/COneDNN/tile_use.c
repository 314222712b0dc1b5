#include "convolution_tile.h"

static bool create_memory(dnnl_memory_t *result, nd_description description) {
    return dnnl_memory_create(result, description, nd_engine(), DNNL_MEMORY_NONE) == dnnl_success;
}

bool nd_tile_use_begin(nd_tile_use *use, const nd_tile *tile) {
    *use = (nd_tile_use){.tile = tile};
    bool done = dnnl_stream_create(&use->stream, nd_engine(), dnnl_stream_default_flags) == dnnl_success;
    for (int index = 0; index < ND_ARRAYS; index++) {
        done = done && create_memory(&use->inner[index], tile->inner[index]);
        if (tile->reorder[index]) done = done && create_memory(&use->plain[index], tile->plain[index]);
    }
    if (tile->scratchpad_bytes > 0) done = done && create_memory(&use->scratchpad, tile->scratchpad);
    return done;
}

void nd_tile_use_end(nd_tile_use *use) {
    for (int index = 0; index < ND_ARRAYS; index++) {
        if (use->inner[index]) dnnl_memory_destroy(use->inner[index]);
        if (use->plain[index]) dnnl_memory_destroy(use->plain[index]);
    }
    if (use->scratchpad) dnnl_memory_destroy(use->scratchpad);
    if (use->stream) dnnl_stream_destroy(use->stream);
}

bool nd_tile_reorder(nd_tile_use *use, int index, void *plain, void *inner) {
    bool is_result = index == nd_result(use->tile->key.pass);
    dnnl_exec_arg_t arguments[2] = {
        {is_result ? DNNL_ARG_TO : DNNL_ARG_FROM, use->plain[index]},
        {is_result ? DNNL_ARG_FROM : DNNL_ARG_TO, use->inner[index]},
    };
    return dnnl_memory_set_data_handle(use->plain[index], plain) == dnnl_success &&
           dnnl_memory_set_data_handle(use->inner[index], inner) == dnnl_success &&
           dnnl_primitive_execute(use->tile->reorder[index], use->stream, 2, arguments) == dnnl_success;
}

bool nd_tile_compute(nd_tile_use *use, void *arrays[ND_ARRAYS], void *scratchpad) {
    nd_pass pass = use->tile->key.pass;
    dnnl_exec_arg_t arguments[4] = {
        {pass == ND_DATA_GRADIENT ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, use->inner[ND_X]},
        {pass == ND_WEIGHT_GRADIENT ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, use->inner[ND_W]},
        {pass == ND_FORWARD ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, use->inner[ND_Y]},
        {DNNL_ARG_SCRATCHPAD, use->scratchpad},
    };
    bool done = true;
    for (int index = 0; index < ND_ARRAYS; index++)
        done = done && dnnl_memory_set_data_handle(use->inner[index], arrays[index]) == dnnl_success;
    if (use->scratchpad) done = done && dnnl_memory_set_data_handle(use->scratchpad, scratchpad) == dnnl_success;
    return done && dnnl_primitive_execute(use->tile->primitive, use->stream, use->scratchpad ? 4 : 3, arguments) == dnnl_success;
}
