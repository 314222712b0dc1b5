// What the runtime keeps for each thread: counters that cost no locked instruction, and memory to give back when the thread ends.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Every offset from the thread pointer is known at load time, so reading a word is one instruction. The words are few enough
// for the space that the C library reserves for libraries opened later.
#define NR_THREAD_LOCAL static __thread __attribute__((tls_model("initial-exec")))

#define NR_LIKELY(x) __builtin_expect(!!(x), 1)
#define NR_UNLIKELY(x) __builtin_expect(!!(x), 0)

enum { NR_SMALL_CLASSES = 40 };

typedef struct nr_thread_record {
    // Written by the owner alone (load, add, store), read by anyone: relaxed atomics that are plain moves.
    _Atomic int64_t bytes, bytes_peak, nodes;
    // Freed small buffers by size class, each linked through its first word.
    void *small[NR_SMALL_CLASSES];
    uint32_t small_count[NR_SMALL_CLASSES];
    void **teardown;
    size_t teardown_count, teardown_capacity;
    struct nr_thread_record *previous, *next;
} nr_thread_record;

nr_thread_record *nr_thread_record_create(void);
extern __thread nr_thread_record *nr_thread_record_current __attribute__((tls_model("initial-exec")));

static inline nr_thread_record *nr_thread_record_get(void) {
    nr_thread_record *record = nr_thread_record_current;
    return NR_LIKELY(record != NULL) ? record : nr_thread_record_create();
}

static inline int64_t nr_counter_add(_Atomic int64_t *counter, int64_t change) {
    int64_t value = atomic_load_explicit(counter, memory_order_relaxed) + change;
    atomic_store_explicit(counter, value, memory_order_relaxed);
    return value;
}

/// Returns to the system the small buffers that `record`'s thread keeps (called on that thread).
void nr_small_cache_release(nr_thread_record *record);
/// Moves the byte counts of a thread into those of the process (called on that thread).
void nr_bytes_fold(nr_thread_record *record);

/// Sums over the threads alive; the totals of ended threads are in `nr_ended_nodes` and in the process's bytes.
int64_t nr_sum_over_threads(size_t counter_offset);
extern _Atomic int64_t nr_ended_nodes;

_Noreturn void nr_out_of_memory(size_t bytes);
