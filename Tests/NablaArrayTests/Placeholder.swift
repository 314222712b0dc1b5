import Testing

@testable import NablaArray
