//! A campaign of random convex problems: `converged` means solved, nearly all are solved, and those without a solution
//! are named.
//!
//! The suite runs a few of each kind. The campaign takes `CAMPAIGN` of each of the six kinds with a solution, and a fifth
//! as many of either kind without one:
//!
//! ```sh
//! CAMPAIGN=2000 cargo test --release -p admm-solvers --test solvers campaign -- --ignored --nocapture
//! ```

mod beside_osqp;
mod draw;
mod infeasible;
mod kinds;
mod kkt;
mod problems;
mod runs;

use admm::Status;
use admm::penalty::{Balance, Damped, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use draw::Draw;
use kkt::Kkt;
use problems::{KINDS, Kind, Problem};
use runs::{End, any_choices, as_program, run};

type Matrix = nalgebra::DMatrix<f64>;
type Vector = nalgebra::DVector<f64>;

/// The first seed: no choice of the library was made by these problems.
const SEED: u64 = 1_000_000;

/// The counts of a group of runs.
#[derive(Default)]
struct Tally {
    runs: u64,
    converged: u64,
    named: u64,
    iterations: Vec<u64>,
    /// The largest relative KKT residual of a run that converged, in units of the tolerance.
    worst: f64,
}

impl Tally {
    fn add(&mut self, problem: &Problem, end: &End) {
        self.runs += 1;
        self.iterations.push(end.iterations);
        self.named += u64::from(matches!(end.status, Status::PrimalInfeasible | Status::DualInfeasible));
        if end.status != Status::Converged {
            println!("{}: {}", self.runs - 1, end.status);
        } else {
            self.converged += 1;
            let excess = Kkt::of(problem, &end.point).worst() / end.tolerance;
            // NaN counts.
            if excess > 10.0 || excess.is_nan() {
                println!("{}: off by {excess:.1} tolerances: {:?}", self.runs - 1, Kkt::of(problem, &end.point));
            }
            self.worst = if excess <= self.worst { self.worst } else { excess };
        }
    }

    fn print(&mut self, name: &str) {
        self.iterations.sort_unstable();
        let at = |share: f64| self.iterations[((self.iterations.len() - 1) as f64 * share) as usize];
        println!(
            "{name:>24}: {:5} runs, {:5} converged, KKT at most {:5.2} tolerances, {} named; iterations {}, 9 of 10 {}",
            self.runs,
            self.converged,
            self.worst,
            self.named,
            at(0.5),
            at(0.9),
        );
    }
}

/// The number of problems of each kind in the campaign.
fn many() -> u64 {
    std::env::var("CAMPAIGN").map_or(2_000, |count| count.parse().unwrap())
}

/// Solves problems of a kind with the defaults, with any choices, and as programs.
fn solve(kind: Kind, count: u64) -> [Tally; 3] {
    let [mut default, mut any, mut program] = [(); 3].map(|()| Tally::default());
    for seed in 0..count {
        let mut draw = Draw::new(SEED + seed * 10 + kind as u64);
        let problem = kind.draw(&mut draw);
        default.add(&problem, &run(&problem, |_| ()));
        any.add(&problem, &run(&problem, |admm| any_choices(admm, &mut draw)));
        if kind.is_program() {
            program.add(&problem, &as_program(&problem));
        }
    }
    [default, any, program]
}

/// What a campaign over the kinds finds. Prints its table.
fn campaign(count: u64) -> Vec<(String, Tally)> {
    let mut tallies = Vec::new();
    for kind in KINDS {
        for (mut tally, name) in solve(kind, count).into_iter().zip(["default", "any choices", "program"]) {
            if tally.runs > 0 {
                let name = format!("{kind:?}, {name}");
                tally.print(&name);
                tallies.push((name, tally));
            }
        }
    }
    tallies
}

/// Names problems without a solution: by a bare coordinator, and as programs. Returns the share of either that is named;
/// no name is wrong.
fn named(draw: fn(&mut Draw) -> Problem, right: Status, count: u64) -> [f64; 2] {
    let mut named = [0; 2];
    for seed in 0..count {
        let problem = draw(&mut Draw::new(2 * SEED + seed));
        for (end, named) in [run(&problem, |_| ()), as_program(&problem)].into_iter().zip(&mut named) {
            *named += u64::from(end.status == right);
            let wrong = [Status::Converged, Status::PrimalInfeasible, Status::DualInfeasible].contains(&end.status);
            assert!(!wrong || end.status == right, "{right} {seed}: {}", end.status);
        }
    }
    println!("{right}: {count}, named {} by the coordinator, {} as programs", named[0], named[1]);
    named.map(|named| f64::from(named as u32) / count as f64)
}

/// What draws a problem.
type Drawn = fn(&mut Draw) -> Problem;

const WITHOUT: [(Drawn, Status); 2] =
    [(infeasible::primal, Status::PrimalInfeasible), (infeasible::dual, Status::DualInfeasible)];

#[test]
fn a_few_problems_converge_only_where_they_are_solved() {
    for (name, tally) in campaign(5) {
        assert!(tally.worst <= 10.0, "{name}: off by {} tolerances", tally.worst);
        assert_eq!(tally.named, 0, "{name}: named infeasible");
        assert!(tally.converged == tally.runs || name.ends_with("any choices"), "{name}: {}", tally.converged);
    }
}

#[test]
fn a_few_problems_without_a_solution_are_named() {
    for (draw, right) in WITHOUT {
        let [_, programs] = named(draw, right, 10);
        assert_eq!(programs, 1.0, "{right}");
    }
}

/// What makes a policy.
type Policy = fn() -> Box<dyn Penalty<f64, Matrix>>;

/// The iterations of all programs under a policy, or `None` for that of the defaults, to a tolerance of 10⁻⁶. One that
/// does not converge counts as the limit. Returns how many converge as well.
fn all_programs(policy: Option<Policy>) -> (u64, usize) {
    const LIMIT: u64 = 20_000;
    let (mut iterations, mut converged) = (0, 0);
    for problem in kinds::programs() {
        let end = run(&problem, |admm| {
            (admm.tolerance.relative, admm.max_iterations) = (1e-6, LIMIT);
            if let Some(policy) = policy {
                admm.penalty_policy = policy();
            }
        });
        if end.status == Status::Converged {
            assert!(Kkt::of(&problem, &end.point).worst() <= 1e-5);
            (iterations, converged) = (iterations + end.iterations, converged + 1);
        } else {
            iterations += LIMIT;
        }
    }
    (iterations, converged)
}

#[test]
fn the_default_policy_solves_programs_of_all_kinds_and_is_not_far_from_the_best() {
    let policies: [Policy; 6] = [
        || Box::new(Fixed),
        || Box::new(Balance::default()),
        || Box::new(RelativeBalance::default()),
        || Box::new(Spectral::default()),
        || Box::new(SquareRoot::default()),
        || Box::new(Damped(Balance::default())),
    ];
    let (default, converged) = all_programs(None);
    assert_eq!(converged, 50);
    let others = policies.map(|policy| all_programs(Some(policy)).0);
    println!("{default} iterations by default, {others:?} under the others");
    assert!(2 * default <= 3 * others.into_iter().min().unwrap());
}

#[test]
fn programs_of_all_kinds_are_solved_as_programs() {
    for problem in kinds::programs() {
        let end = as_program(&problem);
        assert_eq!(end.status, Status::Converged);
        assert!(Kkt::of(&problem, &end.point).worst() <= 1e-6);
    }
}

/// Open: about one of a thousand runs on programs is off by more than ten tolerances, so a long campaign fails here. It is
/// so in the duality gap alone, relative to terms that nearly cancel, and primal and dual residuals are far within.
#[test]
#[ignore = "takes minutes"]
fn converged_means_solved_and_nearly_all_converge() {
    let (mut runs, mut converged) = (0, 0);
    for (name, tally) in campaign(many()) {
        assert!(tally.worst <= 10.0, "{name}: off by {} tolerances", tally.worst);
        assert_eq!(tally.named, 0, "{name}: named infeasible");
        if name.ends_with("default") {
            (runs, converged) = (runs + tally.runs, converged + tally.converged);
        }
    }
    assert!(converged * 100 >= runs * 98, "{converged} of {runs}");
}

#[test]
#[ignore = "takes minutes"]
fn problems_without_a_solution_are_named() {
    for (draw, right) in WITHOUT {
        let [_, programs] = named(draw, right, many().div_ceil(5));
        assert!(programs >= 0.99, "{right}: {programs}");
    }
}
