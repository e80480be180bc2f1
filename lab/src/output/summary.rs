//! The figures of a method, as the table, JSON and CSV show them.

use admm::Status;
use admm::certificate::Certificate;
use admm_solvers::joint::{Method, Progress, Report, StartEnd};
use admm_solvers::loss::Loss;
use admm_solvers::second_order::SecondOrder;
use serde::{Serialize, Serializer};

use crate::prediction::Prediction;

/// One object of `summary.json`, one row of the table.
#[derive(Debug, Clone, Serialize)]
pub struct MethodSummary {
    pub method: Method,
    pub status: Status,
    pub objective: f64,
    pub variance_explained: f64,
    /// The name of the loss, absent for the softmax.
    #[serde(rename = "loss", serialize_with = "loss_name", skip_serializing_if = "is_softmax")]
    pub prediction: Prediction,
    /// The mean loss, if it is the cross-entropy of the softmax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_entropy: Option<f64>,
    /// The mean loss, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_loss: Option<f64>,
    pub train_error: f64,
    pub test_error: Option<f64>,
    pub iterations: u64,
    pub passes: u64,
    pub polish: u64,
    pub seconds: f64,
    pub stationarity: f64,
    pub feasibility: f64,
    pub primal_residual: f64,
    pub dual_residual: f64,
    pub rho: f64,
    pub certificate: Certificate,
    /// Absent where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_order: Option<SecondOrder>,
    pub n: usize,
    pub d: usize,
    pub k: usize,
    /// Absent where targets are numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    /// Absent where targets are classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<usize>,
    pub seed: u64,
    /// Absent without hidden layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation_ratio: Option<f64>,
    /// Absent without `--starts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<StartEnd>,
}

impl MethodSummary {
    /// Adds what the library does not know to its report.
    pub fn new(report: &Report, prediction: Prediction, test_error: Option<f64>, seed: u64) -> Self {
        let &Report { method, status, objective, variance_explained, prediction_loss, .. } = report;
        let &Report { training_error, iterations, passes, polish, seconds, stationarity, feasibility, .. } = report;
        let &Report { primal_residual, dual_residual, rho, n, d, k, outputs, .. } = report;
        let softmax = prediction.loss == Loss::Softmax;
        Self {
            method,
            status,
            objective,
            variance_explained,
            prediction,
            cross_entropy: softmax.then_some(prediction_loss),
            prediction_loss: (!softmax).then_some(prediction_loss),
            train_error: training_error,
            test_error,
            iterations,
            passes,
            polish,
            seconds,
            stationarity,
            feasibility,
            primal_residual,
            dual_residual,
            rho,
            certificate: report.certificate.clone(),
            second_order: report.second_order.clone(),
            n,
            d,
            k,
            classes: (!prediction.numbers).then_some(outputs),
            targets: prediction.numbers.then_some(outputs),
            seed,
            participation_ratio: report.participation,
            starts: report.starts.clone(),
        }
    }
}

fn is_softmax(prediction: &Prediction) -> bool {
    prediction.loss == Loss::Softmax
}

fn loss_name<S: Serializer>(prediction: &Prediction, to: S) -> Result<S::Ok, S::Error> {
    prediction.loss.serialize(to)
}

/// `history.csv`: a line for each iteration of each method, with the participation ratio of hidden layers if there are
/// any.
pub fn history_csv<'a>(histories: impl IntoIterator<Item = (Method, &'a [Progress])>) -> String {
    let histories: Vec<_> = histories.into_iter().collect();
    let layered = histories.iter().flat_map(|(_, history)| *history).any(|progress| progress.participation.is_some());
    let named = if layered { "participation_ratio," } else { "" };
    let mut text = format!(
        "method,iteration,objective,augmented_lagrangian,primal_residual,dual_residual,rho,passes,{named}seconds\n"
    );
    let known = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:?}"));
    for (method, history) in histories {
        for progress in history {
            let &Progress { iteration, primal_residual, dual_residual, rho, passes, seconds, .. } = progress;
            let (objective, augmented) = (known(progress.objective), known(progress.augmented_lagrangian));
            let ratio = if layered { known(progress.participation) + "," } else { String::new() };
            text += &format!(
                "{method},{iteration},{objective},{augmented},{primal_residual:?},{dual_residual:?},{rho:?},{passes},{ratio}{seconds:.6}\n"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_keeps_every_digit() {
        let mut first = Progress::default();
        (first.iteration, first.augmented_lagrangian, first.rho) = (1, Some(0.5), 1.0);
        (first.primal_residual, first.dual_residual) = (1e-300, 0.1);
        (first.passes, first.seconds) = (2, 0.25);
        let mut second = first;
        (second.iteration, second.objective) = (2, Some(1.0 / 3.0));
        let text = history_csv([(Method::TwoStage, &[first, second][..])]);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines[0], "two-stage,1,,0.5,1e-300,0.1,1.0,2,0.250000");
        assert_eq!(lines[1], "two-stage,2,0.3333333333333333,0.5,1e-300,0.1,1.0,2,0.250000");
        second.participation = Some(4.25);
        let text = history_csv([(Method::TwoStage, &[first, second][..])]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].ends_with(",passes,participation_ratio,seconds") && lines[1].ends_with(",2,,0.250000"));
        assert!(lines[2].ends_with(",2,4.25,0.250000"));
    }
}
