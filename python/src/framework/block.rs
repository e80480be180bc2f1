//! The block of an object: of a function, a set, a rule, or whatever has the methods of a block.

use super::array::{is_flat, matrix};
use super::functions::{Function, Place};
use super::object::Object;
use super::operators::Operator;
use super::rule::PcaRule;
use super::sets::Set;
use super::stash::Stash;
use super::typed::{One, Typed, follows};
use super::user::{PythonArgmin, PythonDirection, PythonSmooth, User, no_block, number, start_image};
use super::variable::{Kind, Variable};
use crate::failure::raised;
use admm::nalgebra::DMatrix;
use admm::operator::{Composed, Linearized, norm_squared};
use admm::{Exact, Gradient, Iterate, Rate, ScheduledSteps};
use admm_solvers::descent::Lbfgs;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;

/// The method that moves a variable.
#[derive(Clone, Copy)]
enum By {
    Lbfgs { memory: usize, max_steps: u64 },
    Gradient { max_steps: u64 },
    Steps(ScheduledSteps<f64>),
}

/// A function with a gradient, or a custom direction, with the method that moves the variable and the set it stays on.
#[pyclass(frozen, module = "admmlearn._core", name = "Descent")]
pub struct Descent {
    of: Py<PyAny>,
    on: Set,
    by: By,
}

#[pymethods]
impl Descent {
    /// A function with `value_and_gradient`, lowered by "lbfgs" or by "gradient".
    #[staticmethod]
    fn smooth(of: Py<PyAny>, on: &Set, by: &str, max_steps: u64, memory: usize) -> PyResult<Self> {
        let by = match by {
            "lbfgs" => By::Lbfgs { memory, max_steps },
            "gradient" => By::Gradient { max_steps },
            _ => return Err(PyValueError::new_err(format!("by must be lbfgs or gradient, got {by}"))),
        };
        Ok(Descent { of, on: on.clone(), by })
    }

    /// A rule with `direction`, followed in steps of a constant rate, or of 1/(L + ρ), which decay over a horizon if there
    /// is one.
    #[staticmethod]
    #[pyo3(signature = (of, on, max_steps, rate=None, lipschitz=None, horizon=None))]
    fn steps(
        of: Py<PyAny>,
        on: &Set,
        max_steps: u64,
        rate: Option<f64>,
        lipschitz: Option<f64>,
        horizon: Option<f64>,
    ) -> PyResult<Self> {
        let rate = match (rate, lipschitz, horizon) {
            (Some(rate), None, None) => Rate::Constant(rate),
            (None, Some(lipschitz), None) => Rate::Lipschitz(lipschitz),
            (None, Some(lipschitz), Some(horizon)) => Rate::Decaying { lipschitz, horizon },
            _ => return Err(PyValueError::new_err("rate: give either rate, or lipschitz with or without horizon")),
        };
        Ok(Descent { of, on: on.clone(), by: By::Steps(ScheduledSteps { rate, max_steps }) })
    }
}

/// A block that is coupled through an operator K.
#[pyclass(frozen, module = "admmlearn._core", name = "Through")]
pub struct Through {
    of: Py<PyAny>,
    operator: Operator,
    max_steps: u64,
}

#[pymethods]
impl Through {
    #[new]
    fn new(of: Py<PyAny>, operator: &Operator, max_steps: u64) -> Self {
        Through { of, operator: operator.clone(), max_steps }
    }
}

/// A block with its start.
pub struct Started {
    pub block: One,
    pub start: Variable,
    /// True if the image is a column of a one-dimensional start.
    pub flat: bool,
}

/// The block of an object, from this start.
///
/// # Errors
/// `TypeError` for an object that is no block, and what its parts say.
pub fn started(object: &Bound<'_, PyAny>, x: &Bound<'_, PyAny>, name: &str, stash: &Stash) -> PyResult<Started> {
    let py = object.py();
    if object.hasattr(intern!(py, "argmin"))? {
        let flat = is_flat(&start_image(object, x)?);
        let x = py.import("copy")?.call_method1("deepcopy", (x,))?;
        let block = Box::new(Typed(PythonArgmin(User::new(object, flat, stash))));
        return Ok(Started { block, start: Object::new(x).wrap(), flat });
    }
    let (flat, start) = (is_flat(x), matrix(x, if name == "f" { "x0" } else { "z0" })?);
    let place = Place { flat, stash: stash.clone() };
    let (block, start) = of_matrix(object, start, name, &place)?;
    Ok(Started { block, start, flat })
}

/// The block of an object whose variable is a matrix, perhaps with a memory.
fn of_matrix(object: &Bound<'_, PyAny>, start: DMatrix<f64>, name: &str, place: &Place) -> PyResult<(One, Variable)> {
    let py = object.py();
    if let Ok(through) = object.cast::<Through>() {
        return Ok((through.get().block(py, &start, name, place)?, start.wrap()));
    }
    if let Ok(rule) = object.cast::<PcaRule>() {
        let (block, remembers) = rule.get().block()?;
        let start = if remembers { steps_from(start) } else { start.wrap() };
        return Ok((block, start));
    }
    if let Ok(descent) = object.cast::<Descent>() {
        return descent.get().block(py, start, name, place);
    }
    let on = Set::flat();
    if object.cast::<Function>().is_ok() || object.cast::<Set>().is_ok() || object.hasattr(intern!(py, "prox"))? {
        return Ok((Box::new(Typed(Exact(Function::of(object, name)?.at(place)))), start.wrap()));
    }
    let of = object.clone().unbind();
    if object.hasattr(intern!(py, "value_and_gradient"))? {
        let by = By::Lbfgs { memory: 20, max_steps: 50 };
        return Descent { of, on, by }.block(py, start, name, place);
    }
    if object.hasattr(intern!(py, "direction"))? {
        let Some(lipschitz) = number(object, intern!(py, "lipschitz"))? else {
            let problem =
                format!("{name} has a direction, and no number lipschitz for the step size: use steps(rule, …)");
            return Err(PyTypeError::new_err(problem));
        };
        let by = By::Steps(ScheduledSteps { rate: Rate::Lipschitz(lipschitz), max_steps: 50 });
        return Descent { of, on, by }.block(py, start, name, place);
    }
    Err(no_block(object, name))
}

fn steps_from(start: DMatrix<f64>) -> Variable {
    Variable::Steps(Iterate::new(start))
}

impl Descent {
    fn user(&self, py: Python<'_>, place: &Place) -> User {
        User::new(self.of.bind(py), place.flat, &place.stash)
    }

    fn smooth_of(&self, py: Python<'_>, name: &str, place: &Place) -> PyResult<PythonSmooth> {
        if !self.of.bind(py).hasattr("value_and_gradient")? {
            return Err(no_block(self.of.bind(py), name));
        }
        PythonSmooth::new(self.user(py, place))
    }

    fn block(&self, py: Python<'_>, start: DMatrix<f64>, name: &str, place: &Place) -> PyResult<(One, Variable)> {
        let on = self.on.made();
        Ok(match self.by {
            By::Lbfgs { memory, max_steps } => {
                let (of, by) = (self.smooth_of(py, name, place)?, Lbfgs { memory, max_steps, ..Lbfgs::default() });
                (Box::new(Typed(admm::Descent { of, by, on })), Variable::Lbfgs(Iterate::new(start)))
            }
            By::Gradient { max_steps } => {
                let (of, by) = (self.smooth_of(py, name, place)?, Gradient { max_steps });
                (Box::new(Typed(admm::Descent { of, by, on })), Variable::Gradient(Iterate::new(start)))
            }
            By::Steps(by) => {
                if !self.of.bind(py).hasattr("direction")? {
                    return Err(no_block(self.of.bind(py), name));
                }
                (follows(PythonDirection(self.user(py, place)), by, on), steps_from(start))
            }
        })
    }
}

impl Through {
    fn block(&self, py: Python<'_>, start: &DMatrix<f64>, name: &str, place: &Place) -> PyResult<One> {
        let (of, operator, max_steps) = (self.of.bind(py), self.operator.clone(), self.max_steps);
        operator.size(start)?;
        if let Ok(descent) = of.cast::<Descent>() {
            let descent = descent.get();
            let (of, on) = (descent.smooth_of(py, name, place)?, descent.on.made());
            return Ok(match descent.by {
                By::Lbfgs { memory, max_steps } => {
                    let by = Lbfgs { memory, max_steps, ..Lbfgs::default() };
                    Box::new(Typed(Composed { of: admm::Descent { of, by, on }, operator }))
                }
                By::Gradient { max_steps } => {
                    let by = Gradient { max_steps };
                    Box::new(Typed(Composed { of: admm::Descent { of, by, on }, operator }))
                }
                By::Steps(_) => {
                    let problem = format!("{name}: a direction cannot be seen through an operator");
                    return Err(PyValueError::new_err(problem));
                }
            });
        }
        let square = norm_squared(&operator, start.shape()).map_err(raised)?;
        let of = Function::of(of, name)?.at(place);
        Ok(Box::new(Typed(Linearized { of, operator, square, max_steps })))
    }
}
