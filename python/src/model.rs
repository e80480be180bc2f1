//! Fitted models: what they make of samples, and their files.

use crate::arrays::{Number, array, dense, matrix};
use crate::failure::raised;
use admm::nalgebra::{DMatrix, DVector};
use admm_solvers::data::Scaler;
use admm_solvers::joint::{Model, Names};
use admm_solvers::loss::Predictor;
use admm_solvers::network::{Activation, Architecture, Trained};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// The samples that are scaled at a time.
const CHUNK: usize = 4096;

/// The arrays of a model by their names in its file: `mean` (d), `scale` (d), `weights` (k×d), `classifier` (c×k) and
/// `bias` (c). `layers` is a list of weights (units×inputs) and bias (units), and `activation` the name of the function.
/// `loss` is its name, and `target_mean` and `target_scale` (c) are there where the targets were standardised.
pub fn arrays<T: Number>(py: Python<'_>, model: Model<T>) -> PyResult<Bound<'_, PyDict>> {
    let Model { scaler, network, weights: Predictor { v, b, bias }, loss, targets } = model;
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
    parts.set_item("loss", loss.map(|loss| loss.to_string()))?;
    let (mean, scale) = targets.map(|Scaler { mean, scale }| (mean, scale)).unzip();
    parts.set_item("target_mean", mean.map(|mean| vector(mean.data.into())))?;
    parts.set_item("target_scale", scale.map(|scale| vector(scale.data.into())))?;
    Ok(parts)
}

fn part<'py, P: for<'a> FromPyObject<'a, 'py>>(parts: &Bound<'py, PyDict>, name: &str) -> PyResult<P> {
    let value = parts.get_item(name)?.ok_or_else(|| PyTypeError::new_err(format!("the model has no `{name}`")))?;
    value.extract().map_err(|_| PyTypeError::new_err(format!("`{name}` of the model is not such an array")))
}

fn invalid(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
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
    let (activation, loss): (String, String) = (part(parts, "activation")?, part(parts, "loss")?);
    let activation = serde_json::from_value(activation.into()).map_err(invalid)?;
    let trained = Trained { architecture: Architecture::Layers(activation), parameters };
    let optional = |name| part::<Option<_>>(parts, name)?.map(vector).transpose();
    let (mean, scale) = (optional("target_mean")?, optional("target_scale")?);
    Ok(Model {
        scaler: Scaler { mean: vector(part(parts, "mean")?)?, scale: vector(part(parts, "scale")?)? },
        network: (!trained.parameters.is_empty()).then_some(trained),
        weights: Predictor {
            v: matrix(&part(parts, "weights")?)?,
            b: matrix(&part(parts, "classifier")?)?,
            bias: column(part(parts, "bias")?)?,
        },
        loss: Some(serde_json::from_value(loss.into()).map_err(invalid)?),
        targets: mean.zip(scale).map(|(mean, scale)| Scaler { mean, scale }),
    })
}

/// The result of a function of a model for the rows of X (n×d), in pieces of which each is copied.
fn by_chunks<'py, T: Number>(
    py: Python<'py>,
    x: &PyReadonlyArray2<'py, T>,
    rows: usize,
    of: impl Fn(&DMatrix<T>) -> admm::Result<DMatrix<T>> + Send + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let (samples, n) = (dense(x)?, x.dims()[0]);
    let made = py.detach(|| {
        let mut made = Vec::with_capacity(n * rows);
        for start in (0..n).step_by(CHUNK) {
            made.extend_from_slice(of(&samples.dense(start..(start + CHUNK).min(n)))?.as_slice());
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

/// The logits (n×c) of the rows of X (n×d).
#[pyfunction]
pub fn logits<'py>(py: Python<'py>, parts: &Bound<'py, PyDict>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    in_either_precision!(parts, x, |model, x| by_chunks(py, &x, model.weights.bias.len(), |x| model.logits(x)))
}

/// The predictions (n×c) for the rows of X (n×d): means, rates, probabilities of classes or labels, and logits for the
/// squared hinge.
#[pyfunction]
pub fn predict_values<'py>(
    py: Python<'py>,
    parts: &Bound<'py, PyDict>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    in_either_precision!(parts, x, |model, x| by_chunks(py, &x, model.weights.bias.len(), |x| model.predict_values(x)))
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

/// The names in a model file: those of the features, those of the classes or targets, true if these are targets that are
/// numbers, and the JSON of the encoding of tables, if there is one.
type FileNames = (Vec<String>, Vec<String>, bool, Option<String>);

/// The bytes of a model file.
#[pyfunction]
pub fn to_bytes<'py>(py: Python<'py>, parts: &Bound<'py, PyDict>, names: FileNames) -> PyResult<Bound<'py, PyBytes>> {
    let (features, classes, numbers, encoding) = names;
    let encoding = encoding.map(|encoding| serde_json::from_str(&encoding).map_err(invalid)).transpose()?;
    let mut names = Names::new(features, classes);
    (names.numbers, names.encoding) = (numbers, encoding);
    let mean = parts.get_item("mean")?;
    let single = mean.is_some_and(|mean| mean.extract::<PyReadonlyArray1<'_, f32>>().is_ok());
    let bytes = if single { model::<f32>(parts)?.to_bytes(&names) } else { model::<f64>(parts)?.to_bytes(&names) };
    Ok(PyBytes::new(py, &bytes.map_err(raised)?))
}

/// The arrays of a model file, and its names.
#[pyfunction]
pub fn from_bytes<'py>(py: Python<'py>, bytes: &[u8], single: bool) -> PyResult<(Bound<'py, PyDict>, FileNames)> {
    let (parts, names) = if single {
        let (model, names) = Model::<f32>::from_bytes(bytes).map_err(raised)?;
        (arrays(py, model)?, names)
    } else {
        let (model, names) = Model::<f64>::from_bytes(bytes).map_err(raised)?;
        (arrays(py, model)?, names)
    };
    let encoding = names.encoding.map(|encoding| serde_json::to_string(&encoding).map_err(invalid)).transpose()?;
    Ok((parts, (names.features, names.classes, names.numbers, encoding)))
}
