//! A group whose members live on ranks.

use crate::ranks::{Ranks, agree, gather, own};
use crate::space::Shape;
use crate::subproblem::Adjoint;
use crate::{Cost, Error, Exec, Real, Result, Solved, Subproblem, Target};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::Range;
use std::sync::Arc;

/// Σᵢ fᵢ(xᵢ) as in a [`Group`](super::Group), where each rank has some of the blocks: Boyd et al. (2011, §7 and §8). The
/// data of a block are on its rank alone.
///
/// All ranks know all variables and their images. In an iteration the ranks gather once the variables that they have
/// computed, and once the sizes of Kᵀy. The result has the same bits for any number of ranks. A rank without a block
/// takes part all the same.
///
/// It says nothing about [`smoothness`](Subproblem::smoothness), [`is_nonconvex`](Subproblem::is_nonconvex),
/// [`support`](Subproblem::support) and [`recession`](Subproblem::recession): infeasible problems are not recognised,
/// and end by the iteration limit.
///
/// # Example
/// ½ Σᵢ ‖x − aᵢ‖² for three numbers aᵢ on two ranks, whose minimiser is their mean:
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm::patterns::{Consensus, Spread};
/// use admm::ranks::ThreadRanks;
/// use admm::*;
/// use std::time::Duration;
///
/// struct Near(f64);
/// impl Prox<f64> for Near {
///     fn value(&self, x: &DMatrix<f64>) -> f64 { 0.5 * (x[0] - self.0).powi(2) }
///     fn prox(&self, v: &DMatrix<f64>, rho: f64) -> Result<DMatrix<f64>> {
///         Ok((v * rho).add_scalar(self.0) / (1.0 + rho))
///     }
/// }
/// struct Anything;
/// impl Prox<f64> for Anything {
///     fn value(&self, _: &DMatrix<f64>) -> f64 { 0.0 }
///     fn prox(&self, v: &DMatrix<f64>, _rho: f64) -> Result<DMatrix<f64>> { Ok(v.clone()) }
/// }
///
/// let means = ThreadRanks::run(2, Duration::from_secs(10), |ranks| {
///     let numbers = [1.0, 2.0, 6.0]; // a rank would read only its own
///     let blocks = Spread::new(ranks, numbers.len(), Exec::Serial, |i| Ok(Exact(Near(numbers[i]))))?;
///     let start = blocks.start(vec![DMatrix::zeros(1, 1); numbers.len()])?;
///     let agreement = Negated(Consensus { of: Anything, members: numbers.len() });
///     let mut admm = Coordinator::new(blocks, agreement, start, DMatrix::zeros(1, 1), 1.0)?;
///     Ok(admm.run(())?.best.z[0])
/// });
/// assert!(means.into_iter().all(|mean| (mean.unwrap() - 3.0).abs() < 1e-3));
/// ```
#[derive(Debug, Clone)]
pub struct Spread<P> {
    ranks: Arc<dyn Ranks>,
    members: usize,
    /// The blocks of this rank, from the first of its numbers on.
    blocks: Vec<P>,
    exec: Exec,
}

/// The variable of a member, with its image, which only the rank of the member can compute.
type Member<T, P> = (<P as Subproblem<T>>::Var, <P as Subproblem<T>>::Image);

impl<P> Spread<P> {
    /// A group of so many members. `block` makes the block with the given number, counted from 0. It is called for the
    /// blocks of this rank only, which run on `exec`.
    ///
    /// # Errors
    /// [`Error::Rank`] where a block cannot be made, on every rank, and where ranks ask for different numbers of members.
    pub fn new(
        ranks: Arc<dyn Ranks>,
        members: usize,
        exec: Exec,
        block: impl FnMut(usize) -> Result<P>,
    ) -> Result<Self> {
        agree(&*ranks, "number of members", &members)?;
        let blocks: Result<Vec<P>> = own(&*ranks, members).map(block).collect();
        gather(&*ranks, blocks.as_ref().map(|_| ()).map_err(Error::clone))?;
        Ok(Spread { blocks: blocks?, ranks, members, exec })
    }

    /// The variable for these starts, of all members.
    ///
    /// # Errors
    /// [`Error::Size`] for another number of starts, and [`Error::Rank`] where a rank fails.
    pub fn start<T: Real>(&self, x: Vec<P::Var>) -> Result<Vec<(P::Var, P::Image)>>
    where
        P: Subproblem<T>,
    {
        self.check("starts", x.len())?;
        let images = self.of_each(|block, i| Ok(block.image(&x[i])))?;
        Ok(x.into_iter().zip(images).collect())
    }

    fn check(&self, place: &str, count: usize) -> Result<()> {
        let length = |count| Shape(vec![(count, 1)]);
        Error::check_size(place, length(self.members), length(count))
    }

    fn own(&self) -> Range<usize> {
        own(&*self.ranks, self.members)
    }

    /// The answers of all blocks, in order. Each rank asks its own.
    fn of_each<R: Serialize + DeserializeOwned + Send>(
        &self,
        ask: impl Fn(&P, usize) -> Result<R> + Sync + Send,
    ) -> Result<Vec<R>>
    where
        P: Sync,
    {
        let first = self.own().start;
        let answers = self.exec.map(self.blocks.len(), |i| {
            let number = first + i;
            ask(&self.blocks[i], number).map_err(|error| Error::Member { index: number, source: Box::new(error) })
        });
        let mine: Result<Vec<R>> = answers.into_iter().collect();
        Ok(gather(&*self.ranks, mine)?.into_iter().flatten().collect())
    }
}

impl<T: Real, P: Subproblem<T>> Subproblem<T> for Spread<P> {
    type Var = Vec<Member<T, P>>;
    type Image = Vec<P::Image>;

    fn value(&self, x: &Self::Var) -> Result<T> {
        let values = self.of_each(|block, i| block.value(&x[i].0))?;
        Ok(values.into_iter().fold(T::zero(), |sum, value| sum + value))
    }

    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        self.check("members of the target", to.v.len())?;
        self.check("members of the variable", x.len())?;
        let solved = self.of_each(|block, i| {
            let mut member = x[i].0.clone();
            let target = Target { v: &to.v[i], rho: to.rho, tolerance: to.tolerance };
            let Solved { cost, residual } = block.argmin(&mut member, target)?;
            let image = block.image(&member);
            Ok(((member, image), residual, cost))
        })?;
        let mut total = Solved::exactly(Cost::default());
        let member = |(member, residual, cost)| (total = total.and(Solved { cost, residual }), member).1;
        *x = solved.into_iter().map(member).collect();
        Ok(total)
    }

    fn image(&self, x: &Self::Var) -> Self::Image {
        x.iter().map(|(_, image)| image.clone()).collect()
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        let retuned = self.blocks.iter_mut().try_for_each(|block| block.retune(rho));
        gather(&*self.ranks, retuned).map(|_| ())
    }

    fn forget(&self, x: &mut Self::Var) {
        // The others come from their ranks with the next argmin.
        self.blocks.iter().zip(&mut x[self.own()]).for_each(|(block, (x, _))| block.forget(x));
    }

    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        let parts = self.of_each(|block, i| {
            let Adjoint { norm, count, magnitudes } = block.adjoint(&y[i])?;
            Ok((norm, count, magnitudes))
        })?;
        let adjoint = |(norm, count, magnitudes)| Adjoint { norm, count, magnitudes };
        Ok(Adjoint::beside(parts.into_iter().map(adjoint)))
    }
}
