//! A fit, from arrays to arrays.

use crate::arrays::{Compressed, Number, dense, matrix, sparse};
use crate::choices::{Choices, Conditions};
use crate::failure::raised;
use crate::framework::Stash;
use crate::model::{arrays, model};
use crate::ranks::{Comm, ranks};
use crate::worker::{Asks, work};
use admm::Error;
use admm::ranks::{Ranks, any, gather};
use admm_solvers::data::{Features, Targets};
use admm_solvers::joint::{Fitted, Model, Moment, Prepared};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// The knowledge of Python about the samples: the targets, the number of classes, the weights, and the model to start
/// from.
type Given<'a, 'py> = (&'a Bound<'py, PyAny>, usize, Option<&'a Bound<'py, PyAny>>, Option<&'a Bound<'py, PyDict>>);

/// The arrays of a model, what is known of its fit, and the exception that ended it, if one did.
type Ended<'py> = (Bound<'py, PyDict>, Bound<'py, PyDict>, Option<PyErr>);

/// Fits a model to X: an array (n×d), or the parts of a matrix in compressed rows.
///
/// The targets are class numbers (n) below `classes`, or numbers (n×q) of the type of X.
/// `choices` is the JSON of the parameters. The observer is called with the JSON of each iteration, and a true value
/// from it ends the fit. If an exception ends it, the model is the best one up to there. `comm` connects the processes
/// that share the samples.
#[pyfunction]
#[pyo3(signature = (x, targets, classes, choices, *, weights=None, start=None, observer=None, comm=None))]
#[allow(clippy::too_many_arguments)]
pub fn fit<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    targets: &Bound<'py, PyAny>,
    classes: usize,
    choices: &str,
    weights: Option<&Bound<'py, PyAny>>,
    start: Option<&Bound<'py, PyDict>>,
    observer: Option<Py<PyAny>>,
    comm: Comm,
) -> PyResult<Ended<'py>> {
    let stash = Stash::default();
    let with = (ranks(comm, &stash), observer);
    let ended = in_any_precision(py, x, (targets, classes, weights, start), choices, with);
    ended.map_err(|error| stash.raised(py, "in comm").unwrap_or(error))
}

/// The processes that share the samples, and the observer of this one.
type Watched = (Arc<dyn Ranks>, Option<Py<PyAny>>);

fn in_any_precision<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    choices: &str,
    with: Watched,
) -> PyResult<Ended<'py>> {
    let choices: Choices = serde_json::from_str(choices).map_err(|error| PyValueError::new_err(error.to_string()))?;
    if let Ok(x) = x.extract::<PyReadonlyArray2<'_, f32>>() {
        in_precision(py, dense::<f32>(&x)?, given, choices, with)
    } else if let Ok(x) = x.extract::<PyReadonlyArray2<'_, f64>>() {
        in_precision(py, dense::<f64>(&x)?, given, choices, with)
    } else if let Ok(x) = x.extract::<Compressed<'_, f32>>() {
        in_precision(py, sparse::<f32>(&x)?, given, choices, with)
    } else {
        let x = x.extract::<Compressed<'_, f64>>()?;
        in_precision(py, sparse::<f64>(&x)?, given, choices, with)
    }
}

fn in_precision<'py, T: Number>(
    py: Python<'py>,
    x: Features<T>,
    (given, classes, weights, start): Given<'_, 'py>,
    choices: Choices,
    (ranks, observer): Watched,
) -> PyResult<Ended<'py>> {
    let problem = Fit {
        x,
        targets: targets(given, classes)?,
        weights: weights
            .map(|weights| Ok::<_, PyErr>(weights.extract::<PyReadonlyArray1<'_, T>>()?.as_slice()?.to_vec()))
            .transpose()?,
        start: start.map(model).transpose()?,
        choices,
        ranks,
    };
    let watched = observer.is_some();
    let (found, ended_by) = work(
        py,
        move |asks| problem.run(asks, watched),
        |entry| match &observer {
            Some(observer) => observer.bind(py).call1((entry,))?.is_truthy(),
            None => Ok(false),
        },
    )?;
    let (fitted, variances, warnings) = found.map_err(raised)?;
    let facts = PyDict::new(py);
    facts.set_item("report", json(&fitted.report)?)?;
    facts.set_item("history", json(&fitted.history)?)?;
    facts.set_item("explained", variances)?;
    facts.set_item("warnings", warnings)?;
    facts.set_item("collapse", fitted.report.collapse())?;
    Ok((arrays(py, fitted.model)?, facts, ended_by))
}

/// Class numbers, or numbers of several targets.
fn targets<T: Number>(of: &Bound<'_, PyAny>, classes: usize) -> PyResult<Targets<T>> {
    if let Ok(numbers) = of.extract::<PyReadonlyArray2<'_, T>>() {
        return Ok(matrix(&numbers)?.into());
    }
    let class =
        |&label: &i64| usize::try_from(label).map_err(|_| PyValueError::new_err("y has a negative class number"));
    let labels = of.extract::<PyReadonlyArray1<'_, i64>>()?;
    let labels: Vec<usize> = labels.as_slice()?.iter().map(class).collect::<PyResult<_>>()?;
    Targets::classes(&labels, classes).map_err(raised)
}

fn json(of: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(of).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// All that a fit needs, so that it can go on in a thread of its own.
struct Fit<T: Number> {
    x: Features<T>,
    targets: Targets<T>,
    weights: Option<Vec<T>>,
    start: Option<Model<T>>,
    choices: Choices,
    ranks: Arc<dyn Ranks>,
}

/// A fit, the shares of the variance that its columns explain, and the warnings about the data.
type Found<T> = admm::Result<(Fitted<T>, Vec<f64>, Vec<String>)>;

impl<T: Number> Fit<T> {
    fn run(self, asks: &Asks, watched: bool) -> Found<T> {
        let (method, conditions) = (self.choices.method, self.choices.certificate);
        let ranks = self.ranks;
        let model = self.choices.model(ranks.clone());
        // A rank that cannot begin tells the others.
        gather(&*ranks, model.as_ref().map(drop).map_err(Error::clone))?;
        let model = model?;
        let mut prepared: Prepared<T> = model.prepare_targets(self.x, self.targets, self.weights.as_deref())?;
        if let Some(start) = &self.start {
            prepared = prepared.with_model(start)?;
        }
        let mut observer = |moment: &Moment<'_>| {
            let entry = watched.then(|| serde_json::to_string(&**moment).unwrap_or_default());
            asks.goes_on(entry)
        };
        let mut fitted = prepared.fit(method, &mut observer)?;
        if !any(&*ranks, Ok(asks.is_over()))? {
            let over = asks.over();
            fitted = prepared.other_starts(fitted, &|| over.load(Relaxed))?;
        }
        if conditions == Conditions::SecondOrder && !any(&*ranks, Ok(asks.is_over()))? {
            fitted.report.second_order = Some(prepared.second_order(&fitted.model)?);
        }
        let explained = prepared.explained_by_columns(&fitted.model)?;
        Ok((fitted, explained, prepared.warnings()))
    }
}
