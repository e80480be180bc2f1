//! A model of the Hessian of a prediction loss, alone or with the PCA loss, that is inverted without a pass.

use super::pencil::Pencil;
use super::{InitialHessian, Near};
use crate::linalg::symmetric_eigen;
use crate::loss::{PredictionLoss, Predictor};
use crate::pca::{Shadow, Spectrum};
use crate::scalar::Scalar;
use crate::view::{product, product_transposed, transposed_product};
use admm::Result;
use nalgebra::{DMatrix, DVector};
use std::sync::Arc;

/// The most samples that the mean Hessian by the logits is taken over.
const SAMPLED: usize = 256;
/// The least that a direction curves, in units of the part that Σ does not scale.
const LEAST: f64 = 0.1;

/// It serves f = share·(mean loss(W, B, b) + μ/2 ‖B‖²), plus λ(1 − tr(WᵀΣW)/tr Σ) if W is orthonormal:
///
/// > in W: Σ ⊗ N + I ⊗ T, in B: share·(WᵀΣW ⊗ H̄ + μI), in b: share·H̄
///
/// with H̄ the mean Hessian by the logits over samples, as if that did not depend on x (Martens and Grosse, "Optimizing
/// neural networks with Kronecker-factored approximate curvature", 2015, §3), and N = share·BH̄Bᵀ. For the softmax a
/// sample adds diag(p) − ppᵀ to H̄. For the squared loss H̄ is I, and the blocks of B and b are exact.
///
/// The pull adds ρ to T. On orthonormal W the PCA loss adds −2λI/tr Σ to N, and the curvature of the manifold −sym(WᵀG)
/// to T, which is 2λWᵀΣW/tr Σ + share·μBBᵀ where B is optimal (Absil, Mahony and Sepulchre 2008, §5.3.3 and §5.5).
///
/// This holds among the changes with WᵀΔ = 0. A change WA within the span does to the logits what AB does as a change
/// of B: it is counted once, as a change of B. What is left of it where W is free, WA with −AB for B, curves by the
/// pull and the ridge alone.
#[derive(Debug, Clone)]
pub struct Kronecker<T: Scalar> {
    /// The prediction loss.
    pub prediction: PredictionLoss<T>,
    /// The eigenpairs of Σ.
    pub spectrum: Arc<Spectrum<T>>,
    /// λ where W is orthonormal or stays, nothing where W is free, held by a pull, and the PCA loss is another block's.
    pub variance: Option<T>,
}

impl<T: Scalar> InitialHessian<T, Predictor<T>> for Kronecker<T> {
    fn look_up(&self, at: &Predictor<T>) -> DMatrix<T> {
        self.uncertainty(at)
    }
    fn solve(&self, near: Near<'_, T, Predictor<T>>, q: Predictor<T>) -> Result<Predictor<T>> {
        let (at, uncertainty) = (near.point, &(near.known * near.stiffness));
        let shadow = self.spectrum.shadow(&at.v);
        let captured = shadow.quadratic(|value| value);
        let stays = q.v.iter().all(|entry| *entry == T::zero());
        let v = if stays { q.v.clone() } else { self.solve_across(&near, uncertainty, (&shadow, &captured), &q.v)? };
        let (b, bias) = self.solve_classifier(uncertainty, &captured, &q)?;
        let mut solution = Predictor { v, b, bias };
        if self.variance.is_none() {
            let within = self.solve_within(near, &q)?;
            solution.b -= product(&within, &at.b);
            solution.v += product(&at.v, &within);
        }
        Ok(solution)
    }

    /// H̄ is a mean over few samples, and changes little over short steps.
    fn keeps(&self) -> f64 {
        0.1
    }

    /// The projections of the samples that are looked at: half of a pass over them.
    fn passes(&self) -> f64 {
        let n = self.prediction.samples.total();
        0.5 * n.min(SAMPLED) as f64 / n as f64
    }
}

impl<T: Scalar> Kronecker<T> {
    /// H̄ (c×c), over samples spread evenly (Fibonacci hashing: Knuth, "The Art of Computer Programming" 3, §6.4).
    /// Where all that are looked at have weight 0 they count alike.
    fn uncertainty(&self, at: &Predictor<T>) -> DMatrix<T> {
        let samples = &self.prediction.samples;
        let n = samples.total();
        let hash = |i: usize| (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let spread = |i: usize| ((u128::from(hash(i)) * n as u128) >> 64) as usize;
        let chosen: Vec<usize> = if n <= SAMPLED { (0..n).collect() } else { (0..SAMPLED).map(spread).collect() };
        let chosen = samples.gathered(&chosen);
        let total = chosen.weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
        let equal = T::of(chosen.total() as f64).recip();
        let share = |&weight: &T| if total > T::zero() { weight / total } else { equal };
        let shares: Vec<T> = chosen.weights.iter().map(share).collect();
        self.prediction.head.curvature(&at.logits(&chosen.project(&at.v)), &chosen.targets, &shares)
    }

    /// The block of W, for a change with WᵀΔ = 0.
    fn solve_across(
        &self,
        near: &Near<'_, T, Predictor<T>>,
        uncertainty: &DMatrix<T>,
        (shadow, captured): (&Shadow<'_, T>, &DMatrix<T>),
        q: &DMatrix<T>,
    ) -> Result<DMatrix<T>> {
        let at = near.point;
        let Pencil { basis, theta } = self.pencil(at, near.rho, uncertainty, captured)?;
        let inverse = |j: usize, value: T| T::one() / (T::one() + value * theta[j]).abs().max(T::of(LEAST));
        let mut v = self.spectrum.map(&product(q, &basis), inverse);
        let multipliers = multipliers(shadow, transposed_product(&at.v, &v), inverse)?;
        v -= self.spectrum.map(&product(&at.v, &multipliers), inverse);
        Ok(product_transposed(&v, &basis))
    }

    /// Returns the matrices T and N.
    fn pencil(&self, at: &Predictor<T>, rho: T, uncertainty: &DMatrix<T>, captured: &DMatrix<T>) -> Result<Pencil<T>> {
        let (k, share, two) = (captured.nrows(), self.prediction.share, T::of(2.0));
        let mut n = product_transposed(&product(&at.b, uncertainty), &at.b) * (share * self.spectrum.trace);
        let mut t = DMatrix::from_diagonal_element(k, k, rho);
        if let Some(weight) = self.variance {
            (0..k).for_each(|i| n[(i, i)] -= two * weight);
            t += captured * (two * weight) + product_transposed(&at.b, &at.b) * (share * self.prediction.ridge);
        }
        Pencil::new(t, &n, self.spectrum.values[0])
    }

    /// A for a change WA within the span, with −AB for B: the components turn, the logits stay. What curves is the pull
    /// and the ridge, A ↦ ρWᵀWA + share·μABBᵀ.
    fn solve_within(&self, near: Near<'_, T, Predictor<T>>, q: &Predictor<T>) -> Result<DMatrix<T>> {
        let Near { point: at, rho, .. } = near;
        let slope = transposed_product(&at.v, &q.v) - product_transposed(&q.b, &at.b);
        let (squares, left) = symmetric_eigen(&transposed_product(&at.v, &at.v))?;
        let (sizes, right) = symmetric_eigen(&product_transposed(&at.b, &at.b))?;
        let ridge = self.prediction.share * self.prediction.ridge;
        let curvature = |i: usize, j: usize| rho * squares[i] + ridge * sizes[j].max(T::zero());
        let turned = product(&transposed_product(&left, &slope), &right);
        let within =
            DMatrix::from_fn(squares.len(), sizes.len(), |i, j| turned[(i, j)] / curvature(i, j).max(T::EPSILON));
        Ok(product_transposed(&product(&left, &within), &right))
    }

    /// The blocks of B and b.
    fn solve_classifier(
        &self,
        uncertainty: &DMatrix<T>,
        captured: &DMatrix<T>,
        q: &Predictor<T>,
    ) -> Result<(DMatrix<T>, DMatrix<T>)> {
        let (share, ridge) = (self.prediction.share, self.prediction.ridge);
        let (variances, axes) = symmetric_eigen(captured)?;
        let (doubts, classes) = symmetric_eigen(uncertainty)?;
        let least = (doubts[0] * T::of(1e-6)).max(T::EPSILON);
        let doubt = |j: usize| doubts[j].max(least);
        let mut b = product(&transposed_product(&axes, &q.b), &classes);
        let mut bias = transposed_product(&classes, &q.bias);
        for j in 0..doubts.len() {
            for i in 0..variances.len() {
                let curvature = self.spectrum.trace * variances[i].max(T::zero()) * doubt(j) + ridge;
                b[(i, j)] /= (share * curvature).max(T::EPSILON);
            }
            bias[j] /= (share * doubt(j)).max(T::EPSILON);
        }
        Ok((product_transposed(&product(&axes, &b), &classes), product(&classes, &bias)))
    }
}

/// Λ such that Wᵀ(zⱼ − φⱼ(Σ)Wλⱼ) = 0 for every column, of WᵀZ.
fn multipliers<T: Scalar>(
    shadow: &Shadow<'_, T>,
    mut inner: DMatrix<T>,
    phi: impl Fn(usize, T) -> T,
) -> Result<DMatrix<T>> {
    for (j, mut column) in inner.column_iter_mut().enumerate() {
        let metric = shadow.quadratic(|value| phi(j, value));
        match metric.clone().cholesky() {
            Some(factor) => factor.solve_mut(&mut column),
            None => column.copy_from(&shortest(&metric, &column.clone_owned())?),
        }
    }
    Ok(inner)
}

/// The shortest x with Ax = b on the range of a semidefinite A that lacks rank. What is divided by rounding alone tells
/// nothing.
fn shortest<T: Scalar>(a: &DMatrix<T>, b: &DVector<T>) -> Result<DVector<T>> {
    let (values, vectors) = symmetric_eigen(a)?;
    let rounding = T::of(b.len() as f64) * T::EPSILON * values[0];
    let mut x = vectors.tr_mul(b);
    x.iter_mut().zip(&values).for_each(|(x, &value)| *x = if value > rounding { *x / value } else { T::zero() });
    Ok(vectors * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Samples;
    use crate::linalg::{scattered, thin_qr};
    use crate::pca::Covariance;
    use admm::Exec;
    use admm::space::Space;

    const PENALTY: f64 = 0.3;

    fn model(d: usize, variance: Option<f64>) -> (Kronecker<f64>, DMatrix<f64>) {
        let labels: Vec<usize> = (0..40).map(|i| i % 3).collect();
        let samples = Samples::new(scattered::<f64>(d, 40, 1), &labels, vec![1.0 / 40.0; 40], 3, Exec::Serial).unwrap();
        let covariance = Covariance::of(&samples).unwrap();
        let spectrum = Arc::new(Spectrum::of(&covariance, &DMatrix::zeros(d, 0)).unwrap());
        let sigma = covariance.times(&DMatrix::identity(d, d)) * covariance.trace();
        (Kronecker { prediction: PredictionLoss::softmax(samples, 0.05, 0.4), spectrum, variance }, sigma)
    }

    fn point(d: usize, seed: u64) -> Predictor<f64> {
        let v = thin_qr(&scattered(d, 2, seed)).unwrap().0;
        Predictor { v, b: scattered(2, 3, seed + 1) * 3.0, bias: scattered(3, 1, seed + 2) }
    }

    fn solve(model: &Kronecker<f64>, at: &Predictor<f64>, q: &Predictor<f64>) -> Predictor<f64> {
        let known = model.look_up(at);
        let near = Near { point: at, known: &known, gradient: q, rho: PENALTY, stiffness: 1.0, pair: None };
        model.solve(near, q.clone()).unwrap()
    }

    /// H̄ in plain loops.
    fn naive_uncertainty(model: &Kronecker<f64>, at: &Predictor<f64>) -> DMatrix<f64> {
        let samples = &model.prediction.samples;
        let mut mean = DMatrix::zeros(3, 3);
        for x in samples.x.to_dense().column_iter() {
            let p = (at.b.transpose() * (at.v.transpose() * x) + at.bias.column(0)).map(f64::exp);
            let p = &p / p.sum();
            mean += (DMatrix::from_diagonal(&p) - &p * p.transpose()) / 40.0;
        }
        mean
    }

    /// A batch may hold nothing but samples that do not count.
    #[test]
    fn samples_of_weight_zero_count_alike_where_there_are_no_others() {
        let (equal, _) = model(6, None);
        let mut model = equal.clone();
        model.prediction.samples.weights = vec![0.0; 40].into();
        let at = point(6, 2);
        assert!((model.look_up(&at) - equal.look_up(&at)).norm() <= 1e-15);
    }

    /// On a free W = WA + Δ with WᵀΔ = 0 the logits change by AB + the change of B and by Δ; A costs the pull and the
    /// ridge.
    #[test]
    fn a_solution_solves_the_equations_of_its_parts() {
        let (model, sigma) = model(6, None);
        let (at, mut q) = (point(6, 2), point(6, 7));
        let mean = q.bias.mean();
        q.bias.add_scalar_mut(-mean); // no gradient moves all logits alike
        let solution = solve(&model, &at, &q);
        let (doubt, PredictionLoss { share, ridge, .. }) = (naive_uncertainty(&model, &at), model.prediction.clone());
        let within = at.v.transpose() * &solution.v;
        let (out, of_b) = (&solution.v - &at.v * &within, &solution.b + &within * &at.b);
        let close = |value: DMatrix<f64>, expected: &DMatrix<f64>| {
            assert!((&value - expected).norm() <= 1e-5 * expected.norm(), "{value} {expected}");
        };
        let of_v = &sigma * &out * (&at.b * &doubt * at.b.transpose()) * share + &out * PENALTY;
        let project = |g: &DMatrix<f64>| g - &at.v * (at.v.transpose() * g);
        close(project(&of_v), &project(&q.v));
        close(((at.v.transpose() * &sigma * &at.v) * &of_b * &doubt + &of_b * ridge) * share, &q.b);
        close(&doubt * &solution.bias * share, &q.bias);
        let turn = &within * PENALTY + &within * (&at.b * at.b.transpose()) * (share * ridge);
        close(turn, &(at.v.transpose() * &q.v - &q.b * at.b.transpose()));
    }

    #[test]
    fn stiffness_multiplies_the_curvature_of_the_cross_entropy() {
        for variance in [None, Some(0.05)] {
            let (model, _) = model(6, variance);
            let (at, q) = (point(6, 2), point(6, 7));
            let (known, twice) = (model.look_up(&at), model.look_up(&at) * 2.0);
            let near = |known, stiffness| Near { point: &at, known, gradient: &q, rho: PENALTY, stiffness, pair: None };
            let stiff = model.solve(near(&known, 2.0), q.clone()).unwrap();
            assert_eq!(stiff, model.solve(near(&twice, 1.0), q.clone()).unwrap());
            assert_ne!(stiff, model.solve(near(&known, 1.0), q.clone()).unwrap());
        }
    }

    /// On orthonormal W: what is left of q after the model times the solution moves no column out of the span of W.
    #[test]
    fn with_the_pca_loss_a_solution_solves_among_the_changes_out_of_the_span() {
        let weight = 0.05; // small enough for the model to be positive as it is
        let (model, sigma) = model(6, Some(weight));
        let (at, q) = (point(6, 2), point(6, 7));
        let v = solve(&model, &at, &q).v;
        let PredictionLoss { share, ridge, .. } = model.prediction;
        let share_of_variance = &sigma / sigma.trace();
        let captured = at.v.transpose() * &share_of_variance * &at.v;
        let n = (&at.b * naive_uncertainty(&model, &at) * at.b.transpose()) * share * sigma.trace()
            - DMatrix::identity(2, 2) * (2.0 * weight);
        let t =
            DMatrix::identity(2, 2) * PENALTY + captured * (2.0 * weight) + &at.b * at.b.transpose() * (share * ridge);
        let rest = share_of_variance * &v * n + &v * t - &q.v;
        let out = &rest - &at.v * (at.v.transpose() * &rest);
        assert!(out.norm() <= 1e-5 * q.v.norm(), "{out}");
    }

    #[test]
    fn solutions_are_symmetric_and_positive_and_on_orthonormal_w_turn_the_span_alone() {
        for variance in [None, Some(0.0), Some(0.5), Some(1.0)] {
            for seed in 0..8 {
                let (model, _) = model(6, variance);
                let (at, p, q) = (point(6, seed), point(6, seed + 20), point(6, seed + 40));
                let (of_p, of_q) = (solve(&model, &at, &p), solve(&model, &at, &q));
                let (one, other) = (of_p.inner_product(&q), p.inner_product(&of_q));
                assert!((one - other).abs() <= 1e-9 * of_p.euclidean_norm() * q.euclidean_norm(), "{one} {other}");
                assert!(p.inner_product(&of_p) > 0.0);
                if variance.is_some() {
                    assert!((at.v.transpose() * &of_p.v).norm() <= 1e-9 * of_p.v.norm());
                }
            }
        }
    }
}
