// Powers and angles, of two numbers; see vector_math.h.
#pragma once
#include "vector_math_f32.h"

// MARK: Powers

static const double nk_log_table[128][3] = NK_LOG_TABLE;

// log x as a sum of two, within 2^-62 of itself, for finite x > 0. By a table: with c near x, x / c - 1 is exact as a sum of two, and so
// small that little of its series need be. (The scheme of Szabolcs Nagy's pow in ARM's optimized routines, for machines without fma.)
NK_INLINE double nk_log_pair(double x, double *tail) {
    int subnormal = x < 0x1p-1022;
    uint64_t bits = nk_bits(subnormal ? x * 0x1p54 : x);
    uint64_t place = bits - NK_LOG_START;
    const double *row = nk_log_table[(place >> 45) & 127];
    double inverse = row[0];
    // The exponent as a number: the sum puts 1023 more than it in the low bits of 2^52.
    double k = nk_double(((place + 0x3ff0000000000000) >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
    k = subnormal ? k - 54 : k;
    double z = nk_double(bits - (place & 0xfff0000000000000));
    // 21 bits of z times 9 of 1 / c.
    double z_hi = nk_double((nk_bits(z) + 0x80000000) & 0xffffffff00000000);
    double r_hi = z_hi * inverse - 1, r_lo = (z - z_hi) * inverse, r = r_hi + r_lo;
    // k ln 2 + log c, exact but for the last term.
    double base = k * 0x1.62e42fefa3800p-1 + row[1], sum = base + r;
    double lost = k * 0x1.ef35793c76730p-45 + row[2] + (((base - sum) + r) + ((r_hi - r) + r_lo));
    // - r² / 2, of which the square of r_hi is exact, and the rest of the series.
    double half = -0.5 * r, half_hi = -0.5 * r_hi, square = r_hi * half_hi;
    double hi = sum + square;
    double lo = lost + r_lo * (half + half_hi) + ((sum - hi) + square) + r * r * r * NK_LOG_NEAR_64(r);
    double y = hi + lo;
    *tail = (hi - y) + lo;
    return y;
}

// Whether y is a whole number, and whether an odd one.
NK_INLINE int nk_is_whole(double y) {
    double a = fabs(y);
    return (a >= 0x1p52) | ((a + 0x1p52) - 0x1p52 == a);
}
NK_INLINE int nk_is_odd(double y) {
    double half = 0.5 * fabs(y);
    return nk_is_whole(y) & (half < 0x1p52) & ((half + 0x1p52) - 0x1p52 != half);
}

// a^b from |a|^b for ordinary numbers, as C99's annex F has it.
NK_INLINE double nk_pow_ends(double a, double b, double power) {
    double size = fabs(a), grows = (size > 1) == (b > 0) ? INFINITY : 0;
    int is_end = (size == 0) | (size == INFINITY) | (fabs(b) == INFINITY);
    power = is_end ? (size == 1 ? 1 : grows) : power;
    int is_negative = (nk_bits(a) >> 63) != 0;
    power = (is_negative & nk_is_odd(b)) ? -power : power;
    power = ((a < 0) & (size != INFINITY) & !nk_is_whole(b)) ? (double)NAN : power;
    power = ((a != a) | (b != b)) ? (double)NAN : power;
    return ((a == 1) | (b == 0)) ? 1 : power;
}

NK_INLINE double nk_pow_f64(double a, double b) {
    double tail, log = nk_log_pair(fabs(a), &tail);
    // b log |a| as a sum of two: products of halves of 26 bits are exact.
    double b_hi = nk_double(nk_bits(b) & 0xfffffffff8000000), log_hi = nk_double(nk_bits(log) & 0xfffffffff8000000);
    double hi = b_hi * log_hi, lo = (b - b_hi) * log_hi + b * ((log - log_hi) + tail);
    double x = hi + lo;
    // Where the power is 0 or infinite, the rest may be larger than nk_exp_sum takes, or not a number.
    double rest = fabs(x) < 1000 ? (hi - x) + lo : 0;
    return b == 2 ? a * a : nk_pow_ends(a, b, nk_exp_sum(x, rest, 0));
}
NK_INLINE float nk_pow_f32(float a, float b) {
    double size = fabs((double)a);
    double k, f = nk_split_short(size, &k);
    double power = nk_exp_short(b * nk_log_sum(f, k, 0));
    return b == 2 ? a * a : (float)nk_pow_ends(a, b, power);
}

// MARK: Angles

// The angle of (x, y) is a multiple of π / 4 and the arc of t with |t| <= tan(π / 8), where `t` comes from the smaller and the larger of
// |x| and |y|.
typedef struct {
    double t, eighths, sign;
} nk_angle;
NK_INLINE nk_angle nk_angle_of(double y, double x) {
    double a = fabs(y), b = fabs(x);
    int steep = a > b;
    double small = steep ? b : a, large = steep ? a : b;
    // Their sum must not overflow.
    double scale = large > 0x1p1000 ? 0x1p-100 : 1;
    double n = small * scale, d = large * scale;
    int middle = n > 0x1.a827999fcef32p-2 * d;
    double t = (middle ? n - d : n) / (middle ? n + d : d);
    t = n == 0 ? 0 : t;
    // Two infinite numbers are as large as each other.
    middle |= small == INFINITY;
    t = small == INFINITY ? 0 : t;
    // In the first eighth the angle is `eighths` + arc; three reflections bring it where it belongs.
    double eighths = middle ? 1 : 0, sign = 1;
    eighths = steep ? 2 - eighths : eighths;
    sign = steep ? -sign : sign;
    int left = (nk_bits(x) >> 63) != 0;
    eighths = left ? 4 - eighths : eighths;
    sign = left ? -sign : sign;
    return (nk_angle){t, eighths, sign};
}
NK_INLINE double nk_atan2_f64(double y, double x) {
    nk_angle angle = nk_angle_of(y, x);
    double t = angle.t, z = t * t, arc = angle.sign * NK_FMA(t * z, NK_ATAN_64(z), t);
    // π / 4 in two parts, the first of 47 bits.
    double result = angle.eighths * 0x1.921fb54442d00p-1 + (arc + angle.eighths * 0x1.8469898cc5170p-49);
    return ((y != y) | (x != x)) ? (double)NAN : copysign(result, y);
}
NK_INLINE float nk_atan2_f32(float y, float x) {
    nk_angle angle = nk_angle_of(y, x);
    double t = angle.t, z = t * t;
    double result = NK_FMA(angle.eighths, 0x1.921fb54442d18p-1, angle.sign * NK_FMA(t * z, NK_ATAN_32(z), t));
    return (float)(((y != y) | (x != x)) ? (double)NAN : copysign(result, (double)y));
}
