// Numbers as files have them, made into those that arrays hold. Files may put them at any address.
#include "nabla_kernels.h"

#include <string.h>

/// The loop over `count` numbers FROM `in`, each of which becomes a TO.
#define DECODE(TO, FROM, EXPR)                                                 \
    for (int64_t i = 0; i < count; i++) {                                      \
        FROM x;                                                                \
        memcpy(&x, (const char *)in + i * (int64_t)sizeof(FROM), sizeof(FROM)); \
        ((TO *)out)[i] = (TO)(EXPR);                                           \
    }

static float bits_to_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// Read as a float32, the exponent is too small by 112; the product is exact for all numbers, those without a leading 1 included.
static float half_to_float(uint16_t half) {
    const uint32_t rest = half & 0x7FFFu, sign = (uint32_t)(half & 0x8000u) << 16;
    const float number = bits_to_float(rest << 13) * 0x1p112f;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits_to_float((rest >= 0x7C00u ? rest << 13 | 0x7F800000u : bits) | sign);
}

int64_t nk_decode(nk_stored type, void *out, const void *in, int64_t count) {
    uint64_t faults = 0;
    switch (type) {
    case NK_STORED_F16: DECODE(float, uint16_t, half_to_float(x)) break;
    case NK_STORED_BF16: DECODE(float, uint16_t, bits_to_float((uint32_t)x << 16)) break;
    case NK_STORED_U8: DECODE(int32_t, uint8_t, x) break;
    case NK_STORED_I8: DECODE(int32_t, int8_t, x) break;
    case NK_STORED_U16: DECODE(int32_t, uint16_t, x) break;
    case NK_STORED_I16: DECODE(int32_t, int16_t, x) break;
    case NK_STORED_U32: DECODE(int64_t, uint32_t, x) break;
    case NK_STORED_U64: DECODE(int64_t, uint64_t, (faults |= x >> 63, x)) break;
    case NK_STORED_BOOL: DECODE(uint8_t, uint8_t, (faults |= x > 1, x)) break;
    }
    if (!faults) return -1;
    // Which one it is matters only now.
    for (int64_t i = 0; i < count; i++) {
        if (type == NK_STORED_U64 ? ((int64_t *)out)[i] < 0 : ((uint8_t *)out)[i] > 1) return i;
    }
    return -1;
}

void nk_decode_pixels(float *out, const uint8_t *in, int64_t count) {
    for (int64_t i = 0; i < count; i++) out[i] = (float)in[i] / 255;
}

void nk_reverse_bytes(void *bytes, int64_t count, int32_t size) {
    switch (size) {
    case 2: {
        uint16_t *p = bytes;
        for (int64_t i = 0; i < count; i++) p[i] = __builtin_bswap16(p[i]);
        break;
    }
    case 4: {
        uint32_t *p = bytes;
        for (int64_t i = 0; i < count; i++) p[i] = __builtin_bswap32(p[i]);
        break;
    }
    case 8: {
        uint64_t *p = bytes;
        for (int64_t i = 0; i < count; i++) p[i] = __builtin_bswap64(p[i]);
        break;
    }
    }
}
