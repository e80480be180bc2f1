//! The update rules of the PCA loss: naive twins, where they converge and how fast, what they remember and what they
//! cost.

use crate::data::pca::{VALUES, loss_on, minibatch, samples_of, samples_with};
use crate::data::{classes, matrix, orthonormal, weights, with_spectrum};
use admm::method::DescentMethod;
use admm::{
    ConstraintSet, Coordinator, Cost, Descent, Direction, Error, Exec, Flat, Gradient, Iterate, Negated, Rate, Result,
    ScheduledSteps, Smooth, Status, Subproblem, Target, Tolerance,
};
use admm_solvers::data::Samples;
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::{JointObjective, Reduction};
use admm_solvers::loss::PredictionLoss;
use admm_solvers::loss::Predictor;
use admm_solvers::pca::{
    Batches, Covariance, Custom, Hebbian, Krasulina, Majorize, Minibatch, Oja, Overridden, Power, Sanger, VarianceLoss,
    VrMemory, VrPca,
};
use admm_solvers::set::{Stiefel, UnitColumns};
use nalgebra::DMatrix;
use serde::{Serialize, de::DeserializeOwned};

/// The loss and 16 features of weighted samples without structure.
fn plain() -> (VarianceLoss<f64>, Samples<f64>) {
    let samples = samples_of(matrix(6, 16, 1), weights(16, 2));
    (loss_on(&samples, 0.7), samples)
}

fn directed<D: Direction<f64>>(rule: &D, w: &DMatrix<f64>) -> DMatrix<f64> {
    rule.direction(w, &mut D::Memory::default()).unwrap()
}

#[test]
fn a_matrix_free_covariance_is_the_dense_one() {
    for (d, n) in [(1, 2), (5, 255), (5, 700), (60, 300)] {
        let samples = samples_of(matrix(d, n, 3), weights(n, 4));
        let (dense, free) = (Covariance::dense(&samples).unwrap(), Covariance::matrix_free(&samples).unwrap());
        assert_eq!((dense.passes(), free.passes(), free.dimension()), (0, 1, d));
        assert!((dense.trace() - free.trace()).abs() <= 1e-13 * dense.trace());
        let w = matrix(d, 3, 5);
        assert!((dense.times(&w) - free.times(&w)).amax() <= 1e-13);
        assert!((dense.captured(&w) - free.captured(&w)).abs() <= 1e-12);
        let k = d.min(2);
        let ((values, vectors), (others, directions)) = (dense.top(k).unwrap(), free.top(k).unwrap());
        assert!((values - others).amax() <= 1e-13 && (vectors - directions).amax() <= 1e-9, "{d}×{n}");
        assert!((dense.eigen().unwrap().0 - free.eigen().unwrap().0).amax() <= 1e-13);
        let bits = [1, 2, 3, 8].map(|threads| {
            let mut samples = samples.clone();
            samples.exec = Exec::threads(threads).unwrap();
            Covariance::matrix_free(&samples).unwrap().times(&w).map(f64::to_bits)
        });
        assert!(bits.iter().all(|other| *other == bits[0]));
    }
    let refused = |x: DMatrix<f64>| Covariance::matrix_free(&samples_of(x, vec![0.5; 2])).map(|_| ()).unwrap_err();
    assert!(matches!(refused(DMatrix::zeros(3, 2)), Error::Numerical { .. }));
    assert!(matches!(refused(DMatrix::from_element(3, 2, f64::NAN)), Error::NotFinite { .. }));
}

#[test]
fn above_4096_features_the_covariance_is_not_formed() {
    for (d, passes) in [(4096, 0), (4097, 1)] {
        let samples = samples_of(DMatrix::from_fn(d, 2, |i, j| if i == j { 2.0 } else { 0.0 }), vec![0.75, 0.25]);
        let loss = loss_on(&samples, 1.0);
        assert_eq!(loss.covariance.passes(), passes);
        let e = DMatrix::from_fn(d, 1, |i, _| f64::from(u8::from(i < 2)));
        assert!((loss.covariance.captured(&e) - 1.0).abs() <= 1e-15);
        assert_eq!(Smooth::passes(&loss), passes);
    }
}

#[test]
fn a_product_with_a_matrix_free_covariance_is_a_pass() {
    let (samples, _) = samples_with(&VALUES, 40, 1);
    let loss = VarianceLoss { covariance: Covariance::matrix_free(&samples).unwrap().into(), weight: 1.0 };
    let batches = Batches::new(samples, 8, 0).unwrap();
    let batch = Minibatch { loss: loss.clone(), batches };
    let start = orthonormal(8, 2, 2);
    let to = Target { v: &DMatrix::zeros(8, 2), rho: 0.0, tolerance: 0.0 };
    fn cost<P: Subproblem<f64, Image = DMatrix<f64>>>(
        block: P,
        mut x: P::Var,
        to: Target<'_, f64, DMatrix<f64>>,
    ) -> Cost {
        block.argmin(&mut x, to).unwrap().cost
    }
    let by = ScheduledSteps { rate: Rate::Constant(0.1), max_steps: 7 };
    let on = Stiefel::default();
    assert_eq!(
        cost(Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 7 }, start.clone(), to),
        Cost { steps: 7, passes: 7 }
    );
    assert_eq!(cost(Power { loss: loss.clone(), max_steps: 7 }, start.clone(), to), Cost { steps: 7, passes: 7 });
    let block = Descent { of: Sanger(Hebbian(loss.clone())), by, on };
    assert_eq!(cost(block, Iterate::new(start.clone()), to), Cost { steps: 7, passes: 8 }); // one to measure the answer
    let block = Descent { of: Oja(batch.clone()), by, on };
    assert_eq!(cost(block, Iterate::new(start.clone()), to), Cost { steps: 7, passes: 2 }); // 7·8/40, begun passes count
    let block = Descent { of: VrPca { batch, epoch: 5 }, by, on };
    assert_eq!(cost(block, Iterate::new(start), to), Cost { steps: 7, passes: 4 }); // 8·(8/40 + 1/5)
}

#[test]
fn batches_must_have_samples() {
    let (_, samples) = plain();
    for size in [0, 17] {
        let refused = Batches::new(samples.clone(), size, 0).unwrap_err().to_string();
        assert_eq!(
            refused,
            format!("invalid parameters: size must be between 1 and 16, the number of samples, got {size}")
        );
    }
}

#[test]
fn a_matrix_of_the_wrong_size_is_named() {
    let (loss, samples) = plain();
    let (w, batch) = (matrix(5, 2, 1), minibatch(&samples, 0.7, 2, 0));
    let to = Target { v: &w, rho: 1.0, tolerance: 0.0 };
    let refusals = [
        Hebbian(loss.clone()).direction(&w, &mut ()).map(|_| ()),
        Sanger(Hebbian(loss.clone())).direction(&w, &mut ()).map(|_| ()),
        batch.direction(&w, &mut None).map(|_| ()),
        VrPca { batch, epoch: 2 }.direction(&w, &mut VrMemory::default()).map(|_| ()),
        loss.value_and_gradient(&w).map(|_| ()),
        Power { loss: loss.clone(), max_steps: 1 }.argmin(&mut w.clone(), to).map(|_| ()),
        Majorize { loss, on: Stiefel::default(), max_steps: 1 }.argmin(&mut w.clone(), to).map(|_| ()),
    ];
    for refused in refusals {
        assert_eq!(refused.unwrap_err().to_string(), "W of the PCA loss: expected size 6×2, got 5×2");
    }
}

#[test]
fn the_mean_over_all_batches_is_the_full_direction() {
    let (loss, samples) = plain();
    let (rule, w) = (minibatch(&samples, 0.7, 2, 0), matrix(6, 2, 3));
    let pairs = (0..16).flat_map(|first| (0..16).map(move |second| [first, second]));
    let sum = pairs.fold(DMatrix::zeros(6, 2), |sum, batch| sum + rule.of_batch(&batch, &w));
    assert!((sum / 256.0 - loss.ascent(&w)).amax() <= 1e-14);
    let (batch, x) = ([3, 3, 11], samples.x.to_dense()); // the same by plain loops
    let mut naive = DMatrix::zeros(6, 2);
    for sample in batch {
        for (row, column) in (0..6).flat_map(|row| (0..2).map(move |column| (row, column))) {
            let y: f64 = (0..6).map(|i| x[(i, sample)] * w[(i, column)]).sum();
            naive[(row, column)] += 16.0 * samples.weights[sample] * x[(row, sample)] * y / 3.0;
        }
    }
    naive *= 2.0 * 0.7 / loss.covariance.trace();
    assert!((rule.of_batch(&batch, &w) - naive).amax() <= 1e-14);
}

#[test]
fn batches_are_drawn_uniformly() {
    let (loss, samples) = plain();
    let (rule, w) = (minibatch(&samples, 0.7, 4, 5), matrix(6, 2, 3));
    let mut memory = None;
    let draws = 20_000;
    let sum = (0..draws).fold(DMatrix::zeros(6, 2), |sum, _| sum + rule.direction(&w, &mut memory).unwrap());
    let gap = (sum / f64::from(draws) - loss.ascent(&w)).norm() / loss.ascent(&w).norm();
    assert!(gap <= 0.02, "{gap}");
    let other = directed(&minibatch(&samples, 0.7, 4, 6), &w);
    assert!((directed(&rule, &w) - other).norm() > 1e-3, "another seed, another batch");
}

#[test]
fn rules_are_their_formulas() {
    let (loss, _) = plain();
    let w = matrix(6, 3, 4) * 0.5;
    let g = loss.ascent(&w);
    let hebbian = || Hebbian(loss.clone());
    assert_eq!(directed(&hebbian(), &w), g);
    assert!((directed(&Oja(hebbian()), &w) - (&g - &w * (w.transpose() * &g))).amax() <= 1e-14);
    let mut sanger = g.clone();
    for j in 0..3 {
        for i in 0..=j {
            sanger.set_column(j, &(sanger.column(j) - w.column(i) * w.column(i).dot(&g.column(j))));
        }
    }
    assert!((directed(&Sanger(hebbian()), &w) - sanger).amax() <= 1e-14);
    let inverse = (w.transpose() * &w).try_inverse().unwrap();
    let krasulina = &g - &w * inverse * w.transpose() * &g;
    assert!((directed(&Krasulina(hebbian()), &w) - krasulina).amax() <= 1e-13);
    let custom = Custom::new(loss.clone(), |loss, w| loss.ascent(w).map(f64::signum));
    assert_eq!(directed(&custom, &w), g.map(f64::signum));
    assert_eq!(custom.value(&w), Ok(loss.value(&w)));
}

/// One neuron, one sample at a time: w ← w + ηy(x − yw), the first-order part of the normalised step.
#[test]
fn one_sample_and_one_column_give_the_classical_rule() {
    let samples = samples_of(matrix(4, 1, 1), vec![1.0]);
    let (x, w, eta) = (samples.x.to_dense(), orthonormal(4, 1, 2), 1e-4);
    let rule = Oja(minibatch(&samples, 0.5, 1, 0));
    let y = x.dot(&w);
    let unit = x.norm_squared(); // tr Σ
    let moved = &w + directed(&rule, &w) * unit * eta;
    assert!((&moved - (&w + (&x - &w * y) * (eta * y))).amax() <= 1e-15);
    assert!((moved - UnitColumns.project(&(&w + x * (eta * y))).unwrap()).norm() <= 10.0 * (eta * unit).powi(2));
}

#[test]
fn a_vr_pca_direction_is_its_formula() {
    let (loss, samples) = plain();
    let batch = minibatch(&samples, 0.7, 3, 8);
    let rule = VrPca { batch: batch.clone(), epoch: 3 };
    let mut memory = VrMemory::default();
    let anchor = orthonormal(6, 2, 1);
    let first = rule.direction(&anchor, &mut memory).unwrap();
    assert!((first - loss.ascent(&anchor)).amax() <= 1e-14, "at its anchor there is no noise");
    for step in 1..3 {
        let w = orthonormal(6, 2, 1 + step);
        let mut generator = memory.generator.clone();
        let found = rule.direction(&w, &mut memory).unwrap();
        let svd = (anchor.transpose() * &w).svd(true, true);
        let rotation = svd.u.unwrap() * svd.v_t.unwrap();
        let difference = &w - &anchor * &rotation;
        let naive = batch.direction(&difference, &mut generator).unwrap() + loss.ascent(&anchor) * rotation;
        assert!((found - naive).amax() <= 1e-13, "step {step}");
    }
    let next = orthonormal(6, 2, 9);
    assert!((rule.direction(&next, &mut memory).unwrap() - loss.ascent(&next)).amax() <= 1e-14, "a new anchor");
}

/// A direction that is 1 everywhere.
struct One;

impl Direction<f64> for One {
    type Memory = ();
    fn value(&self, _x: &DMatrix<f64>) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, x: &DMatrix<f64>, _memory: &mut ()) -> Result<DMatrix<f64>> {
        Ok(x.map(|_| 1.0))
    }
}

/// ηₜ = 1/((L + ρ)(1 + t/τ)), with t counted over all calls.
#[test]
fn a_schedule_goes_on_from_call_to_call() {
    let by = ScheduledSteps { rate: Rate::Decaying { lipschitz: 3.0, horizon: 4.0 }, max_steps: 1 };
    let mut iterate = Iterate::new(DMatrix::zeros(1, 1));
    let mut expected = 0.0;
    for t in 0..9 {
        let rho = if t < 4 { 1.0 } else { 2.0 };
        let v = iterate.point.clone(); // no pull
        by.minimise(&One, &Flat, &mut iterate, Target { v: &v, rho, tolerance: 0.0 }).unwrap();
        expected += 1.0 / ((3.0 + rho) * (1.0 + f64::from(t) / 4.0));
        assert!((iterate.point[0] - expected).abs() <= 1e-14, "step {t}");
    }
    assert_eq!(iterate.memory.taken, 9);
}

/// 9 steps, saved and read back after 4 of them.
fn resumes<D: Direction<f64>>(rule: D)
where
    D::Memory: Serialize + DeserializeOwned,
{
    let by = ScheduledSteps { rate: Rate::Decaying { lipschitz: 2.0, horizon: 3.0 }, max_steps: 1 };
    let block = Descent { of: rule, by, on: Stiefel::default() };
    let v = matrix(6, 2, 1);
    let to = Target { v: &v, rho: 0.3, tolerance: 0.0 };
    let mut whole = Iterate::new(orthonormal(6, 2, 2));
    let mut parts = whole.clone();
    for _ in 0..9 {
        block.argmin(&mut whole, to).unwrap();
    }
    for step in 0..9 {
        if step == 4 {
            parts = serde_json::from_str(&serde_json::to_string(&parts).unwrap()).unwrap();
        }
        block.argmin(&mut parts, to).unwrap();
    }
    assert_eq!(whole.point.map(f64::to_bits), parts.point.map(f64::to_bits));
    assert_eq!(serde_json::to_string(&whole).unwrap(), serde_json::to_string(&parts).unwrap());
}

#[test]
fn a_saved_memory_resumes_with_the_same_bits() {
    let (loss, samples) = plain();
    let batch = minibatch(&samples, 0.7, 3, 8);
    resumes(batch.clone());
    resumes(Sanger(batch.clone()));
    resumes(VrPca { batch: batch.clone(), epoch: 3 });
    resumes(Krasulina(VrPca { batch, epoch: 7 }));
    resumes(Oja(Hebbian(loss)));
}

/// Without a constraint, f(W) + ρ/2 ‖W − C‖² is bounded below exactly above the smallest admissible penalty.
#[test]
fn the_guard_names_the_smallest_penalty() {
    let (sigma, q) = with_spectrum(&VALUES, 5);
    let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma).unwrap().into(), weight: 0.6 };
    let smallest = 2.0 * 0.6 * 5.0 / 13.8;
    let c = matrix(8, 2, 6);
    let far = |rho: f64, along: usize, length: f64| {
        let w = DMatrix::from_columns(&[q.column(along) * length, q.column(along) * 0.0]);
        loss.value(&w) + rho / 2.0 * (&w - &c).norm_squared()
    };
    for excess in [1e-6, 0.1, 10.0] {
        let rho = smallest * (1.0 + excess);
        assert_eq!(loss.check_rho(rho), Ok(()));
        assert!((0..8).all(|along| far(rho, along, 1e9) > 0.0), "grows in every direction");
    }
    for lack in [1e-6, 0.1, 0.9] {
        let rho = smallest * (1.0 - lack);
        assert!(far(rho, 0, 1e9) < -1.0, "falls along the leading eigenvector");
        let Err(Error::Unbounded { rho: named, smallest: bound }) = loss.check_rho(rho) else {
            panic!("admitted {rho}")
        };
        assert!(named == rho && (bound - smallest).abs() <= 1e-14);
    }
    assert!(loss.check_rho(f64::NAN).is_err());
}

#[test]
fn an_overridden_gradient_keeps_the_value() {
    let (x, labels) = classes(6, 40, 3, 1);
    let samples = Samples::new(x, &labels, vec![1.0 / 40.0; 40], 3, Exec::Serial).unwrap();
    let variance = loss_on(&samples, 0.4);
    let prediction = PredictionLoss::softmax(samples, 0.01, 0.6);
    let at = Predictor { v: orthonormal(6, 2, 2), b: matrix(2, 3, 3), bias: matrix(3, 1, 4) };
    let (value, gradient) =
        JointObjective { variance: variance.clone(), prediction: prediction.clone() }.value_and_gradient(&at).unwrap();
    let same = JointObjective { variance: Overridden(Hebbian(variance.clone())), prediction: prediction.clone() };
    let (other, unchanged) = same.value_and_gradient(&at).unwrap();
    assert!((value - other).abs() <= 1e-15 && (&unchanged.v - &gradient.v).amax() <= 1e-16);
    let rule = Custom::new(variance.clone(), |loss, w| loss.ascent(w) * 3.0);
    let (other, changed) = JointObjective { variance: Overridden(rule), prediction }.value_and_gradient(&at).unwrap();
    assert!((value - other).abs() <= 1e-15);
    assert!((changed.v - (gradient.v - variance.ascent(&at.v) * 2.0)).amax() <= 1e-15);
    assert_eq!((changed.b, changed.bias), (gradient.b, gradient.bias));
}

/// Sanger's rule as a closure, in the ADMM block and in the joint descent: the same minimum as with the gradient, in
/// the basis where WᵀΣW is diagonal.
#[test]
fn a_closure_replaces_the_gradient_in_both_methods() {
    let (x, labels) = classes(6, 90, 3, 1);
    let mean = x.column_mean();
    let x = DMatrix::from_fn(6, 90, |i, j| x[(i, j)] - mean[i]);
    let samples = Samples::new(x, &labels, vec![1.0 / 90.0; 90], 3, Exec::Serial).unwrap();
    let variance = loss_on(&samples, 0.5);
    let prediction = PredictionLoss::softmax(samples, 0.01, 0.5);
    let start = Predictor::blank(variance.covariance.top(2).unwrap().1, 3);
    let on = Stiefel::default();
    let descended = |block: &dyn Fn(&mut Predictor<f64>)| {
        let mut at = start.clone();
        block(&mut at);
        let objective = JointObjective { variance: variance.clone(), prediction: prediction.clone() };
        let inner = at.v.transpose() * variance.covariance.times(&at.v);
        (objective.value_and_gradient(&at).unwrap().0, inner[(0, 1)].abs())
    };
    let rule = Custom::new(variance.clone(), |loss, w: &DMatrix<f64>| {
        let g = loss.ascent(w);
        &g - w * (w.transpose() * &g).upper_triangle()
    });
    let to = Target { v: &DMatrix::zeros(6, 2), rho: 0.0, tolerance: 1e-8 };
    fn minimise<L: Reduction<f64>>(
        of: JointObjective<f64, L>,
        at: &mut Predictor<f64>,
        to: Target<'_, f64, DMatrix<f64>>,
    ) {
        let mut iterate = Iterate::new(at.clone());
        Gradient { max_steps: 20_000 }.minimise(&of, &Stiefel::default(), &mut iterate, to).unwrap();
        *at = iterate.point;
    }
    let (best, _) = descended(&|at| {
        minimise(JointObjective { variance: variance.clone(), prediction: prediction.clone() }, at, to)
    });
    let joint = descended(&|at| {
        minimise(JointObjective { variance: Overridden(rule.clone()), prediction: prediction.clone() }, at, to)
    });
    let admm = descended(&|at| {
        let by = ScheduledSteps { rate: Rate::Lipschitz(variance.lipschitz().unwrap()), max_steps: 100 };
        let classify = Negated(Descent { of: prediction.clone(), by: Lbfgs::default(), on: Flat });
        let (w, z) = (Iterate::new(at.v.clone()), Iterate::new(at.clone()));
        let mut coordinator = Coordinator::new(Descent { of: rule.clone(), by, on }, classify, w, z, 0.1).unwrap();
        coordinator.tolerance = Tolerance { absolute: 1e-8, relative: 0.0 };
        let outcome = coordinator.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged);
        *at = Predictor { v: outcome.best.x.point, ..outcome.best.z.point };
    });
    for (name, (objective, off_diagonal)) in [("joint", joint), ("admm", admm)] {
        assert!((objective - best).abs() <= 1e-7, "{name}: {objective} against {best}");
        assert!(off_diagonal <= 1e-5, "{name}: {off_diagonal}");
    }
}
