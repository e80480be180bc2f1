//! Runs of a problem: by a bare coordinator, with any choices, and as a program.

use super::Matrix;
use super::draw::Draw;
use super::kkt::Point;
use super::problems::{Problem, Term};
use admm::accelerate::{Acceleration, Anderson, Nesterov, Plain};
use admm::penalty::{Balance, Damped, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::{Coordinator, Exact, Negated, Outcome, Prox, Result, Status, Subproblem};
use admm_solvers::nalgebra_sparse::CscMatrix;
use admm_solvers::operator::ComposedQuadratic;
use admm_solvers::prox::{Indicator, L1, Logistic, Quadratic, Scaled, Separable};
use admm_solvers::qp::Program;
use admm_solvers::set::Bounds;

type Block = Box<dyn Subproblem<f64, Var = Matrix, Image = Matrix>>;
pub type Admm = Coordinator<f64, Block, Negated<Exact<Separable<f64>>>>;

/// The end of a run.
pub struct End {
    pub status: Status,
    pub point: Point,
    pub iterations: u64,
    /// The relative tolerance.
    pub tolerance: f64,
}

/// A coordinator with all its defaults, from 0 and with ρ = 1.
fn bare(problem: &Problem) -> Result<Admm> {
    let Problem { p, q, k, terms } = problem;
    let (m, n) = k.shape();
    let quadratic = Quadratic::new(p.clone(), Matrix::from_column_slice(n, 1, q.as_slice())).unwrap();
    let f: Block = if *k == Matrix::identity(n, n) {
        Box::new(Exact(quadratic))
    } else {
        Box::new(ComposedQuadratic::new(quadratic, k.clone()).unwrap())
    };
    let g = Negated(Exact(functions(terms)));
    Coordinator::new(f, g, Matrix::zeros(n, 1), Matrix::zeros(m, 1), 1.0)
}

/// The terms, those of one function together.
fn functions(terms: &[Term]) -> Separable<f64> {
    let alike = |a: &Term, b: &Term| match (a, b) {
        (Term::Bounds(..), Term::Bounds(..)) => true,
        _ => a == b,
    };
    Separable(terms.chunk_by(alike).map(|group| (group.len(), function(group))).collect())
}

fn function(group: &[Term]) -> Box<dyn Prox<f64>> {
    match group[0] {
        Term::Magnitude(weight) => Box::new(Scaled { weight, of: L1 }),
        Term::Logistic(weight) => Box::new(Scaled { weight, of: Logistic }),
        Term::Bounds(..) => {
            let (lower, upper) = bounds(group);
            let column = |entries: &[f64]| Matrix::from_column_slice(group.len(), 1, entries);
            Box::new(Indicator(Bounds { lower: column(&lower), upper: column(&upper) }))
        }
    }
}

fn bounds(terms: &[Term]) -> (Vec<f64>, Vec<f64>) {
    terms.iter().map(Term::bounds).unzip()
}

/// Runs a coordinator to its end, with other choices than the defaults if so. An error counts as `stopped`.
pub fn run(problem: &Problem, choose: impl FnOnce(&mut Admm)) -> End {
    let end = bare(problem).and_then(|mut admm| {
        choose(&mut admm);
        let Outcome { status, best, .. } = admm.run(())?;
        let [x, z, y] = [&best.x, &best.z, &best.multiplier()].map(|part| part.as_slice().to_vec());
        let (tolerance, iterations) = (admm.tolerance.relative, admm.state().record.iteration);
        Ok(End { status, point: Point { x, z, y }, iterations, tolerance })
    });
    end.unwrap_or_else(|error| {
        println!("{error}");
        let point = Point { x: Vec::new(), z: Vec::new(), y: Vec::new() };
        End { status: Status::Stopped, point, iterations: 0, tolerance: 0.0 }
    })
}

/// Solves the problem as a program.
pub fn as_program(problem: &Problem) -> End {
    let (lower, upper) = bounds(&problem.terms);
    let (p, k) = (CscMatrix::from(&problem.p), CscMatrix::from(&problem.k));
    let program = Program::new(p, problem.q.clone(), k, lower.clone().into(), upper.clone().into()).unwrap();
    let solution = program.solve().unwrap();
    let image = &problem.k * &solution.x;
    let z = image.iter().zip(lower.iter().zip(&upper)).map(|(&z, (&l, &u))| z.max(l).min(u)).collect();
    let [x, y] = [&solution.x, &solution.y].map(|part| part.as_slice().to_vec());
    End { status: solution.status, point: Point { x, z, y }, iterations: solution.iterations, tolerance: 1e-6 }
}

const POLICIES: &[Choice<dyn Penalty<f64, Matrix>>] = &[
    || Box::new(Fixed),
    || Box::new(Balance::default()),
    || Box::new(Damped(Balance::default())),
    || Box::new(RelativeBalance::default()),
    || Box::new(Damped(RelativeBalance::default())),
    || Box::new(Spectral::default()),
    || Box::new(Damped(Spectral::default())),
    || Box::new(SquareRoot::default()),
    || Box::new(Damped(SquareRoot::default())),
];

const RELAXATIONS: [f64; 3] = [1.0, 1.6, 1.8];

type Choice<C> = fn() -> Box<C>;

const ACCELERATIONS: [Choice<dyn Acceleration<f64, Matrix>>; 3] =
    [|| Box::new(Plain), || Box::new(Anderson::default()), || Box::new(Nesterov::default())];

/// Any policy, relaxation, acceleration and tolerance.
pub fn any_choices(admm: &mut Admm, draw: &mut Draw) {
    admm.penalty_policy = POLICIES[draw.below(POLICIES.len())]();
    admm.relaxation = RELAXATIONS[draw.below(3)];
    admm.acceleration = ACCELERATIONS[draw.below(3)]();
    admm.tolerance.relative = [1e-3, 1e-4, 1e-6][draw.below(3)];
}
