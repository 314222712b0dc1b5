import Foundation

/// One axis: its ends, the values marked on it, and their texts.
struct Axis {
    /// A value worth a line and a text.
    struct Tick: Equatable {
        var value: Double
        var label: String
    }

    let range: ClosedRange<Double>
    let scale: AxisScale
    let ticks: [Tick]

    /// Where a value lies: 0 at the lower end, 1 at the upper.
    func position(of value: Double) -> Double {
        switch scale {
        case .linear: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic: (log(value) - log(range.lowerBound)) / (log(range.upperBound) - log(range.lowerBound))
        }
    }

    /// Whether a value has a place on an axis of this scale. Beyond 1e300 differences could overflow.
    static func canShow(_ value: Double, scale: AxisScale) -> Bool {
        switch scale {
        case .linear: abs(value) <= 1e300
        case .logarithmic: value > 1e-300 && value <= 1e300
        }
    }

    /// An axis with about `count` ticks, fewer where `fits` says that texts would touch.
    ///
    /// - Parameters:
    ///   - wholeNumbers: Whether fractions between the values mean nothing, as between epochs.
    ///   - fits: Given the ticks, whether their texts have room.
    init(range: ClosedRange<Double>, scale: AxisScale, wholeNumbers: Bool = false, count: Int, fits: (Axis) -> Bool) {
        self.range = range
        self.scale = scale
        for candidate in stride(from: max(count, 2), through: 2, by: -1) {
            let axis = Axis(range: range, scale: scale, ticks: Self.ticks(range, scale, wholeNumbers, count: candidate))
            if candidate == 2 || fits(axis) {
                ticks = axis.ticks
                return
            }
        }
        ticks = []
    }

    private init(range: ClosedRange<Double>, scale: AxisScale, ticks: [Tick]) {
        self.range = range
        self.scale = scale
        self.ticks = ticks
    }

    private static func ticks(_ range: ClosedRange<Double>, _ scale: AxisScale, _ wholeNumbers: Bool, count: Int) -> [Tick] {
        if scale == .logarithmic, let ticks = logarithmicTicks(range, count: count) { return ticks }
        return linearTicks(range, wholeNumbers: wholeNumbers, count: count)
    }
}

extension Axis {
    /// Multiples of 1, 2 or 5 times a power of ten, at most `count` of them (or one more at an end).
    static func linearTicks(_ range: ClosedRange<Double>, wholeNumbers: Bool, count: Int) -> [Tick] {
        var step = niceStep(atLeast: (range.upperBound - range.lowerBound) / Double(count))
        if wholeNumbers { step = max(step, 1) }
        // The ends themselves count, whatever rounding did to them.
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        guard first <= last, last - first < 1000 else { return [] }
        let values = stride(from: first, through: last, by: 1).map { $0 * step }
        let style = LinearLabels(step: step, largest: max(abs(range.lowerBound), abs(range.upperBound)))
        return values.map { Tick(value: $0, label: style.text(for: $0)) }
    }

    /// Powers of ten; with 2 and 5 times them when the range is short. Nil when it is too short even for those.
    static func logarithmicTicks(_ range: ClosedRange<Double>, count: Int) -> [Tick]? {
        let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
        let decades = high - low
        guard decades >= 0.9 else { return nil }
        let exponents = Int(low.rounded(.down))...Int(high.rounded(.up))
        let multiples: [Int] = decades * 3 <= Double(count) ? [1, 2, 5] : decades * 2 <= Double(count) && decades < 2 ? [1, 3] : [1]
        let every = max(1, Int((decades / Double(count)).rounded(.up)))
        let slack = decades * 1e-9
        var marks: [(value: Double, multiple: Int, exponent: Int)] = []
        for exponent in exponents where exponent % every == 0 {
            for multiple in multiples {
                let value = Double(multiple) * pow(10, Double(exponent))
                if log10(value) >= low - slack && log10(value) <= high + slack { marks.append((value, multiple, exponent)) }
            }
        }
        let isPlain = marks.allSatisfy { $0.exponent >= -3 && $0.exponent <= 4 }
        return marks.map { Tick(value: $0.value, label: logarithmicLabel($0.multiple, $0.exponent, isPlain: isPlain)) }
    }

    /// The least of 1, 2 and 5 times a power of ten that is not less than a number.
    static func niceStep(atLeast least: Double) -> Double {
        let power = pow(10, log10(least).rounded(.down))
        return ([1, 2, 5].first { $0 * power >= least * (1 - 1e-9) } ?? 10) * power
    }

    private static func logarithmicLabel(_ multiple: Int, _ exponent: Int, isPlain: Bool) -> String {
        if exponent == 0 { return String(multiple) }
        if !isPlain { return "\(multiple)e\(exponent)" }
        let zeros = String(repeating: "0", count: exponent > 0 ? exponent : -exponent - 1)
        return exponent > 0 ? "\(multiple)\(zeros)" : "0.\(zeros)\(multiple)"
    }
}

/// The texts of multiples of a step: all with the decimals of the step, all plain or all with the same power of ten.
private struct LinearLabels {
    private let step: Double
    private let decimals: Int
    /// 0 for plain numbers.
    private let exponent: Int

    init(step: Double, largest: Double) {
        self.step = step
        let stepExponent = Int((log10(step) + 1e-9).rounded(.down))
        let largestExponent = Int((log10(max(largest, step)) + 1e-9).rounded(.down))
        // A small step between large numbers, such as 1234567 and 1234568, needs all their digits anyway.
        let isPlain = stepExponent > -5 && (largestExponent < 6 || largestExponent - stepExponent > 3 && largestExponent < 12)
        exponent = isPlain ? 0 : largestExponent
        decimals = min(15, max(0, exponent - stepExponent))
    }

    func text(for value: Double) -> String {
        if abs(value) < step / 2 { return "0" }
        if exponent == 0 { return String(format: "%.*f", decimals, value) }
        return String(format: "%.*f", decimals, value / pow(10, Double(exponent))) + "e\(exponent)"
    }
}
