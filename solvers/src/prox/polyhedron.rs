//! Linear inequalities and equations.

use super::{Affine, check, indicator, settled, within};
use crate::linalg::{self, thin_qr, without};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::Recession;
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : Ax ≤ b}, or of its part on a plane {x : Cx = d}, of columns x with n entries.
///
/// The nearest point is found by the dual active set method (Goldfarb and Idnani, "A numerically stable dual method for
/// solving strictly convex quadratic programs", 1983). It is exact to rounding, times the condition of the rows of A at
/// which it is tight. A step costs O(nq²) for q such rows, so it is meant for small A.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that is not a column with n entries, and [`Error::Numerical`] if rounding keeps
/// the method from an end.
///
/// ```
/// use admm::{Prox, nalgebra::DMatrix};
/// use admm_solvers::prox::Polyhedron;
///
/// // x ≤ 1, y ≤ 1, x + y ≤ 1
/// let a = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
/// let f = Polyhedron::new(&a, &DMatrix::from_element(3, 1, 1.0))?;
/// let x = f.prox(&DMatrix::from_column_slice(2, 1, &[4.0, 0.0]), 1.0)?;
/// assert!((x - DMatrix::from_column_slice(2, 1, &[1.0, 0.0])).amax() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Polyhedron<T: Scalar> {
    /// The parts of the rows of A along the plane, of length 1: one a column.
    normals: DMatrix<T>,
    /// Their bounds, on the plane.
    offsets: Vec<T>,
    plane: Option<Affine<T>>,
}

impl<T: Scalar> Polyhedron<T> {
    /// Takes A (m×n) and b (m×1).
    ///
    /// # Errors
    /// [`Error::Size`] for a b of another size, [`Error::NotFinite`] for an entry that is not finite, and
    /// [`Error::Numerical`] if no x solves Ax ≤ b.
    pub fn new(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<Self> {
        Self::made(a, b, None)
    }

    /// Takes A (m×n), b (m×1), and the x of one column that solve Cx = d.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn on_plane(a: &DMatrix<T>, b: &DMatrix<T>, plane: Affine<T>) -> Result<Self> {
        Error::check_size("the plane of a polyhedron", (a.ncols(), 1), plane.solution.shape())?;
        Self::made(a, b, Some(plane))
    }

    fn made(a: &DMatrix<T>, b: &DMatrix<T>, plane: Option<Affine<T>>) -> Result<Self> {
        Error::check_size("b of Ax ≤ b", (a.nrows(), 1), b.shape())?;
        linalg::check(a, "A of Ax ≤ b")?;
        linalg::check(b, "b of Ax ≤ b")?;
        let mut normals = a.transpose();
        let mut offsets: Vec<T> = b.iter().copied().collect();
        if let Some(plane) = &plane {
            normals = without(&plane.rows, without(&plane.rows, normals));
            offsets.iter_mut().zip((a * &plane.solution).iter()).for_each(|(offset, &here)| *offset -= here);
        }
        for (i, mut normal) in normals.column_iter_mut().enumerate() {
            let (whole, length) = (norm(a.row(i).transpose().as_slice()), norm(normal.as_slice()));
            // A row that is 0 along the plane says 0 ≤ b: the method finds no x for b < 0.
            let kept = if length > T::of(256.0) * T::EPSILON * whole { length.recip() } else { T::zero() };
            normal *= kept;
            offsets[i] *= if kept > T::zero() { kept } else { T::one() };
        }
        let polyhedron = Polyhedron { normals, offsets, plane };
        polyhedron.prox(&DMatrix::zeros(a.ncols(), 1), T::one()).map(|_| polyhedron)
    }

    /// The nearest point, by the active set.
    fn nearest(&self, v: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut x = match &self.plane {
            Some(plane) => plane.prox(v, T::one())?,
            None => v.clone(),
        };
        let room = T::of(64.0) * T::EPSILON;
        let size = norm(v.as_slice());
        let mut active = Active { places: Vec::new(), multipliers: Vec::new() };
        for _ in 0..50 * (self.normals.len() + 1) {
            let excess = self.normals.tr_mul(&x);
            let beyond = |&i: &usize| excess[i] - self.offsets[i] > room * (size + self.offsets[i].abs());
            let candidates = (0..excess.len()).filter(beyond).filter(|i| !active.places.contains(i));
            let depth = |i: usize| excess[i] - self.offsets[i];
            let Some(worst) = candidates.reduce(|a, b| if depth(b) > depth(a) { b } else { a }) else {
                return Ok(x);
            };
            let (depth, scale) = (depth(worst), size + norm(x.as_slice()) + self.offsets[worst].abs());
            if active.enforce(worst, self, &mut x)? {
                continue;
            }
            // Far away an excess by rounding alone can stand against the others.
            if depth <= T::EPSILON.sqrt() * scale {
                return Ok(x);
            }
            return Err(Error::numerical("the inequalities of a polyhedron", "have no solution"));
        }
        Err(Error::numerical("the nearest point of a polyhedron", "was not found: rounding leads round in circles"))
    }
}

impl<T: Scalar> Prox<T> for Polyhedron<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a polyhedron", (self.normals.nrows(), 1), v.shape())?;
        settled(v, |v| self.nearest(v))
    }
    /// The directions are those of the polyhedron with b = 0 and d = 0.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let plane = self.plane.as_ref().map(|plane| Affine { solution: &plane.solution * T::zero(), ..plane.clone() });
        let cone = Polyhedron { offsets: vec![T::zero(); self.offsets.len()], plane, normals: self.normals.clone() };
        within(by, by - cone.prox(by, T::one()).ok()?)
    }
}

/// The inequalities that are tight at x, and their multipliers, all at least 0: x is the nearest point to v of the set
/// in which they are all that is asked for.
struct Active<T> {
    places: Vec<usize>,
    multipliers: Vec<T>,
}

impl<T: Scalar> Active<T> {
    /// Moves x until one more inequality is tight. Those whose multipliers reach 0 on the way are dropped. Returns false
    /// if the active ones exclude it.
    fn enforce(&mut self, place: usize, of: &Polyhedron<T>, x: &mut DMatrix<T>) -> Result<bool> {
        let normal = of.normals.columns(place, 1).into_owned();
        let mut multiplier = T::zero();
        loop {
            let (share, outside) = self.split(&normal, of)?;
            let square = outside.norm_squared();
            let tight = (square.sqrt() > T::of(1024.0) * T::EPSILON)
                .then(|| (normal.dot(x) - of.offsets[place]).max(T::zero()) / square);
            let ratio = |i: usize| self.multipliers[i] / share[i];
            let blocking = (0..share.len()).filter(|&i| share[i] > T::zero());
            let blocking = blocking.reduce(|a, b| if ratio(b) < ratio(a) { b } else { a });
            let blocking = blocking.map(|i| (i, ratio(i))).filter(|(_, step)| tight.is_none_or(|tight| *step < tight));
            let Some(step) = blocking.map(|(_, step)| step).or(tight) else {
                return Ok(false);
            };
            if tight.is_some() {
                *x -= outside * step;
            }
            self.multipliers.iter_mut().zip(share.iter()).for_each(|(own, &share)| *own -= step * share);
            multiplier += step;
            match blocking {
                Some((i, _)) => {
                    self.places.remove(i);
                    self.multipliers.remove(i);
                }
                None => {
                    self.places.push(place);
                    self.multipliers.push(multiplier);
                    return Ok(true);
                }
            }
        }
    }

    /// The coefficients of a normal in those of the active inequalities, and the part of it outside of their span.
    fn split(&self, normal: &DMatrix<T>, of: &Polyhedron<T>) -> Result<(DMatrix<T>, DMatrix<T>)> {
        if self.places.is_empty() {
            return Ok((DMatrix::zeros(0, 1), normal.clone()));
        }
        let (basis, corner) = thin_qr(&of.normals.select_columns(&self.places))?;
        let share = corner.solve_upper_triangular(&basis.tr_mul(normal));
        let share = share.ok_or_else(|| Error::numerical("the normals of a polyhedron", "depend on one another"))?;
        Ok((share, without(&basis, without(&basis, normal.clone()))))
    }
}
