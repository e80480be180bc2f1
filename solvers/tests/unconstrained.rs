//! W without a constraint: unbounded, unless a quadratic holds it.

use crate::data::{matrix, wine, with_spectrum};
use admm::*;
use admm_solvers::joint::{Constraint, JointModel, Method, Rule};
use admm_solvers::pca::{Covariance, Unconstrained, VarianceLoss};
use admm_solvers::smooth::Ridge;
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::ops::ControlFlow;

type Matrix = DMatrix<f64>;

fn loss(d: usize, seed: u64, shrinkage: f64) -> Ridge<VarianceLoss<f64>> {
    let values: Vec<f64> = (1..=d).map(|i| 1.0 / i as f64).collect();
    let (sigma, _) = with_spectrum(&values, seed);
    let of = VarianceLoss { covariance: Covariance::from_matrix(sigma).unwrap().into(), weight: 0.7 };
    Ridge { of, weight: shrinkage }
}

proptest! {
    /// Against a solve of the normal equations, above the bound; refused below it, with the bound.
    #[test]
    fn the_minimum_is_exact_where_there_is_one(d in 1..9_usize, k in 1..4_usize, seed: u64, shrinkage in 0.0..1.0_f64, above in 1e-3..10.0_f64) {
        let loss = loss(d, seed, shrinkage);
        let mut block = Unconstrained::new(loss.clone()).unwrap();
        let smallest = block.smallest_rho();
        prop_assert!((smallest - (loss.of.lipschitz().unwrap() - shrinkage).max(0.0)).abs() < 1e-12);
        let (target, rho) = (matrix(d, k, seed), smallest + above);
        let mut w = target.clone();
        let to = Target { v: &target, rho, tolerance: 0.0 };
        block.argmin(&mut w, to).unwrap();
        let hessian = Matrix::identity(d, d) * (rho + shrinkage)
            - loss.of.covariance.times(&Matrix::identity(d, d)) * (2.0 * loss.of.weight);
        let twin = hessian.lu().solve(&(&target * rho)).unwrap();
        prop_assert!((&w - &twin).norm() <= 1e-9 * twin.norm(), "{} {}", w, twin);
        prop_assert!(check::subproblem(&block, &w, to).unwrap().passed());

        let below = smallest * 0.999;
        if below > 0.0 {
            let refused = Err(Error::Unbounded { rho: below, smallest });
            prop_assert_eq!(block.retune(below), refused.clone());
            prop_assert_eq!(block.argmin(&mut w, Target { v: &target, rho: below, tolerance: 0.0 }).map(|_| ()), refused);
        }
    }

    /// On W alone a ridge on a direction is minus the gradient of a ridge on the function.
    #[test]
    fn a_ridge_on_a_direction_is_that_on_the_function(d in 1..9_usize, k in 1..4_usize, seed: u64, shrinkage in 0.0..2.0_f64) {
        let loss = loss(d, seed, shrinkage);
        let direction = Ridge { of: admm_solvers::pca::Hebbian(loss.of.clone()), weight: shrinkage };
        let w = matrix(d, k, seed);
        let (value, gradient) = loss.value_and_gradient(&w).unwrap();
        prop_assert!((Direction::value(&direction, &w).unwrap() - value).abs() <= 1e-12 * (1.0 + value.abs()));
        prop_assert!((direction.direction(&w, &mut ()).unwrap() + &gradient).norm() <= 1e-12 * (1.0 + gradient.norm()));
    }
}

/// The joint model refuses a shrinkage that does not bound it, names the smallest, and above it all rules and methods
/// agree.
#[test]
fn the_joint_model_needs_a_shrinkage_above_the_bound() {
    let (x, labels) = wine();
    let fit = |shrinkage: f64, rule: Rule, method: Method| {
        let builder = JointModel::builder().constraint(Constraint::None).shrinkage(shrinkage).rule(rule);
        let prepared = builder.build().unwrap().prepare(&x, &labels, 3, None)?;
        prepared.fit(method, &mut |_| ControlFlow::Continue(()))
    };
    let smallest = match fit(0.0, Rule::Majorize, Method::Admm) {
        Err(Error::Unbounded { rho: 0.0, smallest }) => smallest,
        other => panic!("{:?}", other.map(|fitted| fitted.report)),
    };
    assert!((smallest - 0.361_988).abs() < 1e-6, "2λλ₁/tr Σ is the first share of the variance: {smallest}");
    assert!(matches!(fit(smallest, Rule::Majorize, Method::Admm), Err(Error::Unbounded { .. })));

    let joint = fit(0.5, Rule::Majorize, Method::Descent).unwrap().report;
    for rule in [Rule::Majorize, Rule::Hebbian, Rule::VrPca, Rule::Lbfgs] {
        let admm = fit(0.5, rule, Method::Admm).unwrap().report;
        assert_eq!(admm.status, Status::Converged, "{rule}");
        assert!((admm.objective - joint.objective).abs() < 1e-7, "{rule}: {} and {}", admm.objective, joint.objective);
        assert!(admm.stationarity < 1e-5, "{rule}: {}", admm.stationarity);
    }
    assert!(fit(1.001 * smallest, Rule::Majorize, Method::Admm).unwrap().report.objective.is_finite());
}
