//! The joint model: what its objective, its methods and its models satisfy.

mod ball;
mod certificate;
mod choices;
mod ends;
mod everywhere;
mod models;
mod normalised;
mod optima;
mod rounding;
mod runs;
mod second_order;
mod starts;
mod symmetries;
mod unattained;
mod unscaled;
mod weighted;

use admm::Exec;
use admm_solvers::data::Samples;
use admm_solvers::joint::{Builder, Fitted, JointModel, JointObjective, Method, Prepared};
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::{Covariance, VarianceLoss};
use nalgebra::DMatrix;
use std::ops::ControlFlow;
use std::sync::Arc;

type Labelled = (DMatrix<f64>, Vec<usize>);

fn count(labels: &[usize]) -> usize {
    labels.iter().max().unwrap() + 1
}

fn prepare(builder: Builder, (x, labels): &Labelled) -> Prepared<f64> {
    builder.build().unwrap().prepare(x, labels, count(labels), None).unwrap()
}

fn run(prepared: &Prepared<f64>, method: Method) -> Fitted<f64> {
    prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn fit(builder: Builder, data: &Labelled, method: Method) -> Fitted<f64> {
    run(&prepare(builder, data), method)
}

fn default() -> Builder {
    JointModel::builder()
}

/// The objective in plain loops, for scaled samples with weights.
fn naive(x: &DMatrix<f64>, labels: &[usize], weights: &[f64], (weight, ridge): (f64, f64), at: &Predictor<f64>) -> f64 {
    let reduced = at.v.transpose() * x;
    let (mut lost, mut total, mut prediction) = (0.0, 0.0, 0.0);
    for (i, &share) in weights.iter().enumerate() {
        total += share * x.column(i).norm_squared();
        lost += share * (x.column(i).norm_squared() - reduced.column(i).norm_squared());
        let logits = at.b.transpose() * reduced.column(i) + at.bias.column(0);
        prediction += share * (logits.map(f64::exp).sum().ln() - logits[labels[i]]);
    }
    weight * lost / total + (1.0 - weight) * (prediction + ridge / 2.0 * at.b.norm_squared())
}

/// The objective of a model at the data it was fitted on.
fn objective_of(fitted: &Fitted<f64>, (x, labels): &Labelled, parameters: (f64, f64)) -> f64 {
    let n = labels.len();
    naive(&fitted.scaler.apply(x).unwrap(), labels, &vec![1.0 / n as f64; n], parameters, &fitted.weights)
}

/// L₂ with the default ridge.
fn second_loss(fitted: &Fitted<f64>) -> f64 {
    fitted.report.prediction_loss + 0.005 * fitted.weights.b.norm_squared()
}

/// The pieces of the objective, on centred samples.
fn objective(x: DMatrix<f64>, labels: &[usize], weights: Vec<f64>, weight: f64) -> JointObjective<f64> {
    let samples = Samples::new(x, labels, weights, count(labels), Exec::Serial).unwrap();
    let variance = VarianceLoss { covariance: Arc::new(Covariance::of(&samples).unwrap()), weight };
    JointObjective { variance, prediction: PredictionLoss::softmax(samples, 0.01, 1.0 - weight) }
}
