//! N blocks as one: the sum of their functions, side by side in a product of coupling spaces.

use crate::{Adjoint, Error, Exec, Prox, Real, Result, Shape, Space, Subproblem, Target, Work};
use nalgebra::DMatrix;

/// Σᵢ fᵢ(xᵢ), each block with its own variable; the argmins are independent and run on the executor.
#[derive(Debug, Clone)]
pub struct Group<P> {
    /// The blocks.
    pub blocks: Vec<P>,
    /// Where they run.
    pub exec: Exec,
}

impl<T: Real, P: Subproblem<T>> Subproblem<T> for Group<P> {
    type Var = Vec<P::Var>;
    type Image = Vec<P::Image>;

    fn value(&self, x: &Self::Var) -> Result<T> {
        self.blocks.iter().zip(x).try_fold(T::zero(), |sum, (block, x)| Ok(sum + block.value(x)?))
    }

    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, Self::Image>) -> Result<Work> {
        let length = |count| Shape(vec![(count, 1)]);
        Error::check_size("members of the target", length(self.blocks.len()), length(to.v.len()))?;
        let members = self.exec.map(self.blocks.len(), |i| {
            let mut member = x[i].clone();
            let work = self.blocks[i]
                .argmin(&mut member, Target { v: &to.v[i], penalty: to.penalty, tolerance: to.tolerance });
            work.map(|work| (member, work)).map_err(|error| Error::Member { index: i, source: Box::new(error) })
        });
        let mut total = Work::default();
        *x = members
            .into_iter()
            .map(|member| member.map(|(member, work)| (total += work, member).1))
            .collect::<Result<_>>()?;
        Ok(total)
    }

    fn image(&self, x: &Self::Var) -> Self::Image {
        self.blocks.iter().zip(x).map(|(block, x)| block.image(x)).collect()
    }

    fn retune(&mut self, penalty: T) -> Result<()> {
        self.blocks.iter_mut().try_for_each(|block| block.retune(penalty))
    }

    fn adjoint(&self, y: &Self::Image) -> Adjoint<T> {
        let parts = self.blocks.iter().zip(y).map(|(block, y)| block.adjoint(y));
        let (square, count) =
            parts.fold((T::zero(), 0), |(square, count), part| (square + part.norm * part.norm, count + part.count));
        Adjoint { norm: square.sqrt(), count }
    }
}

/// One variable z that N blocks agree on: z ↦ (z, …, z), with a regulariser of its own. Boyd et al. (2011, §7.1).
///
/// Its argmin is the regulariser's proximal operator at the mean of the targets, with penalty Nρ.
#[derive(Debug, Clone)]
pub struct Consensus<P> {
    /// The regulariser of z.
    pub of: P,
    /// N ≥ 1.
    pub members: usize,
}

impl<T: Real, P: Prox<T>> Subproblem<T> for Consensus<P> {
    type Var = DMatrix<T>;
    type Image = Vec<DMatrix<T>>;

    fn value(&self, z: &DMatrix<T>) -> Result<T> {
        Ok(self.of.value(z))
    }

    fn argmin(&self, z: &mut DMatrix<T>, to: Target<'_, T, Self::Image>) -> Result<Work> {
        to.check_size(Shape(vec![z.shape(); self.members]))?;
        let members = T::of(self.members as f64);
        let mut mean = Space::zero(z);
        to.v.iter().for_each(|v| mean.axpy(T::one() / members, v));
        let minimiser = self.of.prox(&mean, to.penalty * members)?;
        Error::check_size("result of prox", Space::shape(z), Space::shape(&minimiser))?;
        *z = minimiser;
        Ok(Work { steps: 1, passes: 0 })
    }

    fn image(&self, z: &DMatrix<T>) -> Self::Image {
        vec![z.clone(); self.members]
    }

    fn retune(&mut self, penalty: T) -> Result<()> {
        self.of.retune(penalty * T::of(self.members as f64))
    }

    fn adjoint(&self, y: &Self::Image) -> Adjoint<T> {
        let mut sum = y[0].clone();
        y[1..].iter().for_each(|y| sum.axpy(T::one(), y));
        Adjoint { norm: Space::norm(&sum), count: sum.len() }
    }
}
