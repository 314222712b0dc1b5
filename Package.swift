// swift-tools-version: 6.2
import PackageDescription

// Kernels are always optimised, in debug builds too: they are the inner loops, and at -O0 they are 14 to 30 times slower.
// -ffp-contract=off gives the same numbers on every instruction set.
let kernelSettings: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-Wall", "-Wextra", "-Wno-unused-parameter"])
]

// The graph is confined to a thread and arrays are values, so the run-time checks of exclusive access to class properties find nothing
// here; they were a quarter of the time of recording an operation.
let coreSettings: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "Nabla",
    products: [
        .library(name: "Nabla", targets: ["Nabla"]),
        .library(name: "NablaNN", targets: ["NablaNN"]),
        .library(name: "NablaTraining", targets: ["NablaTraining"]),
        .executable(name: "nabla", targets: ["NablaCommand"]),
    ],
    traits: [
        // On by default, so that work on this package needs no option. Packages that use the libraries turn it off by `traits: []`, and
        // SwiftPM then does not fetch what is used under it only.
        .default(enabledTraits: ["CommandLine"]),
        .trait(name: "CommandLine", description: "The program nabla, which parses its arguments with swift-argument-parser."),
        // Options that name a trait leave out the default ones, so this one brings along what it is for.
        .trait(
            name: "MuJoCo",
            description: "Environments simulated by MuJoCo for nabla train trpo; needs its C library (Debian: libmujoco-dev).",
            enabledTraits: ["CommandLine"]),
    ],
    dependencies: [
        // For the command line only: the libraries depend on no package.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        // Used with the trait MuJoCo only; without it nobody needs the library.
        .systemLibrary(name: "CMuJoCo", providers: [.apt(["libmujoco-dev"])]),
        .target(name: "CNablaRuntime", cSettings: kernelSettings),
        .target(
            name: "CNablaKernels", dependencies: ["CNablaRuntime"], cSettings: kernelSettings,
            linkerSettings: [.linkedLibrary("m")]),
        // oneDNN has no pkg-config file in Debian; its headers and its library lie where compilers look.
        .target(
            name: "COneDNN", dependencies: ["CNablaRuntime"], cSettings: kernelSettings,
            linkerSettings: [.linkedLibrary("dnnl")]),
        .target(
            name: "NablaArray", dependencies: ["CNablaKernels", "CNablaRuntime", "COneDNN", "COpenBLAS"], swiftSettings: coreSettings),
        .target(name: "Nabla", dependencies: ["NablaArray", "CNablaRuntime"], swiftSettings: coreSettings),
        .target(name: "NablaNN", dependencies: ["Nabla"]),
        .target(name: "NablaTraining", dependencies: ["NablaNN", "CZlib"]),
        .target(name: "ExampleGANToys", dependencies: ["ExampleWGANGP", "NablaNN"], path: "Examples/GANToys"),
        .target(name: "ExampleWGANGP", dependencies: ["NablaNN"], path: "Examples/WGANGP"),
        .target(name: "ExampleMAML", dependencies: ["NablaNN"], path: "Examples/MAML"),
        .target(name: "ExampleLearningToLearn", dependencies: ["NablaNN"], path: "Examples/LearningToLearn"),
        .target(name: "ExampleOmniglot", dependencies: ["ExampleMAML", "NablaNN"], path: "Examples/Omniglot"),
        .target(
            name: "ExampleTRPO", dependencies: ["NablaNN", .target(name: "CMuJoCo", condition: .when(traits: ["MuJoCo"]))],
            path: "Examples/TRPO"),
        .executableTarget(
            name: "NablaCommand",
            dependencies: [
                "ExampleGANToys", "ExampleLearningToLearn", "ExampleMAML", "ExampleOmniglot", "ExampleTRPO", "ExampleWGANGP",
                "NablaTraining",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["CommandLine"])),
            ]),
        .testTarget(name: "NablaArrayTests", dependencies: ["NablaArray"]),
        // The table of functions, which tests of every kind walk over.
        .target(name: "FunctionTable", dependencies: ["Nabla"], path: "Tests/FunctionTable"),
        .testTarget(name: "NablaTests", dependencies: ["Nabla", "FunctionTable"]),
        // What `make counts` counts the instructions of.
        .executableTarget(name: "Counts", dependencies: ["NablaNN"], path: "Tests/Counts"),
        .testTarget(name: "NablaNNTests", dependencies: ["NablaNN", "NablaTraining"]),
        // Characters drawn at random, in the files of Omniglot.
        .target(name: "OmniglotFiles", dependencies: ["ExampleOmniglot"], path: "Tests/OmniglotFiles"),
        .testTarget(name: "NablaTrainingTests", dependencies: ["ExampleOmniglot", "NablaTraining", "OmniglotFiles"]),
        .testTarget(
            name: "ExampleTests",
            dependencies: [
                "ExampleGANToys", "ExampleLearningToLearn", "ExampleMAML", "ExampleOmniglot", "ExampleTRPO", "ExampleWGANGP",
            ]),
        .testTarget(name: "NablaCommandTests", dependencies: ["ExampleOmniglot", "NablaCommand", "NablaTraining", "OmniglotFiles"]),
    ],
    swiftLanguageModes: [.v6]
)

// A file that uses a module imports it: what a folder stands on is to be seen in it.
for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.enableUpcomingFeature("MemberImportVisibility")]
}
