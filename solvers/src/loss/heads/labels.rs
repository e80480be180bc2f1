//! Targets that are labels: 0 or 1, several for a sample, or a class.

use crate::data::{Targets, check_each};
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::DMatrix;

/// Checks that numbers are 0 or 1, and that each class or label has samples with it and samples without.
pub(super) fn check_labels<T: Scalar>(targets: &Targets<T>) -> Result<()> {
    match targets {
        Targets::Classes { .. } => check_classes(targets),
        Targets::Numbers(y) => {
            check_each(y, |label| label == T::zero() || label == T::one(), "must be 0 or 1")?;
            check_vary(y)
        }
    }
}

/// Checks that there are classes, at least two, and that each has samples.
pub(super) fn check_classes<T: Scalar>(targets: &Targets<T>) -> Result<()> {
    let Targets::Classes { labels, count } = targets else {
        return Err(Error::parameter("targets", "must be class numbers for this loss, got numbers"));
    };
    let classes = *count;
    if classes < 2 {
        return Err(Error::parameter("classes", format!("must be at least 2 for a classifier, got {classes}")));
    }
    // Of n + 1 classes one has no sample.
    let mut seen = vec![false; classes.min(labels.len() + 1)];
    labels.iter().for_each(|&label| seen.get_mut(label).into_iter().for_each(|seen| *seen = true));
    match seen.iter().position(|seen| !seen) {
        Some(class) => Err(Error::parameter("labels", format!("leave a class out: class {class} has no samples"))),
        None => Ok(()),
    }
}

/// Checks that the targets are numbers, and that each of them varies.
pub(super) fn check_numbers<T: Scalar>(targets: &Targets<T>) -> Result<()> {
    match targets {
        Targets::Numbers(y) => check_vary(y),
        Targets::Classes { .. } => Err(Error::parameter("targets", "must be numbers for this loss, got classes")),
    }
}

fn check_vary<T: Scalar>(y: &DMatrix<T>) -> Result<()> {
    match y.row_iter().position(|row| row.iter().all(|number| *number == row[0])) {
        None => Ok(()),
        Some(j) => {
            let (j, number) = (j + 1, y[(j, 0)]);
            Err(Error::parameter("targets", format!("must vary: target {j} is {number} for all samples")))
        }
    }
}
