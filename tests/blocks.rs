//! Laws of the wrappers, the descent methods and the spaces.

use crate::common::{self, *};
use admm::patterns::{Consensus, Group, Sharing, Weighted};
use admm::space::{Shape, Space};
use admm::*;
use nalgebra::DMatrix;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix> {
    proptest::collection::vec(-10.0..10.0, rows * columns).prop_map(move |e| Matrix::from_vec(rows, columns, e))
}

fn vectors(count: usize) -> impl Strategy<Value = Vec<Matrix>> {
    proptest::collection::vec(matrix(5, 1), count)
}

fn target<S>(v: &S, rho: f64) -> Target<'_, f64, S> {
    Target { v, rho, tolerance: 1e-10 }
}

/// f(x) + ρ/2 ‖Kx − v‖².
fn objective<P: Subproblem<f64>>(block: &P, x: &P::Var, to: Target<'_, f64, P::Image>) -> f64 {
    let gap = block.image(x).plus(-1.0, to.v);
    block.value(x).unwrap() + to.rho / 2.0 * gap.inner_product(&gap)
}

fn quadratic() -> Quadratic {
    let d: Matrix = design();
    let k = Matrix::from_row_slice(2, 5, &[1., 2., 0., -1., 1., 0., 1., -1., 2., 0.5]);
    Quadratic::new(d.tr_mul(&d) + Matrix::identity(5, 5), -d.tr_mul(&response()), k)
}

fn axioms<S: Space<f64> + PartialEq + std::fmt::Debug>(x: &S, y: &S, w: &S, alpha: f64) {
    let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())), "{a} and {b}");
    close(x.inner_product(y), y.inner_product(x));
    close(x.plus(alpha, y).inner_product(w), x.inner_product(w) + alpha * y.inner_product(w));
    close(x.euclidean_norm() * x.euclidean_norm(), x.inner_product(x));
    assert!(x.plus(1.0, y).euclidean_norm() <= x.euclidean_norm() + y.euclidean_norm() + 1e-9);
    assert!(x.inner_product(y).abs() <= x.euclidean_norm() * y.euclidean_norm() + 1e-9);
    assert!(x.euclidean_norm() > 0.0);
    let mut scaled = x.clone();
    scaled.scale_by(alpha);
    assert_eq!(scaled, x.zero_like().plus(alpha, x));
    let mut added = x.clone();
    added.axpy(alpha, y);
    assert_eq!(added, x.plus(alpha, y));
    assert_eq!(
        (x.zero_like().euclidean_norm(), x.plus(-1.0, x), x.plus(2.0, &x.zero_like())),
        (0.0, x.zero_like(), x.clone())
    );
    assert_eq!((x.zero_like().sizes(), x.plus(alpha, y).sizes()), (x.sizes(), x.sizes()));
    assert!(x.is_finite());
}

proptest! {

    #[test]
    fn matrices_and_their_products_are_inner_product_spaces(x in vectors(3), y in vectors(3), w in vectors(3), a in -3.0..3.0) {
        axioms(&x[0], &y[0], &w[0], a);
        axioms(&x, &y, &w, a);
        axioms(&vec![x.clone(), vec![y[0].clone()]], &vec![y.clone(), vec![w[0].clone()]], &vec![w, vec![x[0].clone()]], a);
        prop_assert_eq!(x.sizes(), Shape(vec![(5, 1); 3]));
        prop_assert_eq!(x.sizes().count(), 15);
        let parts: f64 = x.iter().map(|x| x.norm_squared()).sum();
        prop_assert!((x.euclidean_norm() - parts.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn one_entry_that_is_not_finite_is_seen(x in vectors(3), i in 0..3usize, j in 0..5usize, bad in 0..3usize) {
        let mut x = x;
        x[i][j] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][bad];
        prop_assert!(!x.is_finite() && !x[i].is_finite());
    }

    #[test]
    fn consensus_is_the_prox_at_the_mean_with_n_times_the_penalty(v in vectors(4), near in matrix(5, 1), rho in 0.1..10.0) {
        let block = Consensus { of: ElasticNet(1.5, 0.5), members: 4 };
        let mut z = Matrix::zeros(5, 1);
        block.argmin(&mut z, target(&v, rho)).unwrap();
        let mean = (&v[0] + &v[1] + &v[2] + &v[3]) / 4.0;
        let prox = block.of.prox(&mean, 4.0 * rho).unwrap();
        prop_assert!((&z - prox).amax() < 1e-12);
        prop_assert_eq!(block.image(&z), vec![z.clone(); 4]);
        for step in [1.0, 1e-2, 1e-4] {
            let other = &z + &near * step;
            prop_assert!(objective(&block, &z, target(&v, rho)) <= objective(&block, &other, target(&v, rho)) + 1e-11);
        }
        // Kᵀ(v₁, …, v₄) = v₁ + … + v₄
        let adjoint = block.adjoint(&v)?;
        prop_assert!((adjoint.norm - mean.norm() * 4.0).abs() < 1e-9);
        prop_assert_eq!(adjoint.count, 5);
    }

    #[test]
    fn consensus_is_retuned_to_the_penalty_it_is_used_with(v in vectors(3), rho in 0.1..10.0) {
        struct Tuned(f64);
        impl Prox<f64> for Tuned {
            fn value(&self, _z: &Matrix) -> f64 {
                0.0
            }
            fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
                assert_eq!(self.0, rho);
                Ok(v.clone())
            }
            fn retune(&mut self, rho: f64) -> Result<()> {
                self.0 = rho;
                Ok(())
            }
        }
        let mut block = Consensus { of: Tuned(0.0), members: 3 };
        block.retune(rho).unwrap();
        block.argmin(&mut Matrix::zeros(5, 1), target(&v, rho)).unwrap();
    }

    #[test]
    fn minus_minimises_for_the_opposite_operator_and_twice_is_the_block(v in matrix(2, 1), near in matrix(5, 1), rho in 0.1..10.0) {
        let (mut plain, mut minus, mut twice) = (quadratic(), Negated(quadratic()), Negated(Negated(quadratic())));
        plain.retune(rho).unwrap();
        minus.retune(rho).unwrap();
        twice.retune(rho).unwrap();
        let (mut x, mut y, mut z) = (Matrix::zeros(5, 1), Matrix::zeros(5, 1), Matrix::zeros(5, 1));
        plain.argmin(&mut x, target(&v, rho)).unwrap();
        minus.argmin(&mut y, target(&v, rho)).unwrap();
        twice.argmin(&mut z, target(&v, rho)).unwrap();
        prop_assert_eq!(&z, &x);
        prop_assert_eq!(twice.image(&x), plain.image(&x));
        prop_assert_eq!(minus.image(&x), -plain.image(&x));
        prop_assert_eq!(minus.value(&x), plain.value(&x));
        prop_assert_eq!(minus.adjoint(&v)?.norm, plain.k.tr_mul(&v).norm());
        prop_assert_eq!(minus.adjoint(&v)?.count, 5);
        for step in [1.0, 1e-2, -1e-2] {
            let other = &y + &near * step;
            prop_assert!(objective(&minus, &y, target(&v, rho)) < objective(&minus, &other, target(&v, rho)) + 1e-9);
        }
    }

    #[test]
    fn a_group_does_what_its_blocks_do(v in proptest::collection::vec(matrix(2, 1), 3), rho in 0.1..10.0) {
        for count in [1, 3] {
            let v = v[..count].to_vec();
            let mut group = Group { blocks: vec![quadratic(); count], exec: Exec::Serial };
            let mut block = quadratic();
            group.retune(rho).unwrap();
            block.retune(rho).unwrap();
            let mut x = vec![Matrix::zeros(5, 1); count];
            let cost = group.argmin(&mut x, target(&v, rho)).unwrap();
            prop_assert_eq!(cost.cost, Cost { steps: count as u64, passes: count as u64 });
            let (mut value, mut square) = (0.0, 0.0);
            for (x, v) in x.iter().zip(&v) {
                let mut alone = Matrix::zeros(5, 1);
                block.argmin(&mut alone, target(v, rho)).unwrap();
                prop_assert_eq!(x, &alone);
                value += block.value(x).unwrap();
                square += block.adjoint(v)?.norm.powi(2);
            }
            prop_assert_eq!(group.image(&x), x.iter().map(|x| block.image(x)).collect::<Vec<_>>());
            prop_assert!((group.value(&x).unwrap() - value).abs() < 1e-9 * (1.0 + value.abs()));
            prop_assert!((group.adjoint(&v)?.norm - square.sqrt()).abs() < 1e-9);
            prop_assert_eq!(group.adjoint(&v)?.count, 5 * count);
        }
    }

    #[test]
    fn gradient_descent_reaches_the_closed_form(v in matrix(5, 1), moved in matrix(5, 1), rho in 0.5..10.0) {
        let block = Descent { of: Bowl, by: Gradient { max_steps: 10_000 }, on: Flat };
        let mut x = Iterate::new(Matrix::zeros(5, 1));
        // Twice from where it ended: what is remembered is of the old target.
        for v in [&v, &moved, &v] {
            block.argmin(&mut x, target(v, rho)).unwrap();
            prop_assert!((&x.point - bottom(v, rho)).amax() < 1e-8);
        }
        let again = block.argmin(&mut x, Target { tolerance: 1e-9, ..target(&v, rho) }).unwrap();
        prop_assert_eq!(again.cost, Cost::default());
    }

    #[test]
    fn custom_steps_with_a_lipschitz_rate_reach_the_closed_form_for_every_penalty(v in matrix(5, 1), exponent in -2.0..4.0) {
        let rho = 10f64.powf(exponent);
        let block = Descent { of: Bowl, by: ScheduledSteps { rate: Rate::Lipschitz(9.0), max_steps: 100_000 }, on: Flat };
        let mut x = Iterate::new(Matrix::zeros(5, 1));
        let cost = block.argmin(&mut x, target(&v, rho)).unwrap();
        prop_assert!((&x.point - bottom(&v, rho)).amax() < 1e-8);
        prop_assert!(cost.cost.steps < 100_000 && cost.cost.passes == cost.cost.steps + 1);
        let block = Descent { by: ScheduledSteps { rate: Rate::Lipschitz(9.0), max_steps: 3 }, ..block };
        let mut x = Iterate::new(Matrix::from_element(5, 1, 100.0));
        prop_assert_eq!(block.argmin(&mut x, target(&v, rho)).unwrap().cost.steps, 3);
    }

    /// ⟨c, x⟩ + ρ/2 ‖x − v‖² is least at (ρv − c)/‖ρv − c‖.
    #[test]
    fn descent_on_a_sphere_stays_there_and_reaches_the_closed_form(c in matrix(4, 1), v in matrix(4, 1), start in matrix(4, 1)) {
        let pull = &v * 2.0 - &c;
        prop_assume!(pull.norm() > 1.0 && start.norm() > 1.0 && pull.normalize().dot(&start.normalize()) > -0.9);
        let block = Descent { of: Linear(c), by: Gradient { max_steps: 10_000 }, on: Sphere };
        let mut x = Iterate::new(start.normalize());
        block.argmin(&mut x, target(&v, 2.0)).unwrap();
        prop_assert!(Sphere.residual(&x.point).unwrap() < 1e-12);
        prop_assert!((&x.point - pull.normalize()).amax() < 1e-7);
    }

    /// ½‖x − p‖² + ½‖p − 1‖² with x coupled and p private: the minimum is at p = (x + 1)/2.
    #[test]
    fn the_private_part_of_a_point_is_minimised_too(v in matrix(3, 1), rho in 0.1..10.0) {
        let block = Descent { of: Tied, by: Gradient { max_steps: 10_000 }, on: Flat };
        let start = Pair { x: Matrix::zeros(3, 1), p: Matrix::from_element(3, 1, 5.0) };
        let mut pair = Iterate::new(start);
        block.argmin(&mut pair, target(&v, rho)).unwrap();
        let Pair { x, p } = &pair.point;
        prop_assert!((p - x.add_scalar(1.0) / 2.0).amax() < 1e-8);
        prop_assert!(((x - p) + (x - &v) * rho).amax() < 1e-8);
        prop_assert_eq!(block.image(&pair), x.clone());
    }
}

/// ½xᵀHx with H = diag(1, 3, 5, 7, 9), as a smooth function and as a custom direction.
struct Bowl;

fn steepness() -> Matrix {
    column(&[1.0, 3.0, 5.0, 7.0, 9.0])
}

fn bottom(v: &Matrix, rho: f64) -> Matrix {
    v.zip_map(&steepness(), |v, h| rho * v / (rho + h))
}

impl Smooth<f64> for Bowl {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        let gradient = x.component_mul(&steepness());
        Ok((x.dot(&gradient) / 2.0, gradient))
    }
}

impl Direction<f64> for Bowl {
    type Memory = ();
    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(self.value_and_gradient(x)?.0)
    }
    fn direction(&self, x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(-x.component_mul(&steepness()))
    }
}

/// ⟨c, x⟩.
struct Linear(Matrix);

impl Smooth<f64> for Linear {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((self.0.dot(x), self.0.clone()))
    }
}

/// ‖x‖ = 1.
struct Sphere;

impl ConstraintSet<f64> for Sphere {
    fn geometry(&self) -> Geometry {
        Geometry::Manifold
    }
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Result<Matrix> {
        Ok(g - x * x.dot(g))
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        Ok(x.normalize())
    }
    fn residual(&self, x: &Matrix) -> Result<f64> {
        Ok((x.norm() - 1.0).abs())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pair {
    x: Matrix,
    p: Matrix,
}

impl Space<f64> for Pair {
    fn axpy(&mut self, alpha: f64, y: &Self) {
        self.x.axpy(alpha, &y.x);
        self.p.axpy(alpha, &y.p);
    }
    fn scale_by(&mut self, alpha: f64) {
        self.x *= alpha;
        self.p *= alpha;
    }
    fn inner_product(&self, y: &Self) -> f64 {
        self.x.dot(&y.x) + self.p.dot(&y.p)
    }
    fn sizes(&self) -> Shape {
        Shape(vec![self.x.shape(), self.p.shape()])
    }
}

impl Point<f64> for Pair {
    fn coupled(&self) -> &Matrix {
        &self.x
    }
    fn coupled_mut(&mut self) -> &mut Matrix {
        &mut self.x
    }
}

struct Tied;

impl Smooth<f64> for Tied {
    type Point = Pair;
    fn value_and_gradient(&self, at: &Pair) -> Result<(f64, Pair)> {
        let (gap, off) = (&at.x - &at.p, at.p.add_scalar(-1.0));
        Ok(((gap.norm_squared() + off.norm_squared()) / 2.0, Pair { p: off - &gap, x: gap }))
    }
}

/// Asked for more than rounding allows, a descent block gives up; it must move again when the target does.
#[test]
fn a_descent_that_rounding_stopped_goes_on_when_the_target_moves() {
    let block = Descent { of: Logistic { a: design(), b: response() }, by: Gradient { max_steps: 10_000 }, on: Flat };
    let mut x = Iterate::new(Matrix::zeros(5, 1));
    for k in 0..20 {
        let v = column(&[1.0, -2.0, 0.5, 3.0, -1.0]) * f64::from(k % 5 + 1);
        let to = Target { v: &v, rho: 1.0, tolerance: 0.0 };
        block.argmin(&mut x, to).unwrap();
        let gradient = block.of.value_and_gradient(&x.point).unwrap().1 + (&x.point - &v);
        assert!(gradient.norm() < 1e-9, "call {k}: {:e}", gradient.norm());
    }
}

#[test]
fn single_precision_agrees_with_double_to_its_accuracy() {
    let f = Exact(LeastSquares::<f32>::new(design(), response()));
    let start = DMatrix::<f32>::zeros(5, 1);
    let mut admm = Coordinator::new(f, Negated(Exact(l1(LAMBDA))), start.clone(), start, 1.0).unwrap();
    admm.tolerance = Tolerance { absolute: 1e-6, relative: 1e-6 };
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    let z = outcome.best.z.map(f64::from);
    assert!(distance(&z, &LASSO) < 1e-5, "{z}");
}

#[test]
fn a_block_of_zero_size_or_one_entry_works() {
    let admm = |n| {
        let start = Matrix::zeros(n, 1);
        let mut admm =
            Coordinator::new(Exact(ElasticNet(0.0, 1.0)), Negated(Exact(l1(1.0))), start.clone(), start, 1.0).unwrap();
        admm.run(()).unwrap().status
    };
    assert_eq!((admm(0), admm(1)), (Status::Converged, Status::Converged));
}

#[test]
fn the_executor_keeps_the_order_of_the_pieces() {
    for exec in [Exec::Serial, Exec::threads(1).unwrap(), Exec::threads(2).unwrap(), Exec::threads(0).unwrap()] {
        assert_eq!(exec.map(100, |i| i * i), (0..100).map(|i| i * i).collect::<Vec<_>>());
        assert!(exec.map(0, |i| i).is_empty());
    }
    assert!(matches!(Exec::threads(1).unwrap(), Exec::Serial));
}

#[test]
fn a_state_survives_json_bit_by_bit() {
    let smooth = Descent { of: Logistic { a: design(), b: response() }, by: Gradient { max_steps: 10 }, on: Flat };
    let start = Matrix::zeros(5, 1);
    let mut admm = Coordinator::new(smooth, Negated(Exact(l1(0.1))), Iterate::new(start.clone()), start, 1.0).unwrap();
    for _ in 0..7 {
        admm.step().unwrap();
    }
    let text = serde_json::to_string(admm.state()).unwrap();
    let mut copy = admm.state().clone();
    copy.u.fill(0.0);
    assert_ne!(text, serde_json::to_string(&copy).unwrap());
    copy = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{copy:?}"), format!("{:?}", admm.state()));
    assert_eq!(copy.u.map(f64::to_bits), admm.state().u.map(f64::to_bits));
}

#[test]
fn a_pattern_without_members_is_refused() {
    let refused = |retuned: Result<()>| {
        let Err(Error::Parameters(problems)) = retuned else { panic!("{retuned:?}") };
        assert_eq!(problems, [Parameter::new("members", "must be at least 1, got 0")]);
    };
    let consensus = || Consensus { of: l1(1.0), members: 0 };
    refused(Subproblem::<f64>::retune(&mut consensus(), 1.0));
    refused(Subproblem::<f64>::retune(&mut Sharing { of: l1(1.0), members: 0 }, 1.0));
    refused(Subproblem::<f64>::retune(&mut Weighted { of: consensus(), weight: vec![] }, 1.0));
    let group: Group<Exact<common::ElasticNet>> = Group { blocks: vec![], exec: Exec::Serial };
    refused(Coordinator::new(group, Negated(consensus()), vec![], Matrix::zeros(2, 1), 1.0).map(|_| ()));
}
