//! Exponentials of many numbers, as a straight line of operations that the compiler turns into vectors.

use crate::scalar::Scalar;
use faer::traits::SimdArch;
use pulp::{Simd, WithSimd};
use std::f64::consts::LOG2_E;

/// log 2 in two parts: the first has 32 bits, so that its multiples are exact.
const LOG_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// 1.5·2⁵²: a number of this size has no fraction, and its last bits are its integer.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// 1/13!, 1/12!, …, 1/0!: what is left out of the series is below 10⁻¹⁷ for |r| ≤ ½ log 2.
const TAYLOR: [f64; 14] = {
    let mut terms = [1.0; 14];
    let mut i = 13;
    while i > 0 {
        terms[i - 1] = terms[i] / (14 - i) as f64;
        i -= 1;
    }
    terms
};
/// The number of terms for single precision: the terms from 1/7! on, which are left out, add less than 10⁻⁸.
const SINGLE: usize = 6;

/// The number of independent chains of operations that keep the units of a processor busy.
pub(super) const WIDTH: usize = 16;

/// x ← eˣ for each x ≤ 0, and NaN for NaN. What is below e⁻⁷⁰⁰ becomes e⁻⁷⁰⁰.
pub(crate) fn exponentiate<T: Scalar>(numbers: &mut [T]) {
    T::Arch::default().dispatch(Exponentiate(numbers));
}

struct Exponentiate<'a, T>(&'a mut [T]);

impl<T: Scalar> WithSimd for Exponentiate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (whole, rest) = self.0.as_chunks_mut::<WIDTH>();
        for x in whole {
            exponentials(x);
        }
        for x in rest {
            exponentials(std::array::from_mut(x));
        }
    }
}

/// x ← eˣ = 2ⁿeʳ with n = ⌊x/log 2⌉ and r = x − n log 2.
///
/// Loops alone: a closure that is not inlined is compiled without the vectors of the processor.
#[inline(always)]
pub(super) fn exponentials<T: Scalar, const N: usize>(x: &mut [T; N]) {
    let (mut power, mut r, mut sum) = ([0.0; N], [0.0; N], [0.0; N]);
    for i in 0..N {
        let x = x[i].to_f64();
        let x = if x < -700.0 { -700.0 } else { x };
        let shifted = x * LOG2_E + ROUNDING;
        let n = shifted - ROUNDING;
        r[i] = x - n * LOG_2[0] - n * LOG_2[1];
        power[i] = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    }
    let needed = if T::SINGLE { &TAYLOR[SINGLE..] } else { &TAYLOR };
    for term in needed {
        for i in 0..N {
            sum[i] = sum[i] * r[i] + term;
        }
    }
    for i in 0..N {
        x[i] = T::of(power[i] * sum[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_agree_with_those_of_the_standard_library() {
        let numbers: Vec<f64> = (0..200_000).map(|i| -700.0 * (f64::from(i) / 200_000.0).powi(3)).collect();
        let mut powers = numbers.clone();
        exponentiate(&mut powers);
        for (x, power) in numbers.iter().zip(powers) {
            assert!((power / x.exp() - 1.0).abs() <= 2.0 * f64::EPSILON, "{x}: {power}");
        }
        let mut single: Vec<f32> = (0..1000).map(|i| -0.1 * i as f32).collect();
        exponentiate(&mut single);
        for (i, power) in single.into_iter().enumerate() {
            assert!(
                (power - (-0.1 * i as f32).exp()).abs() <= f32::EPSILON * power + f32::MIN_POSITIVE,
                "{i}: {power}"
            );
        }
    }

    #[test]
    fn the_ends_of_the_range_keep_their_meaning() {
        let mut numbers = [0.0, -0.0, -1e4, f64::NEG_INFINITY, f64::NAN];
        exponentiate(&mut numbers);
        assert_eq!(numbers[..2], [1.0, 1.0]);
        assert!(numbers[2..4].iter().all(|&power| power > 0.0 && power < 1e-303));
        assert!(numbers[4].is_nan());
    }
}
