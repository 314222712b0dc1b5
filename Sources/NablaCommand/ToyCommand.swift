import ArgumentParser
import Nabla
import NablaTraining

/// `nabla toy`
struct ToyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toy", abstract: "Minimise a function that contains a gradient.",
        discussion: """
            With y = x³ / 3 the function is f(x) = dy/dx - 2x + 1 = (x - 1)². Its gradient is one of a gradient; thirty steps along it end \
            near x = 1.
            """)

    func run() {
        var x = Variable(.random(in: 0..<1))
        for _ in 0..<30 {
            let z = Self.f(x)
            z.backward()
            x = Variable(x.array - 0.1 * x.grad!.array)
            ReportOutput.standardOutput.write("\(x.array)\n")
        }
    }

    /// (x - 1)², by way of a gradient.
    static func f(_ x: Variable) -> Variable {
        let y = x * x * x / 3
        let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
        return gx - 2 * x + 1
    }
}
