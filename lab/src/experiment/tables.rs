//! Tables of means and deviations over the rows that agree.

use serde_json::{Map, Value};

use super::display::{By, Measure, Summary, Table, Where};
use crate::path::Spread;
use crate::sheet::Sheet;

/// A row of figures.
pub type Figures = Map<String, Value>;

/// A table for people, and one for programs.
pub struct Made {
    /// Rounded.
    pub sheet: Sheet,
    /// Every digit, deviations in columns of their own.
    pub csv: String,
}

/// Some rows, and how they are called.
pub struct Group<'a> {
    /// The values that they share.
    pub key: Vec<Value>,
    /// They.
    pub rows: Vec<&'a Figures>,
}

/// Whether a row has those values.
pub fn matches(only: &Where, row: &Figures) -> bool {
    only.iter().all(|(column, wanted)| {
        let wanted = serde_json::to_value(wanted).expect("TOML has a JSON form");
        let found = row.get(column).unwrap_or(&Value::Null);
        wanted.as_array().map_or_else(|| same(&wanted, found), |values| values.iter().any(|value| same(value, found)))
    })
}

/// 1 and 1.0 are the same.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b)
}

/// The rows by the values of some columns, in the order in which these appear.
pub fn group<'a>(columns: &[String], rows: &[&'a Figures]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for &row in rows {
        let key: Vec<Value> = columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect();
        match groups.iter_mut().find(|group| group.key.iter().zip(&key).all(|(a, b)| same(a, b))) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { key, rows: vec![row] }),
        }
    }
    groups
}

/// A value as a reader wants to see it.
pub fn word(value: &Value) -> String {
    match value {
        Value::Null => "–".into(),
        Value::String(text) => text.clone(),
        other => other.to_string().trim_end_matches(".0").to_string(),
    }
}

/// The table of those rows that it asks for.
pub fn make(table: &Table, rows: &[Figures]) -> Made {
    let rows: Vec<&Figures> = rows.iter().filter(|row| matches(&table.only, row)).collect();
    let across = match &table.columns {
        Some(column) => {
            group(std::slice::from_ref(column), &rows).into_iter().map(|group| Some(group.key[0].clone())).collect()
        }
        None => vec![None],
    };
    let measures: Vec<By> = table.values.iter().map(By::of_measure).collect();
    let columns: Vec<(&Option<Value>, &By)> =
        across.iter().flat_map(|value| measures.iter().map(move |measure| (value, measure))).collect();
    let mut sheet = Sheet { headings: table.rows.iter().map(|name| plain(name)).collect(), rows: Vec::new() };
    sheet.headings.extend(columns.iter().map(|(value, measure)| heading(table, value, measure, measures.len())));
    let mut lines = vec![table.rows.clone()];
    lines[0].extend(columns.iter().flat_map(|(value, measure)| measure.names(value.as_ref())));
    for group in group(&table.rows, &rows) {
        let mut cells: Vec<String> = group.key.iter().map(word).collect();
        let mut line = cells.clone();
        for (value, measure) in &columns {
            let of_column = |row: &&&Figures| match (&table.columns, value) {
                (Some(column), Some(value)) => row.get(column).is_some_and(|found| same(found, value)),
                _ => true,
            };
            let rows: Vec<&Figures> = group.rows.iter().filter(of_column).copied().collect();
            let (shown, exact) = measure.make(&rows);
            cells.push(shown);
            line.extend(exact);
        }
        if !table.published.is_empty() {
            cells.push(published(table, &group));
            line.push(cells.last().cloned().unwrap_or_default());
        }
        sheet.rows.push(cells);
        lines.push(line);
    }
    if !table.published.is_empty() {
        sheet.headings.push("published".into());
        lines[0].push("published".into());
    }
    Made { sheet, csv: csv(&lines) }
}

fn plain(name: &str) -> String {
    name.replace('_', " ")
}

fn heading(table: &Table, value: &Option<Value>, measure: &By, measures: usize) -> String {
    let own = measure.heading.clone().unwrap_or_else(|| plain(&measure.of));
    let across = match (value, &table.columns) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(value), Some(column)) => format!("{} {}", plain(column), word(value)),
        _ => return own,
    };
    if measures == 1 { across } else { format!("{across}, {own}") }
}

fn published(table: &Table, group: &Group<'_>) -> String {
    let key: Figures = table.rows.iter().cloned().zip(group.key.iter().cloned()).collect();
    let found = table.published.iter().find(|published| matches(&published.only, &key));
    found.map_or("–".into(), |published| published.value.clone())
}

fn csv(lines: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    lines.iter().for_each(|line| writer.write_record(line).expect("memory takes every record of the same length"));
    String::from_utf8(writer.into_inner().expect("memory has nothing to flush")).expect("it was text")
}

impl By {
    fn of_measure(measure: &Measure) -> Self {
        match measure {
            Measure::Plain(of) => By { of: of.clone(), by: Summary::Mean, digits: None, heading: None },
            Measure::By(by) => by.clone(),
        }
    }

    /// The names of its columns in the CSV.
    fn names(&self, value: Option<&Value>) -> Vec<String> {
        let prefix = value.map_or(String::new(), |value| word(value) + ":");
        match self.by {
            Summary::Mean => vec![format!("{prefix}{}", self.of), format!("{prefix}{}_sd", self.of)],
            _ => vec![format!("{prefix}{}", self.heading.as_ref().unwrap_or(&self.of))],
        }
    }

    /// The text, and the numbers with every digit.
    fn make(&self, rows: &[&Figures]) -> (String, Vec<String>) {
        let values: Vec<&Value> =
            rows.iter().filter_map(|row| row.get(&self.of)).filter(|value| !value.is_null()).collect();
        let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
        let blank = |cells: usize| vec![String::new(); cells];
        match self.by {
            _ if values.is_empty() => ("–".into(), blank(self.names(None).len())),
            Summary::Mean if numbers.len() < values.len() => {
                let words = counted(&values);
                (words.clone(), vec![words, String::new()])
            }
            Summary::Mean => {
                let spread = Spread::of(&numbers);
                let shown = match numbers.len() {
                    1 => self.number(spread.mean, &numbers),
                    _ => format!("{} ± {}", self.number(spread.mean, &numbers), self.number(spread.sd, &numbers)),
                };
                (shown, vec![format!("{:?}", spread.mean), format!("{:?}", spread.sd)])
            }
            by => {
                let value = by.of(numbers.clone());
                (self.number(value, &numbers), vec![format!("{value:?}")])
            }
        }
    }

    fn number(&self, value: f64, among: &[f64]) -> String {
        let whole = among.iter().all(|value| value.fract() == 0.0);
        let digits = self.digits.unwrap_or(match (whole, value.fract() == 0.0) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 3,
        });
        let tiny = value != 0.0 && value.abs() < 0.5 * 10_f64.powi(-(digits as i32));
        if tiny || value.abs() >= 1e6 { format!("{value:.1e}") } else { format!("{value:.digits$}") }
    }
}

impl Summary {
    /// Of at least one number.
    fn of(self, mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        let (least, count) = (values[0], values.len());
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
        match self {
            Summary::Mean => Spread::of(&values).mean,
            Summary::Lowest => least,
            Summary::Highest => values[count - 1],
            Summary::Median => 0.5 * (values[(count - 1) / 2] + values[count / 2]),
            Summary::Distinct => 1.0 + values.windows(2).filter(|pair| !near(pair[0], pair[1])).count() as f64,
            Summary::AtLowest => values.iter().filter(|&&value| near(value, least)).count() as f64 / count as f64,
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

    fn rows() -> Vec<Figures> {
        let row = |data: &str, weight: f64, error: f64, status: &str| {
            json!({"data": data, "weight": weight, "error": error, "status": status}).as_object().unwrap().clone()
        };
        vec![
            row("iris", 1.0, 0.25, "converged"),
            row("iris", 0.5, 0.125, "converged"),
            row("iris", 1.0, 0.75, "stalled"),
            row("wine", 1.0, 0.5, "converged"),
        ]
    }

    fn made(text: &str) -> Made {
        make(&toml::from_str(&format!("name = 'n'\ntitle = 't'\n{text}")).unwrap(), &rows())
    }

    #[test]
    fn rows_that_agree_become_one() {
        let made = made("rows = ['data', 'weight']\nvalues = ['error', 'status']");
        assert_eq!(made.sheet.headings, ["data", "weight", "error", "status"]);
        assert_eq!(made.sheet.rows[0], ["iris", "1", "0.500 ± 0.354", "converged 1×, stalled 1×"]);
        assert_eq!(made.sheet.rows[1], ["iris", "0.5", "0.125", "converged"]);
        let csv = "data,weight,error,error_sd,status,status_sd\niris,1,0.5,0.3535533905932738,";
        assert!(made.csv.starts_with(csv), "{}", made.csv);
    }

    #[test]
    fn a_column_becomes_headings_and_some_rows_are_left_out() {
        let made = made(
            "rows = ['data']\ncolumns = 'weight'\nvalues = [{ of = 'error', by = 'lowest', digits = 2 }]\nwhere = { weight = [1, 0.5] }",
        );
        assert_eq!(made.sheet.headings, ["data", "weight 1", "weight 0.5"]);
        assert_eq!(made.sheet.rows, [["iris", "0.25", "0.12"], ["wine", "0.50", "–"]]);
        assert_eq!(made.csv, "data,1:error,0.5:error\niris,0.25,0.125\nwine,0.5,\n");
    }

    #[test]
    fn others_stand_beside_ours() {
        let made = made(
            "rows = ['data']\nvalues = ['error']\npublished = [{ where = { data = 'wine' }, value = '0.4 ± 0.1' }]",
        );
        assert_eq!(made.sheet.rows[0][2..], ["–"]);
        assert_eq!(made.sheet.rows[1][2..], ["0.4 ± 0.1"]);
    }

    #[test]
    fn summaries() {
        let of = |by: Summary| by.of(vec![3.0, 1.0, 1.0 + 1e-9, 2.0]);
        assert_eq!([Summary::Lowest, Summary::Highest, Summary::Median].map(of), [1.0, 3.0, 1.5 + 0.5e-9]);
        assert_eq!([Summary::Distinct, Summary::AtLowest].map(of), [3.0, 0.5]);
    }
}
