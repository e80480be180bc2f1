//! `admm resume`: the rest of a fit.

use std::env;
use std::path::{Path, absolute};

use super::fit;
use crate::checkpoint::FitCheckpoints;
use crate::failure::Failure;
use crate::fit_config::FitConfig;
use crate::flags::ResumeOptions;
use crate::output::Console;
use crate::ranks;

/// Goes on where the last checkpoint stands, and ends as `fit` does.
pub fn run(options: &ResumeOptions, console: Console) -> Result<(), Failure> {
    let full = |path: &Path| absolute(path).map_err(Failure::io("find", path));
    let folder = full(&options.checkpoint)?;
    let out = options.out.as_deref().map(full).transpose()?;
    let config = FitConfig::read(&folder)?;
    let Some(home) = &config.folder else {
        let folder = folder.display();
        return Err(Failure::Other(format!(
            "{folder} holds results, not checkpoints: give the --checkpoint folder of a fit"
        )));
    };
    env::set_current_dir(home).map_err(Failure::io("enter the folder", home))?;
    let checkpoints = ranks::is_first().then(|| FitCheckpoints::resume(&folder, &config, console)).transpose()?;
    let mut fit = config.options;
    fit.out = out.or(fit.out);
    fit.time_limit = options.time_limit.or(fit.time_limit);
    fit.checkpoint = Some(folder);
    fit::run_from(&fit, checkpoints, console)
}
