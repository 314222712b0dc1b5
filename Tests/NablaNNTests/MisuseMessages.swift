import Testing

/// The message with which a process ended.
func expectMessage(_ fragment: String, in result: ExitTest.Result, location: SourceLocation = #_sourceLocation) {
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(text.contains(fragment), "\(text.prefix(600))", sourceLocation: location)
}
