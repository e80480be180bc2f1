//! Consensus: N blocks agree on one variable, or on parts of it.

use super::{check_members, sum};
use crate::operator::{Operator, Selection};
use crate::space::{Shape, Space};
use crate::subproblem::{Adjoint, Recession, Support, prox_of};
use crate::{Cost, Error, Prox, Real, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;
use std::collections::BTreeSet;

/// One variable z that N blocks agree on: z ↦ (z, …, z), with a regulariser of its own. Boyd et al. (2011, §7.1).
///
/// Its argmin is the regulariser's proximal operator at the mean of the targets, with penalty Nρ.
#[derive(Debug, Clone)]
pub struct Consensus<P> {
    /// The regulariser of z.
    pub of: P,
    /// The number N ≥ 1 of members.
    pub members: usize,
}

impl<T: Real, P: Prox<T>> Subproblem<T> for Consensus<P> {
    type Var = DMatrix<T>;
    type Image = Vec<DMatrix<T>>;

    fn value(&self, z: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(z))
    }

    fn argmin(&self, z: &mut DMatrix<T>, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        to.check_size(Shape(vec![z.shape(); self.members]))?;
        let members = T::of(self.members as f64);
        let mut mean = z.zero_like();
        to.v.iter().for_each(|v| mean.axpy(T::one() / members, v));
        *z = prox_of(&self.of, &mean, to.rho * members)?;
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }

    fn image(&self, z: &DMatrix<T>) -> Self::Image {
        vec![z.clone(); self.members]
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        check_members(self.members)?;
        self.of.retune(rho * T::of(self.members as f64))
    }

    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        let sum = sum(y);
        Ok(Adjoint::of(&sum))
    }

    fn support(&self, y: &Self::Image) -> Option<Support<T>> {
        let support = self.of.support(&sum(y))?;
        Some(Support { violation: support.violation / T::of(self.members as f64).sqrt(), ..support })
    }

    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        Some(self.of.recession(&(to - from))?.through(T::of(self.members as f64).sqrt()))
    }

    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}

/// One variable z (n×k) of which each of N blocks sees some rows: z ↦ (S₁z, …, S_N z). Boyd et al. (2011, §7.2).
///
/// The regulariser must be a sum over the rows of z. The argmin is then, for each row, that of its summand at the mean
/// of the targets of the c blocks that see it, with penalty cρ: one proximal operator for every number c that occurs.
#[derive(Debug, Clone)]
pub struct GeneralConsensus<P> {
    of: P,
    views: Vec<Selection>,
    /// The number of blocks that see each row.
    seen: Vec<usize>,
}

impl<P> GeneralConsensus<P> {
    /// The regulariser and the rows that each block sees.
    ///
    /// # Errors
    /// [`Error::Parameters`] for no blocks, for a row that no block sees or one block twice, and for selections of
    /// different variables.
    pub fn new(of: P, views: Vec<Selection>) -> Result<Self> {
        let rows = views.first().map_or(0, Selection::of);
        let mut seen = vec![0; rows];
        for (index, view) in views.iter().enumerate() {
            let mut own = view.rows().to_vec();
            own.sort_unstable();
            own.dedup();
            if view.of() != rows || own.len() != view.rows().len() {
                let problem = format!("must have rows of {rows}, each once; that of block {index} is {view:?}");
                return Err(Error::parameter("views", problem));
            }
            own.into_iter().for_each(|row| seen[row] += 1);
        }
        match seen.iter().position(|&count| count == 0) {
            None if rows > 0 => Ok(GeneralConsensus { of, views, seen }),
            None => Err(Error::parameter("views", "must show a row to some block")),
            Some(row) => Err(Error::parameter("views", format!("leave row {row}, counted from 0, to no block"))),
        }
    }
}

impl<T: Real, P: Prox<T>> Subproblem<T> for GeneralConsensus<P> {
    type Var = DMatrix<T>;
    type Image = Vec<DMatrix<T>>;

    fn value(&self, z: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(z))
    }

    fn argmin(&self, z: &mut DMatrix<T>, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        let sizes: Result<_> = self.views.iter().map(|view| Operator::<T>::range(view, z.shape())).collect();
        to.check_size(Shape(sizes?))?;
        let mut mean = self.sum(to.v);
        for (mut row, &count) in mean.row_iter_mut().zip(&self.seen) {
            row /= T::of(count as f64);
        }
        let counts: BTreeSet<usize> = self.seen.iter().copied().collect();
        for &count in &counts {
            let minimiser = prox_of(&self.of, &mean, to.rho * T::of(count as f64))?;
            (0..z.nrows()).filter(|&row| self.seen[row] == count).for_each(|row| z.set_row(row, &minimiser.row(row)));
        }
        Ok(Solved::exactly(Cost { steps: counts.len() as u64, passes: 0 }))
    }

    fn image(&self, z: &DMatrix<T>) -> Self::Image {
        self.views.iter().map(|view| view.apply(z)).collect()
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        let fewest = self.seen.iter().min().expect("there is a row");
        self.of.retune(rho * T::of(*fewest as f64))
    }

    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        let sum = self.sum(y);
        Ok(Adjoint::of(&sum))
    }

    fn support(&self, y: &Self::Image) -> Option<Support<T>> {
        let support = self.of.support(&self.sum(y))?;
        Some(Support { violation: support.violation / self.norm::<T>(), ..support })
    }

    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        Some(self.of.recession(&(to - from))?.through(self.norm()))
    }

    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}

impl<P> GeneralConsensus<P> {
    /// Returns the norm of z ↦ (S₁z, …, S_N z), the square root of the number of blocks that see a row.
    fn norm<T: Real>(&self) -> T {
        T::of((*self.seen.iter().max().expect("there is a row") as f64).sqrt())
    }
    /// Returns Σ Sᵢᵀyᵢ.
    fn sum<T: Real>(&self, y: &[DMatrix<T>]) -> DMatrix<T> {
        let mut parts = self.views.iter().zip(y).map(|(view, y)| view.transposed(y));
        let first = parts.next().expect("there is a block");
        parts.fold(first, |sum, part| sum + part)
    }
}
