import ArgumentParser
import Foundation
import Nabla
import NablaTraining

/// `nabla hvp`
struct HessianVectorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hvp", abstract: "Multiply a Hessian matrix by a vector without making it.",
        discussion: """
            Shows f, its gradient g, the number g · v and the product H v, once as the gradient of g · v (reverse over reverse) and once as \
            the tangent of g along v (forward over reverse), beside their closed forms. The function is that of nabla toy, (x - 1)², which \
            contains a gradient itself, or with --size Rosenbrock's of so many dimensions: Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)² at -1.2, 1, \
            -1.2, 1 …, along v = 1, 1, 1 …
            """)

    @Option(parsing: .unconditional, help: "Where: x of the function of nabla toy. (default: 3)")
    var x: Double?

    @Option(parsing: .unconditional, help: "Along which v. (default: 1)")
    var v: Double?

    @Option(parsing: .unconditional, help: "Dimensions of Rosenbrock's function, which is shown instead.")
    var size: Int?

    func validate() throws {
        try check(x, in: -1e100...1e100, "x", "a number from -1e100 to 1e100")
        try check(v, in: -1e100...1e100, "v", "a number from -1e100 to 1e100")
        try check(size, in: 2...10_000_000, "size", "a number of dimensions from 2 to 10000000")
        for (name, isGiven) in [("x", x != nil), ("v", v != nil)] where size != nil && isGiven {
            throw ValidationError("--size: expected no --\(name), for Rosenbrock's function has its own x and v")
        }
    }

    func run() {
        let output: String
        if let size {
            let x = NDArray((0..<size).map { $0.isMultiple(of: 2) ? -1.2 : 1 })
            let v = NDArray.ones([size], dtype: .float64)
            let shown = HessianVectorProduct(of: Rosenbrock.value, at: x, along: v)
            output = """
                Rosenbrock's function of \(size) dimensions, whose Hessian has \(size) × \(size) elements
                \(shown.table(closedForms: Rosenbrock.closedForms(at: x, along: v), isTimed: true))
                """
        } else {
            let (x, v) = (NDArray(x ?? 3), NDArray(v ?? 1))
            let shown = HessianVectorProduct(of: ToyCommand.f, at: x, along: v)
            output = """
                y = x³ / 3, f(x) = dy/dx - 2x + 1 = (x - 1)², at x = \(numbers(x)) along v = \(numbers(v))
                \(shown.table(closedForms: (square(x - 1), 2 * (x - 1), 2 * v), isTimed: false))
                """
        }
        ReportOutput.standardOutput.write(output + "\n")
    }
}

/// A Hessian-vector product step by step, in both ways.
private struct HessianVectorProduct {
    private let v: NDArray
    private let value: NDArray
    private let gradient: NDArray
    private let slope: NDArray
    private let reverse: NDArray
    private let forward: NDArray
    /// Milliseconds: the value, the gradient, and the two products each from the recorded gradient on.
    private var times: [Double] = []

    init(of f: (Variable) -> Variable, at point: NDArray, along v: NDArray) {
        self.v = v
        var marks = [ProgressBar.monotonicTime()]
        func mark() { marks.append(ProgressBar.monotonicTime()) }
        let (x, direction) = (Variable(point), Variable(constant: v))
        let y = f(x)
        mark()
        let g = grad(of: y, wrt: x, enableDoubleBackprop: true)
        mark()
        let gv = (g * direction).sum()
        reverse = grad(of: gv, wrt: x).array
        mark()
        forward = jvp(of: [g], wrt: [x], along: [direction])[0].array
        mark()
        (value, gradient, slope) = (y.array, g.array, gv.array)
        times = zip(marks, marks.dropFirst()).map { 1000 * ($1 - $0) }
    }

    /// One line for each step, with its time if that means something.
    func table(closedForms: (value: NDArray, gradient: NDArray, product: NDArray), isTimed: Bool) -> String {
        let steps: [(name: String, value: NDArray, closed: NDArray, time: Double?)] = [
            ("f", value, closedForms.value, times[0]),
            ("g", gradient, closedForms.gradient, times[1]),
            ("g · v", slope, (closedForms.gradient * v).sum(), nil),
            ("H v, gradient of g · v", reverse, closedForms.product, times[2]),
            ("H v, tangent of g", forward, closedForms.product, times[3]),
        ]
        func difference(_ a: NDArray, _ b: NDArray) -> Double { abs(a - b).max().item() / max(1, abs(b).max().item()) }
        let rows =
            [["", "computed", "closed form", "relative difference", isTimed ? "ms" : ""]]
            + steps.map { step in
                [
                    step.name, numbers(step.value), numbers(step.closed), String(format: "%.1g", difference(step.value, step.closed)),
                    isTimed ? step.time.map { String(format: "%.3f", $0) } ?? "" : "",
                ]
            }
        let widths = (0..<rows[0].count).map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "   ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

/// Rosenbrock's function (*An automatic method for finding the greatest or least value of a function*, Computer Journal 1960) in any number
/// of dimensions, and its derivatives by hand.
private enum Rosenbrock {
    static func value(_ x: Variable) -> Variable {
        let (a, b) = (x[..<(-1)], x[1...])
        return (100 * square(b - square(a)) + square(1 - a)).sum()
    }

    /// The value, the gradient, and the product of the Hessian, whose rows have three elements, and `v`.
    static func closedForms(at x: NDArray, along v: NDArray) -> (value: NDArray, gradient: NDArray, product: NDArray) {
        let (x, v) = (x.doubles, v.doubles)
        // Summed by the library, which does it in pairs: one after another a million terms lose digits.
        var terms: [Double] = []
        var (gradient, product) = ([Double](repeating: 0, count: x.count), [Double](repeating: 0, count: x.count))
        for i in 0..<(x.count - 1) {
            let (a, b) = (x[i], x[i + 1])
            terms.append(100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a))
            gradient[i] += -400 * a * (b - a * a) - 2 * (1 - a)
            gradient[i + 1] += 200 * (b - a * a)
            product[i] += (1200 * a * a - 400 * b + 2) * v[i] - 400 * a * v[i + 1]
            product[i + 1] += 200 * v[i + 1] - 400 * a * v[i]
        }
        return (NDArray(terms).sum(), NDArray(gradient), NDArray(product))
    }
}

/// A number, or the first ones of a vector.
private func numbers(_ x: NDArray) -> String {
    let few = x.count <= 3 ? x : x[..<2]
    let texts = few.doubles.map { String(format: "%.8g", $0) }
    return x.rank == 0 ? texts[0] : "(" + texts.joined(separator: ", ") + (few.count < x.count ? ", …)" : ")")
}
