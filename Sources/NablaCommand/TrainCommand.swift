import ArgumentParser

/// `nabla train`
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a model of a paper.",
        subcommands: [TrainMAMLCommand.self, TrainTRPOCommand.self, TrainWGANGPCommand.self])
}
