// Small buffers are kept by the thread that freed them; large ones in free lists that all threads share.
#include "nabla_runtime.h"
#include "thread_record.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    ALIGNMENT = 64,
    SMALL_LIMIT = 64 << 10,   // from here on buffers are shared between threads
    MAPPED_LIMIT = 1 << 20,   // from here on they are mappings of their own
    HUGE_PAGE = 2 << 20,
    LARGE_CLASSES = 4 * 44,
    // A thread's count of bytes joins the process's once it is this far off: the peak is exact up to that for every other thread.
    COUNTER_SLACK = 64 << 10,
};

// MARK: Counters

static _Atomic int64_t process_bytes, process_peak;
// What other threads had counted and not yet added when the peak was reset. The peak is of what has been added, and does without asking
// every thread at each addition; so this belongs to what is reported. As long as the other threads rest, the peak is exact.
static _Atomic int64_t pending_at_reset;

static void raise_peak(int64_t candidate) {
    int64_t peak = atomic_load_explicit(&process_peak, memory_order_relaxed);
    while (candidate > peak && !atomic_compare_exchange_weak_explicit(&process_peak, &peak, candidate,
                                                                     memory_order_relaxed, memory_order_relaxed)) {}
}

void nr_bytes_fold(nr_thread_record *record) {
    int64_t bytes = atomic_load_explicit(&record->bytes, memory_order_relaxed);
    int64_t thread_peak = atomic_load_explicit(&record->bytes_peak, memory_order_relaxed);
    atomic_store_explicit(&record->bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&record->bytes_peak, 0, memory_order_relaxed);
    int64_t before = atomic_fetch_add_explicit(&process_bytes, bytes, memory_order_relaxed);
    raise_peak(before + thread_peak);
}

static inline void count_bytes(nr_thread_record *record, int64_t change) {
    int64_t bytes = nr_counter_add(&record->bytes, change);
    if (bytes > atomic_load_explicit(&record->bytes_peak, memory_order_relaxed))
        atomic_store_explicit(&record->bytes_peak, bytes, memory_order_relaxed);
    if (NR_UNLIKELY(bytes > COUNTER_SLACK || bytes < -COUNTER_SLACK)) nr_bytes_fold(record);
}

int64_t nr_live_bytes(void) {
    int64_t pending = nr_sum_over_threads(offsetof(nr_thread_record, bytes));
    return atomic_load_explicit(&process_bytes, memory_order_relaxed) + pending;
}

int64_t nr_peak_bytes(void) {
    nr_bytes_fold(nr_thread_record_get());
    int64_t pending = atomic_load_explicit(&pending_at_reset, memory_order_relaxed);
    raise_peak(nr_live_bytes() - pending);
    return atomic_load_explicit(&process_peak, memory_order_relaxed) + pending;
}

void nr_reset_peak_bytes(void) {
    nr_bytes_fold(nr_thread_record_get());
    int64_t bytes = atomic_load_explicit(&process_bytes, memory_order_relaxed);
    atomic_store_explicit(&pending_at_reset, nr_live_bytes() - bytes, memory_order_relaxed);
    atomic_store_explicit(&process_peak, bytes, memory_order_relaxed);
}

// MARK: Size classes

// Four classes an octave, so that at most a fifth of a buffer is beyond what was asked for.
static inline unsigned octave_class(size_t bytes, unsigned first_octave, size_t *class_bytes) {
    unsigned octave = 63 - (unsigned)__builtin_clzll(bytes - 1);  // 2^octave < bytes <= 2^(octave+1)
    size_t step = (size_t)1 << (octave - 2);
    size_t quarter = (bytes - 1 - ((size_t)1 << octave)) / step;
    *class_bytes = ((size_t)1 << octave) + (quarter + 1) * step;
    return (octave - first_octave) * 4 + (unsigned)quarter;
}

// Classes 0..15 are 64 to 1024 bytes in steps of 64; 16..39 are quarters of octaves up to 64 KiB.
static inline unsigned small_class(size_t bytes, size_t *class_bytes) {
    if (NR_LIKELY(bytes <= 1024)) {
        unsigned class = bytes ? (unsigned)((bytes - 1) / ALIGNMENT) : 0;
        *class_bytes = (class + 1) * (size_t)ALIGNMENT;
        return class;
    }
    return 16 + octave_class(bytes, 10, class_bytes);
}

// A thread keeps up to 64 buffers of a class, and at most a quarter of a megabyte.
static inline uint32_t small_cache_limit(size_t class_bytes) {
    return class_bytes <= 4096 ? 64 : (uint32_t)((256 << 10) / class_bytes);
}

// MARK: Memory from the system

// malloc and rounding by hand take a quarter of the time of aligned_alloc. The word below the buffer holds malloc's address.
static void *system_allocate_small(size_t bytes) {
    char *start = malloc(bytes + ALIGNMENT);
    if (NR_UNLIKELY(!start)) return NULL;
    char *aligned = (char *)(((uintptr_t)start + ALIGNMENT) & ~(uintptr_t)(ALIGNMENT - 1));
    ((void **)aligned)[-1] = start;
    return aligned;
}

static void system_free_small(void *buffer) { free(((void **)buffer)[-1]); }

static void *system_allocate_large(size_t bytes) {
    if (bytes < MAPPED_LIMIT) return system_allocate_small(bytes);
    void *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
    if (bytes >= 2 * HUGE_PAGE) madvise(mapping, bytes, MADV_HUGEPAGE);
#endif
    return mapping;
}

static void system_free_large(void *buffer, size_t bytes) {
    if (bytes < MAPPED_LIMIT) system_free_small(buffer); else munmap(buffer, bytes);
}

// MARK: The shared cache of large buffers

typedef struct cached_buffer {
    struct cached_buffer *next;
} cached_buffer;

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static cached_buffer *cache[LARGE_CLASSES];
static size_t cached_bytes;
static size_t cache_limit;

static size_t large_class_bytes(unsigned class) {
    unsigned octave = 16 + class / 4;
    return ((size_t)1 << octave) + (class % 4 + 1) * ((size_t)1 << (octave - 2));
}

// Called with the lock held: gives back the largest buffers first, those of `spared` last of all, until `wanted` bytes fit.
static void evict(size_t wanted, unsigned spared) {
    for (int pass = 0; pass < 2; pass++)
        for (int class = LARGE_CLASSES - 1; class >= 0; class--) {
            if (((unsigned)class == spared) != (pass == 1)) continue;
            while (cache[class] && cached_bytes + wanted > cache_limit) {
                cached_buffer *buffer = cache[class];
                cache[class] = buffer->next;
                cached_bytes -= large_class_bytes((unsigned)class);
                system_free_large(buffer, large_class_bytes((unsigned)class));
            }
        }
}

static size_t choose_cache_limit(void) {
    size_t limit = (size_t)2 << 30;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && (size_t)pages * (size_t)page / 4 < limit) limit = (size_t)pages * (size_t)page / 4;
    return limit;
}

// NULL where the system has no such memory.
static void *try_allocate_large(size_t bytes) {
    size_t class_bytes;
    if (bytes > (size_t)1 << 56) return NULL;
    unsigned class = octave_class(bytes, 16, &class_bytes);
    pthread_mutex_lock(&cache_lock);
    cached_buffer *buffer = cache[class];
    if (buffer) {
        cache[class] = buffer->next;
        cached_bytes -= class_bytes;
    }
    pthread_mutex_unlock(&cache_lock);
    if (buffer) return buffer;
    void *fresh = system_allocate_large(class_bytes);
    if (NR_UNLIKELY(!fresh)) {
        nr_trim_cache();
        fresh = system_allocate_large(class_bytes);
    }
    return fresh;
}

static void *allocate_large(size_t bytes) {
    void *buffer = try_allocate_large(bytes);
    if (NR_UNLIKELY(!buffer)) nr_out_of_memory(bytes);
    return buffer;
}

static void free_large(void *pointer, size_t bytes) {
    size_t class_bytes;
    unsigned class = octave_class(bytes, 16, &class_bytes);
    pthread_mutex_lock(&cache_lock);
    if (cache_limit == 0) cache_limit = choose_cache_limit();
    if (class_bytes > cache_limit / 2) {
        pthread_mutex_unlock(&cache_lock);
        system_free_large(pointer, class_bytes);
        return;
    }
    if (cached_bytes + class_bytes > cache_limit) evict(class_bytes, class);
    cached_buffer *buffer = pointer;
    buffer->next = cache[class];
    cache[class] = buffer;
    cached_bytes += class_bytes;
    pthread_mutex_unlock(&cache_lock);
}

// MARK: Interface

void nr_small_cache_release(nr_thread_record *record) {
    for (int class = 0; class < NR_SMALL_CLASSES; class++) {
        while (record->small[class]) {
            void *buffer = record->small[class];
            record->small[class] = *(void **)buffer;
            system_free_small(buffer);
        }
        record->small_count[class] = 0;
    }
}

static inline void *allocate(nr_thread_record *record, size_t bytes) {
    if (NR_UNLIKELY(bytes > SMALL_LIMIT)) return allocate_large(bytes);
    size_t class_bytes;
    unsigned class = small_class(bytes, &class_bytes);
    void *buffer = record->small[class];
    if (NR_LIKELY(buffer != NULL)) {
        record->small[class] = *(void **)buffer;
        record->small_count[class]--;
        return buffer;
    }
    buffer = system_allocate_small(class_bytes);
    if (NR_UNLIKELY(!buffer)) {
        nr_trim_cache();
        buffer = system_allocate_small(class_bytes);
        if (!buffer) nr_out_of_memory(bytes);
    }
    return buffer;
}

static inline void give_back(nr_thread_record *record, void *buffer, size_t bytes) {
    if (NR_UNLIKELY(bytes > SMALL_LIMIT)) {
        free_large(buffer, bytes);
        return;
    }
    size_t class_bytes;
    unsigned class = small_class(bytes, &class_bytes);
    if (NR_UNLIKELY(record->small_count[class] >= small_cache_limit(class_bytes))) {
        system_free_small(buffer);
        return;
    }
    *(void **)buffer = record->small[class];
    record->small[class] = buffer;
    record->small_count[class]++;
}

void *nr_buffer_allocate(size_t bytes) {
    nr_thread_record *record = nr_thread_record_get();
    count_bytes(record, (int64_t)bytes);
    return allocate(record, bytes);
}

void *nr_buffer_try_allocate(size_t bytes) {
    if (bytes <= SMALL_LIMIT) return nr_buffer_allocate(bytes);
    void *buffer = try_allocate_large(bytes);
    if (buffer) count_bytes(nr_thread_record_get(), (int64_t)bytes);
    return buffer;
}

void nr_buffer_free(void *buffer, size_t bytes) {
    if (NR_UNLIKELY(!buffer)) return;
    nr_thread_record *record = nr_thread_record_get();
    count_bytes(record, -(int64_t)bytes);
    give_back(record, buffer, bytes);
}

void *nr_scratch_allocate(size_t bytes) { return allocate(nr_thread_record_get(), bytes); }

void nr_scratch_free(void *buffer, size_t bytes) { give_back(nr_thread_record_get(), buffer, bytes); }

void nr_trim_cache(void) {
    nr_small_cache_release(nr_thread_record_get());
    pthread_mutex_lock(&cache_lock);
    size_t limit = cache_limit;
    cache_limit = 0;
    evict(0, LARGE_CLASSES);
    cache_limit = limit;
    pthread_mutex_unlock(&cache_lock);
}
