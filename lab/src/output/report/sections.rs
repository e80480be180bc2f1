//! The sections that reports of a fit and of a path share.

mod agreement;
mod confusion;
mod convergence;
mod loadings;
mod scatter;
mod trade_off;

use admm::Status;
use admm_solvers::joint::{Method, StartEnd};
use admm_solvers::loss::Loss;
use maud::html;

pub use agreement::agreement;
pub use confusion::confusion;
pub use convergence::convergence;
pub use loadings::loadings;
pub use scatter::scatter;
pub use trade_off::{front, trade_off};

use super::page::{Section, facts, table};
use crate::output::methods_table::{cells, headings};
use crate::output::{MethodSummary, methods_table};
use crate::prediction::Prediction;

/// The table of methods.
pub fn methods(summaries: &[MethodSummary]) -> Section {
    let rows: Vec<_> = summaries.iter().map(|summary| cells(summary).to_vec()).collect();
    let body = html! {
        (table("Every method on the same data from the same start", &headings(summaries), &rows))
        p { "A pass reads the training data once. " (errors(summaries)) }
    };
    Section { id: "methods", title: "The methods", body }
}

/// The meaning of the errors and the loss of a table, in words.
fn errors(summaries: &[MethodSummary]) -> String {
    let prediction = summaries.first().map_or(Prediction::CLASSES, |first| first.prediction);
    let error = match prediction {
        _ if prediction.is_values() => "R² is the share of the variance of the targets that is predicted",
        _ if prediction.is_labels() => "The error is the share of labels that are not predicted",
        _ => "The error is the share of samples whose class is not predicted",
    };
    match prediction.loss {
        Loss::Softmax => format!("{error}; the cross-entropy is that of the training samples, in nats."),
        _ => format!("{error}; the prediction loss is the mean {} of the training samples.", prediction.mean_loss()),
    }
}

/// Where each start of each method ended, if there were several.
pub fn starts(summaries: &[MethodSummary]) -> Option<Section> {
    let columns = ["method", "start", "objective", "passes", "status"];
    let row = |method: Method, number: usize, end: &StartEnd| {
        let start = if number == 0 { "the usual one".into() } else { format!("random, number {number}") };
        vec![method.to_string(), start, format!("{:.6}", end.objective), end.passes.to_string(), end.status.to_string()]
    };
    let ends =
        summaries.iter().flat_map(|one| one.starts.iter().enumerate().map(|(number, end)| (one.method, number, end)));
    let rows: Vec<_> = ends.map(|(method, number, end)| row(method, number, end)).collect();
    let body = html! {
        (table("Where each start ended", &columns.map(String::from), &rows))
        p { "Different objectives are those of different local minima. The lowest one is the fit of the method." }
        @for line in methods_table::starts(summaries).lines().filter(|line| !line.is_empty()) { p { (line) } }
    };
    (!rows.is_empty()).then_some(Section { id: "starts", title: "The starts", body })
}

/// Returns the section that shows where each method ended: at a stationary point, on its set, with W = V.
pub fn certificate(summaries: &[MethodSummary]) -> Section {
    let columns = ["method", "stationarity", "feasibility", "primal residual", "dual residual", "ρ", "status"];
    let size = |value: f64| format!("{value:.1e}").replace('-', "−");
    let row = |one: &MethodSummary| {
        let sizes = [one.stationarity, one.feasibility, one.primal_residual, one.dual_residual, one.rho].map(size);
        [vec![one.method.to_string()], sizes.to_vec(), vec![one.status.to_string()]].concat()
    };
    let rows: Vec<_> = summaries.iter().map(row).collect();
    let curvatures: Vec<_> = summaries.iter().filter_map(curvature).collect();
    let unfinished = summaries.iter().filter(|one| one.status != Status::Converged);
    let body = html! {
        (table("How the methods ended", &columns.map(String::from), &rows))
        p {
            "Stationarity is the norm of the Riemannian gradient of the joint objective at the feasible W, and is small "
            "only for methods that minimise it; feasibility is how far W is from its constraint. The residuals are "
            "those of the last iteration: the primal one is ‖W − V‖, the dual one ρ‖ΔV‖, or the gradient of methods "
            "with one W."
        }
        @for one in summaries.iter().filter(|one| one.polish > 0) {
            p {
                (one.polish) " of the " (one.passes) " passes of " (one.method) " were its polish: a descent on both losses, "
                "after its blocks had agreed. In the history its rows have no primal residual."
            }
        }
        @if let Some(admm) = summaries.iter().find(|one| one.method == Method::Admm) {
            (table("What theory asks of ADMM here", &["condition", "holds", "because"].map(String::from), &conditions(admm)))
            p { "The conditions are sufficient. A run that lacks one may have found the same point, but no theorem says so." }
        }
        @if !curvatures.is_empty() {
            (table("Whether the ends are local minima", &["method", "strict local minimum", "because"].map(String::from), &curvatures))
            p {
                "By the smallest eigenvalues of the Riemannian Hessian of the joint objective, without the directions in which "
                "the symmetries of the model leave the objective as it is."
            }
        }
        @for one in unfinished { p { strong { (one.method) ": " (one.status) "." } " " (one.status.advice()) } }
    };
    Section { id: "certificate", title: "Certificate", body }
}

fn conditions(admm: &MethodSummary) -> Vec<Vec<String>> {
    let row = |(verdict, condition, because): (&str, &str, String)| vec![condition.into(), verdict.into(), because];
    admm.certificate.lines().map(row).to_vec()
}

fn curvature(one: &MethodSummary) -> Option<Vec<String>> {
    let (verdict, _, because) = one.second_order.as_ref()?.line();
    Some(vec![one.method.to_string(), verdict.into(), because])
}

/// The command, the version and every choice.
pub fn reproduce(command: &str, choices: &[(String, String)]) -> Section {
    let body = html! {
        pre { code { (command) } }
        p {
            "With admm " (env!("CARGO_PKG_VERSION")) ". The same binary, processor family and choices give the same model, "
            "bit for bit, for any number of threads. All choices, those made by default included:"
        }
        (facts(choices))
    };
    Section { id: "reproduce", title: "Do it again", body }
}
