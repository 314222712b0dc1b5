import NablaTraining

extension LineChart.Series {
    /// A curve through `factor` times what `records` have under `key`, over what they have under `abscissa`; records without `key` are
    /// passed over. The running mean is over one of so many `parts` of the points; nil for none.
    init(
        _ name: String, of key: String, in records: [JSONRecord], over abscissa: String = "iteration", factor: Double = 1,
        smoothingOver parts: Int? = nil, color: Color? = nil
    ) {
        let own = records.filter { $0[key] != nil }
        self.init(
            name, x: own.map { $0[abscissa]?.doubleValue ?? .nan }, y: own.map { factor * ($0[key]?.doubleValue ?? .nan) },
            smoothing: parts.map { max(1, own.count / $0) } ?? 1, color: color)
    }
}
