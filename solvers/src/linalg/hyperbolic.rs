//! Hyperbolic tangents of many numbers, as a straight line of operations that the compiler turns into vectors.

use super::exponential::{WIDTH, exponentials};
use crate::scalar::Scalar;
use faer::traits::SimdArch;
use pulp::{Simd, WithSimd};

/// The rational function x + x³P(x²)/Q(x²) for |x| < 0.625, from the highest power down (Moshier, "Methods and programs
/// for mathematical functions", 1989, and the Cephes library, tanh.c).
const P: [f64; 3] = [-9.643_991_794_250_523e-1, -9.928_772_310_019_185e1, -1.614_687_684_417_084_5e3];
const Q: [f64; 4] = [1.0, 1.128_116_784_916_329_3e2, 2.235_488_390_601_004_5e3, 4.844_063_053_251_255e3];
/// Beyond it 1 − e^−2|x| loses no digits.
const SMALL: f64 = 0.625;

/// x ← tanh x for each x, and NaN for NaN.
pub(crate) fn hyperbolic_tangents<T: Scalar>(numbers: &mut [T]) {
    let arch = T::Arch::default();
    if T::SINGLE {
        arch.dispatch(single::Tangents(bytemuck::cast_slice_mut(numbers)));
    } else {
        arch.dispatch(Tangents(bytemuck::cast_slice_mut(numbers)));
    }
}

struct Tangents<'a>(&'a mut [f64]);

impl WithSimd for Tangents<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (whole, rest) = self.0.as_chunks_mut::<WIDTH>();
        for x in whole {
            tangents(x);
        }
        for x in rest {
            tangents(std::array::from_mut(x));
        }
    }
}

/// x ← ±(1 − e)/(1 + e) with e = e^−2|x|, or the rational function where x is small. One division serves both.
#[inline(always)]
fn tangents<const N: usize>(x: &mut [f64; N]) {
    let mut e = [0.0; N];
    for i in 0..N {
        e[i] = -2.0 * x[i].abs();
    }
    exponentials(&mut e);
    for i in 0..N {
        let square = x[i] * x[i];
        let p = (P[0] * square + P[1]) * square + P[2];
        let q = ((Q[0] * square + Q[1]) * square + Q[2]) * square + Q[3];
        let small = x[i].abs() < SMALL;
        let above = if small { x[i] * square * p } else { (1.0 - e[i]).copysign(x[i]) };
        let below = if small { q } else { 1.0 + e[i] };
        let ratio = above / below;
        x[i] = if small { x[i] + ratio } else { ratio };
    }
}

/// The same in single precision throughout, with twice as many numbers in a vector.
mod single {
    use super::{Simd, WIDTH, WithSimd};
    use std::f32::consts::LOG2_E;

    /// The polynomial x + x³P(x²) for |x| < 0.625, from the highest power down (the Cephes library, tanhf.c).
    const P: [f32; 5] = [-5.704_988_7e-3, 2.063_908_8e-2, -5.373_971_6e-2, 1.333_144_2e-1, -0.333_332_8];
    const SMALL: f32 = 0.625;
    /// log 2 in two parts: the first has 9 bits, so that its multiples are exact.
    const LOG_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];
    /// 1.5·2²³: a number of this size has no fraction, and its last bits are its integer.
    const ROUNDING: f32 = 12_582_912.0;
    /// 1/7!, 1/6!, …, 1/0!: what is left out of the series is below 10⁻⁸ for |r| ≤ ½ log 2.
    const TAYLOR: [f32; 8] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];

    pub(super) struct Tangents<'a>(pub &'a mut [f32]);

    impl WithSimd for Tangents<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let (whole, rest) = self.0.as_chunks_mut::<{ 2 * WIDTH }>();
            for x in whole {
                tangents(x);
            }
            for x in rest {
                tangents(std::array::from_mut(x));
            }
        }
    }

    /// See [`exponentials`](super::exponentials) for e = e^−2|x|, of which no more than e⁻⁸⁰ matters beside 1.
    #[inline(always)]
    fn tangents<const N: usize>(x: &mut [f32; N]) {
        let (mut power, mut r, mut e) = ([0.0; N], [0.0; N], [0.0; N]);
        for i in 0..N {
            let y = -2.0 * x[i].abs();
            let y = if y < -80.0 { -80.0 } else { y };
            let shifted = y * LOG2_E + ROUNDING;
            let n = shifted - ROUNDING;
            r[i] = y - n * LOG_2[0] - n * LOG_2[1];
            power[i] = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
        }
        for term in TAYLOR {
            for i in 0..N {
                e[i] = e[i] * r[i] + term;
            }
        }
        for i in 0..N {
            let (e, square) = (power[i] * e[i], x[i] * x[i]);
            let p = (((P[0] * square + P[1]) * square + P[2]) * square + P[3]) * square + P[4];
            let large = ((1.0 - e) / (1.0 + e)).copysign(x[i]);
            x[i] = if x[i].abs() < SMALL { x[i] + x[i] * square * p } else { large };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tangents_agree_with_those_of_the_standard_library() {
        let numbers: Vec<f64> = (-100_000..=100_000).map(|i| 25.0 * (f64::from(i) / 100_000.0).powi(3)).collect();
        let mut tangents = numbers.clone();
        hyperbolic_tangents(&mut tangents);
        for (x, tangent) in numbers.iter().zip(tangents) {
            assert!((tangent - x.tanh()).abs() <= 3.0 * f64::EPSILON * x.tanh().abs(), "{x}: {tangent}");
        }
    }

    /// Within 1.5 ε of the tangent in double precision: 3 units in the last place at most.
    #[test]
    fn tangents_in_single_precision_agree_with_those_in_double() {
        let numbers: Vec<f32> = (-100_000..=100_000).map(|i| 12.0 * (i as f32 / 100_000.0).powi(3)).collect();
        let mut tangents = numbers.clone();
        hyperbolic_tangents(&mut tangents);
        for (&x, tangent) in numbers.iter().zip(tangents) {
            let (expected, slack) = (f64::from(x).tanh(), 1.5 * f64::from(f32::EPSILON));
            assert!((f64::from(tangent) - expected).abs() <= slack * expected.abs(), "{x}: {tangent}");
            assert!(tangent.abs() <= 1.0, "{x}: {tangent}");
        }
    }

    #[test]
    fn the_ends_of_the_range_keep_their_meaning() {
        let mut numbers = [0.0, -0.0, 5e-324, -1e-200, 1e4, -1e200, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        hyperbolic_tangents(&mut numbers);
        assert_eq!(numbers[..8], [0.0, 0.0, 5e-324, -1e-200, 1.0, -1.0, 1.0, -1.0]);
        assert!(numbers[8].is_nan());
        let mut single = [0.0_f32, -0.0, 1e-45, -1e-30, 1e4, -3e38, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        hyperbolic_tangents(&mut single);
        assert_eq!(single[..8], [0.0, 0.0, 1e-45, -1e-30, 1.0, -1.0, 1.0, -1.0]);
        assert!(single[8].is_nan());
    }
}
