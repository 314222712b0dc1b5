// Conversions between types, and the copies between layouts that a conversion to the same type is.
#include "iterate.h"

#include <string.h>

#define MAP_CAST(NAME, TO, FROM, EXPR)                                             \
    NK_LOOP(NAME) {                                                                \
        TO *out = (TO *)p[0];                                                      \
        const FROM *in = (const FROM *)p[1];                                       \
        int64_t so = s[0], sx = s[1];                                              \
        if (so == 1 && sx == 1) {                                                  \
            NK_VECTORIZE for (int64_t i = 0; i < count; i++) { FROM x = in[i]; out[i] = (TO)(EXPR); } \
        } else if (so == 1 && sx == 0) {                                           \
            FROM x = *in;                                                          \
            TO value = (TO)(EXPR);                                                 \
            for (int64_t i = 0; i < count; i++) out[i] = value;                    \
        } else {                                                                   \
            for (int64_t i = 0; i < count; i++) { FROM x = in[i * sx]; out[i * so] = (TO)(EXPR); } \
        }                                                                          \
    }

// The bounds are powers of two, which every floating type holds exactly.
#define SATURATE_I32(T) x != x ? 0 : x >= (T)2147483648.0 ? INT32_MAX : x < (T)-2147483648.0 ? INT32_MIN : (int32_t)x
#define SATURATE_I64(T) x != x ? 0 : x >= (T)9223372036854775808.0 ? INT64_MAX : x < (T)-9223372036854775808.0 ? INT64_MIN : (int64_t)x

MAP_CAST(f32_to_f64, double, float, x)
MAP_CAST(f32_to_i32, int32_t, float, SATURATE_I32(float))
MAP_CAST(f32_to_i64, int64_t, float, SATURATE_I64(float))
MAP_CAST(f32_to_bool, uint8_t, float, x != 0)
MAP_CAST(f64_to_f32, float, double, x)
MAP_CAST(f64_to_i32, int32_t, double, SATURATE_I32(double))
MAP_CAST(f64_to_i64, int64_t, double, SATURATE_I64(double))
MAP_CAST(f64_to_bool, uint8_t, double, x != 0)
MAP_CAST(i32_to_f32, float, int32_t, x)
MAP_CAST(i32_to_f64, double, int32_t, x)
MAP_CAST(i32_to_i64, int64_t, int32_t, x)
MAP_CAST(i32_to_bool, uint8_t, int32_t, x != 0)
MAP_CAST(i64_to_f32, float, int64_t, x)
MAP_CAST(i64_to_f64, double, int64_t, x)
MAP_CAST(i64_to_i32, int32_t, int64_t, x)
MAP_CAST(i64_to_bool, uint8_t, int64_t, x != 0)
MAP_CAST(bool_to_f32, float, uint8_t, x)
MAP_CAST(bool_to_f64, double, uint8_t, x)
MAP_CAST(bool_to_i32, int32_t, uint8_t, x)
MAP_CAST(bool_to_i64, int64_t, uint8_t, x)
MAP_CAST(copy_1, uint8_t, uint8_t, x)
MAP_CAST(copy_4, uint32_t, uint32_t, x)
MAP_CAST(copy_8, uint64_t, uint64_t, x)

void nk_cast(nk_dtype from, nk_dtype to, int rank, const int32_t *shape,
             void *out, const int64_t *out_strides, const void *x, const int64_t *x_strides) {
    static const nk_loop *const loops[5][5] = {
        {copy_4, f32_to_f64, f32_to_i32, f32_to_i64, f32_to_bool},
        {f64_to_f32, copy_8, f64_to_i32, f64_to_i64, f64_to_bool},
        {i32_to_f32, i32_to_f64, copy_4, i32_to_i64, i32_to_bool},
        {i64_to_f32, i64_to_f64, i64_to_i32, copy_8, i64_to_bool},
        {bool_to_f32, bool_to_f64, bool_to_i32, bool_to_i64, copy_1},
    };
    nk_plan plan;
    const int64_t *const strides[] = {out_strides, x_strides};
    if (!nk_plan_make(&plan, 2, rank, shape, strides)) return;
    char *const pointers[] = {out, (char *)x};
    const int32_t sizes[] = {(int32_t)nk_size(to), (int32_t)nk_size(from)};
    nk_walk(nk_chosen(loops[from][to]), &plan, 2, pointers, sizes, NK_PARALLEL_ELEMENTS);
}
