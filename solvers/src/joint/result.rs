//! The results of a fit: its progress while it runs, and the fitted model.

mod canonical;
mod certify;
mod file;
mod model;
mod position;
mod report;

pub(crate) use canonical::canonical;
pub(crate) use certify::{SLACK, certify, certify_layered};
pub use file::Names;
pub use model::Model;
pub use position::{Moment, Position};
pub use report::{Fitted, Progress, Report, StartEnd};
