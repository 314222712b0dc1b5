import Foundation

/// The second derivatives H of a function, by products with vectors, in units in which they are near 1: as E H E = V Λ Vᵀ with a diagonal E.
///
/// Up to twenty unknowns, all of it. Beyond, what Lanczos' iterations from a fixed vector see: the ends of the spectrum.
struct Curvature {
    /// The diagonal of E.
    let scale: [Double]
    /// Λ, ascending
    let values: [Double]
    /// The columns of V.
    let vectors: [[Double]]
    /// Whether Λ and V are all there is.
    let isComplete: Bool
    /// Below this a number of Λ may be rounding.
    let negligible: Double

    static let largestComplete = 20

    init(_ product: ([NDArray]) -> [NDArray], like x: [NDArray]) {
        let count = x.reduce(0) { $0 + $1.count }
        func image(_ v: [Double]) -> [Double] { flattened(product(arranged(v, like: x))) }
        isComplete = count <= Curvature.largestComplete
        negligible = precision(of: x, double: 1e-11, single: 1e-4)
        if isComplete {
            var rows = (0..<count).map { i in image((0..<count).map { $0 == i ? 1 : 0 }) }
            for i in 0..<count {
                for j in 0..<i { (rows[i][j], rows[j][i]) = (rows[i][j] / 2 + rows[j][i] / 2, rows[i][j] / 2 + rows[j][i] / 2) }
            }
            scale = Curvature.equilibration(rows)
            for i in 0..<count { for j in 0..<count { rows[i][j] = scale[i] * rows[i][j] * scale[j] } }
            (values, vectors) = SymmetricEigenproblem.solved(rows)
        } else {
            // The rows' sizes, from products with signs in no order (Bradley and Murray, 2011).
            var squares = [Double](repeating: 0, count: count)
            for seed in 1...2 {
                let row = image(probeNumbers(count, seed: UInt64(seed)).map { $0 < 0 ? -1 : 1 })
                for i in 0..<count { squares[i] = hypot(squares[i], row[i]) }
            }
            let typical = squares.reduce(0, Swift.max)
            let scale = squares.map { 1 / Swift.max($0, 1e-30 * typical, 1e-290).squareRoot() }
            let (values, vectors) = Curvature.lanczos({ v in zip(image(zip(v, scale).map { $0 * $1 }), scale).map { $0 * $1 } }, count)
            (self.scale, self.values, self.vectors) = (scale, values, vectors)
        }
    }

    var isFinite: Bool { values.allSatisfy(\.isFinite) && scale.allSatisfy(\.isFinite) }

    /// E with rows of E H E whose largest number is 1 (Ruiz, 2001).
    private static func equilibration(_ rows: [[Double]]) -> [Double] {
        // From the diagonal, so that what follows stays in range.
        var scale = rows.indices.map { i in
            let size = rows[i][i] == 0 ? rows[i].reduce(0) { Swift.max($0, $1.magnitude) } : rows[i][i].magnitude
            return size == 0 ? 1 : 1 / size.squareRoot()
        }
        for _ in 0..<12 {
            let sizes = rows.indices.map { i in rows.indices.reduce(0) { Swift.max($0, (scale[i] * rows[i][$1] * scale[$1]).magnitude) } }
            if sizes.allSatisfy({ $0 == 0 || ($0 - 1).magnitude < 0.1 }) { break }
            for i in scale.indices where sizes[i] > 0 { scale[i] /= sizes[i].squareRoot() }
        }
        return scale
    }

    /// Ritz values and vectors.
    private static func lanczos(_ multiply: ([Double]) -> [Double], _ count: Int) -> ([Double], [[Double]]) {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        func unit(_ v: [Double]) -> [Double] {
            let size = dot(v, v).squareRoot()
            return v.map { $0 / size }
        }
        var basis = [unit(probeNumbers(count, seed: 3))]
        var (diagonal, beside): ([Double], [Double]) = ([], [])
        while diagonal.count < largestComplete {
            var next = multiply(basis[diagonal.count])
            let size = dot(next, next).squareRoot()
            diagonal.append(dot(next, basis[diagonal.count]))
            for _ in 0..<2 {
                for vector in basis {
                    let overlap = dot(next, vector)
                    for i in next.indices { next[i] -= overlap * vector[i] }
                }
            }
            let rest = dot(next, next).squareRoot()
            if !rest.isFinite || rest <= 1e-12 * size || diagonal.count == largestComplete { break }
            beside.append(rest)
            basis.append(next.map { $0 / rest })
        }
        if !diagonal.allSatisfy(\.isFinite) { return (diagonal, []) }
        let rows = diagonal.indices.map { i in
            diagonal.indices.map { j in i == j ? diagonal[i] : (i - j).magnitude == 1 ? beside[Swift.min(i, j)] : 0 }
        }
        let (values, weights) = SymmetricEigenproblem.solved(rows)
        let vectors = weights.map { weights in
            var sum = [Double](repeating: 0, count: count)
            for (weight, vector) in zip(weights, basis) { for i in sum.indices { sum[i] += weight * vector[i] } }
            return sum
        }
        return (values, vectors)
    }

    /// Newton's step, with each curvature's magnitude, and none where there is no curvature.
    func newtonStep(_ gradient: [Double]) -> [Double] {
        var step = [Double](repeating: 0, count: gradient.count)
        let slopes = zip(gradient, scale).map { $0 * $1 }
        for (value, vector) in zip(values, vectors) where value.magnitude > negligible {
            let weight = -zip(slopes, vector).reduce(0) { $0 + $1.0 * $1.1 } / value.magnitude
            for i in step.indices { step[i] += weight * scale[i] * vector[i] }
        }
        return step
    }
}

/// Eigenvalues, ascending, and eigenvectors of a symmetric matrix, by Jacobi's rotations: small ones are as exact as large ones.
enum SymmetricEigenproblem {
    static func solved(_ matrix: [[Double]]) -> ([Double], [[Double]]) {
        var a = matrix
        let count = a.count
        var v = a.indices.map { i in a.indices.map { $0 == i ? 1.0 : 0.0 } }
        if count > 1 && a.allSatisfy({ $0.allSatisfy(\.isFinite) }) {
            for _ in 0..<30 {
                var isDone = true
                for p in 0..<count - 1 {
                    for q in p + 1..<count {
                        if a[p][q].magnitude <= 1e-17 * (a[p][p].magnitude * a[q][q].magnitude).squareRoot() || a[p][q].magnitude < 1e-290 {
                            continue
                        }
                        isDone = false
                        rotate(&a, &v, p, q)
                    }
                }
                if isDone { break }
            }
        }
        let order = a.indices.sorted { a[$0][$0] < a[$1][$1] }
        return (order.map { a[$0][$0] }, order.map { v[$0] })
    }

    private static func rotate(_ a: inout [[Double]], _ v: inout [[Double]], _ p: Int, _ q: Int) {
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta < 0 ? -1 : 1) / (theta.magnitude + hypot(theta, 1))
        let c = 1 / hypot(t, 1)
        let s = t * c
        for k in a.indices { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
        for k in a.indices { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
        for k in a.indices { (v[p][k], v[q][k]) = (c * v[p][k] - s * v[q][k], s * v[p][k] + c * v[q][k]) }
        (a[p][q], a[q][p]) = (0, 0)
    }
}
