//! Points with few entries.

use super::{check, indicator};
use crate::scalar::Scalar;
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// The indicator of {x : ‖x‖₀ ≤ r}, the points with at most r entries that are not 0. It is not convex.
///
/// The nearest point keeps the r entries of largest magnitude, the first ones of several (Beck, "First-Order Methods in
/// Optimization", 2017, example 6.25). `SingularValues(L0Ball { count })` is the set of the matrices of rank r or
/// below, and the nearest of them the truncated singular value decomposition (Eckart and Young, 1936).
#[doc(alias = "cardinality")]
#[doc(alias = "Rank")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct L0Ball {
    /// The largest number r of entries other than 0.
    pub count: usize,
}

impl<T: Scalar> Prox<T> for L0Ball {
    fn value(&self, x: &DMatrix<T>) -> T {
        indicator(x, self.prox(x, T::one()))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let mut order: Vec<usize> = (0..v.len()).collect();
        order.sort_by(|&i, &j| v[j].abs().partial_cmp(&v[i].abs()).expect("entries are finite"));
        let mut sparse = v.clone();
        order.into_iter().skip(self.count).for_each(|i| sparse[i] = T::zero());
        Ok(sparse)
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
