//! Patterns of many blocks: a group on one side, and on the other what its members agree on or share.
//!
//! | Pattern | Problem |
//! |---|---|
//! | [`Group`] against [`Consensus`] | Σ fᵢ(x) + g(x) |
//! | [`Group`] against [`GeneralConsensus`] | the same, where each block sees some rows of the common variable |
//! | [`Group`] against [`Sharing`] | Σ fᵢ(xᵢ) + g(Σ Kᵢxᵢ) |
//!
//! [`Weighted`] gives a member of a group a penalty of its own.

mod consensus;
mod group;
mod sharing;
mod weighted;

pub use consensus::{Consensus, GeneralConsensus};
pub use group::Group;
pub use sharing::Sharing;
pub use weighted::Weighted;

use crate::{Error, Result};

/// Checks that there is a member.
fn check_members(members: usize) -> Result<()> {
    if members == 0 { Err(Error::parameter("members", "must be at least 1, got 0")) } else { Ok(()) }
}
