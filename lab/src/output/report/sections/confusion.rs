//! The confusion of classes.

use maud::{Markup, html};

use crate::output::figure::{Caption, Cell, EdgeNames, HeatMap};
use crate::output::report::page::{Section, figure, table};
use crate::output::report::portrait::{Portrait, View};

/// With more classes than this a matrix shows nothing any more.
const MOST: usize = 40;
/// The number of pairs that are listed instead of a large matrix.
const PAIRS: usize = 20;

/// One matrix a part of the data.
pub fn confusion(portrait: &Portrait, classes: &[String]) -> Section {
    let parts = [("test", portrait.test.as_ref()), ("training", Some(&portrait.train))];
    let parts = parts.into_iter().filter_map(|(part, view)| Some((part, view?)));
    let shown = parts
        .map(|(part, view)| if classes.len() > MOST { list(part, view, classes) } else { map(part, view, classes) });
    let body = html! {
        p { "What " (portrait.method) " takes the samples of each class for. What lies off the diagonal is an error." }
        div class="figures" { @for part in shown { (part) } }
    };
    Section { id: "confusion", title: "Which classes are confused", body }
}

fn map(part: &str, view: &View, classes: &[String]) -> Markup {
    let map = matrix(part, view, classes);
    figure(&map.caption, map.svg())
}

fn list(part: &str, view: &View, classes: &[String]) -> Markup {
    let row = |&(count, (row, column)): &(usize, (usize, usize))| {
        vec![classes[row].clone(), classes[column].clone(), count.to_string()]
    };
    let rows: Vec<_> = errors(view, classes.len()).iter().take(PAIRS).map(row).collect();
    let caption = format!("Most frequent errors among the {part} samples. {}", total(view));
    table(&caption, &["true", "predicted", "samples"].map(String::from), &rows)
}

/// Counts of wrong pairs of a true and a predicted class, from the most frequent down.
fn errors(view: &View, classes: usize) -> Vec<(usize, (usize, usize))> {
    let counts = view.confusion(classes);
    let pairs = (0..classes).flat_map(|row| (0..classes).map(move |column| (row, column)));
    let wrong = pairs.filter(|(row, column)| row != column).map(|pair| (counts[pair], pair));
    let mut wrong: Vec<_> = wrong.filter(|(count, _)| *count > 0).collect();
    wrong.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    wrong
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
    let names = |label: &str| EdgeNames { label: label.into(), names: classes.to_vec() };
    let description = format!("{} The shade is the share of the row. {}", total(view), most_confused(view, classes));
    let caption = Caption::new(format!("Confusion matrix of the {part} samples"), description.trim());
    HeatMap { caption, across: names("predicted"), down: names("true"), cells: rows.collect() }
}

fn total(view: &View) -> String {
    let errors = view.labels.iter().zip(&view.predicted).filter(|(label, predicted)| label != predicted).count();
    if view.labels.len() == view.total {
        format!("{errors} errors in {} samples.", view.total)
    } else {
        format!("{errors} errors in {} of {} samples.", view.labels.len(), view.total)
    }
}

/// The pair with the most errors, in words; nothing without any.
fn most_confused(view: &View, classes: &[String]) -> String {
    let most = errors(view, classes.len()).first().map(|&(count, (row, column))| {
        format!("Most often {} is taken for {}: {count} times.", classes[row], classes[column])
    });
    most.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn view(labels: &[usize], predicted: &[usize]) -> View {
        let (n, labels, predicted) = (labels.len(), labels.to_vec(), predicted.to_vec());
        View { components: DMatrix::zeros(1, n), labels, predicted, numbers: None, total: n }
    }

    #[test]
    fn errors_are_counted_by_pair() {
        let view = view(&[0, 0, 1, 1, 1, 2], &[0, 2, 0, 0, 1, 2]);
        assert_eq!(errors(&view, 3), [(2, (1, 0)), (1, (0, 2))]);
        let names = ["a", "b", "c"].map(String::from);
        assert_eq!(most_confused(&view, &names), "Most often b is taken for a: 2 times.");
        assert_eq!(total(&view), "3 errors in 6 samples.");
        let map = matrix("test", &view, &names);
        assert_eq!(map.cells[1][0].note, "b taken for a: 2 of 3");
        assert!((map.cells[1][0].shade - 2.0 / 3.0).abs() < 1e-15 && map.cells[2][0].text.is_empty());
    }

    #[test]
    fn many_classes_are_listed() {
        let labels: Vec<usize> = (0..100).collect();
        let shifted: Vec<usize> = (0..100).map(|class| (class + 1) % 100).collect();
        let names: Vec<String> = labels.iter().map(|class| format!("<{class}>")).collect();
        let list = list("test", &view(&labels, &shifted), &names).into_string();
        assert_eq!(list.matches("<tr>").count(), 1 + PAIRS);
        assert!(list.contains("&lt;0&gt;") && list.contains("100 errors in 100 samples"));
    }
}
