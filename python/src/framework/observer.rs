//! The view of an observer: the record of an iteration, and the iterates.

use super::variable::{Variable, arrays};
use admm::nalgebra::DMatrix;
use pyo3::prelude::*;

/// The measurements of one iteration.
#[pyclass(frozen, module = "admmlearn._core", name = "Record")]
#[derive(Clone)]
pub struct Record(pub admm::state::Record<f64>);

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident: $kind:ty),* $(,)?) => {
        #[pymethods]
        impl Record {
            $($(#[$doc])* #[getter] fn $name(&self) -> $kind { self.0.$name })*

            /// Passes over the data so far, as the blocks count them.
            #[getter]
            fn passes(&self) -> u64 {
                self.0.cost.passes
            }

            fn __repr__(&self) -> String {
                let admm::state::Record { iteration, primal, dual, rho, objective, .. } = &self.0;
                let objective = objective.map_or_else(|| "None".into(), |value| format!("{value:.6e}"));
                format!("Record(iteration={iteration}, primal={primal:.3e}, dual={dual:.3e}, rho={rho}, objective={objective})")
            }
        }
    };
}

figures! {
    /// Counted from 1; 0 before the first.
    iteration: u64,
    /// The primal residual ‖Ax + Bz − c‖.
    primal: f64,
    /// The dual residual ρ‖AᵀBΔz‖.
    dual: f64,
    /// The bound of Boyd et al. on the primal residual.
    primal_bound: f64,
    /// The bound of Boyd et al. on the dual residual.
    dual_bound: f64,
    /// f(x) + g(z), if it is known.
    objective: Option<f64>,
    /// The change of the objective by this iteration, relative to its scale.
    objective_change: Option<f64>,
    /// The augmented Lagrangian, if the objective is known.
    augmented_lagrangian: Option<f64>,
    /// ρ, as used in this iteration.
    rho: f64,
    /// The changes of ρ so far.
    penalty_changes: u32,
    /// The accelerated starts that were good so far.
    accepted: u64,
    /// The accelerated starts that were taken back so far.
    rejected: u64,
    /// The accuracy that was asked of the blocks.
    inner_tolerance: f64,
    /// The norm of the gradients that the subproblems have at the answers, if the blocks measure it.
    inner_residual: Option<f64>,
}

/// An iteration as an observer sees it.
#[pyclass(frozen, module = "admmlearn._core", name = "Moment")]
pub struct Moment {
    pub record: admm::state::Record<f64>,
    pub x: Variable,
    pub z: Variable,
    pub u: Vec<DMatrix<f64>>,
    pub flat: Flat,
}

/// The iterates that are one-dimensional.
#[derive(Clone, Default)]
pub struct Flat {
    pub x: Vec<bool>,
    pub z: Vec<bool>,
    /// True if x, z and u are lists, for several blocks on a side.
    pub many: bool,
}

impl Flat {
    /// The dual: an array, or a list of arrays for several blocks.
    pub fn dual<'py>(&self, py: Python<'py>, u: &[DMatrix<f64>]) -> PyResult<Bound<'py, PyAny>> {
        let list = arrays(py, u, &self.x)?;
        if self.many { Ok(list) } else { list.get_item(0) }
    }
}

#[pymethods]
impl Moment {
    /// The measurements.
    #[getter]
    fn record(&self) -> Record {
        Record(self.record)
    }
    /// The variable of the first block.
    #[getter]
    fn x<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.x.shown(py, &self.flat.x)
    }
    /// The variable of the second block.
    #[getter]
    fn z<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.z.shown(py, &self.flat.z)
    }
    /// The scaled dual.
    #[getter]
    fn u<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.flat.dual(py, &self.u)
    }
}
