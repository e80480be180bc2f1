//! A column of a table: how the values of many rows become one.

use serde_json::Value;

use super::display::{Aggregate, By, Measure};
use super::rows::{ResultRow, plain, word};
use crate::path::Spread;

/// A measure, and whether all that it is made of are whole numbers.
pub struct Column {
    by: By,
    whole: bool,
}

impl Column {
    /// Over the rows of a table.
    pub fn new(measure: &Measure, rows: &[&ResultRow]) -> Self {
        let by = match measure {
            Measure::Plain(of) => By { of: of.clone(), by: Aggregate::Mean, digits: None, heading: None },
            Measure::By(by) => by.clone(),
        };
        let mut numbers = rows.iter().filter_map(|row| row.get(&by.of)?.as_f64());
        let whole =
            matches!(by.by, Aggregate::Distinct | Aggregate::Count) || numbers.all(|value| value.fract() == 0.0);
        Column { by, whole }
    }

    /// Returns the heading of the column.
    pub fn heading(&self) -> String {
        self.by.heading.clone().unwrap_or_else(|| plain(&self.by.of))
    }

    /// The names of its columns in the CSV.
    pub fn names(&self, value: Option<&Value>) -> Vec<String> {
        let (prefix, of) = (value.map_or(String::new(), |value| word(value) + ":"), &self.by.of);
        match self.by.by {
            Aggregate::Mean => vec![format!("{prefix}{of}"), format!("{prefix}{of}_sd")],
            _ => vec![format!("{prefix}{}", self.by.heading.as_ref().unwrap_or(of))],
        }
    }

    /// The text, and the numbers with every digit.
    pub fn make(&self, rows: &[&ResultRow]) -> (String, Vec<String>) {
        let values: Vec<&Value> =
            rows.iter().filter_map(|row| row.get(&self.by.of)).filter(|value| !value.is_null()).collect();
        let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
        match self.by.by {
            _ if values.is_empty() => ("–".into(), vec![String::new(); self.names(None).len()]),
            Aggregate::Mean if numbers.len() < values.len() => {
                let words = counted(&values);
                (words.clone(), vec![words, String::new()])
            }
            Aggregate::Mean => {
                let Spread { mean, sd } = Spread::of(&numbers);
                let shown = if numbers.len() == 1 { self.show(&[mean]) } else { self.show(&[mean, sd]) };
                (shown, vec![format!("{mean:?}"), format!("{sd:?}")])
            }
            by => {
                let value = by.of(numbers);
                (self.show(&[value]), vec![format!("{value:?}")])
            }
        }
    }

    /// A number, and its deviation to the same digit: three digits that count, and no more than three after the point.
    fn show(&self, values: &[f64]) -> String {
        let size = values[0].abs();
        let digits = self.by.digits.unwrap_or(if self.whole {
            usize::from(values.iter().any(|value| value.fract() != 0.0))
        } else {
            (2.0 - size.max(0.1).log10().floor()).clamp(0.0, 3.0) as usize
        });
        let tiny = size != 0.0 && size < 0.5 * 10_f64.powi(-(digits as i32));
        let text = |value: &f64| match tiny || size >= if self.whole { 1e6 } else { 1e4 } {
            true => format!("{value:.1e}"),
            false => format!("{value:.digits$}"),
        };
        values.iter().map(text).collect::<Vec<_>>().join(" ± ")
    }
}

impl Aggregate {
    /// Computes the statistic of at least one number.
    fn of(self, mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        let (least, count) = (values[0], values.len());
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
        match self {
            Aggregate::Mean => Spread::of(&values).mean,
            Aggregate::Lowest => least,
            Aggregate::Highest => values[count - 1],
            Aggregate::Median => 0.5 * (values[(count - 1) / 2] + values[count / 2]),
            Aggregate::Count => count as f64,
            Aggregate::Share => Spread::of(&values).mean,
            Aggregate::NinthDecile => values[(count * 9).div_ceil(10) - 1],
            Aggregate::Distinct => 1.0 + values.windows(2).filter(|pair| !near(pair[0], pair[1])).count() as f64,
            Aggregate::AtLowest => values.iter().filter(|&&value| near(value, least)).count() as f64 / count as f64,
        }
    }
}

/// Each word once, with its count where there are others.
fn counted(values: &[&Value]) -> String {
    let mut words: Vec<(String, usize)> = Vec::new();
    for value in values {
        match words.iter_mut().find(|(known, _)| *known == word(value)) {
            Some((_, count)) => *count += 1,
            None => words.push((word(value), 1)),
        }
    }
    match &words[..] {
        [(only, _)] => only.clone(),
        several => several.iter().map(|(word, count)| format!("{word} {count}×")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn column(values: &[f64]) -> (Column, Vec<ResultRow>) {
        let row = |value: &f64| json!({ "error": value }).as_object().unwrap().clone();
        let rows: Vec<ResultRow> = values.iter().map(row).collect();
        (Column::new(&Measure::Plain("error".into()), &rows.iter().collect::<Vec<_>>()), rows)
    }

    #[test]
    fn as_many_digits_as_count() {
        let shown = |of: &[f64], value: f64| column(of).0.show(&[value]);
        let mixed = [0.5, 1.0];
        let sizes = [0.0, 0.25, 1.0, 36.926, 456.7, 9876.54, 72823.732, 0.0004, 5.1e-7];
        let expected = ["0.000", "0.250", "1.00", "36.9", "457", "9877", "7.3e4", "4.0e-4", "5.1e-7"];
        assert_eq!(sizes.map(|value| shown(&mixed, value)), expected);
        assert_eq!([3.0, 3.5, 72823.0, 2e6].map(|value| shown(&[7.0], value)), ["3", "3.5", "72823", "2.0e6"]);
    }

    #[test]
    fn a_deviation_ends_where_its_mean_does() {
        let made = |values: &[f64]| {
            let (column, rows) = column(values);
            column.make(&rows.iter().collect::<Vec<_>>()).0
        };
        assert_eq!(made(&[0.96, 0.9601]), "0.960 ± 0.000");
        assert_eq!(made(&[36.0, 36.5]), "36.2 ± 0.4");
        assert_eq!(made(&[3.0, 4.0]), "3.5 ± 0.7");
        assert_eq!(made(&[3.0, 3.0]), "3 ± 0");
    }

    #[test]
    fn summaries() {
        let of = |by: Aggregate| by.of(vec![3.0, 1.0, 1.0 + 1e-9, 2.0]);
        assert_eq!([Aggregate::Lowest, Aggregate::Highest, Aggregate::Median].map(of), [1.0, 3.0, 1.5 + 0.5e-9]);
        assert_eq!([Aggregate::Distinct, Aggregate::AtLowest].map(of), [3.0, 0.5]);
        assert_eq!([Aggregate::Count, Aggregate::NinthDecile].map(of), [4.0, 3.0]);
        let tenths = || (1..=10).map(f64::from).collect::<Vec<_>>();
        assert_eq!((Aggregate::NinthDecile.of(tenths()), Aggregate::Share.of(tenths())), (9.0, 5.5));
    }
}
