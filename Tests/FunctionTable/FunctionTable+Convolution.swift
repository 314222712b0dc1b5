import Nabla

extension FunctionTable {
    private static let family = "Convolution"
    private static let convolution =
        "convolution(Variable, Variable, Variable?, stride: some PerAxis, padding: some PerAxis, dilation: some PerAxis, groups: Int)"
    private static let deconvolution =
        "deconvolution(Variable, Variable, Variable?, stride: some PerAxis, padding: some PerAxis, outputPadding: some PerAxis, "
        + "outputSpatial: [Int]?, dilation: some PerAxis, groups: Int)"

    static let convolutions: [TableRow] = forward + transposed

    private static let forward: [TableRow] = [
        row(
            "convolution(x, w)", [.real(2, 2, 4), .real(3, 2, 2)], [.real(1, 2, 3, 3), .real(2, 2, 2, 2)],
            [.real(2, 2, 2), .real(1, 2, 1)],
            [.real(1, 1, 2, 2, 2), .real(2, 1, 2, 1, 2)], [.real(0, 1, 3), .real(1, 1, 2)], windows: Windows()
        ) { Nabla.convolution($0[0], $0[1]) },
        row(
            "convolution(x, w, bias, stride: 2, padding: 1)", [.real(1, 2, 3, 4), .real(2, 2, 2, 3), .real(2)],
            [.real(2, 1, 4), .real(1, 1, 3), .real(1)], windows: Windows(stride: 2, low: 1, high: 1)
        ) { Nabla.convolution($0[0], $0[1], $0[2], stride: 2, padding: 1) },
        row(
            "convolution(x, w, padding: [1, 0, 0, 2], dilation: 2)", [.real(1, 1, 4, 3), .real(2, 1, 2, 2)],
            windows: Windows(low: [1, 0], high: [0, 2], dilation: [2])
        ) { Nabla.convolution($0[0], $0[1], padding: [1, 0, 0, 2], dilation: 2) },
        row(
            "convolution(x, w, groups: 2)", [.real(2, 4, 3), .real(4, 2, 2)], [.real(1, 2, 2, 2), .real(2, 1, 2, 1)],
            windows: Windows(groups: 2)
        ) {
            Nabla.convolution($0[0], $0[1], groups: 2)
        },
        row(
            "convolution(x, w, stride: [1, 2, 1], padding: [0, 1, 0])", [.real(1, 1, 3, 3, 2), .real(2, 1, 2, 2, 2)],
            windows: Windows(stride: [1, 2, 1], low: [0, 1, 0], high: [0, 1, 0])
        ) { Nabla.convolution($0[0], $0[1], stride: [1, 2, 1], padding: [0, 1, 0]) },
    ]

    private static let transposed: [TableRow] = [
        back(
            "deconvolution(x, w)", [.real(2, 2, 3), .real(2, 1, 2)], [.real(1, 2, 2, 2), .real(2, 2, 2, 2)],
            [.real(1, 1, 2, 1, 2), .real(1, 2, 1, 2, 2)], [.real(0, 1, 2), .real(1, 1, 2)], windows: Windows()
        ) { Nabla.deconvolution($0[0], $0[1]) },
        back(
            "deconvolution(x, w, bias, stride: 2, padding: 1, outputPadding: 1)", [.real(1, 2, 2, 2), .real(2, 1, 3, 2), .real(1)],
            [.real(2, 1, 3), .real(1, 2, 3), .real(2)], windows: Windows(stride: 2, low: 1, high: 1), extra: 1
        ) { Nabla.deconvolution($0[0], $0[1], $0[2], stride: 2, padding: 1, outputPadding: 1) },
        back(
            "deconvolution(x, w, stride: 3, outputSpatial: [5], dilation: 2)", [.real(1, 2, 2), .real(2, 2, 1)],
            windows: Windows(stride: 3, dilation: 2),
            extra: 1
        ) { Nabla.deconvolution($0[0], $0[1], stride: 3, outputSpatial: [5], dilation: 2) },
        back(
            "deconvolution(x, w, groups: 2)", [.real(1, 4, 2), .real(4, 1, 2)], [.real(1, 2, 2, 1), .real(2, 2, 1, 2)],
            windows: Windows(groups: 2)
        ) {
            Nabla.deconvolution($0[0], $0[1], groups: 2)
        },
    ]

    private static func row(
        _ name: String, _ cases: [TableInput]..., windows: Windows, _ function: @escaping @Sendable ([Variable]) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: convolution, family: family, polynomial: true, samples: .at(cases: cases, seed: name),
            reference: .naive { [windows.convolution($0[0], $0[1], $0.count > 2 ? $0[2] : nil)] }
        ) { [function($0)] }
    }

    private static func back(
        _ name: String, _ cases: [TableInput]..., windows: Windows, extra: Int = 0,
        _ function: @escaping @Sendable ([Variable]) -> Variable
    ) -> TableRow {
        TableRow(
            name, of: deconvolution, family: family, polynomial: true, samples: .at(cases: cases, seed: name),
            reference: .naive { [windows.deconvolution($0[0], $0[1], $0.count > 2 ? $0[2] : nil, extra: extra)] }
        ) { [function($0)] }
    }
}

/// The sums of windows by definition: y[n, o, p] = b[o] + Σ w[o, c, k] x[n, c, p stride - low + k dilation].
private struct Windows: Sendable {
    var stride: [Int] = [1]
    var low: [Int] = [0]
    var high: [Int] = [0]
    var dilation: [Int] = [1]
    var groups = 1

    init(stride: [Int] = [1], low: [Int] = [0], high: [Int] = [0], dilation: [Int] = [1], groups: Int = 1) {
        (self.stride, self.low, self.high, self.dilation, self.groups) = (stride, low, high, dilation, groups)
    }
    init(stride: Int, low: Int = 0, high: Int = 0, dilation: Int = 1) {
        self.init(stride: [stride], low: [low], high: [high], dilation: [dilation])
    }

    private func at(_ axis: Int, _ list: [Int]) -> Int { list.count == 1 ? list[0] : list[axis] }

    /// The position in the larger array that tap `k` of the window at `p` meets.
    private func source(_ p: ArraySlice<Int>, _ k: [Int]) -> [Int] {
        zip(p, k).enumerated().map { $1.0 * at($0, stride) - at($0, low) + $1.1 * at($0, dilation) }
    }

    func convolution(_ x: FlatArray, _ w: FlatArray, _ bias: FlatArray?) -> FlatArray {
        let (inner, outer) = (w.shape[1], w.shape[0] / groups)
        let spatial = (2..<x.rank).map { i in
            (x.shape[i] + at(i - 2, low) + at(i - 2, high) - at(i - 2, dilation) * (w.shape[i] - 1) - 1) / at(i - 2, stride) + 1
        }
        return FlatArray([x.shape[0], w.shape[0]] + spatial) { place in
            var sum = bias?[place[1]] ?? 0
            for k in FlatArray.indices(of: Array(w.shape[2...])) {
                let position = source(place[2...], k)
                if zip(position, x.shape[2...]).contains(where: { !(0..<$1).contains($0) }) { continue }
                for c in 0..<inner { sum += w[[place[1], c] + k] * x[[place[0], place[1] / outer * inner + c] + position] }
            }
            return sum
        }
    }

    func deconvolution(_ x: FlatArray, _ w: FlatArray, _ bias: FlatArray?, extra: Int) -> FlatArray {
        let (inner, outer) = (w.shape[0] / groups, w.shape[1])
        let spatial = (2..<x.rank).map { i in
            (x.shape[i] - 1) * at(i - 2, stride) - at(i - 2, low) - at(i - 2, high) + at(i - 2, dilation) * (w.shape[i] - 1) + 1 + extra
        }
        var y = FlatArray([x.shape[0], outer * groups] + spatial) { bias?[$0[1]] ?? 0 }
        for place in FlatArray.indices(of: x.shape) {
            for k in FlatArray.indices(of: Array(w.shape[2...])) {
                let position = source(place[2...], k)
                if zip(position, spatial).contains(where: { !(0..<$1).contains($0) }) { continue }
                for o in 0..<outer { y[[place[0], place[1] / inner * outer + o] + position] += w[[place[1], o] + k] * x[place] }
            }
        }
        return y
    }
}
