//! The flags of `bench`.

use std::path::PathBuf;

use clap::Args;

/// The flags of `bench`.
#[derive(Debug, Args)]
pub struct BenchOptions {
    /// A folder with the scripts of others; PEERS_HOME names that of their data, PEERS_PYTHON the interpreter
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
    /// Which of the scripts' data, with --peers; alone our methods run on the digits
    #[arg(long, value_delimiter = ',', default_value = "D1,D2,D3,L1", requires = "peers")]
    pub data: Vec<String>,
    /// How often everything is run, with --peers or without; medians are printed
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub runs: u16,
    /// Seconds that a script may take, with --peers
    #[arg(long, value_name = "S", default_value_t = 60, requires = "peers")]
    pub budget: u32,
    /// Write the tables, in Markdown, to a file as well
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
