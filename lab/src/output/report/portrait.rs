//! A fitted model as figures see it: in double precision, with its samples.

use admm_solvers::Scalar;
use admm_solvers::joint::{Fitted, Method};
use nalgebra::DMatrix;

use crate::data::Labelled;

/// A model and what it makes of the data.
#[derive(Debug, Clone)]
pub struct Portrait {
    /// The method that found the model.
    pub method: Method,
    /// The loadings W, d×k, or p×k for p hidden units.
    pub loadings: DMatrix<f64>,
    /// True if the loadings are those of hidden units.
    pub layered: bool,
    /// Samples that it learnt from.
    pub train: View,
    /// The samples that it is judged on.
    pub test: Option<View>,
}

/// Samples through a model.
#[derive(Debug, Clone)]
pub struct View {
    /// The components of the samples, k×n.
    pub components: DMatrix<f64>,
    /// The true classes.
    pub labels: Vec<usize>,
    /// The classes that the model says.
    pub predicted: Vec<usize>,
    /// True and predicted targets (q×n), if they are numbers.
    pub numbers: Option<(DMatrix<f64>, DMatrix<f64>)>,
    /// The number of all samples, of which some are shown.
    pub total: usize,
}

/// The distance between samples to look at: at most 2000, or fewer where they are long, evenly from first to last.
pub fn every(d: usize, n: usize) -> usize {
    let most = 2000.min((1 << 24) / d.max(1)).max(1);
    n.div_ceil(most).max(1)
}

impl Portrait {
    /// Makes the portrait of a fit.
    ///
    /// # Errors
    /// Samples that are not the model's.
    pub fn of<T: Scalar>(
        fitted: &Fitted<T>,
        train: &Labelled<DMatrix<T>>,
        test: Option<&Labelled<DMatrix<T>>>,
    ) -> admm::Result<Self> {
        let view = |samples: &Labelled<DMatrix<T>>, total: usize| {
            Ok::<_, admm::Error>(View {
                components: fitted.transform(&samples.x)?.map(|value| value.to_f64()),
                labels: samples.labels.clone(),
                predicted: match samples.numbers {
                    Some(_) => samples.labels.clone(),
                    None => fitted.predict(&samples.x)?,
                },
                numbers: numbers(fitted, samples)?,
                total,
            })
        };
        Ok(Portrait {
            method: fitted.report.method,
            loadings: fitted.weights.v.map(|value| value.to_f64()),
            layered: fitted.network.is_some(),
            train: view(train, fitted.report.n)?,
            test: test.map(|test| view(test, test.labels.len())).transpose()?,
        })
    }
}

impl View {
    /// Returns the confusion matrix of the model: the numbers of samples of each class (row) put in each class
    /// (column).
    pub fn confusion(&self, classes: usize) -> DMatrix<usize> {
        confusion(&self.labels, &self.predicted, classes)
    }
}

/// True and predicted targets, if they are numbers.
fn numbers<T: Scalar>(
    fitted: &Fitted<T>,
    samples: &Labelled<DMatrix<T>>,
) -> admm::Result<Option<(DMatrix<f64>, DMatrix<f64>)>> {
    let Some(y) = &samples.numbers else { return Ok(None) };
    Ok(Some((y.clone(), fitted.predict_values(&samples.x)?.map(|value| value.to_f64()))))
}

/// Returns the confusion matrix: the numbers of samples of each class (row) put in each class (column).
pub fn confusion(labels: &[usize], predicted: &[usize], classes: usize) -> DMatrix<usize> {
    let mut counts = DMatrix::zeros(classes, classes);
    labels.iter().zip(predicted).for_each(|(&label, &predicted)| counts[(label, predicted)] += 1);
    counts
}
