//! The weights and the groups of samples, from the columns of a table that hold them.

use std::collections::HashMap;

use super::dataset::{Dataset, ReadOptions};
use super::error::DataError;

/// The weight of each sample, if there are any, the number of its group, and its further targets, column by column.
pub(super) type Roles = (Option<Vec<f64>>, Option<Vec<usize>>, Vec<Vec<f64>>);

/// Takes weights, groups and further targets out of a table that was read with these options.
pub(super) fn roles<X>(table: &mut Dataset<X>, options: &ReadOptions) -> Result<Roles, DataError> {
    let mut columns = std::mem::take(&mut table.aside).into_iter();
    let mut next = |asked: &Option<String>| asked.as_ref().and_then(|column| Some((columns.next()?, column.clone())));
    let (weights, groups) = (next(&options.weights), next(&options.groups));
    let name = &table.name;
    let weights = weights.map(|(texts, column)| weights_of(name, &column, texts)).transpose()?;
    let groups = groups.map(|(texts, column)| groups_of(name, &column, texts)).transpose()?;
    let targets = columns.zip(&options.more_labels).map(|(texts, column)| targets_of(name, column, texts));
    Ok((weights, groups, targets.collect::<Result<_, _>>()?))
}

fn weights_of(name: &str, column: &str, texts: Vec<String>) -> Result<Vec<f64>, DataError> {
    let weight = |(row, value): (usize, String)| match value.parse::<f64>() {
        Ok(weight) if weight.is_finite() && weight >= 0.0 => Ok(weight),
        _ => Err(DataError::Weight { name: name.into(), row: row + 1, column: column.into(), value }),
    };
    texts.into_iter().enumerate().map(weight).collect()
}

fn targets_of(name: &str, column: &str, texts: Vec<String>) -> Result<Vec<f64>, DataError> {
    let target = |(row, value): (usize, String)| match value.parse::<f64>() {
        Ok(target) if target.is_finite() => Ok(target),
        _ => Err(DataError::TargetOf { name: name.into(), row: row + 1, column: column.into(), value }),
    };
    texts.into_iter().enumerate().map(target).collect()
}

/// Groups are numbered as they first appear.
fn groups_of(name: &str, column: &str, texts: Vec<String>) -> Result<Vec<usize>, DataError> {
    let mut numbers = HashMap::new();
    let mut group = |(row, text): (usize, String)| {
        let next = numbers.len();
        match text.is_empty() {
            true => Err(DataError::MissingGroup { name: name.into(), row: row + 1, column: column.into() }),
            false => Ok(*numbers.entry(text).or_insert(next)),
        }
    };
    texts.into_iter().enumerate().map(&mut group).collect()
}
