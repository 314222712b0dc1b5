import Nabla

/// Products of square matrices, 2n³ operations each, in both precisions.
func productWorkloads() -> [Workload] {
    [DType.float32, .float64].flatMap { dtype in
        [64, 128, 256, 512, 1024, 2048].map { size in
            var inputs = Inputs(seed: 8)
            let a = inputs.normal([size, size], as: "a").cast(to: dtype), b = inputs.normal([size, size], as: "b").cast(to: dtype)
            let name = "matmul_\(dtype == .float32 ? "f32" : "f64")_\(size)"
            let repeats = max(1, 1 << 22 / (size * size * size / 64))
            var cost = Cost()
            cost.add(Product(m: size, n: size, k: size, isDouble: dtype == .float64), repeats)
            return Workload(name: name, inputs: inputs, units: repeats, cost: cost, bound: size < 256 ? nil : .products) {
                var sum = 0.0
                for _ in 0..<repeats { sum = matmul(a, b)[0, 0].item() }
                return sum
            }
        }
    }
}
