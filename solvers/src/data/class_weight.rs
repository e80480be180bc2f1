//! What a class counts.

use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::DVector;
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
        if let Some(factors) = self.factors(classes, || Ok(totals(labels, &weights, classes)))? {
            weights.iter_mut().zip(labels).for_each(|(weight, &label)| *weight *= factors[label]);
        }
        Ok(weights)
    }

    /// The factor of each class, if there are any. `totals` gives the sum of the weights of each class, c entries.
    ///
    /// # Errors
    /// Those of [`apply`](Self::apply) and of `totals`.
    pub(crate) fn factors<T: Scalar>(
        &self,
        classes: usize,
        totals: impl FnOnce() -> Result<DVector<T>>,
    ) -> Result<Option<Vec<T>>> {
        Ok(match self {
            ClassWeight::AsSampled => None,
            ClassWeight::Balanced => Some(balanced(&totals()?)),
            ClassWeight::Factors(factors) => {
                check(factors, classes)?;
                Some(factors.iter().map(|&factor| T::of(factor)).collect())
            }
        })
    }
}

/// The sum of the weights of the samples of each class.
pub(crate) fn totals<T: Scalar>(labels: &[usize], weights: &[T], classes: usize) -> DVector<T> {
    let mut totals = DVector::zeros(classes);
    labels.iter().zip(weights).for_each(|(&label, &weight)| totals[label] += weight);
    totals
}

fn balanced<T: Scalar>(totals: &DVector<T>) -> Vec<T> {
    let (all, classes) = (totals.sum(), T::of(totals.len() as f64));
    let factor = |&total: &T| if total > T::zero() { all / (classes * total) } else { T::one() };
    totals.iter().map(factor).collect()
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
