#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

// MARK: Descriptions

#if DNNL_VERSION_MAJOR >= 3

nd_description nd_describe(int rank, const int64_t *extents, const int64_t *strides) {
    dnnl_memory_desc_t made = NULL;
    return dnnl_memory_desc_create_with_strides(&made, rank, extents, dnnl_f32, strides) == dnnl_success ? made : NULL;
}

static nd_description with_tag(int rank, const int64_t *extents, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t made = NULL;
    return dnnl_memory_desc_create_with_tag(&made, rank, extents, dnnl_f32, tag) == dnnl_success ? made : NULL;
}

void nd_discard(nd_description description) {
    if (description) dnnl_memory_desc_destroy((dnnl_memory_desc_t)description);
}

#else

static nd_description kept(dnnl_memory_desc_t *made, dnnl_status_t status) {
    if (status == dnnl_success) return made;
    free(made);
    return NULL;
}

nd_description nd_describe(int rank, const int64_t *extents, const int64_t *strides) {
    dnnl_memory_desc_t *made = malloc(sizeof *made);
    return made ? kept(made, dnnl_memory_desc_init_by_strides(made, rank, extents, dnnl_f32, strides)) : NULL;
}

static nd_description with_tag(int rank, const int64_t *extents, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t *made = malloc(sizeof *made);
    return made ? kept(made, dnnl_memory_desc_init_by_tag(made, rank, extents, dnnl_f32, tag)) : NULL;
}

void nd_discard(nd_description description) { free((void *)description); }

#endif

nd_description nd_describe_any(int rank, const int64_t *extents) { return with_tag(rank, extents, dnnl_format_tag_any); }

nd_description nd_describe_channels_last(int rank, const int64_t *extents) {
    return with_tag(rank, extents, rank == 5 ? dnnl_ndhwc : dnnl_nhwc);
}

// MARK: Operations

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t nd_convolution_forward(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes) {
    return dnnl_convolution_forward_primitive_desc_create(result, nd_engine(), dnnl_forward_training, dnnl_convolution_direct, x, w, NULL,
                                                          y, window->stride, window->dilation, window->low, window->high, attributes);
}

dnnl_status_t nd_convolution_data(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                  const nd_window *window, const_dnnl_primitive_attr_t attributes, const_dnnl_primitive_desc_t forward) {
    return dnnl_convolution_backward_data_primitive_desc_create(result, nd_engine(), dnnl_convolution_direct, x, w, y, window->stride,
                                                                window->dilation, window->low, window->high, forward, attributes);
}

dnnl_status_t nd_convolution_weights(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes,
                                     const_dnnl_primitive_desc_t forward) {
    return dnnl_convolution_backward_weights_primitive_desc_create(result, nd_engine(), dnnl_convolution_direct, x, w, NULL, y,
                                                                   window->stride, window->dilation, window->low, window->high, forward,
                                                                   attributes);
}

#else

dnnl_status_t nd_convolution_forward(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status =
        dnnl_dilated_convolution_forward_desc_init(&operation, dnnl_forward_training, dnnl_convolution_direct, x, w, NULL, y,
                                                   window->stride, window->dilation, window->low, window->high);
    return status == dnnl_success ? dnnl_primitive_desc_create(result, &operation, attributes, nd_engine(), NULL) : status;
}

dnnl_status_t nd_convolution_data(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                  const nd_window *window, const_dnnl_primitive_attr_t attributes, const_dnnl_primitive_desc_t forward) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status =
        dnnl_dilated_convolution_backward_data_desc_init(&operation, dnnl_convolution_direct, x, w, y, window->stride, window->dilation,
                                                         window->low, window->high);
    return status == dnnl_success ? dnnl_primitive_desc_create(result, &operation, attributes, nd_engine(), forward) : status;
}

dnnl_status_t nd_convolution_weights(dnnl_primitive_desc_t *result, nd_description x, nd_description w, nd_description y,
                                     const nd_window *window, const_dnnl_primitive_attr_t attributes,
                                     const_dnnl_primitive_desc_t forward) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status =
        dnnl_dilated_convolution_backward_weights_desc_init(&operation, dnnl_convolution_direct, x, w, NULL, y, window->stride,
                                                            window->dilation, window->low, window->high);
    return status == dnnl_success ? dnnl_primitive_desc_create(result, &operation, attributes, nd_engine(), forward) : status;
}

#endif

// MARK: The process

static dnnl_engine_t engine;
// Of the OpenMP library that oneDNN was built with, if it was built with one. A setting of theirs belongs to the calling thread.
static void (*set_openmp_threads)(int);
static int (*openmp_threads)(void);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void) {
    set_openmp_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    openmp_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

dnnl_engine_t nd_engine(void) {
    pthread_once(&once, look_up);
    return engine;
}

int nd_take_one_thread(void) {
    pthread_once(&once, look_up);
    if (!set_openmp_threads || !openmp_threads) return 0;
    int threads = openmp_threads();
    if (threads != 1) set_openmp_threads(1);
    return threads;
}

void nd_restore_threads(int threads) {
    if (threads > 1) set_openmp_threads(threads);
}
