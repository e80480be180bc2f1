//! Figures of means over the rows that agree.

use super::display::FigureSpec;
use super::rows::{ResultRow, group, matches, word};
use crate::output::figure::{Axis, Caption, Chart, FigureError, Look, Point, Series};
use crate::path::Spread;

/// The figure of those rows that it asks for.
pub fn svg(figure: &FigureSpec, rows: &[ResultRow]) -> Result<String, FigureError> {
    let rows: Vec<&ResultRow> = rows.iter().filter(|row| matches(&figure.only, row)).collect();
    let axis = |name: &str, log: bool| {
        let label = name.replace('_', " ");
        if log { Axis::log(label) } else { Axis::linear(label) }
    };
    let look = if figure.scatter { Look::Dots } else { Look::LineAndDots };
    let series = group(&figure.series, &rows).into_iter().map(|group| Series {
        name: group.key.iter().map(word).collect::<Vec<_>>().join(", "),
        points: points(figure, &group.rows),
        look,
    });
    let (x, y) = (axis(&figure.x, figure.log_x), axis(&figure.y, figure.log_y));
    let caption = Caption::new(&figure.title, figure.description());
    Chart { caption, x, y, series: series.collect() }.svg()
}

impl FigureSpec {
    /// Returns a description of the axes.
    pub fn description(&self) -> String {
        format!("Shown: {} against {}.", self.y, self.x).replace('_', " ")
    }
}

/// A point for each combination of the columns in `by`; without any, one for each row.
fn points(figure: &FigureSpec, rows: &[&ResultRow]) -> Vec<Point> {
    let groups = if figure.by.is_empty() {
        rows.iter().map(|row| (String::new(), vec![*row])).collect()
    } else {
        group(&figure.by, rows).into_iter().map(|group| (note(figure, &group.key), group.rows)).collect::<Vec<_>>()
    };
    let point = |(note, rows): (String, Vec<&ResultRow>)| {
        let spread = |column: &str| {
            let values: Vec<f64> = rows.iter().filter_map(|row| row.get(column)?.as_f64()).collect();
            (!values.is_empty()).then(|| Spread::of(&values))
        };
        let (x, y) = (spread(&figure.x)?, spread(&figure.y)?);
        Some(Point { x: x.mean, y: y.mean, spread: if figure.log_y { 0.0 } else { y.sd }, note, chosen: false })
    };
    groups.into_iter().filter_map(point).collect()
}

fn note(figure: &FigureSpec, key: &[serde_json::Value]) -> String {
    let named =
        figure.by.iter().zip(key).map(|(column, value)| format!("{} {}", column.replace('_', " "), word(value)));
    named.collect::<Vec<_>>().join(", ")
}
