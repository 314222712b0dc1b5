import Testing

@testable import NablaArray

/// The expected texts are NumPy's (`str` of the same array), except for `true` and `false`.
@Suite struct FormattingTests {
    private func shows(_ x: NDArray, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(x.description == text, sourceLocation: sourceLocation)
    }

    @Test func float64() {
        shows(NDArray([1.0, 2.0, 3.0] as [Double]), "[1. 2. 3.]")
        shows(NDArray([1.5, -2.25, 3.0] as [Double]), "[ 1.5  -2.25  3.  ]")
        shows(NDArray([0.1, 0.2, 0.3] as [Double]), "[0.1 0.2 0.3]")
        shows(NDArray([0.3333333333333333, 0.6666666666666666] as [Double]), "[0.33333333 0.66666667]")
        shows(NDArray([1.0, 1000.0] as [Double]), "[   1. 1000.]")
        shows(NDArray([1.0, 1001.0] as [Double]), "[1.000e+00 1.001e+03]")
        shows(NDArray([0.0001, 0.01] as [Double]), "[0.0001 0.01  ]")
        shows(NDArray([9e-05, 0.01] as [Double]), "[9.e-05 1.e-02]")
        shows(NDArray([999999.0, 1000.0] as [Double]), "[999999.   1000.]")
        shows(NDArray([1000000.0, 1000.0] as [Double]), "[1000000.    1000.]")
        shows(NDArray([100000000.0, 1000000.0] as [Double]), "[1.e+08 1.e+06]")
        shows(NDArray([123456789.0, 1000000.0] as [Double]), "[1.23456789e+08 1.00000000e+06]")
        shows(NDArray([.nan, 1.0] as [Double]), "[nan  1.]")
        shows(NDArray([.nan, -.infinity, .infinity, 0.5] as [Double]), "[ nan -inf  inf  0.5]")
        shows(NDArray([.nan, .nan] as [Double]), "[nan nan]")
        shows(NDArray([-.infinity, -1.0] as [Double]), "[-inf  -1.]")
        shows(NDArray([.infinity] as [Double]), "[inf]")
        shows(NDArray([0.0, -0.0] as [Double]), "[ 0. -0.]")
        shows(NDArray([1e-20, 1.0] as [Double]), "[1.e-20 1.e+00]")
        shows(NDArray([3.14159265358979, 2.71828182845905, -1.4142135623731] as [Double]), "[ 3.14159265  2.71828183 -1.41421356]")
        shows(NDArray([.leastNonzeroMagnitude, 1.0] as [Double]), "[5.e-324 1.e+000]")
        shows(NDArray([1.7e+308] as [Double]), "[1.7e+308]")
        shows(NDArray([0.123456785, 0.5] as [Double]), "[0.12345678 0.5       ]")
        shows(
            NDArray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]] as [[Double]]),
            """
            [[1.  2.  3. ]
             [4.  5.  6.5]]
            """)
        shows(
            NDArray([[1e-10, -2.0], [.nan, .infinity]] as [[Double]]),
            """
            [[ 1.e-10 -2.e+00]
             [    nan     inf]]
            """)
        shows(NDArray([100.0, 0.5, -12.125] as [Double]), "[100.      0.5   -12.125]")
        shows(NDArray([1e+100, -1e-100] as [Double]), "[ 1.e+100 -1.e-100]")
        shows(NDArray([1e+100, .nan] as [Double]), "[1.e+100     nan]")
        shows(NDArray([12345.678901234, 1.0] as [Double]), "[1.23456789e+04 1.00000000e+00]")
        shows(NDArray([99999999.0, 100000.0] as [Double]), "[99999999.   100000.]")
        shows(NDArray([0.30000000000000004, 0.0001] as [Double]), "[3.e-01 1.e-04]")
    }

    @Test func float32() {
        shows(NDArray([1.0, 2.0, 3.0] as [Float]), "[1. 2. 3.]")
        shows(NDArray([1.5, -2.25, 3.0] as [Float]), "[ 1.5  -2.25  3.  ]")
        shows(NDArray([0.1, 0.2, 0.3] as [Float]), "[0.1 0.2 0.3]")
        shows(NDArray([0.3333333333333333, 0.6666666666666666] as [Float]), "[0.33333334 0.6666667 ]")
        shows(NDArray([1.0, 1000.0] as [Float]), "[   1. 1000.]")
        shows(NDArray([1.0, 1001.0] as [Float]), "[1.000e+00 1.001e+03]")
        shows(NDArray([0.0001, 0.01] as [Float]), "[0.0001 0.01  ]")
        shows(NDArray([9e-05, 0.01] as [Float]), "[9.e-05 1.e-02]")
        shows(NDArray([999999.0, 1000.0] as [Float]), "[999999.   1000.]")
        shows(NDArray([1000000.0, 1000.0] as [Float]), "[1.e+06 1.e+03]")
        shows(NDArray([100000000.0, 1000000.0] as [Float]), "[1.e+08 1.e+06]")
        shows(NDArray([123456789.0, 1000000.0] as [Float]), "[1.2345679e+08 1.0000000e+06]")
        shows(NDArray([.nan, 1.0] as [Float]), "[nan  1.]")
        shows(NDArray([.nan, -.infinity, .infinity, 0.5] as [Float]), "[ nan -inf  inf  0.5]")
        shows(NDArray([.nan, .nan] as [Float]), "[nan nan]")
        shows(NDArray([-.infinity, -1.0] as [Float]), "[-inf  -1.]")
        shows(NDArray([.infinity] as [Float]), "[inf]")
        shows(NDArray([0.0, -0.0] as [Float]), "[ 0. -0.]")
        shows(NDArray([1e-20, 1.0] as [Float]), "[1.e-20 1.e+00]")
        shows(NDArray([3.14159265358979, 2.71828182845905, -1.4142135623731] as [Float]), "[ 3.1415927  2.7182817 -1.4142135]")
        shows(NDArray([.leastNonzeroMagnitude, 1.0] as [Float]), "[1.e-45 1.e+00]")
        shows(NDArray([3e+38] as [Float]), "[3.e+38]")
        shows(NDArray([0.123456785, 0.5] as [Float]), "[0.12345678 0.5       ]")
        shows(
            NDArray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]] as [[Float]]),
            """
            [[1.  2.  3. ]
             [4.  5.  6.5]]
            """)
        shows(
            NDArray([[1e-10, -2.0], [.nan, .infinity]] as [[Float]]),
            """
            [[ 1.e-10 -2.e+00]
             [    nan     inf]]
            """)
        shows(NDArray([100.0, 0.5, -12.125] as [Float]), "[100.      0.5   -12.125]")
    }

    @Test func integersAndLayouts() {
        shows(NDArray([1, 2, 3] as [Int]), "[1 2 3]")
        shows(NDArray([-1, 10, 100] as [Int]), "[ -1  10 100]")
        shows(
            NDArray([[1, -20], [300, 4]] as [[Int32]]),
            """
            [[  1 -20]
             [300   4]]
            """)
        shows(
            NDArray([[[1, 2], [3, 4]], [[5, 6], [7, 8]]] as [[[Int]]]),
            """
            [[[1 2]
              [3 4]]

             [[5 6]
              [7 8]]]
            """)
        shows(NDArray([-9_223_372_036_854_775_807, 9_223_372_036_854_775_807] as [Int]), "[-9223372036854775807  9223372036854775807]")
        shows(
            counting([30]),
            """
            [ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
             24 25 26 27 28 29]
            """)
        shows(
            counting([2, 2, 2, 2]),
            """
            [[[[ 0  1]
               [ 2  3]]

              [[ 4  5]
               [ 6  7]]]


             [[[ 8  9]
               [10 11]]

              [[12 13]
               [14 15]]]]
            """)
        shows(counting([1001]), "[   0    1    2 ...  998  999 1000]")
        shows(
            counting([1000])[..<40] * 1000,
            """
            [    0  1000  2000  3000  4000  5000  6000  7000  8000  9000 10000 11000
             12000 13000 14000 15000 16000 17000 18000 19000 20000 21000 22000 23000
             24000 25000 26000 27000 28000 29000 30000 31000 32000 33000 34000 35000
             36000 37000 38000 39000]
            """)
        shows(
            counting([50, 50]),
            """
            [[   0    1    2 ...   47   48   49]
             [  50   51   52 ...   97   98   99]
             [ 100  101  102 ...  147  148  149]
             ...
             [2350 2351 2352 ... 2397 2398 2399]
             [2400 2401 2402 ... 2447 2448 2449]
             [2450 2451 2452 ... 2497 2498 2499]]
            """)
        shows(
            counting([7, 200]),
            """
            [[   0    1    2 ...  197  198  199]
             [ 200  201  202 ...  397  398  399]
             [ 400  401  402 ...  597  598  599]
             ...
             [ 800  801  802 ...  997  998  999]
             [1000 1001 1002 ... 1197 1198 1199]
             [1200 1201 1202 ... 1397 1398 1399]]
            """)
        shows(
            counting([300, 2, 2]),
            """
            [[[   0    1]
              [   2    3]]

             [[   4    5]
              [   6    7]]

             [[   8    9]
              [  10   11]]

             ...

             [[1188 1189]
              [1190 1191]]

             [[1192 1193]
              [1194 1195]]

             [[1196 1197]
              [1198 1199]]]
            """)
        shows(
            counting([2, 7, 100]),
            """
            [[[   0    1    2 ...   97   98   99]
              [ 100  101  102 ...  197  198  199]
              [ 200  201  202 ...  297  298  299]
              ...
              [ 400  401  402 ...  497  498  499]
              [ 500  501  502 ...  597  598  599]
              [ 600  601  602 ...  697  698  699]]

             [[ 700  701  702 ...  797  798  799]
              [ 800  801  802 ...  897  898  899]
              [ 900  901  902 ...  997  998  999]
              ...
              [1100 1101 1102 ... 1197 1198 1199]
              [1200 1201 1202 ... 1297 1298 1299]
              [1300 1301 1302 ... 1397 1398 1399]]]
            """)
        shows(
            counting([2, 30]),
            """
            [[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
              24 25 26 27 28 29]
             [30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53
              54 55 56 57 58 59]]
            """)
        shows(
            counting([24], dtype: .float32) / 7,
            """
            [0.         0.14285715 0.2857143  0.42857143 0.5714286  0.71428573
             0.85714287 1.         1.1428572  1.2857143  1.4285715  1.5714285
             1.7142857  1.8571428  2.         2.142857   2.2857144  2.4285715
             2.5714285  2.7142856  2.857143   3.         3.142857   3.2857144 ]
            """)
        shows(
            counting([3, 11], dtype: .float64) / 7,
            """
            [[0.         0.14285714 0.28571429 0.42857143 0.57142857 0.71428571
              0.85714286 1.         1.14285714 1.28571429 1.42857143]
             [1.57142857 1.71428571 1.85714286 2.         2.14285714 2.28571429
              2.42857143 2.57142857 2.71428571 2.85714286 3.        ]
             [3.14285714 3.28571429 3.42857143 3.57142857 3.71428571 3.85714286
              4.         4.14285714 4.28571429 4.42857143 4.57142857]]
            """)
        shows(counting([1, 1, 1]), "[[[0]]]")
        shows(NDArray.zeros([0]), "[]")
        shows(NDArray.zeros([0, 3]), "[]")
        shows(
            counting([4, 3], dtype: .float32).transposed(),
            """
            [[ 0.  3.  6.  9.]
             [ 1.  4.  7. 10.]
             [ 2.  5.  8. 11.]]
            """)
        shows(counting([2000], dtype: .float64) * 0.5, "[0.000e+00 5.000e-01 1.000e+00 ... 9.985e+02 9.990e+02 9.995e+02]")
    }

    @Test func truthValues() {
        shows(NDArray([true, false]), "[ true false]")
        shows(NDArray([true, true]), "[true true]")
    }

    @Test func aSingleNumberStandsAloneWithAllItsDigits() {
        shows(NDArray(Float(0.73218)), "0.73218")
        shows(NDArray(1.0 / 3), "0.3333333333333333")
        shows(NDArray(2.0), "2.0")
        shows(NDArray(-7), "-7")
        shows(NDArray(true), "true")
        shows(NDArray(0.0) / 0.0, "nan")
        shows(NDArray(-1.0) / 0.0, "-inf")
    }

    @Test func debuggingAddsShapeAndType() {
        let x = NDArray([[1, 2, 3], [4, 5, 6]], dtype: .float32)
        #expect(x.debugDescription == "NDArray(shape: [2, 3], dtype: float32)\n[[1. 2. 3.]\n [4. 5. 6.]]")
        #expect(NDArray(true).debugDescription == "NDArray(shape: [], dtype: bool)\ntrue")
    }

    @Test func formatsOfOnesOwn() {
        let x = NDArray([1.0 / 3, 2.5, 1])
        // numpy.printoptions(precision=3)
        #expect(x.formatted(ArrayFormat(precision: 3)) == "[0.333 2.5   1.   ]")
        // numpy.printoptions(precision=0)
        #expect(NDArray([0.5, 1.5, 2.4]).formatted(ArrayFormat(precision: 0)) == "[0. 2. 2.]")
        // numpy.printoptions(threshold=5, edgeitems=2)
        #expect(counting([9]).formatted(ArrayFormat(threshold: 5, edgeItems: 2)) == "[0 1 ... 7 8]")
        // numpy.printoptions(linewidth=10)
        #expect(counting([6]).formatted(ArrayFormat(lineWidth: 10)) == "[0 1 2 3\n 4 5]")
    }
}
