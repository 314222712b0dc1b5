/// Which of the arrays x, w and y of a convolution is computed from the other two.
package enum ConvolutionPass: CaseIterable, Sendable {
    case forward, dataGradient, weightGradient
}

/// A convolution or one of its two transposes, of operands of one floating type, none of them empty: y of x and w, x of y and w, or w of x
/// and y. `shape` is the result's.
package struct Convolve: BinaryOperation {
    package let pass: ConvolutionPass
    package let geometry: ConvolutionGeometry
    package let shape: Shape

    package init(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, shape: Shape) {
        (self.pass, self.geometry, self.shape) = (pass, geometry, shape)
    }

    package var name: String {
        switch pass {
        case .forward: "convolution"
        case .dataGradient: "deconvolution"
        case .weightGradient: "convolutionWeightGradient"
        }
    }
    package func layout(_ a: Layout, _ b: Layout, for function: StaticString) -> Layout { Layout(shape, a.dtype) }
}

/// What pooling does to the windows of an image, all arrays row-major.
package struct Pool: UnaryOperation {
    package let step: Step
    package let window: WindowGeometry

    package enum Step: Sendable {
        /// The sum of each window, without what lies outside.
        case sum
        /// The transpose of `sum`.
        case spread
        /// Where in its plane each window has its largest element (int64).
        case argMax
    }

    package init(_ step: Step, _ window: WindowGeometry) { (self.step, self.window) = (step, window) }

    package var name: String {
        switch step {
        case .sum: "windowSum"
        case .spread: "windowSpread"
        case .argMax: "windowArgMax"
        }
    }
    package func layout(_ x: Layout, for function: StaticString) -> Layout {
        let spatial = step == .spread ? window.input : window.output
        return Layout(Shape([x.shape[0], x.shape[1]] + spatial), step == .argMax ? .int64 : x.dtype)
    }
}
