//! Faults of the solver: each ends in an error with coordinates or in a status, and the last good state stays.

mod common;

use admm::*;
use common::*;
use nalgebra::DMatrix;
use std::sync::Once;

/// Panics of these tests say so, and are not printed.
const DELIBERATE: &str = "deliberate";

fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().downcast_ref::<&str>().is_some_and(|text| text.starts_with(DELIBERATE)) {
                loud(info);
            }
        }));
    });
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Nan,
    Infinite,
    Gives,
    PanicsInArgmin,
    PanicsInImage,
    PanicsInAdjoint,
    NanAdjoint,
    ImageOfAnotherSize,
}

/// ½‖x − 1‖² until its argmin is asked for the n-th time.
#[derive(Debug, Clone)]
struct Faulty(Fault, u64);

impl Faulty {
    fn strikes(&self, x: &(u64, Matrix), fault: Fault) -> bool {
        self.0 == fault && x.0 == self.1
    }
}

impl Subproblem<f64> for Faulty {
    type Var = (u64, Matrix);
    type Image = Matrix;

    fn value(&self, x: &Self::Var) -> Result<f64> {
        Ok(x.1.add_scalar(-1.0).norm_squared() / 2.0)
    }
    fn argmin(&self, x: &mut Self::Var, to: Target<'_, f64, Matrix>) -> Result<Work> {
        x.0 += 1;
        x.1 = (to.v * to.penalty).add_scalar(1.0) / (1.0 + to.penalty);
        match self.0 {
            _ if x.0 != self.1 => {}
            Fault::Nan => x.1[1] = f64::NAN,
            Fault::Infinite => x.1[1] = f64::NEG_INFINITY,
            Fault::Gives => return Err(Error::Numerical("no answer".into())),
            Fault::PanicsInArgmin => panic!("{DELIBERATE} in call {}", x.0),
            _ => {}
        }
        Ok(Work { steps: 1, passes: 1 })
    }
    fn image(&self, x: &Self::Var) -> Matrix {
        if self.strikes(x, Fault::PanicsInImage) {
            std::panic::panic_any(DELIBERATE);
        }
        if self.strikes(x, Fault::ImageOfAnotherSize) { Matrix::zeros(2, 1) } else { x.1.clone() }
    }
    fn adjoint(&self, y: &Matrix) -> Adjoint<f64> {
        match self.0 {
            Fault::PanicsInAdjoint => panic!("{DELIBERATE} in the adjoint"),
            Fault::NanAdjoint => Adjoint { norm: f64::NAN, count: 3 },
            _ => Adjoint { norm: y.norm(), count: y.len() },
        }
    }
}

fn fine() -> (u64, Matrix) {
    (0, Matrix::zeros(3, 1))
}

/// What the block itself reported, after the coordinates are checked and the state is seen to be the last good one.
fn cause<P, Q>(mut admm: Coordinator<f64, P, Q>, block: &str, iteration: u64) -> Error
where
    P: Subproblem<f64, Var: std::fmt::Debug, Image: std::fmt::Debug>,
    Q: Subproblem<f64, Var: std::fmt::Debug, Image = P::Image>,
{
    quietly();
    admm.tolerance = Tolerance { absolute: 0.0, relative: 0.0 };
    for _ in 1..iteration {
        admm.step().unwrap();
    }
    let before = format!("{:?}", admm.state());
    let stepped = admm.step().unwrap_err();
    assert_eq!(format!("{:?}", admm.state()), before);
    assert_eq!(admm.run(()).unwrap_err(), stepped);
    assert_eq!(format!("{:?}", admm.state()), before);
    let prefix = format!("block {block}, iteration {iteration}: ");
    assert!(stepped.to_string().starts_with(&prefix), "{stepped}");
    match stepped {
        Error::Block { source, .. } => *source,
        other => panic!("{other:?}"),
    }
}

fn partner() -> Minus<Exact<ElasticNet>> {
    Minus(Exact(l1(0.1)))
}

fn first(fault: Fault) -> Coordinator<f64, Faulty, Minus<Exact<ElasticNet>>> {
    Coordinator::new(Faulty(fault, 4), partner(), fine(), Matrix::zeros(3, 1), 1.0).unwrap()
}

fn second(fault: Fault) -> Coordinator<f64, Exact<ElasticNet>, Minus<Faulty>> {
    Coordinator::new(Exact(l1(0.1)), Minus(Faulty(fault, 4)), Matrix::zeros(3, 1), fine(), 1.0).unwrap()
}

/// Three blocks, of which the second is faulty.
fn group(fault: Fault, exec: Exec) -> Coordinator<f64, Group<Faulty>, Minus<Consensus<ElasticNet>>> {
    let blocks = vec![Faulty(fault, u64::MAX), Faulty(fault, 4), Faulty(fault, u64::MAX)];
    let consensus = Minus(Consensus { of: l1(0.1), members: 3 });
    Coordinator::new(Group { blocks, exec }, consensus, vec![fine(); 3], Matrix::zeros(3, 1), 1.0).unwrap()
}

fn assert_size(error: &Error, place: &str, expected: (usize, usize), got: (usize, usize)) {
    let (expected, got) = (Shape(vec![expected]), Shape(vec![got]));
    assert_eq!(*error, Error::Size { place: place.into(), expected, got });
}

#[test]
fn fault_15_a_start_that_is_not_finite() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let start = |entry| DMatrix::from_column_slice(3, 1, &[0.0, entry, 1.0]);
        for (x, z) in [(bad, 0.0), (0.0, bad)] {
            let admm = Coordinator::new(Exact(l1(1.0)), partner(), start(x), start(z), 1.0);
            assert!(matches!(admm.err(), Some(Error::NotFinite(_))), "x {x}, z {z}");
        }
    }
}

#[test]
fn fault_15_an_offset_that_is_not_finite() {
    for bad in [f64::NAN, f64::INFINITY] {
        let offset = column(&[0.0, 0.0, 1.0, bad, 0.0]);
        let error = regression(l1(1.0), 1.0).with_offset(offset).err();
        assert!(matches!(error, Some(Error::NotFinite(_))), "{error:?}");
    }
}

#[test]
fn fault_15_and_36_a_penalty_that_is_not_positive_and_finite() {
    for bad in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let start = Matrix::zeros(3, 1);
        match Coordinator::new(Exact(l1(1.0)), partner(), start.clone(), start, bad).err() {
            Some(Error::Parameters(problems)) => assert!(problems.len() == 1 && problems[0].contains("penalty")),
            other => panic!("ρ = {bad}: {other:?}"),
        }
    }
}

fn problems(change: impl Fn(&mut Lasso)) -> Vec<String> {
    let mut admm = regression(l1(1.0), 1.0);
    change(&mut admm);
    match admm.run(()) {
        Err(Error::Parameters(problems)) => {
            assert_eq!(admm.state().record.iteration, 0);
            problems
        }
        other => panic!("{:?}", other.map(|outcome| outcome.status)),
    }
}

#[test]
fn fault_36_each_parameter_is_checked() {
    for bad in [-1e-9, f64::NAN, f64::INFINITY] {
        let only = |word: &str, problems: Vec<String>| {
            assert!(problems.len() == 1 && problems[0].contains(word) && problems[0].contains(&bad.to_string()));
        };
        only("absolute", problems(|admm| admm.tolerance.absolute = bad));
        only("relative", problems(|admm| admm.tolerance.relative = bad));
        only("inner", problems(|admm| admm.accuracy = Accuracy::Fixed(bad)));
        for (first, factor, floor) in [(bad, 0.1, 0.1), (0.1, bad, 0.1), (0.1, 0.1, bad)] {
            only("inner", problems(|admm| admm.accuracy = Accuracy::Relative { first, factor, floor }));
        }
    }
    for bad in [0.0, 2.0, -1.0, 3.0, f64::NAN] {
        assert!(problems(|admm| admm.relaxation = bad)[0].contains("relaxation"));
    }
    assert!(problems(|admm| admm.max_iterations = 0)[0].contains("iterations"));
}

#[test]
fn fault_36_all_bad_parameters_are_reported_together() {
    let found = problems(|admm| {
        admm.tolerance = Tolerance { absolute: -1.0, relative: f64::NAN };
        admm.accuracy = Accuracy::Relative { first: -1.0, factor: f64::NAN, floor: f64::INFINITY };
        admm.penalty = Box::new(Balance { threshold: 0.5, factor: f64::NAN });
        admm.relaxation = 2.0;
        admm.max_iterations = 0;
    });
    assert_eq!(found.len(), 9, "{found:#?}");
    let message = Error::Parameters(found.clone()).to_string();
    assert!(found.iter().all(|problem| message.contains(problem)));
}

#[test]
fn fault_37_a_block_that_answers_nan_or_infinity() {
    for fault in [Fault::Nan, Fault::Infinite] {
        assert!(matches!(cause(first(fault), "x", 4), Error::NotFinite(_)));
        assert!(matches!(cause(second(fault), "z", 4), Error::NotFinite(_)));
        assert!(matches!(cause(group(fault, Exec::Serial), "x", 4), Error::NotFinite(_)));
    }
}

#[test]
fn fault_37_an_adjoint_that_answers_nan() {
    assert!(matches!(cause(first(Fault::NanAdjoint), "x", 1), Error::NotFinite(_)));
}

#[test]
fn fault_37_a_smooth_function_that_is_not_finite() {
    struct Bad(f64, f64);
    impl Smooth<f64> for Bad {
        type Point = Matrix;
        fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
            Ok((self.0, x.map(|_| self.1)))
        }
    }
    for (value, gradient) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (0.0, f64::NAN), (0.0, f64::INFINITY)] {
        let block = Descent { of: Bad(value, gradient), by: Gradient { max_steps: 5 }, on: Flat };
        let start = Matrix::zeros(3, 1);
        let admm = Coordinator::new(block, partner(), Iterate::new(start.clone()), start, 1.0).unwrap();
        assert!(matches!(cause(admm, "x", 1), Error::NotFinite(_)));
    }
}

#[test]
fn fault_37_an_error_of_a_block_keeps_its_words() {
    let no_answer = Error::Numerical("no answer".into());
    assert_eq!(cause(first(Fault::Gives), "x", 4), no_answer);
    assert_eq!(cause(second(Fault::Gives), "z", 4), no_answer);
    for exec in [Exec::Serial, Exec::threads(2).unwrap()] {
        let member = Error::Member { index: 1, source: Box::new(no_answer.clone()) };
        assert_eq!(cause(group(Fault::Gives, exec), "x", 4), member);
    }
}

#[test]
fn fault_38_a_block_that_panics() {
    let in_argmin = Error::Panic("deliberate in call 4".into());
    assert_eq!(cause(first(Fault::PanicsInArgmin), "x", 4), in_argmin);
    assert_eq!(cause(second(Fault::PanicsInArgmin), "z", 4), in_argmin);
    assert_eq!(cause(first(Fault::PanicsInImage), "x", 4), Error::Panic(DELIBERATE.into()));
    assert_eq!(cause(second(Fault::PanicsInImage), "z", 4), Error::Panic(DELIBERATE.into()));
    for exec in [Exec::Serial, Exec::threads(2).unwrap()] {
        assert_eq!(cause(group(Fault::PanicsInArgmin, exec), "x", 4), in_argmin);
    }
}

#[test]
fn fault_38_an_adjoint_that_panics() {
    assert_eq!(cause(first(Fault::PanicsInAdjoint), "x", 1), Error::Panic("deliberate in the adjoint".into()));
}

/// ½‖x‖², which cannot be tuned to a penalty of 4.
struct Untunable {
    panics: bool,
    tuned: f64,
}

impl Prox<f64> for Untunable {
    fn value(&self, x: &Matrix) -> f64 {
        x.norm_squared() / 2.0
    }
    fn prox(&self, v: &Matrix, penalty: f64) -> Result<Matrix> {
        assert_eq!(self.tuned, penalty);
        Ok(v * (penalty / (1.0 + penalty)))
    }
    fn retune(&mut self, penalty: f64) -> Result<()> {
        assert!(penalty != 4.0 || !self.panics, "{DELIBERATE} in retune");
        if penalty == 4.0 {
            return Err(Error::Numerical("four".into()));
        }
        self.tuned = penalty;
        Ok(())
    }
}

struct Double;

impl<S> Penalty<f64, S> for Double {
    fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
        2.0 * step.record.penalty
    }
}

#[test]
fn fault_37_and_38_a_block_that_cannot_be_retuned_names_itself_and_both_blocks_stay_in_tune() {
    quietly();
    for panics in [false, true] {
        let fresh = || {
            let f = Exact(LeastSquares::new(design(), response()));
            let (g, start) = (Minus(Exact(Untunable { panics, tuned: 0.0 })), Matrix::zeros(5, 1));
            let mut admm = Coordinator::new(f, g, start.clone(), start, 1.0).unwrap();
            admm.penalty = Box::new(Double);
            admm.step().unwrap();
            admm
        };
        let (mut admm, mut spared) = (fresh(), fresh());
        let before = format!("{:?}", admm.state());
        let error = admm.step().unwrap_err();
        let source = if panics { Error::Panic("deliberate in retune".into()) } else { Error::Numerical("four".into()) };
        assert_eq!(error, Error::Block { block: "z".into(), iteration: 2, source: Box::new(source) });
        assert_eq!(format!("{:?}", admm.state()), before);
        // With the penalty as it is the run goes on, as if nothing had happened.
        (admm.penalty, spared.penalty) = (Box::new(Fixed), Box::new(Fixed));
        assert_eq!(admm.step().unwrap(), spared.step().unwrap());
        assert_eq!(admm.state().x, spared.state().x);
    }
}

#[test]
fn fault_39_an_image_of_another_size() {
    assert_size(&cause(first(Fault::ImageOfAnotherSize), "x", 4), "image", (3, 1), (2, 1));
    assert_size(&cause(second(Fault::ImageOfAnotherSize), "z", 4), "image", (3, 1), (2, 1));
    let expected = Shape(vec![(3, 1); 3]);
    let got = Shape(vec![(3, 1), (2, 1), (3, 1)]);
    let error = cause(group(Fault::ImageOfAnotherSize, Exec::Serial), "x", 4);
    assert_eq!(error, Error::Size { place: "image".into(), expected, got });
}

/// Answers 2×1 whatever it is asked.
#[derive(Debug, Clone)]
struct TwoByOne;

impl Prox<f64> for TwoByOne {
    fn value(&self, _x: &Matrix) -> f64 {
        0.0
    }
    fn prox(&self, _v: &Matrix, _penalty: f64) -> Result<Matrix> {
        Ok(Matrix::zeros(2, 1))
    }
}

impl Smooth<f64> for TwoByOne {
    type Point = Matrix;
    fn value_and_gradient(&self, _x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((0.0, Matrix::zeros(2, 1)))
    }
}

impl Direction<f64> for TwoByOne {
    type Memory = ();
    fn value(&self, _x: &Matrix) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, _x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(Matrix::zeros(2, 1))
    }
}

#[test]
fn fault_39_a_prox_gradient_or_direction_of_another_size() {
    let start = Matrix::zeros(3, 1);
    let prox = Coordinator::new(Exact(TwoByOne), partner(), start.clone(), start.clone(), 1.0).unwrap();
    assert_size(&cause(prox, "x", 1), "result of prox", (3, 1), (2, 1));

    let block = Descent { of: TwoByOne, by: Gradient { max_steps: 5 }, on: Flat };
    let smooth = Coordinator::new(Exact(l1(0.1)), Minus(block), start.clone(), Iterate::new(start.clone()), 1.0);
    assert_size(&cause(smooth.unwrap(), "z", 1), "gradient", (3, 1), (2, 1));

    let block = Descent { of: TwoByOne, by: Steps { rate: Rate::Constant(0.1), max_steps: 5 }, on: Flat };
    let custom = Coordinator::new(block, partner(), Iterate::new(start.clone()), start.clone(), 1.0).unwrap();
    assert_size(&cause(custom, "x", 1), "direction", (3, 1), (2, 1));

    let blocks = vec![Exact(l1(0.1)); 2];
    let consensus = Minus(Consensus { of: TwoByOne, members: 2 });
    let group = Group { blocks, exec: Exec::Serial };
    let shared = Coordinator::new(group, consensus, vec![start.clone(); 2], start, 1.0).unwrap();
    assert_size(&cause(shared, "z", 1), "result of prox", (3, 1), (2, 1));
}

#[test]
fn fault_39_starts_and_offsets_of_another_size() {
    let start = |n| Matrix::zeros(n, 1);
    let error = Coordinator::new(Exact(l1(1.0)), partner(), start(3), start(2), 1.0).err().unwrap();
    assert_size(&error, "images Ax and Bz", (3, 1), (2, 1));
    let error = regression(l1(1.0), 1.0).with_offset(start(4)).err().unwrap();
    assert_size(&error, "offset c", (5, 1), (4, 1));
    let group = Group { blocks: vec![Exact(l1(1.0)); 3], exec: Exec::Serial };
    let consensus = Minus(Consensus { of: l1(1.0), members: 2 });
    let error = Coordinator::new(group, consensus, vec![start(3); 3], start(3), 1.0).err().unwrap();
    assert!(matches!(error, Error::Size { .. }), "{error:?}");
}

/// −x.
struct Inward;

impl Direction<f64> for Inward {
    type Memory = ();
    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(x.norm_squared() / 2.0)
    }
    fn direction(&self, x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(-x)
    }
}

#[test]
fn fault_40_a_custom_update_with_too_long_steps_diverges_and_returns_the_best_iterate() {
    let block = Descent { of: Inward, by: Steps { rate: Rate::Constant(3.0), max_steps: 1 }, on: Flat };
    let (x, z) = (Iterate::new(Matrix::from_element(3, 1, 1.0)), Matrix::zeros(3, 1));
    let mut admm = Coordinator::new(block, partner(), x, z, 1.0).unwrap();
    let (mut history, _) = (History::default(), admm.penalty = Box::new(Fixed));
    let outcome = admm.run(&mut history).unwrap();
    assert_eq!(outcome.status, Status::Diverged);
    let lowest = history.records.iter().map(Record::excess).fold(f64::INFINITY, f64::min);
    assert_eq!(outcome.best.record.excess(), lowest);
    assert!(admm.state().record.excess() > 1e8 * lowest);
}

/// The indicator of {−1, 1}.
struct Sign;

impl Prox<f64> for Sign {
    fn value(&self, _x: &Matrix) -> f64 {
        0.0
    }
    fn prox(&self, v: &Matrix, _penalty: f64) -> Result<Matrix> {
        Ok(v.map(|v| if v >= 0.0 { 1.0 } else { -1.0 }))
    }
}

#[test]
fn fault_41_a_cycle_has_stalled() {
    let start = Matrix::zeros(1, 1);
    let mut admm = Coordinator::new(Exact(Sign), Minus(zero()), start.clone(), start, 1.0).unwrap();
    (admm.patience, admm.penalty) = (25, Box::new(Fixed));
    let mut signs = Vec::new();
    let outcome = admm
        .run(|state: &State<f64, Matrix, Matrix, Matrix>| {
            signs.push(state.x[0]);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(outcome.status, Status::Stalled);
    assert_eq!(signs[..4], [1.0, -1.0, 1.0, -1.0]);
    assert!((26..=27).contains(&signs.len()), "{}", signs.len());
}

#[test]
fn fault_42_an_adaptive_penalty_stays_within_its_bounds_and_its_changes_are_counted() {
    let mut admm = scripted(&[1.0, 2.0]);
    admm.penalty = Box::new(Balance::default());
    admm.penalty_limits.bounds = (1e-2, 5.0);
    for _ in 0..100 {
        admm.step().unwrap();
    }
    let record = &admm.state().record;
    assert_eq!((record.penalty, record.penalty_changes, record.penalty_clamped), (5.0, 3, 98));
}

/// The unit sphere by a retraction that is right to third order only: left alone, it drifts.
struct Drifting;

impl Manifold<f64> for Drifting {
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Matrix {
        g - x * (x.dot(g) / x.norm_squared())
    }
    fn retract(&self, x: &Matrix, step: &Matrix) -> Result<Matrix> {
        Ok(x + step - x * (step.norm_squared() / 2.0))
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        Ok(x.normalize())
    }
    fn residual(&self, x: &Matrix) -> f64 {
        (x.norm() - 1.0).abs()
    }
}

/// Round and round the circle.
struct Rotate;

impl Direction<f64> for Rotate {
    type Memory = ();
    fn value(&self, _x: &Matrix) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(Matrix::from_column_slice(2, 1, &[-x[1], x[0]]))
    }
}

#[test]
fn fault_44_drift_off_the_manifold_is_repaired_in_every_step() {
    let start = Matrix::from_column_slice(2, 1, &[0.6, 0.8]);
    let (mut free, step) = (start.clone(), 0.1);
    for _ in 0..1000 {
        let tangent = Rotate.direction(&free, &mut ()).unwrap() * step;
        free = Drifting.retract(&free, &tangent).unwrap();
    }
    assert!(Drifting.residual(&free) > 1e-3, "the drift is there to be seen: {}", Drifting.residual(&free));

    let block = Descent { of: Rotate, by: Steps { rate: Rate::Constant(step), max_steps: 1 }, on: Drifting };
    let mut iterate = Iterate::new(start);
    for _ in 0..1000 {
        block.argmin(&mut iterate, Target { v: &Matrix::zeros(2, 1), penalty: 0.0, tolerance: 0.0 }).unwrap();
        assert!(Drifting.residual(&iterate.point) <= 1e-12);
    }
}
