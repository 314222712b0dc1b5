/// A function with its slope at a point where a search for its minimum has ended.
struct StationaryPoint {
    let function: String
    let f: ([Variable]) -> Variable
    let places: [Variable]
    let value: Double
    let slopes: [Variable]
    /// How many steps led here.
    var steps: Int?

    /// f at `x`, recorded twice over.
    init(_ function: String, _ f: @escaping ([Variable]) -> Variable, at x: [NDArray]) {
        let places = x.map { Variable($0) }
        let (value, slopes) = StationaryPoint.slopes(function, f, places, recorded: true)
        (self.function, self.f, self.places, self.slopes) = (function, f, places, slopes)
        self.value = value
    }

    private static func slopes(
        _ function: String, _ f: ([Variable]) -> Variable, _ places: [Variable], recorded: Bool
    ) -> (Double, [Variable]) {
        Transform.run {
            let value = f(places)
            require(value.count == 1, "\(function): expected a function to a single number, got a result of shape \(value.shape)")
            let seeds = [Variable(constant: .ones(like: value.array))]
            let slopes = BackwardWalk.run(from: [value], seeds: seeds, to: places, recorded: recorded, retainGraph: recorded)
            return (value.item(), slopes)
        }
    }

    var gradient: [NDArray] { slopes.map(\.array) }
    var x: [NDArray] { places.map(\.array) }

    /// H v
    func product(_ v: [NDArray]) -> [NDArray] {
        BackwardWalk.run(
            from: slopes, seeds: v.map(Variable.init(constant:)), to: places, recorded: false, retainGraph: true
        ).map(\.array)
    }

    /// f and its slope at other numbers.
    func probe(_ elements: [Double]) -> (value: Double, slope: [Double]) {
        let places = arranged(elements, like: x).map { Variable($0) }
        let (value, slopes) = StationaryPoint.slopes(function, f, places, recorded: false)
        return (value, flattened(slopes.map(\.array)))
    }
}
