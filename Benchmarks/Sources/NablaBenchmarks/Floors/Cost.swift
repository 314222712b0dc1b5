/// The least that an eager system must do for a workload, from the shapes of its arrays: each operation is one pass over memory, which reads
/// its operands and writes its result once, and what is fused in one function of the library counts as one operation.
///
/// Products of matrices are counted by their operations, because they are bound by arithmetic, all others by bytes. A function and its
/// derivatives have the traffic that `Traffic` lists; biases, seeds and what has a few elements are left out.
struct Cost {
    /// How often each product occurs.
    private(set) var products: [Product: Int] = [:]
    /// Bytes that operations other than products read and write, by the size of the arrays: it decides which cache they come from.
    private(set) var traffic: [Int: Double] = [:]

    var bytes: Double { traffic.values.reduce(0, +) }

    /// Σ 2 m n k over the products.
    var flops: Double { products.reduce(0) { $0 + $1.key.flops * Double($1.value) } }

    mutating func add(_ product: Product, _ count: Int = 1) {
        if count > 0 { products[product, default: 0] += count }
    }

    /// `passes` arrays of `count` numbers of float32, each read or written once.
    mutating func add(passes: Double, over count: Int) {
        let size = 4 * count
        if passes > 0 { traffic[size, default: 0] += passes * Double(size) }
    }

    /// A step of Adam: weight, gradient and both moments are read, all but the gradient written.
    mutating func addAdam(parameters: Int) { add(passes: 7, over: parameters) }
}

/// A matrix product (m, k) (k, n).
struct Product: Hashable {
    let m, n, k: Int
    var isDouble = false

    var flops: Double { 2 * Double(m) * Double(n) * Double(k) }
}

/// Arrays that one elementwise operation reads and writes as a value, with its gradient, and with the gradient of a function of that gradient.
///
/// Reverse over reverse, with g the cotangent of the result, u that of the gradient:
/// - value: operands in, result out;
/// - gradient: g and what the rule keeps in, one cotangent out for each operand;
/// - second: the gradient's own pass backwards (u, g, kept in; cotangents of g and kept out), and the value's pass backwards once more.
///
/// A value that is used k times has k - 1 sums of cotangents, of three passes each, in every walk that reaches it.
struct Traffic {
    let value, gradient, second: Double

    /// f(x) with f″ ≠ 0: 2; g, x → g f′(x): 3; u, g, x → u f′(x), u g f″(x): 5, again 3, and the sum of x's cotangents: 3.
    static let curved = Traffic(value: 2, gradient: 5, second: 16)
    /// f(x) with f″ = 0 (ReLU): u, x → u f′(x): 3, and again 3.
    static let gate = Traffic(value: 2, gradient: 5, second: 11)
    /// -x.
    static let negation = Traffic(value: 2, gradient: 4, second: 8)
    /// x + c: cotangents pass through it.
    static let shift = Traffic(value: 2, gradient: 2, second: 2)
    /// a b: 3; g, a, b → g b, g a: 5; u, v, g, a, b → u b + v a, v g, u g: 8, again 5, and two sums: 6.
    static let product = Traffic(value: 3, gradient: 8, second: 27)
    /// a + b: u + v only.
    static let sum = Traffic(value: 3, gradient: 3, second: 6)
    /// One use of a value beyond its first.
    static let use = Traffic(value: 0, gradient: 3, second: 6)

    func passes(_ order: Int) -> Double { [value, gradient, second][order] }
}
