//! Errors as Python exceptions, which name the argument that the caller wrote.

use admm::{Error, Parameter};
use pyo3::PyErr;
use pyo3::exceptions::{PyArithmeticError, PyOSError, PyRuntimeError, PyValueError};

/// The arguments whose names follow the conventions of Python users: (here, there).
const NAMES: [(&str, &str); 8] = [
    ("components", "n_components"),
    ("tolerance", "tol"),
    ("max_iterations", "max_iter"),
    ("seed", "random_state"),
    ("weights", "sample_weight"),
    ("labels", "y"),
    ("targets", "y"),
    ("x", "X"),
];

/// The exception of an error: `ValueError` for what the caller, a block or another process gave, `ArithmeticError` for a
/// computation without an answer, `OSError` for a file.
pub fn raised(error: Error) -> PyErr {
    let words = error.to_string();
    match root(&error) {
        Error::Parameters(parameters) => {
            let sentences: Vec<String> = parameters.iter().map(sentence).collect();
            PyValueError::new_err(sentences.join("; "))
        }
        Error::Size { .. }
        | Error::NotFinite { .. }
        | Error::Encoding(_)
        | Error::Unbounded { .. }
        | Error::Rank { .. }
        | Error::Checkpoint { .. } => PyValueError::new_err(words),
        Error::Numerical { .. } => PyArithmeticError::new_err(words),
        Error::File { .. } => PyOSError::new_err(words),
        _ => PyRuntimeError::new_err(words),
    }
}

/// The error that a block or a member had.
fn root(error: &Error) -> &Error {
    match error {
        Error::Block { source, .. } | Error::Member { source, .. } => root(source),
        other => other,
    }
}

fn sentence(parameter: &Parameter) -> String {
    let name = NAMES.iter().find(|(here, _)| *here == parameter.name).map_or(&*parameter.name, |(_, there)| there);
    format!("{name} {}", parameter.problem)
}
