extension TRPOEnvironment {
    /// A figure that someone else published.
    struct Published {
        let source: String, steps: String, value: String
    }

    /// The mean return that a run is expected to reach.
    var target: Double? {
        switch self {
        case .cartpole: 500
        case .pendulum: -200
        case .invertedPendulum: 950
        case .hopper: 2800
        case .swimmer: 340
        }
    }

    /// Returns of TRPO that others published for this environment or an earlier version of it.
    var published: [Published] {
        func zoo(_ steps: String, _ value: String) -> Published {
            Published(source: "rl-baselines3-zoo, benchmark.md", steps: steps, value: value)
        }
        func contrib(_ value: String) -> Published {
            Published(source: "sb3-contrib, docs/modules/trpo.md, 3 seeds", steps: "1 M", value: value)
        }
        func chainer(_ value: String) -> Published { Published(source: "ChainerRL, 20 seeds", steps: "2 M", value: value) }
        func pfrl(_ value: String) -> Published { Published(source: "PFRL, 20 seeds", steps: "2 M", value: value) }
        func tianshou(_ value: String) -> Published { Published(source: "Tianshou, thu-ml/tianshou#340", steps: "1 M", value: value) }
        func baselines(_ value: String) -> Published {
            Published(source: "OpenAI Baselines, in the same table", steps: "1 M", value: value)
        }
        func spinningUp(_ value: String) -> Published { Published(source: "Spinning Up, in the same table", steps: "1 M", value: value) }
        switch self {
        case .cartpole: return [zoo("100 k", "500.0 ± 0.0")]
        case .pendulum: return [zoo("100 k, with state-dependent exploration", "-174.6 ± 127.6")]
        case .invertedPendulum: return [tianshou("1000 ± 0"), baselines("about 910")]
        case .hopper:
            return [
                zoo("1 M, Hopper-v3", "3618 ± 357"), contrib("3372 ± 215"), chainer("3056 ± 44"), pfrl("3038 ± 42"),
                tianshou("2046 ± 1038"), baselines("about 2200"),
                spinningUp("about 1200"),
            ]
        case .swimmer:
            return [
                zoo("1 M, Swimmer-v3, γ = 0.9999", "365.7 ± 2.1"), contrib("359 ± 2"), chainer("200 ± 25"), pfrl("197 ± 26"),
                tianshou("41 ± 20"), baselines("about 95"),
                spinningUp("about 85"),
            ]
        }
    }
}
