import Foundation

/// Shows how far a loop has come, how fast it goes and when it will end.
///
/// On a terminal it is one line drawn again and again, with the time gone before `<` and the time left behind it:
///
///     [=========>          ] 4800/10000  412 it/s  0:11 < 0:12  loss 0.312
///
/// and elsewhere a plain line at intervals, without any control characters:
///
///     iteration 5000/10000, 412 it/s, elapsed 0:12, left 0:12, loss 0.310
///
/// Call `update` in each iteration: most calls only compare two numbers.
public final class ProgressBar {
    private let every: Int
    private let output: ReportOutput
    private let now: () -> Double

    /// When the first iteration was done.
    private var start: Double?
    /// Recent samples, oldest first: the rate is that of the last half minute, and a slow beginning is forgotten.
    private var recent: [Sample] = []
    private var lastDrawn = -Double.infinity
    private var lastPrinted: Int?
    /// What the line shows; metrics stay beside the iteration that they were asked for.
    private var shown: (iteration: Int, total: Int?, metrics: String)?
    /// The last update where it came too soon after the line was drawn to be shown.
    private var unshown: (iteration: Int, total: Int?)?
    private var isLineOpen = false
    private var lineRoom = 0
    private var barWidth = 0

    private struct Sample {
        var time: Double
        var iteration: Int
    }

    private static let redrawInterval = 0.1
    private static let rateInterval = 30.0

    /// A progress bar.
    ///
    /// - Parameters:
    ///   - every: Iterations between two plain lines where the output is not a terminal. At least 1.
    ///   - output: Where to report.
    ///   - now: The time in seconds from any fixed point; it must not run backwards.
    public init(
        every: Int = 100, output: ReportOutput = .standardError, now: @escaping () -> Double = ProgressBar.monotonicTime,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        guard every >= 1 else { fatalError("ProgressBar: expected every ≥ 1, got \(every)", file: file, line: line) }
        self.every = every
        self.output = output
        self.now = now
    }

    /// Seconds on a clock that nobody sets.
    public static func monotonicTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Reports that an iteration is done.
    ///
    /// - Parameters:
    ///   - iteration: Iterations done so far, from 1. Time and rate count from the first call, so a resumed run may begin anywhere.
    ///   - total: Iterations in all; nil when nobody knows.
    ///   - metrics: A short text at the end of the line, only asked for when a line is shown.
    public func update(_ iteration: Int, of total: Int? = nil, metrics: @autoclosure () -> String = "") {
        let time = now()
        if start == nil {
            start = time
            recent = [Sample(time: time, iteration: iteration)]
        }
        let isLast = iteration == total
        if output.isTerminal {
            guard time - lastDrawn >= Self.redrawInterval || isLast else {
                unshown = (iteration, total)
                return
            }
            remember(Sample(time: time, iteration: iteration))
            shown = (iteration, total, metrics())
            unshown = nil
            draw(at: time)
        } else if iteration.isMultiple(of: every) || isLast {
            guard lastPrinted != iteration else { return }
            remember(Sample(time: time, iteration: iteration))
            lastPrinted = iteration
            output.write(plainLine(iteration, total, elapsed: time - (start ?? time), metrics()) + "\n")
        }
    }

    /// Prints a line of its own, above the bar on a terminal.
    public func print(_ text: String) {
        if isLineOpen { output.write("\r\u{1B}[K") }
        output.write(text + "\n")
        if isLineOpen { draw(at: now()) }
    }

    /// Ends the bar's line with the iteration of the last update, so that other output begins on a line of its own. Metrics stand there when that
    /// update was shown: always when it was the last of `total`, and else when nothing had been drawn for a tenth of a second. The bar may be
    /// used again.
    public func finish() {
        if isLineOpen {
            if let unshown { shown = (unshown.iteration, unshown.total, "") }
            draw(at: now())
            output.write("\n")
        }
        isLineOpen = false
        start = nil
        shown = nil
        unshown = nil
        lastPrinted = nil
        lastDrawn = -.infinity
    }

    private func remember(_ sample: Sample) {
        recent.append(sample)
        while recent.count > 2, sample.time - recent[1].time > Self.rateInterval { recent.removeFirst() }
    }

    private func draw(at time: Double) {
        guard let start, let shown else { return }
        lastDrawn = time
        isLineOpen = true
        let line = barLine(shown.iteration, shown.total, elapsed: time - start, shown.metrics)
        output.write("\r\(line)\u{1B}[K")
    }
}

extension ProgressBar {
    /// Iterations a second, where two samples allow to tell.
    private var rate: Double? {
        guard let first = recent.first, let last = recent.last, last.time > first.time else { return nil }
        return Double(last.iteration - first.iteration) / (last.time - first.time)
    }

    private func timeLeft(_ iteration: Int, _ total: Int?) -> String? {
        guard let total, let rate, rate > 0 else { return nil }
        return Self.duration(Double(max(total - iteration, 0)) / rate)
    }

    private func plainLine(_ iteration: Int, _ total: Int?, elapsed: Double, _ metrics: String) -> String {
        var parts = ["iteration \(iteration)" + (total.map { "/\($0)" } ?? "")]
        if let rate { parts.append(Self.rateText(rate)) }
        parts.append("elapsed \(Self.duration(elapsed))")
        if let left = timeLeft(iteration, total) { parts.append("left \(left)") }
        if !metrics.isEmpty { parts.append(metrics) }
        return parts.joined(separator: ", ")
    }

    private func barLine(_ iteration: Int, _ total: Int?, elapsed: Double, _ metrics: String) -> String {
        var parts = ["\(iteration)" + (total.map { "/\($0)" } ?? "")]
        if let rate { parts.append(Self.rateText(rate)) }
        parts.append(Self.duration(elapsed) + (timeLeft(iteration, total).map { " < \($0)" } ?? ""))
        if !metrics.isEmpty { parts.append(metrics) }
        let text = parts.joined(separator: "  ")

        // The last column stays free: some terminals begin a new line when it is filled.
        let room = max(output.columns() - 1, 0)
        if room != lineRoom { (lineRoom, barWidth) = (room, 40) }
        // The bar gives way to a longer text and does not grow again, or it would dance with the digits of the metrics.
        barWidth = min(barWidth, room - text.count - 3)
        guard let total, total > 0, barWidth >= 5 else { return String(text.prefix(room)) }
        let done = min(max(Double(iteration) / Double(total), 0), 1)
        let filled = Int((done * Double(barWidth)).rounded(.down))
        let bar = filled == barWidth ? String(repeating: "=", count: barWidth) : String(repeating: "=", count: filled) + ">"
        return "[\(bar.padding(toLength: barWidth, withPad: " ", startingAt: 0))] \(text)"
    }

    /// Three significant digits; seconds for one iteration when it takes longer than a second.
    static func rateText(_ rate: Double) -> String {
        if rate > 0 && rate < 1 { return threeDigits(1 / rate) + " s/it" }
        return threeDigits(rate) + " it/s"
    }

    private static func threeDigits(_ value: Double) -> String {
        String(format: value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value)
    }

    /// Minutes and seconds, with hours and days when there are any: "0:07", "12:34", "1:02:03", "2d 01:02:03".
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(max(seconds, 0).rounded())
        let (s, m, h, d) = (whole % 60, whole / 60 % 60, whole / 3600 % 24, whole / 86400)
        if d > 0 { return String(format: "%dd %02d:%02d:%02d", d, h, m, s) }
        return h > 0 ? String(format: "%d:%02d:%02d", h, m, s) : String(format: "%d:%02d", m, s)
    }
}
