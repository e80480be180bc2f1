//! What a policy makes of a bad penalty: ten problems of the gallery, begun with the best fixed ρ divided by a
//! thousand, and multiplied by it. Prints the table of docs/penalties.md, and ends in a panic unless a policy is within
//! three times the iterations of the best fixed ρ, from both sides, on nine problems.

use crate::{
    basis_pursuit, group_lasso, huber_fit, inverse_covariance, lasso, least_absolute_deviations, linear_program,
    quadratic_program, robust_pca, total_variation,
};
use admm::accelerate::Plain;
use admm::penalty::{Balance, Damped, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::{Coordinator, Result, Status, Stop, Subproblem};
use nalgebra::DMatrix;

type Matrix = DMatrix<f64>;
type Policy = Box<dyn Penalty<f64, Matrix>>;

const NAMES: [&str; 5] = ["Damped", "Balance", "RelativeBalance", "Spectral", "SquareRoot"];

/// The default first, which is damped balancing by normalised residuals.
fn policies() -> [Policy; 5] {
    [
        Box::new(Damped(RelativeBalance::default())),
        Box::new(Balance::default()),
        Box::new(RelativeBalance::default()),
        Box::new(Spectral::default()),
        Box::new(SquareRoot::default()),
    ]
}

/// How many iterations it takes, if not more than so many.
fn iterations<P, Q>(mut admm: Coordinator<f64, P, Q>, policy: Policy, most: u64) -> Result<Option<u64>>
where
    P: Subproblem<f64, Image = Matrix>,
    Q: Subproblem<f64, Image = Matrix>,
{
    (admm.stop, admm.tolerance) = (Stop::Residuals, admm::Tolerance { absolute: 1e-6, relative: 1e-5 });
    (admm.penalty_policy, admm.max_iterations, admm.patience) = (policy, most, u64::MAX);
    admm.acceleration = Box::new(Plain);
    let outcome = admm.run(())?;
    Ok((outcome.status == Status::Converged).then_some(outcome.best.record.iteration))
}

/// Prints a row. For each policy, whether it stays within three times the best from both sides.
fn row<P, Q>(name: &str, problem: impl Fn(f64) -> Result<Coordinator<f64, P, Q>>) -> Result<[bool; 5]>
where
    P: Subproblem<f64, Image = Matrix>,
    Q: Subproblem<f64, Image = Matrix>,
{
    let (mut best, mut fewest) = (1.0, 20_000);
    for rho in (-16..=16).map(|quarter| 10_f64.powf(f64::from(quarter) / 4.0)) {
        if let Some(count) = iterations(problem(rho)?, Box::new(Fixed), fewest - 1)? {
            (best, fewest) = (rho, count);
        }
    }
    print!("| {name} | {best:.2e} | {fewest} |");
    let within = |count: &Option<u64>| count.is_some_and(|count| count <= 3 * fewest);
    let mut kept = [false; 5];
    for (i, kept) in kept.iter_mut().enumerate() {
        let run = |share: f64| iterations(problem(best * share)?, policies().into_iter().nth(i).unwrap(), 10 * fewest);
        let counts = [run(1e-3)?, run(1e3)?];
        let [low, high] = counts.map(|count| count.map_or("–".into(), |count| count.to_string()));
        *kept = counts.iter().all(within);
        print!(" {low} / {high}{} |", if *kept { " ✓" } else { "" });
    }
    println!();
    Ok(kept)
}

pub(crate) fn main() -> Result<()> {
    println!("| Problem | Best ρ | Iterations | {} |", NAMES.join(" | "));
    println!("|---|---|---|---|---|---|---|---|");
    let kept = [
        row("Basis pursuit", |rho| basis_pursuit::problem((40, 100), rho))?,
        row("Group lasso", |rho| group_lasso::problem((150, 500), rho))?,
        row("Huber fit", |rho| huber_fit::problem((500, 40), rho))?,
        row("Inverse covariance", |rho| inverse_covariance::problem((30, 300), rho))?,
        row("Lasso", |rho| lasso::problem((150, 500), rho))?,
        row("Least absolute deviations", |rho| least_absolute_deviations::problem((200, 20), rho))?,
        row("Linear program", |rho| linear_program::problem((40, 50), rho))?,
        row("Quadratic program", |rho| quadratic_program::problem(100, rho))?,
        row("Robust PCA", |rho| robust_pca::problem(40, rho))?,
        row("Total variation", |rho| total_variation::problem(100, rho))?,
    ];
    let counts = [0, 1, 2, 3, 4].map(|i| kept.iter().filter(|kept| kept[i]).count());
    println!("| **Within 3×, from both sides** | | | {} |", counts.map(|count| count.to_string()).join(" | "));
    assert!(counts.iter().any(|count| *count >= 9), "no policy is within 3× on nine problems");
    Ok(())
}
