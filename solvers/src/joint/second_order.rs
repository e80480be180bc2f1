//! The certificate of second order of a fitted model.

use super::layered::{Layered, LayeredPoint, ThroughObjective};
use super::result::SLACK;
use super::{Constraint, Linear, Method, Model, Reach};
use crate::linalg::symmetric_eigen;
use crate::loss::{Head, Predictor};
use crate::network::Activation;
use crate::scalar::{Scalar, norm};
use crate::second_order::{Examination, SecondOrder, difference_length};
use crate::set::{Ball, Stiefel, UnitColumns};
use crate::view::{product, transposed_product};
use admm::check::Sample;
use admm::space::Space;
use admm::{ConstraintSet, Geometry, Result, Smooth};
use nalgebra::DMatrix;

/// The most products with the Hessian, of two passes each.
const PRODUCTS: usize = 300;

/// Examines a model without layers, whose W is what the losses see.
pub(crate) fn examine_linear<T: Scalar>(prepared: &Linear<T>, model: &Model<T>) -> Result<SecondOrder> {
    let point = prepared.with_start(&model.weights)?.start.point;
    if prepared.is_unattained(Method::Descent, &point)? {
        return Ok(SecondOrder::undecided("the problem has no minimiser nearby".into()));
    }
    let slope = prepared.objective.value_and_gradient(&point)?.1.v;
    let Some(manifold) = Manifold::of(prepared, &point, &slope) else {
        return Ok(SecondOrder::undecided(BORDER.into()));
    };
    let examination = Settings { tolerance: SLACK * prepared.tolerance(), seed: prepared.options.seed };
    let rotations = rotations(&point, |i, j| manifold.turns(i, j));
    let found = if prepared.options.weight == 1.0 {
        let rotations: Vec<_> = rotations.into_iter().map(|rotation| rotation.v).collect();
        examination.examine(&*manifold.set, &rotations, &prepared.objective.variance, &point.v)?
    } else {
        let prediction = &prepared.objective.prediction;
        let symmetries = [rotations, shifts(&point, &*prediction.head, prediction.ridge)].concat();
        examination.examine(&*manifold.set, &symmetries, &prepared.objective, &point)?
    };
    match prepared.basis {
        Some(_) => Ok(found.beside(outside(prepared, &point.v, &slope)?)),
        None => Ok(found),
    }
}

/// Examines a model with hidden layers. Where the PCA loss is stopped before them, no function is minimised.
pub(crate) fn examine_layered<T: Scalar>(prepared: &Layered<T>, model: &Model<T>) -> Result<SecondOrder> {
    let undecided = |reason: &str| Ok(SecondOrder::undecided(reason.into()));
    let options = &prepared.options;
    if options.reach == Reach::Stopped && options.weight > 0.0 {
        return undecided("the PCA loss is stopped before the hidden layers, and no function is minimised");
    }
    if options.network.is_none() && options.activation == Activation::Relu {
        return undecided("the rectifier has a kink, and the objective no Hessian there");
    }
    let parameters = model.network.as_ref().map_or(&[][..], |network| &network.parameters);
    let point = prepared.with_start(parameters, &model.weights)?.start;
    let prediction = &prepared.objective.predictor.prediction;
    let turning = rotations(&point.head, |_, _| true);
    let heads = [turning, shifts(&point.head, &*prediction.head, prediction.ridge)].concat();
    let still = point.layers.zero_like();
    let symmetries: Vec<_> = heads.into_iter().map(|head| LayeredPoint { layers: still.clone(), head }).collect();
    let settings = Settings { tolerance: SLACK * prepared.tolerance(), seed: options.seed };
    settings.examine(&Stiefel::default(), &symmetries, &ThroughObjective(prepared.objective.clone()), &point)
}

/// The choices of an examination that do not depend on the point.
struct Settings {
    tolerance: f64,
    seed: u64,
}

impl Settings {
    fn examine<T: Scalar, F: Smooth<T>>(
        &self,
        on: &dyn ConstraintSet<T>,
        symmetries: &[F::Point],
        of: &F,
        at: &F::Point,
    ) -> Result<SecondOrder>
    where
        F::Point: Sample<T>,
    {
        let Settings { tolerance, seed } = *self;
        Ok(Examination { on, symmetries, tolerance, max_products: PRODUCTS, seed }.of(of, at)?.0)
    }
}

/// The manifold on which W moves near a point.
struct Manifold<T: Scalar> {
    set: Box<dyn ConstraintSet<T>>,
    /// True for the columns of which any two can be turned within their plane.
    turn: Vec<bool>,
}

/// Why a point of the ball may not be examined.
const BORDER: &str = "a column of W is at the boundary of the ball with a multiplier of 0, or next to the boundary";

impl<T: Scalar> Manifold<T> {
    /// The manifold of a constraint. In the ball it is the sphere for a column at the boundary with a positive multiplier −⟨wⱼ,
    /// gⱼ⟩, and the whole space for one inside. In between the directions that count form no linear space.
    fn of(prepared: &Linear<T>, at: &Predictor<T>, slope: &DMatrix<T>) -> Option<Self> {
        let (constraint, k) = (prepared.options.constraint, at.v.ncols());
        let all = |turn| vec![turn; k];
        match constraint.held() {
            Constraint::Ball => {
                let room = T::of(4.0) * difference_length(at);
                let least = T::of(SLACK * prepared.tolerance());
                let on_sphere = at.v.column_iter().zip(slope.column_iter()).map(|(w, g)| {
                    let (length, multiplier) = (norm(w.as_slice()), -w.dot(&g));
                    let surface = T::one() - T::of(8.0) * T::EPSILON;
                    match (length >= surface && multiplier > least, length < T::one() - room) {
                        (true, _) => Some(true),
                        (_, true) => Some(false),
                        _ => None,
                    }
                });
                let on_sphere: Vec<bool> = on_sphere.collect::<Option<_>>()?;
                let turn = on_sphere.iter().map(|&held| !held).collect();
                Some(Manifold { set: Box::new(Face { on_sphere }), turn })
            }
            Constraint::UnitNorm => Some(Manifold { set: constraint.set(), turn: all(false) }),
            _ => Some(Manifold { set: constraint.set(), turn: all(true) }),
        }
    }

    fn turns(&self, i: usize, j: usize) -> bool {
        self.turn[i] && self.turn[j]
    }
}

/// The matrices of the unit ball of which some columns stay on the sphere.
struct Face {
    on_sphere: Vec<bool>,
}

impl<T: Scalar> ConstraintSet<T> for Face {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut inside = Ball { radius: 1.0 }.project(x)?;
        let unit = UnitColumns.project(x)?;
        self.held().for_each(|j| inside.set_column(j, &unit.column(j)));
        Ok(inside)
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        let drift = self.held().map(|j| (norm(x.column(j).as_slice()) - T::one()).abs());
        Ok(drift.fold(Ball { radius: 1.0 }.residual(x)?, |most, drift| most.max(drift)))
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        let (mut tangent, on_sphere) = (g.clone(), UnitColumns.tangent(x, g)?);
        self.held().for_each(|j| tangent.set_column(j, &on_sphere.column(j)));
        Ok(tangent)
    }
}

impl Face {
    /// The numbers of the columns that stay on the sphere.
    fn held(&self) -> impl Iterator<Item = usize> {
        self.on_sphere.iter().enumerate().filter(|(_, held)| **held).map(|(j, _)| j)
    }
}

/// (WΩ, −ΩB) for each plane of two columns that turns: W → WQ with B → QᵀB changes neither loss.
fn rotations<T: Scalar>(at: &Predictor<T>, turns: impl Fn(usize, usize) -> bool) -> Vec<Predictor<T>> {
    let k = at.v.ncols();
    let planes = (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| turns(i, j));
    let turned = planes.map(|(i, j)| {
        let mut omega = DMatrix::zeros(k, k);
        (omega[(i, j)], omega[(j, i)]) = (T::one(), -T::one());
        Predictor { v: product(&at.v, &omega), b: -product(&omega, &at.b), bias: at.bias.zero_like() }
    });
    turned.collect()
}

/// A common shift of all logits, where the head ignores it: of b, and without a ridge of each row of B as well.
fn shifts<T: Scalar>(at: &Predictor<T>, head: &dyn Head<T>, ridge: T) -> Vec<Predictor<T>> {
    if !head.ignores_shifts() {
        return Vec::new();
    }
    let mut bias = at.zero_like();
    bias.bias.fill(T::one());
    let rows = if ridge == T::zero() { at.b.nrows() } else { 0 };
    let of_row = (0..rows).map(|row| {
        let mut shift = at.zero_like();
        shift.b.row_mut(row).fill(T::one());
        shift
    });
    of_row.chain([bias]).collect()
}

/// The smallest curvature of the objective along moves of W out of the span of the samples. Neither loss sees them, so it is
/// that of the constraint: of WᵀW = I the smallest eigenvalue of −sym(WᵀG), of the length of columns −⟨wⱼ, gⱼ⟩, and the
/// shrinkage where W is free.
fn outside<T: Scalar>(prepared: &Linear<T>, w: &DMatrix<T>, slope: &DMatrix<T>) -> Result<f64> {
    let inner = transposed_product(w, slope);
    Ok(match prepared.options.constraint.held() {
        Constraint::None => prepared.options.shrinkage,
        Constraint::UnitNorm | Constraint::Ball => (-inner.diagonal().max()).to_f64(),
        _ => {
            let values = symmetric_eigen(&((&inner + inner.transpose()) * T::of(-0.5)))?.0;
            values[values.len() - 1].to_f64()
        }
    })
}
