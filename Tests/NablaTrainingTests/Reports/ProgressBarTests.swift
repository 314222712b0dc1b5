import Testing

@testable import NablaTraining

@Suite struct ProgressBarTests {
    /// A clock that stands until it is set, and an output that remembers.
    private final class Stage {
        var time = 1000.0
        var columns = 80
        var written: [String] = []

        func bar(every: Int = 100, isTerminal: Bool) -> ProgressBar {
            let output = ReportOutput(isTerminal: isTerminal, columns: { self.columns }, write: { self.written.append($0) })
            return ProgressBar(every: every, output: output, now: { self.time })
        }

        /// The last line without what moves the cursor.
        var lastLine: String {
            (written.last ?? "").replacing("\r", with: "").replacing("\u{1B}[K", with: "")
        }
    }

    @Test func plainLinesAtIntervals() {
        let stage = Stage()
        let bar = stage.bar(every: 2, isTerminal: false)
        for i in 1...5 {
            stage.time += 0.5
            bar.update(i, of: 5, metrics: "loss 0.\(i)")
        }
        bar.finish()
        #expect(
            stage.written == [
                "iteration 2/5, 2.00 it/s, elapsed 0:01, left 0:02, loss 0.2\n",
                "iteration 4/5, 2.00 it/s, elapsed 0:02, left 0:01, loss 0.4\n",
                "iteration 5/5, 2.00 it/s, elapsed 0:02, left 0:00, loss 0.5\n",
            ])
    }

    @Test func withoutATotalNothingIsPredicted() {
        let stage = Stage()
        let bar = stage.bar(every: 1, isTerminal: false)
        bar.update(1)
        stage.time += 10
        bar.update(2)
        #expect(stage.written == ["iteration 1, elapsed 0:00\n", "iteration 2, 10.0 s/it, elapsed 0:10\n"])
    }

    @Test func nothingButTextWhenPiped() {
        let stage = Stage()
        let bar = stage.bar(every: 1, isTerminal: false)
        for i in 1...20 {
            stage.time += 1
            bar.update(i, of: 20, metrics: "x")
            bar.print("note")
        }
        bar.finish()
        #expect(stage.written.joined().unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) })
    }

    @Test func oneLineIsRedrawnOnATerminal() {
        let stage = Stage()
        let bar = stage.bar(isTerminal: true)
        bar.update(1, of: 4)
        stage.time += 1
        bar.update(2, of: 4, metrics: "loss 0.5")
        bar.finish()
        #expect(
            stage.written == [
                "\r[==========>                             ] 1/4  0:00\u{1B}[K",
                "\r[===================>                   ] 2/4  1.00 it/s  0:01 < 0:02  loss 0.5\u{1B}[K",
                "\r[===================>                   ] 2/4  1.00 it/s  0:01 < 0:02  loss 0.5\u{1B}[K", "\n",
            ])
    }

    @Test func redrawsAreRareAndMetricsOnlyMadeForThem() {
        let stage = Stage()
        let bar = stage.bar(isTerminal: true)
        var made = 0
        func metrics() -> String {
            made += 1
            return "m"
        }
        for i in 1...1000 {
            stage.time += 0.001
            bar.update(i, of: 1000, metrics: metrics())
        }
        #expect((10...12).contains(stage.written.count))
        #expect(made == stage.written.count)
        #expect(stage.lastLine.contains("] 1000/1000"))
    }

    @Test func metricsStandBesideTheIterationTheyAreOf() {
        let stage = Stage()
        let bar = stage.bar(isTerminal: true)
        bar.update(1, of: 100, metrics: "loss 1")
        stage.time += 0.01
        bar.update(2, of: 100, metrics: "loss 2")
        bar.print("note")
        #expect(stage.lastLine.contains("1/100") && stage.lastLine.hasSuffix("loss 1"))
        stage.time += 0.01
        bar.update(3, of: 100, metrics: "loss 3")
        bar.finish()
        // The line of update 3, which came too soon to be asked for its metrics.
        #expect(stage.written.last == "\n")
        let line = stage.written.suffix(2).first ?? ""
        #expect(line.contains("3/100") && !line.contains("loss"))
    }

    @Test(arguments: [1, 5, 12, 30, 44, 45, 60, 200])
    func theLineFitsTheTerminal(columns: Int) {
        let stage = Stage()
        stage.columns = columns
        let bar = stage.bar(isTerminal: true)
        bar.update(1, of: 500, metrics: "loss 0.123, accuracy 0.456")
        stage.time += 1
        bar.update(250, of: 500, metrics: "loss 0.123, accuracy 0.456")
        #expect(stage.lastLine.count <= columns - 1)
        #expect(stage.lastLine.count >= min(columns - 1, 40))
    }

    @Test func theBarDoesNotDance() {
        let stage = Stage()
        let bar = stage.bar(isTerminal: true)
        var widths: [Int] = []
        for (i, metrics) in ["loss 0.5", "loss 0.1234567890", "loss 0.25", ""].enumerated() {
            stage.time += 1
            bar.update(100 + i, of: 200, metrics: metrics)
            widths.append(stage.lastLine.prefix { $0 != "]" }.count)
        }
        #expect(widths[1] < widths[0] && widths[2] == widths[1] && widths[3] == widths[1])
        stage.columns = 200
        stage.time += 1
        bar.update(110, of: 200)
        #expect(stage.lastLine.prefix { $0 != "]" }.count == 41)
    }

    @Test func aResumedRunStartsFromItsFirstIteration() {
        let stage = Stage()
        let bar = stage.bar(every: 1, isTerminal: false)
        bar.update(1001, of: 2000)
        stage.time += 10
        bar.update(1101, of: 2000)
        #expect(stage.written.last == "iteration 1101/2000, 10.0 it/s, elapsed 0:10, left 1:30\n")
    }

    @Test func aSlowBeginningIsForgotten() {
        let stage = Stage()
        let bar = stage.bar(every: 1, isTerminal: false)
        bar.update(1, of: 200)
        stage.time += 1000
        for i in 2...102 {
            stage.time += 1
            bar.update(i, of: 202)
        }
        #expect(stage.written.last == "iteration 102/202, 1.00 it/s, elapsed 18:21, left 1:40\n")
    }

    @Test func otherLinesStandAboveTheBar() {
        let stage = Stage()
        let bar = stage.bar(isTerminal: true)
        bar.update(1)
        bar.print("saved")
        #expect(stage.written == ["\r1  0:00\u{1B}[K", "\r\u{1B}[K", "saved\n", "\r1  0:00\u{1B}[K"])
    }

    @Test func rates() {
        #expect(
            [0.1, 0.5, 1, 9.994, 9.996, 99.9, 99.96, 1234].map(ProgressBar.rateText) == [
                "10.0 s/it", "2.00 s/it", "1.00 it/s", "9.99 it/s", "10.0 it/s", "99.9 it/s", "100 it/s", "1234 it/s",
            ])
    }

    @Test func durations() {
        #expect(
            [0, 7.4, 59.6, 754, 3723, 176_523, .infinity].map(ProgressBar.duration) == [
                "0:00", "0:07", "1:00", "12:34", "1:02:03", "2d 01:02:03", "?",
            ])
    }
}
