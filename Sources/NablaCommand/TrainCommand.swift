import ArgumentParser

/// `nabla train`
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a model of a paper.",
        subcommands: [
            TrainGANToyCommand.self, TrainLearningToLearnCommand.self, TrainMAMLCommand.self, TrainOmniglotCommand.self,
            TrainTRPOCommand.self, TrainWGANGPCommand.self,
        ])
}
