/// Stacks of images and kernels, put into the form in which one convolution serves all examples.
///
/// Of the three arrays of a convolution — images (N, C, …), kernels (O, C/groups, …) and results (N, O, …) — the axis of examples of the one
/// that differs between examples, and with it of the result, becomes part of an axis that the convolution leaves free: of N (see
/// `Batch.joined`), of the output channels of each group, or of its input channels. When two differ, each example becomes a group of its own.
struct ConvolutionStack {
    private let batch: Batch
    private let groups: Int
    /// The geometry for examples as groups.
    let grouped: ConvolutionGeometry

    init(_ batch: Batch, _ geometry: ConvolutionGeometry) {
        self.batch = batch
        groups = geometry.groups
        grouped = geometry.repeated(batch.size)
    }

    // MARK: Examples among the channels of each group

    /// Images (B, N, g c, …) as (N, g B c, …).
    func asGroups(_ index: Int) -> Variable {
        let x = batch[index]
        let own = batch.shape(index)
        let parts = x.reshaped(to: Shape([batch.size, own[0], groups, own[1] / groups] + own.dropFirst(2)))
        return parts.movingAxis(0, to: 2).reshaped(to: Shape([own[0], batch.size * own[1]] + own.dropFirst(2)))
    }
    /// Images (N, g B c, …) as (B, N, g c, …).
    func fromGroups(_ x: Variable) -> Variable {
        let (own, channels) = (x.shape, x.shape[1] / batch.size)
        let parts = x.reshaped(to: Shape([own[0], groups, batch.size, channels / groups] + own.dropFirst(2)))
        return parts.movingAxis(2, to: 0).reshaped(to: Shape([batch.size, own[0], channels] + own.dropFirst(2)))
    }
    /// Kernels (B, g o, c, …) as (g B o, c, …).
    func asKernels(_ index: Int) -> Variable {
        let own = batch.shape(index)
        let parts = batch[index].reshaped(to: Shape([batch.size, groups, own[0] / groups] + own.dropFirst()))
        return parts.movingAxis(0, to: 1).reshaped(to: Shape([batch.size * own[0]] + own.dropFirst()))
    }
    /// Kernels (g B o, c, …) as (B, g o, c, …).
    func fromKernels(_ w: Variable) -> Variable {
        let (own, outputs) = (w.shape, w.shape[0] / batch.size)
        let parts = w.reshaped(to: Shape([groups, batch.size, outputs / groups] + own.dropFirst()))
        return parts.movingAxis(1, to: 0).reshaped(to: Shape([batch.size, outputs] + own.dropFirst()))
    }

    // MARK: Examples as groups, or among the input channels of all

    /// Images (B, N, C, …) as (N, B C, …), and kernels (B, O, c, …) as (O, B c, …).
    func asChannels(_ index: Int) -> Variable {
        let own = batch.shape(index)
        return batch[index].movingAxis(0, to: 1).reshaped(to: Shape([own[0], batch.size * own[1]] + own.dropFirst(2)))
    }
    /// Images (N, B C, …) as (B, N, C, …), and kernels (O, B c, …) as (B, O, c, …).
    func fromChannels(_ x: Variable) -> Variable {
        let own = x.shape
        return x.reshaped(to: Shape([own[0], batch.size, own[1] / batch.size] + own.dropFirst(2))).movingAxis(1, to: 0)
    }
}
