//! `admm path`: what the classes or targets cost in variance, from λ = 1 to λ = 0, and which λ to take.

mod model;

use std::path::Path;

use admm::Exec;
use admm::checkpoint::fingerprint;
use admm::ranks::Alone;
use admm_solvers::data::{ClassWeight, Features};
use admm_solvers::joint::{Fitted, JointModel};

use crate::data::{self, LabelColumn, LabelledSet, ReadOptions, Source, ToFeatures};
use crate::failure::Failure;
use crate::flags::PathOptions;
use crate::interrupt;
use crate::journal::{JOURNAL, Journal};
use crate::machine;
use crate::output::report::{PAGE, PathReport};
use crate::output::{self, Console, Folder, MODEL, report};
use crate::path::{CrossValidation, MarkedPoint, PathChoice, PathModel, PathSetting, follow_path, mark, tables};
use crate::ranks;

/// Fits along the path on every fold, chooses, fits again on all samples, saves and, whether or not that worked,
/// prints.
pub fn run(options: &PathOptions, console: Console) -> Result<(), Failure> {
    options.models(&ClassWeight::default())?; // what is wrong with the flags, before anything is read
    let exec = Exec::threads(options.threads.into()).map_err(Failure::library("--threads"))?;
    let first = ranks::is_first();
    let out = options.out.as_deref().filter(|_| first);
    let folder = out.map(|path| Folder::claim(path, is_path_result)).transpose()?;
    let page = report::place(options.report.as_ref(), out).filter(|_| first);
    let read = [data::input_files(options.data()), options.sampling.counting.file().into_iter().collect()].concat();
    output::check_apart(&read, &[("--report", page.as_deref())])?;
    page.as_deref().map_or(Ok(()), output::check_writable)?;
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    let reading = options.sampling.reading(options.reading.options(LabelColumn::Last));
    let reading =
        ReadOptions { categories: options.model.categories, numbers: options.prediction().numbers, ..reading };
    let set = data::load(&Source { data: options.data(), test: None, reading })?;
    console.warn_of(&set.messages);
    let models = options.models(&options.sampling.counting.class_weight(&set.classes)?)?;
    let validation = CrossValidation::new(options, &set)?;
    let journal = out.map(|out| Journal::open(&out.join(JOURNAL), &run_line(options, &set)?)).transpose()?;
    journal.iter().for_each(|journal| journal.tell(validation.folds(models.len()), "fold", console));
    let points = validation.run(&models, &exec, console, journal).inspect_err(|failure| tell(failure, out, console))?;
    let choice = PathChoice::of(&points, options.cv);
    let rows = mark(&points, &choice);
    let chosen = [choice.lowest, choice.simpler].map(|chosen| &rows[chosen]);
    let refits = ranks::spread(chosen.len(), |own| {
        let refit = |&of: &usize| {
            let row = chosen[of];
            let is_chosen = |model: &&PathModel| (model.components, model.ridge) == (row.components, row.ridge);
            refit(&models.iter().find(is_chosen).expect("it was studied").model, options, &set, row)
        };
        own.iter().map(refit).collect()
    });
    if ranks::any(interrupt::requested()) {
        tell(&Failure::Interrupted, out, console);
        return Err(Failure::Interrupted);
    }
    let refits: Vec<_> = [MODEL, SIMPLER].into_iter().zip(refits.map_err(Failure::of_fit(&set.name))?).collect();
    if !first {
        return Ok(());
    }
    let keep = || {
        folder.map_or(Ok(()), |folder| folder.fill(&files(options, &set, &rows, &refits)?))?;
        page.map_or(Ok(()), |page| output::write(&page, report(options, &set, &rows, &refits[0].1)?.as_bytes()))
    };
    keep().and(output::print(tables::text(options, &set, &rows)))
}

/// The model by the one-standard-error rule; that of the lowest error is [`MODEL`].
const SIMPLER: &str = "model-one-standard-error.safetensors";
const TABLE: &str = "path.csv";
const SUMMARY: &str = "path.json";
const FRONT: &str = "front.svg";

fn is_path_result(name: &str) -> bool {
    [MODEL, SIMPLER, TABLE, SUMMARY, FRONT, PAGE, JOURNAL].contains(&name)
}

/// A line that is equal for two paths of the same program on the same data with the same choices.
fn run_line(options: &PathOptions, set: &LabelledSet<Features<f64>>) -> Result<String, Failure> {
    let class_weight = options.sampling.counting.class_weight(&set.classes)?;
    let data = (&set.features, set.classes.names(), set.train.fingerprint(&Alone)?, &set.train.groups, class_weight);
    Ok(machine::run(&(tables::PathSummary::new(options, set, &[]), fingerprint(&data)?)))
}

/// Says what becomes of a path that was interrupted.
fn tell(failure: &Failure, out: Option<&Path>, console: Console) {
    if matches!(failure, Failure::Interrupted) {
        console.warn(match out {
            Some(_) => "stopped; the same command goes on",
            None => "stopped: without --out nothing is kept before the end",
        });
    }
}

/// The fit at the chosen weight on all samples, at the end of the path that leads there.
fn refit(
    model: &JointModel,
    options: &PathOptions,
    set: &LabelledSet<Features<f64>>,
    row: &MarkedPoint,
) -> admm::Result<Fitted<f64>> {
    let weights: Vec<f64> = options.weights.list().iter().copied().filter(|&weight| weight >= row.weight).collect();
    let setting = PathSetting { model, method: options.method(), weights: &weights };
    let (train, classes) = (&set.train, set.classes.names().len());
    let prepared = model.prepare_targets(train.x.to_features(), train.targets(classes), train.weights.as_deref())?;
    let path = follow_path(&setting, prepared)?;
    Ok(path.into_iter().last().expect("the chosen weight is one of the path"))
}

fn files(
    options: &PathOptions,
    set: &LabelledSet<Features<f64>>,
    rows: &[MarkedPoint],
    refits: &[(&str, Fitted<f64>)],
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let names = set.names();
    let model = |(file, fitted): &(&str, Fitted<f64>)| Ok((file.to_string(), fitted.to_bytes(&names)?));
    let mut files =
        refits.iter().map(model).collect::<admm::Result<Vec<_>>>().map_err(Failure::library("model file"))?;
    files.push((TABLE.into(), tables::csv(rows).into_bytes()));
    files.push((SUMMARY.into(), output::json(&tables::PathSummary::new(options, set, rows))));
    files.push((FRONT.into(), report::front(rows, options.prediction()).svg()?.into_bytes()));
    Ok(files)
}

/// The page about the points and the fit at the lowest error.
fn report(
    options: &PathOptions,
    set: &LabelledSet<Features<f64>>,
    rows: &[MarkedPoint],
    chosen: &Fitted<f64>,
) -> Result<String, Failure> {
    let choices = report::choices(&tables::PathSummary::new(options, set, &[]));
    let report = PathReport {
        set,
        rows,
        prediction: options.prediction(),
        table: tables::text_table(rows, options.prediction()),
        answer: tables::sentence(rows, options.prediction()),
        chosen,
        seed: options.seed,
        choices: choices.into_iter().filter(|(name, _)| !["path", "ridge"].contains(&name.as_str())).collect(),
        command: report::command_line(),
    };
    report.html().map_err(Failure::library("report"))
}
