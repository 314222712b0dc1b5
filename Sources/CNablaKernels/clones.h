// Kernels compiled for several instruction sets, of which one is chosen when a kernel is called.
//
// NK_LOOP(NAME) { … } defines a kernel. Its body is compiled three times, and NAME is a function that jumps to one of the three: one
// branch that always goes the same way. The dynamic linker could choose instead (target_clones), but before there is an environment to
// read, and for good: one process could not compare what two instruction sets compute.
#pragma once
#include "nabla_kernels.h"

#include <stdatomic.h>

/// The instruction set in use, an nk_instruction_set.
extern _Atomic int32_t nk_level __attribute__((visibility("hidden")));

/// A function RESULT NAME PARAMETERS, whose body follows; ARGUMENTS are the names of the parameters.
#if defined(__x86_64__)
#define NK_HAS_CLONES 1
// By their features, not as arch=x86-64-v4, which compilers tune for processors whose vectors of 64 bytes were slow: exp took 1.6 times as
// long in vectors of 32.
#define NK_FEATURES_V3 "avx,avx2,bmi,bmi2,crc32,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf,sse3,ssse3,sse4.1,sse4.2,xsave"
#define NK_FEATURES_V4 NK_FEATURES_V3 ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
#define NK_CLONED(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                                     \
    __attribute__((always_inline)) static inline RESULT NAME##_body PARAMETERS;                                            \
    __attribute__((used, noinline, target(NK_FEATURES_V4))) static RESULT NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; } \
    __attribute__((used, noinline, target(NK_FEATURES_V3))) static RESULT NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; } \
    __attribute__((used, noinline)) static RESULT NAME##_baseline PARAMETERS { return NAME##_body ARGUMENTS; }                   \
    static RESULT NAME PARAMETERS {                                                                                        \
        int32_t level = atomic_load_explicit(&nk_level, memory_order_relaxed);                                             \
        if (__builtin_expect(level == NK_X86_64_V4, 1)) return NAME##_v4 ARGUMENTS;                                        \
        if (level == NK_X86_64_V3) return NAME##_v3 ARGUMENTS;                                                             \
        return NAME##_baseline ARGUMENTS;                                                                                  \
    }                                                                                                                      \
    static inline RESULT NAME##_body PARAMETERS
#else
#define NK_HAS_CLONES 0
#define NK_CLONED(RESULT, NAME, PARAMETERS, ARGUMENTS) static RESULT NAME PARAMETERS
#endif

/// An nk_loop, and the body of an nr_parallel_for.
#define NK_LOOP(NAME) NK_CLONED(void, NAME, (int64_t count, char *const *p, const int64_t *s), (count, p, s))
#define NK_RANGE(NAME) NK_CLONED(void, NAME, (void *context, int64_t begin, int64_t end), (context, begin, end))
