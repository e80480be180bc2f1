//! Experiments: what a paper reports, as files that anyone can run again.

mod catalogue;
mod charts;
mod config;
mod display;
mod grid;
mod manifest;
mod measure;
mod report;
mod results;
mod rows;
mod run;
mod shipped;
mod synthetic;
mod tables;
mod verify;
mod work;

pub use config::ExperimentConfig;
pub use report::report;
pub use run::run;
pub use shipped::SHIPPED;
pub use verify::verify;
