//! The coordinator against the *unscaled* method of Boyd et al. (2011, eqs. 3.2–3.4) in plain loops, iterate by
//! iterate. ADMM corrects its own mistakes, so a test of the optimum alone does not see a wrong dual, residual or
//! penalty.

use crate::common::{self, LAMBDA, LASSO, Matrix, Quadratic, column, design, distance, l1, response};
use crate::plain::*;
use admm::patterns::{Consensus, Group};
use admm::penalty::{Balance, Fixed, Penalty};
use admm::*;
use nalgebra::DMatrix;

/// ½xᵀPx + qᵀx + g(z) with Ax + Bz = c, and y the unscaled dual.
struct Boyd<G> {
    p: Rows,
    q: Vector,
    a: Rows,
    b: Rows,
    c: Vector,
    /// (w, y, ρ) ↦ argmin g(z) + yᵀBz + ρ/2 ‖w + Bz‖².
    argmin: G,
    alpha: f64,
    balance: Option<(f64, f64)>,
    x: Vector,
    z: Vector,
    y: Vector,
    rho: f64,
}

impl<G: Fn(&[f64], &[f64], f64) -> Vector> Boyd<G> {
    fn step(&mut self) -> Measured {
        let (rho, at) = (self.rho, transposed(&self.a));
        let old = plus(&times(&self.b, &self.z), -1.0, &self.c);
        let pull = times(&at, &plus(&self.y, rho, &old));
        let right = self.q.iter().zip(pull).map(|(q, pull)| -q - pull).collect();
        self.x = solve(normal(&self.p, rho, &self.a), right);
        let ax = times(&self.a, &self.x);
        let relaxed: Vector = ax.iter().zip(&old).map(|(ax, old)| self.alpha * ax - (1.0 - self.alpha) * old).collect();
        self.z = (self.argmin)(&plus(&relaxed, -1.0, &self.c), &self.y, rho);
        let new = plus(&times(&self.b, &self.z), -1.0, &self.c);
        self.y = plus(&self.y, rho, &plus(&relaxed, 1.0, &new));
        let r = norm(&plus(&ax, 1.0, &new));
        let s = rho * norm(&times(&at, &plus(&new, -1.0, &old)));
        let measured = measured(r, s, rho, self.balance);
        self.rho = measured.next;
        measured
    }
}

/// ½‖Ax − b‖² + λ‖z‖₁ with x − z = 0.
fn plain_lasso(alpha: f64, rho: f64, balance: Option<(f64, f64)>) -> Boyd<impl Fn(&[f64], &[f64], f64) -> Vector> {
    let (d, b) = (rows(&design()), rows(&response()).concat());
    Boyd {
        p: normal(&identity(5, 0.0), 1.0, &d),
        q: times(&transposed(&d), &b).iter().map(|q| -q).collect(),
        a: identity(5, 1.0),
        b: identity(5, -1.0),
        c: vec![0.0; 5],
        argmin: |w: &[f64], y: &[f64], rho: f64| {
            w.iter().zip(y).map(|(w, y)| soft(w + y / rho, LAMBDA / rho)).collect()
        },
        alpha,
        balance,
        x: vec![0.0; 5],
        z: vec![0.0; 5],
        y: vec![0.0; 5],
        rho,
    }
}

fn policy<S: 'static>(balance: Option<(f64, f64)>) -> Box<dyn Penalty<f64, S>> {
    match balance {
        None => Box::new(Fixed),
        Some((threshold, factor)) => Box::new(Balance { threshold, factor }),
    }
}

/// Both for so many iterations, and how often ρ went up and down.
#[track_caller]
fn assert_same<P, Q, G>(mut admm: Coordinator<f64, P, Q>, mut plain: Boyd<G>, iterations: usize) -> (usize, usize)
where
    P: Subproblem<f64, Var = Matrix, Image = Matrix>,
    Q: Subproblem<f64, Var = Matrix, Image = Matrix>,
    G: Fn(&[f64], &[f64], f64) -> Vector,
{
    admm.relaxation = plain.alpha;
    admm.penalty_policy = policy(plain.balance);
    admm.penalty_limits.max_changes = u32::MAX;
    admm.tolerance = Tolerance { absolute: 0.0, relative: 1e-15 };
    let (mut up, mut down) = (0, 0);
    for iteration in 1..=iterations {
        let record = admm.step().unwrap();
        let expected = plain.step();
        assert_record(iteration, &record, &expected);
        let (state, at) = (admm.state(), transposed(&plain.a));
        let y = &state.u * state.rho;
        assert_eq!(state.rho, expected.next, "ρ after iteration {iteration}");
        assert_close("x", iteration, state.x.as_slice(), &plain.x);
        assert_close("z", iteration, state.z.as_slice(), &plain.z);
        assert_close("y", iteration, y.as_slice(), &plain.y);
        let (ax, bz) = (norm(&times(&plain.a, &plain.x)), norm(&times(&plain.b, &plain.z)));
        assert_close("ε_pri", iteration, &[record.primal_bound * 1e15], &[ax.max(bz).max(norm(&plain.c))]);
        assert_close("ε_dual", iteration, &[record.dual_bound * 1e15], &[norm(&times(&at, &plain.y))]);
        (up, down) = (up + usize::from(expected.next > expected.rho), down + usize::from(expected.next < expected.rho));
        assert_eq!(record.penalty_changes as usize, up + down);
    }
    (up, down)
}

#[test]
fn fixed_penalty_follows_boyd() {
    for rho in [0.3, 1.0, 7.0] {
        assert_same(common::regression(l1(LAMBDA), rho), plain_lasso(1.0, rho, None), 80);
    }
}

#[test]
fn residual_balancing_follows_boyd_up_and_down() {
    let changes = |rho: f64, balance: (f64, f64)| {
        assert_same(common::regression(l1(LAMBDA), rho), plain_lasso(1.0, rho, Some(balance)), 60)
    };
    let from_below = changes(0.05, (10.0, 2.0));
    let from_above = changes(1e3, (10.0, 2.0));
    let both_ways = changes(10.0, (1.5, 2.0));
    assert!(from_below.0 >= 3 && from_above.1 >= 3 && both_ways.0 >= 3 && both_ways.1 >= 3);
}

#[test]
fn over_relaxation_follows_boyd() {
    assert_same(common::regression(l1(LAMBDA), 1.0), plain_lasso(1.5, 1.0, None), 80);
    assert_same(common::regression(l1(LAMBDA), 1.0), plain_lasso(0.6, 1.0, None), 80);
    let (up, down) = assert_same(common::regression(l1(LAMBDA), 30.0), plain_lasso(1.5, 30.0, Some((2.0, 3.0))), 60);
    assert!(up + down >= 3, "{up} up, {down} down");
}

/// A: 5×3 and B: 5×2 dense, c ≠ 0, both functions quadratic.
#[test]
fn general_coupling_follows_boyd_with_the_true_dual_residual() {
    let a = Matrix::from_row_slice(5, 3, &[1., 2., 0., -1., 1., 3., 2., 0., -2., 0.5, 1., 1., 3., -1., 0.]);
    let b = Matrix::from_row_slice(5, 2, &[2., -1., 0., 1.5, -1., 1., 4., 0., 1., 1.]);
    let c = column(&[1.0, -2.0, 0.5, 3.0, -1.0]);
    let p = Matrix::from_row_slice(3, 3, &[2., 0.5, 0., 0.5, 1., -0.25, 0., -0.25, 3.]);
    let h = Matrix::from_row_slice(2, 2, &[0.5, 0.2, 0.2, 4.]);
    let (q, e) = (column(&[1., -1., 2.]), column(&[-3., 0.5]));
    let (x, z) = (column(&[1., 2., 3.]), column(&[-1., 4.]));
    for (alpha, rho, balance) in [(1.0, 0.2, None), (1.4, 0.2, None), (1.0, 50.0, Some((1.2, 1.7)))] {
        let (f, g) = (Quadratic::new(p.clone(), q.clone(), a.clone()), Quadratic::new(h.clone(), e.clone(), b.clone()));
        let admm = Coordinator::new(f, g, x.clone(), z.clone(), rho).unwrap().with_offset(c.clone()).unwrap();
        let (h, e, b) = (rows(&h), rows(&e).concat(), rows(&b));
        let bt = transposed(&b);
        let plain = Boyd {
            p: rows(&p),
            q: rows(&q).concat(),
            a: rows(&a),
            b: b.clone(),
            c: rows(&c).concat(),
            argmin: |w: &[f64], y: &[f64], rho: f64| {
                let pull = times(&bt, &plus(y, rho, w));
                solve(normal(&h, rho, &b), e.iter().zip(pull).map(|(e, pull)| -e - pull).collect())
            },
            alpha,
            balance,
            x: rows(&x).concat(),
            z: rows(&z).concat(),
            y: vec![0.0; 5],
            rho,
        };
        let (up, down) = assert_same(admm, plain, 60);
        assert_eq!(balance.is_some(), up >= 2 && down >= 2, "{up} up, {down} down");
    }
}

type Parts = Group<Exact<common::LeastSquares<f64>>>;

/// Four blocks with a row of A each, and λ‖z‖₁ on what they agree on.
fn consensus(exec: Exec, rho: f64) -> Coordinator<f64, Parts, Negated<Consensus<common::ElasticNet>>> {
    let part = |i| Exact(common::LeastSquares::new(design().rows(i, 1).into(), response().rows(i, 1).into()));
    let group = Group { blocks: (0..4).map(part).collect(), exec };
    let (start, z) = (vec![DMatrix::zeros(5, 1); 4], Consensus { of: l1(LAMBDA), members: 4 });
    let mut admm = Coordinator::new(group, Negated(z), start, DMatrix::zeros(5, 1), rho).unwrap();
    admm.tolerance = common::TIGHT;
    admm
}

/// Boyd et al. (2011, §7.1.1) with the unscaled duals yᵢ.
#[test]
fn consensus_of_four_blocks_follows_boyd() {
    for (mut rho, balance) in [(0.7, None), (20.0, Some((1.5, 2.0)))] {
        let mut admm = consensus(Exec::Serial, rho);
        admm.penalty_policy = policy(balance);
        admm.penalty_limits.max_changes = u32::MAX;
        let (d, b) = (rows(&design()), rows(&response()).concat());
        let (mut x, mut y, mut z) = (vec![vec![0.0; 5]; 4], vec![vec![0.0; 5]; 4], vec![0.0; 5]);
        let mut changes = 0;
        for iteration in 1..=80 {
            for i in 0..4 {
                let matrix = normal(&identity(5, rho), 1.0, &vec![d[i].clone()]);
                x[i] = solve(matrix, (0..5).map(|j| d[i][j] * b[i] - y[i][j] + rho * z[j]).collect());
            }
            let old = z.clone();
            let mean = |j: usize| (0..4).map(|i| x[i][j] + y[i][j] / rho).sum::<f64>() / 4.0;
            z = (0..5).map(|j| soft(mean(j), LAMBDA / (4.0 * rho))).collect();
            let gap: Vec<Vector> = x.iter().map(|x| plus(x, -1.0, &z)).collect();
            y = y.iter().zip(&gap).map(|(y, gap)| plus(y, rho, gap)).collect();
            let s = rho * 4f64.sqrt() * norm(&plus(&z, -1.0, &old));
            let expected = measured(norm(&gap.concat()), s, rho, balance);
            let record = admm.step().unwrap();
            assert_record(iteration, &record, &expected);
            (rho, changes) = (expected.next, changes + usize::from(expected.next != expected.rho));
            let state = admm.state();
            assert_eq!(state.rho, rho);
            assert_close("z", iteration, state.z.as_slice(), &z);
            for i in 0..4 {
                assert_close("xᵢ", iteration, state.x[i].as_slice(), &x[i]);
                assert_close("yᵢ", iteration, (&state.u[i] * rho).as_slice(), &y[i]);
            }
        }
        assert_eq!(balance.is_some(), changes >= 3, "{changes} changes");
    }
}

#[test]
fn consensus_has_the_same_bits_on_one_and_two_threads_and_finds_the_lasso() {
    let (mut serial, mut threads) = (consensus(Exec::Serial, 1.0), consensus(Exec::threads(2).unwrap(), 1.0));
    for _ in 0..200 {
        let (one, two) = (serial.step().unwrap(), threads.step().unwrap());
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
        let bits = |x: &[Matrix]| x.iter().flat_map(|x| x.iter().map(|x| x.to_bits())).collect::<Vec<_>>();
        let (one, two) = (serial.state(), threads.state());
        assert_eq!(bits(&one.x), bits(&two.x));
        assert_eq!(bits(&one.u), bits(&two.u));
        assert_eq!(bits(std::slice::from_ref(&one.z)), bits(std::slice::from_ref(&two.z)));
    }
    let outcome = serial.run(()).unwrap();
    assert_eq!(outcome.status, Status::Converged);
    assert!(distance(&outcome.best.z, &LASSO) < 1e-8);
}
