//! The certificate of second order of joint models.

use super::*;
use crate::data::{classes, iris, matrix, wine};
use admm::ConstraintSet;
use admm_solvers::data::Scale;
use admm_solvers::joint::{Constraint, Reach};
use admm_solvers::second_order::{SecondOrder, Verdict};
use admm_solvers::set::{Product, UnitColumns};
use nalgebra::DVector;

fn certificate(prepared: &Prepared<f64>, fitted: &Fitted<f64>) -> SecondOrder {
    prepared.second_order(&fitted.model).unwrap()
}

fn flat(at: &Predictor<f64>) -> DVector<f64> {
    let parts = [&at.v, &at.b, &at.bias].map(|part| part.as_slice());
    DVector::from_vec(parts.concat())
}

fn like(at: &Predictor<f64>, entries: &DVector<f64>) -> Predictor<f64> {
    let (v, b) = (at.v.len(), at.b.len());
    let part = |from: usize, of: &DMatrix<f64>| {
        DMatrix::from_column_slice(of.nrows(), of.ncols(), &entries.as_slice()[from..from + of.len()])
    };
    Predictor { v: part(0, &at.v), b: part(v, &at.b), bias: part(v + b, &at.bias) }
}

/// The eigenvalues of the Hessian at a point, ascending, by second differences of values along a retraction of second
/// order: of the objective in plain loops, in all directions.
fn dense(on: &dyn ConstraintSet<f64>, at: &Predictor<f64>, value: impl Fn(&Predictor<f64>) -> f64) -> Vec<f64> {
    let count = flat(at).len();
    let tangent = |i: usize| {
        let unit = like(at, &DVector::from_fn(count, |row, _| f64::from(row == i)));
        flat(&Predictor { v: on.tangent(&at.v, &unit.v).unwrap(), ..unit })
    };
    let projector = DMatrix::from_columns(&(0..count).map(tangent).collect::<Vec<_>>());
    let eigen = projector.symmetric_eigen();
    let kept: Vec<usize> = (0..count).filter(|&i| eigen.eigenvalues[i] > 0.5).collect();
    let basis = eigen.eigenvectors.select_columns(&kept);
    let there = |step: DVector<f64>| {
        let step = like(at, &step);
        let v = on.retract(&at.v, &step.v).unwrap();
        value(&Predictor { v, b: &at.b + step.b, bias: &at.bias + step.bias })
    };
    let h = 1e-3;
    let along = |i: usize, a: f64, j: usize, b: f64| there(basis.column(i) * a + basis.column(j) * b);
    let mut hessian = DMatrix::zeros(kept.len(), kept.len());
    for (i, j) in (0..kept.len()).flat_map(|i| (0..=i).map(move |j| (i, j))) {
        let corners = along(i, h, j, h) - along(i, h, j, -h) - along(i, -h, j, h) + along(i, -h, j, -h);
        hessian[(i, j)] = corners / (4.0 * h * h);
        hessian[(j, i)] = hessian[(i, j)];
    }
    let mut values = hessian.symmetric_eigenvalues().as_slice().to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The eigenvalues without those that are nearest to 0, one for each symmetry.
fn without_symmetries(mut values: Vec<f64>, symmetries: usize) -> Vec<f64> {
    for _ in 0..symmetries {
        let nearest = (0..values.len()).min_by(|&i, &j| values[i].abs().total_cmp(&values[j].abs())).unwrap();
        assert!(values[nearest].abs() <= 1e-5, "{values:?}");
        values.remove(nearest);
    }
    values
}

/// Lanczos may find a repeated eigenvalue once.
fn distinct(mut values: Vec<f64>) -> Vec<f64> {
    values.dedup_by(|next, one| *next - *one <= 2e-6);
    values
}

#[test]
fn the_eigenvalues_are_those_of_a_dense_hessian() {
    let tall = classes(12, 9, 3, 5);
    for (name, data, constraint, shrinkage, weight, symmetries) in [
        ("iris", iris(), Constraint::Orthonormal, 0.0, 0.1, 2),
        ("iris", iris(), Constraint::Orthonormal, 0.0, 0.9, 2),
        ("iris", iris(), Constraint::NormalisedQ, 0.0, 0.5, 2),
        ("iris", iris(), Constraint::UnitNorm, 0.0, 0.5, 1),
        ("iris", iris(), Constraint::NormalisedColumns, 0.0, 0.1, 1),
        ("iris", iris(), Constraint::Ball, 0.0, 0.5, 1),
        ("iris", iris(), Constraint::None, 2.1, 0.5, 2),
        ("tall", tall.clone(), Constraint::Orthonormal, 0.0, 0.5, 2),
        ("tall", tall.clone(), Constraint::UnitNorm, 0.0, 0.5, 1),
        ("tall", tall, Constraint::None, 2.1, 0.5, 2),
    ] {
        let builder = default().constraint(constraint).shrinkage(shrinkage).weight(weight).tolerance(1e-9);
        let prepared = prepare(builder.max_iterations(20_000), &data);
        let fitted = run(&prepared, Method::Descent);
        let found = certificate(&prepared, &fitted);
        let on: Box<dyn ConstraintSet<f64>> = match constraint {
            // Both columns end at the boundary.
            Constraint::Ball => Box::new(Product(vec![(1, Box::new(UnitColumns)), (1, Box::new(UnitColumns))])),
            other => other.set(),
        };
        let (x, n) = (fitted.scaler.apply(&data.0).unwrap(), data.1.len());
        let value = |at: &Predictor<f64>| {
            naive(&x, &data.1, &vec![1.0 / n as f64; n], (weight, 0.01), at) + shrinkage / 2.0 * at.v.norm_squared()
        };
        let expected = distinct(without_symmetries(dense(&*on, &fitted.weights, value), symmetries));
        assert_eq!(found.symmetries, symmetries, "{name} {constraint} {found}");
        for (value, expected) in distinct(found.eigenvalues.clone()).iter().zip(&expected) {
            assert!((value - expected).abs() <= 1e-5, "{name} {constraint}: {found:?} {:?}", &expected);
        }
        assert_eq!(found.verdict, Verdict::Minimum, "{name} {constraint}");
    }
}

/// With λ = 0.1 iris has two minima, which random starts find.
#[test]
fn both_minima_of_iris_are_certified() {
    let mut seen = [0.24344622, 0.2452168].map(|objective| (objective, false));
    for seed in 0..16 {
        let prepared = prepare(default().weight(0.1).tolerance(1e-8), &iris());
        let v = matrix(4, 2, seed).qr().q();
        let start = Predictor { v, b: matrix(2, 3, seed + 20) * 2.0, bias: DMatrix::zeros(3, 1) };
        let prepared = prepared.with_start(&start).unwrap();
        let fitted = run(&prepared, Method::Descent);
        let found = certificate(&prepared, &fitted);
        assert_eq!((&found.verdict, found.symmetries, found.overlooked), (&Verdict::Minimum, 2, 0.0));
        assert!(found.eigenvalues[0] > 100.0 * found.errors[0], "{found:?}");
        // A shift of a row of B moves the ridge alone.
        assert!(found.eigenvalues[0] <= 0.9 * 0.01 + 1e-9, "{found:?}");
        for (objective, seen) in &mut seen {
            *seen |= (fitted.report.objective - *objective).abs() <= 2e-7;
        }
    }
    assert!(seen.iter().all(|(_, seen)| *seen), "{seen:?}");
}

/// Wrong eigenvectors at λ = 1, where the Hessian has the eigenvalues 2(λᵢ − λⱼ)/tr Σ.
#[test]
fn other_components_than_the_principal_ones_are_a_saddle() {
    let data = wine();
    let prepared = prepare(default().weight(1.0), &data);
    let x = run(&prepared, Method::TwoStage).scaler.apply(&data.0).unwrap();
    let eigen = (&x * x.transpose()).symmetric_eigen();
    let mut order: Vec<usize> = (0..13).collect();
    order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
    let wrong = eigen.eigenvectors.select_columns(&[order[0], order[2]]);
    let prepared = prepared.with_start(&Predictor::blank(wrong, 3)).unwrap();
    let fitted = run(&prepared, Method::Descent);
    let found = certificate(&prepared, &fitted);
    let Verdict::Saddle(escape) = found.verdict else { panic!("{found}") };
    let value = |place: usize| eigen.eigenvalues[order[place]];
    let (curvature, gain) = (2.0 * (value(2) - value(1)), (value(1) - value(2)) / eigen.eigenvalues.sum());
    let expected = curvature / eigen.eigenvalues.sum();
    assert!((escape.curvature - expected).abs() <= 0.01 * expected.abs(), "{escape:?} {expected}");
    assert!(escape.fall > gain / 2.0 && escape.fall <= gain + 1e-9, "{escape:?} {gain}");
    let best = prepare(default().weight(1.0), &data);
    assert_eq!(certificate(&best, &run(&best, Method::Descent)).verdict, Verdict::Minimum);
}

/// Samples that are their own mirror images in the second feature: the first axis is stationary, whatever it misses.
#[test]
fn a_symmetric_start_leads_to_a_saddle() {
    let (x, labels): (Vec<[f64; 2]>, Vec<usize>) = (0..60)
        .map(|i| {
            let (side, place) = (if i % 2 == 0 { 1.0 } else { -1.0 }, (i / 2) as f64);
            ([0.5 * place.sin() + if i < 30 { 0.3 } else { -0.3 }, side * (2.0 + place.cos())], usize::from(i < 30))
        })
        .unzip();
    let x = DMatrix::from_fn(2, 60, |i, j| x[j][i]);
    let data = (x, labels);
    let builder = || default().components(1).weight(0.9).scale(Scale::Center);
    let prepared = prepare(builder(), &data);
    let start = Predictor::blank(DMatrix::from_column_slice(2, 1, &[1.0, 0.0]), 2);
    let prepared = prepared.with_start(&start).unwrap();
    let fitted = run(&prepared, Method::Descent);
    let found = certificate(&prepared, &fitted);
    let Verdict::Saddle(escape) = found.verdict else { panic!("{found}") };
    let lowest = fit(builder(), &data, Method::Descent);
    let gap = fitted.report.objective - lowest.report.objective;
    assert!(escape.fall > 0.0 && escape.fall <= gap + 1e-9, "{escape:?} {gap}");
}

#[test]
fn what_cannot_be_certified_says_why() {
    let why = |prepared: &Prepared<f64>, method: Method| match certificate(prepared, &run(prepared, method)).verdict {
        Verdict::Undecided(why) => why,
        other => panic!("{other:?}"),
    };
    let linear = prepare(default(), &iris());
    assert!(why(&linear, Method::TwoStage).contains("not stationary"));
    let layered = prepare(default().hidden(&[3]), &iris());
    assert!(why(&layered, Method::TwoStage).contains("no function is minimised"));
    let ball = prepare(default().constraint(Constraint::Ball).weight(0.0), &iris());
    let certificate = certificate(&ball, &run(&ball, Method::Descent));
    assert!(!matches!(certificate.verdict, Verdict::Saddle(_)), "{certificate}");
    let unattained = prepare(default().ridge(0.0).constraint(Constraint::UnitNorm), &iris());
    assert!(why(&unattained, Method::Descent).contains("no minimiser"));
}

#[test]
fn hidden_layers_through_which_the_loss_reaches_are_certified() {
    let builder =
        default().components(1).hidden(&[3]).reach(Reach::Through).weight(0.2).layer_ridge(0.05).tolerance(1e-8);
    let prepared = prepare(builder.max_iterations(20_000), &classes(3, 40, 2, 1));
    let fitted = run(&prepared, Method::Descent);
    let found = certificate(&prepared, &fitted);
    assert_eq!((&found.verdict, found.symmetries), (&Verdict::Minimum, 1), "{found} {:?}", fitted.report);
}
