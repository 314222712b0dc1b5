// How a convolution is divided.
#include "convolution_tile.h"

enum {
    // Operations of a tile that are worth a task of its own (some 20 microseconds), and the most tiles.
    TILE_OPERATIONS = 4 << 20,
    MOST_TILES = 16,
    // With so many, operands need not be divided along channels too.
    ENOUGH_TILES = 4,
    // Every tile reads all of w: for less than so many positions that is too often (3x3, 256 to 256 channels on 4x4 images: 150 GFLOP/s
    // with 16 positions in a tile, 200 with 48).
    TILE_POSITIONS = 48,
    // Channels of a block; fewer make the gradient with respect to w reread its operands too often.
    BLOCK_CHANNELS = 32,
};

// The largest divisor of `count` up to `limit`.
static int64_t divisor(int64_t count, int64_t limit) {
    int64_t d = limit < count ? limit : count;
    while (d > 1 && count % d != 0) d--;
    return d < 1 ? 1 : d;
}

static int64_t channel_parts(int64_t channels, int64_t limit) {
    return channels % BLOCK_CHANNELS == 0 ? divisor(channels / BLOCK_CHANNELS, limit) : 1;
}

// Gradients with respect to w of parts of the batch have to be kept and added up. That is little beside reading x and y if there are no
// more of them than this, and operands reordered part by part are still in cache when they are read: 91 to 136 GFLOP/s for 5x5 with stride
// 2, 1 to 64 channels of 50 images of 28x28; 155 to 175 for 3x3, 64 to 64 channels of 25 images of 14x14; 22 to 57 for depthwise 3x3.
static int64_t batch_parts_to_add(const nd_convolution *c) {
    int64_t images = c->batch * c->groups * (c->inputs * nd_volume(c->input) + c->outputs * nd_volume(c->output));
    int64_t parts = images / (4 * c->groups * c->inputs * c->outputs * nd_volume(c->kernel));
    return parts < c->batch ? parts : c->batch;
}

nd_tile_counts nd_count_tiles(const nd_convolution *c, nd_pass pass) {
    double operations = 2.0 * (double)(c->batch * c->groups * c->inputs * c->outputs) * (double)(nd_volume(c->output) * nd_volume(c->kernel));
    double worthwhile = operations / TILE_OPERATIONS;
    // Powers of two share out evenly.
    int64_t wanted = 1;
    while (wanted < MOST_TILES && 2 * wanted <= worthwhile) wanted *= 2;
    nd_tile_counts counts = {1, 1, 1, 1};
    if (pass == ND_WEIGHT_GRADIENT) {
        counts.batch = divisor(wanted, batch_parts_to_add(c));
        if (counts.batch > 1) return counts;
    } else {
        int64_t positions = c->batch * nd_volume(pass == ND_FORWARD ? c->output : c->input);
        int64_t most = positions / TILE_POSITIONS < c->batch ? positions / TILE_POSITIONS : c->batch;
        counts.batch = wanted < most ? wanted : most < 1 ? 1 : most;
        if (counts.batch >= ENOUGH_TILES) return counts;
    }
    int64_t left = wanted / counts.batch;
    if (c->groups > 1) {
        // A depthwise convolution takes groups as a plain one takes channels.
        counts.groups = c->inputs == 1 && c->outputs == 1 ? channel_parts(c->groups, left) : divisor(c->groups, left);
        return counts;
    }
    if (pass != ND_DATA_GRADIENT) counts.outputs = channel_parts(c->outputs, left);
    if (pass != ND_FORWARD) counts.inputs = channel_parts(c->inputs, left / counts.outputs);
    return counts;
}
