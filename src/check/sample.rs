//! Random elements of a space, from a generator that depends on a seed alone.

use crate::Real;
use crate::random::SplitMix64;
use crate::space::Space;
use nalgebra::DMatrix;

/// A space of which the kit can draw elements. Implemented for [`DMatrix`] and for `Vec<S>`; for a variable of your own
/// it is one line a field.
///
/// ```
/// use admm::space::{Shape, Space};
/// use admm::{Real, check::Sample};
/// use admm::nalgebra::DMatrix;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Pair { weights: DMatrix<f64>, bias: DMatrix<f64> }
/// # impl Space<f64> for Pair {
/// #     fn axpy(&mut self, alpha: f64, y: &Self) { self.weights.axpy(alpha, &y.weights); self.bias.axpy(alpha, &y.bias) }
/// #     fn scale_by(&mut self, alpha: f64) { self.weights *= alpha; self.bias *= alpha }
/// #     fn inner_product(&self, y: &Self) -> f64 { self.weights.dot(&y.weights) + self.bias.dot(&y.bias) }
/// #     fn sizes(&self) -> Shape { Shape(vec![self.weights.shape(), self.bias.shape()]) }
/// # }
///
/// impl Sample<f64> for Pair {
///     fn sample(&self, entry: &mut dyn FnMut() -> f64) -> Self {
///         Pair { weights: self.weights.sample(entry), bias: self.bias.sample(entry) }
///     }
/// }
/// ```
pub trait Sample<T: Real>: Space<T> {
    /// An element of the same sizes whose entries are drawn one after the other, each once.
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self;
    /// Elements of other sizes, which a block must refuse as targets. None by default.
    fn misfits(&self) -> Vec<Self> {
        Vec::new()
    }
}

impl<T: Real> Sample<T> for DMatrix<T> {
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self {
        DMatrix::from_fn(self.nrows(), self.ncols(), |_, _| entry())
    }
    /// One row more, one column more, nothing at all.
    fn misfits(&self) -> Vec<Self> {
        let (rows, columns) = self.shape();
        let sizes = [(rows + 1, columns), (rows, columns + 1), (0, 0)];
        sizes.into_iter().filter(|&size| size != (rows, columns)).map(|(r, c)| DMatrix::zeros(r, c)).collect()
    }
}

impl<T: Real, S: Sample<T>> Sample<T> for Vec<S> {
    fn sample(&self, entry: &mut dyn FnMut() -> T) -> Self {
        self.iter().map(|part| part.sample(entry)).collect()
    }
    /// One member less, one more, and the last one of another size.
    fn misfits(&self) -> Vec<Self> {
        let Some((last, others)) = self.split_last() else { return Vec::new() };
        let with = |tail: &[S]| [others, tail].concat();
        let wrong = last.misfits().into_iter().map(|misfit| with(&[misfit]));
        [with(&[]), with(&[last.clone(), last.clone()])].into_iter().chain(wrong).collect()
    }
}

/// Random elements of spaces.
pub(crate) struct Random(SplitMix64);

impl Random {
    /// The generator of every check: the same points, directions and starts each time.
    pub(crate) fn new() -> Self {
        Random(SplitMix64(0))
    }

    /// An element like the given one with standard normal entries.
    pub(crate) fn normal<T: Real, S: Sample<T>>(&mut self, like: &S) -> S {
        like.sample(&mut || T::of(self.0.normal()))
    }

    /// A random element whose norm is about the given one, and never exactly: x + direction(x, ‖x‖) would be 0 at
    /// times.
    pub(super) fn direction<T: Real, S: Sample<T>>(&mut self, like: &S, norm: T) -> S {
        let mut direction = self.normal(like);
        direction.scale_by(norm / T::of((like.sizes().count().max(1) as f64).sqrt()));
        direction
    }
}

/// The unit vector of one entry, counted from 0.
pub(super) fn unit<T: Real, S: Sample<T>>(like: &S, entry: usize) -> S {
    let mut drawn = 0;
    like.sample(&mut || {
        drawn += 1;
        if drawn == entry + 1 { T::one() } else { T::zero() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_fit_and_misfits_do_not() {
        let x = vec![DMatrix::<f64>::zeros(2, 3), DMatrix::zeros(1, 1)];
        assert_eq!(Random::new().normal(&x).sizes(), x.sizes());
        assert!((1.0..9.0).contains(&Random::new().direction(&x, 3.0).euclidean_norm()));
        assert_eq!((unit(&x, 6)[1][0], unit(&x, 6).euclidean_norm(), unit(&x, 1)[0][1]), (1.0, 1.0, 1.0));
        assert_eq!(x.misfits().len(), 5);
        assert!(x.misfits().iter().all(|misfit| misfit.sizes() != x.sizes()));
    }
}
