//! Data of any size, made by a rule.

use admm::random::standard_normal;
use admm_solvers::data::Encoding;
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::data::{Classes, Labelled, LabelledSet, Messages};

const CLASSES: usize = 5;

/// Five overlapping classes; feature i has the standard deviation 3/√(1 + i) about a centre of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synthetic {
    samples: usize,
    features: usize,
}

impl Synthetic {
    /// `gaussian-NxD`: N samples of D features.
    pub fn parse(name: &str) -> Option<Result<Self, String>> {
        let size = name.strip_prefix("gaussian-")?;
        let numbers = size.split_once('x').and_then(|(n, d)| Some((n.parse().ok()?, d.parse().ok()?)));
        Some(match numbers {
            Some((samples, features)) if samples >= 10 * CLASSES && features > 0 && samples * features <= 1 << 27 => {
                Ok(Self { samples, features })
            }
            _ => Err(format!(
                "`{name}` is not gaussian-NxD with at least {} samples and at most 2^27 numbers",
                10 * CLASSES
            )),
        })
    }

    /// The same numbers for the same size.
    pub fn generate(self, name: &str) -> LabelledSet {
        let centres = normal(self.features, CLASSES, 1);
        let noise = normal(self.features, self.samples, 2);
        let labels: Vec<usize> = (0..self.samples).map(|sample| sample % CLASSES).collect();
        let deviation = |feature: usize| 3.0 / (1.0 + feature as f64).sqrt();
        let x = DMatrix::from_fn(self.features, self.samples, |i, j| {
            deviation(i) * noise[(i, j)] + centres[(i, labels[j])]
        });
        let classes = (1..=CLASSES).map(|class| class.to_string()).collect::<Vec<_>>();
        let features: Vec<String> = (1..=self.features).map(|i| format!("x{i}")).collect();
        LabelledSet {
            name: name.into(),
            encoding: Encoding::of_numbers(&features),
            messages: Messages::default(),
            features,
            classes: Classes::try_from(classes).expect("the names differ"),
            train: Labelled::new(x, labels),
            test: None,
        }
    }
}

/// A matrix of standard normal entries.
pub fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| standard_normal(|| random.next_u64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_or_refused() {
        assert_eq!(Synthetic::parse("digits"), None);
        assert_eq!(Synthetic::parse("gaussian-100x7"), Some(Ok(Synthetic { samples: 100, features: 7 })));
        for wrong in ["gaussian-", "gaussian-100", "gaussian-10x2", "gaussian-100x0", "gaussian-99999999x99999"] {
            assert!(Synthetic::parse(wrong).unwrap().is_err(), "{wrong}");
        }
    }

    #[test]
    fn entries_are_standard_normal() {
        let entries = normal(40, 500, 3);
        assert!(entries.mean().abs() < 0.02 && (entries.variance() - 1.0).abs() < 0.03);
        assert_eq!(entries, normal(40, 500, 3));
    }
}
