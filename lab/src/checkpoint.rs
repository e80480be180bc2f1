//! The checkpoints of a fit: what the methods so far have found, and where the present one stands.

use std::env;
use std::path::Path;

use admm::checkpoint::Checkpoints;
use admm::file::{Disk, Files};
use admm_solvers::Scalar;
use admm_solvers::joint::{Fitted, Moment, Position};

use crate::failure::Failure;
use crate::fit_config::{CONFIG, FitConfig};
use crate::output::{self, Console};

/// The fingerprint of the data, the methods that are done, and the one under way.
type SavedFit<T> = (u128, Vec<Fitted<T>>, Option<Position>);

/// Keeps a fit in a folder, beside its `config.json`.
pub struct FitCheckpoints {
    folder: Checkpoints,
    every: u64,
    data: u128,
    console: Console,
    failing: bool,
}

impl FitCheckpoints {
    /// Takes a folder for a new fit.
    pub fn begin(folder: &Path, mut config: FitConfig, console: Console) -> Result<Self, Failure> {
        config.folder = env::current_dir().ok();
        let checkpoints = Self::resume(folder, &config, console)?;
        if !checkpoints.folder.is_empty() {
            let folder = folder.display();
            return Err(Failure::Other(format!(
                "{folder} holds the checkpoints of a run: continue it by `admm resume {folder}`, or choose another folder"
            )));
        }
        check_foreign(folder)?;
        output::write_here(&folder.join(CONFIG), &output::json(&config))?;
        Ok(checkpoints)
    }

    /// Takes the folder of a fit that is to be continued.
    pub fn resume(folder: &Path, config: &FitConfig, console: Console) -> Result<Self, Failure> {
        let folder = Checkpoints::claim(folder, config.fingerprint()?)?;
        Ok(Self { folder, every: config.options.every, data: 0, console, failing: false })
    }

    /// Loads the finished fits and the position of an interrupted fit of these data, if there are any.
    pub fn load<T: Scalar>(&mut self, name: &str, data: u128) -> Result<(Vec<Fitted<T>>, Option<Position>), Failure> {
        self.data = data;
        let Some(loaded) = self.folder.load::<SavedFit<T>>()? else { return Ok((Vec::new(), None)) };
        for problem in loaded.passed_over {
            self.console.warn(&format!("{problem}; the run goes on from the checkpoint before"));
        }
        let (of, done, under_way) = loaded.state;
        if of == data { Ok((done, under_way)) } else { Err(Failure::Changed { name: name.into() }) }
    }

    /// Keeps every n-th iteration, and one that is the last for now.
    pub fn watch<T: Scalar>(&mut self, moment: &Moment<'_>, done: &[Fitted<T>], stops: bool) {
        if stops || moment.iteration.is_multiple_of(self.every) {
            let saved = moment.position().and_then(|position| match position {
                Some(position) => self.folder.save(&(self.data, done, Some(position))),
                None => Ok(()),
            });
            self.report(saved);
        }
    }

    /// Keeps what was found between two methods.
    pub fn save<T: Scalar>(&mut self, done: &[Fitted<T>]) {
        let saved = self.folder.save(&(self.data, done, None::<Position>));
        self.report(saved);
    }

    /// A checkpoint that cannot be written does not end the run: the ones before are still there.
    fn report(&mut self, saved: admm::Result<()>) {
        let failed = saved.is_err();
        if let (Err(error), false) = (saved, self.failing) {
            self.console.warn(&format!("{error}; the run goes on"));
        }
        self.failing = failed;
    }
}

/// A folder without checkpoints holds at most the choices of a fit that ended before its first.
fn check_foreign(folder: &Path) -> Result<(), Failure> {
    let names = Disk.names(folder).map_err(Failure::io("list", folder))?;
    let is_ours =
        |name: &&String| *name == CONFIG && FitConfig::read(folder).is_ok_and(|config| config.folder.is_some());
    names.iter().find(|name| !is_ours(name)).map_or(Ok(()), |name| {
        let folder = folder.display();
        Err(Failure::Other(format!("{folder} holds `{name}`, which is no checkpoint: choose an empty or a new folder")))
    })
}
