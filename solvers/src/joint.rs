//! The joint model: one objective, four ways to minimise it, the same start and the same report.

mod alternate;
mod certify;
mod coordination;
mod curved;
mod file;
mod fit;
mod model;
mod objective;
mod options;
mod position;
mod prepare;
mod reduction;
mod report;
mod row_space;
mod scaler;
mod schedule;
mod start;
mod warm;
mod warnings;

pub use coordination::{Acceleration, Penalty};
pub use file::Names;
pub use model::Model;
pub use objective::{JointObjective, Reduction};
pub use options::{Builder, Constraint, JointModel, Method, Rule, Scale};
pub use position::{Moment, Position};
pub use prepare::Prepared;
pub use report::{Fitted, Progress, Report};
pub use scaler::Scaler;
