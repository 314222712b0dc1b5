import NablaArray

/// What is wrong with the fields of a plan that was read from a file: the first fault found, in words.
///
///     var checks = PlanChecks()
///     checks.count(plan.iterations, "iterations")
///     checks.each(plan.learners, "learners") { learner, checks in checks.positive(learner.rate, "rate") }
///     checks.fault        // "learners[1].rate: expected a number above 0, got -1.0"
struct PlanChecks {
    /// The first fault; nil when there is none.
    private(set) var fault: String?
    /// What the names of fields begin with.
    private var prefix = ""

    /// Notes the field `name` unless `isSound`.
    mutating func expect(_ isSound: Bool, _ name: String, _ expected: String, got value: some Any) {
        if !isSound && fault == nil { fault = "\(prefix)\(name): expected \(expected), got \("\(value)".excerpt)" }
    }

    /// A number of things: from `least` to what leaves room for sums and products of a few such.
    mutating func count(_ value: Int, _ name: String, from least: Int = 1, to most: Int = 1 << 40) {
        expect((least...most).contains(value), name, "a number from \(least) to \(most)", got: value)
    }

    /// A finite number above 0.
    mutating func positive(_ value: Double, _ name: String) {
        expect(value > 0 && value.isFinite, name, "a number above 0", got: value)
    }

    /// A number in a range.
    mutating func number(_ value: Double, in range: ClosedRange<Double>, _ name: String) {
        expect(range.contains(value), name, "a number from \(range.lowerBound) to \(range.upperBound)", got: value)
    }

    /// A finite number of at least 0.
    mutating func notNegative(_ value: Double, _ name: String) {
        expect(value >= 0 && value.isFinite, name, "a number of at least 0", got: value)
    }

    /// The fields below a field.
    mutating func part(_ name: String, _ check: (inout PlanChecks) -> Void) {
        let before = prefix
        prefix += "\(name)."
        check(&self)
        prefix = before
    }

    /// The elements of a list, of which there must be some.
    mutating func each<Element>(_ list: [Element], _ name: String, _ check: (Element, inout PlanChecks) -> Void) {
        count(list.count, "the length of \(name)", to: 10_000)
        for (index, element) in list.enumerated() where fault == nil { part("\(name)[\(index)]") { check(element, &$0) } }
    }

    /// The names of learners, which name files and records.
    mutating func names(_ names: [String]) {
        var known: Set<String> = []
        for (index, name) in names.enumerated() {
            expect(known.insert(name).inserted, "learners[\(index)]", "another learner than those before", got: name)
        }
    }
}
