//! The run that solves a program.

use super::block::Quadratic;
use super::options::Options;
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
use nalgebra_sparse::CscMatrix;
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
        check(options)?;
        if self.a.nrows() == 0 {
            return self.with_a_row().solve_with(options).map(Solution::without_rows);
        }
        let scaled = Scaled::new(self);
        let mut admm = coordinator(&scaled, self, options)?;
        let mut run = Run {
            program: self,
            scaled: &scaled,
            options,
            unit: typical(self.lower.as_slice(), self.upper.as_slice()),
            best: None,
            spent: 0,
        };
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
                return Ok(run.solution(status, certificate.filter(|_| infeasible), &next));
            }
            admm = next;
            length = if accelerated { length * 2 / ACCELERATED } else { length * ACCELERATED };
            accelerated = !accelerated;
        }
    }

    /// The same program with a row that has no bounds.
    fn with_a_row(&self) -> Program {
        let a = CscMatrix::zeros(1, self.q.len());
        let bound = |bound: f64| DVector::repeat(1, bound);
        Program { a, lower: bound(f64::NEG_INFINITY), upper: bound(f64::INFINITY), ..self.clone() }
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
    program: &'a Program,
    scaled: &'a Scaled,
    options: &'a Options,
    /// The unit of the rows.
    unit: f64,
    /// The best point so far, with its largest residual in units of the bounds.
    best: Option<(f64, Point)>,
    spent: u64,
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
        let point = Point::of(self.program, self.scaled, state);
        let excess = point.residuals.excess(&self.options.tolerance, [self.unit, 1.0 / self.scaled.cost]);
        if excess < self.excess() {
            self.best = Some((excess, point));
        }
        if excess <= 1.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The certificate in the units of the program, where it proves something in them as well: small residuals of the
    /// scaled program may be large ones there.
    fn certificate(&self, found: &Infeasibility<State>) -> Option<Certificate> {
        let Scaled { rows, columns, .. } = self.scaled;
        if found.status == Status::PrimalInfeasible {
            Certificate::primal(self.program, vector(&found.multiplier()).component_mul(rows))
        } else {
            Certificate::dual(self.program, vector(&(&found.to.x - &found.from.x)).component_mul(columns))
        }
    }

    fn solution(self, status: Status, certificate: Option<Certificate>, admm: &Splitting) -> Solution {
        let last = || Point::of(self.program, self.scaled, admm.state());
        let Point { x, y, objective, residuals } = self.best.map_or_else(last, |(_, point)| point);
        Solution { status, x, y, objective, residuals, iterations: self.spent, rho: admm.state().rho, certificate }
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
    fn of(program: &Program, scaled: &Scaled, state: &State) -> Self {
        let x = vector(&state.x).component_mul(&scaled.columns);
        let y = vector(&state.multiplier()).component_mul(&scaled.rows) / scaled.cost;
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

/// Any stopping rule of the coordinator would be in scaled units, so it has none, and does not stall.
fn coordinator(scaled: &Scaled, program: &Program, options: &Options) -> Result<Splitting> {
    let (n, m) = program.size();
    let (mut x, mut y, mut rho) = (DMatrix::zeros(n, 1), DMatrix::zeros(m, 1), options.rho);
    if let Some(start) = &options.start {
        Error::check_size("x of the start", (n, 1), start.x.shape())?;
        Error::check_size("y of the start", (m, 1), start.y.shape())?;
        x = matrix(&start.x.component_div(&scaled.columns));
        y = matrix(&(start.y.component_div(&scaled.rows) * scaled.cost));
        rho = start.rho.unwrap_or(rho);
    }
    let quadratic = Quadratic::new(scaled.p.clone(), scaled.q.clone(), scaled.a.clone())?;
    let z =
        admm::Subproblem::image(&quadratic, &x).zip_zip_map(&scaled.lower, &scaled.upper, |z, l, u| z.max(l).min(u));
    let limits = Bounds { lower: scaled.lower.clone(), upper: scaled.upper.clone() };
    let mut admm = Coordinator::new(quadratic, Negated(Exact(Indicator(limits))), x, z, rho)?.with_dual(y / rho)?;
    (admm.stop, admm.tolerance) = (Stop::Residuals, Tolerance { absolute: 0.0, relative: 1e-15 });
    admm.relaxation = options.relaxation;
    admm.penalty_policy = Box::new(Spectral { every: CHANGES, ..Spectral::default() });
    admm.penalty_limits.bounds = PENALTIES;
    admm.patience = u64::MAX;
    Ok(admm)
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
