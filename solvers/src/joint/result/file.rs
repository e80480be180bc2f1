//! Model files: safetensors with one metadata entry of sorted JSON. The same model gives the same bytes.
//!
//! Tensors, row by row: `mean` and `scale` (d), `weights` (k×d, a row is a component), `classifier` (c×k, a row is a
//! class or a target) and `bias` (c). The entry `admm` holds the names of the features and of the classes or targets.
//! For another loss than the softmax it names the loss, and where targets were standardised there are tensors
//! `target_mean` and `target_scale` (c).
//!
//! Behind hidden layers `weights` is k×p for the p outputs of the last one. The l-th layer, counted from 0, has tensors
//! `layer.l.weights` (units×inputs, a row is a unit) and `layer.l.bias` (units), and the entry names the activation.

use super::Model;
use crate::data::{Encoding, Scaler};
use crate::loss::{Loss, Predictor};
use crate::network::{Activation, Architecture, Trained};
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::{DMatrix, DVector};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

const ENTRY: &str = "admm";
const VERSION: u32 = 1;

/// The names of the features and of the classes or targets of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// c names, in the order of the class numbers or of the targets.
    pub classes: Vec<String>,
    /// The names of the d features.
    pub features: Vec<String>,
    /// The encoding of tables as features, where these are more than the columns as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// True if they are the names of targets that are numbers, or labels of which a sample may have several.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub numbers: bool,
    /// The loss, for the file alone: a model knows its own.
    #[serde(default, skip_serializing_if = "is_softmax")]
    loss: Loss,
    /// The function of hidden units, for the file alone: a model knows its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activation: Option<Activation>,
    /// The version of this layout.
    #[serde(default)]
    version: u32,
}

impl Names {
    /// Makes the names for a model of this version.
    pub fn new(features: Vec<String>, classes: Vec<String>) -> Self {
        Names {
            classes,
            features,
            encoding: None,
            numbers: false,
            loss: Loss::Softmax,
            activation: None,
            version: VERSION,
        }
    }

    /// Makes the names for a model of the features that an encoding makes. The file then keeps the encoding.
    pub fn with_encoding(encoding: Encoding, classes: Vec<String>) -> Self {
        Names { encoding: Some(encoding.clone()), ..Names::new(encoding.features(), classes) }
    }
}

fn is_softmax(loss: &Loss) -> bool {
    *loss == Loss::Softmax
}

fn bad(problem: impl std::fmt::Display) -> Error {
    Error::Encoding(format!("not a valid model file: {problem}"))
}

impl<T: Scalar> Model<T> {
    /// The bytes of a model file.
    ///
    /// # Errors
    /// Names whose number differs from that of the features or outputs, and a model for a head or with a network of
    /// your own.
    pub fn to_bytes(&self, names: &Names) -> Result<Vec<u8>> {
        let Predictor { v, b, bias } = &self.weights;
        let (d, p, k, c) = (self.scaler.mean.len(), v.nrows(), v.ncols(), bias.len());
        check_names(names, d, c)?;
        let own = || Error::parameter("loss", "must be one of this library: a file cannot hold a head of your own");
        let loss = self.loss.ok_or_else(own)?;
        let of = |name: &str, shape: Vec<usize>, data: &[T]| (name.to_string(), shape, bytes(data));
        let mut tensors = vec![
            of("mean", vec![d], self.scaler.mean.as_slice()),
            of("scale", vec![d], self.scaler.scale.as_slice()),
            of("weights", vec![k, p], v.as_slice()),
            of("classifier", vec![c, k], b.as_slice()),
            of("bias", vec![c], bias.as_slice()),
        ];
        if let Some(targets) = &self.targets {
            tensors.push(of("target_mean", vec![c], targets.mean.as_slice()));
            tensors.push(of("target_scale", vec![c], targets.scale.as_slice()));
        }
        let (layers, activation) = self.layers()?;
        for (l, layer) in layers.chunks(2).enumerate() {
            let (weights, bias) = (&layer[0], &layer[1]);
            let (inputs, units) = weights.shape();
            tensors.push(of(&format!("layer.{l}.weights"), vec![units, inputs], weights.as_slice()));
            tensors.push(of(&format!("layer.{l}.bias"), vec![units], bias.as_slice()));
        }
        let views = tensors
            .iter()
            .map(|(name, shape, data)| {
                Ok((name.as_str(), TensorView::new(dtype::<T>(), shape.clone(), data).map_err(bad)?))
            })
            .collect::<Result<Vec<_>>>()?;
        let entry = serde_json::to_string(&Names { loss, activation, ..names.clone() }).map_err(bad)?;
        safetensors::serialize(views, Some([(ENTRY.into(), entry)].into_iter().collect())).map_err(bad)
    }

    /// The parameters of hidden layers, weights and biases by turns, with the function of their units.
    fn layers(&self) -> Result<(&[DMatrix<T>], Option<Activation>)> {
        match &self.network {
            None => Ok((&[], None)),
            Some(Trained { architecture: Architecture::Layers(activation), parameters }) => {
                Ok((parameters, Some(*activation)))
            }
            Some(_) => {
                let problem = "must be dense layers: a file cannot hold a network of your own";
                Err(Error::parameter("network", problem))
            }
        }
    }

    /// Reads a model file of either precision.
    ///
    /// # Errors
    /// Bytes that are not a model: shapes that do not fit, numbers that are not finite or do not fit T, scales that are
    /// not positive, another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Names)> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(bad)?;
        let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let mut names: Names =
            serde_json::from_str(entry.ok_or_else(|| bad("it has no entry `admm`"))?).map_err(bad)?;
        if names.version != VERSION {
            return Err(bad(format!("version {} is not {VERSION}", names.version)));
        }
        if names.encoding.as_ref().is_some_and(|encoding| encoding.names().ne(names.features.iter().cloned())) {
            return Err(bad("the encoding makes other features"));
        }
        let file = SafeTensors::deserialize(bytes).map_err(bad)?;
        let (d, c) = (names.features.len(), names.classes.len());
        let k = file.tensor("weights").map_err(bad)?.shape().first().copied().unwrap_or(0);
        let read = |name: &str, shape: &[usize]| numbers::<T>(&file.tensor(name).map_err(bad)?, name, shape);
        let vector = |name: &str, length: usize| Ok::<_, Error>(DVector::from_vec(read(name, &[length])?));
        let parameters = layers(&file, d, names.activation.is_some())?;
        let p = parameters.last().map_or(d, |bias| bias.len());
        let scaler = Scaler { mean: vector("mean", d)?, scale: vector("scale", d)? };
        let targets = match file.tensor("target_mean") {
            Ok(_) => Some(Scaler { mean: vector("target_mean", c)?, scale: vector("target_scale", c)? }),
            Err(_) => None,
        };
        let fewest = if names.loss == Loss::Softmax { 2 } else { 1 };
        if targets.iter().any(|targets| targets.scale.iter().any(|&scale| scale <= T::zero())) {
            return Err(bad("a scale of the targets is not positive"));
        }
        if k == 0 || k > p || c < fewest || scaler.scale.iter().any(|&scale| scale <= T::zero()) {
            return Err(bad("no components or more than features, fewer than two classes, or a scale ≤ 0"));
        }
        let weights = Predictor {
            v: DMatrix::from_vec(p, k, read("weights", &[k, p])?),
            b: DMatrix::from_vec(k, c, read("classifier", &[c, k])?),
            bias: DMatrix::from_vec(c, 1, read("bias", &[c])?),
        };
        let architecture = names.activation.take().map(Architecture::Layers);
        let network = architecture.map(|architecture| Trained { architecture, parameters });
        let loss = Some(std::mem::take(&mut names.loss));
        Ok((Model { scaler, network, weights, loss, targets }, names))
    }
}

/// The weights and biases of the hidden layers of a file over d features, one layer at least if there are any.
fn layers<T: Scalar>(file: &SafeTensors<'_>, d: usize, any: bool) -> Result<Vec<DMatrix<T>>> {
    let (mut layers, mut inputs) = (Vec::new(), d);
    let is_there = |l: usize| file.tensor(&format!("layer.{l}.bias")).is_ok();
    while any && (layers.is_empty() || is_there(layers.len() / 2)) {
        let name = |part: &str| format!("layer.{}.{part}", layers.len() / 2);
        let read = |name: &str, shape: &[usize]| numbers::<T>(&file.tensor(name).map_err(bad)?, name, shape);
        let units = file.tensor(&name("bias")).map_err(bad)?.shape().first().copied().unwrap_or(0);
        if units == 0 {
            return Err(bad(format!("`{}` has no units", name("bias"))));
        }
        let bias = DMatrix::from_vec(units, 1, read(&name("bias"), &[units])?);
        let weights = DMatrix::from_vec(inputs, units, read(&name("weights"), &[units, inputs])?);
        layers.extend([weights, bias]);
        inputs = units;
    }
    Ok(layers)
}

fn check_names(names: &Names, d: usize, c: usize) -> Result<()> {
    if names.features.len() == d && names.classes.len() == c {
        return Ok(());
    }
    let (features, classes) = (names.features.len(), names.classes.len());
    let problem =
        format!("must be one each: got {features} feature and {classes} class names for {d} features and {c} classes");
    Err(Error::parameter("names", problem))
}

fn dtype<T: Scalar>() -> Dtype {
    if T::SINGLE { Dtype::F32 } else { Dtype::F64 }
}

/// Little-endian, whatever the machine.
fn bytes<T: Scalar>(values: &[T]) -> Vec<u8> {
    let wide = values.iter().map(|value| value.to_f64());
    match dtype::<T>() {
        Dtype::F32 => wide.flat_map(|value| (value as f32).to_le_bytes()).collect(),
        _ => wide.flat_map(f64::to_le_bytes).collect(),
    }
}

fn numbers<T: Scalar>(tensor: &TensorView<'_>, name: &str, shape: &[usize]) -> Result<Vec<T>> {
    if tensor.shape() != shape {
        return Err(bad(format!("`{name}` has shape {:?} instead of {shape:?}", tensor.shape())));
    }
    let data = tensor.data();
    let wide: Vec<f64> = match tensor.dtype() {
        Dtype::F32 => data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes).into()).collect(),
        Dtype::F64 => data.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect(),
        other => return Err(bad(format!("`{name}` has type {other:?}"))),
    };
    let values: Vec<T> = wide.into_iter().map(T::of).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(bad(format!("`{name}` is not finite at {index}"))),
        None => Ok(values),
    }
}
