//! `admm fit`: every method on the same data from the same start.

mod model;
mod results;
mod session;

use admm::checkpoint::fingerprint;
use admm::ranks::{Ranks, gather};
use admm_solvers::Scalar;
use admm_solvers::data::Features;
use admm_solvers::joint::{Builder, Fitted, Position, Prepared};
use nalgebra::DMatrix;

use crate::checkpoint::FitCheckpoints;
use crate::data::{self, Classes, Labelled, LabelledSet};
use crate::failure::Failure;
use crate::fit_config::FitConfig;
use crate::flags::{FitOptions, ModelOptions, Precision};
use crate::interrupt;
use crate::output::report::FitReport;
use crate::output::{self, Console, Folder, MethodSummary, methods_table, report};
use crate::prediction::Prediction;
use crate::ranks;
use crate::words::{count, every_digit, some_of};
use results::{is_fit_result, keep};
use session::Session;

/// Fits, prints and saves.
pub fn run(options: &FitOptions, console: Console) -> Result<(), Failure> {
    run_from(options, None, console)
}

/// Fits, prints and saves, from the last checkpoint if there are any.
pub fn run_from(options: &FitOptions, checkpoints: Option<FitCheckpoints>, console: Console) -> Result<(), Failure> {
    let choices = options.choices()?;
    let options = &if ranks::is_first() { options.clone() } else { options.unwritten() };
    let folder = options.out.as_deref().map(|path| Folder::claim(path, is_fit_result)).transpose()?;
    let page = options.report();
    let outputs = [("--json", options.json.as_deref()), ("--report", page.as_deref())];
    output::check_apart(&options.reads(), &outputs)?;
    outputs.iter().filter_map(|(_, path)| *path).try_for_each(output::check_writable)?;
    let checkpoints = match (checkpoints, &options.checkpoint) {
        (None, Some(path)) => Some(FitCheckpoints::begin(path, FitConfig::new(options), console)?),
        (checkpoints, _) => checkpoints,
    };
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    options.time_limit.into_iter().for_each(interrupt::limit);
    match options.precision {
        Precision::F32 => fit::<f32>(options, choices, checkpoints, folder.as_ref(), console),
        Precision::F64 => fit::<f64>(options, choices, checkpoints, folder.as_ref(), console),
    }
}

fn fit<T: Scalar>(
    options: &FitOptions,
    choices: Builder,
    mut checkpoints: Option<FitCheckpoints>,
    folder: Option<&Folder>,
    console: Console,
) -> Result<(), Failure> {
    let (set, ranks) = (options.load::<T>()?, &*ranks::all());
    let (_, n) = set.train.own_numbers(ranks)?;
    let heading = heading(options, &set, n);
    lone_classes(&set, ranks)?.iter().for_each(|warning| console.warn(warning));
    console.warn_of(&set.messages);
    let printed = set.messages.below(&heading);
    let names = set.names();
    let LabelledSet { name, features, classes, train, test, .. } = set;
    let class_weight = options.sampling.counting.class_weight(&classes)?;
    let test = test.map(Labelled::into_dense);
    let data = || fingerprint(&(&features, classes.names(), train.fingerprint(ranks)?, &test, &class_weight));
    let (found, from) = kept(checkpoints.as_mut(), &name, data)?;
    let shown = train.every(report::every(train.x.nrows(), n), ranks)?;
    let prepared = prepare(choices.class_weight(class_weight), train, &classes).map_err(Failure::of_fit(&name))?;
    let named = if data::is_unnamed(&features) { &[] } else { &features[..] };
    prepared.warnings_naming(named).iter().for_each(|warning| console.warn(warning));

    let mut session = Session { prepared: &prepared, options, console, checkpoints, found };
    let ended = session.run(from);
    if let Err(Failure::Interrupted) = &ended {
        stopped(options, session.found.len()).iter().for_each(|warning| console.warn(warning));
    }
    let Some(scaler) = session.found.first().map(|fitted| fitted.scaler.clone()) else { return ended };
    let (shown, test) = (shown.filled(&scaler), test.map(|test| test.filled(&scaler)));
    let judge = |fitted| judge(fitted, test.as_ref(), options.prediction(), options.seed);
    let found = session.found.into_iter().map(judge).collect::<Result<Vec<_>, _>>()?;
    let report = FitReport {
        name: &name,
        heading: &heading,
        constraint: options.model.constraint,
        names: &names,
        train: &shown,
        test: test.as_ref(),
        found: &found,
        choices: report::choices(&FitConfig::new(options)),
        command: report::command_line(),
    };
    let kept = keep(&report, options, folder);
    let printed = if ranks::is_first() { print(&printed, &found) } else { Ok(()) };
    kept.and(ended).and(printed)
}

/// The finished fits, and the position of an interrupted one, that the checkpoints of the first process hold.
fn kept<T: Scalar>(
    checkpoints: Option<&mut FitCheckpoints>,
    name: &str,
    data: impl FnOnce() -> admm::Result<u128>,
) -> Result<(Vec<Fitted<T>>, Option<Position>), Failure> {
    if !ranks::of_first(checkpoints.is_some())? {
        return Ok((Vec::new(), None));
    }
    let data = data()?;
    let kept = checkpoints.map(|checkpoints| checkpoints.load(name, data)).transpose()?;
    Ok(ranks::of_first(kept)?.unwrap_or_default())
}

fn prepare<T: Scalar>(choices: Builder, train: Labelled<Features<T>>, classes: &Classes) -> admm::Result<Prepared<T>> {
    let weights = train.weights_as();
    let targets = train.targets(classes.names().len());
    choices.build()?.prepare_targets(train.x, targets, weights.as_deref())
}

/// Returns a sentence on the methods that an interrupted fit did not reach, and on how to go on.
fn stopped(options: &FitOptions, tried: usize) -> Option<String> {
    let untried: Vec<_> = options.methods().into_iter().skip(tried).map(|method| method.to_string()).collect();
    match &options.checkpoint {
        Some(folder) => Some(format!("stopped; `admm resume {}` goes on", folder.display())),
        None => (!untried.is_empty()).then(|| format!("stopped before {}", untried.join(", "))),
    }
}

/// Adds what a model misses of the test samples.
fn judge<T: Scalar>(
    fitted: Fitted<T>,
    test: Option<&Labelled<DMatrix<T>>>,
    kind: Prediction,
    seed: u64,
) -> Result<JudgedFit<T>, Failure> {
    let error = test.map(|test| test.error(&fitted)).transpose();
    let error = error.map_err(Failure::library(fitted.report.method.to_string()))?;
    Ok((MethodSummary::new(&fitted.report, kind, error, seed), fitted))
}

/// A class of one sample is learnt by heart, and no sample is left to see it by.
fn lone_classes<T: Scalar>(set: &LabelledSet<Features<T>>, ranks: &dyn Ranks) -> Result<Option<String>, Failure> {
    if set.train.numbers.is_some() {
        return Ok(None);
    }
    let mut counts = vec![0_usize; set.classes.names().len()];
    set.train.labels.iter().for_each(|&class| counts[class] += 1);
    let all = gather(ranks, Ok(counts))?;
    let counts: Vec<usize> = (0..all[0].len()).map(|class| all.iter().map(|counts| counts[class]).sum()).collect();
    let lone = counts.iter().zip(set.classes.names()).filter(|(count, _)| **count == 1);
    let lone: Vec<_> = lone.map(|(_, name)| name.clone()).collect();
    Ok((!lone.is_empty()).then(|| format!("classes with a single sample to learn from: {}", some_of(&lone, 10))))
}

/// The summary of a method and its fit.
type JudgedFit<T> = (MethodSummary, Fitted<T>);

fn print<T: Scalar>(heading: &str, found: &[JudgedFit<T>]) -> Result<(), Failure> {
    let summaries: Vec<_> = found.iter().map(|(summary, _)| summary.clone()).collect();
    let (figures, sentence) = (methods_table::render(&summaries), methods_table::sentence(&summaries));
    let (starts, certificate) = (methods_table::starts(&summaries), methods_table::certificate(&summaries));
    let participation = methods_table::participation(&summaries);
    let second_order = methods_table::second_order(&summaries);
    output::print(format!("{heading}\n\n{figures}\n{sentence}\n{participation}{starts}{certificate}{second_order}"))
}

/// The line above the table, for n training samples.
fn heading<T: Scalar>(options: &FitOptions, set: &LabelledSet<Features<T>>, n: usize) -> String {
    let d = set.train.x.nrows();
    let test = set.test.as_ref().map_or(String::new(), |test| format!(" and {} test", test.labels.len()));
    let (features, components) = (count(d, "feature"), count(options.components, "component"));
    let FitOptions { weight, .. } = options;
    let outputs = options.prediction().outputs(set.classes.names().len());
    let ModelOptions { ridge, shrinkage, constraint, .. } = &options.model;
    let shrinkage = if *shrinkage > 0.0 { format!(", γ = {}", every_digit(*shrinkage)) } else { String::new() };
    let (weight, ridge) = (every_digit(*weight), every_digit(*ridge));
    let layers = options.model.layers();
    format!(
        "{n} training{test} samples, {features}, {outputs}; {layers}{components} ({constraint}), λ = {weight}, μ = {ridge}{shrinkage}"
    )
}
