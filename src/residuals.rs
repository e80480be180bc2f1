//! The residuals of an iteration and their bounds, Boyd et al. (2011, §3.3.1).

use crate::space::Space;
use crate::state::{Record, Scales, Shares, Sizes, larger, tiny};
use crate::subproblem::Adjoint;
use crate::{Real, Result, Tolerance};

/// The duality gap that a residual may leave, in tolerances.
const GAP: f64 = 3.0;
/// How many times a residual counts that leaves a larger one.
const CAUTION: f64 = 10.0;

/// The gradient that is left at the answer and what it is small against: ρAᵀd and Aᵀy, or ρd and y where Aᵀy vanishes. Here
/// d is BΔz, or with relaxation (2 − α)BΔz − (1 − α)r.
struct Dual<T> {
    residual: Adjoint<T>,
    multiplier: Adjoint<T>,
    /// The factor by which norms in the space of x are larger.
    through: T,
}

/// The images and the dual of one iteration, from which its residuals follow.
pub(crate) struct Images<'a, T, S> {
    /// The right-hand side c.
    pub c: &'a S,
    /// Bẑ, from which the iteration started.
    pub before: &'a S,
    /// The image Ax of the first block.
    pub ax: &'a S,
    /// The image Bz of the second block.
    pub bz: &'a S,
    /// u at the end of the iteration.
    pub u: &'a S,
    /// α, the over-relaxation.
    pub relaxation: T,
}

impl<T: Real, S: Space<T>> Images<'_, T, S> {
    /// Completes a record: r = Ax + Bz − c, s = ρAᵀBΔz, their scales and bounds. `adjoint` gives ‖Aᵀy‖.
    ///
    /// The gradient tells how far (x, z, y) with y = ρu is from a stationary point of the Lagrangian. The z-step ends
    /// with 0 ∈ ∂g(z) + Bᵀy. The x-step, from ẑ and û, ends with 0 ∈ ∂f(x) + ρAᵀ(Ax + Bẑ − c + û). With u = û + αAx −
    /// (1 − α)(Bẑ − c) + Bz − c and Ax = r − Bz + c that is
    ///
    /// > ρAᵀ(u − û − (Ax + Bẑ − c)) = ρAᵀ((2 − α)B(z − ẑ) − (1 − α)r) ∈ ∂f(x) + Aᵀy
    ///
    /// # Errors
    /// Those of `adjoint`.
    pub(crate) fn measure(
        &self,
        (record, scales): (&mut Record<T>, &mut Scales<T>),
        tolerance: &Tolerance,
        adjoint: impl Fn(&S) -> Result<Adjoint<T>>,
    ) -> Result<()> {
        let one = T::one();
        let (absolute, relative) = (T::of(tolerance.absolute), T::of(tolerance.relative));
        let r = self.ax.plus(one, self.bz).and_plus(-one, self.c);
        let moved = self.bz.plus(-one, self.before);
        let moved_by = moved.euclidean_norm();
        let mut gradient = adjoint(&moved)?;
        record.dual = record.rho * gradient.norm;
        let mut defect = moved;
        if self.relaxation != one {
            defect = self.defect(defect, &r);
            gradient = adjoint(&defect)?;
        }
        let multiplier = adjoint(self.u)?;
        let root = |count: usize| T::of((count as f64).sqrt());
        record.primal = r.euclidean_norm();
        record.gradient = record.rho * gradient.norm;
        let [ax, bz, c, u] = [self.ax, self.bz, self.c, self.u].map(S::euclidean_norm);
        record.primal_scale = ax.max(bz).max(c);
        record.dual_scale = record.rho * multiplier.norm;
        let rho = record.rho;
        let norms = [record.primal_scale, rho * u];
        record.primal_bound = root(self.c.sizes().count()) * absolute + relative * record.primal_scale;
        record.dual_bound = root(gradient.count) * absolute + relative * record.dual_scale;
        // A first block without a function of its own has Aᵀy = ρAᵀd: both vanish, and one is no scale for the other.
        let vanishes = multiplier.norm <= T::of(2.0) * gradient.norm
            && adjoint(&defect.plus(-one, self.u))?.norm <= T::EPSILON.cbrt() * multiplier.norm;
        let dual = if vanishes {
            let length = defect.euclidean_norm();
            let through = if length > T::zero() { gradient.norm / length } else { one };
            Dual { residual: Adjoint::of(&defect).times(rho), multiplier: Adjoint::of(self.u).times(rho), through }
        } else {
            Dual { residual: gradient.times(rho), multiplier: multiplier.times(rho), through: one }
        };
        self.compare((record, scales), tolerance, norms, &r, dual);
        self.count_gap(record, tolerance, (&r, &defect), (ax, u));
        let [images, multiplier] = scales.whole(norms);
        record.relative = [record.primal / images, rho * moved_by / multiplier];
        let pull = || record.rho * (self.u.inner_product(&r) + T::of(0.5) * record.primal * record.primal);
        record.augmented_lagrangian = record.objective.map(|objective| objective + pull());
        Ok(())
    }

    /// Compares every entry of both residuals with its own scale.
    fn compare(
        &self,
        (record, scales): (&mut Record<T>, &mut Scales<T>),
        tolerance: &Tolerance,
        norms: [T; 2],
        r: &S,
        dual: Dual<T>,
    ) {
        let [r, mut sizes, bz, c] = [r, self.ax, self.bz, self.c].map(S::magnitudes);
        let ax = largest(&sizes);
        sizes.iter_mut().zip(bz.iter().zip(&c)).for_each(|(size, (&bz, &c))| *size = larger(*size, larger(bz, c)));
        // The entry that is all residual, one image 0 and the other on its way there, has no size of its own.
        let agreed = sizes.iter().zip(&r).map(|(&size, &r)| larger(T::zero(), size - r)).collect();
        let [sizes, agreed, y] = [sizes, agreed, dual.multiplier.magnitudes].map(Sizes::new);
        let s = &dual.residual;
        let (rows, relative) = (self.c.sizes().count(), T::of(tolerance.relative));
        let absolute = |entries: f64| T::of(tolerance.absolute * entries.sqrt());
        // A magnitude may be the norm of several entries.
        let shares = |count: usize, magnitudes: &[T], beside: T| {
            let entries = count as f64 / magnitudes.len().max(1) as f64;
            Shares { absolute: absolute(entries), relative, beside }
        };
        scales.take(&sizes.each, &y.each, norms);
        let is_zero = ax == T::zero() || largest(&bz) == T::zero();
        record.primal_excess = scales.primal_excess(&r, &agreed, is_zero, shares(rows, &r, ax));
        let shares = shares(s.count, &s.magnitudes, largest(&y.each));
        record.dual_excess = scales.dual_excess(&s.magnitudes, &y, record.rho * agreed.typical, shares);
        let (primal, multiplier) = scales.norms(&sizes, &y);
        let bound = |count: usize, scale: T| absolute(count as f64) + relative * scale;
        let primal = record.primal / bound(rows, primal).max(tiny());
        record.inner_bound = bound(s.count, dual.through * multiplier);
        record.norm_excess = primal.max(record.dual / record.inner_bound.max(tiny()));
    }

    /// Lets a residual within its bounds count up to [`CAUTION`] times where it leaves more than [`GAP`] tolerances of a
    /// duality gap.
    ///
    /// With ρAᵀd ∈ ∂f(x) + Aᵀy the gap is ρ⟨d, Ax⟩ − ⟨y, r⟩. Its terms are ⟨y, Ax⟩, ⟨y, Bz⟩ and ⟨y, c⟩, which may be small
    /// though the vectors are long. Both may be 0 at the solution, so the gap alone decides nothing. Where it is 0 within
    /// the absolute part of the tolerance, nothing is counted. `ax` and `u` are the norms of these.
    fn count_gap(&self, record: &mut Record<T>, tolerance: &Tolerance, (r, defect): (&S, &S), (ax, u): (T, T)) {
        let (images, rho) = ([self.ax, self.bz, self.c], record.rho);
        let terms = images.map(|image| self.u.inner_product(image).abs());
        let relative = T::of(tolerance.relative) * terms.into_iter().fold(tiny(), |most, term| most.max(term));
        let absolute = T::of(tolerance.absolute * (self.c.sizes().count() as f64).sqrt());
        let counted = |excess: T, gap: T, absolute: T| {
            let bound = T::of(GAP) * (relative + absolute).max(tiny());
            if excess > T::one() { excess } else { excess.max((gap.abs() / bound).min(T::of(CAUTION) * excess)) }
        };
        let primal = absolute * u;
        record.primal_excess = counted(record.primal_excess, self.u.inner_product(r), primal);
        let dual = absolute / rho * ax;
        record.dual_excess = counted(record.dual_excess, defect.inner_product(self.ax), dual);
    }

    /// (2 − α)BΔz − (1 − α)r.
    fn defect(&self, mut moved: S, r: &S) -> S {
        let (one, alpha) = (T::one(), self.relaxation);
        moved.scale_by(T::of(2.0) - alpha);
        moved.and_plus(alpha - one, r)
    }
}

/// The largest of all sizes, 0 without one. Several are compared side by side: each would
/// wait for the one before.
fn largest<T: Real>(sizes: &[T]) -> T {
    let (groups, rest) = sizes.as_chunks::<8>();
    let most = groups.iter().fold([T::zero(); 8], |most, group| std::array::from_fn(|i| larger(most[i], group[i])));
    most.iter().chain(rest).fold(T::zero(), |most, &entry| larger(most, entry))
}
