import Testing

@testable import Nabla
