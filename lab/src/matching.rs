//! Whether the features of two tables are the same.

use crate::data::{self, DataError, Dataset, LineProblem};
use crate::failure::Failure;

/// The same names in the same order. Where one side has no names of its own, the number of features decides.
pub fn check<X>(expected: &[String], data: &Dataset<X>) -> Result<(), Failure> {
    let got = &data.features;
    let known = if is_unnamed(expected) || is_unnamed(got) { expected.len().min(got.len()) } else { 0 };
    let got = [&expected[..known], &got[known..]].concat();
    data::check_features(expected, &got).map_err(Failure::mismatch(&data.name))
}

fn is_unnamed(features: &[String]) -> bool {
    features.iter().enumerate().all(|(i, name)| *name == format!("x{}", i + 1))
}

/// Columns that may be labels, where reading every column as a feature has failed.
pub fn suspects(expected: &[String], read: &Result<Dataset, DataError>) -> Vec<String> {
    let suspect = match read {
        Ok(data) => data.features.iter().find(|name| !expected.contains(name)).cloned(),
        Err(DataError::Line { problem: LineProblem::NotANumber { column, .. }, .. }) => Some(column.clone()),
        Err(_) => None,
    };
    suspect.into_iter().chain([(expected.len() + 1).to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn compare(expected: &[&str], got: &[&str]) -> Result<(), String> {
        let x = DMatrix::<f64>::zeros(got.len(), 1);
        let data = Dataset { name: "data".into(), features: names(got), x, labels: None };
        check(&names(expected), &data).map_err(|error| error.to_string())
    }

    #[test]
    fn names_count_where_there_are_some() {
        assert_eq!(compare(&["a", "b"], &["a", "b"]), Ok(()));
        let error = compare(&["a", "b"], &["b", "a"]).unwrap_err();
        assert_eq!(
            error,
            "data: expected 2 features, got 2: feature 1: expected `a`, got `b`; feature 2: expected `b`, got `a`"
        );
    }

    #[test]
    fn numbers_count_where_there_are_no_names() {
        assert_eq!(compare(&["a", "b"], &["x1", "x2"]), Ok(()));
        assert_eq!(compare(&["x1", "x2"], &["a", "b"]), Ok(()));
        let error = compare(&["a", "b"], &["x1", "x2", "x3"]).unwrap_err();
        assert_eq!(error, "data: expected 2 features, got 3: feature 3: expected nothing, got `x3`");
        let error = compare(&["x1", "x2"], &["a"]).unwrap_err();
        assert_eq!(error, "data: expected 2 features, got 1: feature 2: expected `x2`, got nothing");
    }
}
