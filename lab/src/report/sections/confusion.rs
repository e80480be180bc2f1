//! Which classes are taken for which.

use maud::html;

use crate::figure::{Caption, Cell, HeatMap, Names};
use crate::report::page::{Section, figure};
use crate::report::portrait::{Portrait, View};

/// One matrix a part of the data.
pub fn confusion(portrait: &Portrait, classes: &[String]) -> Section {
    let parts = [("test", portrait.test.as_ref()), ("training", Some(&portrait.train))];
    let maps: Vec<_> = parts.into_iter().filter_map(|(part, view)| Some(matrix(part, view?, classes))).collect();
    let body = html! {
        p {
            "Predictions of " (portrait.method) ". A row holds the samples of a class, a column those that are taken for "
            "one; the shade is the share of the row. What lies off the diagonal is an error."
        }
        div class="figures" { @for map in &maps { (figure(&map.caption, map.svg())) } }
    };
    Section { id: "confusion", title: "Which classes are confused", body }
}

fn matrix(part: &str, view: &View, classes: &[String]) -> HeatMap {
    let counts = view.confusion(classes.len());
    let cell = |row: usize, column: usize| {
        let (count, total) = (counts[(row, column)], counts.row(row).sum());
        let share = count as f64 / total.max(1) as f64;
        let note = format!("{} taken for {}: {count} of {total}", classes[row], classes[column]);
        Cell { shade: share, text: if count > 0 { count.to_string() } else { String::new() }, note }
    };
    let rows = (0..classes.len()).map(|row| (0..classes.len()).map(|column| cell(row, column)).collect());
    let names = |label: &str| Names { label: label.into(), names: classes.to_vec() };
    let description = format!("{} {}", total(view), most_confused(view, classes));
    let caption = Caption::new(format!("Confusion matrix of the {part} samples"), description.trim());
    HeatMap { caption, across: names("predicted"), down: names("true"), cells: rows.collect() }
}

fn total(view: &View) -> String {
    let errors = view.labels.iter().zip(&view.predicted).filter(|(label, predicted)| label != predicted).count();
    match view.labels.len() == view.total {
        true => format!("{errors} errors in {} samples.", view.total),
        false => format!("{errors} errors in {} of {} samples.", view.labels.len(), view.total),
    }
}

/// The pair with the most errors, in words; nothing without any.
fn most_confused(view: &View, classes: &[String]) -> String {
    let counts = view.confusion(classes.len());
    let pairs = (0..classes.len()).flat_map(|row| (0..classes.len()).map(move |column| (row, column)));
    let errors = pairs.filter(|(row, column)| row != column).map(|pair| (counts[pair], pair));
    match errors.reduce(|most, pair| if pair.0 > most.0 { pair } else { most }) {
        None | Some((0, _)) => String::new(),
        Some((count, (row, column))) => {
            format!("Most often {} is taken for {}: {count} times.", classes[row], classes[column])
        }
    }
}
