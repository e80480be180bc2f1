//! The schedule of ADMM on the joint model: the work of the predictor's block in an iteration, and the penalty.

use crate::descent::{InitialHessian, Kronecker, Lbfgs};
use crate::joint::choices::TURN;
use crate::joint::{AccelerationChoice, Constraint, Linear, PenaltyChoice, Rule};
use crate::linalg::symmetric_eigen;
use crate::loss::{Predictor, directions};
use crate::scalar::Scalar;
use crate::view::{product, product_transposed, transposed_product};
use admm::penalty::{Limits, Penalty};
use admm::{Result, Smooth};
use nalgebra::DMatrix;

/// The schedule of the second block, and the choices that follow from it.
pub(crate) struct Schedule<T: Scalar> {
    /// The method of the second block.
    pub by: Lbfgs<Option<Kronecker<T>>>,
    /// ρ at the start.
    pub rho: f64,
    /// The policy of ρ.
    pub policy: Box<dyn Penalty<T, DMatrix<T>>>,
    /// The interval of ρ, and how often it may change.
    pub limits: Limits,
    /// The passes after which the run begins anew, with a ρ ten times as large each time.
    pub anew: &'static [u64],
}

/// Steps of L-BFGS in a call that solves its subproblem.
pub(crate) const SOLVED: u64 = 50;
/// ρ where nothing is known: both losses are of order 1 and W has unit columns, so no scale of the data enters it.
pub(crate) const RHO: f64 = 0.1;
/// The least and the largest ρ.
const BOUNDS: (f64, f64) = (1e-8, 1e8);
/// The largest ρ in units of the first. Where classes are separable, estimates of curvatures grow without bound.
const HIGHEST: f64 = 1e3;
/// Columns that move by themselves may chase those of the other block where ρ is too small for features without a common
/// scale, and what they have become then is no start. Both policies have had their turns by then.
const ANEW: [u64; 2] = [2 * TURN, 16 * TURN];
/// The least ρ at the start.
const LOWEST: f64 = 0.01;

impl<T: Scalar> Schedule<T> {
    /// Majorisation is monotone and takes no pass where Σ is formed. There one step of the other block a call is enough:
    /// its curvature pairs outlive the call, and more steps would be spent on a target that moves on. In further
    /// iterations its model of the loss answers, so that W fits the model before the data are read again.
    ///
    /// ρ starts at the curvature a of the first block. Of two quadratics with the curvatures a and b, an iteration leaves
    /// the share (ρ² + ab)/((ρ + a)(ρ + b)) of the error. With ρ = a that is ½, whatever b is. Without a constraint a is γ
    /// less what the PCA loss takes away, and ρ stays. Elsewhere a policy adapts it. A block that takes one step moves less
    /// than one that solves its problem, so the dual residual is smaller than it should be, and the threshold larger.
    ///
    /// That start serves whatever α is. For other rules over-relaxation asks for 1/(2 − α) as large a least ρ, as in the
    /// bound 2L/(2 − α) of the certificate. The model answers under every policy, relaxation and acceleration. Nesterov's
    /// momentum runs away along a model, so there it answers fewer calls.
    pub fn of(prepared: &Linear<T>, start: &Predictor<T>) -> Result<Self> {
        let options = &prepared.options;
        if options.rule != Rule::Majorize {
            let slack = 2.0 - options.relaxation;
            let share = if options.constraint.held() == Constraint::Orthonormal { 0.5 } else { 2.0 };
            let lowest = (share * 2.0 * options.weight * prepared.leading.to_f64() / slack).max(BOUNDS.0);
            let by = Lbfgs { max_steps: SOLVED, ..Lbfgs::from(prepared.close_model(None)) };
            let limits = Limits { bounds: (lowest, BOUNDS.1), ..Limits::default() };
            return Ok(Schedule { by, rho: RHO.max(lowest), policy: options.penalty.policy(10.0), limits, anew: &[] });
        }
        let answers = match options.acceleration {
            _ if prepared.objective.variance.passes() > 0 => 0,
            AccelerationChoice::Nesterov => 10,
            _ => 50,
        };
        let free = options.constraint == Constraint::None;
        let curvature = if free { options.shrinkage } else { curvature(prepared, start)? };
        let rho = curvature.max(LOWEST);
        // Far below it columns that need not be orthogonal jump between distant minimisers.
        let share = if options.constraint.held() == Constraint::Orthonormal { 0.1 } else { 0.5 };
        let bounds = if free { (rho, rho) } else { ((share * rho).max(BOUNDS.0), HIGHEST * rho) };
        let by = Lbfgs { max_steps: 1, answers, ..Lbfgs::from(Some(prepared.model(None))) };
        let limits = Limits { bounds, max_changes: options.penalty.most_changes(), ..Limits::default() };
        let by_itself = options.penalty == PenaltyChoice::Auto && options.constraint.moves_columns();
        let anew: &[u64] = if by_itself { &ANEW } else { &[] };
        Ok(Schedule { by, rho, policy: options.penalty.serving(options.constraint, 15.0), limits, anew })
    }
}

/// The number of the columns of W that the predictor sees. It has as many directions as its logits, for the softmax one
/// less; of an orthonormal W,
/// whose columns may be turned, those come first.
pub(super) fn seen<T: Scalar>(prepared: &Linear<T>) -> usize {
    let options = &prepared.options;
    match (options.rule, options.constraint.held()) {
        (Rule::Majorize, Constraint::Orthonormal) => {
            let (head, logits) = (&prepared.objective.prediction.head, prepared.start.point.bias.len());
            options.components.min(directions(&**head, logits))
        }
        _ => options.components,
    }
}

/// The start with W turned so that the predictor gives no weight to the columns that it need not see, where they may be
/// turned.
pub(super) fn turned<T: Scalar>(prepared: &Linear<T>) -> Result<Predictor<T>> {
    let start = prepared.start.point.clone();
    let seen = seen(prepared);
    if seen == start.v.ncols() {
        return Ok(start);
    }
    let mut b = start.b;
    if prepared.objective.prediction.head.ignores_shifts() {
        b.row_iter_mut().for_each(|mut row| {
            let mean = row.mean();
            row.add_scalar_mut(-mean);
        });
    }
    let (_, turn) = symmetric_eigen(&product_transposed(&b, &b))?;
    let mut b = transposed_product(&turn, &b);
    b.rows_range_mut(seen..).fill(T::zero());
    Ok(Predictor { v: product(&start.v, &turn), b, bias: start.bias })
}

/// The largest eigenvalue of 2λWᵀΣW/tr Σ + (1−λ)μ(BBᵀ + ‖BBᵀ‖I) + h(BBᵀ), where the predictor is optimal.
///
/// The first two terms are the curvature of the set, as in [`Kronecker`](crate::descent::Kronecker), of which the PCA
/// loss takes away up to 2λλ₁/tr Σ. Where the sum is negative the prediction loss holds W, which curves by λ₁h·(1−λ)BBᵀ, where h is
/// the largest curvature by the logits. So the sum is above −h(BBᵀ), where h is the smaller of the two.
///
/// The second block may turn its columns together with its B, and only the pull and the ridge are against it. They are
/// enough where each column is held by the largest (1−λ)μ‖b‖².
fn curvature<T: Scalar>(prepared: &Linear<T>, at: &Predictor<T>) -> Result<f64> {
    let (objective, leading) = (&prepared.objective, prepared.leading);
    let twice = T::of(2.0 * prepared.options.weight);
    let captured = transposed_product(&at.v, &objective.variance.of.covariance.times(&at.v));
    let (share, ridge) = (objective.prediction.share, objective.prediction.ridge);
    let (values, vectors) = symmetric_eigen(&product_transposed(&at.b, &at.b))?;
    let steepest = match objective.prediction.head.largest_curvature() {
        Some(bound) => bound,
        None => symmetric_eigen(&prepared.model(None).look_up(at))?.0[0],
    };
    let held = steepest * share * prepared.spectrum.trace * leading;
    let of = |value: T| share * ridge * (value + values[0]) + (twice * leading).min(held * value);
    let of_classifier = DMatrix::from_diagonal(&values.map(|value| of(value.max(T::zero()))));
    let whole = captured * twice + product_transposed(&product(&vectors, &of_classifier), &vectors);
    Ok(symmetric_eigen(&whole)?.0[0].to_f64())
}
