extension GradientCheck {
    /// What a difference that does not agree with the derivative `slope` along `v` looks like, when the rule need not be wrong.
    ///
    /// At smaller steps φ(t) = ⟨u, f(x + t v)⟩ of a smooth function has one slope, from the left and from the right alike. Where the two
    /// keep apart there is a kink at `x`; where they meet, at the derivative, there is one within the step of the check, or a sharp bend.
    func remark(
        _ f: Map, _ x: [NDArray], _ v: [NDArray], _ u: [NDArray], _ slope: Double, _ allowed: Double
    ) -> String {
        if !slope.isFinite { return "a derivative here is not finite; move the inputs away" }
        func phi(_ t: Double) -> Double { innerProduct(u, GradientCheck.values(of: f, at: zip(x, v).map { $0 + $1 * t })) }
        let middle = phi(0)
        /// Slopes to the left and to the right, in error by O(h²).
        func slopes(_ h: Double) -> (left: Double, right: Double) {
            ((3 * middle - 4 * phi(-h) + phi(-2 * h)) / (2 * h), (4 * phi(h) - phi(2 * h) - 3 * middle) / (2 * h))
        }
        // Small enough to leave a kink nearby outside, and large enough for rounding.
        let fraction = x[0].dtype == .float32 || tolerance.step > 1e-2 ? 1.0 / 8 : 1.0 / 64
        let (wide, narrow) = (slopes(tolerance.step), slopes(tolerance.step * fraction))
        let (gap, gapBefore) = ((narrow.right - narrow.left).magnitude, (wide.right - wide.left).magnitude)
        let size = Swift.max(narrow.left.magnitude, narrow.right.magnitude)
        // The gap of a smooth function shrinks with the square of the step.
        let isApart = gap > 4 * allowed && gap > 1e-3 * size && gap > gapBefore / 2
        if isApart {
            return "slopes to the left (\(narrow.left)) and to the right (\(narrow.right)) differ: there seems to be a kink at the inputs, "
                + "where no derivative exists; move the inputs away"
        }
        let mean = (narrow.left + narrow.right) / 2
        // Well within what is allowed: a rule that is wrong by a little more is no kink.
        let allowance = allowed / 4 + (x[0].dtype == .float32 ? 1e-3 : 1e-7) * size
        if (mean - slope).magnitude <= allowance && gap <= allowance {
            return
                "differences with a step of \(tolerance.step * fraction) agree with the derivative: there seems to be a kink or a sharp bend "
                + "near the inputs; move them away or set a smaller tolerance.step"
        }
        return ""
    }
}
