//! The check kit.

use super::array::{is_flat, matrix};
use super::functions::{Function, Place};
use super::sets::Set;
use super::stash::Stash;
use super::user::{PythonSmooth, User};
use admm::check;
use pyo3::exceptions::PyAssertionError;
use pyo3::prelude::*;

/// The laws that were tried, and what was found. It prints as a table.
#[pyclass(frozen, module = "admmlearn._core", name = "Report")]
pub struct Report(check::Report);

#[pymethods]
impl Report {
    /// True if every law held.
    #[getter]
    fn passed(&self) -> bool {
        self.0.passed()
    }
    /// Raise AssertionError with this report unless every law held.
    #[pyo3(name = "assert_passed")]
    fn check(&self) -> PyResult<()> {
        if self.0.passed() { Ok(()) } else { Err(PyAssertionError::new_err(self.0.to_string())) }
    }
    fn __bool__(&self) -> bool {
        self.0.passed()
    }
    fn __repr__(&self) -> String {
        self.0.to_string()
    }
}

fn told(py: Python<'_>, stash: &Stash, report: admm::Result<check::Report>) -> PyResult<Report> {
    match report {
        Ok(report) => stash.raised(py, "in value").map_or(Ok(Report(report)), Err),
        Err(error) => Err(stash.failure(py, error)),
    }
}

/// Checks a function with a proximal operator around v.
///
/// # Errors
/// An exception of the function, and a result of another size.
#[pyfunction]
pub fn check_prox(
    py: Python<'_>,
    of: &Bound<'_, PyAny>,
    v: &Bound<'_, PyAny>,
    rho: f64,
    convex: bool,
) -> PyResult<Report> {
    let place = Place { flat: is_flat(v), ..Place::default() };
    let (mut function, v) = (Function::of(of, "f")?.at(&place), matrix(v, "x")?);
    let check = if convex { check::convex_prox } else { check::prox };
    let report = function.retune(rho).and_then(|()| check(&function, &v, rho));
    told(py, &place.stash, report)
}

/// Checks a gradient around x.
///
/// # Errors
/// An exception of the function, and a gradient of another size.
#[pyfunction]
pub fn check_gradient(py: Python<'_>, of: &Bound<'_, PyAny>, x: &Bound<'_, PyAny>) -> PyResult<Report> {
    let stash = Stash::default();
    let smooth = PythonSmooth::new(User::new(of, is_flat(x), &stash))?;
    told(py, &stash, check::gradient(&smooth, &matrix(x, "x")?))
}

/// Checks a set around a point of it.
///
/// # Errors
/// A point of another size.
#[pyfunction]
pub fn check_constraint_set(py: Python<'_>, of: &Set, x: &Bound<'_, PyAny>) -> PyResult<Report> {
    told(py, &Stash::default(), check::constraint_set(&of.made(), &matrix(x, "x")?))
}
