//! Many blocks as one: side by side in a group, against what they agree on or share.

mod consensus;
mod group;
mod sharing;
mod weighted;

pub use consensus::{Consensus, GeneralConsensus};
pub use group::Group;
pub use sharing::Sharing;
pub use weighted::Weighted;
