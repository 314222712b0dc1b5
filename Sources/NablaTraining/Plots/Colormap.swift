extension Color {
    /// A colour for a number from 0 to 1 on a scale from dark blue over green to yellow, whose lightness rises evenly, so that it is
    /// read alike in grey and by all eyes: Viridis (Smith and van der Walt, 2015) between nine of its colours, but for the lightest end,
    /// which is faint on white.
    ///
    /// Numbers outside have the colour of the nearest end.
    public static func graded(_ value: Double) -> Color {
        let place = min(max(value.isNaN ? 0 : value, 0), 1) * Double(viridis.count - 1)
        let index = min(Int(place), viridis.count - 2)
        let rest = place - Double(index)
        func mixed(_ channel: KeyPath<Color, UInt8>) -> UInt8 {
            let (low, high) = (Double(viridis[index][keyPath: channel]), Double(viridis[index + 1][keyPath: channel]))
            return UInt8((low + rest * (high - low)).rounded())
        }
        return Color(red: mixed(\.red), green: mixed(\.green), blue: mixed(\.blue))
    }

    private static let viridis: [Color] = [
        Color(0x440154), Color(0x472D7B), Color(0x3B528B), Color(0x2C728E), Color(0x21918C), Color(0x28AE80), Color(0x5EC962),
        Color(0xADDC30), Color(0xDDE318),
    ]
}
