//! The command line: its commands, their flags and what these take.

mod bench;
mod choices;
mod cli;
mod experiment;
mod fit;
mod model;
mod names;
mod parsers;
mod path;
mod predict;
mod reading;
mod sampling;
pub mod text;
mod weights;

pub use bench::BenchOptions;
pub use choices::Methods;
pub use cli::{Cli, Command};
pub use experiment::{ExperimentCommand, RunOptions, VerifyOptions};
pub use fit::{Conditions, FitOptions, Precision, ResumeOptions, TestSource};
pub use model::ModelOptions;
pub use names::flagged;
pub use path::PathOptions;
pub use predict::{PredictOptions, ScoreOptions};
pub use reading::Reading;
pub use sampling::{Counting, Sampling};
pub use weights::Weights;
