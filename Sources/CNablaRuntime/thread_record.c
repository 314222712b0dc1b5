#include "thread_record.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

__thread nr_thread_record *nr_thread_record_current __attribute__((tls_model("initial-exec")));
_Atomic int64_t nr_ended_nodes;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static nr_thread_record *list_head;
static pthread_key_t exit_key;
static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;

_Noreturn void nr_out_of_memory(size_t bytes) {
    fprintf(stderr, "Nabla: out of memory (a buffer of %zu bytes was asked for)\n", bytes);
    abort();
}

static void thread_ended(void *argument) {
    nr_thread_record *record = argument;
    nr_small_cache_release(record);
    free(record->teardown);
    pthread_mutex_lock(&list_lock);
    // Inside the lock, so that a sum taken meanwhile counts this thread exactly once.
    nr_bytes_fold(record);
    atomic_fetch_add_explicit(&nr_ended_nodes, atomic_load_explicit(&record->nodes, memory_order_relaxed), memory_order_relaxed);
    if (record->previous) record->previous->next = record->next; else list_head = record->next;
    if (record->next) record->next->previous = record->previous;
    pthread_mutex_unlock(&list_lock);
    free(record);
    // A destructor of another key may still free buffers: it gets a fresh record, and this function runs once more for that.
    nr_thread_record_current = NULL;
}

static void make_exit_key(void) {
    if (pthread_key_create(&exit_key, thread_ended) != 0) {
        fprintf(stderr, "Nabla: no thread-specific key is left\n");
        abort();
    }
}

__attribute__((noinline)) nr_thread_record *nr_thread_record_create(void) {
    nr_thread_record *record = calloc(1, sizeof *record);
    if (!record) nr_out_of_memory(sizeof *record);
    pthread_once(&exit_key_once, make_exit_key);
    pthread_setspecific(exit_key, record);
    pthread_mutex_lock(&list_lock);
    record->next = list_head;
    if (list_head) list_head->previous = record;
    list_head = record;
    pthread_mutex_unlock(&list_lock);
    nr_thread_record_current = record;
    return record;
}

int64_t nr_sum_over_threads(size_t counter_offset) {
    int64_t sum = 0;
    pthread_mutex_lock(&list_lock);
    for (nr_thread_record *record = list_head; record; record = record->next)
        sum += atomic_load_explicit((_Atomic int64_t *)((char *)record + counter_offset), memory_order_relaxed);
    pthread_mutex_unlock(&list_lock);
    return sum;
}
