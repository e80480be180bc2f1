//! The part of W in the model of [`Spheres`](super::Spheres): columns that stay on their spheres.

use crate::scalar::Scalar;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The least that a column curves, as a share of its multiplier, and of the mean curvature of all.
const LEAST: (f64, f64) = (0.1, 1e-9);

/// The quadratic ½ Σᵢ xᵢᵀ(sᵢN + Kᵢ)xᵢ + ½ Σⱼ τⱼtⱼ² of the coordinates xᵢ of all columns and of their slacks t, among
/// the changes with ⟨wⱼ, δⱼ⟩ + sⱼtⱼ = 0. It falls apart into one k×k system for each eigenvalue sᵢ of Σ/tr Σ.
pub(super) struct Columns<T: Scalar> {
    /// W in coordinates, k×m.
    w: DMatrix<T>,
    slacks: Option<DVector<T>>,
    multipliers: DVector<T>,
    /// The inverses (sᵢN + Kᵢ)⁻¹, the last for all further coordinates.
    inverses: Vec<DMatrix<T>>,
    /// The system of the multipliers of the constraints, k×k.
    normal: Cholesky<T, Dyn>,
}

/// The entries by coordinate, of which the last is that of all further ones.
pub(super) fn on<S>(entries: &[S]) -> impl Iterator<Item = &S> {
    entries.iter().chain(entries.last().into_iter().cycle())
}

/// A change of W in coordinates (k×m), and of the slacks, or the gradient by them.
pub(super) struct Step<T: Scalar> {
    pub w: DMatrix<T>,
    pub slacks: Option<DVector<T>>,
}

impl<T: Scalar> Step<T> {
    /// A gradient that slacks have no part in.
    pub fn of_w(w: DMatrix<T>) -> Self {
        Step { w, slacks: None }
    }
}

impl<T: Scalar> Columns<T> {
    /// Columns with their slacks, N, their multipliers, and the eigenvalues s with 2λ, for Kᵢ = diag |τⱼ − 2λsᵢ|. Returns
    /// nothing if a system is not positive.
    pub fn new(
        (w, slacks): (DMatrix<T>, Option<DVector<T>>),
        n: &DMatrix<T>,
        mut multipliers: DVector<T>,
        (values, twice): (&[T], T),
    ) -> Option<Self> {
        let k = n.nrows();
        let mean = (n.trace() + twice) / T::of(k as f64);
        let least =
            multipliers.map(|multiplier| multiplier * T::of(LEAST.0) + mean * T::of(LEAST.1) + T::EPSILON * T::EPSILON);
        let inverse = |&value: &T| {
            let held = multipliers.zip_map(&least, |multiplier, least| (multiplier - twice * value).abs().max(least));
            Some((n * value + DMatrix::from_diagonal(&held)).cholesky()?.inverse())
        };
        let inverses: Vec<DMatrix<T>> = values.iter().map(inverse).collect::<Option<_>>()?;
        multipliers.zip_apply(&least, |multiplier, least| *multiplier = multiplier.max(least));
        let mut normal = DMatrix::zeros(k, k);
        for (column, inverse) in w.column_iter().zip(on(&inverses)) {
            normal += inverse.component_mul(&(column * column.transpose()));
        }
        for j in 0..k {
            let slack = slacks.as_ref().map_or(T::zero(), |slacks| slacks[j] * slacks[j] / multipliers[j]);
            normal[(j, j)] = (normal[(j, j)] + slack) * (T::one() + T::of(8.0) * T::EPSILON);
        }
        Some(Columns { w, slacks, multipliers, inverses, normal: normal.cholesky()? })
    }

    /// The change that solves the system for a gradient.
    pub fn minimise(&self, gradient: &Step<T>) -> Step<T> {
        let mut free = gradient.w.clone();
        self.divide(&mut free);
        let of_slack = |j: usize| gradient.slacks.as_ref().map_or(T::zero(), |slacks| slacks[j] / self.multipliers[j]);
        let out = |j: usize| {
            let slack = self.slacks.as_ref().map_or(T::zero(), |slacks| slacks[j] * of_slack(j));
            self.w.row(j).dot(&free.row(j)) + slack
        };
        let pull = self.normal.solve(&DVector::from_fn(self.w.nrows(), |j, _| out(j)));
        let mut normal = self.w.clone();
        normal.row_iter_mut().zip(&pull).for_each(|(mut row, &pull)| row *= pull);
        self.divide(&mut normal);
        let slacks = self.slacks.as_ref().map(|slacks| {
            DVector::from_fn(slacks.len(), |j, _| of_slack(j) - slacks[j] * pull[j] / self.multipliers[j])
        });
        Step { w: free - normal, slacks }
    }

    fn divide(&self, x: &mut DMatrix<T>) {
        for (mut column, inverse) in x.column_iter_mut().zip(on(&self.inverses)) {
            let divided = inverse * &column;
            column.copy_from(&divided);
        }
    }
}
