import Testing

@Suite struct HessianVectorCommandTests {
    /// The columns of the output's rows, under the names of the steps.
    private func rows(_ arguments: String...) throws -> [String: [String]] {
        let run = try CommandRun(["hvp"] + arguments)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let lines = run.output.split(separator: "\n").dropFirst(2).map { $0.split(separator: "   ").map { $0.trimmed } }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0[0], Array($0[1...])) })
    }

    private func expect(
        _ rows: [String: [String]], value: String, gradient: String, slope: String, product: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let expected = [
            "f": value, "g": gradient, "g · v": slope, "H v, gradient of g · v": product, "H v, tangent of g": product,
        ]
        #expect(Set(rows.keys) == Set(expected.keys), sourceLocation: sourceLocation)
        for (step, number) in expected {
            #expect(rows[step]?.prefix(2) == [number, number], "\(step)", sourceLocation: sourceLocation)
        }
    }

    /// (x - 1)², 2 (x - 1), 2 (x - 1) v and 2 v.
    @Test func theToyInClosedForm() throws {
        expect(try rows(), value: "4", gradient: "4", slope: "4", product: "2")
        expect(try rows("--x", "-0.5", "--v", "2"), value: "2.25", gradient: "-3", slope: "-6", product: "4")
    }

    /// At (-1.2, 1) the value is 24.2, the gradient (-215.6, -88) and the Hessian 1330, 480 / 480, 200, as textbooks have it.
    @Test func rosenbrocksFunction() throws {
        expect(try rows("--size", "2"), value: "24.2", gradient: "(-215.6, -88)", slope: "-303.6", product: "(1810, 680)")
    }

    /// Many dimensions: no n × n matrix of 8 TB is made.
    @Test func aMillionDimensions() throws {
        let rows = try rows("--size", "1000000")
        for step in rows.values {
            let difference = try #require(Double(step[2]))
            #expect(difference < 1e-12)
        }
        #expect(rows["H v, tangent of g"]?.first == rows["H v, gradient of g · v"]?.first)
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
