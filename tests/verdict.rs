//! `converged` means solved: in every unit, for every entry, and for blocks that move little.

use crate::common::{Matrix, column};
use admm::accelerate::Anderson;
use admm::infeasibility::{Recession, Support};
use admm::penalty::{Balance, Damped, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::*;
use nalgebra::DMatrix;

/// weight/2 ‖x − center‖².
#[derive(Clone)]
struct Near {
    center: Matrix,
    weight: f64,
}

impl Prox<f64> for Near {
    fn value(&self, x: &Matrix) -> f64 {
        self.weight / 2.0 * (x - &self.center).norm_squared()
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok((v * rho + &self.center * self.weight) / (rho + self.weight))
    }
}

impl Smooth<f64> for Near {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((Prox::value(self, x), (x - &self.center) * self.weight))
    }
}

impl Direction<f64> for Near {
    type Memory = ();
    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(Prox::value(self, x))
    }
    fn direction(&self, x: &Matrix, (): &mut ()) -> Result<Matrix> {
        Ok((&self.center - x) * self.weight)
    }
}

/// weight ‖x‖₁.
struct Sparse(f64);

impl Prox<f64> for Sparse {
    fn value(&self, x: &Matrix) -> f64 {
        self.0 * x.lp_norm(1)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v.map(|v| v.signum() * (v.abs() - self.0 / rho).max(0.0)))
    }
}

/// Bounds on each entry.
struct Bounds(Matrix, Matrix);

impl Prox<f64> for Bounds {
    fn value(&self, x: &Matrix) -> f64 {
        let outside = x.iter().zip(&self.0).any(|(x, low)| x < low) || x.iter().zip(&self.1).any(|(x, high)| x > high);
        if outside { f64::INFINITY } else { 0.0 }
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.sup(&self.0).inf(&self.1))
    }
}

type Policy = (&'static str, Box<dyn Penalty<f64, Matrix>>);

fn policies() -> Vec<Policy> {
    vec![
        ("fixed", Box::new(Fixed)),
        ("balance", Box::new(Balance::default())),
        ("damped balance", Box::new(Damped(Balance::default()))),
        ("relative", Box::new(RelativeBalance::default())),
        ("damped relative", Box::new(Damped(RelativeBalance::default()))),
        ("spectral", Box::new(Spectral::default())),
        ("damped spectral", Box::new(Damped(Spectral::default()))),
        ("square root", Box::new(SquareRoot::default())),
        ("damped square root", Box::new(Damped(SquareRoot::default()))),
    ]
}

/// A single small step of gradient descent a call looks settled long before it is.
#[test]
fn fault_69_a_slow_rule_is_not_called_converged_before_it_is() {
    for (name, _) in policies() {
        for relative in [1e-4, 1e-9] {
            let slow = Near { center: column(&[3.0, -1.0]), weight: 1.0 };
            let steps = ScheduledSteps { rate: Rate::Constant(0.1), max_steps: 1 };
            let f = Descent { of: slow, by: steps, on: Flat };
            let (x, z) = (Iterate::new(Matrix::zeros(2, 1)), Matrix::zeros(2, 1));
            let mut admm = Coordinator::new(f, Negated(Exact(Sparse(0.1))), x, z, 1.0).unwrap();
            (admm.penalty_policy, admm.tolerance) =
                (policies().into_iter().find(|(n, _)| *n == name).unwrap().1, Tolerance { absolute: 0.0, relative });
            let outcome = admm.run(()).unwrap();
            let gap = (&outcome.best.z - column(&[2.9, -0.9])).norm();
            if outcome.status == Status::Converged {
                assert!(gap <= 100.0 * relative, "{name}, {relative}: off by {gap} after {:?}", outcome.best.record);
            }
            println!(
                "{name} {relative}: {:?} off by {gap:.1e} at iteration {}",
                outcome.status, outcome.best.record.iteration
            );
        }
    }
}

/// A program  minimise ⟨q, x⟩ + p/2 ‖x‖²  subject to  Ax = b, as a proximal function.
struct Program {
    a: Matrix,
    inverse: Matrix, // (AAᵀ)⁻¹
    b: Matrix,
    q: Matrix,
    p: f64,
}

impl Prox<f64> for Program {
    fn value(&self, x: &Matrix) -> f64 {
        self.q.dot(x) + self.p / 2.0 * x.norm_squared()
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        let free = (v * rho - &self.q) / (rho + self.p);
        let gap = &self.a * &free - &self.b;
        Ok(free - self.a.tr_mul(&(&self.inverse * gap)))
    }
}

/// A random linear program with a known complementary solution x, 12 rows and 30 variables.
fn linear_program(seed: u64, scale: f64) -> (Program, Matrix) {
    let mut random = crate::common::Normal(seed);
    let a = DMatrix::from_fn(12, 30, |_, _| random.draw());
    let mut x = Matrix::zeros(30, 1);
    let mut slack = Matrix::zeros(30, 1);
    for i in 0..30 {
        if i < 12 { x[i] = random.draw().abs() } else { slack[i] = random.draw().abs() }
    }
    let y = DMatrix::from_fn(12, 1, |_, _| random.draw());
    let q = (a.tr_mul(&y) + slack) * scale;
    let (b, inverse) = (&a * &x, (&a * a.transpose()).try_inverse().unwrap());
    (Program { a, inverse, b, q, p: 0.0 }, x)
}

#[test]
fn linear_programs_converge_with_mixtures_under_the_default_policy() {
    for scale in [1.0, 1e3] {
        let mut iterations = 0;
        for seed in 0..20 {
            let (f, solution) = linear_program(seed, scale);
            let g = Bounds(Matrix::zeros(30, 1), Matrix::from_element(30, 1, f64::INFINITY));
            let (x, z) = (Matrix::zeros(30, 1), Matrix::zeros(30, 1));
            let mut admm = Coordinator::new(Exact(f), Negated(Exact(g)), x, z, 1.0).unwrap();
            (admm.max_iterations, admm.tolerance.relative) = (20_000, 1e-6);
            admm.acceleration = Box::new(Anderson::default());
            let outcome = admm.run(()).unwrap();
            iterations += outcome.best.record.iteration;
            assert_eq!(outcome.status, Status::Converged, "{scale}, {seed}: {:?}", outcome.best.record);
            assert!((&outcome.best.z - &solution).norm() <= 1e-4 * solution.norm(), "{scale}, {seed}");
        }
        println!("objectives times {scale}: {iterations} iterations");
    }
}

/// f with a gradient that is a multiple of the right one.
struct Misled(Near, f64);

impl Smooth<f64> for Misled {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        let (value, gradient) = self.0.value_and_gradient(x)?;
        Ok((value, gradient * self.1))
    }
}

#[test]
fn fault_70_a_gradient_that_contradicts_the_value_is_an_error() {
    for factor in [-1.0, 50.0] {
        let of = Misled(Near { center: column(&[3.0, -1.0]), weight: 1.0 }, factor);
        let f = Descent { of, by: Gradient { max_steps: 1_000 }, on: Flat };
        let (x, z) = (Iterate::new(Matrix::zeros(2, 1)), Matrix::zeros(2, 1));
        let mut admm = Coordinator::new(f, Negated(Exact(Sparse(0.1))), x, z, 1.0).unwrap();
        let error = admm.run(()).map(|outcome| (outcome.status, outcome.best.x.point)).unwrap_err().to_string();
        assert!(error.contains("the value and the gradient contradict each other"), "{factor}: {error}");
    }
}

/// A function whose value, or whose hidden part of the variable, is NaN.
struct NanValue;

impl Prox<f64> for NanValue {
    fn value(&self, _x: &Matrix) -> f64 {
        f64::NAN
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.clone())
    }
}

#[test]
fn fault_71_a_value_that_is_nan_is_an_error() {
    let start = Matrix::zeros(2, 1);
    let mut admm = Coordinator::new(Exact(NanValue), Negated(Exact(Sparse(0.1))), start.clone(), start, 1.0).unwrap();
    admm.track_objective = true;
    let error = admm.run(()).err().unwrap().to_string();
    assert!(error.contains("block x") && error.contains("the value of the function"), "{error}");
}

/// x₁ ≥ 0 and x₂ = 10ᵏ against z₁ ≤ −1: no size of the second entry makes the first one feasible.
#[test]
fn fault_72_a_large_entry_hides_no_violation() {
    for (name, _) in policies() {
        for k in 0..10 {
            let (large, free) = (10_f64.powi(k), f64::INFINITY);
            let f = Bounds(column(&[0.0, large]), column(&[free, large]));
            let g = Bounds(column(&[-free, -free]), column(&[-1.0, free]));
            let start = Matrix::zeros(2, 1);
            let mut admm = Coordinator::new(Exact(f), Negated(Exact(g)), start.clone(), start, 1.0).unwrap();
            admm.penalty_policy = policies().into_iter().find(|(n, _)| *n == name).unwrap().1;
            admm.max_iterations = 3_000;
            let outcome = admm.run(()).unwrap();
            assert_ne!(outcome.status, Status::Converged, "{name}, 10^{k}: {:?}", outcome.best.record);
        }
    }
}

/// x ≤ b by x + s = b and s ≥ 0, where b₂ = 10ᵏ stands for no bound. The row of x₁ is met, however large the other is.
#[test]
fn fault_72_a_huge_bound_in_the_offset_hides_no_row() {
    for k in [6, 10, 20] {
        let f = Near { center: column(&[3.0, -1.0]), weight: 1.0 };
        let slack = Bounds(Matrix::zeros(2, 1), Matrix::from_element(2, 1, f64::INFINITY));
        let (start, b) = (Matrix::zeros(2, 1), column(&[1.0, 10_f64.powi(k)]));
        let admm = Coordinator::new(Exact(f), Exact(slack), start.clone(), start, 1.0).unwrap();
        let outcome = admm.with_offset(b).unwrap().run(()).unwrap();
        let x = &outcome.best.x;
        println!("10^{k}: {} after {}: {x}", outcome.status, outcome.best.record.iteration);
        assert!(outcome.status != Status::Converged || (x[0] - 1.0).abs() < 1e-3, "10^{k}: {x}");
        // Beside 10²⁰ nothing of x₂ is left in double precision.
        assert!(k == 20 || outcome.status == Status::Converged && (x[1] + 1.0).abs() < 1e-3, "10^{k}: {x}");
    }
}

/// The lasso of one column with its objective times `units` and its variable times `length`.
fn in_units(units: f64, length: f64, rho: f64) -> Coordinator<f64, Exact<Near>, Negated<Exact<Sparse>>> {
    let f = Near { center: column(&[3.0, -1.0, 0.05]) * length, weight: units / length / length };
    let start = Matrix::zeros(3, 1);
    Coordinator::new(Exact(f), Negated(Exact(Sparse(0.1 * units / length))), start.clone(), start, rho).unwrap()
}

#[test]
fn fault_73_other_units_leave_the_iterations_and_the_verdict() {
    let solution = column(&[2.9, -0.9, 0.0]);
    let plain = in_units(1.0, 1.0, 0.7).run(()).unwrap();
    assert_eq!(plain.status, Status::Converged);
    for k in -10..=10 {
        for (units, length) in [(10_f64.powi(k), 1.0), (1.0, 10_f64.powi(k)), (10_f64.powi(k), 10_f64.powi(-k))] {
            let outcome = in_units(units, length, 0.7 * units / length / length).run(()).unwrap();
            let (here, there) = (outcome.best.record.iteration, plain.best.record.iteration);
            assert_eq!((outcome.status, here), (Status::Converged, there), "{units} {length}");
            assert!((outcome.best.z / length - &plain.best.z).norm() <= 1e-9, "{units} {length}");
            // The same ρ in other units is another one: the way differs, and the end does not.
            let outcome = in_units(units, length, 0.7).run(()).unwrap();
            assert_eq!(outcome.status, Status::Converged, "{units} {length}: {:?}", outcome.best.record);
            assert!((outcome.best.z / length - &solution).norm() <= 1e-3, "{units} {length}");
        }
    }
}

/// An absolute tolerance that is large beside the variable is met at once, in this unit. The run says that it decided.
#[test]
fn a_run_that_ends_by_its_absolute_tolerance_alone_says_so() {
    for stop in [Stop::Entries, Stop::Residuals] {
        let mut said = Vec::new();
        for length in [1e-7, 1.0, 1e7] {
            let mut admm = in_units(length * length, length, 0.7);
            (admm.stop, admm.tolerance.absolute) = (stop.clone(), 1e-3);
            let outcome = admm.run(()).unwrap();
            assert_eq!(outcome.status, Status::Converged);
            let certificate = outcome.certificate;
            assert_eq!(certificate.by_absolute, outcome.best.record.by_absolute);
            assert_eq!(certificate.by_absolute, certificate.to_string().contains("no   relative tolerance met: "));
            let gap = (outcome.best.z / length - column(&[2.9, -0.9, 0.0])).norm();
            assert!(certificate.by_absolute || gap < 1e-3, "{length}: {gap}");
            said.push(certificate.by_absolute);
        }
        assert_eq!(said, [true, true, false], "{stop:?}");
        let mut relative = in_units(1e-14, 1e-7, 0.7);
        relative.stop = stop;
        assert!(!relative.run(()).unwrap().certificate.by_absolute);
    }
}

/// {1}, against −½z².
struct One;

impl Prox<f64> for One {
    fn value(&self, x: &Matrix) -> f64 {
        if x[0] == 1.0 { 0.0 } else { f64::INFINITY }
    }
    fn prox(&self, _v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(column(&[1.0]))
    }
}

/// −½z².
struct Saddle;

impl Prox<f64> for Saddle {
    fn value(&self, z: &Matrix) -> f64 {
        -z.norm_squared() / 2.0
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v * (rho / (rho - 1.0)))
    }
}

#[test]
fn fault_74_residuals_that_grow_are_a_divergence_at_the_default_tolerance() {
    for rho in [1.5, 1.9] {
        let start = Matrix::zeros(1, 1);
        let mut admm = Coordinator::new(Exact(One), Negated(Exact(Saddle)), start.clone(), start, rho).unwrap();
        // A mixture finds the solution z = 1, which plain iterations leave.
        (admm.penalty_policy, admm.acceleration) = (Box::new(Fixed), Box::new(admm::accelerate::Plain));
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Diverged, "ρ = {rho}: {:?}", outcome.best.record);
        assert!(outcome.best.z[0].abs() < 10.0, "the best iterate is returned");
    }
}

/// A function of which it is known that its level sets are bounded: what a run without a solution is tried by.
struct Bounded<P>(P);

impl<P: Prox<f64>> Prox<f64> for Bounded<P> {
    fn value(&self, x: &Matrix) -> f64 {
        self.0.value(x)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        self.0.prox(v, rho)
    }
    fn support(&self, y: &Matrix) -> Option<Support<f64>> {
        Some(Support::everywhere(y.norm()))
    }
    fn recession(&self, by: &Matrix) -> Option<Recession<f64>> {
        Some(Recession::nowhere(by.norm()))
    }
}

#[test]
fn a_divergence_that_is_tried_for_infeasibility_ends_before_it_overflows() {
    let start = Matrix::zeros(1, 1);
    // Each iteration multiplies z by 21: after 240 of them there is no such number.
    let (f, g) = (Exact(Bounded(One)), Negated(Exact(Bounded(Saddle))));
    let mut admm = Coordinator::new(f, g, start.clone(), start, 1.05).unwrap();
    (admm.penalty_policy, admm.acceleration) = (Box::new(Fixed), Box::new(admm::accelerate::Plain));
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Diverged);
    assert!(outcome.best.z[0].abs() < 100.0, "the best iterate is returned");
}

/// Says that it is solved after a step that goes a hundredth of the way.
struct Boasts(Near);

impl Subproblem<f64> for Boasts {
    type Var = Matrix;
    type Image = Matrix;
    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(Prox::value(&self.0, x))
    }
    fn argmin(&self, x: &mut Matrix, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        let answer = self.0.prox(to.v, to.rho)?;
        *x += (answer - &*x) * 0.01;
        Ok(Solved::exactly(Cost::default()))
    }
    fn image(&self, x: &Matrix) -> Matrix {
        x.clone()
    }
}

#[test]
fn the_check_of_verdicts_sees_a_block_that_boasts() {
    let near = || Near { center: column(&[3.0, -1.0]), weight: 1.0 };
    let start = || Matrix::zeros(2, 1);
    let honest = |rho| Coordinator::new(Exact(near()), Negated(Exact(Sparse(0.1))), start(), start(), rho);
    check::verdict(honest).unwrap().assert();
    let boasting = |rho| Coordinator::new(Boasts(near()), Negated(Exact(Sparse(0.1))), start(), start(), rho);
    let report = check::verdict(boasting).unwrap();
    assert!(!report.passed(), "{report}");
}

/// The argmin of ½‖x‖², times a factor, with what the method says of it.
struct Says(Option<f64>, f64);

impl method::DescentMethod<f64, ()> for Says {
    type Point = Matrix;
    type Memory = ();
    fn value(&self, _f: &(), x: &Iterate<Matrix, ()>) -> Result<f64> {
        Ok(x.point.norm_squared() / 2.0)
    }
    fn minimise(
        &self,
        _f: &(),
        _on: &dyn ConstraintSet<f64>,
        x: &mut Iterate<Matrix, ()>,
        to: Target<'_, f64, Matrix>,
    ) -> Result<Solved<f64>> {
        x.point = to.v * (to.rho / (1.0 + to.rho)) * self.1;
        Ok(Solved { cost: Cost::default(), residual: self.0 })
    }
}

#[test]
fn a_block_that_measures_nothing_leaves_a_run_unverified_and_nonsense_is_an_error() {
    let run = |says: Says| {
        let f = Descent { of: (), by: says, on: Flat };
        let (x, z) = (Iterate::new(Matrix::zeros(2, 1)), column(&[1.0, 2.0]));
        let mut admm = Coordinator::new(f, Negated(Exact(Sparse(0.1))), x, z, 1.0).unwrap();
        admm.max_iterations = 200;
        admm.run(())
    };
    let unverified = run(Says(None, 1.0)).unwrap();
    assert_eq!(unverified.status, Status::Unverified);
    assert!(unverified.certificate.to_string().contains("does not measure"), "{}", unverified.certificate);
    assert_eq!(run(Says(Some(0.0), 1.0)).unwrap().status, Status::Converged);
    assert_eq!(run(Says(Some(1.0), 1.0)).unwrap().status, Status::IterationLimit, "not solved, whatever the moves");
    for (says, place) in
        [(Says(Some(f64::NAN), 1.0), "residual of the subproblem"), (Says(Some(0.0), f64::NAN), "new iterate")]
    {
        let error = run(says).err().unwrap().to_string();
        assert!(error.contains("block x") && error.contains(place), "{error}");
    }
}
