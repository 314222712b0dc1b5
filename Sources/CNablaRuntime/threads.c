// A pool of workers that take ranges of one loop at a time. Which thread runs which range is left to chance; the ranges are not
// seen by the results, because every caller's body treats its indices alike.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "nabla_runtime.h"
#include "thread_record.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

// A worker that sleeps is woken for so many grains at least: it costs the caller about as much as one grain's work.
enum { MAXIMUM_THREADS = 64, SPIN_NANOSECONDS = 20000, WAKING_GRAINS = 4 };

typedef struct {
    void (*body)(void *, int64_t, int64_t);
    void *context;
    int64_t count, chunk;
    int threads;
    _Atomic int64_t next;
} loop_job;

static _Atomic int thread_count;
static _Atomic bool busy;
// The job that workers may join, and how many are inside one. A worker announces itself before it looks at the job, and the
// caller withdraws the job before it looks for workers (all sequentially consistent), so no worker touches a job that has ended.
static _Atomic(loop_job *) current_job;
static _Atomic int workers_inside;
static _Atomic uint32_t epoch;
static _Atomic int sleepers;
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static _Atomic int workers_started;  // changes under `busy`
NR_THREAD_LOCAL bool inside_loop;

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int available_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
#endif
    return count < 1 ? 1 : count > MAXIMUM_THREADS ? MAXIMUM_THREADS : (int)count;
}

int nr_thread_count(void) {
    int count = atomic_load_explicit(&thread_count, memory_order_relaxed);
    if (NR_UNLIKELY(count == 0)) {
        int chosen = available_processors();
        if (atomic_compare_exchange_strong(&thread_count, &count, chosen)) count = chosen;
    }
    return count;
}

void nr_set_thread_count(int count) {
    atomic_store_explicit(&thread_count, count < 1 ? 1 : count > MAXIMUM_THREADS ? MAXIMUM_THREADS : count, memory_order_relaxed);
}

static void run_ranges(loop_job *job) {
    for (;;) {
        int64_t begin = atomic_fetch_add_explicit(&job->next, job->chunk, memory_order_relaxed);
        if (begin >= job->count) return;
        int64_t end = job->count - begin < job->chunk ? job->count : begin + job->chunk;
        job->body(job->context, begin, end);
    }
}

static uint32_t wait_for_epoch_after(uint32_t seen) {
    int64_t deadline = nanoseconds() + SPIN_NANOSECONDS;
    do {
        for (int i = 0; i < 32; i++) {
            uint32_t now = atomic_load_explicit(&epoch, memory_order_acquire);
            if (now != seen) return now;
            pause_briefly();
        }
    } while (nanoseconds() < deadline);
    uint32_t now;
    pthread_mutex_lock(&sleep_lock);
    atomic_fetch_add(&sleepers, 1);
    while ((now = atomic_load(&epoch)) == seen) pthread_cond_wait(&wake, &sleep_lock);
    atomic_fetch_sub(&sleepers, 1);
    pthread_mutex_unlock(&sleep_lock);
    return now;
}

static void *worker(void *argument) {
    int index = (int)(intptr_t)argument;
    uint32_t seen = 0;
    inside_loop = true;
    for (;;) {
        atomic_fetch_add(&workers_inside, 1);
        loop_job *job = atomic_load(&current_job);
        if (job && index < job->threads) run_ranges(job);
        atomic_fetch_sub(&workers_inside, 1);
        seen = wait_for_epoch_after(seen);
    }
    return NULL;
}

static void start_workers(int wanted) {
    while (workers_started < wanted) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, worker, (void *)(intptr_t)(workers_started + 1)) != 0) return;
        pthread_detach(thread);
        workers_started++;
    }
}

static void run_with_workers(loop_job *job) {
    start_workers(job->threads - 1);
    atomic_store(&current_job, job);
    atomic_fetch_add(&epoch, 1);
    if (atomic_load(&sleepers) > 0) {
        pthread_mutex_lock(&sleep_lock);
        pthread_cond_broadcast(&wake);
        pthread_mutex_unlock(&sleep_lock);
    }
    inside_loop = true;
    run_ranges(job);
    inside_loop = false;
    atomic_store(&current_job, NULL);
    for (int spins = 0; atomic_load(&workers_inside) != 0; spins++) {
        // The last range may belong to a worker that has lost its processor: after a while let it have this one.
        if (spins < 2000) pause_briefly(); else sched_yield();
    }
}

static void share(int64_t count, int64_t grain, bool wakes, void (*body)(void *context, int64_t begin, int64_t end), void *context) {
    if (count <= 0) return;
    if (grain < 1) grain = 1;
    int threads = nr_thread_count();
    // The sleepers and the workers may change at any time: what is decided here only costs time.
    bool too_small = count <= grain || (!wakes && atomic_load_explicit(&sleepers, memory_order_relaxed) >= workers_started);
    if (too_small || threads == 1 || inside_loop || atomic_exchange_explicit(&busy, true, memory_order_acquire)) {
        body(context, 0, count);
        return;
    }
    // A few ranges for each thread even out their speeds; a whole number of grains each.
    int64_t grains = (count - 1) / grain + 1;
    int64_t grains_each = (grains - 1) / ((int64_t)threads * 4) + 1;
    loop_job job = {.body = body, .context = context, .count = count, .chunk = grains_each * grain, .threads = threads};
    if (job.threads > grains) job.threads = (int)grains;
    run_with_workers(&job);
    atomic_store_explicit(&busy, false, memory_order_release);
}

void nr_parallel_for(int64_t count, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context) {
    share(count, grain, grain < 1 || count / grain >= WAKING_GRAINS, body, context);
}

void nr_parallel_parts(int64_t count, int64_t part, void (*body)(void *context, int64_t begin, int64_t end), void *context) {
    share(count, part, true, body, context);
}
