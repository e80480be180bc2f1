//! The weights of a path, from 1 downwards.

use std::fmt;
use std::str::FromStr;

use admm_solvers::joint::Constraint;
use serde::{Deserialize, Serialize};

/// Weights in descending order, without repetition, each in [0, 1].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "String")]
pub struct Weights {
    text: String,
    list: Vec<f64>,
}

impl Weights {
    /// Closer near λ = 1: the grid of Ritchie et al. (2020, arXiv 2011.05309).
    pub const DEFAULT: &str = "1:0.5:11,0.4:0:5";

    /// Returns the weights from the largest to the smallest.
    pub fn list(&self) -> &[f64] {
        &self.list
    }

    /// Returns the λ at which a path is prepared. It is 1, where the answer is PCA and takes no search for a start.
    /// Without a constraint it is the largest λ of the path: the shrinkage has to bound the objective there.
    pub fn first(&self, constraint: Constraint) -> f64 {
        if constraint == Constraint::None { self.list[0] } else { 1.0 }
    }
}

impl FromStr for Weights {
    type Err = String;

    /// A number of weights, or a list of weights and `first:last:count` ranges.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut list = match text.trim().parse() {
            Ok(count) if count > 1 => range(1.0, 0.0, count)?,
            _ => text.split(',').map(piece).collect::<Result<Vec<_>, _>>()?.concat(),
        };
        list.sort_by(|a, b| b.total_cmp(a));
        list.dedup();
        match list.iter().find(|weight| !(0.0..=1.0).contains(*weight)) {
            Some(weight) => Err(format!("a weight must lie in [0, 1], got {weight:?}")),
            None => Ok(Self { text: text.into(), list }),
        }
    }
}

fn piece(text: &str) -> Result<Vec<f64>, String> {
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is not a number{HINT}"));
    match *text.split(':').collect::<Vec<_>>() {
        [weight] => Ok(vec![number(weight)?]),
        [first, last, count] => {
            let whole = count.trim().parse().map_err(|_| format!("`{count}` is not a number of weights"))?;
            range(number(first)?, number(last)?, whole)
        }
        _ => Err(format!("`{text}` is neither a weight nor first:last:count")),
    }
}

/// A column may be meant.
const HINT: &str = "; the weights of samples are --sample-weights";

/// Equally spaced, both ends included; rounded to 12 digits, so that 0.6 is 0.6.
fn range(first: f64, last: f64, count: usize) -> Result<Vec<f64>, String> {
    if !(2..=1000).contains(&count) {
        return Err(format!("a range has 2 to 1000 weights, got {count}"));
    }
    let share = |i: usize| i as f64 / (count - 1) as f64;
    Ok((0..count).map(|i| ((first + (last - first) * share(i)) * 1e12).round() / 1e12).collect())
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// As a file gives them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Count(u64),
    Text(String),
}

impl TryFrom<Given> for Weights {
    type Error = String;
    fn try_from(given: Given) -> Result<Self, String> {
        match given {
            Given::Count(count) => count.to_string().parse(),
            Given::Text(text) => text.parse(),
        }
    }
}

impl From<Weights> for String {
    fn from(weights: Weights) -> Self {
        weights.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<f64> {
        text.parse::<Weights>().unwrap().list
    }

    #[test]
    fn numbers_ranges_and_counts() {
        assert_eq!(list("3"), [1.0, 0.5, 0.0]);
        assert_eq!(list("0.1, 0.9,0.5,0.1"), [0.9, 0.5, 0.1]);
        assert_eq!(list("1"), [1.0]);
        let grid = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0];
        assert_eq!(list(Weights::DEFAULT), grid);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problem = |text: &str| text.parse::<Weights>().unwrap_err();
        assert!(problem("1,x").contains("`x`") && problem("").contains("``"));
        assert!(problem("1.5,0").contains("got 1.5") && problem("NaN").contains("NaN"));
        assert!(problem("1:0").contains("first:last:count") && problem("1:0:99999").contains("99999"));
    }
}
