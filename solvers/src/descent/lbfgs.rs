//! Limited-memory BFGS on a manifold, with a quadratic pull whose curvature is known exactly.
//!
//! Nocedal and Wright, "Numerical Optimization" (2006, algorithm 7.4); on a manifold the pairs are carried along by
//! projection onto the new tangent space (Huang, Gallivan and Absil 2015). The memory holds the curvature of f alone
//! and adds that of ρ/2 ‖x − v‖² when it is used, so it survives every change of v and ρ between two calls.
//!
//! The pairs correct an [`InitialHessian`]: a multiple of the identity, or a model of the Hessian that is cheap to
//! invert.
//!
//! f(x) and ∇f(x) where they were last evaluated, with that Hessian, are a model of f whose minimum under any pull is
//! known without another evaluation. Such answers let the other blocks of ADMM come to terms with the model before f is
//! evaluated again.

use admm::certificate::Smoothness;
use admm::method::{DescentMemory, DescentMethod, Evaluated, Search, Trial, stationarity};
use admm::space::Space;
use admm::{Cost, Iterate, Manifold, Point, Real, Result, Smooth, Target};
use nalgebra::DMatrix;
use std::sync::Arc;

/// An answer of the model may change ∇f by so many times the tolerance at most: while the iterates still move far the
/// model is poor, and a distant answer may lead to where no run returns from.
const REACH: f64 = 300.0;
/// And by this share of ‖∇f‖ at most.
const SHARE: f64 = 0.5;
/// The model answers no further call where the target has changed the gradient by less than this share of what its
/// answers have.
const SETTLED: f64 = 0.5;
/// The most that a model of the Hessian is stiffened.
const STIFFEST: f64 = 2.0;

/// L-BFGS with a backtracking line search.
#[derive(Debug, Clone, Copy)]
pub struct Lbfgs<H = Scaling> {
    /// Curvature pairs kept.
    pub memory: usize,
    /// The most steps that one call takes.
    pub max_steps: u64,
    /// How many calls in a row the model of f may answer between two that evaluate f, on flat space. The first call
    /// evaluates it.
    pub answers: u64,
    /// What the pairs correct.
    pub initial: H,
}

impl Default for Lbfgs {
    /// 20 pairs, 50 steps, no answers, no model of the Hessian.
    fn default() -> Self {
        Scaling.into()
    }
}

impl<H> From<H> for Lbfgs<H> {
    /// 20 pairs, 50 steps, no answers.
    fn from(initial: H) -> Self {
        Lbfgs { memory: 20, max_steps: 50, answers: 0, initial }
    }
}

/// The Hessian that L-BFGS takes for granted before its pairs correct it.
pub trait InitialHessian<T: Real, P>: Send + Sync {
    /// What is worth keeping as long as the point stays: nothing, unless a model says otherwise.
    fn look_up(&self, _at: &P) -> DMatrix<T> {
        DMatrix::zeros(0, 0)
    }
    /// (H₀ + ρI)⁻¹q near the present point, with ρ on the coupled matrix alone: symmetric and positive in q.
    ///
    /// # Errors
    /// A model that cannot be made.
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P>;
    /// Passes over the data that looking up takes.
    fn passes(&self) -> f64 {
        0.0
    }
}

/// What is known where a direction is sought.
#[derive(Debug)]
pub struct Near<'a, T, P> {
    /// The point.
    pub point: &'a P,
    /// What was looked up there.
    pub known: &'a DMatrix<T>,
    /// The gradient there, the pull included.
    pub gradient: &'a P,
    /// ρ.
    pub rho: T,
    /// From 1 up, what to multiply the curvature of the model with: how much more f curved along the last steps on flat
    /// space, which take to directions that the model believes flat. The scaling of Oren and Luenberger, "Self-scaling
    /// variable metric algorithms" (1974), for a Hessian that is not a multiple of the identity.
    pub stiffness: T,
    /// The last step and the change of the gradient along it.
    pub pair: Option<(&'a P, &'a P)>,
}

/// H₀ = (yᵀy/sᵀy)I of the last pair (Nocedal and Wright 2006, eq. 7.20), and a first step of length 1 at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scaling;

impl<T: Real, P: Space<T>> InitialHessian<T, P> for Scaling {
    fn solve(&self, near: Near<'_, T, P>, mut q: P) -> Result<P> {
        q.scale_by(match near.pair {
            Some((s, y)) => s.inner_product(y) / y.inner_product(y),
            None => T::one() / near.gradient.euclidean_norm().max(T::one()),
        });
        Ok(q)
    }
}

/// [`Scaling`] where there is no model.
impl<T: Real, P: Space<T>, H: InitialHessian<T, P>> InitialHessian<T, P> for Option<H> {
    fn look_up(&self, at: &P) -> DMatrix<T> {
        self.as_ref().map_or_else(|| Scaling.look_up(at), |model| model.look_up(at))
    }
    fn solve(&self, near: Near<'_, T, P>, q: P) -> Result<P> {
        match self {
            Some(model) => model.solve(near, q),
            None => Scaling.solve(near, q),
        }
    }
    fn passes(&self) -> f64 {
        self.as_ref().map_or(0.0, H::passes)
    }
}

impl<T: Real, F: Smooth<T>, H: InitialHessian<T, F::Point>> DescentMethod<T, F> for Lbfgs<H> {
    type Point = F::Point;
    type Memory = DescentMemory<T, F::Point>;

    fn value(&self, f: &F, x: &Iterate<F::Point, Self::Memory>) -> Result<T> {
        x.value(f)
    }
    fn smoothness(&self, f: &F, x: &F::Point) -> Smoothness<T> {
        Smoothness::Smooth { lipschitz: f.lipschitz(x) }
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn Manifold<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Cost> {
        let mut search = Search { f, on, to, cost: Cost::default() };
        let settled = settled(x, &search.to);
        take_back(x);
        let may_answer = !settled && on.is_flat() && x.memory.here.is_some() && x.memory.answers < self.answers;
        let mut here = search.evaluate(&x.point, x.memory.here.take())?;
        while search.cost.steps < self.max_steps {
            let gradient = here.total_gradient(&x.point, &search.to);
            if stationarity(on, &x.point, &gradient)? <= search.to.tolerance {
                break;
            }
            let gradient = search.tangent(&x.point, gradient);
            let direction = self.direction(&mut search, x, &gradient)?;
            if may_answer && let Some(foreseen) = Curvature(&search).foreseen(&here, &gradient, &direction) {
                answer(x, here, &direction, foreseen);
                return Ok(search.cost);
            }
            let Some(trial) = search.backtrack(&x.point, &here, &gradient, &direction, T::one())? else {
                if x.memory.pairs.is_empty() {
                    break; // rounding hides every decrease
                }
                x.memory.pairs.clear();
                continue;
            };
            let Trial { point, there, length } = trial;
            if on.is_flat() {
                let mut change = there.gradient().plus(-T::one(), here.gradient());
                change.scale_by(T::one() / length);
                Curvature(&search).stiffen(&mut x.memory.stiffness, &gradient, &direction, &change);
            }
            let mut step = direction;
            step.scale_by(length);
            Curvature(&search).remember(&mut x.memory.pairs, self.memory, (&x.point, &here), (&point, &there), step);
            (x.point, here) = (point, there);
            (x.memory.model, x.memory.answers) = (None, 0);
            search.cost.steps += 1;
        }
        x.memory.here = Some(here);
        Ok(search.cost)
    }
}

/// Whether the other blocks have come to terms with the model: the target hardly moves, beside what it moved since f
/// was evaluated.
fn settled<T: Real, P: Point<T>>(x: &Iterate<P, DescentMemory<T, P>>, to: &Target<'_, T, DMatrix<T>>) -> bool {
    x.memory.read.as_ref().zip(x.memory.here.as_ref()).is_some_and(|((_, there), here)| {
        let answered = here.gradient().plus(-T::one(), there.gradient()).euclidean_norm();
        here.total_gradient(&x.point, to).euclidean_norm() <= T::of(SETTLED) * answered
    })
}

/// Goes back from an answer of the model to where f was last evaluated.
fn take_back<T, P>(x: &mut Iterate<P, DescentMemory<T, P>>) {
    if let Some((point, there)) = x.memory.read.take() {
        (x.point, x.memory.here) = (point, Some(there));
    }
}

/// Answers x + step with what the model foresees there, and keeps what was read at x.
fn answer<T: Real, P: Space<T>>(
    x: &mut Iterate<P, DescentMemory<T, P>>,
    here: Evaluated<T, P>,
    step: &P,
    foreseen: Evaluated<T, P>,
) {
    let answer = x.point.plus(T::one(), step);
    x.memory.read = Some((std::mem::replace(&mut x.point, answer), here));
    x.memory.here = Some(foreseen);
    x.memory.answers += 1;
}

impl<H> Lbfgs<H> {
    /// −(H + ρ)⁻¹g, for which the model of the Hessian looks up what it needs where the point is new.
    fn direction<T: Real, F: Smooth<T>>(
        &self,
        search: &mut Search<'_, T, F>,
        x: &mut Iterate<F::Point, DescentMemory<T, F::Point>>,
        gradient: &F::Point,
    ) -> Result<F::Point>
    where
        H: InitialHessian<T, F::Point>,
    {
        let (point, DescentMemory { model, models, pairs, stiffness, .. }) = (&x.point, &mut x.memory);
        let stiffness = stiffness.unwrap_or(T::one());
        let known = self.known(point, model, models, &mut search.cost);
        let near = Near { point, known, gradient, rho: search.to.rho, stiffness, pair: None };
        Curvature(search).direction(&self.initial, pairs, near)
    }

    /// What the model of the Hessian knows at the point: looked up there, unless it is kept.
    pub(crate) fn known<'m, T: Real, P>(
        &self,
        point: &P,
        model: &'m mut Option<DMatrix<T>>,
        models: &mut u64,
        cost: &mut Cost,
    ) -> &'m DMatrix<T>
    where
        H: InitialHessian<T, P>,
    {
        model.get_or_insert_with(|| {
            cost.passes += self.charge::<T, P>(models);
            self.initial.look_up(point)
        })
    }

    /// The whole passes that one more model fills up.
    fn charge<T: Real, P>(&self, models: &mut u64) -> u64
    where
        H: InitialHessian<T, P>,
    {
        let passes = |models: u64| (self.initial.passes() * models as f64).ceil() as u64;
        *models += 1;
        passes(*models) - passes(*models - 1)
    }
}

/// The curvature that a call of the method knows.
struct Curvature<'s, 'a, T: Real, F>(&'s Search<'a, T, F>);

impl<T: Real, F: Smooth<T>> Curvature<'_, '_, T, F> {
    /// y + ρs: the change of the whole gradient along s.
    fn turned(&self, (s, y): &(F::Point, F::Point)) -> F::Point {
        let mut turned = y.clone();
        *turned.coupled_mut() += s.coupled() * self.0.to.rho;
        turned
    }

    /// f and ∇f that the model has at the end of d = −(H + ρ)⁻¹g, where Hd = −g − ρd is within reach.
    fn foreseen(
        &self,
        here: &Evaluated<T, F::Point>,
        gradient: &F::Point,
        direction: &F::Point,
    ) -> Option<Evaluated<T, F::Point>> {
        let mut change = gradient.clone();
        change.scale_by(-T::one());
        *change.coupled_mut() -= direction.coupled() * self.0.to.rho;
        let reach = (T::of(REACH) * self.0.to.tolerance).min(T::of(SHARE) * here.gradient().euclidean_norm());
        (change.euclidean_norm() <= reach).then(|| here.foreseen(direction, &change))
    }

    /// A fifth of the way, on a logarithmic scale, to what a step d = −(H + ρ)⁻¹g showed: ⟨d, y⟩/⟨d, Hd⟩ times what it
    /// was, with the change y of ∇f along d, where both are positive.
    fn stiffen(&self, stiffness: &mut Option<T>, gradient: &F::Point, direction: &F::Point, change: &F::Point) {
        let foreseen = -direction.inner_product(gradient) - self.0.to.rho * direction.coupled().norm_squared();
        let found = change.inner_product(direction);
        if foreseen > T::zero() && found > T::zero() {
            let shown = stiffness.unwrap_or(T::one()) * (found / foreseen).powf(T::of(0.2));
            *stiffness = Some(shown.max(T::one()).min(T::of(STIFFEST)));
        }
    }

    /// −(H + ρ)⁻¹g by the two-loop recursion, with a tangent result; where that is no descent, −g, shortened to
    /// length 1.
    fn direction(
        &self,
        initial: &impl InitialHessian<T, F::Point>,
        pairs: &[Arc<(F::Point, F::Point)>],
        near: Near<'_, T, F::Point>,
    ) -> Result<F::Point> {
        let (x, gradient) = (near.point, near.gradient);
        let mut q = gradient.clone();
        let mut weights = Vec::with_capacity(pairs.len());
        let turned: Vec<F::Point> = pairs.iter().map(|pair| self.turned(pair)).collect();
        for (pair, y) in pairs.iter().zip(&turned).rev() {
            let weight = pair.0.inner_product(&q) / pair.0.inner_product(y);
            q.axpy(-weight, y);
            weights.push(weight);
        }
        let pair = pairs.last().zip(turned.last()).map(|(pair, y)| (&pair.0, y));
        let mut q = initial.solve(Near { pair, ..near }, q)?;
        for ((pair, y), weight) in pairs.iter().zip(&turned).zip(weights.into_iter().rev()) {
            q.axpy(weight - y.inner_product(&q) / pair.0.inner_product(y), &pair.0);
        }
        let mut direction = self.0.tangent(x, q);
        direction.scale_by(-T::one());
        if direction.inner_product(gradient) < T::zero() {
            return Ok(direction);
        }
        let mut steepest = gradient.clone();
        steepest.scale_by(-T::one() / gradient.euclidean_norm().max(T::one()));
        Ok(steepest)
    }

    /// Carries the pairs to the new point and adds the new one if its curvature is positive.
    fn remember(
        &self,
        pairs: &mut Vec<Arc<(F::Point, F::Point)>>,
        limit: usize,
        (from, before): (&F::Point, &Evaluated<T, F::Point>),
        (to, after): (&F::Point, &Evaluated<T, F::Point>),
        step: F::Point,
    ) {
        let carry = |vector: F::Point| self.0.tangent(to, vector);
        if !self.0.on.is_flat() {
            pairs.iter_mut().for_each(|pair| *pair = Arc::new((carry(pair.0.clone()), carry(pair.1.clone()))));
        }
        let old = carry(self.0.tangent(from, before.gradient().clone()));
        let turned = self.0.tangent(to, after.gradient().clone()).plus(-T::one(), &old);
        let pair = (carry(step), turned);
        let whole = self.turned(&pair);
        if pair.0.inner_product(&whole) > T::of(1e-10) * pair.0.euclidean_norm() * whole.euclidean_norm() {
            pairs.push(Arc::new(pair));
        }
        let surplus = pairs.len().saturating_sub(limit);
        pairs.drain(..surplus);
        pairs.retain(|pair| pair.0.inner_product(&self.turned(pair)) > T::zero());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admm::{Descent, Flat, Subproblem};

    /// ½⟨x, Cx⟩ with C = diag(1, 4), and (C + ρI)⁻¹ as what the pairs correct.
    struct Quadratic;
    struct Exact;

    fn curvature(i: usize) -> f64 {
        [1.0, 4.0][i]
    }

    impl Smooth<f64> for Quadratic {
        type Point = DMatrix<f64>;
        fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
            let gradient = DMatrix::from_fn(2, 1, |i, _| curvature(i) * x[i]);
            Ok((0.5 * x.dot(&gradient), gradient))
        }
    }

    impl InitialHessian<f64, DMatrix<f64>> for Exact {
        fn look_up(&self, at: &DMatrix<f64>) -> DMatrix<f64> {
            at.clone()
        }
        fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
            assert_eq!(near.known, near.point, "what was looked up elsewhere is forgotten");
            Ok(DMatrix::from_fn(2, 1, |i, _| q[i] / (curvature(i) + near.rho)))
        }
    }

    /// A model with a third of the curvature, as stiff as it is told.
    struct Soft;

    impl InitialHessian<f64, DMatrix<f64>> for Soft {
        fn solve(&self, near: Near<'_, f64, DMatrix<f64>>, q: DMatrix<f64>) -> Result<DMatrix<f64>> {
            Ok(DMatrix::from_fn(2, 1, |i, _| q[i] / (near.stiffness * curvature(i) / 3.0 + near.rho)))
        }
    }

    /// The first step shows three times the curvature: a fifth of the way there, and never more than twice.
    #[test]
    fn a_model_that_is_too_soft_is_stiffened() {
        let block = Descent { of: Quadratic, by: Lbfgs { memory: 0, max_steps: 1, ..Lbfgs::from(Soft) }, on: Flat };
        let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
        let mut expected = 1.0_f64;
        for call in 0..9 {
            let v = DMatrix::from_element(2, 1, f64::from(call));
            block.argmin(&mut x, Target { v: &v, rho: 0.7, tolerance: 1e-9 }).unwrap();
            expected = (expected * (3.0 / expected).powf(0.2)).min(2.0);
            assert!(
                (x.memory.stiffness.unwrap() - expected).abs() <= 1e-9,
                "{call}: {:?} {expected}",
                x.memory.stiffness
            );
        }
    }

    /// With two answers in a row every third call evaluates f, and on a quadratic whose Hessian is known each call
    /// gives the minimum, with f and ∇f there.
    #[test]
    fn a_model_that_is_exact_answers_exactly() {
        let by = Lbfgs { max_steps: 1, answers: 2, ..Lbfgs::from(Exact) };
        let block = Descent { of: Quadratic, by, on: Flat };
        let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
        let mut passes = Vec::new();
        for call in 0..7 {
            let (v, rho) = (DMatrix::from_column_slice(2, 1, &[9.0 + f64::from(call), 9.0]), 8.0 + f64::from(call));
            passes.push(block.argmin(&mut x, Target { v: &v, rho, tolerance: 1.0 }).unwrap().passes);
            let expected = DMatrix::from_fn(2, 1, |i, _| rho * v[i] / (curvature(i) + rho));
            assert!((&x.point - expected).amax() <= 1e-13, "{call}: {}", x.point);
            let (value, gradient) = Quadratic.value_and_gradient(&x.point).unwrap();
            assert!((block.value(&x).unwrap() - value).abs() <= 1e-12);
            assert!((x.memory.here.as_ref().unwrap().gradient() - gradient).amax() <= 1e-12);
        }
        assert_eq!(passes, [2, 0, 0, 1, 0, 0, 1], "the start is evaluated too");
    }

    /// A model is not asked what it would have to go far for.
    #[test]
    fn an_answer_stays_within_reach() {
        let by = Lbfgs { max_steps: 1, answers: 2, ..Lbfgs::from(Exact) };
        let block = Descent { of: Quadratic, by, on: Flat };
        let mut x = Iterate::new(DMatrix::from_column_slice(2, 1, &[3.0, -2.0]));
        let mut passes = |v: f64, tolerance: f64| {
            let v = DMatrix::from_element(2, 1, v);
            block.argmin(&mut x, Target { v: &v, rho: 1.0, tolerance }).unwrap().passes
        };
        assert_eq!([passes(1.0, 1e-4), passes(1.01, 1e-4), passes(1.1, 1e-4)], [2, 0, 1], "in units of the tolerance");
        assert_eq!([passes(1.2, 1e-2), passes(3.0, 1e-2)], [0, 1], "and of the gradient");
        assert_eq!(
            [passes(3.1, 1e-2), passes(3.2, 1e-2), passes(3.2, 1e-2)],
            [0, 0, 1],
            "and ends with a target that stays"
        );
    }
}
