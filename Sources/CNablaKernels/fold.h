// How a reduction folds elements into its running values.
#pragma once
#include "iterate.h"

enum { NK_FOLD_COLUMNS = 512 };

/// The running values of a few outputs that are folded together. Sums in floating point have a second row of values, the
/// rounding errors of the first.
typedef struct {
    int64_t columns, column_step;  // how many outputs, and their distance in `x`
    void *values;
    double *errors;
} nk_fold_state;

/// Folds `count` elements (pointers[1], strides[1]) into the single value, or as many rows into the columns, of the
/// nk_fold_state at pointers[0].
typedef struct {
    const nk_loop *row, *columns;
    nk_dtype accumulator;  // type of the running values
    bool compensated;
    const void *identity;
} nk_fold;

/// NULL when there is no such reduction.
const nk_fold *nk_fold_find(nk_reduce_op op, nk_dtype type);
