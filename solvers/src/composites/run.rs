//! The run, in phases between which each penalty balances the residuals of its own term.

use super::layout::{Layout, Stack, Terms};
use super::system::{Inverse, System};
use super::{Composites, Solution, TermEnd};
use crate::operator::{ConjugateGradients, Multiple};
use crate::scalar::Scalar;
use admm::accelerate::Plain;
use admm::operator::{Adjoint, Operator};
use admm::penalty::Fixed;
use admm::space::Space;
use admm::state::StateOf;
use admm::{Coordinator, Cost, Error, Exact, Negated, Outcome, Result, Solved, Status, Subproblem, Target};
use nalgebra::DMatrix;
use std::ops::ControlFlow;

/// The length of the first phase. Each is twice as long as the one before.
const FIRST: u64 = 10;
/// The number of phases after which the penalties change. They stay in what is left of the run, as theory asks for.
const PHASES: u32 = 5;
/// A penalty is multiplied or divided by a factor between these, or stays.
const FACTORS: (f64, f64) = (1.5, 10.0);
/// The most steps of conjugate gradients in one iteration.
const STEPS: u64 = 1_000;

type Splitting<T> = Coordinator<T, Fit<T>, Negated<Exact<Terms<T>>>>;
type State<T> = StateOf<T, Fit<T>, Negated<Exact<Terms<T>>>>;

/// The block of ½‖Ax − b‖², seen through all Cᵢ.
struct Fit<T: Scalar> {
    by: ConjugateGradients<T, Box<dyn Operator<T>>, Stack<T>>,
    /// The product Aᵀb.
    right: DMatrix<T>,
    system: System<T>,
    inverse: Option<Inverse<T>>,
}

impl<T: Scalar> Subproblem<T> for Fit<T> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        self.by.value(x)
    }
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        let Some(inverse) = &self.inverse else { return self.by.argmin(x, to) };
        to.check_size(self.by.coupling.range(x.shape())?)?;
        *x = inverse.solve(self.right.plus(to.rho, &self.by.coupling.transposed(to.v)));
        if !x.is_finite() {
            return Err(Error::not_finite("the new iterate"));
        }
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.by.image(x)
    }
    /// The inverse for these penalties. The coordinator's own is always 1.
    fn retune(&mut self, rho: T) -> Result<()> {
        let own = self.by.coupling.layout.rho.iter().map(|&own| own * rho);
        let weights: Vec<T> = std::iter::once(T::one()).chain(own).collect();
        self.inverse = self.system.inverse(&weights);
        Ok(())
    }
    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        self.by.adjoint(y)
    }
}

/// Runs until the stopping rule is met, or the iterations are used up. Acceleration begins where the penalties stay: it
/// would hide the residuals of plain iterations.
pub(super) fn run<T: Scalar>(problem: Composites<T>) -> Result<Solution<T>> {
    let max_iterations = problem.max_iterations;
    let mut admm = coordinator(problem)?;
    let accelerated = std::mem::replace(&mut admm.acceleration, Box::new(Plain));
    let mut spent = 0;
    for phase in 0..PHASES {
        admm.max_iterations = (FIRST << phase).min(max_iterations - spent);
        let mut moves = Moves::new(&admm);
        let Outcome { status, best, .. } = admm.run(|state: &State<T>| {
            moves.follow(state);
            spent += 1;
            ControlFlow::Continue(())
        })?;
        if status != Status::IterationLimit || spent >= max_iterations {
            return Ok(solution(&admm, &best, status, spent));
        }
        admm = balanced(admm, &moves)?;
    }
    (admm.acceleration, admm.max_iterations) = (accelerated, max_iterations - spent);
    let Outcome { status, best, .. } = admm.run(|_: &State<T>| {
        spent += 1;
        ControlFlow::Continue(())
    })?;
    Ok(solution(&admm, &best, status, spent))
}

/// The moves of each term in a phase. Those of the last few iterations count most.
struct Moves<T: Scalar> {
    layout: Layout<T>,
    /// z and u of the last iteration.
    last: [DMatrix<T>; 2],
    /// Sums of ‖Δz‖ and of ‖Δu‖ = ‖r‖.
    sums: [Vec<T>; 2],
}

impl<T: Scalar> Moves<T> {
    fn new(admm: &Splitting<T>) -> Self {
        let (layout, state) = (admm.blocks().0.by.coupling.layout.clone(), admm.state());
        let none = || vec![T::zero(); layout.sizes.len()];
        Moves { last: [state.z.clone(), state.u.clone()], sums: [none(), none()], layout }
    }

    /// Adds those of an iteration.
    fn follow(&mut self, state: &State<T>) {
        for ((last, sums), now) in self.last.iter_mut().zip(&mut self.sums).zip([&state.z, &state.u]) {
            let moved = self.layout.split(&(now - &*last), |_| T::one());
            sums.iter_mut().zip(&moved).for_each(|(sum, moved)| *sum = *sum * T::of(DECAY) + moved.norm());
            last.copy_from(now);
        }
    }
}

/// The share of a sum that the next iteration leaves of it.
const DECAY: f64 = 0.8;

/// The start: x = 0, and penalties that make the systems of all terms of the size of AᵀA.
fn coordinator<T: Scalar>(problem: Composites<T>) -> Result<Splitting<T>> {
    let Composites { fit, b, size, functions, operators, sizes, tolerance, .. } = problem;
    if functions.is_empty() {
        return Err(Error::parameter("terms", "must be at least 1, got 0"));
    }
    let probe = crate::linalg::scattered::<T>(size.0, size.1, 0);
    let strength = |operator: &dyn Operator<T>| operator.apply(&probe).norm_squared();
    let whole = strength(&*fit);
    let rho = operators.iter().map(|operator| whole / strength(&**operator));
    let rho = rho.map(|rho| if rho > T::zero() && rho.is_finite() { rho } else { T::one() }).collect();
    let layout = Layout { sizes, rho };
    let all: Vec<&dyn Operator<T>> = std::iter::once(&*fit).chain(operators.iter().map(|one| &**one)).collect();
    let system = System::of(&all, size);
    let right = fit.transposed(&b);
    let coupling = Stack { operators, layout: layout.clone(), domain: size };
    let by = ConjugateGradients { fit, b, coupling, preconditioner: Multiple(T::one()), max_steps: STEPS };
    let (x, z) = (DMatrix::zeros(size.0, size.1), DMatrix::zeros(layout.height(), 1));
    let first = Fit { by, right, system, inverse: None };
    let mut admm = Coordinator::new(first, Negated(Exact(Terms { functions, layout })), x, z, T::one())?;
    (admm.tolerance, admm.penalty_policy) = (tolerance, Box::new(Fixed));
    Ok(admm)
}

/// The same run with the penalties that balance the relative residuals of each term, where these are unequal.
fn balanced<T: Scalar>(mut admm: Splitting<T>, moves: &Moves<T>) -> Result<Splitting<T>> {
    let (old, state) = (&moves.layout, admm.state());
    let parts = |column: &DMatrix<T>| old.split(column, |_| T::one());
    let (ax, z, y) = (parts(&admm.blocks().0.image(&state.x)), parts(&state.z), parts(&state.u));
    let factor = |i: usize| {
        let primal = moves.sums[1][i] / ax[i].norm().max(z[i].norm());
        let dual = moves.sums[0][i] / y[i].norm();
        let factor = (primal / dual).sqrt().to_f64();
        let (least, most) = FACTORS;
        if (least.recip()..=least).contains(&factor) || !(factor > 0.0 && factor.is_finite()) {
            return T::one();
        }
        T::of(factor.clamp(most.recip(), most))
    };
    let factors: Vec<T> = (0..z.len()).map(factor).collect();
    if factors.iter().all(|factor| *factor == T::one()) {
        return Ok(admm);
    }
    let rho = old.rho.iter().zip(&factors).map(|(&rho, &factor)| rho * factor).collect();
    let layout = Layout { rho, ..old.clone() };
    // The multipliers √ρᵢu stay.
    let u = y.into_iter().zip(&factors).map(|(part, factor)| part / factor.sqrt());
    let u: Vec<T> = u.flat_map(|part| part.as_slice().to_vec()).collect();
    let z = old.split(&state.z, |rho| rho.sqrt().recip());
    let (z, u) = (layout.join(z.into_iter()), DMatrix::from_vec(layout.height(), 1, u));
    let (first, second) = admm.blocks_mut();
    first.by.coupling.layout = layout.clone();
    second.0.0.layout = layout;
    first.retune(T::one())?;
    second.retune(T::one())?;
    admm.with_start(z, u)
}

fn solution<T: Scalar>(admm: &Splitting<T>, best: &State<T>, status: Status, iterations: u64) -> Solution<T> {
    let layout = &admm.blocks().0.by.coupling.layout;
    let z = layout.split(&best.z, |rho| rho.sqrt().recip());
    let multipliers = layout.split(&best.u, |rho| rho.sqrt());
    let ends = z.into_iter().zip(multipliers).zip(&layout.rho);
    let terms = ends.map(|((z, multiplier), &rho)| TermEnd { z, multiplier, rho }).collect();
    Solution { status, x: best.x.clone(), terms, iterations }
}
