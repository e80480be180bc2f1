//! The functions that the units of a layer can have.

use crate::linalg::hyperbolic_tangents;
use crate::scalar::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The function σ of every unit, with its derivative in terms of h = σ(z).
///
/// | | σ(z) | σ′(z) |
/// |---|---|---|
/// | `Tanh` | tanh z | 1 − h² |
/// | `Relu` | max(z, 0) | 1 for h > 0, else 0 |
/// | `Softplus` | log(1 + eᶻ) | 1 − e⁻ʰ |
///
/// ReLU has a kink at 0, where 0 serves as its derivative. NaN stays NaN in all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// The rectifier.
    Relu,
    /// The smooth rectifier.
    Softplus,
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Activation::Tanh => "tanh",
            Activation::Relu => "relu",
            Activation::Softplus => "softplus",
        })
    }
}

impl Activation {
    /// z ← σ(z) for each number.
    pub(super) fn apply<T: Scalar>(self, z: &mut [T]) {
        let zero = T::zero();
        match self {
            Activation::Tanh => hyperbolic_tangents(z),
            Activation::Relu => z.iter_mut().for_each(|z| *z = if *z < zero { zero } else { *z }),
            // log(1 + eᶻ) = max(z, 0) + log(1 + e^−|z|), which cannot overflow.
            Activation::Softplus => z.iter_mut().for_each(|z| {
                let positive = if *z < zero { zero } else { *z };
                *z = positive + (-z.abs()).exp().ln_1p();
            }),
        }
    }

    /// g ← g·σ′(z) for each number, from h = σ(z).
    pub(super) fn chain<T: Scalar>(self, h: &[T], g: &mut [T]) {
        let pairs = g.iter_mut().zip(h.iter().copied());
        match self {
            Activation::Tanh => pairs.for_each(|(g, h)| *g *= T::one() - h * h),
            Activation::Relu => pairs.for_each(|(g, h)| *g = if h > T::zero() { *g } else { T::zero() }),
            Activation::Softplus => pairs.for_each(|(g, h)| *g *= -(-h).exp_m1()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Softplus];

    fn at(activation: Activation, z: f64) -> f64 {
        let mut number = [z];
        activation.apply(&mut number);
        number[0]
    }

    #[test]
    fn the_ends_of_the_range_keep_their_meaning() {
        let ends = [f64::NEG_INFINITY, -1e4, 0.0, 1e4, f64::INFINITY];
        let expected = [
            [-1.0, -1.0, 0.0, 1.0, 1.0],
            [0.0, 0.0, 0.0, 1e4, f64::INFINITY],
            [0.0, 0.0, 2.0_f64.ln(), 1e4, f64::INFINITY],
        ];
        for (activation, expected) in ALL.into_iter().zip(expected) {
            assert_eq!(ends.map(|z| at(activation, z)), expected, "{activation:?}");
            assert!(at(activation, f64::NAN).is_nan());
        }
    }

    #[test]
    fn the_derivative_is_that_of_the_function() {
        for activation in ALL {
            for z in [-30.0, -3.0, -0.4, -1e-3, 1e-3, 0.7, 5.0, 30.0] {
                let (step, mut slope) = (1e-5, [2.0]);
                activation.chain(&[at(activation, z)], &mut slope);
                let difference = (at(activation, z + step) - at(activation, z - step)) / step;
                assert!((slope[0] - difference).abs() <= 1e-9, "{activation:?} at {z}: {slope:?} {difference}");
            }
        }
    }
}
