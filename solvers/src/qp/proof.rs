//! Certificates that a program has no solution, in its own units.

use super::products;
use super::program::Program;
use super::residuals::largest;
use nalgebra::DVector;
use nalgebra_sparse::CscMatrix;

/// The largest violation of a proof, relative to the terms that cancel: that of Stellato et al. (2020, §3.4).
const ACCURACY: f64 = 1e-4;

/// The vector that proves that a program has no solution.
#[derive(Debug, Clone, PartialEq)]
pub enum Certificate {
    /// No x satisfies the rows: a y (m entries) with Aᵀy = 0 and Σ uᵢ max(yᵢ, 0) + Σ lᵢ min(yᵢ, 0) < 0. No entry of y
    /// points at a bound that there is not.
    Primal(Proof),
    /// The objective falls without end along an x (n entries) with Px = 0, ⟨q, x⟩ < 0 and rows Ax that leave no bound.
    Dual(Proof),
}

/// A vector with a largest magnitude of 1, and how well it proves its claim, in the units of the program.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proof {
    /// The vector y or x.
    pub vector: DVector<f64>,
    /// The value that is below 0: the sum over the bounds for y, and ⟨q, x⟩ for x.
    pub value: f64,
    /// The largest magnitude of what should be 0: ‖Aᵀy‖; ‖Px‖ and what the rows of Ax leave their bounds by.
    pub violation: f64,
    /// The violation relative to the terms that cancel in it, Σ |aᵢⱼyᵢ| and the like: at most 10⁻⁴.
    pub relative: f64,
}

impl Certificate {
    /// The certificate that a y in the units of the program is, if it proves anything.
    pub(super) fn primal(program: &Program, y: DVector<f64>) -> Option<Self> {
        let Program { a, lower, upper, .. } = program;
        let bound = |row: usize, y: f64| if y > 0.0 { upper[row] } else { lower[row] };
        let y = unit(DVector::from_fn(y.len(), |row, _| if bound(row, y[row]).is_finite() { y[row] } else { 0.0 }))?;
        let value = y.iter().enumerate().filter(|(_, y)| **y != 0.0).map(|(row, &y)| y * bound(row, y)).sum();
        let sides = (transposed(a, &y), transposed(&magnitudes(a), &y.abs()));
        Proof::new(y, value, [sides]).map(Certificate::Primal)
    }

    /// The certificate that an x in the units of the program is, if it proves anything.
    pub(super) fn dual(program: &Program, x: DVector<f64>) -> Option<Self> {
        let Program { p, q, a, lower, upper } = program;
        let (x, value) = unit(x).map(|x| (x.clone(), q.dot(&x)))?;
        let rows = product(a, &x);
        let bound = |row: usize| if rows[row] > 0.0 { upper[row] } else { lower[row] };
        let leaving = DVector::from_fn(rows.len(), |row, _| if bound(row).is_finite() { rows[row] } else { 0.0 });
        let terms = |matrix: &CscMatrix<f64>| product(&magnitudes(matrix), &x.abs());
        let sides = [(product(p, &x), terms(p)), (leaving, terms(a))];
        Proof::new(x, value, sides).map(Certificate::Dual)
    }
}

impl Proof {
    /// The proof by a vector for which the first of each pair should be 0, and the second is what cancels in it.
    fn new<const N: usize>(vector: DVector<f64>, value: f64, sides: [(DVector<f64>, DVector<f64>); N]) -> Option<Self> {
        let sizes = sides.map(|(left, terms)| (largest(&left), largest(&terms)));
        let violation = sizes.iter().map(|(left, _)| *left).fold(0.0, f64::max);
        let relative =
            sizes.iter().filter(|(left, _)| *left > 0.0).map(|(left, terms)| left / terms).fold(0.0, f64::max);
        (value < 0.0 && relative <= ACCURACY).then_some(Proof { vector, value, violation, relative })
    }
}

/// The vector with a largest magnitude of 1, if it is not 0.
fn unit(vector: DVector<f64>) -> Option<DVector<f64>> {
    let size = largest(&vector);
    (size > 0.0 && size.is_finite()).then(|| vector / size)
}

fn product(k: &CscMatrix<f64>, x: &DVector<f64>) -> DVector<f64> {
    DVector::from_vec(products::product(k, x.as_slice()))
}

fn transposed(k: &CscMatrix<f64>, y: &DVector<f64>) -> DVector<f64> {
    DVector::from_vec(products::transposed(k, y.as_slice()))
}

fn magnitudes(matrix: &CscMatrix<f64>) -> CscMatrix<f64> {
    let mut magnitudes = matrix.clone();
    magnitudes.values_mut().iter_mut().for_each(|entry| *entry = entry.abs());
    magnitudes
}
