//! Matching the features of a table with those of another or of a model.

use std::collections::HashMap;

use admm_solvers::data::Column;
use nalgebra::DMatrix;

use crate::data::{self, DataError, Dataset, LineProblem};
use crate::failure::Failure;

/// The column of each expected feature in a table, or `None` for a feature that a sparse table leaves out.
type Places = Vec<Option<usize>>;

/// Puts the expected features of a table in their order: found by name, or by their place where one side has no names of its own. What
/// a sparse table does not list is 0.
pub fn reorder(expected: &[String], data: Dataset) -> Result<Dataset, Failure> {
    let places = places(expected, &data).map_err(Failure::mismatch(&data.name))?;
    if places.iter().copied().eq((0..data.x.nrows()).map(Some)) {
        return Ok(Dataset { features: expected.to_vec(), ..data });
    }
    let entry = |i: usize, sample: usize| places[i].map_or(0.0, |row| data.x[(row, sample)]);
    let x = DMatrix::from_fn(expected.len(), data.x.ncols(), entry);
    Ok(Dataset { features: expected.to_vec(), x, ..data })
}

/// The columns of a table in the order of the expected ones, in whose names they are found.
pub fn columns_in_order(expected: &[String], data: &Dataset, columns: &[Column]) -> Result<Vec<Column>, Failure> {
    let places = places(expected, data).map_err(Failure::mismatch(&data.name))?;
    let texts = |place: Option<usize>| columns[place?].texts.clone();
    let column = |(name, place): (&String, Option<usize>)| Column { name: name.clone(), texts: texts(place) };
    Ok(expected.iter().zip(places).map(column).collect())
}

/// Checks that a table whose samples stay as they are has the expected features in their order.
pub fn check_features<X>(expected: &[String], data: &Dataset<X>) -> Result<(), Failure> {
    places(expected, data).map(|_| ()).map_err(Failure::mismatch(&data.name))
}

fn places<X>(expected: &[String], data: &Dataset<X>) -> Result<Places, DataError> {
    let got = &data.features;
    let named: HashMap<_, _> = got.iter().enumerate().map(|(i, name)| (name, i)).collect();
    let by_name: Places = expected.iter().map(|name| named.get(name).copied()).collect();
    if got.len() == expected.len() && by_name.iter().all(Option::is_some) {
        return Ok(by_name);
    }
    if !data::is_unnamed(expected) && !data::is_unnamed(got) {
        let missing = (0..expected.len()).filter(|&i| by_name[i].is_none()).map(|i| expected[i].clone()).collect();
        let unknown = got.iter().filter(|name| !expected.contains(name)).cloned().collect();
        return Err(DataError::Features { expected: expected.len(), got: got.len(), missing, unknown });
    }
    let skipped = usize::from(data::counts_from_zero(expected) && !data::counts_from_zero(got));
    if data.is_sparse() && data::is_unnamed(expected) {
        return by_index(expected, got, by_name, skipped);
    }
    let length = got.len();
    if length == expected.len() || length < expected.len() && data.is_sparse() {
        return Ok((0..expected.len()).map(|i| Some(i).filter(|&i| i < length)).collect());
    }
    let missing = expected.iter().skip(length).cloned().collect();
    let unknown = got.iter().skip(expected.len()).cloned().collect();
    Err(DataError::Features { expected: expected.len(), got: length, missing, unknown })
}

/// A sparse table whose features are named by their indices: they mean the same whether it counts from 0 or from 1, and
/// may end sooner than the model's.
fn by_index(expected: &[String], got: &[String], places: Places, skipped: usize) -> Result<Places, DataError> {
    let mut known = vec![false; got.len()];
    places.iter().flatten().for_each(|&place| known[place] = true);
    let unknown: Vec<_> = got.iter().zip(known).filter(|(_, known)| !known).map(|(name, _)| name.clone()).collect();
    match unknown.is_empty() {
        true => Ok(places),
        false => {
            let got = got.len() + skipped;
            Err(DataError::Features { expected: expected.len(), got, missing: Vec::new(), unknown })
        }
    }
}

/// Columns that may be labels, where reading every column as a feature has failed.
pub fn suspects(expected: usize, failure: &Failure) -> Vec<String> {
    let of_line = |source: &DataError| match source {
        DataError::Line { problem: LineProblem::NotANumber { column, .. }, .. } => Some(column.clone()),
        _ => None,
    };
    let suspect = match failure {
        Failure::Mismatch { source: DataError::Features { unknown, .. }, .. } => unknown.first().cloned(),
        Failure::Data(source) => of_line(source),
        Failure::Unprepared { source, .. } => of_line(source),
        _ => None,
    };
    suspect.into_iter().chain([(expected + 1).to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    /// The first sample of a table, in the order that is expected; its values are 1, 2 and so on.
    fn compare(expected: &[&str], file: &str, got: &[&str]) -> Result<Vec<f64>, String> {
        let x = DMatrix::<f64>::from_fn(got.len(), 1, |i, _| i as f64 + 1.0);
        let data = Dataset { name: file.into(), features: names(got), x, labels: None, aside: Vec::new() };
        reorder(&names(expected), data).map(|data| data.x.data.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn names_count_where_there_are_some() {
        assert_eq!(compare(&["a", "b"], "data", &["a", "b"]), Ok(vec![1.0, 2.0]));
        assert_eq!(compare(&["a", "b"], "data", &["b", "a"]), Ok(vec![2.0, 1.0]));
        assert_eq!(compare(&["x1", "x2"], "data", &["x2", "x1"]), Ok(vec![2.0, 1.0]));
        let error = compare(&["a", "b"], "data", &["c", "a"]).unwrap_err();
        assert_eq!(error, "data: other features than expected: `b` is missing, `c` is unknown");
        let error = compare(&["a", "b"], "data", &["b", "a", "c"]).unwrap_err();
        assert_eq!(error, "data: expected 2 features, got 3: `c` is unknown");
    }

    #[test]
    fn numbers_count_where_there_are_no_names() {
        assert_eq!(compare(&["a", "b"], "data", &["x1", "x2"]), Ok(vec![1.0, 2.0]));
        assert_eq!(compare(&["x1", "x2"], "data", &["a", "b"]), Ok(vec![1.0, 2.0]));
        let error = compare(&["a", "b"], "data", &["x1", "x2", "x3"]).unwrap_err();
        assert_eq!(error, "data: expected 2 features, got 3: `x3` is unknown");
        let error = compare(&["x1", "x2"], "data", &["a"]).unwrap_err();
        assert_eq!(error, "data: expected 2 features, got 1: `x2` is missing");
    }

    #[test]
    fn what_a_sparse_table_does_not_list_is_zero() {
        assert_eq!(compare(&["x1", "x2", "x3"], "a.svm", &["x1", "x2"]), Ok(vec![1.0, 2.0, 0.0]));
        assert_eq!(compare(&["a", "b", "c"], "a.svm", &["x1"]), Ok(vec![1.0, 0.0, 0.0]));
        assert_eq!(compare(&["x0", "x1", "x2"], "a.svm", &["x1"]), Ok(vec![0.0, 1.0, 0.0]));
        assert_eq!(compare(&["x0", "x1"], "a.svm", &["x0"]), Ok(vec![1.0, 0.0]));
        let error = compare(&["x0", "x1"], "a.svm", &["x1", "x2"]).unwrap_err();
        assert_eq!(error, "a.svm: expected 2 features, got 3: `x2` is unknown");
        let error = compare(&["x1", "x2"], "a.svm", &["x0", "x1"]).unwrap_err();
        assert_eq!(error, "a.svm: other features than expected: `x0` is unknown");
        let error = compare(&["x1", "x2"], "a.svm", &["x0", "x1", "x2"]).unwrap_err();
        assert_eq!(error, "a.svm: expected 2 features, got 3: `x0` is unknown");
        let error = compare(&["x1", "x2"], "a.svm", &["x1", "x2", "x3"]).unwrap_err();
        assert_eq!(error, "a.svm: expected 2 features, got 3: `x3` is unknown");
    }
}
