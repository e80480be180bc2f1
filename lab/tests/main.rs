//! Tests of the command line, which run the binary in a folder of their own.

mod bits;
mod cli;
mod common;
#[cfg(unix)]
mod ctrlc;
mod experiment;
mod faults;
mod layers;
mod losses;
#[cfg(feature = "parquet")]
mod parquet;
mod path;
mod resume;
mod tables;
mod weights;
