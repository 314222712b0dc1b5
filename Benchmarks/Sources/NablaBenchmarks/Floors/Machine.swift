import Foundation
import Nabla

/// What this machine can do with some number of threads, measured in the same run as the workloads.
final class Machine {
    let threads: Int
    private var times: [Product: Double] = [:]
    private var bandwidths: [Int: Double] = [:]
    private var bestRates: [Bool: Double] = [:]

    init(threads: Int) { self.threads = threads }

    /// The best rate of square products of 512 to 2048, in operations per nanosecond (GFLOP/s).
    func productRate(isDouble: Bool) -> Double {
        if let known = bestRates[isDouble] { return known }
        let rates = [512, 1024, 2048].map { size in
            let product = Product(m: size, n: size, k: size, isDouble: isDouble)
            return product.flops / time(of: product)
        }
        bestRates[isDouble] = rates.max()!
        return rates.max()!
    }

    /// The least time of a product of this shape alone, in nanoseconds.
    func time(of product: Product) -> Double {
        if let known = times[product] { return known }
        let dtype: DType = product.isDouble ? .float64 : .float32
        let a = NDArray.ones([product.m, product.k], dtype: dtype), b = NDArray.ones([product.k, product.n], dtype: dtype)
        let time = least { _ = matmul(a, b) }
        times[product] = time
        return time
    }

    /// Bytes read and written per nanosecond (GB/s) by copying arrays of `size` bytes, of at least 4 KiB: those that lie in a cache stay there.
    func copyBandwidth(_ size: Int) -> Double {
        // One measurement serves sizes up to twice as large.
        let size = 1 << (Int.bitWidth - 1 - max(4096, size).leadingZeroBitCount)
        if let known = bandwidths[size] { return known }
        let source = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        let target = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        source.initializeMemory(as: UInt8.self, repeating: 1, count: size)
        target.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer {
            source.deallocate()
            target.deallocate()
        }
        let repeats = max(1, (1 << 16) / size)
        var time = least { for _ in 0..<repeats { memcpy(target, source, size) } } / Double(repeats)
        if threads > 1 {
            // Each core has caches of its own, and memory may serve several threads faster than one: a pass by the library's threads shows it.
            let array = NDArray.ones([size / 4])
            time = min(time, least { _ = array * 2 })
        }
        bandwidths[size] = 2 * Double(size) / time
        return 2 * Double(size) / time
    }

    private func least(_ body: () -> Void) -> Double {
        setThreadCount(threads)
        let clock = ContinuousClock()
        var best = Double.infinity
        body()
        let start = clock.now
        var runs = 0
        repeat {
            let begin = clock.now
            body()
            best = min(best, (clock.now - begin).nanoseconds)
            runs += 1
        } while (clock.now - start).nanoseconds < 5e7 || runs < 3
        return best
    }
}

extension Cost {
    /// Operations at the best rate of large square products, and bytes at copy bandwidth, in nanoseconds. `alive` bytes of arrays at the
    /// workload's peak say which cache an array can come from: between its writing and its reading the others pass through.
    func floor(on machine: Machine, alive: Int) -> Double {
        products.reduce(trafficTime(on: machine, alive)) {
            $0 + $1.key.flops * Double($1.value) / machine.productRate(isDouble: $1.key.isDouble)
        }
    }

    /// The same with each product at the rate of its own shape.
    func floorOfOwnShapes(on machine: Machine, alive: Int) -> Double {
        products.reduce(trafficTime(on: machine, alive)) { $0 + machine.time(of: $1.key) * Double($1.value) }
    }

    private func trafficTime(on machine: Machine, _ alive: Int) -> Double {
        // A copy of `size` bytes has twice as many alive.
        traffic.reduce(0) { $0 + $1.value / machine.copyBandwidth(max($1.key, alive / 2)) }
    }
}
