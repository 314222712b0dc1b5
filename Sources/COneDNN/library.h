// oneDNN 2 and 3 behind one face: descriptions of arrays are values in the one and objects in the other, and so are operations.
#pragma once
#include <oneapi/dnnl/dnnl.h>

#include <stdbool.h>
#include <stdint.h>

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t nd_description;
#else
typedef const dnnl_memory_desc_t *nd_description;
#endif

/// A float32 array of these extents and distances, in elements. NULL where oneDNN refuses it.
nd_description nd_describe(int rank, const int64_t *extents, const int64_t *strides);
/// The same in the layout that oneDNN likes best.
nd_description nd_describe_any(int rank, const int64_t *extents);
/// The same with the channels, axis 1, innermost; of rank 4 or 5.
nd_description nd_describe_channels_last(int rank, const int64_t *extents);
void nd_discard(nd_description description);

/// The window of a convolution over two or three axes; oneDNN counts a dilation from 0.
typedef struct {
    dnnl_dims_t stride, dilation, low, high;
} nd_window;

dnnl_status_t nd_convolution_forward(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes);
dnnl_status_t nd_convolution_data(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                  const nd_window *window, const_dnnl_primitive_attr_t attributes, const_dnnl_primitive_desc_t forward);
dnnl_status_t nd_convolution_weights(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes,
                                     const_dnnl_primitive_desc_t forward);

/// The processor, for all primitives of this process; NULL where oneDNN cannot be used.
dnnl_engine_t nd_engine(void);

/// From here to the call of nd_restore_threads with its result, oneDNN works on the calling thread alone: it would start a pool of
/// OpenMP threads of its own otherwise, and two pools that wait by spinning take the processors from each other.
int nd_take_one_thread(void);
void nd_restore_threads(int threads);
