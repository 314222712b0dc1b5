// What every thread of a Nabla process shares: cached buffers, a worker pool, and a few thread-local words.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Buffers

/// A 64-byte aligned buffer of at least `bytes` bytes; its contents are undefined. Large buffers come from a cache, because a
/// fresh mapping costs a page fault for every 4 KiB. Never returns NULL (the process stops with a message when memory is out).
void *nr_buffer_allocate(size_t bytes);
/// The same, NULL where the system has no such memory; nr_buffer_allocate ends the process then.
void *nr_buffer_try_allocate(size_t bytes);
/// Gives back a buffer of nr_buffer_allocate; `bytes` is the size that was asked for.
void nr_buffer_free(void *buffer, size_t bytes);
/// The same for memory that is no array's: it is not counted below.
void *nr_scratch_allocate(size_t bytes);
void nr_scratch_free(void *buffer, size_t bytes);
/// Bytes handed out by nr_buffer_allocate and not yet given back, and the highest that number has been since the last reset. The peak is
/// off by up to 64 KiB for every other thread that allocates or frees meanwhile.
int64_t nr_live_bytes(void);
int64_t nr_peak_bytes(void);
void nr_reset_peak_bytes(void);
/// Returns every cached buffer to the system, except the small ones (up to 64 KiB) that other threads keep.
void nr_trim_cache(void);

// MARK: Worker threads

/// How many threads large operations use, the caller included (default: the number of processors, at most 64).
int nr_thread_count(void);
void nr_set_thread_count(int count);
/// Calls body(context, begin, end) on disjoint ranges that cover 0..<count, on up to nr_thread_count() threads, and returns when
/// all are done. Every range but the last is a multiple of `grain` long; with count <= grain the caller's thread runs it all.
/// A call from inside a body runs on the calling thread alone, and so does one of few grains while all workers sleep.
void nr_parallel_for(int64_t count, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context);
/// The same for parts that are each worth waking a sleeping thread for.
void nr_parallel_parts(int64_t count, int64_t part, void (*body)(void *context, int64_t begin, int64_t end), void *context);

// MARK: Calls

/// The addresses that the calls now running on this thread return to, innermost first, at most `limit`; returns how many. Found by unwind
/// tables, so the code need not keep frame pointers.
int nr_calls(uintptr_t *addresses, int limit);

// MARK: Thread-local state of the graph

/// Every offset from the thread pointer is known at load time, so reading a word is one instruction.
#define NR_THREAD_WORD extern __thread __attribute__((tls_model("initial-exec")))
NR_THREAD_WORD int32_t nr_recording_word;
NR_THREAD_WORD int32_t nr_order_word;
NR_THREAD_WORD int32_t nr_teardown_depth;
NR_THREAD_WORD void *nr_function_trace_word;
NR_THREAD_WORD int32_t nr_scope_word;
NR_THREAD_WORD int32_t nr_recomputing_word;
NR_THREAD_WORD int32_t nr_transform_depth;
NR_THREAD_WORD int32_t nr_unrecorded_rule_word;
NR_THREAD_WORD int32_t nr_live_walks_word;
NR_THREAD_WORD void *nr_trace_word;
NR_THREAD_WORD void *nr_observation_word;

/// What happens to functions applied on this thread: 1 when they are recorded (so at first), plus 2 when a trace lists them, plus 4 when
/// somebody observes them.
static inline int32_t nr_recording_state(void) { return nr_recording_word; }
static inline void nr_set_recording_state(int32_t value) { nr_recording_word = value; }
/// Whether functions applied on this thread are recorded.
static inline int32_t nr_recording(void) { return nr_recording_word & 1; }
static inline void nr_set_recording(int32_t value) { nr_recording_word = (nr_recording_word & ~1) | value; }
/// The trace that lists functions applied on this thread, or NULL.
static inline void *nr_function_trace(void) { return nr_function_trace_word; }
static inline void nr_set_function_trace(void *trace) { nr_function_trace_word = trace; }
/// Whether somebody observes functions applied on this thread, and who.
static inline int32_t nr_observed(void) { return nr_recording_word & 4; }
static inline void nr_set_observed(int32_t value) { nr_recording_word = (nr_recording_word & ~4) | value; }
static inline void *nr_observation(void) { return nr_observation_word; }
static inline void nr_set_observation(void *object) { nr_observation_word = object; }
/// The order of derivative of what is recorded on this thread: 0 outside walks.
static inline int32_t nr_order(void) { return nr_order_word; }
static inline void nr_set_order(int32_t value) { nr_order_word = value; }
/// The object that is told of every array operation of this thread; NULL for none.
static inline void *nr_trace(void) { return nr_trace_word; }
static inline void nr_set_trace(void *trace) { nr_trace_word = trace; }
/// A number no other walk over a graph has had in this process; never 0.
uint32_t nr_next_walk(void);
/// How many walks over graphs are under way on this thread, one inside the other.
static inline int32_t nr_live_walks(void) { return nr_live_walks_word; }
static inline void nr_add_live_walks(int32_t count) { nr_live_walks_word += count; }

/// The scope in which this thread records; 0 outside of all scopes. Later scopes have higher numbers, modulo 2^32.
static inline int32_t nr_scope(void) { return nr_scope_word; }
static inline void nr_set_scope(int32_t value) { nr_scope_word = value; }
/// A number that no other scope has had in this process; never 0.
int32_t nr_next_scope(void);
/// Whether what runs on this thread has run before and runs again only for its derivatives (0 at first).
static inline int32_t nr_recomputing(void) { return nr_recomputing_word; }
static inline void nr_set_recomputing(int32_t value) { nr_recomputing_word = value; }
/// How many transforms are running a closure on this thread, one inside the other.
static inline int32_t nr_transforms(void) { return nr_transform_depth; }
static inline void nr_set_transforms(int32_t value) { nr_transform_depth = value; }
/// Whether a rule of a walk that is not recorded runs on this thread: 1, and 2 when it turned out to need recording; 0 otherwise.
static inline int32_t nr_unrecorded_rule(void) { return nr_unrecorded_rule_word; }
static inline void nr_set_unrecorded_rule(int32_t value) { nr_unrecorded_rule_word = value; }

/// Nesting of node teardown on this thread: see FunctionNode's deinit. Both return the new depth (1 for the outermost enter, 0 for
/// its leave).
static inline int32_t nr_teardown_enter(void) { return ++nr_teardown_depth; }
static inline int32_t nr_teardown_leave(void) { return --nr_teardown_depth; }
void nr_teardown_push(void *object);
/// NULL when nothing is waiting.
void *nr_teardown_pop(void);

/// Live graph nodes in this process, for leak tests.
void nr_count_nodes(int64_t change);
int64_t nr_live_nodes(void);

#ifdef __cplusplus
}
#endif
