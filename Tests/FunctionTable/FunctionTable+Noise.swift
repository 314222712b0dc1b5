import Nabla

extension FunctionTable {
    private static let family = "Noise"
    private static let declaration = "dropout(Variable, ratio: Double, using: RandomGenerator)"
    /// The same numbers in every call, so that the function is one.
    private static var generator: RandomGenerator { RandomGenerator(seed: 11) }

    static let noises: [TableRow] = [
        TableRow(
            "dropout(x, ratio: 0.4, using: &generator)", of: declaration, family: family, linear: true, polynomial: true,
            samples: TableRow.unarySamples(.real(), seed: "dropout"),
            reference: .naive { arguments in
                var draws = generator
                let kept = draws.bernoulli(Shape(arguments[0].shape), probability: 0.6).bools
                return [FlatArray(arguments[0].shape, zip(arguments[0].values, kept).map { $1 ? $0 / 0.6 : 0 })]
            }
        ) { inputs in
            var draws = generator
            return [dropout(inputs[0], ratio: 0.4, using: &draws)]
        },
        TableRow(
            "dropout(x, ratio: 0, using: &generator)", of: declaration, family: family, linear: true, polynomial: true,
            samples: TableRow.unarySamples(.real(), seed: "no dropout"), reference: .naive { $0 }
        ) { inputs in
            var draws = generator
            return [dropout(inputs[0], ratio: 0, using: &draws)]
        },
    ]
}
