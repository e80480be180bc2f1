//! Matrices as numpy arrays and back.

use admm::nalgebra::DMatrix;
use numpy::npyffi::NPY_ORDER;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;

/// A copy of a matrix: one-dimensional for a column that was so.
pub fn array<'py>(py: Python<'py>, of: &DMatrix<f64>, flat: bool) -> PyResult<Bound<'py, PyAny>> {
    let numbers = PyArray1::from_slice(py, of.as_slice());
    if flat && of.ncols() == 1 {
        return Ok(numbers.into_any());
    }
    let shape = [of.nrows(), of.ncols()];
    Ok(numbers.reshape_with_order(shape, NPY_ORDER::NPY_FORTRANORDER)?.into_any())
}

/// A copy of an array with one or two dimensions, or of whatever numpy makes an array of. A vector is a column.
///
/// # Errors
/// `TypeError` for what is no array of numbers, and `ValueError` for other dimensions, with the name.
pub fn matrix(of: &Bound<'_, PyAny>, name: &str) -> PyResult<DMatrix<f64>> {
    if let Ok(numbers) = of.cast::<PyArrayDyn<f64>>() {
        return copied(numbers, name);
    }
    let numpy = of.py().import(intern!(of.py(), "numpy"))?;
    let wrong = |_| PyTypeError::new_err(format!("{name} must be an array of numbers, got {}", kind(of)));
    let numbers = numpy.call_method1(intern!(of.py(), "asarray"), (of, intern!(of.py(), "float64"))).map_err(wrong)?;
    copied(numbers.cast::<PyArrayDyn<f64>>().map_err(|error| wrong(error.into()))?, name)
}

fn kind(of: &Bound<'_, PyAny>) -> String {
    of.get_type().name().map_or_else(|_| "another object".into(), |name| name.to_string())
}

fn copied(numbers: &Bound<'_, PyArrayDyn<f64>>, name: &str) -> PyResult<DMatrix<f64>> {
    let (rows, columns) = match *numbers.shape() {
        [rows] => (rows, 1),
        [rows, columns] => (rows, columns),
        ref shape => {
            let problem = format!("{name} must have one or two dimensions, got the shape {shape:?}");
            return Err(PyValueError::new_err(problem));
        }
    };
    if numbers.is_fortran_contiguous() {
        return Ok(DMatrix::from_vec(rows, columns, numbers.to_vec()?));
    }
    let numbers = numbers.try_readonly()?;
    let view = numbers.as_array();
    if columns == 1 {
        return Ok(DMatrix::from_iterator(rows, 1, view.iter().copied()));
    }
    Ok(DMatrix::from_row_iterator(rows, columns, view.iter().copied()))
}

/// Returns true for a one-dimensional array.
pub fn is_flat(of: &Bound<'_, PyAny>) -> bool {
    let dimensions = of.getattr(intern!(of.py(), "ndim")).and_then(|ndim| ndim.extract::<usize>());
    dimensions.map_or_else(|_| of.get_item(0).is_ok_and(|first| first.len().is_err()), |ndim| ndim == 1)
}
