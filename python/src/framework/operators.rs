//! Linear operators between a block and the coupling space.

use super::array::matrix;
use crate::failure::raised;
use admm::nalgebra::DMatrix;
use admm_solvers::nalgebra_sparse::CsrMatrix;
use admm_solvers::operator::{Differences, ImageGradient, Sparse};
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// A linear operator K.
#[pyclass(frozen, module = "admmlearn._core", name = "Operator")]
#[derive(Clone)]
pub struct Operator(Arc<dyn admm::operator::Operator<f64>>);

impl admm::operator::Operator<f64> for Operator {
    fn range(&self, domain: (usize, usize)) -> admm::Result<(usize, usize)> {
        self.0.range(domain)
    }
    fn apply(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        self.0.apply(x)
    }
    fn transposed(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        self.0.transposed(y)
    }
}

impl Operator {
    /// The size of Kx for an x of this size.
    ///
    /// # Errors
    /// `ValueError` for a size that K does not take.
    pub fn size(&self, x: &DMatrix<f64>) -> PyResult<(usize, usize)> {
        self.0.range(x.shape()).map_err(raised)
    }
}

#[pymethods]
impl Operator {
    /// Returns the image Kx of an array.
    fn apply<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (flat, x) = (super::array::is_flat(x), matrix(x, "x")?);
        self.size(&x)?;
        super::array::array(py, &self.0.apply(&x), flat)
    }
}

/// A number of rows or columns.
///
/// # Errors
/// Another object than a number that is not negative.
pub fn number_of_rows(of: &Bound<'_, PyAny>) -> PyResult<usize> {
    of.extract()
}

/// The operator of this name with these arguments.
///
/// # Errors
/// A name that is not known, and arguments that the operator does not take.
#[pyfunction]
#[pyo3(signature = (name, *args))]
pub fn operator(name: &str, args: &Bound<'_, PyTuple>) -> PyResult<Operator> {
    Ok(Operator(match (name, args.len()) {
        ("matrix", 1) => Arc::new(matrix(&args.get_item(0)?, "operator")?),
        ("differences", 0) => Arc::new(Differences),
        ("image-gradient", 2) => {
            let (height, width) = (number_of_rows(&args.get_item(0)?)?, number_of_rows(&args.get_item(1)?)?);
            Arc::new(ImageGradient { height, width })
        }
        ("sparse", 5) => Arc::new(Sparse(compressed(args)?)),
        _ => return Err(PyValueError::new_err(format!("no operator has the name {name} and these arguments"))),
    }))
}

/// Data, column numbers, row offsets, and the numbers of rows and columns.
fn compressed(args: &Bound<'_, PyTuple>) -> PyResult<CsrMatrix<f64>> {
    let data = args.get_item(0)?.extract::<PyReadonlyArray1<'_, f64>>()?.as_slice()?.to_vec();
    let indices: Vec<usize> = args.get_item(1)?.extract()?;
    let offsets: Vec<usize> = args.get_item(2)?.extract()?;
    let (rows, columns) = (number_of_rows(&args.get_item(3)?)?, number_of_rows(&args.get_item(4)?)?);
    CsrMatrix::try_from_csr_data(rows, columns, offsets, indices, data)
        .map_err(|error| PyValueError::new_err(format!("operator: {error}")))
}
