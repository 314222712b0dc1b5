// Array kernels of the CPU backend: pointers, counts and strides in, numbers out. They know nothing of allocation or of graphs.
//
// Conventions
// - Strides are in elements and may be 0 (broadcast) or negative. `shape` and strides have `rank` entries; rank 0 is one element.
//   Any extent may be 0: then nothing is read or written.
// - `out` may be the same memory as an input only when both have the same strides (elementwise maps in place).
// - Results do not depend on the number of threads, nor on the instruction set (no contraction of a*b+c, the same order of additions).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum : int32_t { NK_F32 = 0, NK_F64 = 1, NK_I32 = 2, NK_I64 = 3, NK_BOOL = 4 } nk_dtype;

// MARK: Instruction sets

/// Those that kernels are compiled for, least first. Other processors than x86-64 have NK_BASELINE alone.
typedef enum : int32_t { NK_BASELINE, NK_X86_64_V3, NK_X86_64_V4 } nk_instruction_set;
/// The one in use: at first the widest that the processor has and that the environment's NABLA_MAX_CPU_ISA allows, which is x86-64,
/// x86-64-v3 or x86-64-v4. The process ends with a line when it is something else.
nk_instruction_set nk_get_instruction_set(void);
/// Lets kernels use another one from here on, on all threads; false, and nothing changes, where that is wider than the first.
bool nk_set_instruction_set(nk_instruction_set set);

// MARK: Elementwise maps

/// out = op(x). Floating types support every op; integer types NEG ABS SIGN SQUARE RELU and the roundings (identity); bool only NOT.
typedef enum : int32_t {
    NK_NEG, NK_ABS, NK_SIGN, NK_SQUARE, NK_SQRT, NK_RSQRT, NK_RECIPROCAL,
    NK_EXP, NK_EXPM1, NK_LOG, NK_LOG1P, NK_LOG2, NK_LOG10,
    NK_SIN, NK_COS, NK_TAN, NK_ASIN, NK_ACOS, NK_ATAN,
    NK_SINH, NK_COSH, NK_TANH, NK_ASINH, NK_ACOSH, NK_ATANH,
    NK_SIGMOID,   // 1 / (1 + exp(-x)), without overflow at either end
    NK_SOFTPLUS,  // log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))
    NK_RELU,      // max(x, 0), NaN stays NaN
    NK_ERF, NK_ERFC,
    NK_BELL, NK_HALF_BELL,  // exp(-x²) and exp(-x² / 2)
    NK_NORMAL_CDF,          // erfc(-x / √2) / 2
    NK_SILU, NK_MISH, NK_GELU,  // x sigmoid(x), x tanh(softplus(x)), x NORMAL_CDF(x); 0 at -inf
    // Derivatives of inverse functions: 1/√(1 - x²), 1/(1 + x²), 1/√(1 + x²) and 1/(1 - x²); no square overflows.
    NK_ASIN_SLOPE, NK_ATAN_SLOPE, NK_ASINH_SLOPE, NK_ATANH_SLOPE,
    NK_FLOOR, NK_CEIL, NK_ROUND /* half to even */, NK_TRUNC,
    NK_NOT,
} nk_unary_op;
void nk_unary(nk_unary_op op, nk_dtype type, int rank, const int32_t *shape,
              void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);
/// The same over `count` elements that follow each other: no layout is looked at.
void nk_unary_flat(nk_unary_op op, nk_dtype type, int64_t count, void *out, const void *x);

/// out = t f'(x) in one pass, where f is `op` and `kept` is what f' is made of: y = f(x) for SQRT RSQRT RECIPROCAL EXP TAN and RELU,
/// and x for the others. Floating types; every op but NEG, SIGN, LOG2, LOG10, EXPM1, TANH and SIGMOID (see the ternary operations), ERFC to
/// NORMAL_CDF, the slopes and the roundings. Each is rounded as the separate operations of the derivative's formula would be.
void nk_unary_gradient(nk_unary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
                       const void *t, const int64_t *t_strides, const void *kept, const int64_t *kept_strides);
/// The same over `count` elements that follow each other.
void nk_unary_gradient_flat(nk_unary_op op, nk_dtype type, int64_t count, void *out, const void *t, const void *kept);

/// out (bool) = test of x (floating; for integers NaN and infinity are never true).
typedef enum : int32_t { NK_ISNAN, NK_ISINF, NK_ISFINITE } nk_test_op;
void nk_test(nk_test_op op, nk_dtype type, int rank, const int32_t *shape,
             bool *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);

/// out = a op b. DIV on integers truncates toward zero and FLOORDIV rounds down; division by zero gives 0 there. MOD has the sign of
/// the divisor (a - floor(a/b) b). MAX and MIN give NaN when either is NaN. POW on integers multiplies out; a negative exponent gives 0
/// (1 or -1 to a negative power stays right).
/// On floating types FLOORDIV is the whole number q for which a = q b + MOD. AND OR XOR take bool and integers; ADD and MUL of bool
/// are OR and AND.
typedef enum : int32_t {
    NK_ADD, NK_SUB, NK_MUL, NK_DIV, NK_FLOORDIV, NK_MOD, NK_POW, NK_MAX, NK_MIN, NK_ATAN2, NK_AND, NK_OR, NK_XOR,
    // Floating types only from here on.
    NK_DIFFERENCE,  // a - b, 0 for equal infinities
    NK_SHARE,       // 1 where a > b, 0 where a < b, 1/2 where they are equal
    NK_INVERSION,   // b / (a² + b²) without overflow, 0 where either is infinite
    NK_LOG_QUOTIENT,   // a / b, NaN where b < 0: a times the derivative of log b
    NK_TANH_SLOPE,     // tanh'(b), where a = tanh(b)
    NK_SIGMOID_SLOPE,  // sigmoid'(a), where b = sigmoid(a)
    NK_EXPM1_SLOPE,    // exp(a), where b = expm1(a)
    NK_SIGMOID_LOSS,   // softplus(a) - a b, the cross entropy of sigmoid(a) and b
    NK_SIGMOID_ERROR,  // sigmoid(a) - b, its derivative
} nk_binary_op;
void nk_binary(nk_binary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
               const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides);
/// The same over `count` elements that follow each other; `one_a` and `one_b` say that an operand is a single element for all of them.
void nk_binary_flat(nk_binary_op op, nk_dtype type, int64_t count, void *out, const void *a, bool one_a, const void *b, bool one_b);

/// out (bool) = a op b, for every type.
typedef enum : int32_t { NK_EQ, NK_NE, NK_LT, NK_LE, NK_GT, NK_GE } nk_compare_op;
void nk_compare(nk_compare_op op, nk_dtype type, int rank, const int32_t *shape, bool *out, const int64_t *out_strides,
                const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides);

/// out = op(a, b, c), floating types only.
typedef enum : int32_t {
    NK_MUL_ADD,            // a * b + c, two roundings
    NK_GATE,               // b > 0 ? a : c * a, NaN where b is (leaky ReLU and its derivative)
    NK_PASS,               // b == c ? a : 0, NaN where b is (the derivative of CLIP)
    NK_CLIP,               // min(max(a, b), c), NaN in a stays NaN
    NK_QUOTIENT_GRADIENT,  // -(a * (b / c)) / c, the derivative of b / c by c times a
    NK_LOG_QUOTIENT_GRADIENT,  // the same, NaN where c < 0
    // a times the slope above, where b = f(c)
    NK_TANH_GRADIENT, NK_SIGMOID_GRADIENT, NK_EXPM1_GRADIENT,
    NK_TANH_SLOPE_GRADIENT,  // -2 a b c, where b = tanh(x) and c = tanh'(x)
} nk_ternary_op;
void nk_ternary(nk_ternary_op op, nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
                const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides,
                const void *c, const int64_t *c_strides);
/// The same over `count` elements that follow each other; `one_c` says that c is a single element for all of them.
void nk_ternary_flat(nk_ternary_op op, nk_dtype type, int64_t count, void *out, const void *a, const void *b, const void *c, bool one_c);

/// out = condition ? a : b, every type.
void nk_where(nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides,
              const bool *condition, const int64_t *condition_strides,
              const void *a, const int64_t *a_strides, const void *b, const int64_t *b_strides);

/// out = x converted (floating to integer truncates toward zero, NaN gives 0, out of range saturates; to bool: x != 0). With equal
/// types it is the strided copy; transposes are copied in blocks that suit the cache.
void nk_cast(nk_dtype from, nk_dtype to, int rank, const int32_t *shape,
             void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);

/// out = *value (one element of the same type).
void nk_fill(nk_dtype type, int rank, const int32_t *shape, void *out, const int64_t *out_strides, const void *value);

// MARK: Programs of elementwise maps

/// Operations of a program; each is the map of the same name over elements that follow each other.
typedef enum : int32_t {
    NK_PROGRAM_UNARY, NK_PROGRAM_UNARY_GRADIENT,  // out = op(a); out = a op'(b)
    NK_PROGRAM_BINARY, NK_PROGRAM_TERNARY,        // a and b of a ternary operation have all elements
    NK_PROGRAM_COMPARE, NK_PROGRAM_TEST,          // elements of type `from`
    NK_PROGRAM_SELECT,                            // c ? a : b
    NK_PROGRAM_CAST,                              // elements of type `from`
} nk_program_kind;
/// One operation; operands are slots, unused ones 0.
typedef struct {
    nk_program_kind kind;
    int32_t op;
    nk_dtype type, from;
    int32_t out, a, b, c;
} nk_program_step;
/// Where an operand lies: from `base` on, `step` bytes from element to element (0: one element for all); with no base in register `place`.
typedef struct {
    void *base;
    int64_t step;
    int64_t place;
} nk_program_slot;
/// Most slots of one program.
enum { NK_PROGRAM_SLOTS = 512 };
/// Runs the steps one after another over `count` elements, in one pass over memory; `registers` is how many of them there are,
/// and `largest` the bytes of the largest element in one. An output may
/// be an operand of the same step only where both are the same elements.
void nk_run_program(const nk_program_step *steps, int32_t step_count, const nk_program_slot *slots, int32_t slot_count,
                    int32_t registers, int32_t largest, int64_t count);

// MARK: Reductions

/// Reduces over every axis whose out_stride is 0 and whose extent is not 1 (an axis of extent 1 may have any stride); `out` is overwritten.
/// Sums of float32 are accumulated in float64 and rounded once; sums of float64 are pairwise or compensated. An empty sum is 0, an empty product 1, an empty maximum
/// -inf (the least integer), an empty minimum +inf. MAX and MIN give NaN if any element is NaN. bool supports ANY and ALL (also SUM of
/// other types after a cast by the caller). ANY and ALL take bool only.
typedef enum : int32_t { NK_SUM, NK_PROD, NK_MAXIMUM, NK_MINIMUM, NK_ANY, NK_ALL } nk_reduce_op;
void nk_reduce(nk_reduce_op op, nk_dtype type, int rank, const int32_t *shape,
               void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);

/// Position of the first largest (or smallest) element along `axis`; NaN counts as both largest and smallest. `out` has stride out_strides
/// (rank entries; the one of `axis` is ignored).
void nk_arg_reduce(bool largest, nk_dtype type, int rank, const int32_t *shape, int axis,
                   int64_t *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);

/// Running SUM, PROD, MAXIMUM or MINIMUM along `axis`, from the end when `reverse`.
void nk_scan(nk_reduce_op op, nk_dtype type, int rank, const int32_t *shape, int axis, bool reverse,
             void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides);

/// Stable sort along `axis`, NaN last (first when descending reverses the order: descending puts NaN first);
/// equal elements keep their order either way. `values` or `indices` may be NULL.
void nk_sort(nk_dtype type, int rank, const int32_t *shape, int axis, bool descending, void *values, const int64_t *values_strides,
             int64_t *indices, const int64_t *indices_strides, const void *x, const int64_t *x_strides);

// MARK: Gathering and scattering

/// out[o, j, i] = x[o, indices[j], i] on contiguous arrays of shapes (outer, count, inner) and (outer, length, inner). Indices are in 0..<length.
void nk_take(nk_dtype type, int64_t outer, int64_t length, int64_t inner, const void *x, const int64_t *indices, int64_t count, void *out);
/// out[o, indices[j], i] += x[o, j, i], in the order of j (indices may repeat): the transpose of nk_take.
void nk_add_at(nk_dtype type, int64_t outer, int64_t length, int64_t inner, void *out, const int64_t *indices, int64_t count, const void *x);
/// out[.., j, ..] = x[.., indices[.., j, ..], ..] along `axis`; shape is that of `indices` and `out`.
void nk_take_along(nk_dtype type, int rank, const int32_t *shape, int axis, void *out, const int64_t *out_strides,
                   const void *x, const int64_t *x_strides, const int64_t *indices, const int64_t *indices_strides);
/// out[.., indices[.., j, ..], ..] += x[.., j, ..] along `axis`; shape is that of `indices` and `x`.
void nk_add_along(nk_dtype type, int rank, const int32_t *shape, int axis, void *out, const int64_t *out_strides,
                  const void *x, const int64_t *x_strides, const int64_t *indices, const int64_t *indices_strides);

// MARK: Steps of recurrent networks and of optimisers

/// A step of a long short-term memory on contiguous arrays: c, next and h of (rows, hidden), gates of (rows, 4, hidden) in the order
/// i, f, g, o, activations of (5, rows, hidden): sigmoid(i), sigmoid(f), tanh(g), sigmoid(o) and tanh(next).
/// next = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(next).
void nk_lstm_step(nk_dtype type, int64_t rows, int64_t hidden, const void *c, const void *gates, void *next, void *h, void *activations);
/// The gradients of c and gates from those of next and h, either of which (not both) may be NULL for zeros.
void nk_lstm_gradient(nk_dtype type, int64_t rows, int64_t hidden, const void *c, const void *gates, const void *next,
                      const void *activations, const void *grad_next, const void *grad_h, void *grad_c, void *grad_gates);

/// A step of an optimiser on `count` neighbouring elements: parameter x, gradient g, remembered v and w, and the numbers n[0...] that
/// each rule names. `out` may be `value`; what a rule does not remember may be NULL.
typedef enum : int32_t {
    NK_SGD,       // x - n0 g
    NK_MOMENTUM,  // v = n1 v - n0 g; x + v
    NK_NESTEROV,  // v = n1 v - n0 g; x + n1 v - n0 g
    NK_ADAGRAD,   // v = v + g g; x - n0 g / (sqrt(v) + n1)
    NK_RMSPROP,   // v = n1 v + n2 g g; x - n0 g / (sqrt(v) + n3)
    NK_ADAM,      // v = n0 v + n1 g; w = n2 w + n3 g g; x - n4 v / (n5 sqrt(w) + n6)
} nk_update_rule;
enum { NK_UPDATE_NUMBERS = 7 };
void nk_update(nk_update_rule rule, nk_dtype type, int64_t count, void *out, const void *value, const void *gradient, void *first,
               void *second, const double *numbers);

// MARK: Windows of convolutions

/// Geometry of a convolution over up to three spatial axes (unused leading ones have extent, kernel and stride 1).
typedef struct {
    int64_t batch, channels;
    int64_t input[3], kernel[3], output[3], stride[3], padding[3], dilation[3];  // padding: at the low end
    int64_t batch_stride, channel_stride;  // of the image, in elements; its spatial axes are contiguous
} nk_window;
/// columns[(c, k0, k1, k2), (n, o0, o1, o2)] = image[n, c, o*stride - padding + k*dilation], 0 outside. Row-major.
void nk_im2col(nk_dtype type, const nk_window *window, const void *image, void *columns);
/// The transpose: adds every column entry to its pixel. `image` is overwritten (zeroed first).
void nk_col2im(nk_dtype type, const nk_window *window, const void *columns, void *image);

/// out[n, c, o] = the sum over k of image[n, c, o*stride - padding + k*dilation], without what lies outside; both row-major, floating.
void nk_window_sum(nk_dtype type, const nk_window *window, const void *image, void *out);
/// The transpose: adds every element of `pooled` to all pixels of its window. `image` is overwritten.
void nk_window_spread(nk_dtype type, const nk_window *window, const void *pooled, void *image);
/// places[n, c, o] = where in its plane, in row-major order, the largest element of the window lies; NaN is larger than all, and the first tap
/// of equal ones is taken.
void nk_window_argmax(nk_dtype type, const nk_window *window, const void *image, int64_t *places);

// MARK: Fingerprints

/// A number made of `count` bytes: equal bytes give equal numbers on every machine of one byte order, others almost surely different ones.
uint64_t nk_fingerprint(const void *bytes, int64_t count);

// MARK: Numbers of files

/// A type of numbers that files hold and arrays do not, or not with every value; the comment says what the numbers become.
typedef enum {
    NK_STORED_F16,  ///< float32
    NK_STORED_BF16, ///< float32
    NK_STORED_U8,   ///< int32, and so are the next three
    NK_STORED_I8,
    NK_STORED_U16,
    NK_STORED_I16,
    NK_STORED_U32,  ///< int64
    NK_STORED_U64,  ///< int64, where they are below 2^63
    NK_STORED_BOOL, ///< bool, where they are 0 or 1
} nk_stored;

/// Makes `count` numbers at any address, little-endian, into those of an array. The place of the first number that has no counterpart; -1
/// when there is none.
int64_t nk_decode(nk_stored type, void *out, const void *in, int64_t count);
/// A 255th of each byte.
void nk_decode_pixels(float *out, const uint8_t *in, int64_t count);
/// Reverses the bytes of each of `count` numbers of 2, 4 or 8 bytes.
void nk_reverse_bytes(void *bytes, int64_t count, int32_t size);

// MARK: Random numbers

/// Philox4x32-10 (Salmon et al., SC 2011). Word i is word i % 4 of block counter + i / 4 (modulo 2^64); a block is the function of the
/// four counter words (counter low, counter high, stream low, stream high) under the key words (key low, key high). Each fill
/// below takes consecutive blocks from `counter` on, nk_random_blocks(count, words a number) of them; number i depends on key,
/// stream, counter and i alone, and not on `count`. Where two words make one of 64 bits, the first is the lower half. The
/// numbers are the same on every machine.
void nk_philox_words(uint64_t key, uint64_t stream, uint64_t counter, int64_t count, uint32_t *out);
/// low + u (high - low), worked out in double and rounded once to `type`; a result that rounds to `high` becomes the number below it.
/// float32: u is the upper 24 bits of one word; float64: u is the upper 53 bits of two words.
void nk_random_uniform(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count, double low, double high, void *out);
/// Normal by Box-Muller on own log, sine and cosine (basic arithmetic and square roots only): two words a number, for both types.
/// A block gives numbers 2j and 2j + 1: its words 0 and 1 the radius r = sqrt(-2 log((b + 1) / 2^53)), with b their upper 53 bits, its
/// words 2 and 3 the angle v, a 53-bit fraction of a turn; the numbers are r cos(2 pi v) and r sin(2 pi v). All of it is in double,
/// within 1.5 units in the last place; float32 is that rounded.
void nk_random_normal(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count, double mean, double deviation, void *out);
/// Uniform integers in [low, high), two words a number: low + (word * (high - low)) / 2^64 with a word of 64 bits; bias below 2^-32 for
/// ranges under 2^32. int32 or int64 out; an empty range gives `low`.
void nk_random_integers(nk_dtype type, uint64_t key, uint64_t stream, uint64_t counter, int64_t count, int64_t low, int64_t high, void *out);
/// How many blocks of the stream a fill of `count` numbers uses: 4 words a block.
static inline uint64_t nk_random_blocks(int64_t count, int words_each) { return ((uint64_t)count * (uint64_t)words_each + 3) / 4; }

#ifdef __cplusplus
}
#endif
