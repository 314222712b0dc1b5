// A number that tells arrays of different contents apart.
#include "iterate.h"

#include <string.h>

enum { LANES = 8 };

// The odd constants of splitmix64 and of Philox: a multiplication by one of them loses nothing, and carries low bits upward.
static const uint64_t SPREAD = 0x9E3779B97F4A7C15u, FOLD = 0xD2511F53CD9E8D57u;

NK_CLONED(uint64_t, fingerprint, (const void *bytes, int64_t count), (bytes, count)) {
    uint64_t lanes[LANES];
    for (int i = 0; i < LANES; i++) lanes[i] = (uint64_t)count + SPREAD * (uint64_t)(i + 1);
    const char *p = bytes;
    int64_t blocks = count / (LANES * 8);
    for (int64_t block = 0; block < blocks; block++, p += LANES * 8) {
        uint64_t words[LANES];
        memcpy(words, p, sizeof words);
        for (int i = 0; i < LANES; i++) {
            uint64_t mixed = (lanes[i] ^ words[i]) * SPREAD;
            lanes[i] = mixed ^ (mixed >> 29);
        }
    }
    uint64_t words[LANES] = {0};
    if (count > 0) memcpy(words, p, (size_t)(count - blocks * LANES * 8));
    uint64_t result = 0;
    for (int i = 0; i < LANES; i++) {
        uint64_t mixed = (lanes[i] ^ words[i]) * SPREAD;
        result = (result ^ mixed ^ (mixed >> 32)) * FOLD;
        result ^= result >> 29;
    }
    return result;
}

uint64_t nk_fingerprint(const void *bytes, int64_t count) { return fingerprint(bytes, count); }
