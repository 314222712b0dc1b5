#!/usr/bin/env bash
# All tests once more, from the release build that is there, as a processor with less than this one has: `avx2` (x86-64-v3, what most have) or
# `baseline` (x86-64, the least). Our kernels, oneDNN and OpenBLAS each have an environment variable that limits them. With further options
# for `swift test`. (On two cores 70 and 85 seconds.)
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  avx2) limits=(NABLA_MAX_CPU_ISA=x86-64-v3 DNNL_MAX_CPU_ISA=AVX2 OPENBLAS_CORETYPE=Haswell) ;;
  baseline) limits=(NABLA_MAX_CPU_ISA=x86-64 DNNL_MAX_CPU_ISA=SSE41 OPENBLAS_CORETYPE=Prescott) ;;
  *) echo "test-as-lesser.sh: expected avx2 or baseline, got ${1:-nothing}" >&2; exit 1 ;;
esac
name=$1
shift
# OpenBLAS takes the kernels that it is told to, whether the processor has their instructions or not.
if [ "$(uname -m)" != x86_64 ] || { [ "$name" = avx2 ] && ! grep -qw avx2 /proc/cpuinfo; }; then
  echo "As $name: left out, this processor is none of that kind."
  exit 0
fi
echo "As $name: ${limits[*]}"
exec env "${limits[@]}" Scripts/swift-test.sh -c release --skip-build --no-parallel "$@"
