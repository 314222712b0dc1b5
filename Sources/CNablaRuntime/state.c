#include "nabla_runtime.h"
#include "thread_record.h"

#include <stdlib.h>

__thread int32_t nr_recording_word = 1;
__thread void *nr_observation_word;
__thread int32_t nr_order_word;
__thread int32_t nr_teardown_depth;
__thread void *nr_function_trace_word;
__thread int32_t nr_scope_word;
__thread int32_t nr_recomputing_word;
__thread int32_t nr_transform_depth;
__thread int32_t nr_unrecorded_rule_word;
__thread int32_t nr_live_walks_word;
__thread void *nr_trace_word;
static _Atomic uint32_t last_walk, last_scope;

uint32_t nr_next_walk(void) {
    uint32_t walk;
    do walk = atomic_fetch_add_explicit(&last_walk, 1, memory_order_relaxed) + 1;
    while (NR_UNLIKELY(walk == 0));
    return walk;
}

int32_t nr_next_scope(void) {
    uint32_t scope;
    do scope = atomic_fetch_add_explicit(&last_scope, 1, memory_order_relaxed) + 1;
    while (NR_UNLIKELY(scope == 0));
    return (int32_t)scope;
}

void nr_teardown_push(void *object) {
    nr_thread_record *record = nr_thread_record_get();
    if (NR_UNLIKELY(record->teardown_count == record->teardown_capacity)) {
        size_t capacity = record->teardown_capacity ? record->teardown_capacity * 2 : 256;
        void **grown = realloc(record->teardown, capacity * sizeof *grown);
        if (!grown) nr_out_of_memory(capacity * sizeof *grown);
        record->teardown = grown;
        record->teardown_capacity = capacity;
    }
    record->teardown[record->teardown_count++] = object;
}

void *nr_teardown_pop(void) {
    // A stack this small stays until its thread ends: freeing it each time would cost a call of malloc for every graph.
    enum { KEPT_CAPACITY = 4096 };
    nr_thread_record *record = nr_thread_record_current;
    if (!record) return NULL;
    if (record->teardown_count == 0) {
        if (NR_UNLIKELY(record->teardown_capacity > KEPT_CAPACITY)) {
            free(record->teardown);
            record->teardown = NULL;
            record->teardown_capacity = 0;
        }
        return NULL;
    }
    return record->teardown[--record->teardown_count];
}

void nr_count_nodes(int64_t change) { nr_counter_add(&nr_thread_record_get()->nodes, change); }

int64_t nr_live_nodes(void) {
    return atomic_load_explicit(&nr_ended_nodes, memory_order_relaxed) + nr_sum_over_threads(offsetof(nr_thread_record, nodes));
}
