// The inner loop of a map of two operands of one type.
#pragma once
#include "iterate.h"

// The two operands are loaded before the result is stored, so `out` may be either of them.
#define MAP2_LOOP(PRAGMA, T, TO, INDEX_OUT, INDEX_A, INDEX_B, EXPR) \
    PRAGMA for (int64_t i = 0; i < count; i++) { T a = pa[INDEX_A], b = pb[INDEX_B]; out[INDEX_OUT] = (TO)(EXPR); }

#define MAP2(NAME, TO, T, EXPR)                                                    \
    NK_LOOP(NAME) {                                                                \
        TO *out = (TO *)p[0];                                                      \
        const T *pa = (const T *)p[1], *pb = (const T *)p[2];                      \
        int64_t so = s[0], sa = s[1], sb = s[2];                                   \
        if (NK_LIKELY(so == 1)) {                                                  \
            if (NK_LIKELY(sa == 1 && sb == 1)) {                                   \
                MAP2_LOOP(NK_VECTORIZE, T, TO, i, i, i, EXPR)                      \
                return;                                                            \
            }                                                                      \
            if (sa == 1 && sb == 0) {                                              \
                T b = *pb;                                                         \
                NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T a = pa[i]; out[i] = (TO)(EXPR); } \
                return;                                                            \
            }                                                                      \
            if (sa == 0 && sb == 1) {                                              \
                T a = *pa;                                                         \
                NK_VECTORIZE for (int64_t i = 0; i < count; i++) { T b = pb[i]; out[i] = (TO)(EXPR); } \
                return;                                                            \
            }                                                                      \
        }                                                                          \
        MAP2_LOOP(, T, TO, i * so, i * sa, i * sb, EXPR)                           \
    }
