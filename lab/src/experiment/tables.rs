//! Tables of means and deviations over the rows that agree.

use serde_json::{Map, Value};

use super::display::{Table, Where};
use super::measure::Column;
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

/// The rows by the values of some columns. Those that agree in the first column stand together; values keep the order
/// in which they appear.
pub fn group<'a>(columns: &[String], rows: &[&'a Figures]) -> Vec<Group<'a>> {
    if rows.is_empty() {
        return Vec::new();
    }
    let Some((column, others)) = columns.split_first() else {
        return vec![Group { key: Vec::new(), rows: rows.to_vec() }];
    };
    let mut parts: Vec<(Value, Vec<&'a Figures>)> = Vec::new();
    for &row in rows {
        let value = row.get(column).cloned().unwrap_or_default();
        match parts.iter_mut().find(|(known, _)| same(known, &value)) {
            Some((_, part)) => part.push(row),
            None => parts.push((value, vec![row])),
        }
    }
    let below = |(value, part): (Value, Vec<&'a Figures>)| {
        let named = move |Group { key, rows }| Group { key: [vec![value.clone()], key].concat(), rows };
        group(others, &part).into_iter().map(named)
    };
    parts.into_iter().flat_map(below).collect()
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
    let measures: Vec<Column> = table.values.iter().map(|measure| Column::new(measure, &rows)).collect();
    let columns: Vec<(&Option<Value>, &Column)> =
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

/// The name of a column as a heading.
pub fn plain(name: &str) -> String {
    name.replace('_', " ")
}

fn heading(table: &Table, value: &Option<Value>, measure: &Column, measures: usize) -> String {
    let own = measure.heading();
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
    fn what_agrees_in_the_first_column_stands_together() {
        let row = |a: &str, b: f64| json!({"a": a, "b": b}).as_object().unwrap().clone();
        let rows = [row("y", 2.0), row("x", 1.0), row("y", 1.0), row("x", 2.0), row("y", 2.0)];
        let columns = ["a", "b"].map(String::from);
        let groups = group(&columns, &rows.iter().collect::<Vec<_>>());
        let found: Vec<_> =
            groups.iter().map(|group| (group.key[0].as_str().unwrap(), group.key[1].as_f64().unwrap())).collect();
        assert_eq!(found, [("y", 2.0), ("y", 1.0), ("x", 1.0), ("x", 2.0)]);
        assert_eq!(groups[0].rows.len(), 2);
    }
}
