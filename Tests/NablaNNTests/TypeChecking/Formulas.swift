import NablaNN

// Formulas as users write them: some twenty operators that mix variables, arrays, literals and numbers of several types, and closures of `$0`.
// They need only compile; `TypeCheckingTests` gives the compiler a twentieth of the steps that it may take.

private func gaussianNLL(_ x: Variable, _ mu: Variable, _ s: Variable) -> Variable {
    (0.5 * square((x - mu) / s) + log(s) + 0.5 * log(2 * Double.pi)).sum()
}
private func gaussianNLL2(_ x: Variable, _ mu: Variable, _ s: Variable, n: Int) -> Variable {
    0.5 * (square((x - mu) / s)).sum() + Double(n) * log(s) + 0.5 * Double(n) * log(2 * .pi)
}
private func mixed(_ x: Variable, _ w: Variable, _ b: Variable, c: NDArray, d: Variable) -> Variable {
    (x * x * x - 2 * x * w + 0.5) / (1 + exp(-x)) + b * c - 3.0 * d
}
private func long(_ x: Variable, _ y: Variable, _ k: Double) -> Variable {
    x * x * 2 + 3 * x * y - 0.5 * y * y + k * x - 2 * k * y + 1 + exp(-x * x / 2 - y * y / 2) * k - 4 * x / (1 + y * y)
}
private func gelu(_ x: Variable, _ a: NDArray) -> Variable {
    0.5 * x * (1 + tanh(0.7978845608 * (x + 0.044715 * x * x * x))) + a * x - 2 * a + 1 / (1 + exp(-a * x)) - 3.5 * x / 2
}
private func scalars(_ x: Variable, n: Int, rate: Float, eps: Double) -> Variable {
    x * n - rate * x / Double(n) + eps * sqrt(2.0) - exp(-1.0) * pow(x, 2) + pow(2.0, 0.5) * x - log(10) * x + sqrt(Double(n)) / x
}
private func arrays(_ a: NDArray, _ b: NDArray, k: Float) -> NDArray {
    a * a * 2 + 3 * a * b - 0.5 * b * b + k * a - 2 * k * b + 1 + exp(-a * a / 2 - b * b / 2) * k - 4 * a / (1 + b * b)
}
private func rosenbrock(_ x: Variable, _ y: Variable) -> Variable {
    (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
}
private func closures(_ v: Variable, _ t: Variable, k: Double) {
    _ = root(of: { $0 * $0 * $0 - 2 * $0 + 2 }, at: v)
    _ = fixedPoint(of: { 0.5 * $0 + 0.25 * sin($0) - k * $0 / 10 + t }, at: v)
    _ = argmin(of: { square($0 - t).sum() + 0.1 * square($0).sum() - 2 * k * $0.sum() }, at: v)
    _ = gradient(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() }, at: v)
    _ = valueWithGradient(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() }, at: v)
    _ = gradient(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() })(v)
    _ = jvp(of: { $0 * $0 * $0 - 2 * $0 + 2 * k }, at: v, along: t)
    _ = vjp(of: { $0 * $0 * $0 - 2 * $0 + 2 * k }, at: v, gradOutput: t)
    _ = hessian(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() }, at: v)
    _ = jacobian(of: { $0 * $0 * $0 - 2 * $0 + 2 * k }, at: v)
    _ = hessianVectorProduct(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() }, at: v, along: t)
    _ = gaussNewtonVectorProduct(of: { $0 * $0 * $0 - 2 * $0 + 2 * k }, loss: { ($0 * $0 / 2 - t * $0).sum() }, at: v, along: t)
    _ = laplacian(of: { ($0 * $0 * $0 - 2 * $0 + 2 * k).sum() }, at: v)
    _ = divergence(of: { $0 * $0 * $0 - 2 * $0 + 2 * k }, at: v)
    _ = checkpoint(v) { $0 * $0 * $0 - 2 * $0 + 2 * k }
    _ = vmap { $0 * $0 * $0 - 2 * $0 + 2 * k }(v)
    _ = compile { $0 * $0 * $0 - 2 * $0 + 2 * k }(v)
    _ = derivative(of: { tanh($0) * sin($0) - $0 * $0 / 3 + 2 * k * $0 }, order: 6)(v)
    _ = gradient(of: { ($0[0] * $0[0] * $0[1] - 2 * $0[0] + 2 * k * $0[1]).sum() }, at: [v, t])
    _ = hessianVectorProduct(of: { ($0[0] * $0[0] * $0[1] - 2 * $0[0] + 2 * k).sum() }, at: [v, t], along: [t, v])
    _ = root(of: { [$0[0] * $0[0] - 2 * $0[1] + k, $0[0] + 3 * $0[1] - 1] }, at: [v, t])
    _ = fixedPoint(of: { [0.5 * cos($0[0]) - 0.25 * $0[1] + k, 0.1 * $0[0] * $0[1] - 1] }, at: [v, t])
    _ = argmin(of: { (square($0[0] - t) + 2 * square($0[1]) - k * $0[0] * $0[1]).sum() }, at: [v, t])
    _ = linearSolve({ 2 * $0 - 0.5 * $0 / k + $0 * t - 3 * $0 }, rightHandSide: v)
}

private func normal(_ x: Variable, sigma: Double) -> Variable {
    -0.5 * square(x / sigma) - log(sigma) - 0.5 * log(2 * .pi)
}
private func student(_ x: Variable, sigma: Double, nu: Double) -> Variable {
    -(nu + 1) / 2 * log1p(square(x) / nu) - 0.5 * log(nu * .pi) - log(sigma)
}
private func series(_ x: Variable) -> Variable {
    pow(x, 2) / 2 + pow(x, 3) / 6 + pow(x, 4) / 24 + exp(-1.0) * pow(2.0, 0.5) * x - log(10) * x
}
private func maxwell(_ x: Variable, a: Double) -> Variable {
    sqrt(2 / Double.pi) * x * x * exp(-x * x / (2 * a * a)) / (a * a * a)
}

func withConstants(_ x: Variable, _ a: NDArray, _ k: Int) -> Variable {
    let bell =
        1 / sqrt(2 * .pi * square(x)) * exp(-0.5 * square((x - 1) / x)) + pow(2, x) - pow(x, 2) + pow(x, k) + k * x - x / k + k
    let wave = sin(.pi * x) * cos(.pi * (x - 1)) + sin(2 * .pi * x) * 3 + pow(2, 3) * x
    let likelihood = sqrt(2 * .pi) * x - 0.5 * log(2 * .pi) - log(x)
    let arrays = sqrt(2 * .pi) * a - 0.5 * log(2 * .pi) - log(a) + sin(2 * .pi * a) * cos(.pi * (a - 1))
    let number: Double = sqrt(2 * .pi) + log(2 * .pi)
    return bell + wave + likelihood + arrays * number
}
