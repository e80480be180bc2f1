//! Blocks with one type: whatever their variable is, it is a [`Variable`].

use super::object::Object;
use super::variable::{Kind, Variable, known};
use admm::certificate::Smoothness;
use admm::infeasibility::{Recession, Support};
use admm::nalgebra::DMatrix;
use admm::operator::Adjoint;
use admm::state::StateOf;
use admm::{ConstraintSet, Direction, Error, Result, ScheduledSteps, Solved, Subproblem, Target};

/// A block whose image is a matrix.
pub type One = Box<dyn Subproblem<f64, Var = Variable, Image = DMatrix<f64>>>;
/// A block whose image is a list of matrices.
pub type Block = Box<dyn Subproblem<f64, Var = Variable, Image = Vec<DMatrix<f64>>>>;
/// The state of a coordinator of two such blocks.
pub type State = StateOf<f64, Block, Block>;

/// A block, whose variable is one kind of [`Variable`].
pub struct Typed<B>(pub B);

impl<B: Subproblem<f64>> Subproblem<f64> for Typed<B>
where
    B::Var: Kind,
{
    type Var = Variable;
    type Image = B::Image;

    fn value(&self, x: &Variable) -> Result<f64> {
        self.0.value(known(Kind::of(x))?)
    }
    fn argmin(&self, x: &mut Variable, to: Target<'_, f64, B::Image>) -> Result<Solved<f64>> {
        self.0.argmin(known(Kind::of_mut(x))?, to)
    }
    fn image(&self, x: &Variable) -> B::Image {
        self.0.image(Kind::of(x).expect("a start of its own kind, and a state that was checked"))
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        self.0.retune(rho)
    }
    fn forget(&self, x: &mut Variable) {
        if let Some(x) = Kind::of_mut(x) {
            self.0.forget(x);
        }
    }
    fn adjoint(&self, y: &B::Image) -> Result<Adjoint<f64>> {
        self.0.adjoint(y)
    }
    fn smoothness(&self, x: &Variable) -> Smoothness<f64> {
        Kind::of(x).map_or(Smoothness::Unknown, |x| self.0.smoothness(x))
    }
    fn support(&self, y: &B::Image) -> Option<Support<f64>> {
        self.0.support(y)
    }
    fn recession(&self, from: &Variable, to: &Variable) -> Option<Recession<f64>> {
        self.0.recession(Kind::of(from)?, Kind::of(to)?)
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}

/// A block as the only one of its side.
pub struct Alone(pub One);

impl Subproblem<f64> for Alone {
    type Var = Variable;
    type Image = Vec<DMatrix<f64>>;

    fn value(&self, x: &Variable) -> Result<f64> {
        self.0.value(x)
    }
    fn argmin(&self, x: &mut Variable, to: Target<'_, f64, Self::Image>) -> Result<Solved<f64>> {
        Error::check_size("members of the target", (1, 1), (to.v.len(), 1))?;
        self.0.argmin(x, Target { v: &to.v[0], rho: to.rho, tolerance: to.tolerance })
    }
    fn image(&self, x: &Variable) -> Self::Image {
        vec![self.0.image(x)]
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        self.0.retune(rho)
    }
    fn forget(&self, x: &mut Variable) {
        self.0.forget(x);
    }
    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<f64>> {
        self.0.adjoint(&y[0])
    }
    fn smoothness(&self, x: &Variable) -> Smoothness<f64> {
        self.0.smoothness(x)
    }
    fn support(&self, y: &Self::Image) -> Option<Support<f64>> {
        self.0.support(&y[0])
    }
    fn recession(&self, from: &Variable, to: &Variable) -> Option<Recession<f64>> {
        self.0.recession(from, to)
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}

/// The block of a direction that has the memory of any.
pub fn follows(
    of: impl Direction<f64, Memory = Object> + 'static,
    by: ScheduledSteps<f64>,
    on: Box<dyn ConstraintSet<f64>>,
) -> One {
    Box::new(Typed(admm::Descent { of, by, on }))
}
