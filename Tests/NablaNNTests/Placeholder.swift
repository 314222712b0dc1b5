import Testing

@testable import NablaNN
