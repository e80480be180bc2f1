//! The table of methods, and what it says in a sentence.

use admm::Status;
use admm_solvers::joint::{Method, StartEnd};
use admm_solvers::loss::Loss;

use crate::output::{MethodSummary, align_columns};
use crate::prediction::Prediction;
use crate::words::{count, percent};

/// The columns: their headings in two lines, and whether they hold words.
const COLUMNS: [([&str; 2], bool); 9] = [
    (["", "method"], true),
    (["", "objective"], false),
    (["variance", "explained"], false),
    (["cross-", "entropy"], false),
    (["training", "error"], false),
    (["test", "error"], false),
    (["", "passes"], false),
    (["", "seconds"], false),
    (["", "status"], true),
];

/// Aligned plain text: words to the left, numbers to the right.
pub fn render(summaries: &[MethodSummary]) -> String {
    let columns = columns(summaries);
    let mut rows: Vec<_> = [0, 1].map(|line| columns.map(|heading| heading[line].to_string()).to_vec()).into();
    rows.extend(summaries.iter().map(|summary| cells(summary).to_vec()));
    align_columns(&rows, |column| COLUMNS[column].1)
}

/// The headings of the columns, with the words for what is predicted.
fn columns(summaries: &[MethodSummary]) -> [[&'static str; 2]; 9] {
    let prediction = summaries.first().map_or(Prediction::CLASSES, |first| first.prediction);
    COLUMNS.map(|(heading, _)| match heading {
        ["cross-", _] if prediction.loss != Loss::Softmax => ["prediction", "loss"],
        [part, "error"] => [part, prediction.error()],
        heading => heading,
    })
}

/// The headings of the columns, each in one line.
pub fn headings(summaries: &[MethodSummary]) -> [String; 9] {
    columns(summaries).map(|heading| match heading {
        ["", below] => below.into(),
        [above, below] if above.ends_with('-') => format!("{above}{below}"),
        [above, below] => format!("{above} {below}"),
    })
}

/// A row of the table.
pub fn cells(summary: &MethodSummary) -> [String; 9] {
    [
        summary.method.to_string(),
        number(summary.objective, 6),
        percent(summary.variance_explained),
        summary.cross_entropy.or(summary.prediction_loss).map_or("–".into(), |loss| number(loss, 4)),
        percent(summary.train_error),
        summary.test_error.map_or("–".into(), percent),
        summary.passes.to_string(),
        number(summary.seconds, 2),
        summary.status.to_string(),
    ]
}

fn number(value: f64, digits: usize) -> String {
    if value.abs() < 1e5 { format!("{value:.digits$}") } else { format!("{value:.2e}") }
}

/// Returns a sentence that says what the numbers mean.
pub fn sentence(summaries: &[MethodSummary]) -> String {
    let Some(first) = summaries.first() else { return String::new() };
    let mut parts = vec![match summaries.iter().find(|other| other.method == Method::TwoStage) {
        Some(base) if base.method != first.method => comparison(first, base),
        _ => description(first),
    }];
    parts.extend(lowest(summaries));
    parts.extend(unfinished(summaries));
    parts.join("; ") + "."
}

/// Returns the certificate of the run of ADMM as text.
pub fn certificate(summaries: &[MethodSummary]) -> String {
    let admm = summaries.iter().find(|summary| summary.method == Method::Admm);
    admm.map_or(String::new(), |admm| format!("\nCertificate of admm:\n{}\n", admm.certificate))
}

/// Returns the certificates of second order as text, a line a method.
pub fn second_order(summaries: &[MethodSummary]) -> String {
    let line = |one: &MethodSummary| Some(format!("{:11}{}\n", one.method, one.second_order.as_ref()?));
    let lines: String = summaries.iter().filter_map(line).collect();
    if lines.is_empty() { lines } else { format!("\nOf second order:\n{lines}") }
}

/// Returns a line for each method that tried several starts: the minima that they end in.
pub fn starts(summaries: &[MethodSummary]) -> String {
    let several = summaries.iter().filter(|one| !one.starts.is_empty());
    several
        .map(|one| format!("\n{} from {}: {}.\n", one.method, count(one.starts.len(), "start"), spread(&one.starts)))
        .collect()
}

/// Returns a line on the hidden layers of the methods that have them: the number of directions in which they vary.
pub fn participation(summaries: &[MethodSummary]) -> String {
    let ratio = |one: &MethodSummary| Some(format!("{} {:.2}", one.method, one.participation_ratio?));
    let ratios: Vec<_> = summaries.iter().filter_map(ratio).collect();
    if ratios.is_empty() {
        String::new()
    } else {
        format!("\nParticipation ratio of the hidden layers: {}.\n", ratios.join(", "))
    }
}

/// The objectives of several ends, and how many of them are at the lowest.
fn spread(ends: &[StartEnd]) -> String {
    let objectives = || ends.iter().map(|end| end.objective);
    let (lowest, highest) =
        (objectives().fold(f64::INFINITY, f64::min), objectives().fold(f64::NEG_INFINITY, f64::max));
    let at_lowest = objectives().filter(|&objective| objective <= lowest + slack(lowest)).count();
    let converged = ends.iter().filter(|end| end.status == Status::Converged).count();
    format!(
        "objectives from {} to {}, {at_lowest} of {} at the lowest, {converged} converged",
        number(lowest, 6),
        number(highest, 6),
        ends.len()
    )
}

/// Objectives that are so close count as the same.
fn slack(lowest: f64) -> f64 {
    1e-6 * lowest.abs().max(1e-3)
}

fn description(one: &MethodSummary) -> String {
    let (samples, error) = error(one);
    let (method, variance, right) = (one.method, percent(one.variance_explained), percent(1.0 - error));
    let said = match one.prediction {
        prediction if prediction.is_values() => format!("reaches {samples} R² of {right}"),
        prediction if prediction.is_labels() => format!("predicts {right} of the labels of the {samples} samples"),
        _ => format!("classifies {right} of the {samples} samples correctly"),
    };
    format!("{method} explains {variance} of the variance and {said}")
}

/// The test error where there is one.
fn error(summary: &MethodSummary) -> (&'static str, f64) {
    match summary.test_error {
        Some(error) => ("test", error),
        None => ("training", summary.train_error),
    }
}

/// Compared with two-stage, admm gives up …, wins … and keeps ….
fn comparison(one: &MethodSummary, base: &MethodSummary) -> String {
    let ((samples, ours), (_, theirs)) = (error(one), error(base));
    let gains = [
        (one.variance_explained - base.variance_explained, "variance explained".to_string()),
        (theirs - ours, format!("{samples} {}", one.prediction.success())),
    ];
    let tenths = |gain: f64| (1000.0 * gain).round() as i64;
    let points = |(gain, what): &(f64, String)| {
        let tenths = tenths(*gain).abs();
        let unit = if tenths == 10 { "point" } else { "points" };
        format!("{}.{} {unit} of {what}", tenths / 10, tenths % 10)
    };
    let phrase = |verb: &str, holds: &dyn Fn(i64) -> bool, say: &dyn Fn(&(f64, String)) -> String| {
        let said: Vec<_> = gains.iter().filter(|(gain, _)| holds(tenths(*gain))).map(say).collect();
        (!said.is_empty()).then(|| format!("{verb} {}", said.join(" and ")))
    };
    let phrases = [
        phrase("gives up", &|gain| gain < 0, &points),
        phrase("wins", &|gain| gain > 0, &points),
        phrase("has the same", &|gain| gain == 0, &|(_, what)| what.clone()),
    ];
    let phrases: Vec<_> = phrases.into_iter().flatten().collect();
    format!("Compared with {}, {} {}", base.method, one.method, phrases.join(" and "))
}

/// Who reaches the lowest objective, to six digits.
fn lowest(summaries: &[MethodSummary]) -> Option<String> {
    let finite = || summaries.iter().filter(|summary| summary.objective.is_finite());
    let best = finite().map(|summary| summary.objective).min_by(f64::total_cmp)?;
    let winners: Vec<_> = finite().filter(|summary| summary.objective <= best + slack(best)).collect();
    let verb = if winners.len() == 1 { "reaches" } else { "reach" };
    (summaries.len() > 1).then(|| format!("{} {verb} the lowest objective", names(&winners)))
}

fn unfinished(summaries: &[MethodSummary]) -> Vec<String> {
    let mut parts = Vec::new();
    let others = [Status::Unattained, Status::IterationLimit, Status::Stalled, Status::Diverged, Status::Stopped];
    for status in others {
        let some: Vec<_> = summaries.iter().filter(|summary| summary.status == status).collect();
        if !some.is_empty() {
            parts.push(format!("{} did not converge ({status})", names(&some)));
        }
    }
    parts
}

fn names(summaries: &[&MethodSummary]) -> String {
    let names: Vec<_> = summaries.iter().map(|summary| summary.method.to_string()).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
