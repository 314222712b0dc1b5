// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of the library never resolve what only benchmarks need.
let package = Package(
    name: "NablaBenchmarks",
    dependencies: [.package(name: "Nabla", path: "..", traits: [])],
    targets: [
        .executableTarget(
            name: "NablaBenchmarks",
            dependencies: [.product(name: "Nabla", package: "Nabla"), .product(name: "NablaNN", package: "Nabla")])
    ],
    swiftLanguageModes: [.v6]
)
