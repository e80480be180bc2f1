//! What a class counts.

use crate::scalar::Scalar;
use admm::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a class counts: a factor on the weight of each of its samples.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClassWeight {
    /// What its samples count.
    #[default]
    AsSampled,
    /// The same as every other class: the factor of class j is n/(c·nⱼ), for c classes with nⱼ of the n samples, or of
    /// their weights (King and Zeng, "Logistic Regression in Rare Events Data", 2001).
    Balanced,
    /// The factor of each class, c entries. Samples of a class with the factor 0 are left out.
    Factors(Vec<f64>),
}

impl ClassWeight {
    /// The weights of samples of these classes, each times the factor of its class. A label is below `classes`.
    ///
    /// # Errors
    /// Another number of factors than classes, and factors that are negative or not finite.
    ///
    /// ```
    /// use admm_solvers::data::ClassWeight;
    ///
    /// let weights = ClassWeight::Balanced.apply(&[0, 0, 0, 1], vec![1.0; 4], 2)?;
    /// assert_eq!(weights, [4.0 / 6.0, 4.0 / 6.0, 4.0 / 6.0, 2.0]);
    /// # Ok::<(), admm::Error>(())
    /// ```
    pub fn apply<T: Scalar>(&self, labels: &[usize], mut weights: Vec<T>, classes: usize) -> Result<Vec<T>> {
        let factors: Vec<T> = match self {
            ClassWeight::AsSampled => return Ok(weights),
            ClassWeight::Balanced => balanced(labels, &weights, classes),
            ClassWeight::Factors(factors) => {
                check(factors, classes)?;
                factors.iter().map(|&factor| T::of(factor)).collect()
            }
        };
        weights.iter_mut().zip(labels).for_each(|(weight, &label)| *weight *= factors[label]);
        Ok(weights)
    }
}

fn balanced<T: Scalar>(labels: &[usize], weights: &[T], classes: usize) -> Vec<T> {
    let mut totals = vec![T::zero(); classes];
    labels.iter().zip(weights).for_each(|(&label, &weight)| totals[label] += weight);
    let all = weights.iter().fold(T::zero(), |sum, &weight| sum + weight);
    let factor = |total: T| if total > T::zero() { all / (T::of(classes as f64) * total) } else { T::one() };
    totals.into_iter().map(factor).collect()
}

fn check(factors: &[f64], classes: usize) -> Result<()> {
    if factors.len() != classes {
        let problem = format!("must have a factor for each of {classes} classes, got {}", factors.len());
        return Err(Error::parameter("class_weight", problem));
    }
    match factors.iter().position(|factor| !factor.is_finite() || *factor < 0.0) {
        None => Ok(()),
        Some(class) => {
            let problem = format!("must be finite and not negative, got {} for class {class}", factors[class]);
            Err(Error::parameter("class_weight", problem))
        }
    }
}
