// Stable sorting.
#include "iterate.h"

#include <string.h>

// MARK: Keys
// An element becomes an unsigned number of the same order, so that one sort serves every type. Equal elements get equal keys
// (both zeros too), and NaN the largest.

static inline uint32_t key_f32(float x) {
    uint32_t bits;
    if (x != x) return UINT32_MAX;
    x += 0.0f;  // -0 becomes +0
    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? ~bits : bits | (uint32_t)1 << 31;
}
static inline uint64_t key_f64(double x) {
    uint64_t bits;
    if (x != x) return UINT64_MAX;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}
static inline uint32_t key_i32(int32_t x) { return (uint32_t)x ^ (uint32_t)1 << 31; }
static inline uint64_t key_i64(int64_t x) { return (uint64_t)x ^ (uint64_t)1 << 63; }
static inline uint32_t key_bool(uint8_t x) { return x; }

typedef struct {
    uint64_t key;
    int64_t index;
} wide_item;

// MARK: Sorting items: by insertion when few, else one pass for each byte of the key in which items differ

enum { INSERTION_LIMIT = 48 };

#define RADIX_SORT(NAME, ITEM, KEY, KEY_BYTES)                                     \
    static ITEM *NAME(ITEM *items, ITEM *spare, int64_t count) {                   \
        if (count <= INSERTION_LIMIT) {                                            \
            for (int64_t i = 1; i < count; i++) {                                  \
                ITEM item = items[i];                                              \
                int64_t j = i;                                                     \
                for (; j > 0 && KEY(items[j - 1]) > KEY(item); j--) items[j] = items[j - 1]; \
                items[j] = item;                                                   \
            }                                                                      \
            return items;                                                          \
        }                                                                          \
        uint32_t tallies[KEY_BYTES][256];                                          \
        memset(tallies, 0, sizeof tallies);                                        \
        for (int64_t i = 0; i < count; i++)                                        \
            for (int byte = 0; byte < KEY_BYTES; byte++) tallies[byte][KEY(items[i]) >> (8 * byte) & 255]++; \
        for (int byte = 0; byte < KEY_BYTES; byte++) {                             \
            uint32_t *tally = tallies[byte], start = 0;                            \
            if (tally[KEY(items[0]) >> (8 * byte) & 255] == count) continue;       \
            for (int digit = 0; digit < 256; digit++) {                            \
                uint32_t here = tally[digit];                                      \
                tally[digit] = start;                                              \
                start += here;                                                     \
            }                                                                      \
            for (int64_t i = 0; i < count; i++) spare[tally[KEY(items[i]) >> (8 * byte) & 255]++] = items[i]; \
            ITEM *sorted = spare;                                                  \
            spare = items;                                                         \
            items = sorted;                                                        \
        }                                                                          \
        return items;                                                              \
    }
// A narrow item is a key above an index: its upper half is what is compared.
#define NARROW_KEY(item) ((item) >> 32)
#define WIDE_KEY(item) ((item).key)
RADIX_SORT(sort_narrow, uint64_t, NARROW_KEY, 4)
RADIX_SORT(sort_wide, wide_item, WIDE_KEY, 8)

typedef struct {
    int64_t length, values_step, indices_step, x_step;
    bool descending;
} sort_axis;

#define NARROW_INDEX(item) ((int64_t)((item) & UINT32_MAX))
#define WIDE_INDEX(item) ((item).index)
#define MAKE_NARROW(key, i) ((uint64_t)(key) << 32 | (uint64_t)(i))
#define MAKE_WIDE(key, i) ((wide_item){(key), (i)})

// Values come from a copy of the line: a line may be sorted in place.
#define SORT_LINES(NAME, T, K, KEY, ITEM, SORT, MAKE, INDEX)                       \
    static void NAME(int64_t count, char *const *p, const int64_t *s) {            \
        const sort_axis *axis = (const sort_axis *)p[3];                           \
        int64_t length = axis->length;                                             \
        size_t bytes = (size_t)length * (2 * sizeof(ITEM) + sizeof(T));            \
        ITEM *items = nr_buffer_allocate(bytes);                                   \
        T *line = (T *)(items + 2 * length);                                       \
        K flip = axis->descending ? (K)~(K)0 : 0;                                  \
        for (int64_t n = 0; n < count; n++) {                                      \
            const T *x = (const T *)p[0] + n * s[0];                               \
            for (int64_t i = 0; i < length; i++) {                                 \
                T value = x[i * axis->x_step];                                     \
                line[i] = value;                                                   \
                items[i] = MAKE((K)(KEY(value) ^ flip), i);                        \
            }                                                                      \
            const ITEM *sorted = SORT(items, items + length, length);              \
            if (p[1]) {                                                            \
                T *values = (T *)p[1] + n * s[1];                                  \
                for (int64_t i = 0; i < length; i++) values[i * axis->values_step] = line[INDEX(sorted[i])]; \
            }                                                                      \
            if (p[2]) {                                                            \
                int64_t *indices = (int64_t *)p[2] + n * s[2];                     \
                for (int64_t i = 0; i < length; i++) indices[i * axis->indices_step] = INDEX(sorted[i]); \
            }                                                                      \
        }                                                                          \
        nr_buffer_free(items, bytes);                                              \
    }
SORT_LINES(sort_f32, float, uint32_t, key_f32, uint64_t, sort_narrow, MAKE_NARROW, NARROW_INDEX)
SORT_LINES(sort_i32, int32_t, uint32_t, key_i32, uint64_t, sort_narrow, MAKE_NARROW, NARROW_INDEX)
SORT_LINES(sort_bool, uint8_t, uint32_t, key_bool, uint64_t, sort_narrow, MAKE_NARROW, NARROW_INDEX)
SORT_LINES(sort_f64, double, uint64_t, key_f64, wide_item, sort_wide, MAKE_WIDE, WIDE_INDEX)
SORT_LINES(sort_i64, int64_t, uint64_t, key_i64, wide_item, sort_wide, MAKE_WIDE, WIDE_INDEX)

void nk_sort(nk_dtype type, int rank, const int32_t *shape, int axis, bool descending, void *values, const int64_t *values_strides,
             int64_t *indices, const int64_t *indices_strides, const void *x, const int64_t *x_strides) {
    static const nk_loop loops[] = {sort_f32, sort_f64, sort_i32, sort_i64, sort_bool};
    nk_plan plan;
    nk_line_axis line;
    const int64_t *const strides[] = {x_strides, values ? values_strides : x_strides, indices ? indices_strides : x_strides};
    if (!nk_plan_make_lines(&plan, &line, 3, rank, shape, axis, strides)) return;
    sort_axis context = {.length = line.length, .x_step = line.stride[0], .values_step = line.stride[1],
                         .indices_step = line.stride[2], .descending = descending};
    // A missing output keeps its null pointer wherever the walk goes.
    if (!values) nk_plan_hold(&plan, 1);
    if (!indices) nk_plan_hold(&plan, 2);
    nk_plan_hold(&plan, 3);
    char *const pointers[] = {(char *)x, values, (char *)indices, (char *)&context};
    int32_t size = (int32_t)nk_size(type);
    const int32_t sizes[] = {size, size, sizeof(int64_t), 0};
    nk_walk_lines(loops[type], &plan, 4, pointers, sizes, 1 + NK_PARALLEL_ELEMENTS / 16 / line.length);
}
