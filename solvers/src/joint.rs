//! The joint model: one objective, four ways to minimise it, the same start and the same report.

mod choices;
mod fit;
mod methods;
mod prepared;
mod result;

pub use choices::{Acceleration, Builder, Constraint, JointModel, Method, Penalty, Rule};
pub use prepared::{JointObjective, Prepared, Reduction};
pub use result::{Fitted, Model, Moment, Names, Position, Progress, Report};
