//! The run that solves a program.

use super::block::Quadratic;
use super::options::Options;
use super::polish::polished;
use super::prepared::Prepared;
use super::program::Program;
use super::proof::Certificate;
use super::residuals::Residuals;
use super::scaling::{Scaled, typical};
use super::solution::Solution;
use crate::prox::Indicator;
use crate::set::Bounds;
use admm::accelerate::{Anderson, Plain};
use admm::infeasibility::Infeasibility;
use admm::penalty::Spectral;
use admm::state::StateOf;
use admm::{Coordinator, Error, Exact, Negated, Outcome, Parameter, Result, Status, Stop, Tolerance};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

type Limits = Negated<Exact<Indicator<Bounds<DMatrix<f64>>>>>;
type Splitting = Coordinator<f64, Quadratic, Limits>;
type State = StateOf<f64, Quadratic, Limits>;

/// The penalty may change, and the system be factorised anew, once in so many iterations.
const CHANGES: u64 = 10;
/// The length of the first phase. The next plain phase is twice as long.
const PLAIN: u64 = 100;
/// An accelerated phase is so many times as long as the plain one before.
const ACCELERATED: u64 = 2;
/// The number of iterations that acceleration mixes.
const MIXED: usize = 20;
/// An accelerated phase that does not make the residuals smaller by this factor is taken back.
const GAIN: f64 = 10.0;
/// The interval of the penalty, on scaled data. A program without a solution drives it to one end.
const PENALTIES: (f64, f64) = (1e-6, 1e6);
/// The residuals are measured once in so many iterations.
const EVERY: u64 = 5;
/// The first polish is tried where the largest residual is below so many of its bounds.
const FIRST_POLISH: f64 = 1e3;

impl Program {
    /// Solves the program with the default [`Options`].
    ///
    /// # Errors
    /// Those of [`solve_with`](Self::solve_with).
    pub fn solve(&self) -> Result<Solution> {
        self.solve_with(&Options::default())
    }

    /// Solves the program. Whether it has a solution, and whether it was found, is in the [status](Solution::status).
    ///
    /// # Errors
    /// [`Error::Parameters`] for options out of range, [`Error::Size`] and [`Error::NotFinite`] for a start that does
    /// not fit, and [`Error::Numerical`] for a system that is singular to rounding.
    pub fn solve_with(&self, options: &Options) -> Result<Solution> {
        Prepared::new(self.clone())?.solve_with(options)
    }
}

impl Prepared {
    /// Solves the program as it is now, as [`Program::solve_with`] does.
    ///
    /// # Errors
    /// Those of [`Program::solve_with`].
    pub fn solve_with(&mut self, options: &Options) -> Result<Solution> {
        check(options)?;
        let mut admm = self.coordinator(options)?;
        let Program { lower, upper, .. } = &self.program;
        let unit = typical(lower.as_slice(), upper.as_slice());
        let mut run = Run { prepared: self, options, unit, best: None, spent: 0, untried: FIRST_POLISH, polishes: 0 };
        let (mut accelerated, mut length) = (false, PLAIN);
        loop {
            let (next, status, certificate) = run.phase(admm, accelerated, length)?;
            let converged = run.excess() <= 1.0;
            let infeasible = certificate.is_some() && !converged;
            if converged || infeasible || run.spent >= options.max_iterations {
                let status = match (converged, infeasible) {
                    (true, _) => Status::Converged,
                    (_, true) => status,
                    _ => Status::IterationLimit,
                };
                let solution = run.solution(status, certificate.filter(|_| infeasible), &next);
                self.tuned = next.blocks().0.tuned.clone();
                return Ok(if self.is_bare { solution.without_rows() } else { solution });
            }
            admm = next;
            // A phase may end at once, time and again, so that its length never limits it.
            let longer = length.saturating_mul(ACCELERATED);
            length = if accelerated { length.saturating_mul(2) / ACCELERATED } else { longer };
            accelerated = !accelerated;
        }
    }

    /// The coordinator at the start. Any stopping rule of its own would be in scaled units, so it has none, and does not
    /// stall.
    fn coordinator(&self, options: &Options) -> Result<Splitting> {
        let Prepared { program, scaled, .. } = self;
        let (n, m) = program.size();
        let (mut x, mut y, mut rho) = (DMatrix::zeros(n, 1), DMatrix::zeros(m, 1), options.rho);
        if let Some(start) = &options.start {
            let (given, rows) = (start.y.shape(), if self.is_bare { 0 } else { m });
            Error::check_size("x of the start", (n, 1), start.x.shape())?;
            Error::check_size("y of the start", (rows, 1), given)?;
            x = matrix(&start.x.component_div(&scaled.columns));
            if !self.is_bare {
                y = matrix(&(start.y.component_div(&scaled.rows) * scaled.cost));
            }
            rho = start.rho.unwrap_or(rho);
        }
        let quadratic = Quadratic::new(scaled.clone(), self.system.clone(), self.tuned.clone());
        let z = admm::Subproblem::image(&quadratic, &x)
            .zip_zip_map(&scaled.lower, &scaled.upper, |z, l, u| z.max(l).min(u));
        let limits = Bounds { lower: scaled.lower.clone(), upper: scaled.upper.clone() };
        let mut admm = Coordinator::new(quadratic, Negated(Exact(Indicator(limits))), x, z, rho)?.with_dual(y / rho)?;
        (admm.stop, admm.tolerance) = (Stop::Residuals, Tolerance { absolute: 0.0, relative: 1e-15 });
        admm.relaxation = options.relaxation;
        admm.penalty_policy = Box::new(Spectral { every: CHANGES, ..Spectral::default() });
        admm.penalty_limits.bounds = PENALTIES;
        admm.patience = u64::MAX;
        Ok(admm)
    }
}

impl Solution {
    fn without_rows(self) -> Self {
        Solution { y: DVector::zeros(0), ..self }
    }
}

/// The run that solves a program, in phases: plain ADMM, and ADMM with Anderson acceleration in turn.
///
/// Acceleration takes a tenth of the iterations where they are many. But it may extrapolate a program without a solution
/// out of sight, and the moves of plain iterations show what they are.
struct Run<'a> {
    prepared: &'a Prepared,
    options: &'a Options,
    /// The unit of the rows.
    unit: f64,
    /// The best point so far, with its largest residual in units of the bounds.
    best: Option<(f64, Point)>,
    spent: u64,
    /// The largest residual, in units of its bound, from which on the next polish is tried, and how many were.
    untried: f64,
    polishes: u64,
}

impl Run<'_> {
    fn excess(&self) -> f64 {
        self.best.as_ref().map_or(f64::INFINITY, |(excess, _)| *excess)
    }

    /// Runs through a phase of at most this length. If acceleration did not come much nearer, its iterations are taken
    /// back.
    fn phase(
        &mut self,
        mut admm: Splitting,
        accelerated: bool,
        length: u64,
    ) -> Result<(Splitting, Status, Option<Certificate>)> {
        let (before, excess) = (admm.state().clone(), self.excess());
        admm.blocks_mut();
        admm.acceleration =
            if accelerated { Box::new(Anderson { memory: MIXED, ..Anderson::default() }) } else { Box::new(Plain) };
        admm.max_iterations = length.min(self.options.max_iterations - self.spent);
        let Outcome { status, infeasibility, .. } = admm.run(|state: &State| {
            self.spent += 1;
            self.look(state)
        })?;
        let certificate = infeasibility.and_then(|found| self.certificate(&found));
        if accelerated && certificate.is_none() && self.excess() * GAIN > excess {
            admm = admm.resume(before)?;
        }
        Ok((admm, status, certificate))
    }

    /// Measures the residuals, in the iterations that are due.
    fn look(&mut self, state: &State) -> ControlFlow<()> {
        if !self.spent.is_multiple_of(EVERY) {
            return ControlFlow::Continue(());
        }
        let point = Point::of(self.prepared, &state.x, &state.multiplier());
        let excess = self.excess_of(&point);
        if excess < self.excess() {
            self.best = Some((excess, point));
        }
        if self.options.polish && excess <= self.untried {
            self.untried = excess / GAIN;
            self.polish(state);
        }
        if self.excess() <= 1.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn excess_of(&self, point: &Point) -> f64 {
        point.residuals.excess(&self.options.tolerance, [self.unit, 1.0 / self.prepared.scaled.cost])
    }

    /// Takes the polished point in the place of the best one, if it is within the tolerance and not worse. Equations that are
    /// singular to rounding have no such point.
    fn polish(&mut self, state: &State) {
        let Prepared { scaled, system, .. } = self.prepared;
        self.polishes += 1;
        let Ok([x, y]) = polished(scaled, system, [&state.z, &state.multiplier()]) else { return };
        let point = Point::of(self.prepared, &x, &y);
        let excess = self.excess_of(&point);
        if excess <= self.excess().min(1.0) {
            self.best = Some((excess, point));
        }
    }

    /// The certificate in the units of the program, where it proves something in them as well: small residuals of the
    /// scaled program may be large ones there.
    fn certificate(&self, found: &Infeasibility<State>) -> Option<Certificate> {
        let Prepared { program, scaled, .. } = self.prepared;
        let Scaled { rows, columns, .. } = &**scaled;
        if found.status == Status::PrimalInfeasible {
            Certificate::primal(program, vector(&found.multiplier()).component_mul(rows))
        } else {
            Certificate::dual(program, vector(&(&found.to.x - &found.from.x)).component_mul(columns))
        }
    }

    fn solution(self, status: Status, certificate: Option<Certificate>, admm: &Splitting) -> Solution {
        let state = admm.state();
        let last = || Point::of(self.prepared, &state.x, &state.multiplier());
        let Point { x, y, objective, residuals } = self.best.map_or_else(last, |(_, point)| point);
        let factorisations = admm.blocks().0.factorisations + self.polishes;
        let (iterations, rho) = (self.spent, state.rho);
        Solution { status, x, y, objective, residuals, iterations, factorisations, rho, certificate }
    }
}

/// A point in the units of the program.
struct Point {
    x: DVector<f64>,
    y: DVector<f64>,
    objective: f64,
    residuals: Residuals,
}

impl Point {
    /// The point x and y of the scaled program.
    fn of(Prepared { program, scaled, .. }: &Prepared, x: &DMatrix<f64>, y: &DMatrix<f64>) -> Self {
        let x = vector(x).component_mul(&scaled.columns);
        let y = vector(y).component_mul(&scaled.rows) / scaled.cost;
        let (residuals, objective) = Residuals::of(program, &x, &y);
        Point { x, y, objective, residuals }
    }
}

fn vector(matrix: &DMatrix<f64>) -> DVector<f64> {
    DVector::from_column_slice(matrix.as_slice())
}

fn matrix(vector: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_column_slice(vector.len(), 1, vector.as_slice())
}

fn check(options: &Options) -> Result<()> {
    let mut problems = Vec::new();
    if options.max_iterations == 0 {
        problems.push(Parameter::new("max_iterations", "must be at least 1, got 0"));
    }
    let Tolerance { absolute, relative } = options.tolerance;
    for (name, value) in [("tolerance.absolute", absolute), ("tolerance.relative", relative)] {
        if !(value >= 0.0 && value.is_finite()) {
            problems.push(Parameter::new(name, format!("must be finite and not negative, got {value}")));
        }
    }
    Error::check_parameters(problems)
}
