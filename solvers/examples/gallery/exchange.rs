//! A market: 20 agents trade 5 goods, minimise Σ ½⟨xᵢ − tᵢ, Pᵢ(xᵢ − tᵢ)⟩ subject to Σ xᵢ = 0. The scaled dual is the
//! price, which rises for what is in demand (Boyd et al., 2011, §7.3.2).

use crate::data;
use admm::patterns::{Group, Sharing};
use admm::{Coordinator, Exact, Exec, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Quadratic, Singleton};
use nalgebra::DMatrix;

const AGENTS: usize = 20;
const GOODS: usize = 5;

type Market = Coordinator<f64, Group<Exact<Quadratic<f64>>>, Negated<Sharing<Singleton<f64>>>>;

/// Pᵢ and tᵢ: how much agent i minds not getting what it wants, and what that is.
fn agent(i: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let root = data::normal(GOODS, GOODS, i as u64);
    (&root * root.transpose() + DMatrix::identity(GOODS, GOODS), data::normal(GOODS, 1, !i as u64))
}

pub(crate) fn problem(rho: f64) -> Result<Market> {
    let agents = (0..AGENTS).map(agent).map(|(p, t)| Quadratic::new(p.clone(), -(p * t)).map(Exact));
    let group = Group { blocks: agents.collect::<Result<_>>()?, exec: Exec::Serial };
    let (clears, zero) = (Singleton(DMatrix::zeros(GOODS, 1)), vec![DMatrix::zeros(GOODS, 1); AGENTS]);
    Coordinator::new(group, Negated(Sharing { of: clears, members: AGENTS }), zero.clone(), zero, rho)
}

pub(crate) fn main() -> Result<()> {
    let mut admm = problem(1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-10 };
    let outcome = admm.run(())?;
    let best = &outcome.best;
    let price = &best.u[0] * best.rho;
    // Each agent buys tᵢ − Pᵢ⁻¹p, and at the price p the market clears: Σ Pᵢ⁻¹ p = Σ tᵢ.
    let inverse = |p: DMatrix<f64>| p.cholesky().expect("P is positive definite").inverse();
    let slope: DMatrix<f64> = (0..AGENTS).map(|i| inverse(agent(i).0)).sum();
    let demand: DMatrix<f64> = (0..AGENTS).map(|i| agent(i).1).sum();
    let gap = (&price - inverse(slope) * demand).amax();
    println!("price {:.6?}, {gap:.0e} off, {} iterations", price.as_slice(), best.record.iteration);
    assert!(outcome.status == Status::Converged && gap < 1e-7);
    Ok(())
}
