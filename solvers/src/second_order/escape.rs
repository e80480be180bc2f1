//! The way down from a saddle point.

use super::hessian::{Hessian, difference_length};
use super::krylov::Pair;
use crate::scalar::Scalar;
use admm::{Error, Result, Smooth};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// A step from a saddle point along a direction of negative curvature, as it was made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Escape {
    /// The curvature along the direction, a number below 0.
    pub curvature: f64,
    /// The length of the step with the lowest f that was tried.
    pub length: f64,
    /// By how much f falls there.
    pub fall: f64,
}

impl Display for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Escape { curvature, length, fall } = *self;
        write!(
            f,
            "a saddle, with a curvature of {curvature:.2e}: a step of {length:.2e} lowers the objective by {fall:.2e}"
        )
    }
}

/// A fall of so many ε of the value is rounding.
const ROUNDING: f64 = 64.0;

/// The most doublings of a step.
const DOUBLINGS: usize = 60;

impl<T: Scalar, F: Smooth<T>> Hessian<'_, T, F> {
    /// Steps along a direction and against it, each twice as long as the one before, as long as f falls. Nothing where it
    /// does not fall by more than rounding.
    pub fn escape(&mut self, along: &Pair<F::Point>) -> Result<Option<(Escape, F::Point)>> {
        let mut best = None;
        let rounding = T::of(ROUNDING) * T::EPSILON * self.value.abs();
        let (mut lowest, first) = (self.value - rounding, difference_length(self.at));
        for side in [T::one(), -T::one()] {
            let (mut length, mut last) = (first, self.value);
            for _ in 0..DOUBLINGS {
                let there = self.beyond(&along.vector, side * length)?;
                let value = match self.value_there(&there) {
                    Err(Error::NotFinite { .. }) => break,
                    value => value?,
                };
                if value < lowest {
                    lowest = value;
                    best = Some((length, there));
                }
                if value > last + rounding {
                    break;
                }
                last = value;
                length += length;
            }
        }
        let fall = (self.value - lowest).to_f64();
        let curvature = along.value;
        Ok(best.map(|(length, there)| (Escape { curvature, length: length.to_f64(), fall }, there)))
    }
}
