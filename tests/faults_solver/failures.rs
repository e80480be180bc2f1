//! Blocks that answer with NaN, give up or panic.

use super::faulty::{Fault, first, group, second};
use super::*;
use admm::penalty::{Fixed, Penalty};
use admm::state::{Memory, Step};

#[test]
fn fault_37_a_block_that_answers_nan_or_infinity() {
    for fault in [Fault::Nan, Fault::Infinite] {
        assert!(matches!(cause(first(fault), "x", 4), Error::NotFinite { .. }));
        assert!(matches!(cause(second(fault), "z", 4), Error::NotFinite { .. }));
        assert!(matches!(cause(group(fault, Exec::Serial), "x", 4), Error::NotFinite { .. }));
    }
}

#[test]
fn fault_37_an_adjoint_that_answers_nan() {
    assert!(matches!(cause(first(Fault::NanAdjoint), "x", 1), Error::NotFinite { .. }));
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
        assert!(matches!(cause(admm, "x", 1), Error::NotFinite { .. }));
    }
}

#[test]
fn fault_37_an_error_of_a_block_keeps_its_words() {
    let no_answer = Error::numerical("the block", "has no answer");
    assert_eq!(cause(first(Fault::Gives), "x", 4), no_answer);
    assert_eq!(cause(second(Fault::Gives), "z", 4), no_answer);
    for exec in [Exec::Serial, Exec::threads(2).unwrap()] {
        let member = Error::Member { index: 1, source: Box::new(no_answer.clone()) };
        assert_eq!(cause(group(Fault::Gives, exec), "x", 4), member);
    }
}

#[test]
fn fault_38_a_block_that_panics_while_it_is_tuned() {
    struct Untuned;
    impl Prox<f64> for Untuned {
        fn value(&self, _x: &Matrix) -> f64 {
            0.0
        }
        fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
            Ok(v.clone())
        }
        fn retune(&mut self, _rho: f64) -> Result<()> {
            std::panic::panic_any(DELIBERATE)
        }
    }
    quietly();
    let (x, z) = (Matrix::zeros(3, 1), Matrix::zeros(3, 1));
    let error = Coordinator::new(Exact(Untuned), partner(), x, z, 1.0).err();
    assert_eq!(error, Some(Error::Panic(DELIBERATE.into())));
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
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        assert_eq!(self.tuned, rho);
        Ok(v * (rho / (1.0 + rho)))
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        assert!(rho != 4.0 || !self.panics, "{DELIBERATE} in retune");
        if rho == 4.0 {
            return Err(Error::numerical("iteration", "four"));
        }
        self.tuned = rho;
        Ok(())
    }
}

struct Double;

impl<S> Penalty<f64, S> for Double {
    fn next(&self, step: &Step<'_, f64, S>, _memory: &mut Memory<f64, S>) -> f64 {
        2.0 * step.record.rho
    }
}

#[test]
fn fault_37_and_38_a_block_that_cannot_be_retuned_names_itself_and_both_blocks_stay_in_tune() {
    quietly();
    for panics in [false, true] {
        let fresh = || {
            let f = Exact(LeastSquares::new(design(), response()));
            let (g, start) = (Negated(Exact(Untunable { panics, tuned: 0.0 })), Matrix::zeros(5, 1));
            let mut admm = Coordinator::new(f, g, start.clone(), start, 1.0).unwrap();
            admm.penalty_policy = Box::new(Double);
            admm.step().unwrap();
            admm
        };
        let (mut admm, mut spared) = (fresh(), fresh());
        let before = format!("{:?}", admm.state());
        let error = admm.step().unwrap_err();
        let source =
            if panics { Error::Panic("deliberate in retune".into()) } else { Error::numerical("iteration", "four") };
        assert_eq!(error, Error::Block { block: "z".into(), iteration: 2, source: Box::new(source) });
        assert_eq!(format!("{:?}", admm.state()), before);
        // With the penalty as it is the run goes on, as if nothing had happened.
        (admm.penalty_policy, spared.penalty_policy) = (Box::new(Fixed), Box::new(Fixed));
        assert_eq!(admm.step().unwrap(), spared.step().unwrap());
        assert_eq!(admm.state().x, spared.state().x);
    }
}
