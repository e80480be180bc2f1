//! The findings of a run on the conditions for convergence.

use pyo3::prelude::*;

/// The findings of a run on the conditions under which ADMM converges on a nonconvex problem. It prints as a table.
#[pyclass(frozen, module = "admmlearn._core", name = "Certificate")]
pub struct Certificate(pub admm::certificate::Certificate);

#[pymethods]
impl Certificate {
    /// The conditions, each with its finding: whether it holds ("yes", "no" or "–"), and the reason.
    #[getter]
    fn findings(&self) -> Vec<(String, String, String)> {
        let of = |(verdict, condition, because): (&str, &str, String)| (condition.into(), verdict.into(), because);
        self.0.lines().map(of).to_vec()
    }
    fn __repr__(&self) -> String {
        self.0.to_string()
    }
}
