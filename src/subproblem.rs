//! All that a user reads to write a block.
//!
//! | You know | Implement | It becomes a block by |
//! |---|---|---|
//! | the proximal operator of your function | [`Prox`] | [`Exact`](crate::Exact) |
//! | its value and gradient | [`Smooth`] | [`Descent`](crate::Descent) with [`Gradient`](crate::Gradient) or another method |
//! | an update that need not be a gradient | [`Direction`] | [`Descent`](crate::Descent) with [`ScheduledSteps`](crate::ScheduledSteps) |
//! | how to solve the whole subproblem | [`Subproblem`] | itself |
//!
//! A set on which the variable must stay is a [`ConstraintSet`](crate::ConstraintSet).

use crate::space::{Shape, Space};
use crate::{Real, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// One side of  minimise f(x) + g(z)  subject to  Ax + Bz = c: a function f and its coupling operator K (A or B).
///
/// The function is `&self` and everything that changes is in [`Var`](Subproblem::Var), so a block cannot hide state:
/// the state that the coordinator keeps (and a checkpoint saves) is complete.
pub trait Subproblem<T: Real>: Send + Sync {
    /// All that changes: the iterate, and the memory of the method that moves it.
    type Var: Clone + Send + Sync + Serialize + DeserializeOwned;
    /// The coupling space, where Kx lives.
    type Image: Space<T>;

    /// Returns the value f(x).
    ///
    /// # Errors
    /// A value that cannot be computed.
    fn value(&self, x: &Self::Var) -> Result<T>;
    /// x ← argmin f(x) + ρ/2 ‖Kx − v‖², to the accuracy asked for, from the given x. The answer says how well x solves
    /// the subproblem, and what that cost.
    ///
    /// # Errors
    /// [`Error::Size`](crate::Error::Size) for a target that is not of the size of Kx, see [`Target::check_size`], and
    /// a subproblem that cannot be solved.
    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, Self::Image>) -> Result<Solved<T>>;
    /// Returns the image Kx.
    fn image(&self, x: &Self::Var) -> Self::Image;
    /// The penalty changed: refresh what was computed for the old one, such as a factorisation.
    ///
    /// # Errors
    /// A ρ for which the subproblem has no solution, such as [`Error::Unbounded`](crate::Error::Unbounded).
    fn retune(&mut self, _rho: T) -> Result<()> {
        Ok(())
    }
    /// The function changed: what x remembers of the old one, such as its gradient there, is out of date.
    fn forget(&self, _x: &mut Self::Var) {}
    /// Kᵀy as the sizes of its entries, for the dual residual. The default serves every K with KᵀK = I.
    ///
    /// # Errors
    /// An operator that cannot be applied.
    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        Ok(Adjoint::of(y))
    }
    /// Returns what is known of the smoothness of f around x without a pass over the data. The
    /// [`Certificate`](crate::certificate::Certificate) uses it.
    fn smoothness(&self, _x: &Self::Var) -> Smoothness<T> {
        Smoothness::Unknown
    }
    /// Returns sup ⟨y, Kx⟩ over the domain of f, if it is known: the support function of what the block can reach. It
    /// shows that a problem is [infeasible](crate::infeasibility).
    fn support(&self, _y: &Self::Image) -> Option<Support<T>> {
        None
    }
    /// Returns the slope of f in the long run along the move `to` − `from`, if it is known: its recession function. It
    /// shows that a problem is [unbounded](crate::infeasibility).
    fn recession(&self, _from: &Self::Var, _to: &Self::Var) -> Option<Recession<T>> {
        None
    }
    /// Returns true if f is known not to be convex. The [`Certificate`](crate::certificate::Certificate) then says that
    /// its result need not be a global minimum.
    fn is_nonconvex(&self) -> bool {
        false
    }
}

/// Hands the named methods of a [`Subproblem`] on to a block in a field: `forward!(self.of: value, forget)`.
///
/// A wrapper that forgets one of them compiles, and silently has the default.
macro_rules! forward {
    (self.$block:tt: $($method:ident),+) => {
        $(forward!(@$method $block);)+
    };
    (@value $block:tt) => {
        fn value(&self, x: &Self::Var) -> $crate::Result<T> {
            self.$block.value(x)
        }
    };
    (@retune $block:tt) => {
        fn retune(&mut self, rho: T) -> $crate::Result<()> {
            self.$block.retune(rho)
        }
    };
    (@forget $block:tt) => {
        fn forget(&self, x: &mut Self::Var) {
            self.$block.forget(x);
        }
    };
    (@adjoint $block:tt) => {
        fn adjoint(&self, y: &Self::Image) -> $crate::Result<$crate::operator::Adjoint<T>> {
            self.$block.adjoint(y)
        }
    };
    (@smoothness $block:tt) => {
        fn smoothness(&self, x: &Self::Var) -> $crate::certificate::Smoothness<T> {
            self.$block.smoothness(x)
        }
    };
    (@support $block:tt) => {
        fn support(&self, y: &Self::Image) -> Option<$crate::infeasibility::Support<T>> {
            self.$block.support(y)
        }
    };
    (@recession $block:tt) => {
        fn recession(&self, from: &Self::Var, to: &Self::Var) -> Option<$crate::infeasibility::Recession<T>> {
            self.$block.recession(from, to)
        }
    };
    (@is_nonconvex $block:tt) => {
        fn is_nonconvex(&self) -> bool {
            self.$block.is_nonconvex()
        }
    };
}
pub(crate) use forward;

impl<T: Real, P: Subproblem<T> + ?Sized> Subproblem<T> for Box<P> {
    type Var = P::Var;
    type Image = P::Image;

    fn value(&self, x: &P::Var) -> Result<T> {
        (**self).value(x)
    }
    fn argmin(&self, x: &mut P::Var, to: Target<'_, T, P::Image>) -> Result<Solved<T>> {
        (**self).argmin(x, to)
    }
    fn image(&self, x: &P::Var) -> P::Image {
        (**self).image(x)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        (**self).retune(rho)
    }
    fn forget(&self, x: &mut P::Var) {
        (**self).forget(x);
    }
    fn adjoint(&self, y: &P::Image) -> Result<Adjoint<T>> {
        (**self).adjoint(y)
    }
    fn smoothness(&self, x: &P::Var) -> Smoothness<T> {
        (**self).smoothness(x)
    }
    fn support(&self, y: &P::Image) -> Option<Support<T>> {
        (**self).support(y)
    }
    fn recession(&self, from: &P::Var, to: &P::Var) -> Option<Recession<T>> {
        (**self).recession(from, to)
    }
    fn is_nonconvex(&self) -> bool {
        (**self).is_nonconvex()
    }
}

/// The support function sup ⟨y, Kx⟩ of the points that a block can reach, at one y. It is infinite where Kᵀy leaves the
/// barrier cone of the domain, so it comes in two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Support<T> {
    /// The value at the part of y within the barrier cone.
    pub value: T,
    /// The norm of the part of Kᵀy outside of the cone, divided by ‖K‖ or a lower bound of it: in the units of y.
    pub violation: T,
}

impl<T: Real> Support<T> {
    /// The support function of a whole space, for a y of this norm with K = I: every y but 0 is outside of the cone.
    pub fn everywhere(norm: T) -> Self {
        Support { value: T::zero(), violation: norm }
    }
    /// The sum for two blocks side by side.
    pub fn beside(self, other: Self) -> Self {
        Support { value: self.value + other.value, violation: self.violation.hypot(other.violation) }
    }
}

/// The recession function of f at one move δ of the variable: lim f(x + tδ)/t for t → ∞. It is infinite where δ leaves
/// the recession cone, so it comes in two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recession<T> {
    /// The value at the part of δ within the cone.
    pub value: T,
    /// The distance of δ from the cone times ‖K‖, or a lower bound of it: in the units of Kx.
    pub violation: T,
    /// The length ‖δ‖ times the same bound of ‖K‖.
    pub length: T,
}

impl<T: Real> Recession<T> {
    /// The recession function of an f with bounded level sets or a bounded domain, for a δ of this length with K = I:
    /// every δ but 0 is outside of the cone.
    pub fn nowhere(length: T) -> Self {
        Recession { value: T::zero(), violation: length, length }
    }
    /// The sum for two blocks side by side.
    pub fn beside(self, other: Self) -> Self {
        Recession {
            value: self.value + other.value,
            violation: self.violation.hypot(other.violation),
            length: self.length.hypot(other.length),
        }
    }
    /// Seen through an operator of norm ‖K‖.
    pub fn through(self, norm: T) -> Self {
        Recession { violation: self.violation * norm, length: self.length * norm, ..self }
    }
}

/// The knowledge of a block about the smoothness of its function.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Smoothness<T> {
    /// Nothing is known.
    Unknown,
    /// It has a constraint.
    Constrained,
    /// It is differentiable everywhere; around the point, moves Δ of Kx change its gradient by at most L‖Δ‖, if L is
    /// known.
    Smooth {
        /// The Lipschitz constant L of the gradient.
        lipschitz: Option<T>,
    },
}

/// The request  minimise f(x) + ρ/2 ‖Kx − v‖².
#[derive(Debug)]
pub struct Target<'a, T, S> {
    /// v, in the coupling space.
    pub v: &'a S,
    /// ρ > 0, or for a descent method 0: f alone.
    pub rho: T,
    /// The norm of the subproblem's gradient at which an iterative block may stop.
    pub tolerance: T,
}

impl<T: Real, S: Space<T>> Target<'_, T, S> {
    /// `Ok` where v has the sizes of Kx, `x.shape()` for a matrix with K = I.
    ///
    /// # Errors
    /// [`Error::Size`](crate::Error::Size) where not: for a block to return.
    pub fn check_size(&self, image: impl Into<Shape>) -> Result<()> {
        crate::Error::check_size("target", image.into(), self.v.sizes())
    }
}

impl<T: Copy, S> Clone for Target<'_, T, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Copy, S> Copy for Target<'_, T, S> {}

/// Kᵀy, as much of it as a residual needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjoint<T> {
    /// The norm ‖Kᵀy‖.
    pub norm: T,
    /// The number of entries of Kᵀy, which is that of x.
    pub count: usize,
    /// The [absolute values](Space::magnitudes) of the entries.
    pub magnitudes: Vec<T>,
}

impl<T: Real> Adjoint<T> {
    /// Those of Kᵀy itself.
    pub fn of(x: &impl Space<T>) -> Self {
        Adjoint { norm: x.euclidean_norm(), count: x.sizes().count(), magnitudes: x.magnitudes() }
    }
    /// Those of a product of operators, (K₁ᵀy₁, K₂ᵀy₂, …).
    pub(crate) fn beside(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut square, mut count, mut magnitudes) = (T::zero(), 0, Vec::new());
        for part in parts {
            square += part.norm * part.norm;
            count += part.count;
            magnitudes.extend(part.magnitudes);
        }
        Adjoint { norm: square.sqrt(), count, magnitudes }
    }
    /// The norm of Kᵀy and the number of its entries, which are judged together.
    pub fn whole(norm: T, count: usize) -> Self {
        Adjoint { norm, count, magnitudes: vec![norm] }
    }
    /// Those of σKᵀy.
    pub(crate) fn times(self, factor: T) -> Self {
        let magnitudes = self.magnitudes.into_iter().map(|entry| entry * factor).collect();
        Adjoint { norm: self.norm * factor, magnitudes, ..self }
    }
}

/// How well a call of [`argmin`](Subproblem::argmin) solved its subproblem, and the cost of the call.
///
/// ADMM measures how far its iterates move. A block that moves little looks solved, whether it is or not. So a run is
/// `converged` only where both blocks measure what they reached, and it is within the bound of the dual residual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solved<T> {
    /// The cost of the call.
    pub cost: Cost,
    /// The norm of the gradient that f(x) + ρ/2 ‖Kx − v‖² has at the answer, of the part along the constraint set; 0 for
    /// an answer in closed form; `None` where it is not known.
    pub residual: Option<T>,
}

impl<T: Real> Solved<T> {
    /// An answer in closed form.
    pub fn exactly(cost: Cost) -> Self {
        Solved { cost, residual: Some(T::zero()) }
    }
    /// An answer at which the gradient has this norm, or at most this one.
    pub fn within(residual: T, cost: Cost) -> Self {
        Solved { cost, residual: Some(residual) }
    }
    /// An answer of which nothing is known. A run with such a block is never `converged`: it can only be
    /// [`Unverified`](crate::Status::Unverified).
    pub fn unmeasured(cost: Cost) -> Self {
        Solved { cost, residual: None }
    }
    /// Two subproblems, each with variables of its own, as one.
    pub fn and(self, other: Self) -> Self {
        let mut cost = self.cost;
        cost += other.cost;
        let both = |(a, b): (T, T)| (a * a + b * b).sqrt();
        Solved { cost, residual: self.residual.zip(other.residual).map(both) }
    }
}

/// The cost of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Inner iterations.
    pub steps: u64,
    /// Passes over the data.
    pub passes: u64,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.passes += other.passes;
    }
}

/// A function whose proximal operator is known.
pub trait Prox<T: Real>: Send + Sync {
    /// Returns the value f(x).
    fn value(&self, x: &DMatrix<T>) -> T;
    /// argmin f(x) + ρ/2 ‖x − v‖², for any ρ > 0.
    ///
    /// # Errors
    /// A v of a size that f does not take, parameters of f that are out of range, and a minimiser that cannot be
    /// computed.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>>;
    /// The ρ of the calls of [`prox`](Self::prox) from here on: refresh what was computed for the old one, such as a
    /// factorisation.
    ///
    /// A block that scales the penalty tells what arrives at `prox`: N members that agree on x, for instance, make Nρ
    /// of ρ. Where a block asks for several, as [`GeneralConsensus`](crate::patterns::GeneralConsensus) may, it tells
    /// the smallest, and `prox` computes anew what it needs for the others.
    ///
    /// # Errors
    /// A ρ for which there is no minimiser, such as [`Error::Unbounded`](crate::Error::Unbounded).
    fn retune(&mut self, _rho: T) -> Result<()> {
        Ok(())
    }
    /// Returns the support function of the domain of f at y, if it is known: see [`Subproblem::support`].
    fn support(&self, _y: &DMatrix<T>) -> Option<Support<T>> {
        None
    }
    /// Returns the recession function of f at the move δ = `by`, if it is known: see [`Subproblem::recession`].
    fn recession(&self, _by: &DMatrix<T>) -> Option<Recession<T>> {
        None
    }
    /// Returns true if f is known not to be convex, see [`Subproblem::is_nonconvex`]. Its operator must then still
    /// return a global minimiser.
    fn is_nonconvex(&self) -> bool {
        false
    }
}

/// The proximal operator, whose result must have the size of v.
pub(crate) fn prox_of<T: Real>(f: &impl Prox<T>, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
    let minimiser = f.prox(v, rho)?;
    crate::Error::check_size("result of prox", v.shape(), minimiser.shape())?;
    Ok(minimiser)
}

impl<T: Real, P: Prox<T> + ?Sized> Prox<T> for Box<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        (**self).value(x)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        (**self).prox(v, rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        (**self).retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        (**self).support(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        (**self).recession(by)
    }
    fn is_nonconvex(&self) -> bool {
        (**self).is_nonconvex()
    }
}

/// A differentiable function.
pub trait Smooth<T: Real>: Send + Sync {
    /// The variable: a [`DMatrix`], or a [`Point`] of which one matrix is coupled and the rest is private.
    type Point: Point<T>;
    /// f(x) and ∇f(x).
    ///
    /// # Errors
    /// A value or a gradient that cannot be computed.
    fn value_and_gradient(&self, x: &Self::Point) -> Result<(T, Self::Point)>;
    /// Passes over the data that one evaluation takes.
    fn passes(&self) -> u64 {
        1
    }
    /// A bound on the curvature of f in the coupled matrix around x, if one is known without a pass over the data: see
    /// [`Smoothness`].
    fn lipschitz(&self, _x: &Self::Point) -> Option<T> {
        None
    }
}

/// A custom update: a direction in which to move, which need not be the gradient of anything.
pub trait Direction<T: Real>: Send + Sync {
    /// The memory of the rule between calls: a sampler, an anchor, a running mean. `()` stands for none.
    type Memory: Clone + Default + Send + Sync + Serialize + DeserializeOwned;
    /// The loss that the rule is meant to lower. Reported, and never used to choose a step.
    ///
    /// # Errors
    /// A value that cannot be computed.
    fn value(&self, x: &DMatrix<T>) -> Result<T>;
    /// The move at x, before the step size: −∇f(x) for a gradient step.
    ///
    /// # Errors
    /// A move that cannot be computed.
    fn direction(&self, x: &DMatrix<T>, memory: &mut Self::Memory) -> Result<DMatrix<T>>;
    /// Passes over the data that one direction takes: a fraction where it reads a part of them.
    fn passes(&self) -> f64 {
        1.0
    }
}

impl<T: Real, D: Direction<T> + ?Sized> Direction<T> for Box<D> {
    type Memory = D::Memory;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        (**self).value(x)
    }
    fn direction(&self, x: &DMatrix<T>, memory: &mut D::Memory) -> Result<DMatrix<T>> {
        (**self).direction(x, memory)
    }
    fn passes(&self) -> f64 {
        (**self).passes()
    }
}

/// A point that a descent method moves: an element of a space of which one matrix takes part in the coupling.
pub trait Point<T: Real>: Space<T> {
    /// The matrix that is coupled to the other block.
    fn coupled(&self) -> &DMatrix<T>;
    /// The same, to change.
    fn coupled_mut(&mut self) -> &mut DMatrix<T>;
}

impl<T: Real> Point<T> for DMatrix<T> {
    fn coupled(&self) -> &DMatrix<T> {
        self
    }
    fn coupled_mut(&mut self) -> &mut DMatrix<T> {
        self
    }
}
