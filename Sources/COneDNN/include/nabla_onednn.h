// Convolutions and narrow matrix products in float32 by oneDNN, on the worker threads and the buffers of nabla_runtime.h.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A convolution of x (batch, groups * inputs, input…) and w (groups * outputs, inputs, kernel…) to y (batch, groups * outputs, output…),
/// over three spatial axes, of which the first ones may have extent 1. Position o of an output axis and tap k of the kernel meet at
/// position o * stride - padding + k * dilation of the input axis.
typedef struct {
    int64_t batch, groups;
    int64_t inputs, outputs;  // channels of one group
    int64_t input[3], kernel[3], output[3], stride[3], padding[3], dilation[3];
} nd_convolution;

/// Which of the three arrays is computed from the other two.
typedef enum { ND_FORWARD, ND_DATA_GRADIENT, ND_WEIGHT_GRADIENT } nd_pass;

/// Computes y, x or w from the other two, all row-major; no extent is 0. The result has the same bits at every number of threads.
/// Returns false where oneDNN has no direct kernel for these extents on this processor; the result is then undefined.
bool nd_convolve(const nd_convolution *convolution, nd_pass pass, float *x, float *w, float *y);

/// Writes oneDNN's name of the kernel that does this on this processor, at most `room` bytes with the 0 at its end. Returns false where
/// there is none.
bool nd_kernel_name(const nd_convolution *convolution, nd_pass pass, char *name, size_t room);

/// A product of row-major matrices: `rows` × `inner` times `inner` × `columns`, each operand as it lies or transposed; rows of what lies in
/// memory begin `pitch` elements apart.
typedef struct {
    bool transposes_a, transposes_b;
    bool adds;  // to what c holds
    int64_t rows, columns, inner;
    int64_t pitch_a, pitch_b, pitch_c;
} nd_product;

/// Whether oneDNN multiplies narrow matrices faster than BLAS on this processor: with AVX2 it does. With AVX-512, where BLAS has kernels for
/// small matrices, nobody has measured it.
bool nd_multiplies_narrow(void);

/// Computes c on the calling thread. Returns false where oneDNN refuses; c is then undefined.
bool nd_multiply(const nd_product *product, const float *a, const float *b, float *c);

#ifdef __cplusplus
}
#endif
