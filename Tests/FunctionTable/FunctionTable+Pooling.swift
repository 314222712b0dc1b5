import Nabla

extension FunctionTable {
    private static let family = "Pooling"
    private static let parameters = "(Variable, window: some PerAxis, stride: (any PerAxis)?, padding: some PerAxis, coverAll: Bool"

    static let poolings: [TableRow] = [
        row("sumPooling(x, window: 2)", of: "sumPooling", linear: true, Pools([2]), reduce: { $0.reduce(0, +) }) {
            sumPooling($0, window: 2)
        },
        row(
            "sumPooling(x, window: 3, stride: 2, padding: 1)", of: "sumPooling", linear: true, Pools([3], stride: [2], low: [1], high: [1]),
            reduce: { $0.reduce(0, +) }
        ) { sumPooling($0, window: 3, stride: 2, padding: 1) },
        row(
            "averagePooling(x, window: 3, stride: 1, padding: 1)", of: "averagePooling", more: ", countsPadding: Bool", linear: true,
            Pools([3], stride: [1], low: [1], high: [1]), reduceAll: { $0.reduce(0, +) / Double($1) }
        ) { averagePooling($0, window: 3, stride: 1, padding: 1) },
        row(
            "averagePooling(x, window: 2, padding: [0, 1], countsPadding: false)", of: "averagePooling", more: ", countsPadding: Bool",
            linear: true, Pools([2], low: [0], high: [1]), axes: 1..<2, reduce: { $0.reduce(0, +) / Double($0.count) }
        ) { averagePooling($0, window: 2, padding: [0, 1], countsPadding: false) },
        row("maxPooling(x, window: 2)", of: "maxPooling", linear: true, Pools([2]), reduce: { $0.max()! }) { maxPooling($0, window: 2) },
        row(
            "maxPooling(x, window: 3, stride: 2, padding: 1, coverAll: true)", of: "maxPooling", linear: true,
            Pools([3], stride: [2], low: [1], high: [1], coverAll: true), reduce: { $0.max()! }
        ) { maxPooling($0, window: 3, stride: 2, padding: 1, coverAll: true) },
    ]

    private static func row(
        _ name: String, of function: String, more: String = "", linear: Bool, _ pools: Pools, axes: Range<Int> = 1..<4,
        reduce: (@Sendable ([Double]) -> Double)? = nil, reduceAll: (@Sendable ([Double], Int) -> Double)? = nil,
        _ f: @escaping @Sendable (Variable) -> Variable
    ) -> TableRow {
        let inputs: [[TableInput]] = [[.apart(2, 2, 5)], [.apart(1, 2, 4, 5)], [.apart(1, 1, 3, 3, 4)], [.apart(0, 2, 4)]]
        let cases = inputs.filter { axes.contains($0[0].shape.count - 2) }
        return TableRow(
            name, of: function + parameters + more + ")", family: family, linear: linear, samples: .at(cases: cases, seed: name),
            reference: .naive { [pools.apply($0[0]) { reduceAll?($0, $1) ?? reduce!($0) }] }
        ) { [f($0[0])] }
    }
}

/// Pooling by definition.
private struct Pools: Sendable {
    var window: [Int]
    var stride: [Int]
    var low: [Int]
    var high: [Int]
    var coverAll: Bool

    init(_ window: [Int], stride: [Int]? = nil, low: [Int] = [0], high: [Int] = [0], coverAll: Bool = false) {
        (self.window, self.stride, self.low, self.high, self.coverAll) = (window, stride ?? window, low, high, coverAll)
    }

    private func at(_ axis: Int, _ list: [Int]) -> Int { list.count == 1 ? list[0] : list[axis] }

    /// `reduce` sees the window's elements inside x, and the number of all its elements.
    func apply(_ x: FlatArray, _ reduce: ([Double], Int) -> Double) -> FlatArray {
        let axes = x.rank - 2
        let output = (0..<axes).map { axis -> Int in
            let room = x.shape[axis + 2] + at(axis, low) + at(axis, high) - at(axis, window)
            // Every window that begins inside the padded input and before the input's end, when all elements are to be covered.
            if coverAll {
                let needed = x.shape[axis + 2] + at(axis, low) - at(axis, window)
                let all = Swift.max(room / at(axis, stride), (needed + at(axis, stride) - 1) / at(axis, stride)) + 1
                return Swift.min(all, (x.shape[axis + 2] + at(axis, low) - 1) / at(axis, stride) + 1)
            }
            return room / at(axis, stride) + 1
        }
        return FlatArray([x.shape[0], x.shape[1]] + output) { place in
            let taps = FlatArray.indices(of: (0..<axes).map { at($0, window) })
            let positions = taps.map { tap in (0..<axes).map { place[$0 + 2] * at($0, stride) - at($0, low) + tap[$0] } }
            let inside = positions.filter { zip($0, x.shape[2...]).allSatisfy { (0..<$1).contains($0) } }
            return reduce(inside.map { x[[place[0], place[1]] + $0] }, taps.count)
        }
    }
}
