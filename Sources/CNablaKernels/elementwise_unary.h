// Maps of one operand, for kernels that are made of them.
#pragma once
#include "iterate.h"

/// The inner loop of `op`; NULL where the type has none.
nk_loop nk_unary_loop(nk_unary_op op, nk_dtype type);
/// The least number of elements that a thread takes.
int64_t nk_unary_grain(nk_unary_op op);
