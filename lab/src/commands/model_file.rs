//! The file of a model that is used on new samples.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use admm_solvers::joint::{Model, Names};

use crate::data;
use crate::failure::Failure;
use crate::output::{Console, MODEL};
use crate::prediction::Prediction;

/// The targets that a model of a file predicts.
pub fn prediction(model: &Model<f64>, names: &Names) -> Prediction {
    Prediction { loss: model.loss.unwrap_or_default(), numbers: names.numbers }
}

/// The files that are read.
pub fn reads(model: &Path, data: &OsStr) -> Vec<PathBuf> {
    [vec![model_file(model)], data::input_files(data)].concat()
}

/// The model itself, or that of a folder of results.
fn model_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(MODEL) } else { path.into() }
}

/// Reads a model from a file or from a folder of results. Either precision is read in double.
pub fn read_model(path: &Path, console: Console) -> Result<(Model<f64>, Names), Failure> {
    let path = model_file(path);
    if !fs::metadata(&path).map_err(Failure::io("open", &path))?.is_file() {
        return Err(Failure::Other(format!("{}: is not a regular file", path.display())));
    }
    let bytes = fs::read(&path).map_err(Failure::io("read", &path))?;
    let (model, names) = Model::from_bytes(&bytes).map_err(Failure::library(path.display().to_string()))?;
    let (features, components, classes) = (names.features.len(), model.weights.v.ncols(), names.classes.join(", "));
    let what = if names.numbers { "targets" } else { "classes" };
    console.note(&format!("{}: {features} features, {components} components, {what} {classes}", path.display()));
    Ok((model, names))
}
