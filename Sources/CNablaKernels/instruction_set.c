// Which instruction set the kernels use.
#include "clones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The least of them until the program has started.
_Atomic int32_t nk_level = NK_BASELINE;

static nk_instruction_set widest_of_processor(void) {
#if NK_HAS_CLONES
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return NK_X86_64_V4;
    if (__builtin_cpu_supports("x86-64-v3")) return NK_X86_64_V3;
#endif
    return NK_BASELINE;
}

static nk_instruction_set widest_allowed(void) {
    const char *name = getenv("NABLA_MAX_CPU_ISA");
    if (!name || !*name || strcmp(name, "x86-64-v4") == 0) return NK_X86_64_V4;
    if (strcmp(name, "x86-64-v3") == 0) return NK_X86_64_V3;
    if (strcmp(name, "x86-64") == 0) return NK_BASELINE;
    fprintf(stderr, "Nabla: NABLA_MAX_CPU_ISA: expected x86-64, x86-64-v3 or x86-64-v4, got %s\n", name);
    // Nothing has begun that would have to end in order.
    _Exit(EXIT_FAILURE);
}

static nk_instruction_set widest;

__attribute__((constructor)) static void choose(void) {
    nk_instruction_set has = widest_of_processor(), may = widest_allowed();
    widest = has < may ? has : may;
    atomic_store_explicit(&nk_level, widest, memory_order_relaxed);
}

nk_instruction_set nk_get_instruction_set(void) {
    return (nk_instruction_set)atomic_load_explicit(&nk_level, memory_order_relaxed);
}

bool nk_set_instruction_set(nk_instruction_set set) {
    if (set < NK_BASELINE || set > widest) return false;
    atomic_store_explicit(&nk_level, set, memory_order_relaxed);
    return true;
}
