//! Patterns of many blocks: a group on one side, and on the other what its members agree on or share.
//!
//! | Pattern | Problem |
//! |---|---|
//! | [`Group`] against [`Consensus`] | Σ fᵢ(x) + g(x) |
//! | [`Group`] against [`GeneralConsensus`] | the same, where each block sees some rows of the common variable |
//! | [`Group`] against [`Sharing`] | Σ fᵢ(xᵢ) + g(Σ Kᵢxᵢ) |
//!
//! [`Spread`] is a group whose members live on [ranks](crate::ranks), each with its own data.
//! [`Weighted`] gives a member of a group a penalty of its own.

mod consensus;
mod group;
mod sharing;
mod spread;
mod weighted;

pub use consensus::{Consensus, GeneralConsensus};
pub use group::Group;
pub use sharing::Sharing;
pub use spread::Spread;
pub use weighted::Weighted;

use crate::{Error, Real, Result};
use nalgebra::DMatrix;

/// Checks that there is a member.
fn check_members(members: usize) -> Result<()> {
    if members == 0 { Err(Error::parameter("members", "must be at least 1, got 0")) } else { Ok(()) }
}

/// The sum of what members contribute, of whom there is one at least.
fn sum<T: Real>(parts: &[DMatrix<T>]) -> DMatrix<T> {
    let mut sum = parts[0].clone();
    parts[1..].iter().for_each(|part| sum += part);
    sum
}
