//! A function of stretched entries.

use super::{check, sized, value_near};
use crate::linalg;
use crate::scalar::{Scalar, norm};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f(a ∘ x) for an f that is a sum of the same function of each entry, such as [`L1`](super::L1),
/// [`Huber`](super::Huber) or the indicator of a box. `Stretched` of [`L1`](super::L1) is the weighted norm of the
/// adaptive lasso (Zou, 2006).
///
/// prox(v, ρ) has the entries prox_f(aᵢvᵢ, ρ/aᵢ²)/aᵢ (Beck, "First-Order Methods in Optimization", 2017, theorem 6.11),
/// and vᵢ for aᵢ = 0. Entries with the same aᵢ share a call of f, as one column. With a
/// [`Translated`](super::Translated) around it, it is f(a ∘ x − a ∘ b).
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for an aᵢ that is not finite, [`Error::Size`] for a v that is not of the size of
/// a, and the errors of f.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{L1, Stretched};
///
/// let column = |entries: [f64; 3]| DMatrix::from_column_slice(3, 1, &entries);
/// let weighted = Stretched { of: L1, by: column([0.0, 1.0, 2.0]) };
/// assert_eq!(weighted.prox(&column([5.0, 5.0, 5.0]), 1.0)?, column([5.0, 4.0, 3.0]));
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "PrecomposeDiagonal")]
#[derive(Debug, Clone, PartialEq)]
pub struct Stretched<T: Scalar, P> {
    /// The function f.
    pub of: P,
    /// The factors a.
    pub by: DMatrix<T>,
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Stretched<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.by.shape(), || {
            let stretched = self.by.component_mul(x);
            value_near(&self.of, &stretched, norm(stretched.as_slice()))
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a stretched function", self.by.shape(), v.shape())?;
        if let Some(factor) = self.by.iter().find(|factor| !factor.is_finite()) {
            return Err(Error::parameter("by", format!("must be finite, got {factor}")));
        }
        let mut order: Vec<usize> = (0..v.len()).filter(|&i| self.by[i] != T::zero()).collect();
        order.sort_by(|&i, &j| self.by[i].partial_cmp(&self.by[j]).expect("factors are finite"));
        let mut x = v.clone();
        for alike in order.chunk_by(|&i, &j| self.by[i] == self.by[j]) {
            let factor = self.by[alike[0]];
            let stretched = DMatrix::from_iterator(alike.len(), 1, alike.iter().map(|&i| factor * v[i]));
            linalg::check(&stretched, "the target of a stretched function")?;
            let part = self.of.prox(&stretched, rho / factor / factor)?;
            Error::check_size("result of prox", stretched.shape(), part.shape())?;
            alike.iter().zip(part.iter()).for_each(|(&i, &entry)| x[i] = entry / factor);
        }
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let (used, free): (Vec<usize>, Vec<usize>) = (0..y.len()).partition(|&i| self.by[i] != T::zero());
        let free = Support::everywhere(norm(&free.iter().map(|&i| y[i]).collect::<Vec<_>>()));
        if used.is_empty() {
            return Some(free);
        }
        let support = self.of.support(&DMatrix::from_fn(used.len(), 1, |i, _| y[used[i]] / self.by[used[i]]))?;
        Some(free.beside(Support { violation: support.violation * self.by.amax(), ..support }))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let recession = self.of.recession(&self.by.component_mul(by))?;
        let factors = self.by.iter().map(|factor| factor.abs()).filter(|&factor| factor > T::zero());
        let (shortest, length) = (factors.reduce(|a, b| a.min(b)).unwrap_or(T::one()), norm(by.as_slice()));
        Some(Recession { violation: (recession.violation / shortest).min(length), length, ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
