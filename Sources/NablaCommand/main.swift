import Nabla

func f(_ x: Variable) -> Variable {
    let y = x * x * x / 3
    let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
    return gx - 2 * x + 1
}
var x = Variable(.random(in: 0..<1))
for _ in 0..<30 {
    let z = f(x)
    z.backward()
    x = Variable(x.array - 0.1 * x.grad!.array)
    print(x.array)
}
let v = Variable(NDArray(1.5))
let y = v * v * v / 3
let g1 = grad(of: y, wrt: v, enableDoubleBackprop: true)
let g2 = grad(of: g1, wrt: v, enableDoubleBackprop: true)
let g3 = grad(of: g2, wrt: v, enableDoubleBackprop: true)
print(g1, g2, g3, grad(of: g3, wrt: v))
do {
    let clock = ContinuousClock()
    func bench(_ name: String, _ n: Int, _ body: () -> Void) {
        body()
        var best = 1e9
        for _ in 0..<10 {
            let t = clock.measure(body)
            best = min(best, Double(t.components.attoseconds) / 1e9 / Double(n))
        }
        print(name, best, "ns/op")
    }
    let a = Variable(NDArray([1.0, 2, 3, 4], dtype: .float32))
    let b = NDArray([1.0, 2, 3, 4], dtype: .float32)
    let n = 1000
    bench("array add", n) {
        var h = b
        for _ in 0..<n { h = h + b }
    }
    bench("fwd add", n) {
        var h = a
        for _ in 0..<n { h = h + a }
    }
    bench("fwd mul", n) {
        var h = a
        for _ in 0..<n { h = h * a }
    }
    bench("fwd sin", n) {
        var h = a
        for _ in 0..<n { h = sin(h) }
    }
    let one = Variable(constant: NDArray([1.0, 1, 1, 1], dtype: .float32))
    bench("fwd+bwd add", n) {
        var h = a
        for _ in 0..<n { h = h + a }
        _ = grad(of: h, wrt: a, gradOutput: one)
    }
    bench("fwd+bwd sin", n) {
        var h = a
        for _ in 0..<n { h = sin(h) }
        h.backward(seed: one)
        a.clearGrad()
    }
    bench("fwd+bwd mul", n) {
        var h = a
        for _ in 0..<n { h = h * a }
        h.backward(seed: one)
        a.clearGrad()
    }
    print(GraphStatistics.liveNodes)
}
