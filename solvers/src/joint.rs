//! The joint model of reduction and classification: one objective, four methods that minimise it, and one report.
//!
//! [`JointModel::builder`] takes the choices, and [`Builder::build`] checks them. [`JointModel::fit`] returns a
//! [`Fitted`] model with its [`Report`]. It transforms, predicts, and can be saved to a file.
//!
//! [`JointModel::prepare`] stops before the fit. Use it to fit several methods on the same [`Prepared`] data, to give
//! weights to the samples, or to follow the path over λ.
//!
//! All methods minimise the same objective and report the same figures. All but two-stage, which is PCA, start from the
//! same point.

mod choices;
mod compiled;
mod fit;
mod layered;
mod methods;
mod prepared;
mod problem;
mod result;
mod second_order;
mod starts;

pub use choices::{AccelerationChoice, Builder, Constraint, JointModel, Method, PenaltyChoice, Reach, Rule};
pub use methods::set_tolerance;
pub(crate) use prepared::Linear;
pub use prepared::{JointObjective, Reduction};
pub use problem::Prepared;
pub use result::{Fitted, Model, Moment, Names, Position, Progress, Report, StartEnd};
