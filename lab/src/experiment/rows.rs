//! The rows of results: which of them are asked for, which belong together, and their values in words.

use serde_json::{Map, Value};

use super::display::Where;

/// A row of figures.
pub type ResultRow = Map<String, Value>;

/// Some rows, and how they are called.
pub struct Group<'a> {
    /// The values that they share.
    pub key: Vec<Value>,
    /// The rows of the group.
    pub rows: Vec<&'a ResultRow>,
}

/// Returns true if a row has the selected values.
pub fn matches(only: &Where, row: &ResultRow) -> bool {
    only.iter().all(|(column, wanted)| {
        let wanted = serde_json::to_value(wanted).expect("TOML has a JSON form");
        let found = row.get(column).unwrap_or(&Value::Null);
        wanted.as_array().map_or_else(|| same(&wanted, found), |values| values.iter().any(|value| same(value, found)))
    })
}

/// 1 and 1.0 are the same.
pub fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b)
}

/// The rows by the values of some columns. Those that agree in the first column stand together; values keep the order
/// in which they appear.
pub fn group<'a>(columns: &[String], rows: &[&'a ResultRow]) -> Vec<Group<'a>> {
    if rows.is_empty() {
        return Vec::new();
    }
    let Some((column, others)) = columns.split_first() else {
        return vec![Group { key: Vec::new(), rows: rows.to_vec() }];
    };
    let mut parts: Vec<(Value, Vec<&'a ResultRow>)> = Vec::new();
    for &row in rows {
        let value = row.get(column).cloned().unwrap_or_default();
        match parts.iter_mut().find(|(known, _)| same(known, &value)) {
            Some((_, part)) => part.push(row),
            None => parts.push((value, vec![row])),
        }
    }
    let below = |(value, part): (Value, Vec<&'a ResultRow>)| {
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

/// The name of a column as a heading.
pub fn plain(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
