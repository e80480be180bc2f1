//! The files that a fit leaves behind.

use std::path::Path;

use admm_solvers::Scalar;
use admm_solvers::joint::Method;

use super::JudgedFit;
use crate::failure::Failure;
use crate::fit_config::{CONFIG, FitConfig};
use crate::flags::{FitOptions, Methods};
use crate::output::report::{FitReport, PAGE};
use crate::output::{self, Folder, MODEL, history_csv};

/// The page comes last, since the folder that it may lie in is filled as a whole.
pub fn keep<T: Scalar>(
    report: &FitReport<'_, T>,
    options: &FitOptions,
    folder: Option<&Folder>,
) -> Result<(), Failure> {
    let found = report.found;
    let summaries: Vec<_> = found.iter().map(|(summary, _)| summary).collect();
    let summary = output::json(&summaries);
    if let Some(path) = &options.json {
        output::write(path, &summary)?;
    }
    if let Some(folder) = folder {
        folder.fill(&files(report, options, summary)?)?;
    }
    let page = |path: &Path| output::write(path, report.html().map_err(Failure::library("report"))?.as_bytes());
    options.report().as_deref().map_or(Ok(()), page)
}

/// The contents of the folder of results.
fn files<T: Scalar>(
    report: &FitReport<'_, T>,
    options: &FitOptions,
    summary: Vec<u8>,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let FitReport { found, names, .. } = report;
    let model = |(summary, fitted): &JudgedFit<T>| Ok((model_file(summary.method, options), fitted.to_bytes(names)?));
    let models = found.iter().map(model).collect::<admm::Result<Vec<_>>>();
    let mut files = models.map_err(Failure::library("model file"))?;
    let histories = found.iter().map(|(summary, fitted)| (summary.method, fitted.history.as_slice()));
    files.push((HISTORY.into(), history_csv(histories).into_bytes()));
    files.push((SUMMARY.into(), summary));
    files.push((CONFIG.into(), output::json(&FitConfig::new(options))));
    files.push((CARD.into(), report.card().into_bytes()));
    Ok(files)
}

const HISTORY: &str = "history.csv";
const SUMMARY: &str = "summary.json";
const CARD: &str = "model-card.md";

/// The model asked for, or the first among all, which is ADMM's where it serves; the others carry their names.
fn model_file(method: Method, options: &FitOptions) -> String {
    match options.method {
        Methods::All if Some(&method) != options.methods().first() => format!("model-{method}.safetensors"),
        _ => MODEL.into(),
    }
}

/// Returns true if the name is that of a result file of a fit.
pub fn is_fit_result(name: &str) -> bool {
    let models = || Method::ALL.map(|method| format!("model-{method}.safetensors"));
    [MODEL, HISTORY, SUMMARY, CONFIG, CARD, PAGE].contains(&name) || models().iter().any(|model| model == name)
}
