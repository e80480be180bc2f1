//! Fitted models: what they make of samples, and their files.

use crate::arrays::{Number, array, matrix};
use crate::failure::raised;
use admm::nalgebra::{DMatrix, DVector};
use admm_solvers::data::Scaler;
use admm_solvers::joint::{Model, Names};
use admm_solvers::loss::{Classifier, Loss};
use admm_solvers::network::{Activation, Architecture, Trained};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// The samples that are scaled at a time.
const CHUNK: usize = 4096;

/// The arrays of a model by their names in its file: `mean` (d), `scale` (d), `weights` (k×d), `classifier` (c×k) and
/// `bias` (c). `layers` is a list of weights (units×inputs) and bias (units), and `activation` the name of the function.
///
/// # Errors
/// A model of another loss than the cross-entropy.
pub fn arrays<T: Number>(py: Python<'_>, model: Model<T>) -> PyResult<Bound<'_, PyDict>> {
    let Model { scaler, network, weights: Classifier { v, b, bias }, loss, targets } = model;
    if loss != Some(Loss::Softmax) || targets.is_some() {
        let loss = loss.map_or("a loss of its own".into(), |loss| format!("the loss {loss}"));
        return Err(PyValueError::new_err(format!("the model has {loss}: the estimator takes softmax")));
    }
    let vector = |of: Vec<T>| PyArray1::from_vec(py, of);
    let parts = PyDict::new(py);
    parts.set_item("mean", vector(scaler.mean.data.into()))?;
    parts.set_item("scale", vector(scaler.scale.data.into()))?;
    parts.set_item("weights", array(py, v)?)?;
    // B is k×c, and a row of the classifier is a class.
    parts.set_item("classifier", array(py, b)?)?;
    parts.set_item("bias", vector(bias.data.into()))?;
    let (layers, activation) = match network {
        None => (Vec::new(), Activation::default()),
        Some(Trained { architecture: Architecture::Layers(activation), parameters }) => (parameters, activation),
        Some(_) => return Err(PyValueError::new_err("the model has a network of its own: the estimator takes layers")),
    };
    let layer = |layer: &[DMatrix<T>]| Ok((array(py, layer[0].clone())?, vector(layer[1].as_slice().to_vec())));
    parts.set_item("layers", layers.chunks_exact(2).map(layer).collect::<PyResult<Vec<_>>>()?)?;
    parts.set_item("activation", activation.to_string())?;
    Ok(parts)
}

fn part<'py, P: for<'a> FromPyObject<'a, 'py>>(parts: &Bound<'py, PyDict>, name: &str) -> PyResult<P> {
    let value = parts.get_item(name)?.ok_or_else(|| PyTypeError::new_err(format!("the model has no `{name}`")))?;
    value.extract().map_err(|_| PyTypeError::new_err(format!("`{name}` of the model is not such an array")))
}

/// The model of its arrays.
pub fn model<T: Number>(parts: &Bound<'_, PyDict>) -> PyResult<Model<T>> {
    let vector =
        |of: PyReadonlyArray1<'_, T>| -> PyResult<DVector<T>> { Ok(DVector::from_column_slice(of.as_slice()?)) };
    let column = |of: PyReadonlyArray1<'_, T>| -> PyResult<DMatrix<T>> {
        Ok(DMatrix::from_column_slice(of.len(), 1, of.as_slice()?))
    };
    let layers: Vec<(PyReadonlyArray2<'_, T>, PyReadonlyArray1<'_, T>)> = part(parts, "layers")?;
    let mut parameters = Vec::with_capacity(2 * layers.len());
    for (weights, bias) in layers {
        parameters.extend([matrix(&weights)?, column(bias)?]);
    }
    let activation: String = part(parts, "activation")?;
    let activation =
        serde_json::from_value(activation.into()).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let trained = Trained { architecture: Architecture::Layers(activation), parameters };
    Ok(Model {
        scaler: Scaler { mean: vector(part(parts, "mean")?)?, scale: vector(part(parts, "scale")?)? },
        network: (!trained.parameters.is_empty()).then_some(trained),
        weights: Classifier {
            v: matrix(&part(parts, "weights")?)?,
            b: matrix(&part(parts, "classifier")?)?,
            bias: column(part(parts, "bias")?)?,
        },
        loss: Some(Loss::Softmax),
        targets: None,
    })
}

/// The result of a function of a model for the rows of X, chunk by chunk.
fn by_chunks<'py, T: Number>(
    py: Python<'py>,
    x: &PyReadonlyArray2<'py, T>,
    rows: usize,
    of: impl Fn(&DMatrix<T>) -> admm::Result<DMatrix<T>> + Send + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let (n, d) = (x.dims()[0], x.dims()[1]);
    let numbers = x.as_slice()?;
    let made = py.detach(|| {
        let mut made = Vec::with_capacity(n * rows);
        for chunk in numbers.chunks((CHUNK * d).max(1)) {
            made.extend_from_slice(of(&DMatrix::from_column_slice(d, chunk.len() / d.max(1), chunk))?.as_slice());
        }
        Ok(made)
    });
    Ok(PyArray1::from_vec(py, made.map_err(raised)?).reshape([n, rows])?.into_any())
}

macro_rules! in_either_precision {
    ($parts:ident, $x:ident, |$model:ident, $array:ident| $code:expr) => {
        if let Ok($array) = $x.extract::<PyReadonlyArray2<'_, f32>>() {
            let $model = model::<f32>($parts)?;
            $code
        } else {
            let ($model, $array) = (model::<f64>($parts)?, $x.extract::<PyReadonlyArray2<'_, f64>>()?);
            $code
        }
    };
}

/// The components (n×k) of the rows of X (n×d), which has the type of the model.
#[pyfunction]
pub fn transform<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    in_either_precision!(parts, x, |model, x| by_chunks(py, &x, model.weights.v.ncols(), |x| model.transform(x)))
}

/// The probabilities (n×c) of the classes of the rows of X (n×d).
#[pyfunction]
pub fn predict_proba<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    in_either_precision!(parts, x, |model, x| by_chunks(py, &x, model.weights.bias.len(), |x| model.predict_proba(x)))
}

/// The samples (n×d) whose components are the rows of Z (n×k).
#[pyfunction]
pub fn inverse_transform<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    z: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    in_either_precision!(parts, z, |model, z| by_chunks(py, &z, model.scaler.mean.len(), |z| {
        model.inverse_transform(z)
    }))
}

/// The bytes of a model file.
#[pyfunction]
pub fn to_bytes<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    features: Vec<String>,
    classes: Vec<String>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (names, mean) = (Names::new(features, classes), parts.get_item("mean")?);
    let single = mean.is_some_and(|mean| mean.extract::<PyReadonlyArray1<'_, f32>>().is_ok());
    let bytes = if single { model::<f32>(parts)?.to_bytes(&names) } else { model::<f64>(parts)?.to_bytes(&names) };
    Ok(PyBytes::new(py, &bytes.map_err(raised)?))
}

/// The arrays of a model file, and the names of its features and classes.
#[pyfunction]
pub fn from_bytes<'py>(
    py: Python<'py>,
    bytes: &[u8],
    single: bool,
) -> PyResult<(Bound<'py, PyDict>, Vec<String>, Vec<String>)> {
    let (parts, names) = if single {
        let (model, names) = Model::<f32>::from_bytes(bytes).map_err(raised)?;
        (arrays(py, model)?, names)
    } else {
        let (model, names) = Model::<f64>::from_bytes(bytes).map_err(raised)?;
        (arrays(py, model)?, names)
    };
    Ok((parts, names.features, names.classes))
}
