import Testing

@testable import NablaTraining
