//! N blocks as one: the sum of their functions, side by side in a product of coupling spaces.

use crate::space::Shape;
use crate::subproblem::{Adjoint, Recession, Smoothness, Support};
use crate::{Cost, Error, Exec, Real, Result, Solved, Subproblem, Target};

/// Σᵢ fᵢ(xᵢ), each block with its own variable; the argmins are independent and run on the executor.
#[derive(Debug, Clone)]
pub struct Group<P> {
    /// The blocks of the group.
    pub blocks: Vec<P>,
    /// The threads on which they run.
    pub exec: Exec,
}

impl<T: Real, P: Subproblem<T>> Subproblem<T> for Group<P> {
    type Var = Vec<P::Var>;
    type Image = Vec<P::Image>;

    fn value(&self, x: &Self::Var) -> Result<T> {
        self.blocks.iter().zip(x).try_fold(T::zero(), |sum, (block, x)| Ok(sum + block.value(x)?))
    }

    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        let length = |count| Shape(vec![(count, 1)]);
        Error::check_size("members of the target", length(self.blocks.len()), length(to.v.len()))?;
        let members = self.exec.map(self.blocks.len(), |i| {
            let mut member = x[i].clone();
            let solved =
                self.blocks[i].argmin(&mut member, Target { v: &to.v[i], rho: to.rho, tolerance: to.tolerance });
            solved.map(|solved| (member, solved)).map_err(|error| Error::Member { index: i, source: Box::new(error) })
        });
        let mut total = Solved::exactly(Cost::default());
        *x = members
            .into_iter()
            .map(|member| member.map(|(member, solved)| (total = total.and(solved), member).1))
            .collect::<Result<_>>()?;
        Ok(total)
    }

    fn image(&self, x: &Self::Var) -> Self::Image {
        self.blocks.iter().zip(x).map(|(block, x)| block.image(x)).collect()
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        self.blocks.iter_mut().try_for_each(|block| block.retune(rho))
    }

    fn forget(&self, x: &mut Self::Var) {
        self.blocks.iter().zip(x).for_each(|(block, x)| block.forget(x));
    }

    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        let parts: Result<Vec<_>> = self.blocks.iter().zip(y).map(|(block, y)| block.adjoint(y)).collect();
        Ok(Adjoint::beside(parts?))
    }

    /// Each member has variables of its own, so the largest of their L is that of the sum.
    fn smoothness(&self, x: &Self::Var) -> Smoothness<T> {
        let parts = self.blocks.iter().zip(x).map(|(block, x)| block.smoothness(x));
        parts.fold(Smoothness::Smooth { lipschitz: Some(T::zero()) }, |sum, part| match (sum, part) {
            (Smoothness::Smooth { lipschitz: a }, Smoothness::Smooth { lipschitz: b }) => {
                Smoothness::Smooth { lipschitz: a.zip(b).map(|(a, b)| a.max(b)) }
            }
            (Smoothness::Constrained, _) | (_, Smoothness::Constrained) => Smoothness::Constrained,
            _ => Smoothness::Unknown,
        })
    }

    fn support(&self, y: &Self::Image) -> Option<Support<T>> {
        let none = Support { value: T::zero(), violation: T::zero() };
        self.blocks.iter().zip(y).try_fold(none, |sum, (block, y)| Some(sum.beside(block.support(y)?)))
    }

    fn recession(&self, from: &Self::Var, to: &Self::Var) -> Option<Recession<T>> {
        let mut moves = self.blocks.iter().zip(from).zip(to);
        let none = Recession::nowhere(T::zero());
        moves.try_fold(none, |sum, ((block, from), to)| Some(sum.beside(block.recession(from, to)?)))
    }
    fn is_nonconvex(&self) -> bool {
        self.blocks.iter().any(|block| block.is_nonconvex())
    }
}
