//! `admm path`: what the classes cost in variance, from λ = 1 to λ = 0, and which λ to take.

mod model;

use admm::Exec;
use admm_solvers::joint::{Fitted, JointModel, Names};

use crate::data::{self, LabelColumn, Whole};
use crate::failure::Failure;
use crate::flags::PathOptions;
use crate::interrupt;
use crate::output::report::{PAGE, PathReport};
use crate::output::{self, Console, Folder, MODEL, report};
use crate::path::{Choice, CrossValidation, Row, Setting, check_whole, rows, tables, walk};

/// Fits along the path on every fold, chooses, fits again on all samples, saves and, whether or not that worked,
/// prints.
pub fn run(options: &PathOptions, console: Console) -> Result<(), Failure> {
    let models = options.models()?;
    let exec = Exec::threads(options.threads.into()).map_err(Failure::library("--threads"))?;
    let folder = options.out.as_deref().map(|path| Folder::claim(path, is_ours)).transpose()?;
    let page = report::place(options.report.as_ref(), options.out.as_deref());
    output::check_apart(&data::files(options.data()), &[("--report", page.as_deref())])?;
    page.as_deref().map_or(Ok(()), output::check_writable)?;
    interrupt::install().map_err(|error| Failure::Other(format!("cannot watch for Ctrl-C: {error}")))?;
    let task = Whole::load(options.data(), &options.reading.options(LabelColumn::Last))?;
    let figures = CrossValidation::new(options, &task)?.run(&models, &exec, console)?;
    let choice = Choice::of(&figures, options.cv);
    let rows = rows(&figures, &choice);
    let refits = [(MODEL, choice.lowest), (SIMPLER, choice.simpler)].map(|(file, chosen)| {
        let row = &rows[chosen];
        let model = models.iter().find(|(components, _)| *components == row.components).expect("it was studied");
        Ok((file, refit(&model.1, options, &task, row)?))
    });
    let refits = refits.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    check_whole(console)?;
    let keep = || {
        folder.map_or(Ok(()), |folder| folder.fill(&files(options, &task, &rows, &refits)?))?;
        page.map_or(Ok(()), |page| output::write(&page, report(options, &task, &rows, &refits[0].1)?.as_bytes()))
    };
    keep().and(output::print(tables::text(options, &task, &rows)))
}

/// The model by the one-standard-error rule; that of the lowest error is [`MODEL`].
const SIMPLER: &str = "model-one-standard-error.safetensors";
const TABLE: &str = "path.csv";
const SUMMARY: &str = "path.json";
const FRONT: &str = "front.svg";

fn is_ours(name: &str) -> bool {
    [MODEL, SIMPLER, TABLE, SUMMARY, FRONT, PAGE].contains(&name)
}

/// The fit at the chosen weight on all samples, at the end of the path that leads there.
fn refit(model: &JointModel, options: &PathOptions, task: &Whole, row: &Row) -> Result<Fitted<f64>, Failure> {
    let weights: Vec<f64> = options.weights.list().iter().copied().filter(|&weight| weight >= row.weight).collect();
    let setting = Setting { model, method: options.method, weights: &weights };
    let path = walk(&setting, &task.samples, task.classes.names().len()).map_err(Failure::of_fit(&task.name))?;
    Ok(path.into_iter().last().expect("the chosen weight is one of the path"))
}

fn files(
    options: &PathOptions,
    task: &Whole,
    rows: &[Row],
    refits: &[(&str, Fitted<f64>)],
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let names = Names::new(task.features.clone(), task.classes.clone().into());
    let model = |(file, fitted): &(&str, Fitted<f64>)| Ok((file.to_string(), fitted.to_bytes(&names)?));
    let mut files =
        refits.iter().map(model).collect::<admm::Result<Vec<_>>>().map_err(Failure::library("model file"))?;
    files.push((TABLE.into(), tables::csv(rows).into_bytes()));
    files.push((SUMMARY.into(), output::json(&tables::Summary::new(options, task, rows))));
    files.push((FRONT.into(), report::front(rows).svg()?.into_bytes()));
    Ok(files)
}

/// The page about the points and the fit at the lowest error.
fn report(options: &PathOptions, task: &Whole, rows: &[Row], chosen: &Fitted<f64>) -> Result<String, Failure> {
    let choices = report::choices(&tables::Summary::new(options, task, &[]));
    let report = PathReport {
        task,
        rows,
        sheet: tables::sheet(rows),
        answer: tables::sentence(rows),
        chosen,
        seed: options.seed,
        choices: choices.into_iter().filter(|(name, _)| name != "path").collect(),
        command: report::command_line(),
    };
    report.html().map_err(Failure::library("report"))
}
