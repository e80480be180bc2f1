//! A portfolio by [`qp`](admm_solvers::qp): the weights w ≥ 0 of 200 assets, Σ wᵢ = 1, of the least risk for a wanted
//! return. The risk is that of ten factors and of each asset by itself. A return above that of every asset is refused with
//! a proof, and so is a gain without risk on credit.

use crate::data;
use admm::{Result, Status};
use admm_solvers::nalgebra_sparse::{CooMatrix, CscMatrix};
use admm_solvers::qp::{Certificate, Program, Solution};
use nalgebra::{DMatrix, DVector};

const ASSETS: usize = 200;
const FACTORS: usize = 10;

/// minimise ½ Σ dᵢwᵢ² + ½‖s‖² with the exposure s = Fᵀw to the factors, as rows: Fᵀw − s = 0, Σ wᵢ = 1, ⟨gains, w⟩ at
/// least the return, w ≥ 0.
struct Market {
    gains: DMatrix<f64>,
    exposures: DMatrix<f64>,
    own: DMatrix<f64>,
}

impl Market {
    fn new() -> Self {
        let own = data::normal(ASSETS, 1, 3).map(|entry| 0.1 + entry * entry);
        Market { gains: data::normal(ASSETS, 1, 1), exposures: data::normal(ASSETS, FACTORS, 2) * 0.3, own }
    }

    fn risk(&self) -> CscMatrix<f64> {
        let mut p = CooMatrix::new(ASSETS + FACTORS, ASSETS + FACTORS);
        self.own.iter().enumerate().for_each(|(i, &own)| p.push(i, i, own));
        (ASSETS..ASSETS + FACTORS).for_each(|i| p.push(i, i, 1.0));
        CscMatrix::from(&p)
    }

    fn rows(&self) -> CscMatrix<f64> {
        let mut a = CooMatrix::new(FACTORS + 2 + ASSETS, ASSETS + FACTORS);
        for factor in 0..FACTORS {
            (0..ASSETS).for_each(|asset| a.push(factor, asset, self.exposures[(asset, factor)]));
            a.push(factor, ASSETS + factor, -1.0);
        }
        for asset in 0..ASSETS {
            a.push(FACTORS, asset, 1.0);
            a.push(FACTORS + 1, asset, self.gains[asset]);
            a.push(FACTORS + 2 + asset, asset, 1.0);
        }
        CscMatrix::from(&a)
    }

    /// The lower and upper bounds of the rows.
    fn bounds(&self, gain: f64, least: f64) -> [DVector<f64>; 2] {
        let sides = |sum: f64, gain: f64, weight: f64| {
            let equations = std::iter::repeat_n(0.0, FACTORS).chain([sum, gain]);
            let entries: Vec<f64> = equations.chain(std::iter::repeat_n(weight, ASSETS)).collect();
            DVector::from_vec(entries)
        };
        [sides(1.0, gain, least), sides(1.0, f64::INFINITY, f64::INFINITY)]
    }

    fn solve(&self, gain: f64) -> Result<Solution> {
        let ([lower, upper], q) = (self.bounds(gain, 0.0), DVector::zeros(ASSETS + FACTORS));
        Program::new(self.risk(), q, self.rows(), lower, upper)?.solve()
    }

    /// The most return with weights of any sign.
    fn on_credit(&self) -> Result<Solution> {
        let [lower, upper] = self.bounds(0.0, f64::NEG_INFINITY);
        let q = DVector::from_fn(ASSETS + FACTORS, |i, _| if i < ASSETS { -self.gains[i] } else { 0.0 });
        let none = CscMatrix::zeros(ASSETS + FACTORS, ASSETS + FACTORS);
        Program::new(none, q, self.rows(), lower, upper)?.solve()
    }
}

pub(crate) fn main() -> Result<()> {
    let market = Market::new();
    let best = market.gains.max();
    let solution = market.solve(0.5 * best)?;
    let w = solution.x.rows(0, ASSETS).into_owned();
    // The gradient of the risk is the same multiple of the return and of 1 for every asset that is held, and larger for
    // the others.
    let risk = &market.exposures * market.exposures.tr_mul(&w) + market.own.component_mul(&w);
    let (sum, gain) = (solution.y[FACTORS], solution.y[FACTORS + 1]);
    let reduced = risk + DMatrix::from_element(ASSETS, 1, sum) + &market.gains * gain;
    let gap = reduced.iter().zip(w.iter()).map(|(slope, w)| slope.abs().min(w.abs()).max(-slope)).fold(0.0, f64::max);
    let held = w.iter().filter(|w| **w > 1e-4).count();
    println!("{held} assets of {ASSETS}, {} iterations, optimal to {gap:.0e}", solution.iterations);
    assert!(solution.status == Status::Converged && gap < 1e-5 && (w.sum() - 1.0).abs() < 1e-5);

    let greedy = market.solve(1.5 * best)?;
    assert_eq!(greedy.status, Status::PrimalInfeasible);
    let Some(Certificate::Primal(proof)) = greedy.certificate else { panic!("no proof") };
    // The sum and the return contradict each other: 1.5 times the best gain from weights of sum 1.
    let (sum, gain) = (proof.vector[FACTORS], proof.vector[FACTORS + 1]);
    println!("too much: the proof is {:.3} below 0, and off by {:.0e}", -proof.value, proof.violation);
    assert!(gain < 0.0 && (sum + 1.5 * best * gain - proof.value).abs() < 1e-9 && proof.value < 0.0);

    let endless = market.on_credit()?;
    assert_eq!(endless.status, Status::DualInfeasible);
    let Some(Certificate::Dual(proof)) = endless.certificate else { panic!("no proof") };
    let (bought, gained) = (proof.vector.rows(0, ASSETS).sum(), proof.vector.rows(0, ASSETS).dot(&market.gains));
    println!("on credit: a gain of {gained:.3} for {bought:.0e}");
    assert!(gained > 0.0 && bought.abs() < 1e-3 * gained);
    Ok(())
}
