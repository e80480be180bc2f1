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
    T::Arch::default().dispatch(Tangents(numbers));
}

struct Tangents<'a, T>(&'a mut [T]);

impl<T: Scalar> WithSimd for Tangents<'_, T> {
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
fn tangents<T: Scalar, const N: usize>(x: &mut [T; N]) {
    let mut e = [0.0; N];
    for i in 0..N {
        e[i] = -2.0 * x[i].to_f64().abs();
    }
    exponentials(&mut e);
    for i in 0..N {
        let x_i = x[i].to_f64();
        let square = x_i * x_i;
        let p = (P[0] * square + P[1]) * square + P[2];
        let q = ((Q[0] * square + Q[1]) * square + Q[2]) * square + Q[3];
        let small = x_i.abs() < SMALL;
        let above = if small { x_i * square * p } else { (1.0 - e[i]).copysign(x_i) };
        let below = if small { q } else { 1.0 + e[i] };
        let ratio = above / below;
        x[i] = T::of(if small { x_i + ratio } else { ratio });
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
        let mut single: Vec<f32> = (-1000..1000).map(|i| 0.01 * i as f32).collect();
        let expected: Vec<f32> = single.iter().map(|x| x.tanh()).collect();
        hyperbolic_tangents(&mut single);
        for (tangent, expected) in single.into_iter().zip(expected) {
            assert!((tangent - expected).abs() <= 2.0 * f32::EPSILON * expected.abs(), "{tangent} {expected}");
        }
    }

    #[test]
    fn the_ends_of_the_range_keep_their_meaning() {
        let mut numbers = [0.0, -0.0, 5e-324, -1e-200, 1e4, -1e200, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        hyperbolic_tangents(&mut numbers);
        assert_eq!(numbers[..8], [0.0, 0.0, 5e-324, -1e-200, 1.0, -1.0, 1.0, -1.0]);
        assert!(numbers[8].is_nan());
    }
}
