// Sizes that a user asks for, which may be beyond what an axis, an array or an `Int` can hold. Whatever is too large stops with a line that
// names the function; the checks themselves are the processor's, which would stop without a word.

/// Stops unless an axis can have this extent, which `function` knows as `name`.
@inline(__always)
package func requireExtent(_ extent: Int, _ function: @autoclosure () -> String, _ name: @autoclosure () -> String = "an extent") {
    require(extent >= 0 && extent <= Int(Int32.max), "\(function()): expected \(name()) in 0...\(Int32.max), got \(extent)")
}

/// Stops unless an axis can have `parts` times the extent `extent`.
package func requireExtent(_ extent: Int, times parts: Int, _ function: String) {
    let (product, overflow) = extent.multipliedReportingOverflow(by: parts)
    require(
        !overflow && product <= Int(Int32.max),
        "\(function): expected an extent in 0...\(Int32.max), got \(parts) times \(extent)")
}

extension Shape {
    /// The number of elements of an array that `function` shall make; stops where it would have 2⁶³ bytes or more, eight for each
    /// number.
    @inline(__always)
    func elementCount(of dtype: DType, for function: StaticString) -> Int {
        var product = 1
        for i in 0..<rank {
            let (next, overflow) = product.multipliedReportingOverflow(by: Int(extents[unchecked: i]))
            if _slowPath(overflow) { return nothing(orTooLarge: dtype, "\(function)") }
            product = next
        }
        if _slowPath(product > Int.max / 8) { return nothing(orTooLarge: dtype, "\(function)") }
        return product
    }

    /// The number of elements where a product of extents has overflowed: 0, if one of them is.
    @inline(never)
    func nothing(orTooLarge dtype: DType?, _ function: String) -> Int {
        if contains(0) { return 0 }
        fail(
            "\(function): expected fewer than 2⁶³ \(dtype == nil ? "elements" : "bytes"), got shape \(self)"
                + (dtype.map { " of \($0)" } ?? ""))
    }
}
