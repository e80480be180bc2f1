//! Figures of the agreement of predictions with targets that are numbers, target by target.

use nalgebra::DMatrix;
use serde::Serialize;

use crate::prediction::Prediction;

/// The figures of one target.
#[derive(Debug, Clone, Serialize)]
pub struct Agreement {
    /// The name of the target.
    pub target: String,
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of a value, or of a label.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// The figures of a value or a count.
    Value {
        r2: f64,
        /// The root of the mean squared error, in the unit of the target.
        rmse: f64,
        /// The mean absolute error.
        mae: f64,
    },
    /// The figures of a label, by weight: the shares of the samples that have it, and have it predicted.
    Label {
        accuracy: f64,
        /// The share of those predicted to have the label that have it; 1 where it is predicted of none.
        precision: f64,
        /// The share of those that have the label of which it is predicted.
        recall: f64,
        share: f64,
    },
}

/// Rows of text with their headings.
pub struct AgreementTable {
    pub headings: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The figures of each target (q×n), where samples count by weight if they have some.
pub fn agreements(
    prediction: Prediction,
    targets: &[String],
    (actual, predicted): (&DMatrix<f64>, &DMatrix<f64>),
    weights: Option<&[f64]>,
) -> Vec<Agreement> {
    let equal = vec![1.0; actual.ncols()];
    let weights = weights.unwrap_or(&equal);
    let of = |(j, target): (usize, &String)| {
        let pairs = || (0..actual.ncols()).map(|i| (actual[(j, i)], predicted[(j, i)], weights[i]));
        let figures = if prediction.is_labels() { label(pairs, prediction.threshold()) } else { value(pairs) };
        Agreement { target: target.clone(), figures }
    };
    targets.iter().enumerate().map(of).collect()
}

/// The same as a table.
pub fn table_of(
    prediction: Prediction,
    targets: &[String],
    actual: &DMatrix<f64>,
    predicted: &DMatrix<f64>,
    weights: Option<&[f64]>,
) -> AgreementTable {
    let headings = if prediction.is_labels() {
        vec!["label", "accuracy", "precision", "recall", "share"]
    } else {
        vec!["target", "R²", "RMSE", "mean |error|"]
    };
    let row = |one: Agreement| {
        let figures = match one.figures {
            Figures::Value { r2, rmse, mae } => vec![format!("{r2:.4}"), digits(rmse), digits(mae)],
            Figures::Label { accuracy, precision, recall, share } => {
                [accuracy, precision, recall, share].map(|figure| format!("{figure:.4}")).to_vec()
            }
        };
        [vec![one.target], figures].concat()
    };
    let rows = agreements(prediction, targets, (actual, predicted), weights).into_iter().map(row).collect();
    AgreementTable { headings: headings.into_iter().map(String::from).collect(), rows }
}

fn digits(value: f64) -> String {
    if (1e-3..1e5).contains(&value) { format!("{value:.4}") } else { format!("{value:.3e}") }
}

fn value<P: Iterator<Item = (f64, f64, f64)>>(pairs: impl Fn() -> P) -> Figures {
    let total: f64 = pairs().map(|(.., weight)| weight).sum();
    let mean = |term: &dyn Fn(f64, f64) -> f64| pairs().map(|(y, z, weight)| weight * term(y, z)).sum::<f64>() / total;
    let centre = mean(&|y, _| y);
    let (squared, whole) = (mean(&|y, z| (y - z).powi(2)), mean(&|y, _| (y - centre).powi(2)));
    let missed = if squared == 0.0 {
        0.0
    } else if whole == 0.0 {
        1.0
    } else {
        squared / whole
    };
    Figures::Value { r2: 1.0 - missed, rmse: squared.sqrt(), mae: mean(&|y, z| (y - z).abs()) }
}

fn label<P: Iterator<Item = (f64, f64, f64)>>(pairs: impl Fn() -> P, threshold: f64) -> Figures {
    let share = |holds: &dyn Fn(bool, bool) -> bool| {
        pairs().filter(|&(y, z, _)| holds(y == 1.0, z > threshold)).map(|(.., weight)| weight).sum::<f64>()
    };
    let of = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    let (both, all) = (share(&|y, z| y && z), share(&|_, _| true));
    Figures::Label {
        accuracy: of(share(&|y, z| y == z), all),
        precision: of(both, share(&|_, z| z)),
        recall: of(both, share(&|y, _| y)),
        share: of(share(&|y, _| y), all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admm_solvers::loss::Loss;

    #[test]
    fn figures_are_those_of_their_definitions() {
        let names = ["a".to_string()];
        let of = |loss, y: &[f64], z: &[f64], weights: Option<&[f64]>| {
            let (y, z) = (DMatrix::from_row_slice(1, y.len(), y), DMatrix::from_row_slice(1, z.len(), z));
            let prediction = Prediction { loss, numbers: true };
            agreements(prediction, &names, (&y, &z), weights).remove(0).figures
        };
        let Figures::Value { r2, rmse, mae } = of(Loss::Squared, &[1.0, 3.0], &[2.0, 3.0], None) else { panic!() };
        assert_eq!((r2, rmse, mae), (0.5, 0.5_f64.sqrt(), 0.5));
        let Figures::Label { accuracy, precision, recall, share } =
            of(Loss::Logistic, &[1.0, 1.0, 0.0, 0.0], &[0.9, 0.2, 0.6, 0.1], Some(&[1.0, 2.0, 1.0, 0.0]))
        else {
            panic!()
        };
        assert_eq!((accuracy, precision, recall, share), (0.25, 0.5, 1.0 / 3.0, 0.75));
    }
}
