//! A quadratic program and its checks.

use super::convex::{check_semidefinite, check_symmetric};
use admm::{Error, Result};
use nalgebra::DVector;
use nalgebra_sparse::CscMatrix;

/// A bound of at least this magnitude is none.
const INFINITE: f64 = 1e20;

/// The program  minimise ½⟨x, Px⟩ + ⟨q, x⟩ subject to l ≤ Ax ≤ u, see the [module](super).
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) p: CscMatrix<f64>,
    pub(super) q: DVector<f64>,
    pub(super) a: CscMatrix<f64>,
    pub(super) lower: DVector<f64>,
    pub(super) upper: DVector<f64>,
}

impl Program {
    /// Takes P (n×n) with both of its triangles, q (n), A (m×n), l and u (m). There may be no rows, m = 0.
    ///
    /// A dense matrix becomes sparse by `CscMatrix::from(&dense)`, and a program is linear with
    /// `CscMatrix::zeros(n, n)` for P.
    ///
    /// # Errors
    /// - [`Error::Size`] for sizes that do not fit, and [`Error::Numerical`] for a program without a variable.
    /// - [`Error::NotFinite`] for a NaN anywhere, and for an infinite entry of P, q or A.
    /// - [`Error::Parameters`] for a lower bound above the upper one, for bounds that no number satisfies, and for a P
    ///   that is not symmetric or not positive semidefinite to rounding.
    pub fn new(
        p: CscMatrix<f64>,
        q: DVector<f64>,
        a: CscMatrix<f64>,
        lower: DVector<f64>,
        upper: DVector<f64>,
    ) -> Result<Self> {
        let (n, m) = (q.len(), a.nrows());
        if n == 0 {
            return Err(Error::numerical("q of a quadratic program", "is empty"));
        }
        Error::check_size("P of a quadratic program", (n, n), (p.nrows(), p.ncols()))?;
        Error::check_size("A of a quadratic program", (m, n), (m, a.ncols()))?;
        check_finite(p.values(), "P")?;
        check_finite(a.values(), "A")?;
        let (lower, upper) = Self::check_vectors((n, m), &q, lower, upper)?;
        check_symmetric(&p)?;
        check_semidefinite(&p)?;
        Ok(Program { p, q, a, lower, upper })
    }

    /// Checks q, l and u, and returns the bounds with infinities where there is none.
    pub(super) fn check_vectors(
        (n, m): (usize, usize),
        q: &DVector<f64>,
        lower: DVector<f64>,
        upper: DVector<f64>,
    ) -> Result<(DVector<f64>, DVector<f64>)> {
        Error::check_size("q of a quadratic program", (n, 1), q.shape())?;
        Error::check_size("l of a quadratic program", (m, 1), lower.shape())?;
        Error::check_size("u of a quadratic program", (m, 1), upper.shape())?;
        check_finite(q.as_slice(), "q")?;
        bounds(lower, upper)
    }

    /// The same program with a row that has no bounds.
    pub(super) fn with_a_row(self) -> Self {
        let a = CscMatrix::zeros(1, self.q.len());
        let bound = |bound: f64| DVector::repeat(1, bound);
        Program { a, lower: bound(f64::NEG_INFINITY), upper: bound(f64::INFINITY), ..self }
    }

    /// Returns the numbers of variables and of rows.
    pub fn size(&self) -> (usize, usize) {
        (self.q.len(), self.a.nrows())
    }
}

fn check_finite(entries: &[f64], name: &str) -> Result<()> {
    match entries.iter().position(|entry| !entry.is_finite()) {
        Some(at) => Err(Error::not_finite(format!("entry {at} of {name} of a quadratic program"))),
        None => Ok(()),
    }
}

/// The bounds with infinities where there is none.
fn bounds(mut lower: DVector<f64>, mut upper: DVector<f64>) -> Result<(DVector<f64>, DVector<f64>)> {
    for (name, bound) in [("l", &lower), ("u", &upper)] {
        if let Some(row) = bound.iter().position(|entry| entry.is_nan()) {
            return Err(Error::not_finite(format!("entry {row} of {name} of a quadratic program")));
        }
    }
    for (row, (l, u)) in lower.iter_mut().zip(upper.iter_mut()).enumerate() {
        if *l > *u || *l >= INFINITE || *u <= -INFINITE {
            let problem = format!("must leave numbers up to the upper bound, but row {row} has {l} and {u}");
            return Err(Error::parameter("lower", problem));
        }
        if *l <= -INFINITE {
            *l = f64::NEG_INFINITY;
        }
        if *u >= INFINITE {
            *u = f64::INFINITY;
        }
    }
    Ok((lower, upper))
}
