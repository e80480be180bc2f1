//! The native core of the Python package `admmlearn`.
//!
//! It takes numpy arrays and returns numpy arrays. What Python users see is written in Python, in `py_src/admmlearn`.
//! A sample is a row there and a column here: a row-major n×d array has the bytes of a column-major d×n matrix.

mod arrays;
mod choices;
mod failure;
mod fit;
mod framework;
mod model;
mod ranks;
mod worker;

use pyo3::pymodule;

/// The functions that the Python layer calls.
#[pymodule]
mod _core {
    /// The version of the package.
    #[allow(non_upper_case_globals)]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use crate::fit::fit;
    #[pymodule_export]
    use crate::framework::{
        Certificate, Coordinator, Descent, Function, Moment, Operator, PcaRule, Record, Report, Set, Through,
        check_constraint_set, check_gradient, check_prox, function, operator, set,
    };
    #[pymodule_export]
    use crate::model::{from_bytes, inverse_transform, logits, predict_values, to_bytes, transform};
}
