// Primitives are code made for their extents: making one takes a tenth of a millisecond to several, so the last ones are remembered.
#include "convolution_tile.h"

#include <pthread.h>
#include <string.h>

enum { CAPACITY = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static nd_tile *tiles[CAPACITY];
static uint64_t clock_now;

// FNV-1a over the words of a key.
static uint64_t hash_of(const nd_tile_key *key) {
    uint64_t hash = 14695981039346656037u, word;
    for (size_t offset = 0; offset + sizeof word <= sizeof *key; offset += sizeof word) {
        memcpy(&word, (const char *)key + offset, sizeof word);
        hash = (hash ^ word) * 1099511628211u;
    }
    return hash;
}

// With the lock held: a place that is empty, or whose tile is not in use and was not for the longest time; -1 where all are in use.
static int free_place(void) {
    int oldest = -1;
    for (int i = 0; i < CAPACITY; i++) {
        if (!tiles[i]) return i;
        if (tiles[i]->users == 0 && (oldest < 0 || tiles[i]->last_use < tiles[oldest]->last_use)) oldest = i;
    }
    if (oldest >= 0) {
        nd_tile_destroy(tiles[oldest]);
        tiles[oldest] = NULL;
    }
    return oldest;
}

nd_tile *nd_tile_get(const nd_tile_key *key, const nd_tile *like) {
    uint64_t hash = hash_of(key);
    pthread_mutex_lock(&lock);
    nd_tile *found = NULL;
    for (int i = 0; i < CAPACITY && tiles[i] && !found; i++)
        if (tiles[i]->hash == hash && memcmp(&tiles[i]->key, key, sizeof *key) == 0) found = tiles[i];
    if (!found) {
        found = nd_tile_make(key, like);
        found->hash = hash;
        int place = free_place();
        if (place >= 0) tiles[place] = found;
        else found->users = -1;  // it belongs to the caller alone
    }
    if (found->users >= 0) found->users++;
    found->last_use = ++clock_now;
    pthread_mutex_unlock(&lock);
    return found;
}

void nd_tile_release(nd_tile *tile) {
    pthread_mutex_lock(&lock);
    bool is_remembered = tile->users >= 0;
    if (is_remembered) tile->users--;
    pthread_mutex_unlock(&lock);
    if (!is_remembered) nd_tile_destroy(tile);
}
