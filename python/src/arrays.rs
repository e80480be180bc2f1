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
        // SAFETY: the numbers of `_array`, which it keeps alive, lie in this range, and so does its base.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }
}

/// An n×d array as samples, without a copy, whatever its strides. They keep the array alive.
///
/// # Errors
/// An array whose numbers are misaligned, and one without features.
pub fn dense<T: Number>(x: &PyReadonlyArray2<'_, T>) -> PyResult<Features<T>> {
    let (n, d, size) = (x.dims()[0], x.dims()[1], size_of::<T>() as isize);
    let first: *const T = x.data().cast_const();
    if x.strides().iter().any(|stride| stride % size != 0) || !first.is_aligned() {
        return Err(PyValueError::new_err("X must have aligned numbers"));
    }
    let (by_sample, by_feature) = (x.strides()[0] / size, x.strides()[1] / size);
    // The memory that the array spans, from its lowest address on.
    let reach = |count: usize, step: isize| count.saturating_sub(1) as isize * step;
    let (down, up) = [reach(n, by_sample), reach(d, by_feature)]
        .iter()
        .fold((0, 0), |(down, up), reach| (down + reach.min(&0), up + reach.max(&0)));
    let length = if n == 0 || d == 0 { 0 } else { (up - down + 1).unsigned_abs() };
    let held = Held { _array: (**x).clone().unbind(), first: first.wrapping_offset(down), length };
    if length == n * d && (by_sample, by_feature) == (d as isize, 1) {
        return Features::shared(held, d).map_err(raised);
    }
    Features::strided(held, down.unsigned_abs(), (d, n), (by_feature, by_sample)).map_err(raised)
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
