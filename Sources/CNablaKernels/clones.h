// Kernels compiled for several instruction sets, of which one is chosen when a kernel is called.
//
// The dynamic linker could choose instead (target_clones), but before there is an environment to read, and for good: one process could not
// compare what two instruction sets compute.
#pragma once
#include "nabla_kernels.h"

#include <stdatomic.h>

#define NK_INLINE static inline __attribute__((always_inline))

/// One innermost loop: `pointers` and `strides` (in elements) of each operand, `out` first.
typedef void (*nk_loop)(int64_t count, char *const *pointers, const int64_t *strides);

/// The instruction set in use, an nk_instruction_set.
extern _Atomic int32_t nk_level __attribute__((visibility("hidden")));

NK_INLINE int32_t nk_level_now(void) { return atomic_load_explicit(&nk_level, memory_order_relaxed); }

/// The loop of a kernel for the instruction set in use; NULL for NULL.
NK_INLINE nk_loop nk_chosen(const nk_loop *kernel) { return kernel ? kernel[nk_level_now()] : NULL; }

#if defined(__x86_64__)
#define NK_HAS_CLONES 1
// By their features, not as arch=x86-64-v4, which compilers tune for processors whose vectors of 64 bytes were slow: exp took 1.6 times as
// long in vectors of 32.
#define NK_FEATURES_V3 "avx,avx2,bmi,bmi2,crc32,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf,sse3,ssse3,sse4.1,sse4.2,xsave"
#define NK_FEATURES_V4 NK_FEATURES_V3 ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
#define NK_THREE_CLONES(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                               \
    NK_INLINE RESULT NAME##_body PARAMETERS;                                                                               \
    __attribute__((noinline, target(NK_FEATURES_V4))) static RESULT NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; } \
    __attribute__((noinline, target(NK_FEATURES_V3))) static RESULT NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; } \
    __attribute__((noinline)) static RESULT NAME##_baseline PARAMETERS { return NAME##_body ARGUMENTS; }
#else
#define NK_HAS_CLONES 0
#endif

#define NK_LOOP_PARAMETERS (int64_t count, char *const *p, const int64_t *s)

/// A kernel NAME, an array of an nk_loop for each instruction set, whose body follows. It is chosen from once for all the calls of a walk.
#if NK_HAS_CLONES
#define NK_LOOP(NAME)                                                                                                        \
    NK_THREE_CLONES(void, NAME, NK_LOOP_PARAMETERS, (count, p, s))                                                           \
    static const nk_loop NAME[] = {[NK_BASELINE] = NAME##_baseline, [NK_X86_64_V3] = NAME##_v3, [NK_X86_64_V4] = NAME##_v4}; \
    NK_INLINE void NAME##_body NK_LOOP_PARAMETERS
#else
#define NK_LOOP(NAME)                                \
    static void NAME##_baseline NK_LOOP_PARAMETERS;  \
    static const nk_loop NAME[] = {NAME##_baseline}; \
    static void NAME##_baseline NK_LOOP_PARAMETERS
#endif

/// The same, compiled once: for loops that call functions, which take the time.
#define NK_PLAIN_LOOP(NAME)                                                                                                     \
    static void NAME##_plain NK_LOOP_PARAMETERS;                                                                                \
    static const nk_loop NAME[] = {[NK_BASELINE] = NAME##_plain, [NK_X86_64_V3] = NAME##_plain, [NK_X86_64_V4] = NAME##_plain}; \
    static void NAME##_plain NK_LOOP_PARAMETERS

/// A function RESULT NAME PARAMETERS, whose body follows; ARGUMENTS are the names of the parameters. It chooses in every call, for about a
/// nanosecond.
#if NK_HAS_CLONES
#define NK_CLONED(RESULT, NAME, PARAMETERS, ARGUMENTS)                              \
    NK_THREE_CLONES(RESULT, NAME, PARAMETERS, ARGUMENTS)                            \
    static RESULT NAME PARAMETERS {                                                 \
        int32_t level = nk_level_now();                                             \
        if (__builtin_expect(level == NK_X86_64_V4, 1)) return NAME##_v4 ARGUMENTS; \
        if (level == NK_X86_64_V3) return NAME##_v3 ARGUMENTS;                      \
        return NAME##_baseline ARGUMENTS;                                           \
    }                                                                               \
    NK_INLINE RESULT NAME##_body PARAMETERS
#else
#define NK_CLONED(RESULT, NAME, PARAMETERS, ARGUMENTS) static RESULT NAME PARAMETERS
#endif

/// The body of an nr_parallel_for.
#define NK_RANGE(NAME) NK_CLONED(void, NAME, (void *context, int64_t begin, int64_t end), (context, begin, end))
