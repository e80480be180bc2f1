//! The predicted targets against the true ones.

use maud::html;

use crate::output::agreement::{AgreementTable, table_of};
use crate::output::figure::{Axis, Caption, Chart, Look, Point, Series};
use crate::output::report::page::{Section, figure, table};
use crate::output::report::portrait::{Portrait, View};
use crate::prediction::Prediction;

/// No chart shows more samples: more would hide each other.
const MOST: usize = 800;

/// With more targets than this the first ones have a chart each.
const TARGETS: usize = 6;

/// A table a part of the data, and a chart a target.
pub fn agreement(portrait: &Portrait, prediction: Prediction, targets: &[String]) -> Section {
    let parts = [("test", portrait.test.as_ref()), ("training", Some(&portrait.train))];
    let parts: Vec<_> = parts.into_iter().filter_map(|(part, view)| Some((part, view?))).collect();
    let tables = parts.iter().filter_map(|(part, view)| {
        let (actual, predicted) = view.numbers.as_ref()?;
        let AgreementTable { headings, rows } = table_of(prediction, targets, actual, predicted, None);
        Some(table(&format!("The {part} samples that are shown"), &headings, &rows))
    });
    let shown = targets.len().min(TARGETS);
    let charts = parts
        .iter()
        .flat_map(|&(part, view)| (0..shown).filter_map(move |target| chart(part, view, target, &targets[target])));
    let body = html! {
        p { "What " (portrait.method) " predicts, beside what is true." }
        @for table in tables { (table) }
        div class="figures" { @for chart in charts { (figure(&chart.caption, chart.svg())) } }
    };
    Section { id: "agreement", title: "Predicted against actual", body }
}

fn chart(part: &str, view: &View, target: usize, name: &str) -> Option<Chart> {
    let (actual, predicted) = view.numbers.as_ref()?;
    let n = actual.ncols();
    let point = |sample: usize| Point {
        x: actual[(target, sample)],
        y: predicted[(target, sample)],
        note: format!("sample {}", sample + 1),
        ..Point::default()
    };
    let shown = (0..n).step_by(n.div_ceil(MOST).max(1));
    let row = actual.row(target);
    let line = [row.min(), row.max()].map(|value| Point { x: value, y: value, ..Point::default() });
    Some(Chart {
        caption: Caption::new(
            format!("{name}, {part} samples"),
            "Each point is a sample. On the line the prediction is right.",
        ),
        x: Axis::linear("actual"),
        y: Axis::linear("predicted"),
        series: vec![
            Series { name: "samples".into(), points: shown.map(point).collect(), look: Look::Dots },
            Series { name: "predicted = actual".into(), points: line.to_vec(), look: Look::LineAndDots },
        ],
    })
}
