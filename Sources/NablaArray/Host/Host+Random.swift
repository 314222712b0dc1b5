import CNablaKernels

extension Draw {
    package func runOnHost(into out: NDArray) {
        let (type, count) = (out.kernelType, Int64(out.count))
        switch numbers {
        case .uniform(let range): nk_random_uniform(type, key, stream, counter, count, range.lowerBound, range.upperBound, out.data)
        case .normal(let mean, let deviation): nk_random_normal(type, key, stream, counter, count, mean, deviation, out.data)
        case .integers(let range): nk_random_integers(type, key, stream, counter, count, range.lowerBound, range.upperBound, out.data)
        }
    }
}
