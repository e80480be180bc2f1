//! `admm fit`: every method on the same data from the same start.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use admm::Exec;
use admm_solvers::Scalar;
use admm_solvers::joint::{Acceleration, Fitted, JointModel, Method, Names, Penalty};
use nalgebra::DMatrix;

use crate::apply::MODEL;
use crate::choices::Methods;
use crate::cli::{FitOptions, ModelOptions, Precision, Test};
use crate::config::{CONFIG, Config};
use crate::failure::Failure;
use crate::flags::flagged;
use crate::keeper::Keeper;
use crate::output::{self, Folder};
use crate::progress::Console;
use crate::report::{self, FitReport, PAGE};
use crate::session::Session;
use crate::summary::{Summary, history_csv};
use crate::task::{Samples, Task};
use crate::words::{count, short, some_of};
use crate::{data, interrupt, table};

/// Fits, prints and saves.
pub fn run(options: &FitOptions, console: Console) -> Result<(), Failure> {
    go_on(options, None, console)
}

/// The same from what a keeper has of it.
pub fn go_on(options: &FitOptions, kept: Option<Keeper>, console: Console) -> Result<(), Failure> {
    let model = options.model()?;
    let folder = options.out.as_deref().map(|path| Folder::claim(path, is_ours)).transpose()?;
    let page = options.report();
    let outputs = [("--json", options.json.as_deref()), ("--report", page.as_deref())];
    output::check_apart(&options.reads(), &outputs)?;
    outputs.iter().filter_map(|(_, path)| *path).try_for_each(output::check_writable)?;
    let keeper = match (kept, &options.checkpoint) {
        (None, Some(path)) => Some(Keeper::begin(path, Config::new(options), console)?),
        (kept, _) => kept,
    };
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    options.time_limit.into_iter().for_each(interrupt::limit);
    match options.precision {
        Precision::F32 => fit::<f32>(options, &model, Task::load(options)?, keeper, folder.as_ref(), console),
        Precision::F64 => fit::<f64>(options, &model, Task::load(options)?, keeper, folder.as_ref(), console),
    }
}

fn fit<T: Scalar>(
    options: &FitOptions,
    model: &JointModel,
    task: Task<T>,
    mut keeper: Option<Keeper>,
    folder: Option<&Folder>,
    console: Console,
) -> Result<(), Failure> {
    let heading = heading(options, &task);
    lone_classes(&task).iter().for_each(|warning| console.warn(warning));
    let (found, from) = match &mut keeper {
        Some(keeper) => keeper.load(&task.name, task.fingerprint()?)?,
        None => (Vec::new(), None),
    };
    let data = task.name.clone();
    let shown = report::some(&task.train);
    let Task { name, features, classes, train, test } = task;
    let prepared = model.prepare(train.x, &train.labels, classes.names().len(), None);
    let prepared = prepared.map_err(Failure::of_fit(&name))?;
    let names: &[String] = if data::is_unnamed(&features) { &[] } else { &features };
    prepared.warnings_naming(names).iter().for_each(|warning| console.warn(warning));

    let mut session = Session { prepared: &prepared, options, console, keeper, found };
    let ended = session.run(from);
    if let Err(Failure::Interrupted) = &ended {
        stopped(options, session.found.len()).iter().for_each(|warning| console.warn(warning));
    }
    let judge = |fitted| judge(fitted, test.as_ref(), options.seed);
    let found = session.found.into_iter().map(judge).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() {
        return ended;
    }
    let names = Names::new(features, classes.into());
    let report = FitReport {
        name: &data,
        heading: &heading,
        constraint: options.model.constraint,
        names: &names,
        train: &shown,
        test: test.as_ref(),
        found: &found,
        choices: report::choices(&Config::new(options)),
        command: report::command_line(),
    };
    let kept = keep(&report, options, folder);
    kept.and(ended).and(print(&heading, &found))
}

/// What is missing after so many methods, and how it is had.
fn stopped(options: &FitOptions, tried: usize) -> Option<String> {
    let untried: Vec<_> = options.method.list().into_iter().skip(tried).map(|method| method.to_string()).collect();
    match &options.checkpoint {
        Some(folder) => Some(format!("stopped; `admm resume {}` goes on", folder.display())),
        None => (!untried.is_empty()).then(|| format!("stopped before {}", untried.join(", "))),
    }
}

/// Adds the share of test samples that a model gets wrong.
fn judge<T: Scalar>(fitted: Fitted<T>, test: Option<&Samples<DMatrix<T>>>, seed: u64) -> Result<Found<T>, Failure> {
    let error = test.map(|test| Ok(1.0 - fitted.score(&test.x, &test.labels)?)).transpose();
    let error = error.map_err(Failure::library(fitted.report.method.to_string()))?;
    Ok((Summary::new(&fitted.report, error, seed), fitted))
}

/// A class of one sample is learnt by heart, and no sample is left to see it by.
fn lone_classes<T: Scalar>(task: &Task<T>) -> Option<String> {
    let mut counts = vec![0_usize; task.classes.names().len()];
    task.train.labels.iter().for_each(|&class| counts[class] += 1);
    let lone = counts.iter().zip(task.classes.names()).filter(|(count, _)| **count == 1);
    let lone: Vec<_> = lone.map(|(_, name)| name.clone()).collect();
    (!lone.is_empty()).then(|| format!("classes with a single sample to learn from: {}", some_of(&lone, 10)))
}

/// What a method found, and its figures.
type Found<T> = (Summary, Fitted<T>);

fn print<T: Scalar>(heading: &str, found: &[Found<T>]) -> Result<(), Failure> {
    let summaries: Vec<_> = found.iter().map(|(summary, _)| summary.clone()).collect();
    let (figures, sentence) = (table::render(&summaries), table::sentence(&summaries));
    output::print(format!("{heading}\n\n{figures}\n{sentence}\n{}", table::certificate(&summaries)))
}

/// The page comes last, since the folder that it may lie in is filled as a whole.
fn keep<T: Scalar>(report: &FitReport<'_, T>, options: &FitOptions, folder: Option<&Folder>) -> Result<(), Failure> {
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
    let model = |(summary, fitted): &Found<T>| Ok((model_file(summary.method, options), fitted.to_bytes(names)?));
    let models = found.iter().map(model).collect::<admm::Result<Vec<_>>>();
    let mut files = models.map_err(Failure::library("model file"))?;
    let histories = found.iter().map(|(summary, fitted)| (summary.method, fitted.history.as_slice()));
    files.push((HISTORY.into(), history_csv(histories).into_bytes()));
    files.push((SUMMARY.into(), summary));
    files.push((CONFIG.into(), output::json(&Config::new(options))));
    files.push((CARD.into(), report.card().into_bytes()));
    Ok(files)
}

const HISTORY: &str = "history.csv";
const SUMMARY: &str = "summary.json";
const CARD: &str = "model-card.md";

/// The model asked for, or ADMM's among all; the others carry their names.
fn model_file(method: Method, options: &FitOptions) -> String {
    match options.method {
        Methods::All if method != Method::Admm => format!("model-{method}.safetensors"),
        _ => MODEL.into(),
    }
}

/// Whether a file is a result of an earlier run.
fn is_ours(name: &str) -> bool {
    let models = || Method::ALL.map(|method| format!("model-{method}.safetensors"));
    [MODEL, HISTORY, SUMMARY, CONFIG, CARD, PAGE].contains(&name) || models().iter().any(|model| model == name)
}

impl FitOptions {
    /// Where the page goes, if it is asked for.
    fn report(&self) -> Option<PathBuf> {
        report::place(self.report.as_ref(), self.out.as_deref())
    }

    /// The files that are read.
    fn reads(&self) -> Vec<PathBuf> {
        let test = match self.test() {
            Some(Test::Data(data)) => data::files(data),
            _ => Vec::new(),
        };
        [data::files(self.data()), test].concat()
    }

    /// The library's choices, or all flags that are out of range.
    fn model(&self) -> Result<JointModel, Failure> {
        let exec = Exec::threads(self.threads.into()).map_err(Failure::library("--threads"))?;
        let builder = self
            .model
            .builder()
            .components(self.components)
            .weight(self.weight)
            .penalty(self.penalty)
            .relaxation(self.relaxation)
            .acceleration(self.acceleration)
            .batch(self.batch)
            .trace(self.out.is_some() || self.report.is_some())
            .exec(exec);
        let problems = self.problems();
        match builder.build() {
            Ok(model) if problems.is_empty() => Ok(model),
            Ok(_) => Err(Failure::Usage(problems)),
            Err(admm::Error::Parameters(of_model)) => Err(Failure::Usage([flagged(&of_model), problems].concat())),
            Err(error) => Err(Failure::library("fit")(error)),
        }
    }

    /// What is out of range besides the library's choices.
    fn problems(&self) -> Vec<String> {
        let fraction = match self.test {
            Some(Test::Fraction(fraction)) if !(fraction > 0.0 && fraction < 1.0) => {
                Some(format!("--test: the fraction of test samples must lie between 0 and 1, got {fraction:?}"))
            }
            _ => None,
        };
        let limit =
            self.time_limit.filter(|limit| Duration::try_from_secs_f64(*limit).map_or(true, |limit| limit.is_zero()));
        let limit = limit
            .map(|limit| format!("--time-limit: the time limit must be a positive number of seconds, got {limit:?}"));
        [fraction, limit, self.clash(), self.idle()].into_iter().flatten().collect()
    }

    /// What is said of outputs that are in each other's way.
    fn clash(&self) -> Option<String> {
        let place = |path: Option<&Path>| absolute(path?).ok();
        let json = self.json.as_deref();
        if json.is_some() && place(json) == place(self.report().as_deref()) {
            return Some("--json and --report name the same file: choose two".into());
        }
        let (out, checkpoint) = (("--out", self.out.as_deref()), ("--checkpoint", self.checkpoint.as_deref()));
        let page = report::elsewhere(self.report.as_ref(), out.1);
        output::inside(&[("--json", json), ("--report", page.as_deref()), checkpoint, out], &[out, checkpoint])
    }

    /// What is said of choices for one method where another is to run.
    fn idle(&self) -> Option<String> {
        let Methods::One(method) = self.method else { return None };
        if method != Method::Joint && self.batch.is_some() {
            return Some(format!("--batch is for the method joint, not for {method}"));
        }
        if let Some(problem) = self.model.idle(method) {
            return Some(problem);
        }
        let choices = (self.penalty, self.relaxation, self.acceleration);
        let idle = method != Method::Admm && choices != (Penalty::default(), 1.0, Acceleration::default());
        idle.then(|| format!("--penalty, --relaxation and --acceleration are for the method admm, not for {method}"))
    }
}

/// The line above the table.
fn heading<T: Scalar>(options: &FitOptions, task: &Task<T>) -> String {
    let (d, n) = task.train.x.shape();
    let test = task.test.as_ref().map_or(String::new(), |test| format!(" and {} test", test.labels.len()));
    let (features, components) = (count(d, "feature"), count(options.components, "component"));
    let (classes, FitOptions { weight, .. }) = (task.classes.names().len(), options);
    let ModelOptions { ridge, shrinkage, constraint, .. } = &options.model;
    let shrinkage = if *shrinkage > 0.0 { format!(", γ = {}", short(*shrinkage)) } else { String::new() };
    let (weight, ridge) = (short(*weight), short(*ridge));
    format!(
        "{n} training{test} samples, {features}, {classes} classes; {components} ({constraint}), λ = {weight}, μ = {ridge}{shrinkage}"
    )
}
