// The programs keep the README's layout.
// swift-format-ignore-file

import Foundation
import Nabla
import NablaNN
import NablaTraining
import Testing

// The programs of the README, line for line, with checks of what they compute around them.

private func classifier() -> Sequential {
    Sequential {
        Linear(784, 128)
        relu
        Dropout(0.2)
        Linear(128, 10)
    }
}

private func trainClassifier(on folder: String = IDXImageSet.fashionMNISTFolder, to file: String = "classifier.safetensors") throws {
    let data = try IDXImageSet(folder: folder)
    let (images, labels) = (data.train.scaledPixels.flattened(fromAxis: 1), data.train.labelArray)
    let tests = data.test.scaledPixels.flattened(fromAxis: 1)
    let model = classifier(), optimizer = Adam(model)
    func accuracy(of model: Sequential) -> Double {
        model.setTraining(false)
        defer { model.setTraining(true) }
        return (model(tests).array.argMax(axis: 1) .== data.test.labelArray).cast(to: .float64).mean().item()
    }
    for epoch in 1...3 {
        let order = RandomGenerator.withShared { $0.permutation(data.train.count) }
        for start in stride(from: 0, to: data.train.count, by: 100) {
            let batch = order[start..<min(start + 100, data.train.count)]
            let loss = softmaxCrossEntropy(model(images.take(batch)), labels.take(batch))
            optimizer.update(with: grad(of: loss, wrt: model.parameters))
        }
        print("epoch \(epoch): \(accuracy(of: model)) of the test images are right")
    }
    var snapshot = Snapshot()
    snapshot.add(model, as: "model")
    try SafeTensors(snapshot).write(to: file)

    let again = classifier()
    try SafeTensors(contentsOf: file).snapshot().restore(again, as: "model")
    print("read again: \(accuracy(of: again))")
}

/// As the README calls it, where the data set is installed.
private func trainClassifierAsShown() throws {
    try trainClassifier()
}

private func toyProgram() -> Variable {
    func f(_ x: Variable) -> Variable {
        let y = x * x * x / 3
        let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
        return gx - 2 * x + 1  // (x - 1)²
    }

    var x = Variable(.random(in: 0..<1))  // a 0-d float32 array
    for _ in 0..<30 {
        let z = f(x)
        z.backward()
        x = Variable(x.array - 0.1 * x.grad!.array)
        print(x.array)
    }
    return x
}

/// F(x, y) = x² + y, differentiable to any order because `backward` is written on variables.
private final class SquarePlus: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0])
        return [inputs[0] * inputs[0] + inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let gz = gradOutputs[0]  // an absent gradient arrives as a symbolic zero
        return indexes.map { $0 == 0 ? 2 * gz * retainedInput(0) : gz }
    }
}

private func ownFunctionProgram(_ x: Variable, _ y: Variable) -> Variable {
    let z = SquarePlus().apply([x, y])[0]
    return z
}

/// F(u, v) = u² v
private final class F: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        return [inputs[0] * inputs[0] * inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        let (gz, u, v) = (gradOutputs[0], retainedInput(0), retainedInput(1))
        return indexes.map { $0 == 0 ? 2 * gz * u * v : gz * square(u) }
    }
}

/// G(f, s) = f² + s²
private final class G: FunctionNode {
    override func forward(_ inputs: [NDArray]) -> [NDArray] {
        retainInputs([0, 1])
        return [inputs[0] * inputs[0] + inputs[1] * inputs[1]]
    }
    override func backward(_ indexes: [Int], _ gradOutputs: [Variable]) -> [Variable] {
        indexes.map { 2 * gradOutputs[0] * retainedInput($0) }
    }
}

/// ½ xᵀ A x + bᵀ x, as a model whose derivatives are known: ∇_A = ½ x xᵀ, ∇_b = x.
private final class Quadratic: Chain {
    let matrix = Parameter(NDArray([[2.0, 1], [1, 3]])), offset = Parameter(NDArray([1.0, -1]))
    func callAsFunction(_ x: Variable) -> Variable { 0.5 * matmul(x, matmul(matrix.variable, x)) + matmul(offset.variable, x) }
}

@Suite struct ReadmeProgramTests {
    /// The classifier on pictures of which ten rows tell the class, 300 to learn from and 100 to judge by.
    @Test func program0() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var generator = RandomGenerator(seed: 1)
        for (part, count) in [("train", 3000), ("t10k", 500)] {
            var images: [UInt8] = [0, 0, 8, 3, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, 28, 0, 0, 0, 28]
            for i in 0..<count {
                let noise = generator.uniform([784], in: 0..<100).doubles
                images += (0..<784).map { UInt8(noise[$0]) + ($0 / 28 / 2 == i % 10 ? 120 : 0) }
            }
            try Data(images).write(to: folder.appending(path: "\(part)-images-idx3-ubyte"))
            let labels: [UInt8] = [0, 0, 8, 1, 0, 0, UInt8(count >> 8), UInt8(count & 255)] + (0..<count).map { UInt8($0 % 10) }
            try Data(labels).write(to: folder.appending(path: "\(part)-labels-idx1-ubyte"))
        }
        let file = folder.appending(path: "classifier.safetensors").path
        try trainClassifier(on: folder.path, to: file)
        // With real data it takes minutes in debug builds.
        _ = trainClassifierAsShown
        let model = classifier(), test = try IDXImageSet(folder: folder.path).test
        try SafeTensors(contentsOf: file).snapshot().restore(model, as: "model")
        model.setTraining(false)
        let right = model(test.scaledPixels.flattened(fromAxis: 1)).array.argMax(axis: 1) .== test.labelArray
        #expect(right.cast(to: .float64).mean().item() > 0.95)
    }

    @Test func program1() {
        #expect(Swift.abs(toyProgram().item() - 1) < 0.002)
    }

    @Test func program2() {
        let x = Variable(NDArray([1.0, 2]))
        let y = Variable(NDArray([3.0, 4]))
        let z = ownFunctionProgram(x, y)
        #expect(z.array.doubles == [4, 8])
        let g = grad(of: z.sum(), wrt: [x, y], enableDoubleBackprop: true)
        #expect(g[0].array.doubles == [2, 4] && g[1].array.doubles == [1, 1])
        #expect(grad(of: g[0].sum(), wrt: x).array.doubles == [2, 2])
    }

    @Test func program3() {
        let model = Quadratic()
        let x = Variable(NDArray([3.0, -2]))
        let v = Variable(constant: NDArray([1.0, 2]))
        let vectors = [Variable(constant: NDArray([[1.0, 0], [0, 1]])), Variable(constant: NDArray([1.0, 1]))]
        let f: (Variable) -> Variable = { model($0) }
        let g: (Variable) -> Variable = { sin($0) }

        let loss = model(x)
        let grads = grad(of: loss, wrt: model.parameters, enableDoubleBackprop: true)  // one per parameter, in order
        let hv = grad(of: grads, wrt: model.parameters, gradOutputs: vectors)  // H v by reverse over reverse
        let hv2 = hessianVectorProduct(of: f, at: x, along: v)  // H v of a function
        let (y, dy) = jvp(of: f, at: x, along: v)  // forward mode
        let points = Variable(NDArray([[3.0, -2], [1, 0]]))
        let H = hessian(of: f, at: x), J = jacobian(of: g, at: x)  // in batched walks
        let slopes = vmap { x in grad(of: f(x), wrt: x) }(points)  // a function of one example, for all of them at once
        let d6 = derivative(of: { tanh($0) * sin($0) }, order: 6)  // elementwise nth derivative, a function

        #expect(loss.item() == 14)
        #expect(grads[0].array.doubles == [4.5, -3, -3, 2] && grads[1].array.doubles == [3, -2])
        #expect(hv.allSatisfy { $0.array.doubles.allSatisfy { $0 == 0 } })  // the model is linear in its parameters
        #expect(hv[0].shape == [2, 2] && hv[1].shape == [2])
        #expect(hv2.array.doubles == [4, 7])
        #expect(y.item() == 14 && dy.item() == 5 - 8)
        #expect(H.array.doubles == [2, 1, 1, 3])
        #expect(slopes.array.doubles == [5, -4, 3, 0])  // H x + (1, -1)
        #expect(J.shape == [2, 2] && J.array.doubles == [Foundation.cos(3.0), 0, 0, Foundation.cos(-2.0)])
        // By mpmath 1.3: diff(lambda t: tanh(t)*sin(t), 0.3, 6)
        #expect(Swift.abs(d6(Variable(NDArray(0.3))).item() - 31.987098291263231) < 1e-10)
    }

    @Test func program3OnStructures() {
        let model = Quadratic()
        let batch = Variable(NDArray([3.0, -2]))
        func loss(_ model: Quadratic, _ batch: Variable) -> Variable { model(batch) }
        func encoder(_ x: Variable) -> Variable { tanh(x) }
        let u: (Variable) -> Variable = { (square($0) * $0).sum(axis: 1) }
        let points = Variable(NDArray([[1.0, 2], [3, 4], [5, 6]]))
        let (x, e, m) = (Variable(NDArray(0.5)), Variable(NDArray(0.4)), Variable(NDArray(0.8)))

        let slopes = gradient(of: { loss($0, batch) }, at: model)                       // also valueWithGradient, vjp, Gauss-Newton and Fisher products
        let curvature = gradient(of: gradient(of: { sin($0) }))                         // a function of a number
        let bending = laplacian(of: u, at: points, axis: 1, enableDoubleBackprop: true)  // at each row; exact, or estimated; recorded for a loss
        let y = checkpoint(x) { encoder($0) }                                           // runs again for the backward walk instead of being kept
        let anomaly = root(of: { $0 - e * sin($0) - m }, at: m)                         // differentiable in e and m; also fixedPoint and argmin

        #expect(slopes[0].array.doubles == [4.5, -3, -3, 2] && slopes[1].array.doubles == [3, -2])
        #expect(Swift.abs(curvature(x).item() + Foundation.sin(0.5)) < 1e-15)
        #expect(zip(bending.array.doubles, [18.0, 42, 66]).allSatisfy { Swift.abs($0 - $1) < 1e-12 })
        #expect(Swift.abs(grad(of: y, wrt: x).item() - (1 - Foundation.pow(Foundation.tanh(0.5), 2))) < 1e-15)
        let E = anomaly.item()
        #expect(Swift.abs(E - 0.4 * Foundation.sin(E) - 0.8) < 1e-12)
        #expect(Swift.abs(grad(of: anomaly, wrt: m).item() - 1 / (1 - 0.4 * Foundation.cos(E))) < 1e-11)
    }

    /// Program 4 on a critic whose slope is known: D(x) = w·x for each image, so ‖∇D‖ = ‖w‖.
    @Test func program4() {
        final class Flat: Chain {
            let weight = Parameter(NDArray([[[3.0, 0], [0, 4]]], dtype: .float32))
            func callAsFunction(_ x: Variable) -> Variable { (x * weight.variable).flattened(fromAxis: 1).sum(axis: 1) }
        }
        let critic = Flat()
        let optimizer = SGD(critic, rate: 0.01)
        let images = Variable(constant: .ones([5, 1, 2, 2]))
        let generated = Variable(constant: .zeros([5, 1, 2, 2]))
        let epsilon = NDArray.random([5, 1, 1, 1])

        let real = critic(images), fake = critic(generated)
        let mix = Variable(epsilon * images.array + (1 - epsilon) * generated.array)
        let slope = grad(of: critic(mix).sum(), wrt: mix, enableDoubleBackprop: true)
        let penalty = square(norm(slope.flattened(fromAxis: 1), axis: 1) - 1).mean()
        let loss = fake.mean() - real.mean() + 10 * penalty
        critic.clearGrads()
        loss.backward()
        optimizer.update()

        #expect(Swift.abs(penalty.item() - 16) < 1e-4)
        #expect(Swift.abs(loss.item() - (160 - 7)) < 1e-3)
        // d/dw of -Σw + 10 (‖w‖ - 1)² = -1 + 20 (‖w‖ - 1) w/‖w‖, with ‖w‖ = 5: -1 + 16 w.
        let gradient = critic.weight.grad!.array.doubles
        #expect(zip(gradient, [47.0, -1, -1, 63]).allSatisfy { Swift.abs($0 - $1) < 1e-3 })
        #expect(zip(critic.weight.array.doubles, [2.53, 0.01, 0.01, 3.37]).allSatisfy { Swift.abs($0 - $1) < 1e-4 })
    }

    @Test func program5() {
        let (x1, x2, x3) = (Variable(2.0), Variable(3.0), Variable(5.0))
        let (u, v, gz) = (Variable(2.0), Variable(3.0), Variable(1.0))
        let (x, w) = (Variable(0.5), Variable(1.5))

        let y = x1 * x2 + x3                                           // 1: a function
        let drawn = graph(of: y, names: ["x1": x1, "x2": x2, "x3": x3, "y": y])

        let z = F().apply([u, v])[0]                                   // 2: its gradient, recorded like any function,
        let g = grad(of: z, wrt: [u, v], gradOutput: gz, enableDoubleBackprop: true)
        let gg = grad(of: g[0], wrt: u, enableDoubleBackprop: true)    // 3: has a gradient too,

        let f = tanh(w * x)                                            // 4: and can be part of a loss
        let slope = grad(of: f, wrt: x, enableDoubleBackprop: true)
        let loss = G().apply([f, slope])[0]

        #expect(drawn.functionCount == 2 && drawn.variableCount == 5 && y.item() == 11)
        #expect(g.map { $0.item() } == [12, 4] && gg.item() == 6)
        func orders(_ v: Variable) -> [Int] { graph(of: v).nodes.filter { $0.kind == .function }.map(\.order) }
        #expect(Set(orders(g[0])) == [1] && Set(orders(gg)) == [1, 2] && Set(orders(loss)) == [0, 1])
        let exact = Foundation.tanh(0.75)
        #expect(Swift.abs(loss.item() - (exact * exact + Foundation.pow(1.5 * (1 - exact * exact), 2))) < 1e-14)
    }

    /// Training a line by replays: the loss of y = 2 x falls, and the third and later steps do what the first two did.
    @Test func program6() {
        final class Line: Chain {
            let weight = Parameter(NDArray([0.0]))
            func callAsFunction(_ x: Variable) -> Variable { x * weight.variable }
        }
        let model = Line()
        let optimizer = SGD(model, rate: 0.1)
        let batches = (0..<6).map { _ in (Variable(constant: NDArray([1.0, -1])), Variable(constant: NDArray([2.0, -2]))) }

        let step = compile { (x: Variable, y: Variable) -> Variable in
            let loss = meanSquaredError(model(x), y)
            model.clearGrads()
            loss.backward()
            optimizer.update()
            return loss
        }
        for (x, y) in batches { print(step(x, y)) }                                     // from the third call on nothing is recorded

        // The error shrinks by 1 - 0.1 · 2 at each step.
        #expect(Swift.abs(model.weight.array.item() - (2 - 2 * Foundation.pow(0.8, 6))) < 1e-14)
    }

    @Test func program7() {
        let model = Linear(2, 1)
        let optimizer = SGD(model, rate: 0.1)
        model.weight.isUpdateEnabled = false
        let cell = LSTMCell(1, 2)
        var state = cell.initialState(batch: 1)
        state = cell(Variable(constant: .ones([1, 1])), state)
        let w = Variable(NDArray([1.0, 2], dtype: .float32))
        let loss = square(w).sum() + model(w).sum()

        let gradient = grad(of: loss, wrt: w).detached()                                 // a constant of what follows, by name
        let adapted = w - 0.1 * gradient                                                 // without detached() its derivative stops
        optimizer.update(with: grad(of: loss, wrt: model.trainableParameters))           // the rest of the model is frozen
        state.h.unchainBackward()                                                        // between windows of a sequence: the past is forgotten

        #expect(grad(of: adapted.sum(), wrt: w).array.doubles == [1, 1])
        #expect((model.bias!.array.item() + 0.1).magnitude < 1e-7)
        #expect(state.h.isLeaf && state.c.isLeaf)
    }

    /// Every line of Swift in the README stands in this file.
    @Test func theReadmeShowsThesePrograms() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let here = try String(contentsOfFile: #filePath, encoding: .utf8)
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces).replacing("private ", with: "") }
        }
        let known = Set(lines(here).map { $0.replacing(" ", with: "") })
        var programs = 0
        for (number, block) in readme.components(separatedBy: "```").enumerated() where number % 2 == 1 && block.hasPrefix("swift\n") {
            if block.contains("// swift-tools-version") || block.contains(".package(") { continue }  // a manifest, tested by building one
            programs += 1
            for line in lines(String(block.dropFirst(6))) where !line.isEmpty && !line.hasPrefix("import ") {
                let isShown = known.contains(line.replacing(" ", with: ""))
                #expect(isShown, "README.md: \(line)")
            }
        }
        #expect(programs >= 5)
    }
}
