/// `docs/functions.md`: what is differentiable, and how precisely, from the table of functions.
package enum FunctionPage {
    package static var text: String {
        var lines = [
            "# Functions and their errors", "",
            "Every differentiable function of the library, from the table that the tests walk over. Each has derivatives of every order, in",
            "both modes and in any nesting of them; tested are:", "",
            "- orders 0 to 3 in both modes against numerical differences, at shapes and layouts of all kinds;",
            "- orders 0 to 2 in float32 and float64 over the whole range of the type (zeros of both signs, subnormal numbers, powers of ten, the",
            "  largest numbers, infinities, NaN) against mpmath at 60 digits: first derivatives backwards, by the fused kernels and by the",
            "  recorded rules, and forwards; second ones by differentiating recorded gradients.", "",
            "The columns are the bounds that the second test holds: the largest errors allowed of the value, of a first and of a second derivative, in",
            "units of the type's epsilon (2⁻²³ for float32, 2⁻⁵² for float64; a rounding is half a unit) relative to the result. They are the same",
            "for both types. Results below the smallest normal number may be off by four of the smallest subnormal ones. *Exact* functions move",
            "numbers, which come through to the bit, NaN and the signs of zeros included.", "",
            "*Relative to the steps' rounding errors*: the error is compared to what the rounding of each step of the formula may amount to in",
            "the result, where that is larger than the result; large terms that cancel leave no formula a better chance.", "",
            "Conventions and limits:", "",
            "- Kinks have the derivatives that their functions' documentation says: 0 for `abs` and `relu` at 0, halves for equal arguments of",
            "  `maximum` and `minimum`, equal shares for equal elements of `max` and `min`, the first of equal ones for `maxPooling`, those of the",
            "  inside for `clip` at its limits.",
            "- Outside a function's domain the value is NaN and says so; derivatives there are not specified.",
            "- Derivatives of quotients and powers of variables are made of 1/b and aᵇ⁻¹, aᵇ⁻²; where one of these overflows and the derivative",
            "  does not, it is not specified.",
            "- Normalizations square their inputs: these stay below the root of the largest number.",
            "- Sums overflow where a partial sum does, means with them.",
            "- Terms that overflow with both signs leave NaN where their sum would be infinite.", "",
        ]
        var seen = Set<String>()
        for family in FunctionTable.rows.map(\.family) where seen.insert(family).inserted {
            lines += ["## \(family)", "", "| Function | Value | First | Second | Remark |", "|---|---|---|---|---|"]
            for row in FunctionTable.rows where row.family == family {
                let bounds = row.bounds
                let numbers = row.movesNumbersOnly ? "exact | exact | exact" : (0...2).map { text(bounds[$0]) }.joined(separator: " | ")
                let name = row.name.replacing("|", with: "\\|")
                lines.append("| `\(name)` | \(numbers) | \(bounds.remark ?? "") |")
            }
            lines.append("")
        }
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    private static func text(_ bound: Double) -> String {
        bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
    }
}
