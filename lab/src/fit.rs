//! `admm fit`: every method on the same data from the same start.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use admm::{Exec, Status};
use admm_solvers::Scalar;
use admm_solvers::joint::{
    Acceleration, Constraint, Fitted, JointModel, Method, Names, Penalty, Prepared, Rule, Scale,
};
use nalgebra::DMatrix;
use serde::Serialize;

use crate::apply::MODEL;
use crate::cli::{FitOptions, Methods, Precision, Test};
use crate::data::LabelColumn;
use crate::failure::Failure;
use crate::output::{self, Folder};
use crate::progress::Console;
use crate::report::{self, FitReport, PAGE};
use crate::summary::{Summary, history_csv};
use crate::task::{Samples, Task};
use crate::{interrupt, table};

/// Fits, prints and saves.
pub fn run(options: &FitOptions, console: Console) -> Result<(), Failure> {
    let model = options.model()?;
    let folder = options.out.as_deref().map(|path| Folder::claim(path, is_ours)).transpose()?;
    options.json.as_deref().map_or(Ok(()), output::check_writable)?;
    options.report().as_deref().map_or(Ok(()), output::check_writable)?;
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    match options.precision {
        Precision::F32 => fit::<f32>(options, &model, Task::load(options)?, folder.as_ref(), console),
        Precision::F64 => fit::<f64>(options, &model, Task::load(options)?, folder.as_ref(), console),
    }
}

fn fit<T: Scalar>(
    options: &FitOptions,
    model: &JointModel,
    task: Task<T>,
    folder: Option<&Folder>,
    console: Console,
) -> Result<(), Failure> {
    let heading = heading(options, &task);
    let data = task.name.clone();
    let shown = report::some(&task.train);
    let Task { name, features, classes, train, test } = task;
    let prepared = model.prepare(train.x, &train.labels, classes.names().len(), None);
    let prepared = prepared.map_err(|error| match error {
        admm::Error::Unbounded { .. } => Failure::Other(format!("{name}: {error}; {BOUNDED}")),
        error => Failure::library(name)(error),
    })?;
    prepared.warnings().iter().for_each(|warning| console.warn(warning));

    let mut found = Vec::new();
    let ended = options.method.list().into_iter().try_for_each(|method| {
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        let fitted = fit_one(&prepared, method, options, console)?;
        let error = |samples: &Samples<DMatrix<T>>| Ok(1.0 - fitted.score(&samples.x, &samples.labels)?);
        let test = test.as_ref().map(error).transpose().map_err(Failure::library(method.to_string()))?;
        found.push((Summary::new(&fitted.report, test, options.seed), fitted));
        Ok(())
    });
    let ended = ended.and_then(|()| if interrupt::requested() { Err(Failure::Interrupted) } else { Ok(()) });
    let names = Names::new(features, classes.into());
    let report = FitReport {
        name: &data,
        heading: &heading,
        constraint: options.constraint,
        names: &names,
        train: &shown,
        test: test.as_ref(),
        found: &found,
        choices: report::choices(&Config::new(options)),
        command: report::command_line(),
    };
    let kept = if found.is_empty() { Ok(()) } else { keep(&report, options, folder) };
    let printed = if found.is_empty() { Ok(()) } else { print(&heading, &found) };
    kept.and(ended).and(printed)
}

fn fit_one<T: Scalar>(
    prepared: &Prepared<T>,
    method: Method,
    options: &FitOptions,
    console: Console,
) -> Result<Fitted<T>, Failure> {
    let mut follower = console.follow(method, options.tolerance, options.max_iterations);
    let fitted = prepared.fit(method, &mut |progress| {
        follower.show(progress);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    drop(follower);
    let fitted = fitted.map_err(Failure::library(method.to_string()))?;
    if !matches!(fitted.report.status, Status::Converged | Status::Stopped) {
        console.warn(&format!("{method}: {}. {}", fitted.report.status, fitted.report.status.advice()));
    }
    Ok(fitted)
}

/// What to do without a constraint.
const BOUNDED: &str = "set it by --shrinkage, or choose --constraint orthonormal, unit-norm or ball, or --weight 0";

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
const CONFIG: &str = "config.json";
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

/// `config.json`: every choice, those made by default included.
#[derive(Serialize)]
struct Config {
    version: &'static str,
    data: String,
    label: Option<String>,
    header: Option<bool>,
    drop: Vec<String>,
    test: Option<serde_json::Value>,
    seed: u64,
    components: usize,
    weight: f64,
    ridge: f64,
    shrinkage: f64,
    constraint: Constraint,
    scale: Scale,
    methods: Vec<Method>,
    rule: Rule,
    penalty: Penalty,
    relaxation: f64,
    acceleration: Acceleration,
    tolerance: f64,
    max_iterations: u64,
    threads: usize,
    precision: Precision,
}

impl Config {
    fn new(options: &FitOptions) -> Self {
        let reading = options.reading.options(LabelColumn::Last);
        let text = |data: &OsStr| data.to_string_lossy().into_owned();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            data: text(options.data()),
            label: options.reading.label.clone(),
            header: reading.header,
            drop: reading.drop,
            test: options.test().map(|test| match test {
                Test::Fraction(fraction) => (*fraction).into(),
                Test::Data(data) => text(data).into(),
            }),
            seed: options.seed,
            components: options.components,
            weight: options.weight,
            ridge: options.ridge,
            shrinkage: options.shrinkage,
            constraint: options.constraint,
            scale: options.scale,
            methods: options.method.list(),
            rule: options.rule,
            penalty: options.penalty,
            relaxation: options.relaxation,
            acceleration: options.acceleration,
            tolerance: options.tolerance,
            max_iterations: options.max_iterations,
            threads: match options.threads {
                0 => available_parallelism().map_or(1, usize::from),
                threads => threads.into(),
            },
            precision: options.precision,
        }
    }
}

impl FitOptions {
    /// Where the page goes, if it is asked for.
    fn report(&self) -> Option<PathBuf> {
        report::place(self.report.as_ref(), self.out.as_deref())
    }

    /// The library's choices, or all flags that are out of range.
    fn model(&self) -> Result<JointModel, Failure> {
        let exec = Exec::threads(self.threads.into()).map_err(Failure::library("--threads"))?;
        let builder = JointModel::builder()
            .components(self.components)
            .weight(self.weight)
            .ridge(self.ridge)
            .shrinkage(self.shrinkage)
            .constraint(self.constraint)
            .rule(self.rule)
            .penalty(self.penalty)
            .relaxation(self.relaxation)
            .acceleration(self.acceleration)
            .scale(self.scale)
            .tolerance(self.tolerance)
            .max_iterations(self.max_iterations)
            .trace(self.out.is_some() || self.report.is_some())
            .exec(exec);
        let fraction = match self.test {
            Some(Test::Fraction(fraction)) if !(fraction > 0.0 && fraction < 1.0) => {
                Some(format!("the fraction of test samples must lie between 0 and 1, got {fraction}"))
            }
            _ => None,
        };
        let problems: Vec<_> = fraction.into_iter().chain(self.idle()).collect();
        match builder.build() {
            Ok(model) if problems.is_empty() => Ok(model),
            Ok(_) => Err(Failure::Usage(problems)),
            Err(admm::Error::Parameters(others)) => Err(Failure::Usage([others, problems].concat())),
            Err(error) => Err(Failure::library("fit")(error)),
        }
    }

    /// What is said of choices for ADMM where another method is to run.
    fn idle(&self) -> Option<String> {
        let Methods::One(method) = self.method else { return None };
        let choices = (self.penalty, self.relaxation, self.acceleration);
        let idle = method != Method::Admm && choices != (Penalty::default(), 1.0, Acceleration::default());
        idle.then(|| format!("--penalty, --relaxation and --acceleration are for the method admm, not for {method}"))
    }
}

/// The line above the table.
fn heading<T: Scalar>(options: &FitOptions, task: &Task<T>) -> String {
    let (d, n) = task.train.x.shape();
    let test = task.test.as_ref().map_or(String::new(), |test| format!(" and {} test", test.labels.len()));
    let components = table::count(options.components, "component");
    let (classes, FitOptions { weight, ridge, constraint, .. }) = (task.classes.names().len(), options);
    let shrinkage = if options.shrinkage > 0.0 { format!(", γ = {}", options.shrinkage) } else { String::new() };
    format!(
        "{n} training{test} samples, {d} features, {classes} classes; {components} ({constraint}), λ = {weight}, μ = {ridge}{shrinkage}"
    )
}
