//! A whole block: what the coordinator relies on.

use super::sample::Random;
use super::{Finding, Report, Sample, relative, rounding};
use crate::error::caught;
use crate::space::Space;
use crate::{Cost, Error, Real, Result, Subproblem, Target};
use serde::Serialize;

/// Targets that are tried after the one given.
const TARGETS: i32 = 12;
/// Calls after which an iterative block must have reached the accuracy asked for.
const REPETITIONS: u32 = 30;

/// Checks that a block keeps the promises of [`Subproblem`], in a run from x through the target given and random ones
/// nearer and nearer to it, each from where the last one ended:
///
/// - argmin never raises f(x) + ρ/2 ‖Kx − v‖² (the first call, which may bring x into the domain, is not judged). Where
///   the target moves less than an answer is off, the last answer is as likely better as worse: so a biased argmin is
///   seen;
/// - a few repetitions reach the accuracy: a further call moves the image by no more than 2·tolerance/ρ;
/// - the same input gives the same bits, and so does a variable that was written to JSON and read again: the variable
///   holds all that changes;
/// - a target of another size is an error, and neither that nor a NaN in the target makes the block panic.
///
/// This check does not see an argmin that never ends: use a time limit in your test. A custom
/// [`Direction`](crate::Direction) that is nobody's gradient may raise its loss: judge its other findings. For a linear
/// K see [`operator`](super::operator). The block must have been [tuned](Subproblem::retune) to the penalty.
///
/// # Errors
/// Those of the block for targets of the right size, a target of another size than Kx, a variable that is not written.
pub fn subproblem<T: Real, P: Subproblem<T>>(block: &P, x: &P::Var, to: Target<'_, T, P::Image>) -> Result<Report>
where
    P::Image: Sample<T>,
{
    Error::check_size("target", block.image(x).sizes(), to.v.sizes())?;
    let mut laws = Laws::new::<T>();
    let mut random = Random::new();
    let length = to.v.euclidean_norm().max(T::one());
    let mut x = x.clone();
    block.argmin(&mut x, to)?;
    for i in 0..=TARGETS {
        let near = random.direction(to.v, length * T::of(10_f64.powf(-0.5 * f64::from(i))));
        let v = if i == 0 { to.v.clone() } else { to.v.plus(T::one(), &near) };
        x = laws.visit(block, x, Target { v: &v, ..to }, i)?;
    }
    laws.refusals(block, &x, to);
    let mut bad = to.v.clone();
    bad.scale_by(T::of(f64::NAN));
    let mut entries = 0;
    let one = to.v.sample(&mut || {
        entries += 1;
        T::of(if entries == 1 { f64::NAN } else { 1.0 })
    });
    for (v, name) in [(bad, "every entry is NaN"), (one, "the first entry is NaN")] {
        let outcome = caught(|| block.argmin(&mut x.clone(), Target { v: &v, ..to }));
        let panicked = matches!(outcome, Err(Error::Panic(_)));
        laws.survives.record(f64::from(u8::from(panicked)), || format!("{name}: {}", told(&outcome)));
    }
    let Laws { lowers, settles, repeats, resumes, refuses, survives } = laws;
    Ok(Report { check: "subproblem", findings: vec![lowers, settles, repeats, resumes, refuses, survives] })
}

struct Laws {
    lowers: Finding,
    settles: Finding,
    repeats: Finding,
    resumes: Finding,
    refuses: Finding,
    survives: Finding,
}

impl Laws {
    fn new<T: Real>() -> Self {
        Laws {
            lowers: Finding::rounding::<T>("how much argmin raises f(x) + ρ/2 ‖Kx − v‖², relative"),
            settles: Finding::at_most("repetitions until argmin no longer moves the image", REPETITIONS.into()),
            repeats: Finding::at_most("calls with the same input and another result", 0.0),
            resumes: Finding::at_most("calls that differ after writing and reading the variable", 0.0),
            refuses: Finding::at_most("targets of another size that were not refused", 0.0),
            survives: Finding::at_most("panics on a target that is not finite", 0.0),
        }
    }

    /// Solves for one target until the block settles, and returns where it ended.
    fn visit<T: Real, P: Subproblem<T>>(
        &mut self,
        block: &P,
        mut x: P::Var,
        to: Target<'_, T, P::Image>,
        target: i32,
    ) -> Result<P::Var> {
        let written = Answer::by(block, &x, to)?;
        self.repeats.record(differs(&written, &Answer::by(block, &x, to)?), || format!("target {target}"));
        let read = serde_json::to_string(&x).and_then(|text| serde_json::from_str::<P::Var>(&text));
        match read {
            Ok(read) => {
                self.resumes.record(differs(&written, &Answer::by(block, &read, to)?), || format!("target {target}"))
            }
            Err(error) => self.resumes.record(f64::NAN, || format!("target {target}: {error}")),
        }
        let mut before = Total::of(block, &x, to)?;
        let mut settled = None;
        for repetition in 1..=REPETITIONS {
            block.argmin(&mut x, to)?;
            let after = Total::of(block, &x, to)?;
            // What an argmin that starts afresh may be above the minimum.
            let slack = to.tolerance * to.tolerance / to.rho;
            let raised = (after.value - before.value - slack).max(T::zero());
            self.lowers.record(relative(raised, before.scale + after.scale), || {
                let (from, to) = (before.value.to_f64(), after.value.to_f64());
                format!("target {target}, repetition {repetition}: {from:.6e} to {to:.6e}")
            });
            let moved = to.rho * after.image.plus(-T::one(), &before.image).euclidean_norm();
            let noise = rounding::<T>() * to.rho * (after.image.euclidean_norm() + to.v.euclidean_norm());
            before = after;
            if moved <= T::of(2.0) * to.tolerance + noise {
                settled = Some(repetition);
                break;
            }
        }
        let repetitions = settled.map_or(f64::INFINITY, f64::from);
        self.settles.record(repetitions, || format!("target {target}"));
        Ok(x)
    }

    fn refusals<T: Real, P: Subproblem<T>>(&mut self, block: &P, x: &P::Var, to: Target<'_, T, P::Image>)
    where
        P::Image: Sample<T>,
    {
        for misfit in to.v.misfits() {
            let outcome = caught(|| block.argmin(&mut x.clone(), Target { v: &misfit, ..to }));
            let refused = matches!(&outcome, Err(error) if !matches!(error, Error::Panic(_)));
            self.refuses.record(f64::from(u8::from(!refused)), || {
                format!("{} instead of {}: {}", misfit.sizes(), to.v.sizes(), told(&outcome))
            });
        }
    }
}

/// f(x) + ρ/2 ‖Kx − v‖² with Kx, and what its rounding is relative to.
struct Total<T, S> {
    value: T,
    scale: T,
    image: S,
}

impl<T: Real, S: Space<T>> Total<T, S> {
    fn of<P: Subproblem<T, Image = S>>(block: &P, x: &P::Var, to: Target<'_, T, S>) -> Result<Self> {
        let (f, image) = (block.value(x)?, block.image(x));
        let half = to.rho * T::of(0.5);
        let gap = image.plus(-T::one(), to.v);
        let scale = f.abs() + half * (image.inner_product(&image) + to.v.inner_product(to.v));
        Ok(Total { value: f + half * gap.inner_product(&gap), scale, image })
    }
}

/// The bits of what a call returned: the variable and the image as JSON, whose numbers are exact, and the work.
#[derive(PartialEq)]
struct Answer(String, String, Cost);

impl Answer {
    fn by<T: Real, P: Subproblem<T>>(block: &P, x: &P::Var, to: Target<'_, T, P::Image>) -> Result<Self> {
        let mut x = x.clone();
        let cost = block.argmin(&mut x, to)?.cost;
        Ok(Answer(written(&x)?, written(&block.image(&x))?, cost))
    }
}

fn written(x: &impl Serialize) -> Result<String> {
    serde_json::to_string(x).map_err(|error| Error::Encoding(format!("the variable cannot be written: {error}")))
}

fn differs(a: &Answer, b: &Answer) -> f64 {
    f64::from(u8::from(a != b))
}

fn told<T>(outcome: &Result<T>) -> String {
    outcome.as_ref().map_or_else(Error::to_string, |_| "accepted".into())
}
