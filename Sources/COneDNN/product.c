// Products of matrices, for the shapes that oneDNN multiplies faster than BLAS.
#include "library.h"
#include "nabla_onednn.h"

// Bits of dnnl_cpu_isa_t.
enum { HAS_AVX2 = 0x7, HAS_AVX512 = 0x20 };

bool nd_multiplies_narrow(void) {
    int isa = (int)dnnl_get_effective_cpu_isa();
    return (isa & HAS_AVX2) == HAS_AVX2 && !(isa & HAS_AVX512);
}

bool nd_multiply(const nd_product *p, const float *a, const float *b, float *c) {
    int threads = nd_take_one_thread();
    dnnl_status_t status = dnnl_sgemm(p->transposes_a ? 'T' : 'N', p->transposes_b ? 'T' : 'N', p->rows, p->columns, p->inner, 1, a,
                                      p->pitch_a, b, p->pitch_b, p->adds ? 1 : 0, c, p->pitch_c);
    nd_restore_threads(threads);
    return status == dnnl_success;
}
