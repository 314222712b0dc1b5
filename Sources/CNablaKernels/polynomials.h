// Nearly best polynomials in Horner's form. Made by Scripts/polynomials.py.
#pragma once

// (exp r - 1 - r) / r², |r| <= ln 2 / 2; error 1.4e-18
#define NK_EXP_64(x) ( \
    (((((((((0x1.1f7340dbc337ep-29 \
    * (x) + 0x1.af4e554377204p-26) \
    * (x) + 0x1.27e4db46cddd1p-22) \
    * (x) + 0x1.71de01fdbf9cap-19) \
    * (x) + 0x1.a01a01a6e1e2ap-16) \
    * (x) + 0x1.a01a01abf85abp-13) \
    * (x) + 0x1.6c16c16c162c3p-10) \
    * (x) + 0x1.11111111100bep-7) \
    * (x) + 0x1.5555555555556p-5) \
    * (x) + 0x1.5555555555557p-3) \
    * (x) + 0x1.0000000000000p-1)

// (exp r - 1 - r) / r², |r| <= ln 2 / 2; error 1.4e-9
#define NK_EXP_32(x) ( \
    ((((0x1.a1256cd2f13c2p-13 \
    * (x) + 0x1.6d43af18200d3p-10) \
    * (x) + 0x1.1110e0c5c7f50p-7) \
    * (x) + 0x1.5554e8a22b84cp-5) \
    * (x) + 0x1.5555555a800cdp-3) \
    * (x) + 0x1.0000000ba132cp-1)

// (exp r - 1 - r - r² / 2) / r³, |r| <= ln 2 / 2; error 8.1e-18
#define NK_EXPM1_64(x) ( \
    ((((((((0x1.1f6717774d5e0p-29 \
    * (x) + 0x1.af390ba7e6f47p-26) \
    * (x) + 0x1.27e4e1dcf773bp-22) \
    * (x) + 0x1.71de0d85293b8p-19) \
    * (x) + 0x1.a01a01a48116fp-16) \
    * (x) + 0x1.a01a01a7cebcdp-13) \
    * (x) + 0x1.6c16c16c167dap-10) \
    * (x) + 0x1.11111111109a6p-7) \
    * (x) + 0x1.5555555555555p-5) \
    * (x) + 0x1.5555555555556p-3)

// (log((1 + s) / (1 - s)) - 2 s) / s³ in z = s², |s| <= (√2 - 1) / (√2 + 1); error 3.1e-16
#define NK_LOG_64(x) ( \
    (((((0x1.2b6688a387e03p-3 \
    * (x) + 0x1.39fd392179a95p-3) \
    * (x) + 0x1.7462bd8f7796ep-3) \
    * (x) + 0x1.c71c62c639fdep-3) \
    * (x) + 0x1.2492492e09d4dp-2) \
    * (x) + 0x1.9999999995204p-2) \
    * (x) + 0x1.5555555555558p-1)

// (log((1 + s) / (1 - s)) - 2 s) / s³ in z = s², |s| <= (√2 - 1) / (√2 + 1); error 1.2e-9
#define NK_LOG_32(x) ( \
    ((0x1.dddae051676cfp-3 \
    * (x) + 0x1.245c0ad6402a0p-2) \
    * (x) + 0x1.9999ebdd89092p-2) \
    * (x) + 0x1.5555554b9ea4ap-1)

// (sin r - r) / r³ in z = r², |r| <= π / 4; error 2.1e-17
#define NK_SIN_64(x) ( \
    ((((0x1.5e098556d302ep-33 \
    * (x) + -0x1.ae60069e53ef1p-26) \
    * (x) + 0x1.71de379252004p-19) \
    * (x) + -0x1.a01a019e80693p-13) \
    * (x) + 0x1.1111111110ba5p-7) \
    * (x) + -0x1.5555555555555p-3)

// (sin r - r) / r³ in z = r², |r| <= π / 4; error 2.8e-11
#define NK_SIN_32(x) ( \
    ((0x1.6dbbee1f24647p-19 \
    * (x) + -0x1.a013a11619d1bp-13) \
    * (x) + 0x1.11110dea5e8c0p-7) \
    * (x) + -0x1.555555545c0f8p-3)

// (cos r - 1 + r² / 2) / r⁴ in z = r², |r| <= π / 4; error 1.3e-18
#define NK_COS_64(x) ( \
    ((((-0x1.907c0e63adbb6p-37 \
    * (x) + 0x1.1eeb66b683028p-29) \
    * (x) + -0x1.27e4fa15bd814p-22) \
    * (x) + 0x1.a01a019f4d0edp-16) \
    * (x) + -0x1.6c16c16c16960p-10) \
    * (x) + 0x1.5555555555555p-5)

// (cos r - 1 + r² / 2) / r⁴ in z = r², |r| <= π / 4; error 2.4e-12
#define NK_COS_32(x) ( \
    ((-0x1.2522e6d930e5bp-22 \
    * (x) + 0x1.a015c02820885p-16) \
    * (x) + -0x1.6c16bf51b0df9p-10) \
    * (x) + 0x1.555555550225fp-5)

// (atan t - t) / t³ in z = t², |t| <= tan(π / 8); error 1.2e-18
#define NK_ATAN_64(x) ( \
    ((((((((((0x1.0a5f8c60d732bp-6 \
    * (x) + -0x1.1aff6533dd0e5p-5) \
    * (x) + 0x1.74c9760b1bea4p-5) \
    * (x) + -0x1.ac761b5db4f38p-5) \
    * (x) + 0x1.e19978381e052p-5) \
    * (x) + -0x1.110e81459346ep-4) \
    * (x) + 0x1.3b139279535a8p-4) \
    * (x) + -0x1.745d165a9c002p-4) \
    * (x) + 0x1.c71c71c2f37e8p-4) \
    * (x) + -0x1.249249248d684p-3) \
    * (x) + 0x1.9999999999952p-3) \
    * (x) + -0x1.5555555555555p-2)

// (atan t - t) / t³ in z = t², |t| <= tan(π / 8); error 5.4e-10
#define NK_ATAN_32(x) ( \
    ((((0x1.9d36cc03059f8p-5 \
    * (x) + -0x1.6133ecd2c7badp-4) \
    * (x) + 0x1.c5797b083068dp-4) \
    * (x) + -0x1.248a0803f2240p-3) \
    * (x) + 0x1.99997acb9f7aap-3) \
    * (x) + -0x1.5555554bf0304p-2)

// (asin t - t) / t³ in z = t², |t| <= 1 / 2; error 1.5e-17
#define NK_ASIN_64(x) ( \
    (((((((((((0x1.d8dbb348232e7p-6 \
    * (x) + -0x1.eb83e904a1bfcp-7) \
    * (x) + 0x1.1e9d59329c4d3p-6) \
    * (x) + 0x1.637b7e101b0dap-8) \
    * (x) + 0x1.52816d4983b43p-7) \
    * (x) + 0x1.781cd742184c7p-7) \
    * (x) + 0x1.c9cff8af3076fp-7) \
    * (x) + 0x1.1c4d2df172182p-6) \
    * (x) + 0x1.6e8bb21b0d9bap-6) \
    * (x) + 0x1.f1c71c1baf1c5p-6) \
    * (x) + 0x1.6db6db6e35217p-5) \
    * (x) + 0x1.3333333332eaap-4) \
    * (x) + 0x1.5555555555556p-3)

// (asin t - t) / t³ in z = t², |t| <= 1 / 2; error 2.5e-10
#define NK_ASIN_32(x) ( \
    (((((0x1.fc61d9cd74fd0p-6 \
    * (x) + 0x1.5946e1e3542bap-7) \
    * (x) + 0x1.830306454d664p-6) \
    * (x) + 0x1.efe95941552c9p-6) \
    * (x) + 0x1.6dc10e90a21bap-5) \
    * (x) + 0x1.33331e8719648p-4) \
    * (x) + 0x1.5555555c1c9fap-3)

// (sinh t - t) / t³ in z = t², |t| <= 1; error 3.5e-19
#define NK_SINH_64(x) ( \
    (((((0x1.b413a2632a732p-41 \
    * (x) + 0x1.611caf3d7bfe1p-33) \
    * (x) + 0x1.ae646102f8d4bp-26) \
    * (x) + 0x1.71de3a4e0d67dp-19) \
    * (x) + 0x1.a01a01a01eed5p-13) \
    * (x) + 0x1.11111111110fdp-7) \
    * (x) + 0x1.5555555555555p-3)

// (sinh t - t) / t³ in z = t², |t| <= 1; error 3.2e-13
#define NK_SINH_32(x) ( \
    (((0x1.b55992a16f460p-26 \
    * (x) + 0x1.71d2025b50188p-19) \
    * (x) + 0x1.a01a131e0cca2p-13) \
    * (x) + 0x1.111111084ebc0p-7) \
    * (x) + 0x1.555555555823bp-3)

// erf x / x in z = x², |x| <= 1; error 7.4e-18
#define NK_ERF_64(x) ( \
    ((((((((((-0x1.ac641bc040b16p-31 \
    * (x) + 0x1.d75aba73d5ca8p-27) \
    * (x) + -0x1.5c10c8957465dp-23) \
    * (x) + 0x1.b981799c363d2p-20) \
    * (x) + -0x1.f4ca7a42278fdp-17) \
    * (x) + 0x1.f9a2bdb8fcb67p-14) \
    * (x) + -0x1.c02db0604590bp-11) \
    * (x) + 0x1.565bccfa1cce7p-8) \
    * (x) + -0x1.b82ce31202513p-6) \
    * (x) + 0x1.ce2f21a040f20p-4) \
    * (x) + -0x1.812746b0379c0p-2) \
    * (x) + 0x1.20dd750429b6dp+0)

// erf x / x in z = x², |x| <= 1; error 1.2e-9
#define NK_ERF_32(x) ( \
    (((((0x1.4a3336b821c50p-14 \
    * (x) + -0x1.a44457bea8f7cp-11) \
    * (x) + 0x1.5410e07dfd369p-8) \
    * (x) + -0x1.b7fa8bb0cedaap-6) \
    * (x) + 0x1.ce2d0e78c940fp-4) \
    * (x) + -0x1.81273e6e25f98p-2) \
    * (x) + 0x1.20dd74fec554ep+0)

// exp(x²) erfc(x) (x + 3) in t = (x - 3) / (x + 3), 0.5 <= x <= 28; error 2.8e-10
#define NK_ERFC_32(x) ( \
    ((((((((((0x1.109b88ab4f0bfp-16 \
    * (x) + 0x1.5d9b3fcdba552p-14) \
    * (x) + -0x1.12d39a974aa5dp-12) \
    * (x) + -0x1.1814eeccb61fbp-11) \
    * (x) + 0x1.8ccecaf49ff51p-9) \
    * (x) + -0x1.3edcc9936dfffp-10) \
    * (x) + -0x1.b783c2fcd9a35p-6) \
    * (x) + 0x1.e9967b109c598p-4) \
    * (x) + -0x1.3deb29438695bp-2) \
    * (x) + 0x1.2e32686e7687ap-1) \
    * (x) + -0x1.c44c470311e28p-1) \
    * (x) + 0x1.12f21dde7e7a4p+0)

// exp(x²) erfc(x) (x + 2) in t = (x - 2) / (x + 2), 0.5 <= x <= 3; error 1.0e-17
#define NK_ERFC_NEAR_64(x) ( \
    ((((((((((((((-0x1.05dce1c83a59fp-21 \
    * (x) + -0x1.6119106007662p-18) \
    * (x) + -0x1.338b5cce4d5e8p-16) \
    * (x) + -0x1.742f1a004e865p-16) \
    * (x) + 0x1.1f38b202fc689p-15) \
    * (x) + 0x1.2f21bb5362229p-13) \
    * (x) + 0x1.2068bc6b3aacbp-15) \
    * (x) + -0x1.5ba48c9c8c6dcp-11) \
    * (x) + -0x1.b6fc113230cfdp-11) \
    * (x) + 0x1.9517bb8fc440cp-9) \
    * (x) + 0x1.a89eb0099c457p-8) \
    * (x) + -0x1.606e41550c47cp-6) \
    * (x) + -0x1.2a88e6108245cp-5) \
    * (x) + 0x1.1e2deea6b1127p-2) \
    * (x) + -0x1.5fd386754eff5p-1) \
    * (x) + 0x1.058671b52c776p+0)

// exp(x²) erfc(x) x in w = 1 / x², 3 <= x <= 28; error 3.5e-18
#define NK_ERFC_FAR_64(x) ( \
    ((((((((((((((((-0x1.d3feb9f0172e0p+30 \
    * (x) + 0x1.02c6c369af4b0p+31) \
    * (x) + -0x1.0cdbd7e5563fdp+30) \
    * (x) + 0x1.5f0061298bc7bp+28) \
    * (x) + -0x1.46328230b3e60p+26) \
    * (x) + 0x1.d2b162b654fa2p+23) \
    * (x) + -0x1.12302b9e79efbp+21) \
    * (x) + 0x1.1aca5c88a7386p+18) \
    * (x) + -0x1.13ac0d8766972p+15) \
    * (x) + 0x1.122a99a566436p+12) \
    * (x) + -0x1.28e1bd8501f93p+9) \
    * (x) + 0x1.6e6a61866fef3p+6) \
    * (x) + -0x1.0a92a85a8f4bfp+4) \
    * (x) + 0x1.d9eb34da37db1p+1) \
    * (x) + -0x1.0ecf9d5790305p+0) \
    * (x) + 0x1.b14c2f84f825cp-2) \
    * (x) + -0x1.20dd750429232p-2) \
    * (x) + 0x1.20dd750429b6cp-1)
