//! Numpy arrays as matrices and back.

use crate::failure::raised;
use admm::nalgebra::DMatrix;
use admm_solvers::Scalar;
use admm_solvers::data::Features;
use admm_solvers::nalgebra_sparse::CscMatrix;
use numpy::{Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The numbers that both sides know.
pub trait Number: Scalar + Element {}

impl Number for f32 {}
impl Number for f64 {}

/// The memory of a numpy array, which lives as long as this.
struct Held<T: Element> {
    _array: Py<PyArray2<T>>,
    first: *const T,
    length: usize,
}

// SAFETY: the numbers are only read, and the array keeps them where they are as long as this holds it. No borrow can keep
// Python code from writing into an array meanwhile: docs/python.md asks for that.
unsafe impl<T: Element + Sync> Send for Held<T> {}
// SAFETY: as above.
unsafe impl<T: Element + Sync> Sync for Held<T> {}

impl<T: Element> AsRef<[T]> for Held<T> {
    fn as_ref(&self) -> &[T] {
        // SAFETY: `first` and `length` are those of a contiguous array, which `_array` keeps alive.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }
}

/// A row-major n×d array as samples, without a copy. They keep the array alive.
///
/// # Errors
/// An array that is not C-contiguous.
pub fn dense<T: Number>(x: &PyReadonlyArray2<'_, T>) -> PyResult<Features<T>> {
    let (n, d) = (x.dims()[0], x.dims()[1]);
    if n > 0 && d > 0 && !x.is_c_contiguous() {
        return Err(PyValueError::new_err("X must be stored row by row"));
    }
    let numbers = x.as_slice()?;
    let held = Held { _array: (**x).clone().unbind(), first: numbers.as_ptr(), length: numbers.len() };
    Features::shared(held, d).map_err(raised)
}

/// The parts of an n×d matrix in compressed rows: data, column numbers, row offsets, and d.
pub type Compressed<'py, T> = (PyReadonlyArray1<'py, T>, PyReadonlyArray1<'py, i64>, PyReadonlyArray1<'py, i64>, usize);

/// A matrix in compressed rows as sparse samples.
///
/// # Errors
/// Parts that are no such matrix.
pub fn sparse<T: Number>((data, columns, offsets, d): &Compressed<'_, T>) -> PyResult<Features<T>> {
    let numbers = |of: &PyReadonlyArray1<'_, i64>| -> PyResult<Vec<usize>> {
        let whole = of.as_slice()?.iter().map(|&number| usize::try_from(number));
        whole.collect::<Result<_, _>>().map_err(|_| PyValueError::new_err("X has a negative index"))
    };
    let (columns, offsets) = (numbers(columns)?, numbers(offsets)?);
    let n = offsets.len().saturating_sub(1);
    let matrix = CscMatrix::try_from_csc_data(*d, n, offsets, columns, data.as_slice()?.to_vec());
    Ok(matrix.map_err(|error| PyValueError::new_err(format!("X: {error}")))?.into())
}

/// A matrix as a row-major array of its transpose.
pub fn array<T: Number>(py: Python<'_>, of: DMatrix<T>) -> PyResult<Bound<'_, PyArray2<T>>> {
    let (columns, rows) = of.shape();
    PyArray1::from_vec(py, of.data.into()).reshape([rows, columns])
}

/// A row-major array as the matrix of its transpose.
///
/// # Errors
/// An array that is not C-contiguous.
pub fn matrix<T: Number>(of: &PyReadonlyArray2<'_, T>) -> PyResult<DMatrix<T>> {
    let (rows, columns) = (of.dims()[0], of.dims()[1]);
    Ok(DMatrix::from_column_slice(columns, rows, of.as_slice()?))
}
