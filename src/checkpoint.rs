//! Checkpoints: runs that outlive their process.
//!
//! The state is kept in a folder. A run that is continued from there ends with the same bits as one that was never
//! interrupted.
//!
//! ```
//! use admm::*;
//! use admm::checkpoint::{Checkpointer, Checkpoints};
//! use admm::nalgebra::DMatrix;
//! # struct Half;
//! # impl Prox<f64> for Half {
//! #     fn value(&self, x: &DMatrix<f64>) -> f64 { 0.5 * x.norm_squared() }
//! #     fn prox(&self, v: &DMatrix<f64>, rho: f64) -> Result<DMatrix<f64>> { Ok(v * (rho / (rho + 1.0))) }
//! # }
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//!
//! let fresh = || {
//!     let start = DMatrix::from_element(3, 1, 8.0);
//!     Coordinator::new(Exact(Half), Negated(Exact(Half)), start.clone(), start, 1.0)
//! };
//! let configuration = checkpoint::fingerprint(&("two halves", 1.0))?; // whatever decides the iterates
//!
//! let mut kept = Checkpoints::claim(folder, configuration)?;
//! let mut admm = fresh()?;
//! admm.max_iterations = 25;
//! admm.run(&mut Checkpointer::new(&mut kept, 10))?; // writes after iterations 10 and 20
//! drop(kept);
//!
//! let mut kept = Checkpoints::claim(folder, configuration)?;
//! let loaded = kept.load()?.expect("there are two");
//! let mut admm = fresh()?.resume(loaded.state)?;
//! assert_eq!(admm.state().record.iteration, 20);
//! admm.run(())?;
//! # Ok::<(), Error>(())
//! ```

mod format;

pub use crate::error::Unusable;
pub use format::{fingerprint, from_bytes, to_bytes};

use crate::file::{self, Claim, Disk, Files};
use crate::observe::Observer;
use crate::space::Space;
use crate::state::State;
use crate::{Error, Real, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A folder with the last two states of a run, ours alone while this lives.
///
/// Files are numbered in the order of writing. Each has a header with a version, a checksum and a hash of the
/// configuration; it is written [whole or not at all](file::replace), before the oldest is removed.
pub struct Checkpoints {
    folder: PathBuf,
    configuration: u128,
    files: Box<dyn Files>,
    /// The numbers of those that this run wrote or found, ascending.
    kept: Vec<u64>,
    /// The highest number in the folder.
    last: u64,
    _claim: Claim,
}

/// The newest readable checkpoint of a folder.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Loaded<S> {
    /// The newest state that can be read.
    pub state: S,
    /// The problems of the newer checkpoints, which could not be read.
    pub passed_over: Vec<Error>,
}

/// The number of checkpoints that are kept.
const KEPT: usize = 2;
const SUFFIX: &str = ".checkpoint";

impl Checkpoints {
    /// Takes a folder for a run, whose configuration has this [`fingerprint`]. The folder is made if it is missing.
    ///
    /// # Errors
    /// [`Error::File`], of the kind [`ResourceBusy`](std::io::ErrorKind::ResourceBusy) where another run has it.
    pub fn claim(folder: impl AsRef<Path>, configuration: u128) -> Result<Self> {
        Self::claim_on(Disk, folder, configuration)
    }

    /// The same on other files than those of the disk.
    ///
    /// # Errors
    /// Those of [`claim`](Self::claim).
    pub fn claim_on(files: impl Files + 'static, folder: impl AsRef<Path>, configuration: u128) -> Result<Self> {
        let folder = folder.as_ref().to_path_buf();
        let claim = Claim::take(&files, &folder)?;
        let mut this =
            Checkpoints { folder, configuration, files: Box::new(files), kept: vec![], last: 0, _claim: claim };
        this.last = this.numbers()?.last().copied().unwrap_or(0);
        Ok(this)
    }

    /// Returns true if the folder has no checkpoint, readable or not.
    pub fn is_empty(&self) -> bool {
        self.last == 0
    }

    /// Keeps a state; of those before it, the last one, and any that cannot be removed.
    ///
    /// # Errors
    /// [`Error::File`], with the states that were kept before still there, and [`Error::Encoding`].
    pub fn save(&mut self, state: &impl Serialize) -> Result<()> {
        let bytes = format::encode(self.configuration, state)?;
        file::replace(&*self.files, &self.path(self.last + 1), &bytes)?;
        self.last += 1;
        self.kept.push(self.last);
        while self.kept.len() > KEPT {
            match self.files.remove(&self.path(self.kept[0])) {
                // The new state is kept all the same. The next one tries again.
                Err(error) if error.kind() != io::ErrorKind::NotFound => break,
                _ => self.kept.remove(0),
            };
        }
        Ok(())
    }

    /// The newest state that can be read, if there is any checkpoint. Those that cannot be read stay where they are.
    ///
    /// # Errors
    /// The problem of the newest checkpoint, [`Error::Checkpoint`] or [`Error::File`], if none can be read.
    pub fn load<S: DeserializeOwned>(&mut self) -> Result<Option<Loaded<S>>> {
        let numbers = self.numbers()?;
        let mut passed_over = Vec::new();
        for (at, &number) in numbers.iter().enumerate().rev() {
            match self.read(&self.path(number)) {
                Ok(state) => {
                    self.kept = numbers[..=at].to_vec();
                    return Ok(Some(Loaded { state, passed_over }));
                }
                Err(error) => passed_over.push(error),
            }
        }
        passed_over.into_iter().next().map_or(Ok(None), Err)
    }

    fn read<S: DeserializeOwned>(&self, path: &Path) -> Result<S> {
        let bytes = format::read(&*self.files, path)?;
        format::decode(&bytes, self.configuration).map_err(format::unusable(path))
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(name(number))
    }

    /// Returns the numbers of the files that are there, in ascending order.
    fn numbers(&self) -> Result<Vec<u64>> {
        let names = self.files.names(&self.folder).map_err(Error::file("list", &self.folder))?;
        let number = |name: &String| name.strip_suffix(SUFFIX)?.parse().ok();
        let mut numbers: Vec<u64> = names.iter().filter_map(number).collect();
        numbers.retain(|&number| names.contains(&name(number)));
        numbers.sort_unstable();
        Ok(numbers)
    }
}

fn name(number: u64) -> String {
    format!("{number:06}{SUFFIX}")
}

/// An observer that keeps the state of every n-th iteration. A failure to write ends nothing: the run goes on, and the
/// failure can be asked for.
pub struct Checkpointer<'a> {
    to: &'a mut Checkpoints,
    every: u64,
    failure: Option<Error>,
}

impl<'a> Checkpointer<'a> {
    /// Every n-th iteration, where n ≥ 1.
    pub fn new(to: &'a mut Checkpoints, every: u64) -> Self {
        Checkpointer { to, every: every.max(1), failure: None }
    }

    /// Why the last state could not be kept, if it could not.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }
}

impl<T, X, Z, S> Observer<State<T, X, Z, S>> for &mut Checkpointer<'_>
where
    T: Real,
    X: Serialize,
    Z: Serialize,
    S: Space<T>,
{
    fn observe(&mut self, state: &State<T, X, Z, S>) -> ControlFlow<()> {
        if state.record.iteration.is_multiple_of(self.every) {
            self.failure = self.to.save(state).err();
        }
        ControlFlow::Continue(())
    }
}
