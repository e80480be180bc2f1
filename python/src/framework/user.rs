//! Python objects as the parts of a block: `prox`, `value_and_gradient`, `direction` or `argmin`.

use super::array::{array, matrix};
use super::object::Object;
use super::stash::Stash;
use admm::nalgebra::DMatrix;
use admm::{Cost, Direction, Prox, Result, Smooth, Solved, Subproblem, Target};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::Arc;

/// An object of the user, and what its methods get and leave.
#[derive(Clone)]
pub struct User {
    object: Arc<Py<PyAny>>,
    /// True if the methods get one-dimensional arrays for columns.
    flat: bool,
    /// True if it has the method `value`: asked once, for to ask costs as much as a call.
    has_value: bool,
    stash: Stash,
}

impl User {
    /// Takes an object.
    pub fn new(object: &Bound<'_, PyAny>, flat: bool, stash: &Stash) -> Self {
        let has_value = object.hasattr(intern!(object.py(), "value")).unwrap_or(false);
        User { object: Arc::new(object.clone().unbind()), flat, has_value, stash: stash.clone() }
    }

    /// Runs code with the object. What it raises is kept.
    fn attached<R>(&self, code: impl FnOnce(Python<'_>, &Bound<'_, PyAny>) -> PyResult<R>) -> Result<R> {
        Python::attach(|py| code(py, self.object.bind(py))).map_err(|error| self.stash.keep(error))
    }

    fn has(&self, method: &str) -> bool {
        Python::attach(|py| self.object.bind(py).hasattr(method).unwrap_or(false))
    }

    /// The value at x by the method `value`, and NaN without one.
    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        self.value_by(|py| array(py, x, self.flat))
    }

    fn value_by(&self, x: impl FnOnce(Python<'_>) -> PyResult<Bound<'_, PyAny>>) -> Result<f64> {
        if !self.has_value {
            return Ok(f64::NAN);
        }
        self.attached(|py, object| object.call_method1(intern!(py, "value"), (x(py)?,))?.extract())
    }
}

/// An object with `prox(v, rho)`, and perhaps with `value(x)` and `retune(rho)`.
pub struct PythonProx(pub User);

impl Prox<f64> for PythonProx {
    fn value(&self, x: &DMatrix<f64>) -> f64 {
        // An exception ends the run at the end of this iteration.
        self.0.value(x).unwrap_or(f64::NAN)
    }
    fn prox(&self, v: &DMatrix<f64>, rho: f64) -> Result<DMatrix<f64>> {
        self.0.attached(|py, object| {
            let minimiser = object.call_method1(intern!(py, "prox"), (array(py, v, self.0.flat)?, rho))?;
            matrix(&minimiser, "the result of prox")
        })
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        if !self.0.has("retune") {
            return Ok(());
        }
        self.0.attached(|py, object| object.call_method1(intern!(py, "retune"), (rho,)).map(drop))
    }
}

/// An object with `value_and_gradient(x)`, and perhaps with the number `lipschitz`.
pub struct PythonSmooth {
    user: User,
    lipschitz: Option<f64>,
}

impl PythonSmooth {
    /// # Errors
    /// A `lipschitz` that is no number.
    pub fn new(user: User) -> PyResult<Self> {
        let lipschitz = Python::attach(|py| number(user.object.bind(py), intern!(py, "lipschitz")))?;
        Ok(PythonSmooth { user, lipschitz })
    }
}

/// An attribute that is a number, if there is one.
pub fn number(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<f64>> {
    if object.hasattr(name)? { object.getattr(name)?.extract() } else { Ok(None) }
}

impl Smooth<f64> for PythonSmooth {
    type Point = DMatrix<f64>;

    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        self.user.attached(|py, object| {
            let both = object.call_method1(intern!(py, "value_and_gradient"), (array(py, x, self.user.flat)?,))?;
            let (value, gradient) = both.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>().map_err(|_| {
                PyTypeError::new_err("value_and_gradient must return a pair: the value, and the gradient as an array")
            })?;
            Ok((value.extract()?, matrix(&gradient, "the gradient of value_and_gradient")?))
        })
    }
    fn lipschitz(&self, _x: &DMatrix<f64>) -> Option<f64> {
        self.lipschitz
    }
}

/// An object with `direction(x, memory)`, and perhaps with `value(x)`.
pub struct PythonDirection(pub User);

impl Direction<f64> for PythonDirection {
    type Memory = Object;

    fn value(&self, x: &DMatrix<f64>) -> Result<f64> {
        self.0.value(x)
    }
    fn direction(&self, x: &DMatrix<f64>, memory: &mut Object) -> Result<DMatrix<f64>> {
        self.0.attached(|py, object| {
            let own = memory.copied(py)?;
            let direction = object.call_method1(intern!(py, "direction"), (array(py, x, self.0.flat)?, &own))?;
            *memory = Object::new(own);
            matrix(&direction, "the result of direction")
        })
    }
}

/// An object with `argmin(x, v, rho, tol)`, and perhaps with `value(x)` and `image(x)`.
pub struct PythonArgmin(pub User);

impl Subproblem<f64> for PythonArgmin {
    type Var = Object;
    type Image = DMatrix<f64>;

    fn value(&self, x: &Object) -> Result<f64> {
        self.0.value_by(|py| x.copied(py))
    }
    fn argmin(&self, x: &mut Object, to: Target<'_, f64, DMatrix<f64>>) -> Result<Solved<f64>> {
        let answer = self.0.attached(|py, object| {
            let v = array(py, to.v, self.0.flat)?;
            let found = object.call_method1(intern!(py, "argmin"), (x.copied(py)?, v, to.rho, to.tolerance))?;
            let (found, residual) = match found.getattr_opt(intern!(py, "residual"))? {
                Some(residual) => (found.getattr(intern!(py, "x"))?, residual.extract()?),
                None => (found, None),
            };
            *x = Object::new(found);
            Ok(residual)
        });
        let cost = Cost { steps: 1, passes: 1 };
        Ok(answer?.map_or(Solved::unmeasured(cost), |residual| Solved::within(residual, cost)))
    }
    /// An exception leaves a matrix without entries, which the coordinator refuses.
    fn image(&self, x: &Object) -> DMatrix<f64> {
        self.0.attached(|py, object| image(py, object, x)).unwrap_or_else(|_| DMatrix::zeros(0, 0))
    }
}

fn image(py: Python<'_>, object: &Bound<'_, PyAny>, x: &Object) -> PyResult<DMatrix<f64>> {
    let name = intern!(py, "image");
    let image = if object.hasattr(name)? { object.call_method1(name, (x.shown(py),))? } else { x.shown(py) };
    matrix(&image, "the image of x")
}

/// The image of a start, as the block states it.
///
/// # Errors
/// An exception of `image`.
pub fn start_image<'py>(object: &Bound<'py, PyAny>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let name = intern!(object.py(), "image");
    if object.hasattr(name)? { object.call_method1(name, (x,)) } else { Ok(x.clone()) }
}

/// An error for an object that has none of the methods of a block.
pub fn no_block(object: &Bound<'_, PyAny>, name: &str) -> PyErr {
    let kind = object.get_type();
    PyTypeError::new_err(format!(
        "{name} must be a block: a function of admmlearn, or an object with prox(v, rho), value_and_gradient(x), \
         direction(x, memory) or argmin(x, v, rho, tol); got {kind}"
    ))
}
