// The generator, and numbers made of its words. Floating-point steps are additions, multiplications, divisions and square roots
// alone, each rounded once, so that every machine makes the same numbers.
#include "iterate.h"

#include <math.h>
#include <string.h>

enum { BATCH_BLOCKS = 256, BATCH_WORDS = BATCH_BLOCKS * 4, PARALLEL_BLOCKS = 4096 };

// MARK: Philox4x32-10

NK_CLONED(void, philox_batch, (uint64_t key, uint64_t stream, uint64_t counter, int64_t blocks, uint32_t *out),
          (key, stream, counter, blocks, out)) {
    for (int64_t i = 0; i < blocks; i++) {
        uint64_t block = counter + (uint64_t)i;
        uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32), c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
            uint32_t next0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, next2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint32_t)p1;
            c3 = (uint32_t)p0;
            c0 = next0;
            c2 = next2;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        out[4 * i] = c0;
        out[4 * i + 1] = c1;
        out[4 * i + 2] = c2;
        out[4 * i + 3] = c3;
    }
}

typedef struct fill_job {
    uint64_t key, stream, counter;
    int64_t count;
    int words_each;
    // Makes `count` numbers, the first of which is number `first` of the fill, of `words`.
    void (*convert)(const struct fill_job *job, const uint32_t *words, int64_t first, int64_t count);
    double low, high, scale;
    uint64_t range;
    int64_t least;
    void *out;
} fill_job;

static void fill_body(void *context, int64_t begin, int64_t end) {
    const fill_job *job = context;
    uint32_t words[BATCH_WORDS];
    int64_t per_block = 4 / job->words_each;
    for (int64_t block = begin; block < end; block += BATCH_BLOCKS) {
        int64_t blocks = end - block < BATCH_BLOCKS ? end - block : BATCH_BLOCKS;
        int64_t first = block * per_block, count = blocks * per_block;
        if (count > job->count - first) count = job->count - first;
        philox_batch(job->key, job->stream, job->counter + (uint64_t)block, blocks, words);
        job->convert(job, words, first, count);
    }
}

static void fill(fill_job *job) {
    if (job->count <= 0) return;
    nr_parallel_for((int64_t)nk_random_blocks(job->count, job->words_each), PARALLEL_BLOCKS, fill_body, job);
}

static void convert_words(const fill_job *job, const uint32_t *words, int64_t first, int64_t count) {
    memcpy((uint32_t *)job->out + first, words, (size_t)count * sizeof *words);
}

void nk_philox_words(uint64_t key, uint64_t stream, uint64_t counter, int64_t count, uint32_t *out) {
    fill_job job = {.key = key, .stream = stream, .counter = counter, .count = count, .words_each = 1,
                    .convert = convert_words, .out = out};
    fill(&job);
}

// A function that makes `count` numbers of a job out of words, from number `first` on.
#define CONVERSION(NAME) \
    NK_CLONED(void, NAME, (const fill_job *job, const uint32_t *words, int64_t first, int64_t count), (job, words, first, count))

// MARK: Uniform numbers

// 53 bits of two words, the second above the first, as a multiple of 2^-53 in [0, 1); exact.
NK_INLINE double unit_of_words(uint32_t lower, uint32_t upper) {
    return (double)upper * 0x1p-32 + (double)(lower >> 11) * 0x1p-53;
}

CONVERSION(convert_uniform_f32) {
    float *out = (float *)job->out + first;
    double low = job->low, scale = job->scale;
    float high = (float)job->high, last = nextafterf(high, (float)low);
    for (int64_t i = 0; i < count; i++) {
        float value = (float)(low + (double)(words[i] >> 8) * 0x1p-24 * scale);
        out[i] = value >= high ? last : value;
    }
}

CONVERSION(convert_uniform_f64) {
    double *out = (double *)job->out + first;
    double low = job->low, high = job->high, scale = job->scale, last = nextafter(high, low);
    for (int64_t i = 0; i < count; i++) {
        double value = low + unit_of_words(words[2 * i], words[2 * i + 1]) * scale;
        out[i] = value >= high ? last : value;
    }
}

void nk_random_uniform(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count,
                       double low, double high, void *out) {
    if (type != NK_F32 && type != NK_F64) nk_unsupported("nk_random_uniform", 0, type);
    fill_job job = {.key = key, .stream = stream, .counter = counter, .count = count, .words_each = type == NK_F32 ? 1 : 2,
                    .convert = type == NK_F32 ? convert_uniform_f32 : convert_uniform_f64,
                    .low = low, .high = high, .scale = high - low, .out = out};
    fill(&job);
}

// MARK: Normal numbers

// log of x in [2^-53, 1]: x = 2^k m with m between sqrt(1/2) and sqrt(2), and log m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...) with
// s = (m - 1) / (m + 1). |s| <= 0.1716, so the terms after s^21 are below the rounding of a double.
NK_INLINE double log_of_unit(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    // The bits of sqrt(1/2) go to those of 1 before the exponent is cut off, which puts m between sqrt(1/2) and sqrt(2).
    bits += 0x3ff0000000000000u - 0x3fe6a09e667f3bcdu;
    double k = (double)((int32_t)(bits >> 52) - 1023);
    bits = (bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu;
    double m;
    memcpy(&m, &bits, sizeof m);
    double f = m - 1, s = f / (2 + f), z = s * s;
    double tail = z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13
        + z * (1.0 / 15 + z * (1.0 / 17 + z * (1.0 / 19 + z * (1.0 / 21))))))))));
    // 2 s = f - s f exactly; the large term f is added last.
    double log_m = f - s * (f - 2 * tail);
    const double ln2_upper = 0x1.62e42feep-1, ln2_lower = 0x1.a39ef35793c76p-33;  // ln 2 in two parts; k times the upper one is exact
    return k * ln2_upper + (k * ln2_lower + log_m);
}

// cos and sin of 2 pi u for u in [0, 1): by quarter turns, each on [-pi/4, pi/4], where Taylor's series to y^17 is below the rounding.
NK_INLINE void turn(double u, double *cosine, double *sine) {
    int32_t quarter = (int32_t)(4 * u + 0.5);
    double y = (u - 0.25 * (double)quarter) * 0x1.921fb54442d18p+2;  // the difference is exact
    double z = y * y;
    double s = y + y * z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 + z * (-1.0 / 39916800
        + z * (1.0 / 6227020800 + z * (-1.0 / 1307674368000 + z * (1.0 / 355687428096000))))))));
    double c = 1 + z * (-1.0 / 2 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800
        + z * (1.0 / 479001600 + z * (-1.0 / 87178291200 + z * (1.0 / 20922789888000))))))));
    bool swapped = quarter & 1;
    double first = swapped ? s : c, second = swapped ? c : s;
    // cos is negative in quarters 1 and 2, sin in 2 and 3.
    *cosine = (quarter + 1) & 2 ? -first : first;
    *sine = quarter & 2 ? -second : second;
}

// Of a block: words 0 and 1 give the radius, 2 and 3 the angle, and the two numbers are those at its cosine and its sine.
#define CONVERT_NORMAL(NAME, T)                                                    \
    CONVERSION(NAME) { \
        T *out = (T *)job->out + first;                                            \
        double mean = job->low, deviation = job->scale;                            \
        int64_t pairs = count / 2;                                                 \
        for (int64_t i = 0; i < pairs; i++) {                                      \
            double a, b, radius;                                                   \
            NORMAL_PAIR(i)                                                         \
            out[2 * i] = (T)(mean + deviation * (radius * a));                     \
            out[2 * i + 1] = (T)(mean + deviation * (radius * b));                 \
        }                                                                          \
        if (count & 1) {                                                           \
            double a, b, radius;                                                   \
            NORMAL_PAIR(pairs)                                                     \
            out[count - 1] = (T)(mean + deviation * (radius * a));                 \
        }                                                                          \
    }
// The radius takes the unit number plus 2^-53, which is never 0: its logarithm is finite.
#define NORMAL_PAIR(i)                                                             \
    radius = sqrt(-2 * log_of_unit(unit_of_words(words[4 * (i)], words[4 * (i) + 1]) + 0x1p-53)); \
    turn(unit_of_words(words[4 * (i) + 2], words[4 * (i) + 3]), &a, &b);
CONVERT_NORMAL(convert_normal_f32, float)
CONVERT_NORMAL(convert_normal_f64, double)

void nk_random_normal(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count,
                       double mean, double deviation, void *out) {
    if (type != NK_F32 && type != NK_F64) nk_unsupported("nk_random_normal", 0, type);
    fill_job job = {.key = key, .stream = stream, .counter = counter, .count = count, .words_each = 2,
                    .convert = type == NK_F32 ? convert_normal_f32 : convert_normal_f64, .low = mean, .scale = deviation, .out = out};
    fill(&job);
}

// MARK: Integers

#define CONVERT_INTEGERS(NAME, T)                                                  \
    static void NAME(const fill_job *job, const uint32_t *words, int64_t first, int64_t count) { \
        T *out = (T *)job->out + first;                                            \
        for (int64_t i = 0; i < count; i++) {                                      \
            uint64_t word = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];       \
            uint64_t offset = (uint64_t)((unsigned __int128)word * job->range >> 64); \
            out[i] = (T)(int64_t)((uint64_t)job->least + offset);                  \
        }                                                                          \
    }
CONVERT_INTEGERS(convert_integers_i32, int32_t)
CONVERT_INTEGERS(convert_integers_i64, int64_t)

void nk_random_integers(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count,
                        int64_t low, int64_t high, void *out) {
    if (type != NK_I32 && type != NK_I64) nk_unsupported("nk_random_integers", 0, type);
    fill_job job = {.key = key, .stream = stream, .counter = counter, .count = count, .words_each = 2,
                    .convert = type == NK_I32 ? convert_integers_i32 : convert_integers_i64,
                    .range = high > low ? (uint64_t)high - (uint64_t)low : 0, .least = low, .out = out};
    fill(&job);
}
