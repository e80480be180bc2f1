//! The variable of any block.

use super::array::array;
use super::object::Object;
use admm::method::{GradientMemory, ScheduledStepsMemory};
use admm::nalgebra::DMatrix;
use admm::{Error, Iterate, Result};
use admm_solvers::descent::LbfgsMemory;
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde::{Deserialize, Serialize};

type Matrix = DMatrix<f64>;

/// The variable types that a block can have.
pub trait Kind: Clone + Send + Sync + Sized {
    /// The variable in its common form.
    fn wrap(self) -> Variable;
    /// The variable of this kind, if it is one.
    fn of(variable: &Variable) -> Option<&Self>;
    /// The same, to change.
    fn of_mut(variable: &mut Variable) -> Option<&mut Self>;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($type:ty)),* $(,)?) => {
        /// The variable of any block.
        #[derive(Clone, Serialize, Deserialize)]
        pub enum Variable {
            $($(#[$doc])* $kind($type)),*
        }
        $(impl Kind for $type {
            fn wrap(self) -> Variable {
                Variable::$kind(self)
            }
            fn of(variable: &Variable) -> Option<&Self> {
                if let Variable::$kind(of) = variable { Some(of) } else { None }
            }
            fn of_mut(variable: &mut Variable) -> Option<&mut Self> {
                if let Variable::$kind(of) = variable { Some(of) } else { None }
            }
        })*
    };
}

kinds! {
    /// A function with a proximal operator.
    Matrix(Matrix),
    /// The parts that members share.
    Matrices(Vec<Matrix>),
    /// A gradient, followed by L-BFGS.
    Lbfgs(Iterate<Matrix, LbfgsMemory<f64, Matrix>>),
    /// A gradient, followed by projected steps.
    Gradient(Iterate<Matrix, GradientMemory<f64, Matrix>>),
    /// A custom direction.
    Steps(Iterate<Matrix, ScheduledStepsMemory<f64, Object>>),
    /// A block with an argmin of its own.
    Object(Object),
    /// Several blocks.
    Group(Vec<Variable>),
    /// Several blocks of which some belong to other processes, with their images.
    Spread(Vec<(Variable, Matrix)>),
}

/// An error for a variable of another kind of block.
pub fn known<T>(of: Option<T>) -> Result<T> {
    of.ok_or_else(|| Error::parameter("state", "belongs to other kinds of blocks"))
}

impl Variable {
    /// The variable without the memory of its method, to look at.
    pub fn plain(&self) -> Self {
        match self {
            Variable::Lbfgs(of) => Variable::Matrix(of.point.clone()),
            Variable::Gradient(of) => Variable::Matrix(of.point.clone()),
            Variable::Steps(of) => Variable::Matrix(of.point.clone()),
            Variable::Group(members) => Variable::Group(members.iter().map(Variable::plain).collect()),
            Variable::Spread(members) => Variable::Group(members.iter().map(|(member, _)| member.plain()).collect()),
            other => other.clone(),
        }
    }

    /// The variable as Python sees it: an array, a list of arrays, or the object of the block.
    pub fn shown<'py>(&self, py: Python<'py>, flat: &[bool]) -> PyResult<Bound<'py, PyAny>> {
        let first = flat.first().copied().unwrap_or(false);
        match self {
            Variable::Matrix(of) => array(py, of, first),
            Variable::Lbfgs(of) => array(py, &of.point, first),
            Variable::Gradient(of) => array(py, &of.point, first),
            Variable::Steps(of) => array(py, &of.point, first),
            Variable::Object(of) => of.copied(py),
            Variable::Matrices(parts) => arrays(py, parts, flat),
            Variable::Spread(_) => self.plain().shown(py, flat),
            Variable::Group(members) => {
                let flat = |at: usize| [flat.get(at).copied().unwrap_or(first)];
                let parts = members.iter().enumerate().map(|(at, member)| member.shown(py, &flat(at)));
                Ok(PyList::new(py, parts.collect::<PyResult<Vec<_>>>()?)?.into_any())
            }
        }
    }
}

/// Several matrices as a list of arrays.
pub fn arrays<'py>(py: Python<'py>, parts: &[Matrix], flat: &[bool]) -> PyResult<Bound<'py, PyAny>> {
    let flat = |at: usize| flat.get(at).or(flat.first()).copied().unwrap_or(false);
    let parts = parts.iter().enumerate().map(|(at, part)| array(py, part, flat(at)));
    Ok(PyList::new(py, parts.collect::<PyResult<Vec<_>>>()?)?.into_any())
}
