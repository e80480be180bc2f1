//! Tables of means and deviations over the rows that agree.

use serde_json::Value;

use super::display::TableSpec;
use super::measure::Column;
use super::rows::{Group, ResultRow, group, matches, plain, same, word};
use crate::output::TextTable;

/// A table for people, and one for programs.
pub struct MadeTable {
    /// The table with rounded numbers.
    pub shown: TextTable,
    /// Every digit, deviations in columns of their own.
    pub csv: String,
}

/// The table of those rows that it asks for.
pub fn make(table: &TableSpec, rows: &[ResultRow]) -> MadeTable {
    let rows: Vec<&ResultRow> = rows.iter().filter(|row| matches(&table.only, row)).collect();
    let across = match &table.columns {
        Some(column) => {
            group(std::slice::from_ref(column), &rows).into_iter().map(|group| Some(group.key[0].clone())).collect()
        }
        None => vec![None],
    };
    let measures: Vec<Column> = table.values.iter().map(|measure| Column::new(measure, &rows)).collect();
    let columns: Vec<(&Option<Value>, &Column)> =
        across.iter().flat_map(|value| measures.iter().map(move |measure| (value, measure))).collect();
    let mut shown = TextTable { headings: table.rows.iter().map(|name| plain(name)).collect(), rows: Vec::new() };
    shown.headings.extend(columns.iter().map(|(value, measure)| heading(table, value, measure, measures.len())));
    let mut lines = vec![table.rows.clone()];
    lines[0].extend(columns.iter().flat_map(|(value, measure)| measure.names(value.as_ref())));
    for group in group(&table.rows, &rows) {
        let mut cells: Vec<String> = group.key.iter().map(word).collect();
        let mut line = cells.clone();
        for (value, measure) in &columns {
            let of_column = |row: &&&ResultRow| match (&table.columns, value) {
                (Some(column), Some(value)) => row.get(column).is_some_and(|found| same(found, value)),
                _ => true,
            };
            let rows: Vec<&ResultRow> = group.rows.iter().filter(of_column).copied().collect();
            let (text, exact) = measure.make(&rows);
            cells.push(text);
            line.extend(exact);
        }
        if !table.published.is_empty() {
            cells.push(published(table, &group));
            line.push(cells.last().cloned().unwrap_or_default());
        }
        shown.rows.push(cells);
        lines.push(line);
    }
    if !table.published.is_empty() {
        shown.headings.push("published".into());
        lines[0].push("published".into());
    }
    MadeTable { shown, csv: csv(&lines) }
}

fn heading(table: &TableSpec, value: &Option<Value>, measure: &Column, measures: usize) -> String {
    let own = measure.heading();
    let across = match (value, &table.columns) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(value), Some(column)) => format!("{} {}", plain(column), word(value)),
        _ => return own,
    };
    if measures == 1 { across } else { format!("{across}, {own}") }
}

fn published(table: &TableSpec, group: &Group<'_>) -> String {
    let key: ResultRow = table.rows.iter().cloned().zip(group.key.iter().cloned()).collect();
    let found = table.published.iter().find(|published| matches(&published.only, &key));
    found.map_or("–".into(), |published| published.value.clone())
}

fn csv(lines: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    lines.iter().for_each(|line| writer.write_record(line).expect("memory takes every record of the same length"));
    String::from_utf8(writer.into_inner().expect("memory has nothing to flush")).expect("it was text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Vec<ResultRow> {
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

    fn made(text: &str) -> MadeTable {
        make(&toml::from_str(&format!("name = 'n'\ntitle = 't'\n{text}")).unwrap(), &rows())
    }

    #[test]
    fn rows_that_agree_become_one() {
        let made = made("rows = ['data', 'weight']\nvalues = ['error', 'status']");
        assert_eq!(made.shown.headings, ["data", "weight", "error", "status"]);
        assert_eq!(made.shown.rows[0], ["iris", "1", "0.500 ± 0.354", "converged 1×, stalled 1×"]);
        assert_eq!(made.shown.rows[1], ["iris", "0.5", "0.125", "converged"]);
        let csv = "data,weight,error,error_sd,status,status_sd\niris,1,0.5,0.3535533905932738,";
        assert!(made.csv.starts_with(csv), "{}", made.csv);
    }

    #[test]
    fn a_column_becomes_headings_and_some_rows_are_left_out() {
        let made = made(
            "rows = ['data']\ncolumns = 'weight'\nvalues = [{ of = 'error', by = 'lowest', digits = 2 }]\nwhere = { weight = [1, 0.5] }",
        );
        assert_eq!(made.shown.headings, ["data", "weight 1", "weight 0.5"]);
        assert_eq!(made.shown.rows, [["iris", "0.25", "0.12"], ["wine", "0.50", "–"]]);
        assert_eq!(made.csv, "data,1:error,0.5:error\niris,0.25,0.125\nwine,0.5,\n");
    }

    #[test]
    fn others_stand_beside_ours() {
        let made = made(
            "rows = ['data']\nvalues = ['error']\npublished = [{ where = { data = 'wine' }, value = '0.4 ± 0.1' }]",
        );
        assert_eq!(made.shown.rows[0][2..], ["–"]);
        assert_eq!(made.shown.rows[1][2..], ["0.4 ± 0.1"]);
    }
}
