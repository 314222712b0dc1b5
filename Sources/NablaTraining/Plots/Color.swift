/// An opaque colour, red, green and blue from 0 to 255.
public struct Color: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour from 0xRRGGBB.
    init(_ hex: UInt32) {
        self.init(red: UInt8(hex >> 16 & 0xFF), green: UInt8(hex >> 8 & 0xFF), blue: UInt8(hex & 0xFF))
    }

    /// The notation of SVG and CSS, as in "#0072b2".
    var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension Color {
    /// The colours of successive series: those of Okabe and Ito (https://jfly.uni-koeln.de/color), which readers with any form of colour
    /// blindness can tell apart, less the yellow, which is faint on white, and with the strongest contrasts first.
    public static let series: [Color] = [
        Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xCC79A7), Color(0xE69F00), Color(0x56B4E9), Color(0x000000),
    ]

    static let white = Color(0xFFFFFF)
    static let ink = Color(0x262626)
    static let axis = Color(0x5A5A5A)
    static let grid = Color(0xE3E3E3)
    static let reference = Color(0x777777)
}
