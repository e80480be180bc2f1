//! The convergence of the methods: objective, residuals, ρ and the augmented Lagrangian.

use admm_solvers::joint::{Method, Progress};
use maud::html;

use crate::output::figure::{Axis, Caption, Chart, Look, Series};
use crate::output::report::page::{Section, figure};

/// A method and its iterations.
pub type History<'a> = (Method, &'a [Progress]);

/// Four charts, of which the last two are about ADMM.
pub fn convergence(histories: &[History<'_>]) -> Section {
    let mut charts = vec![gap(histories), gradients(histories)];
    for (_, history) in histories.iter().filter(|(method, _)| *method == Method::Admm) {
        charts.extend([residuals(history), penalty(history), lagrangian(history)]);
    }
    let body = html! {
        div class="figures" { @for chart in &charts { (figure(&chart.caption, chart.svg())) } }
    };
    Section { id: "convergence", title: "Convergence", body }
}

fn chart(title: &str, description: &str, x: Axis, y: Axis, series: Vec<Series>) -> Chart {
    Chart { caption: Caption::new(title, description), x, y, series }
}

/// One line a method, over its passes.
fn lines(histories: &[History<'_>], value: impl Fn(&Progress) -> f64) -> Vec<Series> {
    let line = |(method, history): &History<'_>| {
        let look = if history.len() == 1 { Look::Dots } else { Look::Line };
        let points = history.iter().map(|progress| (progress.passes as f64, value(progress)));
        Series::new(method.to_string(), look, points)
    };
    histories.iter().map(line).collect()
}

/// The objective of a method above the lowest of all.
fn gap(histories: &[History<'_>]) -> Chart {
    let all = || histories.iter().flat_map(|(_, history)| *history).filter_map(|progress| progress.objective);
    let lowest = all().fold(f64::INFINITY, f64::min);
    chart(
        "Objective above the lowest",
        "The joint objective at the feasible W, minus the lowest that any method reached, over the passes through the \
         data. A line that levels off has settled at another point.",
        Axis::log("passes"),
        Axis::log("objective − lowest"),
        lines(histories, |progress| progress.objective.map_or(f64::NAN, |objective| objective - lowest)),
    )
}

fn gradients(histories: &[History<'_>]) -> Chart {
    chart(
        "Dual residual",
        "ρ‖ΔV‖ of the methods with two blocks, the norm of the gradient of those with one W. A method stops where this, \
         and ‖W − V‖ of ADMM, are within the tolerance.",
        Axis::log("passes"),
        Axis::log("dual residual"),
        lines(histories, |progress| progress.dual_residual),
    )
}

/// A line of ADMM over its iterations.
fn line(name: &str, history: &[Progress], value: impl Fn(&Progress) -> f64) -> Series {
    Series::new(name, Look::Line, history.iter().map(|progress| (progress.iteration as f64, value(progress))))
}

fn residuals(history: &[Progress]) -> Chart {
    chart(
        "Residuals of ADMM",
        "How far the two copies are apart, ‖W − V‖, and how far V still moves, ρ‖ΔV‖.",
        Axis::log("iteration"),
        Axis::log("residual"),
        vec![
            line("primal", history, |progress| progress.primal_residual),
            line("dual", history, |progress| progress.dual_residual),
        ],
    )
}

fn penalty(history: &[Progress]) -> Chart {
    chart(
        "Penalty of ADMM",
        "ρ grows where the copies are far apart and shrinks where V moves much, finitely often.",
        Axis::log("iteration"),
        Axis::log("ρ"),
        vec![line("ρ", history, |progress| progress.rho)],
    )
}

fn lagrangian(history: &[Progress]) -> Chart {
    let value = |of: fn(&Progress) -> Option<f64>| move |progress: &Progress| of(progress).unwrap_or(f64::NAN);
    chart(
        "Augmented Lagrangian of ADMM",
        "Both losses with the pull of the copies on each other, and the joint objective at the feasible W: they meet \
         where W = V.",
        Axis::log("iteration"),
        Axis::linear("value"),
        vec![
            line("augmented Lagrangian", history, value(|progress| progress.augmented_lagrangian)),
            line("objective", history, value(|progress| progress.objective)),
        ],
    )
}
