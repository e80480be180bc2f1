//! What a class counts, as a flag says it.

use std::collections::HashMap;
use std::path::Path;

use admm_solvers::data::ClassWeight;

use super::dataset::{LabelColumn, ReadOptions};
use super::{Classes, read};
use crate::failure::Failure;

/// The word that asks for classes that count the same.
const BALANCED: &str = "balanced";

/// The file that the value of `--class-weight` names, if it names one.
pub fn class_weight_file(value: Option<&Path>) -> Option<&Path> {
    value.filter(|value| *value != Path::new(BALANCED))
}

/// What each of the classes counts: `balanced`, or a file with a class and its weight in each row.
///
/// # Errors
/// A file that cannot be read, that leaves a class out, names it twice, or names another one.
pub fn class_weight(value: Option<&Path>, classes: &Classes) -> Result<ClassWeight, Failure> {
    let Some(path) = class_weight_file(value) else {
        return Ok(if value.is_some() { ClassWeight::Balanced } else { ClassWeight::AsSampled });
    };
    let bad = |problem: String| Failure::Other(format!("{}: {problem}", path.display()));
    let options = ReadOptions { label: LabelColumn::Named("1".into()), ..ReadOptions::default() };
    let table = read(path.as_os_str(), &options)?;
    if table.features.len() != 1 {
        return Err(bad(format!(
            "a file of class weights has two columns, class and weight, not {}",
            table.x.nrows() + 1
        )));
    }
    let mut of = HashMap::new();
    for (class, &factor) in table.labels.unwrap_or_default().into_iter().zip(&table.x) {
        if factor < 0.0 {
            return Err(bad(format!("class `{class}`: a weight is a number from 0 up, not {factor}")));
        }
        if !classes.names().contains(&class) {
            return Err(bad(format!("class `{class}` is unknown; the classes are {}", classes.names().join(", "))));
        }
        if of.insert(class.clone(), factor).is_some() {
            return Err(bad(format!("class `{class}` is there twice")));
        }
    }
    let factor = |class: &String| of.get(class).copied().ok_or_else(|| bad(format!("class `{class}` has no weight")));
    Ok(ClassWeight::Factors(classes.names().iter().map(factor).collect::<Result<_, _>>()?))
}
