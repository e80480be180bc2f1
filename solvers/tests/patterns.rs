//! Linearised ADMM, general consensus, sharing and exchange against plain loops with unscaled duals, iterate by
//! iterate, and three blocks one after the other, which diverge.

use crate::common::{self, LAMBDA, LASSO, Matrix, column, design, distance, response};
use crate::plain::*;
use admm::operator::{Linearized, Selection, norm_squared};
use admm::patterns::{Consensus, GeneralConsensus, Group, Sharing, Weighted};
use admm::penalty::{Balance, Fixed};
use admm::*;
use admm_solvers::operator::ComposedQuadratic;
use admm_solvers::prox::{self, L1, Scaled, Singleton, SquaredL2, Translated};

/// λ‖x‖₁ + ½‖z − d‖² with Kx − z = 0, K: 4×5.
#[test]
fn linearised_admm_follows_its_formula() {
    let (k, d, rho) = (rows(&design()), rows(&response()).concat(), 0.3);
    let square = norm_squared(&design(), (5, 1)).unwrap();
    let f = Linearized { of: Scaled { weight: LAMBDA, of: L1 }, operator: design(), square, max_steps: 1 };
    let g = Negated(Exact(Translated { of: SquaredL2, by: response() }));
    let mut admm = Coordinator::new(f, g, Matrix::zeros(5, 1), Matrix::zeros(4, 1), rho).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), common::TIGHT);
    admm.acceleration = Box::new(admm::accelerate::Plain);
    let (kt, step) = (transposed(&k), 1.0 / (rho * square));
    let (mut x, mut z, mut y) = (vec![0.0; 5], vec![0.0; 4], vec![0.0; 4]);
    for iteration in 1..=200 {
        let gap = plus(&times(&k, &x), -1.0, &z);
        let slope = times(&kt, &plus(&y, rho, &gap));
        x = plus(&x, -step, &slope).into_iter().map(|v| soft(v, LAMBDA * step)).collect();
        let (kx, old) = (times(&k, &x), z.clone());
        z = (0..4).map(|i| (d[i] + y[i] + rho * kx[i]) / (1.0 + rho)).collect();
        let gap = plus(&kx, -1.0, &z);
        y = plus(&y, rho, &gap);
        let s = rho * norm(&times(&kt, &plus(&z, -1.0, &old)));
        assert_record(iteration, &admm.step().unwrap(), &measured(norm(&gap), s, rho, None));
        let state = admm.state();
        assert_close("x", iteration, state.x.as_slice(), &x);
        assert_close("z", iteration, state.z.as_slice(), &z);
        assert_close("y", iteration, (&state.u * rho).as_slice(), &y);
    }
    admm.max_iterations = 100_000;
    assert_eq!(admm.run(()).unwrap().status, Status::Converged);
    assert!(distance(&admm.state().x, &LASSO) < 1e-7, "{}", admm.state().x);
}

const VIEWS: [&[usize]; 4] = [&[0, 1, 2], &[3, 1], &[2, 3, 4], &[0, 4, 2]];

/// ½‖dᵢxᵢ − bᵢ‖² with a row dᵢ of the columns that block i sees.
fn seen(i: usize) -> common::LeastSquares<f64> {
    common::LeastSquares::new(design().rows(i, 1).select_columns(VIEWS[i]), response().rows(i, 1).into())
}

/// Boyd et al. (2011, §7.2) with λ‖z‖₁.
#[test]
fn general_consensus_follows_boyd() {
    let rho = 0.7;
    let group = Group { blocks: (0..4).map(|i| Exact(seen(i))).collect(), exec: Exec::Serial };
    let views = VIEWS.iter().map(|rows| Selection::new(rows.to_vec(), 5).unwrap()).collect();
    let consensus = Negated(GeneralConsensus::new(Scaled { weight: 0.1, of: L1 }, views).unwrap());
    let start = VIEWS.iter().map(|view| Matrix::zeros(view.len(), 1)).collect();
    let mut admm = Coordinator::new(group, consensus, start, Matrix::zeros(5, 1), rho).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), common::TIGHT);
    let mut x: Rows = VIEWS.iter().map(|view| vec![0.0; view.len()]).collect();
    let (mut y, mut z) = (x.clone(), vec![0.0; 5]);
    for iteration in 1..=100 {
        for i in 0..4 {
            let (f, own) = (seen(i), VIEWS[i].len());
            let right = |j: usize| f.d[(0, j)] * f.b[0] - y[i][j] + rho * z[VIEWS[i][j]];
            x[i] = solve(normal(&identity(own, rho), 1.0, &rows(&f.d)), (0..own).map(right).collect());
        }
        let old = z.clone();
        for (g, z) in z.iter_mut().enumerate() {
            let places = (0..4).flat_map(|i| VIEWS[i].iter().enumerate().map(move |(j, &row)| (i, j, row)));
            let own: Vec<f64> = places.filter(|place| place.2 == g).map(|(i, j, _)| x[i][j] + y[i][j] / rho).collect();
            let count = own.len() as f64;
            *z = soft(own.iter().sum::<f64>() / count, 0.1 / (count * rho));
        }
        let spread =
            |z: &[f64]| -> Rows { VIEWS.iter().map(|view| view.iter().map(|&row| z[row]).collect()).collect() };
        let gaps: Rows = x.iter().zip(spread(&z)).map(|(x, z)| plus(x, -1.0, &z)).collect();
        y = y.iter().zip(&gaps).map(|(y, gap)| plus(y, rho, gap)).collect();
        let s = rho * norm(&spread(&plus(&z, -1.0, &old)).concat());
        assert_record(iteration, &admm.step().unwrap(), &measured(norm(&gaps.concat()), s, rho, None));
        let state = admm.state();
        assert_close("z", iteration, state.z.as_slice(), &z);
        for i in 0..4 {
            assert_close("xᵢ", iteration, state.x[i].as_slice(), &x[i]);
            assert_close("yᵢ", iteration, (&state.u[i] * rho).as_slice(), &y[i]);
        }
    }
}

type Parts = Group<Exact<common::LeastSquares<f64>>>;

/// Four blocks with a row of A each against g of the sum of their variables.
fn shared<P: Prox<f64>>(of: P, rho: f64, exec: Exec) -> Coordinator<f64, Parts, Negated<Sharing<P>>> {
    let part = |i| Exact(common::LeastSquares::new(design().rows(i, 1).into(), response().rows(i, 1).into()));
    let (group, zero) = (Group { blocks: (0..4).map(part).collect(), exec }, vec![Matrix::zeros(5, 1); 4]);
    let mut admm = Coordinator::new(group, Negated(Sharing { of, members: 4 }), zero.clone(), zero, rho).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), common::TIGHT);
    admm
}

/// The form of Boyd et al. (2011, §7.3) with one dual and the means x̄ and z̄, for z̄ = `mean`(ū + x̄).
fn assert_shares<P: Prox<f64>>(of: P, rho: f64, mean: impl Fn(f64) -> f64) {
    let mut admm = shared(of, rho, Exec::Serial);
    let (d, b) = (rows(&design()), rows(&response()).concat());
    let average = |x: &Rows| -> Vector { (0..5).map(|j| x.iter().map(|x| x[j]).sum::<f64>() / 4.0).collect() };
    let (mut x, mut z, mut u) = (vec![vec![0.0; 5]; 4], vec![0.0; 5], vec![0.0; 5]);
    for iteration in 1..=100 {
        let shift = plus(&plus(&average(&x), -1.0, &z), 1.0, &u);
        for (i, x) in x.iter_mut().enumerate() {
            let v = plus(x, -1.0, &shift);
            let right = (0..5).map(|j| d[i][j] * b[i] + rho * v[j]).collect();
            *x = solve(normal(&identity(5, rho), 1.0, &vec![d[i].clone()]), right);
        }
        let sum = plus(&u, 1.0, &average(&x));
        z = sum.iter().map(|&v| mean(v)).collect();
        u = plus(&sum, -1.0, &z);
        let record = admm.step().unwrap();
        assert_close("‖r‖", iteration, &[record.primal], &[2.0 * norm(&plus(&average(&x), -1.0, &z))]);
        let state = admm.state();
        assert_close("Σzᵢ", iteration, state.z.iter().sum::<Matrix>().as_slice(), &plus(&[0.0; 5], 4.0, &z));
        for (i, x) in x.iter().enumerate() {
            assert_close("xᵢ", iteration, state.x[i].as_slice(), x);
            assert_close("uᵢ", iteration, state.u[i].as_slice(), &u);
        }
    }
}

#[test]
fn sharing_follows_boyd() {
    for rho in [0.3, 2.0] {
        assert_shares(Scaled { weight: LAMBDA, of: L1 }, rho, |v| soft(v, LAMBDA / rho));
    }
}

/// §7.3.2: what one gives another takes, z̄ = 0, and u is the price.
#[test]
fn exchange_follows_boyd() {
    assert_shares(Singleton(Matrix::zeros(5, 1)), 0.7, |_| 0.0);
}

#[test]
fn sharing_has_the_same_bits_on_one_and_three_threads() {
    let run = |exec| {
        let mut admm = shared(Scaled { weight: LAMBDA, of: L1 }, 1.0, exec);
        admm.iter().take(100).for_each(|record| assert!(record.is_ok()));
        serde_json::to_string(admm.state()).unwrap()
    };
    assert_eq!(run(Exec::Serial), run(Exec::threads(3).unwrap()));
}

/// Chen, He, Ye and Yuan (2016, §3): minimise 0 subject to a₁x₁ + a₂x₂ + a₃x₃ = 0, whose only solution is 0.
const DIVERGENT: [[f64; 3]; 3] = [[1.0, 1.0, 1.0], [1.0, 1.0, 2.0], [1.0, 2.0, 2.0]];

/// The spectral radius of the linear map from (x, y) to the next iterate, by the growth of a vector in the long run.
#[test]
fn three_blocks_one_after_the_other_diverge() {
    let (mut x, mut y, mut growth, steps) = ([1.0; 3], vec![0.0; 3], 0.0, 100_000);
    for _ in 0..steps {
        for i in 0..3 {
            let others = |row: usize| (0..3).filter(|&j| j != i).map(|j| DIVERGENT[j][row] * x[j]).sum::<f64>();
            let pull: f64 = (0..3).map(|row| DIVERGENT[i][row] * (others(row) + y[row])).sum();
            x[i] = -pull / DIVERGENT[i].iter().map(|a| a * a).sum::<f64>();
        }
        y = (0..3).map(|row| y[row] + (0..3).map(|j| DIVERGENT[j][row] * x[j]).sum::<f64>()).collect();
        let length = norm(&[&x[..], &y].concat());
        growth += length.ln();
        (x, y) = (x.map(|x| x / length), y.iter().map(|y| y / length).collect());
    }
    let radius = (growth / f64::from(steps)).exp();
    assert!((radius - 1.02784).abs() < 5e-5, "{radius}");
}

/// The same three blocks, side by side against their exchange.
#[test]
fn three_blocks_side_by_side_converge() {
    let block = |a: &[f64; 3]| {
        let nothing = prox::Quadratic::new(Matrix::zeros(1, 1), Matrix::zeros(1, 1)).unwrap();
        ComposedQuadratic::new(nothing, column(a)).unwrap()
    };
    let group = Group { blocks: DIVERGENT.iter().map(block).collect(), exec: Exec::Serial };
    let exchange = Negated(Sharing { of: Singleton(Matrix::zeros(3, 1)), members: 3 });
    let (x, z) = (vec![column(&[1.0]); 3], vec![Matrix::zeros(3, 1); 3]);
    let mut admm = Coordinator::new(group, exchange, x, z, 1.0).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), Tolerance { absolute: 1e-10, relative: 0.0 });
    let outcome = admm.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert!(outcome.best.x.iter().all(|x| x[0].abs() < 1e-7), "{:?}", outcome.best.x);
}

/// Boyd et al. (2011, §7.1) with a penalty wᵢρ for each block, the unscaled duals yᵢ, and ρ by the residuals of the
/// weighted constraint √wᵢ (xᵢ − z) = 0.
#[test]
fn blocks_with_penalties_of_their_own_follow_boyd() {
    let weights = [0.25, 1.0, 3.0, 7.0];
    for (mut rho, balance) in [(0.7, None), (20.0, Some((1.5, 2.0)))] {
        let part = |i| Exact(common::LeastSquares::new(design().rows(i, 1).into(), response().rows(i, 1).into()));
        let block = |i: usize| Weighted { of: part(i), weight: weights[i] };
        let group = Group { blocks: (0..4).map(block).collect(), exec: Exec::Serial };
        let consensus = Consensus { of: common::l1(LAMBDA), members: 4 };
        let z = Negated(Weighted { of: consensus, weight: weights.to_vec() });
        let mut admm = Coordinator::new(group, z, vec![Matrix::zeros(5, 1); 4], Matrix::zeros(5, 1), rho).unwrap();
        admm.tolerance = common::TIGHT;
        admm.penalty_policy = match balance {
            None => Box::new(Fixed),
            Some((threshold, factor)) => Box::new(Balance { threshold, factor }),
        };
        let (d, b) = (rows(&design()), rows(&response()).concat());
        let (mut x, mut y, mut z) = (vec![vec![0.0; 5]; 4], vec![vec![0.0; 5]; 4], vec![0.0; 5]);
        let (total, squares) = (weights.iter().sum::<f64>(), weights.iter().map(|w| w * w).sum::<f64>());
        let mut changes = 0;
        for iteration in 1..=60 {
            for i in 0..4 {
                let matrix = normal(&identity(5, weights[i] * rho), 1.0, &vec![d[i].clone()]);
                x[i] = solve(matrix, (0..5).map(|j| d[i][j] * b[i] - y[i][j] + weights[i] * rho * z[j]).collect());
            }
            let old = z.clone();
            let mean = |j: usize| (0..4).map(|i| weights[i] * x[i][j] + y[i][j] / rho).sum::<f64>() / total;
            z = (0..5).map(|j| soft(mean(j), LAMBDA / (total * rho))).collect();
            let gap: Vec<Vector> = x.iter().map(|x| plus(x, -1.0, &z)).collect();
            y = (0..4).map(|i| plus(&y[i], weights[i] * rho, &gap[i])).collect();
            let r = (0..4).map(|i| weights[i] * norm(&gap[i]).powi(2)).sum::<f64>().sqrt();
            let s = rho * squares.sqrt() * norm(&plus(&z, -1.0, &old));
            let expected = measured(r, s, rho, balance);
            assert_record(iteration, &admm.step().unwrap(), &expected);
            (rho, changes) = (expected.next, changes + usize::from(expected.next != expected.rho));
            let state = admm.state();
            assert_close("z", iteration, state.z.as_slice(), &z);
            for i in 0..4 {
                assert_close("xᵢ", iteration, state.x[i].as_slice(), &x[i]);
                assert_close("yᵢ", iteration, (&state.u[i] * (rho * weights[i].sqrt())).as_slice(), &y[i]);
            }
        }
        assert_eq!(balance.is_some(), changes >= 3, "{changes} changes");
        admm.max_iterations = 100_000;
        assert_eq!(admm.run(()).unwrap().status, Status::Converged);
        assert!(distance(&admm.state().z, &LASSO) < 1e-8);
    }
}

#[test]
fn weights_that_are_not_positive_or_not_as_many_as_members_are_refused() {
    let start = Matrix::zeros(5, 1);
    let l1 = || Consensus { of: common::l1(LAMBDA), members: 2 };
    let group = |weight| {
        let part = || Exact(common::LeastSquares::new(design(), response()));
        Group {
            blocks: vec![Weighted { of: part(), weight: 1.0 }, Weighted { of: part(), weight }],
            exec: Exec::Serial,
        }
    };
    let refused = |weight, weights: &[f64]| {
        let z = Negated(Weighted { of: l1(), weight: weights.to_vec() });
        Coordinator::new(group(weight), z, vec![start.clone(); 2], start.clone(), 1.0).err()
    };
    assert_eq!(refused(2.0, &[1.0, 2.0]), None);
    for bad in [0.0, -1.0, f64::INFINITY] {
        assert!(matches!(refused(bad, &[1.0, 2.0]), Some(Error::Parameters(_) | Error::NotFinite { .. })), "{bad}");
        assert!(matches!(refused(2.0, &[1.0, bad]), Some(Error::Parameters(_) | Error::NotFinite { .. })), "{bad}");
    }
    assert!(matches!(refused(2.0, &[1.0, 2.0, 3.0]), Some(Error::Size { .. })));
}
