import CNablaKernels

/// What array operations run on, which depends on the processor: facts for a report, never a reason to write a program in another way.
public enum ArrayKernels {
    /// The instruction set that Nabla's own kernels use: the widest of `x86-64-v4` (AVX-512), `x86-64-v3` (AVX2) and `x86-64` that the
    /// processor has, or `other` on processors that are none of these.
    ///
    /// The environment variable `NABLA_MAX_CPU_ISA` limits it to the one it names. Results are the same to the bit with all of them.
    public static var instructionSet: String { InstructionSet.current.rawValue }

    /// The kernels that compute a convolution in float32 and its gradients with respect to x and w: those of oneDNN by its own names,
    /// such as `jit:avx512_core`, or `matrix products`.
    ///
    /// - Parameters:
    ///   - x: shape (N, C, spatial…); `w`: shape (O, C / groups, kernel…).
    ///   - stride: one value for all axes, or one for each; so is `dilation`.
    ///   - padding: one value for all ends, one for each axis, or the low and the high end of each axis in turn.
    public static func ofConvolution(
        _ x: Shape, _ w: Shape, stride: [Int] = [1], padding: [Int] = [0], dilation: [Int] = [1], groups: Int = 1
    ) -> (forward: String, dataGradient: String, weightGradient: String) {
        let geometry = ConvolutionGeometry(
            axes: x.rank - 2, stride: stride, padding: padding, dilation: dilation, groups: groups, function: "ofConvolution")
        let y = geometry.outputShape(x, w, function: "ofConvolution")
        func name(_ pass: ConvolutionPass) -> String {
            let isEmpty = x.contains(0) || w.contains(0) || y.contains(0)
            guard !isEmpty && pass.prefersDirectKernel(geometry, x: x, w: w, y: y) else { return "matrix products" }
            return Host.kernelName(pass, geometry, x: x, w: w, y: y) ?? "matrix products"
        }
        return (name(.forward), name(.dataGradient), name(.weightGradient))
    }
}

/// The instruction sets that kernels are compiled for.
package enum InstructionSet: String, CaseIterable, Sendable {
    case other
    case baseline = "x86-64"
    case v3 = "x86-64-v3"
    case v4 = "x86-64-v4"

    /// The one in use.
    package static var current: InstructionSet {
        switch nk_get_instruction_set() {
        case NK_X86_64_V4: .v4
        case NK_X86_64_V3: .v3
        default: baselineOfProcessor
        }
    }

    private static var baselineOfProcessor: InstructionSet {
        #if arch(x86_64)
            .baseline
        #else
            .other
        #endif
    }

    /// Lets kernels use this one from here on, on all threads; false where the processor or the environment has not so much.
    package func use() -> Bool {
        switch self {
        case .v4: nk_set_instruction_set(NK_X86_64_V4)
        case .v3: nk_set_instruction_set(NK_X86_64_V3)
        case .baseline, .other: self == Self.baselineOfProcessor && nk_set_instruction_set(NK_BASELINE)
        }
    }
}
