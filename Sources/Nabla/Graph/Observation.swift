import CNablaRuntime
import NablaArray

/// Whether somebody observes the functions applied on this thread.
@inline(__always)
package var isObserved: Bool { nr_observed() != 0 }

/// What observes the functions that run on this thread: hooks, the search for the first NaN, the names of links.
///
/// A bit of the word that says whether functions are recorded sends them here, out of line; while nothing observes, a function pays for
/// testing that bit.
package final class Observation {
    var hooks: [any FunctionHook] = []
    /// The path of the link that is running.
    var scope = ""
    /// Paths of links, by the identity of the links.
    var linkPaths: [ObjectIdentifier: String] = [:]
    /// Whether recorded functions remember the link in which they ran.
    var keepsScopes = false
    /// Whether drawings show the lines of recorded functions.
    var showsLines = false
    /// What is needed to remember the calls that led to a recorded function; nil while that is not asked for.
    var sites: CallSite.Program?
    /// Set while NaN and infinity are looked for.
    var anomalies: AnomalySearch?
    /// Whether the search is on, on this thread.
    static var looksForAnomalies: Bool { isObserved && current.anomalies != nil }
    /// A function whose gradients a walk computes, or its tangents, without a walk backward.
    struct Pull {
        let node: FunctionNode
        let walk: BackwardWalk?

        /// The functions from the loss down to this one.
        var path: [FunctionNode] { walk?.path(to: node) ?? [node] }
    }

    /// The functions whose gradients or tangents are being computed by rules, innermost last.
    private var pulled: [Pull] = []
    /// Functions that go over others again, as checkpoints do, outermost first: what they go over is no part of a rule.
    private(set) var revisited: [Pull] = []

    /// The observation of this thread, which there must be.
    static var current: Observation { Unmanaged<Observation>.fromOpaque(nr_observation()!).takeUnretainedValue() }

    /// Runs `body` under what observes this thread already and what `change` adds to it. Belongs to the thread; must not span an `await`.
    package static func with<R>(_ change: (Observation) -> Void, _ body: () throws -> R) rethrows -> R {
        let observation = Observation()
        if isObserved {
            let outer = current
            (observation.hooks, observation.scope, observation.linkPaths) = (outer.hooks, outer.scope, outer.linkPaths)
            (observation.keepsScopes, observation.showsLines, observation.sites) = (outer.keepsScopes, outer.showsLines, outer.sites)
            (observation.anomalies, observation.pulled, observation.revisited) = (outer.anomalies, outer.pulled, outer.revisited)
        }
        change(observation)
        let (before, state) = (nr_observation(), nr_observed())
        nr_set_observation(Unmanaged.passUnretained(observation).toOpaque())
        nr_set_observed(4)
        defer {
            nr_set_observation(before)
            nr_set_observed(state)
        }
        return try withExtendedLifetime(observation, body)
    }

    /// Runs `body` with nobody observing, for what hooks compute themselves.
    private func unobserved<R>(_ body: () -> R) -> R {
        nr_set_observed(0)
        defer { nr_set_observed(4) }
        // Nor is it a part of what is compiled.
        return ArrayTrace.unwatched(body)
    }

    func run(_ node: FunctionNode, _ inputs: [Variable], _ forward: () -> [NDArray]) -> [NDArray] {
        unobserved { for hook in hooks { hook.beforeForward(node, inputs: inputs.map(\.array)) } }
        let outputs = forward()
        unobserved {
            for hook in hooks.reversed() { hook.afterForward(node, inputs: inputs.map(\.array), outputs: outputs) }
            if pulled.isEmpty { anomalies?.check(node, inputs, outputs) }
        }
        return outputs
    }

    func didRecord(_ node: FunctionNode) {
        let origin = pulled.last?.node.more?.origin
        let place = keepsScopes ? origin?.scope ?? scope : nil
        // What a rule records was made by no line of the user's but that of the function whose rule it is.
        let site = sites.flatMap { pulled.isEmpty ? CallSite($0) : origin?.site }
        if place != nil || site != nil { node.extended().origin = RecordedOrigin(scope: place, site: site, showsLine: showsLines) }
    }

    func willPull(_ node: FunctionNode, order: Int, _ gradOutputs: [Variable?], _ walk: BackwardWalk) {
        unobserved { for hook in hooks { hook.beforeBackward(node, order: order, gradOutputs: gradOutputs) } }
        pulled.append(Pull(node: node, walk: walk))
    }

    func didPull(_ node: FunctionNode, order: Int, _ walk: BackwardWalk) {
        pulled.removeLast()
        unobserved {
            for hook in hooks.reversed() { hook.afterBackward(node, order: order) }
            if pulled.isEmpty { anomalies?.check(node, order: order, walk, revisited) }
        }
    }

    func willPush(_ node: FunctionNode) { pulled.append(Pull(node: node, walk: nil)) }

    func didPush(_ node: FunctionNode, order: Int, _ tangents: [Variable]) {
        pulled.removeLast()
        if pulled.isEmpty { unobserved { anomalies?.check(node, order: order, tangents: tangents) } }
    }

    /// Runs `body`, which goes over functions of the user's again for the gradient of `node`: they are looked at like others.
    static func revisiting<R>(_ node: FunctionNode, _ body: () -> R) -> R {
        isObserved ? current.revisiting(node, body) : body()
    }

    private func revisiting<R>(_ node: FunctionNode, _ body: () -> R) -> R {
        let before = (pulled, revisited, scope)
        revisited += pulled
        pulled = []
        scope = node.more?.origin?.scope ?? scope
        defer { (pulled, revisited, scope) = before }
        return body()
    }
}

/// Where a recorded function comes from; kept only while somebody asks for it.
struct RecordedOrigin {
    /// The path of the link in which it ran.
    var scope: String?
    /// The calls that led to it.
    var site: CallSite?
    /// Whether drawings look its line up, which takes long.
    var showsLine: Bool
}
