import Testing

@testable import NablaArray

@Suite struct ShapeTests {
    @Test func aShapeIsACollectionOfExtents() {
        var shape: Shape = [2, 3, 4]
        #expect(shape.rank == 3)
        #expect(shape.elementCount == 24)
        #expect(Array(shape) == [2, 3, 4])
        shape[1] = 5
        shape.append(1)
        #expect(shape == [2, 5, 4, 1])
        #expect(shape != [2, 5, 4])
        #expect(shape.description == "[2, 5, 4, 1]")
        #expect(Shape().elementCount == 1)
        #expect(Shape([3, 0, 2]).elementCount == 0)
        #expect(Shape([1, 2, 3, 4, 5, 6, 7, 8]).rank == Shape.maximumRank)
    }

    @Test func equalShapesHashAlike() {
        var other: Shape = [2, 3, 9]
        other = other.removing(2)
        #expect(other == [2, 3])
        #expect(Set<Shape>([[2, 3], other, [3, 2], [2, 3, 1]]).count == 3)
    }

    @Test func extentsAreInsertedReplacedAndRemoved() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.removing(1) == [2, 4])
        #expect(shape.inserting(9, at: 0) == [9, 2, 3, 4])
        #expect(shape.inserting(9, at: 3) == [2, 3, 4, 9])
        #expect(shape.replacing(2, with: 0) == [2, 3, 0])
        #expect(shape.replacing(1, with: [7, 8] as Shape) == [2, 7, 8, 4])
        #expect(shape.replacing(1, with: [] as Shape) == [2, 4])
    }

    /// numpy.broadcast_shapes
    @Test func shapesStretchToEachOther() {
        func both(_ a: Shape, _ b: Shape) -> Shape? {
            #expect(Shape.broadcast(a, b) == Shape.broadcast(b, a))
            return Shape.broadcast(a, b)
        }
        #expect(both([2, 3], [2, 3]) == [2, 3])
        #expect(both([2, 3], []) == [2, 3])
        #expect(both([2, 3], [3]) == [2, 3])
        #expect(both([2, 1], [1, 3]) == [2, 3])
        #expect(both([8, 1, 6, 1], [7, 1, 5]) == [8, 7, 6, 5])
        #expect(both([0], [1]) == [0])
        #expect(both([2, 0], [2, 1]) == [2, 0])
        #expect(both([2, 3], [2]) == nil)
        #expect(both([2], [3]) == nil)
        #expect(both([0], [2]) == nil)
    }

    @Test func axesCountFromEitherEnd() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.normalized(axis: -1, function: "") == 2)
        #expect(shape.normalized(axis: 0, function: "") == 0)
        #expect(shape.normalized(axes: [-1, 0], function: "").axes == [0, 2])
        #expect(shape.normalized(axes: nil, function: "").axes == [0, 1, 2])
        #expect(shape.normalized(axes: [], function: "").isEmpty)
        #expect(shape.reduced(over: shape.normalized(axes: [1], function: ""), keepsAxes: true) == [2, 1, 4])
        #expect(shape.reduced(over: shape.normalized(axes: [1], function: ""), keepsAxes: false) == [2, 4])
    }
}
