//! The blocks of both sides. Several of one side may belong to different processes.

use super::block::{Started, started};
use super::observer::Flat;
use super::stash::Stash;
use super::typed::{Block, One, Typed};
use super::variable::{Kind, Variable};
use crate::failure::raised;
use crate::ranks::{Comm, ranks};
use admm::patterns::{Group, Spread};
use admm::ranks::{Ranks, agree, gather};
use admm::{Error, Exec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// Both blocks with their variables.
pub struct Problem {
    pub f: Block,
    pub g: Block,
    pub x: Variable,
    pub z: Variable,
    pub flat: Flat,
    pub stash: Stash,
    pub ranks: Arc<dyn Ranks>,
}

/// Several blocks as one, with its start.
pub struct Members {
    pub block: Block,
    pub start: Variable,
    /// True for each member that has one-dimensional arrays.
    pub flat: Vec<bool>,
    pub stash: Stash,
    ranks: Arc<dyn Ranks>,
}

/// The blocks of this process, with their starts, and whether these are one-dimensional.
type Own = (Vec<One>, (Vec<Variable>, Vec<bool>));

impl Members {
    /// Takes the blocks of this process. Those of the others come before and after them, in the order of the processes.
    ///
    /// # Errors
    /// Blocks that are wrong, here or in another process, and processes with different numbers of blocks.
    pub fn new(
        py: Python<'_>,
        blocks: &[Bound<'_, PyAny>],
        starts: &[Bound<'_, PyAny>],
        threads: usize,
        comm: Comm,
    ) -> PyResult<Self> {
        let (stash, exec) = (Stash::default(), Exec::threads(threads).map_err(raised)?);
        let ranks = ranks(comm, &stash);
        let own = own(blocks, starts, &stash);
        if ranks.size() == 1 {
            let (blocks, (starts, flat)) = own?;
            return Ok(Members {
                block: Box::new(Typed(Group { blocks, exec })),
                start: starts.wrap(),
                flat,
                stash,
                ranks,
            });
        }
        let told = match &own {
            Ok((_, starts)) => Ok(starts.clone()),
            Err(error) => Err(Error::numerical("the blocks", error.to_string())),
        };
        let every = gather(&*ranks, told);
        let (blocks, _) = own?;
        let failure = |error| stash.failure(py, error);
        let (starts, flat): (Vec<_>, Vec<_>) = every.map_err(failure)?.into_iter().unzip();
        agree(&*ranks, "number of blocks", &blocks.len()).map_err(failure)?;
        let (starts, flat) = (starts.concat(), flat.concat());
        let mut blocks = blocks.into_iter();
        let next = |_| blocks.next().ok_or_else(|| Error::parameter("blocks", "are too few"));
        let spread = Spread::new(ranks.clone(), starts.len(), exec, next).map_err(failure)?;
        let start = spread.start(starts).map_err(failure)?.wrap();
        Ok(Members { block: Box::new(Typed(spread)), start, flat, stash, ranks })
    }

    /// The problem with a block on the other side.
    pub fn against(self, g: Block, z: Variable, flat: Vec<bool>) -> Problem {
        let Members { block, start, flat: own, stash, ranks } = self;
        Problem { f: block, g, x: start, z, flat: Flat { x: own, z: flat, many: true }, stash, ranks }
    }
}

fn own(blocks: &[Bound<'_, PyAny>], starts: &[Bound<'_, PyAny>], stash: &Stash) -> PyResult<Own> {
    if blocks.is_empty() || blocks.len() != starts.len() {
        let problem = format!("x0 must have a start for each block, got {} for {}", starts.len(), blocks.len());
        return Err(PyValueError::new_err(problem));
    }
    let (mut own, mut variables, mut flats) = (Vec::new(), Vec::new(), Vec::new());
    for (block, x) in blocks.iter().zip(starts) {
        let Started { block, start, flat } = started(block, x, "f", stash)?;
        own.push(block);
        variables.push(start);
        flats.push(flat);
    }
    Ok((own, (variables, flats)))
}
