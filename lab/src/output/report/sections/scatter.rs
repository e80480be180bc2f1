//! The samples in the first two components, coloured by class.

use admm_solvers::joint::Method;
use maud::html;

use crate::output::figure::{Axis, Caption, Chart, Look, Point, Series};
use crate::output::report::page::{Section, figure};
use crate::output::report::portrait::{Portrait, View};

/// No chart shows more samples: more would hide each other.
const MOST: usize = 800;

/// One chart a model and part of the data.
pub fn scatter(portraits: &[&Portrait], classes: &[String]) -> Section {
    let charts: Vec<_> = portraits.iter().flat_map(|portrait| charts(portrait, classes)).collect();
    let body = html! {
        p { "Where classes lie apart, a classifier on these components can tell them apart. Hover to see a sample." }
        div class="figures" { @for chart in &charts { (figure(&chart.caption, chart.svg())) } }
    };
    Section { id: "data", title: "The data in the first two components", body }
}

fn charts(portrait: &Portrait, classes: &[String]) -> Vec<Chart> {
    let views = [("training", Some(&portrait.train)), ("test", portrait.test.as_ref())];
    let views = views.into_iter().filter_map(|(part, view)| Some((part, view?)));
    views.map(|(part, view)| chart(portrait.method, part, view, classes)).collect()
}

fn chart(method: Method, part: &str, view: &View, classes: &[String]) -> Chart {
    let stride = view.labels.len().div_ceil(MOST).max(1);
    let shown: Vec<usize> = (0..view.labels.len()).step_by(stride).collect();
    let some = if shown.len() == view.total {
        format!("All {} samples", view.total)
    } else {
        format!("{} of {} samples", shown.len(), view.total)
    };
    let of = |class: usize| {
        let members = shown.iter().filter(move |&&sample| view.labels[sample] == class);
        let points = members.map(|&sample| point(view, sample, classes)).collect();
        Series { name: classes[class].clone(), points, look: Look::Dots }
    };
    let planar = view.components.nrows() > 1;
    Chart {
        caption: Caption::new(
            format!("Components of {method}, {part} samples"),
            format!("{some}; the colour and the shape are the class."),
        ),
        x: Axis::linear("component 1"),
        y: Axis::linear(if planar { "component 2" } else { "class, from 1" }),
        series: (0..classes.len()).map(of).collect(),
    }
}

/// A single component leaves the height to the class; within it the samples lie a golden section apart.
fn point(view: &View, sample: usize, classes: &[String]) -> Point {
    let (label, predicted) = (view.labels[sample], view.predicted[sample]);
    let said = if label == predicted { "predicted so".into() } else { format!("predicted {}", classes[predicted]) };
    let height = || label as f64 + 1.0 + 0.5 * ((sample as f64 * 0.618_033_988_75).fract() - 0.5);
    Point {
        x: view.components[(0, sample)],
        y: if view.components.nrows() > 1 { view.components[(1, sample)] } else { height() },
        note: format!("sample {}, {said}", sample + 1),
        ..Point::default()
    }
}
