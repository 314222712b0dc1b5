import Foundation
import NablaNN
import Testing

/// Messages say where the user's call stands.
@Suite struct MessagePlaceTests {
    @Test func aCallIsNamedByItsLine() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            setenv("NABLA_LINES", "1", 1)
            addShapesThatDiffer()
        }
        expectMessage("got [2] and [3] (at \(file):\(lines.sum))", in: result!)
    }

    @Test func aLayerIsNamedByTheTypesThatLeadToIt() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            setenv("NABLA_LINES", "1", 1)
            runLayersThatDoNotFit()
        }
        expectMessage(
            "Linear: expected an input (…, 3), got [2, 4] (in TwoLayers/Linear, at \(file):\(lines.layer), called at \(file):\(lines.model))",
            in: result!)
    }

    @Test func theLineCanBeLeftOut() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            setenv("NABLA_LINES", "0", 1)
            addShapesThatDiffer()
        }
        let text = String(decoding: result!.standardErrorContent, as: UTF8.self)
        #expect(text.contains("and [3]") && !text.contains("MessagePlaceTests"))
    }
}

/// The tests run in the package's folder, and elsewhere the whole path ends so.
private let file = "Tests/NablaNNTests/Links/MessagePlaceTests.swift"
private let lines = (sum: 40, model: 45, layer: 50)

private func addShapesThatDiffer() {
    _ = Variable(.ones([2])) + Variable(.ones([3]))
}

private func runLayersThatDoNotFit() {
    let model = TwoLayers()
    _ = model(Variable(.ones([2, 5], dtype: .float32)))
}

private final class TwoLayers: Chain {
    let hidden = Linear(5, 4), out = Linear(3, 1)
    func callAsFunction(_ x: Variable) -> Variable { out(relu(hidden(x))) }
}
