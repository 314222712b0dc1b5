extension Link {
    /// Runs `body` with `values` in place of this link's parameters, in the order of `parameters`.
    ///
    /// A model can so be run at values that were computed, as in an inner step of gradient descent that is itself differentiated (Finn et
    /// al., *Model-agnostic meta-learning for fast adaptation of deep networks*, ICML 2017):
    ///
    ///     let loss = meanSquaredError(model(x), y)
    ///     let grads = grad(of: loss, wrt: model.parameters, enableDoubleBackprop: true)
    ///     let adapted = zip(model.parameters, grads).map { $0 - 0.01 * $1 }
    ///     let metaLoss = model.withParameters(adapted) { meanSquaredError(model(qx), qy) }
    ///     metaLoss.backward()                                        // through the inner gradient
    ///
    /// What `body` records refers to `values`; afterwards the parameters are what they were; one that `body` itself would change stops. May be
    /// nested. Values have the parameters' shapes, or more axes in front of them (one set of values for each task of a batch) where the model
    /// allows that.
    public final func withParameters<R>(_ values: [Variable], _ body: () throws -> R) rethrows -> R {
        let slots = namedParameters
        require(
            values.count == slots.count,
            "\(type(of: self)).withParameters: expected \(slots.count) values, one for each parameter, got \(values.count)")
        for ((name, parameter), value) in zip(slots, values) {
            let present = parameter.variable
            require(
                value.dtype == present.dtype && Array(value.shape.suffix(present.rank)) == Array(present.shape),
                "\(type(of: self)).withParameters: expected \(present.dtype)\(present.shape) for \(name), got \(value.dtype)\(value.shape)")
        }
        let before = zip(slots, values).map { $0.parameter.lend(to: $1) }
        defer { for (slot, variable) in zip(slots, before) { slot.parameter.takeBack(variable) } }
        return try body()
    }

    /// The parameters as one vector, in the order of `parameters`, each row by row: a function of them, so that a derivative with respect to them goes
    /// through it.
    ///
    ///     let hessian = hessian(of: { model.withParameters(flattened: $0) { loss(model) } }, at: model.flattened)   // (n, n)
    public final var flattened: Variable {
        let values = parameters
        require(!values.isEmpty, "\(type(of: self)).flattened: expected a model with parameters, got one without")
        return concatenate(values.map { $0.flattened() })
    }

    /// Runs `body` with the parts of a vector, as `flattened` makes one, in place of this link's parameters.
    public final func withParameters<R>(flattened vector: Variable, _ body: () throws -> R) rethrows -> R {
        let shapes = parameters.map(\.shape), count = parameterCount
        require(
            vector.shape == [count],
            "\(type(of: self)).withParameters: expected a vector of \(count) numbers, one for each element of the parameters, got shape \(vector.shape)"
        )
        let parts = vector.split(shapes.map(\.elementCount))
        return try withParameters(zip(parts, shapes).map { $0.reshaped(to: $1) }, body)
    }
}
