//! A model of the Hessian of the joint objective where each column of W stays on a sphere of its own.

mod columns;

use super::{InitialHessian, Kronecker, Near, Scaling};
use crate::linalg::beside;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use crate::view::{product, product_transposed, transposed_product};
use admm::Result;
use columns::{Columns, Step, on};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The model of [`Kronecker`] for columns of norm 1 in place of orthonormal ones, or for columns in the ball with their
/// slacks as a last row.
///
/// Nothing keeps such columns apart. A change Δ of W and a change E of B may undo what the other does to the logits, and
/// what is left is held by the multipliers and the ridge alone. So neither is taken for independent of the other. The
/// model is
///
/// > share·‖ΔB + WE‖² in the metric Σ ⊗ H̄, plus share·μ‖E‖², plus Σⱼ δⱼᵀ|τⱼI − 2λΣ/tr Σ|δⱼ
///
/// where τⱼ = 2λwⱼᵀΣwⱼ/tr Σ + share·μ‖bⱼ‖² is the multiplier −⟨wⱼ, ∇ⱼ⟩ of a column where B is optimal. A slack curves by
/// it, too. The absolute value leads downhill from saddle points (Dauphin et al., "Identifying and attacking the saddle
/// point problem in high-dimensional non-convex optimization", 2014).
#[derive(Debug, Clone)]
pub(crate) struct Spheres<T: Scalar> {
    /// The parts of the model.
    pub of: Kronecker<T>,
    /// λ, the weight of the PCA loss.
    pub weight: T,
}

/// The largest turn of a column, and the largest root mean square change of the logits, in a first trial. H̄ is known
/// near the point alone.
const REACH: (f64, f64) = (0.3, 0.5);

impl<T: Scalar> InitialHessian<T, Predictor<T>> for Spheres<T> {
    fn look_up(&self, at: &Predictor<T>) -> DMatrix<T> {
        self.of.look_up(&Predictor { v: self.without_slack(&at.v), ..at.clone() })
    }
    fn keeps(&self) -> f64 {
        self.of.keeps()
    }
    fn passes(&self) -> f64 {
        self.of.passes()
    }

    /// [`Scaling`] where rounding leaves the model no inverse.
    fn solve(&self, near: Near<'_, T, Predictor<T>>, q: Predictor<T>) -> Result<Predictor<T>> {
        match Local::of(self, &near) {
            Some(local) => Ok(local.solve(&q)),
            None => Scaling.solve(near, q),
        }
    }

    fn reach(&self, at: &Predictor<T>, step: &Predictor<T>) -> T {
        let turn = step.v.column_iter().fold(T::zero(), |most, column| most.max(column.norm()));
        let (w, of_w) = (self.without_slack(&at.v), self.without_slack(&step.v));
        let change = product(&of_w, &at.b) + product(&w, &step.b);
        let spread = change.dot(&self.of.spectrum.map(&change, |_, value| value)) * self.of.spectrum.trace;
        let logits = (spread.max(T::zero()) + step.bias.norm_squared()).sqrt();
        (T::of(REACH.0) / turn).min(T::of(REACH.1) / logits).min(T::one())
    }
}

impl<T: Scalar> Spheres<T> {
    /// The most unknowns kc of B for which the model is worth its dense system.
    pub const MOST: usize = 512;

    /// The number of rows without slacks.
    fn dimension(&self) -> usize {
        self.of.spectrum.vectors.nrows()
    }

    fn without_slack(&self, w: &DMatrix<T>) -> DMatrix<T> {
        w.rows(0, self.dimension()).into_owned()
    }

    /// WᵀU for the eigenvectors U of Σ, and beside it what they leave of Wᵀ, if they are not all.
    fn coordinates(&self, w: &DMatrix<T>) -> DMatrix<T> {
        let (w, u) = (self.without_slack(w), &self.of.spectrum.vectors);
        let leading = transposed_product(&w, u);
        if u.is_square() {
            return leading;
        }
        let rest = w.transpose() - product_transposed(&leading, u);
        beside(leading, &rest)
    }

    /// W of the coordinates.
    fn of_coordinates(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let u = &self.of.spectrum.vectors;
        let w = product_transposed(u, &x.columns(0, u.ncols()).into_owned());
        if u.is_square() { w } else { w + x.columns_range(u.ncols()..).transpose() }
    }

    /// The eigenvalues of Σ/tr Σ by coordinate; the last of them is that of all further ones.
    fn values(&self) -> Vec<T> {
        let spectrum = &self.of.spectrum;
        let rest = (!spectrum.vectors.is_square()).then_some(spectrum.rest);
        spectrum.values.iter().copied().chain(rest).collect()
    }
}

/// The model near a point, in the [coordinates](Spheres::coordinates), with B eliminated.
struct Local<'a, T: Scalar> {
    model: &'a Spheres<T>,
    columns: Columns<T>,
    coupling: Coupling<T>,
    /// The system of E once W follows it, kc×kc.
    of_b: Cholesky<T, Dyn>,
    /// The system of b, share·H̄.
    of_bias: Cholesky<T, Dyn>,
}

impl<'a, T: Scalar> Local<'a, T> {
    /// Returns nothing if a factorisation fails.
    fn of(model: &'a Spheres<T>, near: &Near<'_, T, Predictor<T>>) -> Option<Self> {
        let (Kronecker { prediction, spectrum, .. }, at) = (&model.of, near.point);
        let (share, ridge, twice) = (prediction.share, prediction.share * prediction.ridge, model.weight * T::of(2.0));
        let mut doubt = near.known * share;
        let least = doubt.trace() * T::of(DOUBT / doubt.nrows() as f64) + T::EPSILON * T::EPSILON;
        (0..doubt.nrows()).for_each(|i| doubt[(i, i)] += least);
        let (values, w) = (model.values(), model.coordinates(&at.v));
        let mut captured = w.clone();
        captured.column_iter_mut().zip(on(&values)).for_each(|(mut column, &value)| column *= value);
        let gram = product_transposed(&captured, &w);
        let spread = &doubt * spectrum.trace;
        let coupling = Coupling { weighted: product_transposed(&spread, &at.b), captured };
        let multiplier = |j: usize, _| twice * gram[(j, j)] + ridge * at.b.row(j).norm_squared();
        let multipliers = DVector::from_fn(at.b.nrows(), multiplier);
        let slacks = (at.v.nrows() > model.dimension()).then(|| at.v.row(model.dimension()).transpose());
        let n = product(&at.b, &coupling.weighted);
        let columns = Columns::new((w, slacks), &n, multipliers, (&values, twice))?;
        let alone = |e: &DMatrix<T>| product(&product(&gram, e), &spread) + e * ridge;
        let of_b = held(at.b.shape(), alone, |e| coupling.by_b(&columns.minimise(&Step::of_w(coupling.by_w(e))).w))?;
        Some(Local { model, columns, coupling, of_b, of_bias: doubt.cholesky()? })
    }

    /// The step that the model takes for a gradient.
    fn solve(&self, q: &Predictor<T>) -> Predictor<T> {
        let d = self.model.dimension();
        let slacks = (q.v.nrows() > d).then(|| q.v.row(d).transpose());
        let mut of_w = Step { w: self.model.coordinates(&q.v), slacks };
        let left = &q.b - self.coupling.by_b(&self.columns.minimise(&of_w).w);
        let b = self.of_b.solve(&DVector::from_column_slice(left.as_slice()));
        let b = DMatrix::from_column_slice(left.nrows(), left.ncols(), b.as_slice());
        of_w.w -= self.coupling.by_w(&b);
        let Step { w, slacks } = self.columns.minimise(&of_w);
        let mut v = self.model.of_coordinates(&w);
        if let Some(slacks) = slacks {
            v = v.insert_row(d, T::zero());
            v.set_row(d, &slacks.transpose());
        }
        Predictor { v, b, bias: self.of_bias.solve(&q.bias) }
    }
}

/// The gradient that a change of one of W and B leaves to the other.
struct Coupling<T: Scalar> {
    /// WᵀΣ/tr Σ in coordinates (k×m).
    captured: DMatrix<T>,
    /// share·tr Σ·H̄Bᵀ (c×k).
    weighted: DMatrix<T>,
}

impl<T: Scalar> Coupling<T> {
    /// The gradient by W of a change of B.
    fn by_w(&self, e: &DMatrix<T>) -> DMatrix<T> {
        transposed_product(&product(e, &self.weighted), &self.captured)
    }
    /// The gradient by B of a change of W.
    fn by_b(&self, delta: &DMatrix<T>) -> DMatrix<T> {
        product_transposed(&product_transposed(&self.captured, delta), &self.weighted)
    }
}

/// The matrix, in factors, of a symmetric positive map of matrices of a shape: the difference of two, a little raised.
fn held<T: Scalar>(
    (k, c): (usize, usize),
    alone: impl Fn(&DMatrix<T>) -> DMatrix<T>,
    relieved: impl Fn(&DMatrix<T>) -> DMatrix<T>,
) -> Option<Cholesky<T, Dyn>> {
    let raised = T::of(RAISED * (k * c) as f64) * T::EPSILON;
    let mut held = DMatrix::zeros(k * c, k * c);
    for (i, mut column) in held.column_iter_mut().enumerate() {
        let mut unit = DMatrix::zeros(k, c);
        unit[i] = T::one();
        let alone = alone(&unit);
        column.copy_from_slice((&alone - relieved(&unit)).as_slice());
        column[i] += alone[i] * raised;
    }
    ((&held + held.transpose()) * T::of(0.5)).cholesky()
}

/// The share of its mean by which H̄ is raised: the softmax leaves a direction without curvature.
const DOUBT: f64 = 1e-6;
/// The roundings, for each entry of E, by which its system is raised.
const RAISED: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Samples;
    use crate::linalg::scattered;
    use crate::loss::PredictionLoss;
    use crate::pca::{Covariance, Spectrum};
    use crate::set::UnitColumns;
    use admm::space::Space;
    use admm::{ConstraintSet, Exec};
    use std::sync::Arc;

    const RIDGE: f64 = 0.05;
    const WEIGHT: f64 = 0.6;

    fn model(d: usize) -> Spheres<f64> {
        let labels: Vec<usize> = (0..40).map(|i| i % 3).collect();
        let x = DMatrix::from_fn(d, 40, |i, j| scattered::<f64>(d, 40, 1)[(i, j)] * 10_f64.powi(i as i32 % 4));
        let samples = Samples::new(x, &labels, vec![1.0 / 40.0; 40], 3, Exec::Serial).unwrap();
        let covariance = Covariance::of(&samples).unwrap();
        let spectrum = Arc::new(Spectrum::of(&covariance, &DMatrix::zeros(d, 0)).unwrap());
        let prediction = PredictionLoss::softmax(samples, RIDGE, 1.0 - WEIGHT);
        Spheres { of: Kronecker { prediction, spectrum, variance: None }, weight: WEIGHT }
    }

    /// Unit columns, with or without a row of slacks.
    fn point(d: usize, slacks: usize, seed: u64) -> Predictor<f64> {
        let v = UnitColumns.project(&scattered(d + slacks, 2, seed)).unwrap();
        Predictor { v, b: scattered(2, 3, seed + 1), bias: scattered(3, 1, seed + 2) }
    }

    fn tangent(at: &Predictor<f64>, seed: u64) -> Predictor<f64> {
        let (d, k) = at.v.shape();
        let mut bias = scattered::<f64>(3, 1, seed + 2);
        bias.add_scalar_mut(-bias.mean()); // the loss does not see what all logits have in common
        let v = UnitColumns.tangent(&at.v, &scattered(d, k, seed)).unwrap();
        Predictor { v, b: scattered(2, 3, seed + 1), bias }
    }

    fn solve(model: &Spheres<f64>, at: &Predictor<f64>, q: &Predictor<f64>) -> Predictor<f64> {
        let known = model.look_up(at);
        let near = Near { point: at, known: &known, gradient: q, rho: 0.0, stiffness: 1.0, pair: None };
        model.solve(near, q.clone()).unwrap()
    }

    /// The quadratic of the model along a change, in plain loops over the features.
    fn curvature(model: &Spheres<f64>, at: &Predictor<f64>, along: &Predictor<f64>) -> f64 {
        let Kronecker { prediction, spectrum, .. } = &model.of;
        let (d, share, known) = (spectrum.vectors.nrows(), prediction.share, model.look_up(at));
        let doubt = &known + DMatrix::identity(3, 3) * (known.trace() * DOUBT / 3.0);
        let rows = |w: &DMatrix<f64>| spectrum.vectors.transpose() * w.rows(0, d);
        let (w, delta) = (rows(&at.v), rows(&along.v));
        let change = &delta * &at.b + &w * &along.b;
        let mut sum = share * (RIDGE * along.b.norm_squared() + (along.bias.transpose() * &doubt * &along.bias)[0]);
        for (i, &value) in spectrum.values.iter().enumerate() {
            sum += share * spectrum.trace * value * (change.row(i) * &doubt * change.row(i).transpose())[0];
        }
        for j in 0..2 {
            let captured: f64 = (0..d).map(|i| spectrum.values[i] * w[(i, j)] * w[(i, j)]).sum();
            let tau = 2.0 * WEIGHT * captured + share * RIDGE * at.b.row(j).norm_squared();
            for (i, &value) in spectrum.values.iter().enumerate() {
                sum += (tau - 2.0 * WEIGHT * value).abs().max(0.1 * tau) * delta[(i, j)] * delta[(i, j)];
            }
            sum += along.v.rows_range(d..).column(j).norm_squared() * tau;
        }
        sum
    }

    /// A step p for the gradient q stays on the spheres, and p makes ½⟨p, Hp⟩ − ⟨q, p⟩ least: any change raises it.
    #[test]
    fn a_step_is_the_minimiser_of_the_quadratic_on_the_spheres() {
        for (d, slacks, seed) in [(5, 0, 1), (5, 1, 2), (9, 0, 3), (9, 1, 4)] {
            let (model, at) = (model(d), point(d, slacks, seed));
            let q = tangent(&at, seed + 10);
            let step = solve(&model, &at, &q);
            assert!(at.v.component_mul(&step.v).row_sum().norm() <= 1e-9 * step.v.norm(), "{d} {slacks}");
            let value = |p: &Predictor<f64>| curvature(&model, &at, p) / 2.0 - q.inner_product(p);
            let lowest = value(&step);
            assert!((lowest + q.inner_product(&step) / 2.0).abs() <= 1e-5 * lowest.abs(), "{d} {slacks}: {lowest}");
            for other in 0..20 {
                let change = tangent(&at, seed + 100 + other);
                for size in [1e-2, -1e-2, 1.0] {
                    assert!(value(&step.plus(size * step.euclidean_norm(), &change)) > lowest, "{d} {slacks} {other}");
                }
            }
        }
    }

    #[test]
    fn steps_are_symmetric_and_positive() {
        for (d, slacks, seed) in [(6, 0, 1), (6, 1, 2), (300, 0, 3), (300, 1, 4)] {
            let (model, at) = (model(d), point(d, slacks, seed));
            let (p, q) = (tangent(&at, seed + 20), tangent(&at, seed + 40));
            let (of_p, of_q) = (solve(&model, &at, &p), solve(&model, &at, &q));
            let (one, other) = (of_p.inner_product(&q), p.inner_product(&of_q));
            assert!((one - other).abs() <= 1e-7 * of_p.euclidean_norm() * q.euclidean_norm(), "{d}: {one} {other}");
            assert!(p.inner_product(&of_p) > 0.0 && q.inner_product(&of_q) > 0.0);
        }
    }

    /// In wᵀx the logits change by WE + ΔB, whose root mean square is taken over the samples.
    #[test]
    fn a_first_trial_turns_columns_and_changes_logits_by_little() {
        let (model, at) = (model(5), point(5, 0, 1));
        let short = Predictor { bias: DMatrix::zeros(3, 1), ..tangent(&at, 7) };
        let change = &short.v * &at.b + &at.v * &short.b;
        let x = model.of.prediction.samples.x.to_dense();
        let logits = (change.transpose() * x).norm() / 40_f64.sqrt();
        let expected =
            (REACH.1 / logits).min(REACH.0 / short.v.column(0).norm().max(short.v.column(1).norm())).min(1.0);
        assert!((model.reach(&at, &short) - expected).abs() <= 1e-12, "{expected}");
    }
}
