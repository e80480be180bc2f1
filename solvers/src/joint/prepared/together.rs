//! The samples of all ranks as one data set.

use super::check::check_data;
use super::{Builder, Task};
use crate::data::{Features, Part, Samples, Targets};
use crate::scalar::Scalar;
use admm::ranks::{Ranks, agree};
use admm::{Error, Exec, Result};
use std::env::consts::ARCH;
use std::sync::Arc;

/// Joins the samples of all ranks, of which each then holds whole chunks, in the order of the ranks. Each sample is
/// checked, whatever its weight.
///
/// # Errors
/// No samples or features. [`Error::Rank`] where the data of a rank are wrong, and where ranks differ in what they must
/// have in common.
pub(super) fn together<T: Scalar>(
    options: &Builder,
    x: Features<T>,
    task: &Task<T>,
    weights: Option<&[T]>,
) -> Result<Samples<T>> {
    let (d, n) = x.shape();
    let weights = weights.map_or_else(|| vec![T::one(); n].into(), Arc::from);
    let targets = task.targets.clone();
    let count = check_data(&x, &targets, &weights).map(|()| n);
    let part = Part::of_count(options.ranks.clone(), count)?;
    if part.total() == 0 || d == 0 {
        return Err(Error::parameter("x", format!("is empty: {} samples of {d} features", part.total())));
    }
    check_alike(options, &x, task)?;
    Samples { x, targets, weights, exec: options.exec.clone(), part }.in_chunks()
}

/// Refuses ranks that would not do the same.
fn check_alike<T: Scalar>(options: &Builder, x: &Features<T>, task: &Task<T>) -> Result<()> {
    let ranks: &dyn Ranks = &*options.ranks;
    let choices = Builder { exec: Exec::Serial, ranks: Arc::new(admm::ranks::Alone), ..options.clone() };
    let kind = (matches!(task.targets, Targets::Classes { .. }), task.targets.width());
    agree(ranks, "version of the program", &(env!("CARGO_PKG_VERSION"), T::SINGLE))?;
    agree(ranks, "kind of processor", &(ARCH, vector_units()))?;
    agree(ranks, "choice of options", &format!("{choices:?} {:?}", task.head))?;
    agree(ranks, "number of features", &x.nrows())?;
    agree(ranks, "storage of the features", &(x.is_sparse(), x.categories()))?;
    agree(ranks, "number of classes or targets", &kind)
}

/// The instructions that decide in which order products are summed.
fn vector_units() -> [bool; 3] {
    #[cfg(target_arch = "x86_64")]
    return [is_x86_feature_detected!("avx2"), is_x86_feature_detected!("fma"), is_x86_feature_detected!("avx512f")];
    #[cfg(not(target_arch = "x86_64"))]
    [false; 3]
}
