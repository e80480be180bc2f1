//! The squared head reaches the best known objectives on real data with default settings, or lower ones. Where they come from: the best
//! of six starts of an independent method, gradient ≤ 1e-8.

use super::scores;
use crate::data::Random;
use admm::Status;
use admm_solvers::joint::{JointModel, Method, Model};
use admm_solvers::loss::{Loss, Predictor};
use nalgebra::DMatrix;
use std::ops::ControlFlow;

/// X and Y of a table with a header whose last q columns are the targets.
fn parse(text: &str, q: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect())
        .collect();
    let d = rows[0].len() - q;
    let part = |first: usize, count: usize| DMatrix::from_fn(count, rows.len(), |i, j| rows[j][first + i]);
    (part(0, d), part(d, q))
}

/// The objective of a model and the share of the variance that it explains, for μ = 10⁻².
fn by_definition(x: &DMatrix<f64>, y: &DMatrix<f64>, weight: f64, model: &Model<f64>) -> (f64, f64) {
    let (z, y, Predictor { v, b, bias }) = (scores(x), scores(y), &model.weights);
    let reduced = v.transpose() * &z;
    let explained = reduced.norm_squared() / z.norm_squared();
    let mut error = b.transpose() * reduced - y;
    error.column_iter_mut().for_each(|mut column| column += bias.column(0));
    let loss = error.norm_squared() / (2.0 * x.ncols() as f64) + 0.005 * b.norm_squared();
    (weight * (1.0 - explained) + (1.0 - weight) * loss, explained)
}

fn reaches(name: &str, (x, y): &(DMatrix<f64>, DMatrix<f64>), rows: &[(f64, f64, f64)]) {
    for &(weight, best, variance) in rows {
        let model = JointModel::builder().loss(Loss::Squared).weight(weight).build().unwrap();
        let prepared = model.prepare_targets(x, y, None).unwrap();
        for method in [Method::Admm, Method::Descent] {
            let fitted = prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap();
            let report = &fitted.report;
            let gap = (report.objective - best) / best;
            println!(
                "{name} {weight} {method}: gap {gap:.1e} stationarity {:.1e} iterations {} passes {} {}",
                report.stationarity, report.iterations, report.passes, report.status
            );
            assert_eq!(report.status, Status::Converged);
            assert!(gap <= 1e-6, "{name} λ={weight} {method}: {} against {best}", report.objective);
            let (value, explained) = by_definition(x, y, weight, &fitted);
            assert!(
                (report.objective - value).abs() <= 1e-10 && (report.variance_explained - explained).abs() <= 1e-10
            );
            assert!(report.stationarity <= 1e-5 && report.feasibility <= 1e-12, "{report:?}");
            // The best known value may be that of a local minimum, and a lower one is that of another.
            assert!(gap < -1e-6 || (report.variance_explained - variance).abs() <= 2e-5, "{report:?}");
        }
    }
}

#[test]
fn diabetes() {
    let data = parse(include_str!("../../../lab/data/diabetes.csv"), 1);
    let rows = [(0.9, 0.4358256773, 0.551229), (0.5, 0.3667978583, 0.518260), (0.1, 0.2689668395, 0.503752)];
    reaches("diabetes", &data, &rows);
}

fn residential_data() -> (DMatrix<f64>, DMatrix<f64>) {
    let folder = std::env::var_os("ADMM_DATA").expect("ADMM_DATA names no folder");
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("residential/residential.csv")).unwrap();
    parse(&text, 2)
}

#[test]
#[ignore = "needs ADMM_DATA"]
fn residential() {
    let rows = [(0.9, 0.3003522711, 0.719476), (0.5, 0.2198090430, 0.660833), (0.1, 0.1233970908, 0.653910)];
    reaches("residential", &residential_data(), &rows);
}

/// The regression of Ritchie et al. (arXiv 2011.05309, Table III) on the residential buildings at r = 2: over random
/// splits of 80 to 20, λ by cross-validation, the mean squared error of the standardised targets is .070 there. It is
/// .0732 here.
#[test]
#[ignore = "needs ADMM_DATA"]
fn the_protocol_of_ritchie_on_residential() {
    let (x, y) = residential_data();
    let n = x.ncols();
    let mut errors = Vec::new();
    for seed in 0..10 {
        let order = Random::new(seed).order(n);
        let (test, train) = order.split_at(n / 5);
        let held_out = |weight: f64| {
            let folds = (0..5).map(|fold| {
                let (out, kept): (Vec<_>, Vec<_>) = (0..train.len()).partition(|at| at % 5 == fold);
                let of = |places: Vec<usize>| places.into_iter().map(|at| train[at]).collect::<Vec<_>>();
                error(&x, &y, &of(kept), &of(out), weight)
            });
            folds.sum::<f64>() / 5.0
        };
        let grid = [1.0, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.03, 0.0];
        let judged = grid.map(|weight| (held_out(weight), weight));
        let (_, best) = judged.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        errors.push(error(&x, &y, train, test, best));
        println!("split {seed}: λ = {best}, mean squared error {:.4}", errors[seed as usize]);
    }
    let mean = errors.iter().sum::<f64>() / 10.0;
    println!("mean {mean:.4}");
    assert!((mean - 0.070).abs() <= 0.02, "{mean}");
}

/// ‖Y − Ŷ‖²/n over some samples, in deviations of the training samples, of a fit to others. It sums over both targets.
/// So does the code of LSPCA: `norm(Ŷ − Y, 'fro')^2 / ntest` in RegressionComparison_cv_dim.m, with targets that
/// center_data.m divides by their deviation in training (github.com/WEIYujie1996/LSPCA, a public copy).
fn error(x: &DMatrix<f64>, y: &DMatrix<f64>, train: &[usize], test: &[usize], weight: f64) -> f64 {
    let of = |of: &DMatrix<f64>, samples: &[usize]| of.select_columns(samples);
    let model = JointModel::builder().loss(Loss::Squared).weight(weight).ridge(1e-3).tolerance(1e-4);
    let model = model.method(Method::Descent).max_iterations(300).build().unwrap();
    let fitted = model.fit_targets(of(x, train), of(y, train)).unwrap();
    let mut missed = fitted.predict_values(&of(x, test)).unwrap() - of(y, test);
    let scale = &fitted.targets.as_ref().unwrap().scale;
    missed.column_iter_mut().for_each(|mut column| column.component_div_assign(scale));
    missed.norm_squared() / missed.ncols() as f64
}
