// One tile of a convolution: some images, groups and channels of it, computed by one call of oneDNN.
#pragma once
#include "library.h"
#include "nabla_onednn.h"

#include <stddef.h>

/// The three arrays of the form ⟨convolution(x, w), y⟩, and how many there are.
enum { ND_X, ND_W, ND_Y, ND_ARRAYS };

static inline int64_t nd_volume(const int64_t extents[3]) { return extents[0] * extents[1] * extents[2]; }

/// Into how many parts each index is divided: images as evenly as can be, groups and channels exactly.
typedef struct {
    int64_t batch, groups, inputs, outputs;
} nd_tile_counts;

/// The parts of a convolution, by its extents alone.
nd_tile_counts nd_count_tiles(const nd_convolution *convolution, nd_pass pass);

/// Which primitive is wanted. Compared and hashed as bytes: to be cleared before it is filled.
typedef struct {
    nd_convolution whole;
    nd_pass pass;
    int32_t unused;
    int64_t batch, groups, inputs, outputs;  // of the tile; inputs and outputs of one group
} nd_tile_key;

/// The primitive of a tile, and what carries its arrays from and to the layouts that the primitive reads and writes.
typedef struct nd_tile {
    nd_tile_key key;
    bool is_direct;  // false: oneDNN has no direct kernel, and nothing below is set
    nd_description plain[ND_ARRAYS];  // as a part of the row-major arrays of the whole convolution
    nd_description inner[ND_ARRAYS];  // as the primitive wants it; owned by `operation`
    size_t bytes[ND_ARRAYS];          // of the inner layout
    dnnl_primitive_t reorder[ND_ARRAYS];  // from plain to inner, or back for the result; NULL where the layouts are the same
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t forward, operation;
    nd_description scratchpad;
    size_t scratchpad_bytes;
    // The cache's own.
    uint64_t hash, last_use;
    int users;
} nd_tile;

/// The array that a pass computes.
static inline int nd_result(nd_pass pass) { return pass == ND_FORWARD ? ND_Y : pass == ND_DATA_GRADIENT ? ND_X : ND_W; }

/// A tile for `key`, made or remembered, until nd_tile_release. With `like`, its kernel w has the layout of that tile's. Never NULL.
nd_tile *nd_tile_get(const nd_tile_key *key, const nd_tile *like);
void nd_tile_release(nd_tile *tile);

/// oneDNN's name of the primitive, as long as the tile lives.
const char *nd_tile_kernel_name(const nd_tile *tile);

/// For the cache alone.
nd_tile *nd_tile_make(const nd_tile_key *key, const nd_tile *like);
void nd_tile_destroy(nd_tile *tile);

/// A thread's use of a tile: oneDNN's objects for the arrays, made once and pointed at one part after the other.
typedef struct {
    const nd_tile *tile;
    dnnl_stream_t stream;
    dnnl_memory_t plain[ND_ARRAYS], inner[ND_ARRAYS], scratchpad;
} nd_tile_use;

bool nd_tile_use_begin(nd_tile_use *use, const nd_tile *tile);
void nd_tile_use_end(nd_tile_use *use);
/// Carries array `index` between `plain` and `inner`, in the direction that the tile's pass needs.
bool nd_tile_reorder(nd_tile_use *use, int index, void *plain, void *inner);
bool nd_tile_compute(nd_tile_use *use, void *arrays[ND_ARRAYS], void *scratchpad);
