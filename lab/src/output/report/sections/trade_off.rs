//! The trade-off between classes and variance: the path from λ = 1 to λ = 0, its Pareto front and the choice.

use maud::html;

use crate::output::figure::{Axis, Caption, Chart, Look, Point, Series};
use crate::output::report::page::{Section, figure};
use crate::path::{MarkedPoint, several_ridges};
use crate::prediction::Prediction;

/// Two charts: error against variance, and error along λ.
pub fn trade_off(rows: &[MarkedPoint], prediction: Prediction) -> Section {
    let body = html! {
        p {
            "Each point is a λ, judged on the samples that its folds kept back. Circled are the choices: the lowest error, and the "
            "largest λ whose error is within one standard error of it."
        }
        div class="figures" { @for chart in [front(rows, prediction), along(rows, prediction)] { (figure(&chart.caption, chart.svg())) } }
    };
    Section { id: "trade-off", title: "The trade-off", body }
}

/// The points that a paper would show.
pub fn front(rows: &[MarkedPoint], prediction: Prediction) -> Chart {
    Chart {
        caption: Caption::new(
            "Error against variance explained",
            "Down and to the right is better. Points that nothing beats in both are the Pareto front; hover to see which.",
        ),
        x: Axis::linear("variance explained, %"),
        y: Axis::linear(format!("{}, %", prediction.error())),
        series: series(rows, |row| Point { x: 100.0 * row.variance_explained.mean, ..point(row) }),
    }
}

fn along(rows: &[MarkedPoint], prediction: Prediction) -> Chart {
    Chart {
        caption: Caption::new("Error along the path", "The mean over the folds; bars are one standard deviation."),
        x: Axis::linear("λ, the weight of the PCA loss"),
        y: Axis::linear(format!("{}, %", prediction.error())),
        series: series(rows, |row| Point { x: row.weight, spread: 100.0 * row.error.sd, ..point(row) }),
    }
}

/// One line for each number of components and each ridge.
fn series(rows: &[MarkedPoint], point: impl Fn(&MarkedPoint) -> Point) -> Vec<Series> {
    let ridge = |row: &MarkedPoint| if several_ridges(rows) { format!(", μ = {}", row.ridge) } else { String::new() };
    let line = |rows: &[MarkedPoint]| Series {
        name: format!("k = {}{}", rows[0].components, ridge(&rows[0])),
        points: rows.iter().map(&point).collect(),
        look: Look::LineAndDots,
    };
    rows.chunk_by(|a, b| (a.components, a.ridge) == (b.components, b.ridge)).map(line).collect()
}

fn point(row: &MarkedPoint) -> Point {
    let parts = [
        (true, format!("λ = {}", row.weight)),
        (row.front, "on the Pareto front".into()),
        (row.lowest_error, "lowest error".into()),
        (row.one_standard_error, "one standard error".into()),
    ];
    let note: Vec<_> = parts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect();
    let chosen = row.lowest_error || row.one_standard_error;
    Point { y: 100.0 * row.error.mean, note: note.join(", "), chosen, ..Point::default() }
}
