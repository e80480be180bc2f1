//! The policies for ρ and the accelerations against their papers in plain loops, iterate by iterate, and what they
//! promise.

use crate::common::{self, LAMBDA, LASSO, Lasso, Matrix, Quadratic, column, distance, l1, regression};
use crate::plain::{Vector, assert_within, dot, lasso_step, norm, plus, solve};
use admm::accelerate::{Acceleration, Anderson, Nesterov, Phased, Plain};
use admm::penalty::{Balance, Fixed, Limits, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::state::{Memory, Record, Start, State, Step};
use admm::*;
use nalgebra::DMatrix;
use std::sync::Arc;

/// The small lasso with a tolerance that nothing meets.
fn endless(rho: f64) -> Lasso {
    let mut admm = regression(l1(LAMBDA), rho);
    admm.tolerance = Tolerance { absolute: 0.0, relative: 1e-15 };
    admm.penalty_limits = Limits { bounds: (1e-300, 1e300), max_changes: u32::MAX, max_factor: f64::INFINITY };
    admm
}

/// An iteration of the plain loops: where it started from, where it ended and under which ρ.
struct Move {
    iteration: usize,
    z0: Vector,
    y0: Vector,
    x: Vector,
    z: Vector,
    y: Vector,
    rho: f64,
}

impl Move {
    /// ‖r‖ / max(‖x‖, ‖z‖) and ‖s‖ / ‖y‖.
    fn normalised(&self) -> (f64, f64) {
        let r = norm(&plus(&self.x, -1.0, &self.z)) / norm(&self.x).max(norm(&self.z));
        let s = self.rho * norm(&plus(&self.z, -1.0, &self.z0)) / norm(&self.y);
        (r, s)
    }
}

/// Runs a policy beside a rule that maps a move to the next ρ; how often ρ went up and down.
fn follow(policy: impl Penalty<f64, Matrix> + 'static, rho: f64, mut rule: impl FnMut(&Move) -> f64) -> (u32, u32) {
    let mut admm = endless(rho);
    admm.penalty_policy = Box::new(policy);
    let (mut rho, mut z, mut y, mut up, mut down) = (rho, vec![0.0; 5], vec![0.0; 5], 0, 0);
    for iteration in 1..=30 {
        let (x, z1, y1) = lasso_step(&z, &y, rho, 1.0);
        let next = rule(&Move { iteration, z0: z, y0: y, x, z: z1.clone(), y: y1.clone(), rho });
        (z, y) = (z1, y1);
        let record = admm.step().unwrap();
        let state = admm.state();
        assert_within(1e-7, "ρ", iteration, &[record.rho, state.rho], &[rho, next]);
        assert_within(1e-7, "z", iteration, state.z.as_slice(), &z);
        assert_within(1e-7, "y", iteration, (&state.u * state.rho).as_slice(), &y);
        (up, down) = (up + u32::from(next > rho), down + u32::from(next < rho));
        assert_eq!(record.penalty_changes, up + down);
        rho = next;
    }
    (up, down)
}

#[test]
fn relative_balance_follows_wohlberg_up_and_down() {
    let changes = |rho, (threshold, factor)| {
        follow(RelativeBalance(Balance { threshold, factor }), rho, |here| match here.normalised() {
            (r, s) if r > threshold * s => here.rho * factor,
            (r, s) if s > threshold * r => here.rho / factor,
            _ => here.rho,
        })
    };
    assert!(changes(0.05, (10.0, 2.0)).0 >= 2);
    assert!(changes(1e3, (10.0, 2.0)).1 >= 2);
    let both = changes(10.0, (1.5, 2.0));
    assert!(both.0 >= 2 && both.1 >= 2, "{both:?}");
}

#[test]
fn the_square_root_of_the_ratio_follows_osqp() {
    let changes = |rho, threshold: f64, every| {
        follow(SquareRoot { threshold, every }, rho, |here| {
            let (r, s) = here.normalised();
            let ratio = (r / (s + 1e-10)).sqrt();
            let far = ratio > threshold || ratio < 1.0 / threshold;
            if far && here.iteration % every as usize == 0 { here.rho * ratio } else { here.rho }
        })
    };
    assert!(changes(1e-3, 5.0, 10).0 >= 1);
    assert!(changes(100.0, 3.0, 5).1 >= 2);
    let both = changes(30.0, 1.2, 4);
    assert!(both.0 >= 1 && both.1 >= 1, "{both:?}");
}

/// Xu, Figueiredo and Goldstein (2017) in their notation: b − Au − Bv = 0 with A = I, B = −I and b = 0, λ = −y, τ = ρ.
struct AdaptiveAdmm {
    memory: Option<[Vector; 4]>,
}

impl AdaptiveAdmm {
    fn next(&mut self, here: &Move) -> f64 {
        let tau = here.rho;
        let negative = |v: &[f64]| v.iter().map(|v| -v).collect::<Vector>();
        let hat = plus(&negative(&here.y0), -tau, &plus(&here.x, -1.0, &here.z0));
        let now = [here.x.clone(), hat, negative(&here.z), negative(&here.y)];
        if self.memory.is_some() && here.iteration % 2 == 1 {
            return tau;
        }
        let Some(before) = self.memory.replace(now.clone()) else { return tau };
        let [h, lambda_hat, g, lambda] = std::array::from_fn(|i| plus(&now[i], -1.0, &before[i]));
        let (alpha, alpha_cor) = Self::stepsize(&h, &lambda_hat);
        let (beta, beta_cor) = Self::stepsize(&g, &lambda);
        match (alpha_cor > 0.2, beta_cor > 0.2) {
            (true, true) => (alpha * beta).sqrt(),
            (true, false) => alpha,
            (false, true) => beta,
            (false, false) => tau,
        }
    }

    fn stepsize(image: &[f64], dual: &[f64]) -> (f64, f64) {
        let sd = dot(dual, dual) / dot(image, dual);
        let mg = dot(image, dual) / dot(image, image);
        let hybrid = if 2.0 * mg > sd { mg } else { sd - mg / 2.0 };
        (hybrid, dot(image, dual) / (norm(image) * norm(dual)))
    }
}

#[test]
fn spectral_penalties_follow_xu_figueiredo_and_goldstein() {
    for rho in [1e-2, 1.0, 30.0, 1e3] {
        let mut plain = AdaptiveAdmm { memory: None };
        let (up, down) = follow(Spectral::default(), rho, |here| plain.next(here));
        assert!(up + down >= 3 && up.min(down) >= 1, "ρ = {rho}: {up} up, {down} down");
    }
}

/// From a start of zeros with ρ = 1, moves of (Ax, ŷ) and (Bz, y).
fn spectral([ax, y_hat]: [[f64; 2]; 2], [bz, y]: [[f64; 2]; 2]) -> f64 {
    let [ax, y_hat, bz, y] = [ax, y_hat, bz, y].map(|entries| column(&entries));
    let (zero, u) = (column(&[0.0, 0.0]), y_hat - &ax);
    let mut record = Record::new(1.0);
    record.iteration = 2;
    let step = Step { record: &record, from: (&zero, &u), extrapolated: false, ax: &ax, to: (&bz, &y), c: &zero };
    let before = Arc::new(zero.clone());
    Spectral::default().next(&step, &mut Memory { numbers: vec![], elements: vec![before; 4] })
}

#[test]
fn spectral_estimates_count_where_images_and_duals_move_together() {
    let (two, eight) = ([[1.0, 0.0], [-2.0, 0.0]], [[1.0, 0.0], [-8.0, 0.0]]);
    let (across, along, still) = ([[1.0, 0.0], [0.0, 5.0]], [[1.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]);
    let weakly = |y| [[1.0, 0.0], [-1.0, y]];
    let table = [
        (two, eight, 4.0), // √(2·8)
        (two, two, 2.0),
        (two, across, 2.0),
        (across, eight, 8.0),
        (two, along, 2.0),
        (along, eight, 8.0),
        (across, across, 1.0),
        (across, along, 1.0),
        (still, still, 1.0),
        (still, eight, 8.0),
        // the steepest-descent stepsize 5 is above twice the minimum-gradient stepsize 1: 5 − ½
        (weakly(2.0), across, 4.5),
        // correlations of 0.204 and 0.196
        (weakly(4.8), across, 1.0 + 4.8 * 4.8 - 0.5),
        (weakly(5.0), across, 1.0),
    ];
    for (f, g, expected) in table {
        let rho = spectral(f, g);
        assert!((rho - expected).abs() < 1e-12, "{f:?} {g:?}: {rho}, expected {expected}");
    }
}

type Policy = fn() -> Box<dyn Penalty<f64, Matrix>>;

#[test]
fn every_adaptive_policy_recovers_from_a_bad_penalty_and_freezes() {
    let policies: [Policy; 4] = [
        || Box::new(Balance::default()),
        || Box::new(RelativeBalance::default()),
        || Box::new(SquareRoot::default()),
        || Box::new(Spectral::default()),
    ];
    for (i, policy) in policies.into_iter().enumerate() {
        for rho in [1e-2, 1e4] {
            let run = |max_changes| {
                let mut admm = regression(l1(LAMBDA), rho);
                (admm.penalty_policy, admm.max_iterations) = (policy(), 100_000);
                (admm.tolerance, admm.patience) = (Tolerance { absolute: 1e-9, relative: 1e-9 }, 100_000);
                admm.penalty_limits.max_changes = max_changes;
                let best = admm.run(()).unwrap().best;
                assert!(distance(&best.z, &LASSO) < 1e-6, "policy {i}, ρ = {rho}");
                best.record
            };
            let (fixed, adaptive, frozen) = (run(0), run(50), run(2));
            assert!(adaptive.iteration * 10 < fixed.iteration, "policy {i}, ρ = {rho}: {adaptive:?}");
            assert!(adaptive.penalty_changes <= 50, "policy {i}, ρ = {rho}");
            assert_eq!(frozen.penalty_changes, adaptive.penalty_changes.min(2), "policy {i}, ρ = {rho}");
        }
    }
}

/// Goldstein et al. (2014, algorithm 8) in their notation, of which u is our x, v our z and λ our −y.
#[test]
fn nesterov_with_restart_follows_goldstein() {
    let eta = 0.999;
    for tau in [0.1, 1.0, 100.0] {
        let mut admm = endless(tau);
        admm.acceleration = Box::new(Nesterov { restart: eta });
        let (mut v_hat, mut y_hat) = (vec![0.0; 5], vec![0.0; 5]);
        let (mut v, mut y, mut a, mut c, mut restarts) = (v_hat.clone(), y_hat.clone(), 1.0f64, f64::INFINITY, 0);
        for iteration in 1..=40 {
            let (_, v1, y1) = lasso_step(&v_hat, &y_hat, tau, 1.0);
            let (dual, primal) = (plus(&y1, -1.0, &y_hat), plus(&v1, -1.0, &v_hat));
            let combined = dot(&dual, &dual) / tau + tau * dot(&primal, &primal);
            if combined < eta * c {
                let next = (1.0 + (1.0 + 4.0 * a * a).sqrt()) / 2.0;
                v_hat = plus(&v1, (a - 1.0) / next, &plus(&v1, -1.0, &v));
                y_hat = plus(&y1, (a - 1.0) / next, &plus(&y1, -1.0, &y));
                (a, c) = (next, combined);
            } else {
                (v_hat, y_hat, a, c, restarts) = (v, y, 1.0, c / eta, restarts + 1);
            }
            (v, y) = (v1, y1);
            let record = admm.step().unwrap();
            let state = admm.state();
            assert_within(1e-9, "z", iteration, state.z.as_slice(), &v);
            assert_within(1e-9, "y", iteration, (&state.u * tau).as_slice(), &y);
            assert_eq!(record.rejected, restarts);
            if let Start::Ahead(bz, u) | Start::Back(bz, u) = &state.start {
                assert_within(1e-9, "ẑ", iteration, (-bz).as_slice(), &v_hat);
                assert_within(1e-9, "ŷ", iteration, (u * tau).as_slice(), &y_hat);
            }
        }
        assert!(restarts >= 1, "τ = {tau}");
    }
}

/// Walker and Ni (2011) with the ridge of Fu, Zhang and Boyd (2020): the αⱼ that sum to 1 and make ‖Σ αⱼ fⱼ‖² + λ Σ γⱼ²
/// least, γⱼ = α₀ + … + αⱼ, by Lagrange's equations.
fn mixed(history: &[(Vector, Vector)]) -> Vector {
    let n = history.len();
    let moves: Vec<Vector> = history.iter().map(|(w, g)| plus(g, -1.0, w)).collect();
    let starts: Vec<Vector> = history.iter().map(|(w, _)| w.clone()).collect();
    let spread = |points: &[Vector]| -> f64 {
        points.windows(2).map(|pair| plus(&pair[1], -1.0, &pair[0])).map(|change| dot(&change, &change)).sum()
    };
    let ridge = f64::EPSILON.sqrt() * (spread(&moves) + spread(&starts));
    let entry = |i: usize, j: usize| match (i < n, j < n) {
        (true, true) => dot(&moves[i], &moves[j]) + ridge * (n - 1 - i.max(j)) as f64,
        (false, false) => 0.0,
        _ => 1.0,
    };
    let equations = (0..=n).map(|i| (0..=n).map(|j| entry(i, j)).collect()).collect();
    let alpha = solve(equations, (0..=n).map(|i| if i == n { 1.0 } else { 0.0 }).collect());
    history.iter().zip(&alpha).fold(vec![0.0; 10], |sum, ((_, g), alpha)| plus(&sum, *alpha, g))
}

#[test]
fn anderson_follows_walker_and_ni_with_its_safeguard() {
    let mut taken_back = 0;
    for (rho, memory, safeguard) in [(0.1, 1, 2.0), (1.0, 3, 2.0), (100.0, 1, 1.0), (10.0, 3, 1.0)] {
        let mut admm = endless(rho);
        admm.acceleration = Box::new(Anderson { memory, safeguard });
        let (mut w, mut ahead, mut shortest, mut unbeaten) = (vec![0.0; 10], false, f64::INFINITY, 0);
        let (mut history, mut rejected): (Vec<(Vector, Vector)>, u64) = (Vec::new(), 0);
        for iteration in 1..=25 {
            // w = (−z, y/ρ)
            let z: Vector = w[..5].iter().map(|w| -w).collect();
            let y: Vector = w[5..].iter().map(|w| w * rho).collect();
            let (_, z, y) = lasso_step(&z, &y, rho, 1.0);
            let g: Vector = z.iter().map(|z| -z).chain(y.iter().map(|y| y / rho)).collect();
            let length = norm(&plus(&g, -1.0, &w));
            if ahead && length > safeguard * shortest / f64::from(unbeaten + 1) {
                let last = history.pop().unwrap();
                (w, ahead, rejected) = (last.1, false, rejected + 1);
                history.clear();
            } else {
                unbeaten = if length < shortest { 0 } else { unbeaten + i32::from(ahead) };
                shortest = shortest.min(length);
                history.push((w, g.clone()));
                history.drain(..history.len().saturating_sub(memory + 1));
                ahead = history.len() > 1;
                w = if ahead { mixed(&history) } else { g };
            }
            let record = admm.step().unwrap();
            let state = admm.state();
            assert_within(1e-6, "z", iteration, state.z.as_slice(), &z);
            assert_within(1e-6, "y", iteration, (&state.u * rho).as_slice(), &y);
            assert_eq!(
                (record.rejected, state.start.is_ahead()),
                (rejected, ahead),
                "iteration {iteration}, ρ = {rho}"
            );
        }
        taken_back += rejected;
    }
    assert!(taken_back >= 3, "the safeguard was tried: {taken_back}");
}

/// At most half the iterations in all rows of the table of golden.rs, run to 10⁻⁸. By the rule of the monograph the
/// three rows of a dozen and less are over before there is much to mix: they take no more than without.
#[test]
fn anderson_halves_the_iterations_of_the_small_lasso() {
    let iterations = |tolerance: Tolerance, alpha: f64, rho: f64, by: Box<dyn Acceleration<f64, Matrix>>| {
        let mut admm = regression(l1(LAMBDA), rho);
        (admm.stop, admm.tolerance) = (Stop::Residuals, tolerance);
        (admm.relaxation, admm.acceleration) = (alpha, by);
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged);
        outcome.best.record
    };
    let boyd = Tolerance { absolute: 1e-4, relative: 1e-2 };
    let high = Tolerance { absolute: 1e-8, relative: 1e-8 };
    let anderson = Anderson::default();
    for (alpha, rho) in [1.0, 1.5, 1.8].into_iter().flat_map(|alpha| [0.1, 1.0, 10.0, 100.0].map(|rho| (alpha, rho))) {
        for tolerance in [boyd, high] {
            let plain = iterations(tolerance, alpha, rho, Box::new(Plain)).iteration;
            let mixed = iterations(tolerance, alpha, rho, Box::new(anderson));
            let most = if plain > 12 { plain / 2 } else { plain };
            println!("α = {alpha}, ρ = {rho}: {plain} plain, {} with Anderson acceleration", mixed.iteration);
            assert!(mixed.iteration <= most, "α = {alpha}, ρ = {rho}: {mixed:?}");
            assert!(mixed.accepted > 0 && mixed.accepted + mixed.rejected < mixed.iteration);
        }
    }
}

/// ½‖x − b‖² + λ‖z‖₁ with Dx − z = 0 and D the first differences: total variation of a noisy step.
fn total_variation(rho: f64) -> Coordinator<f64, Quadratic, Negated<Exact<common::ElasticNet>>> {
    let n = 60;
    let b =
        DMatrix::from_fn(n, 1, |i, _| if (i / 12) % 2 == 0 { -1.0 } else { 1.0 } + 0.3 * (7.3 * (i * i) as f64).sin());
    let d = DMatrix::from_fn(n - 1, n, |i, j| if i == j { -1.0 } else { f64::from(j == i + 1) });
    let f = Quadratic::new(DMatrix::identity(n, n), -b, d);
    let (x, z) = (DMatrix::zeros(n, 1), DMatrix::zeros(n - 1, 1));
    let mut admm = Coordinator::new(f, Negated(Exact(l1(1.0))), x, z, rho).unwrap();
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), Tolerance { absolute: 1e-6, relative: 1e-6 });
    admm.acceleration = Box::new(admm::accelerate::Plain);
    admm
}

#[test]
fn accelerations_halve_the_iterations_of_total_variation_and_find_the_same() {
    for rho in [0.1, 1.0, 10.0] {
        let plain = total_variation(rho).run(()).unwrap().best;
        let accelerations: [Box<dyn Acceleration<f64, Matrix>>; 2] =
            [Box::new(Anderson::default()), Box::new(Nesterov::default())];
        for acceleration in accelerations {
            let mut admm = total_variation(rho);
            admm.acceleration = acceleration;
            let best = admm.run(()).unwrap().best;
            println!("ρ = {rho}: {} plain, {} accelerated", plain.record.iteration, best.record.iteration);
            assert!(2 * best.record.iteration <= plain.record.iteration, "ρ = {rho}: {:?}", best.record);
            assert!((best.x - &plain.x).amax() < 1e-4);
        }
    }
}

/// (Bz, u) as numbers.
fn point<X, Z>(state: &State<f64, X, Z, Matrix>) -> Vector {
    [state.bz.as_slice(), state.u.as_slice()].concat()
}

#[test]
fn a_safeguard_that_takes_everything_back_leaves_the_plain_run() {
    let (mut plain, mut admm) = (endless(0.1), endless(0.1));
    admm.acceleration = Box::new(Anderson { memory: 3, safeguard: 0.0 });
    for _ in 0..30 {
        let rejected = admm.state().record.rejected;
        if admm.step().unwrap().rejected == rejected {
            plain.step().unwrap();
            assert_eq!(point(admm.state()), point(plain.state()));
        }
    }
    let record = admm.state().record;
    assert_eq!((record.accepted, record.rejected, plain.state().record.iteration), (0, 10, 20));
}

/// Of iterations from mixtures that stand, ‖g(w) − w‖ is never longer than the safeguard allows; after one that is
/// taken back two are plain.
#[test]
fn a_mixture_that_stands_moves_no_further_than_the_safeguard_allows() {
    let (mut admm, mut shortest, mut unbeaten, safeguard) = (endless(0.1), f64::INFINITY, 0, 1.5);
    admm.acceleration = Box::new(Anderson { memory: 5, safeguard });
    let mut back = false;
    for iteration in 1..=200 {
        let from = match &admm.state().start {
            Start::Here => point(admm.state()),
            Start::Ahead(bz, u) | Start::Back(bz, u) => [bz.as_slice(), u.as_slice()].concat(),
        };
        let (ahead, rejected, again) = (admm.state().start.is_ahead(), admm.state().record.rejected, back);
        back = admm.step().unwrap().rejected > rejected;
        assert!(!again || !admm.state().start.is_ahead(), "a mixture of one iteration after {iteration}");
        if !back {
            let length = norm(&plus(&point(admm.state()), -1.0, &from));
            let allowed = safeguard * shortest / f64::from(unbeaten + 1) + 1e-13;
            assert!(!ahead || length <= allowed, "{length} in iteration {iteration}, {allowed} is allowed");
            unbeaten = if length < shortest { 0 } else { unbeaten + i32::from(ahead) };
            shortest = shortest.min(length);
        }
    }
    assert!(admm.state().record.rejected > 0 && shortest < 1e-10, "{:?}", admm.state().record);
}

/// Starts ahead come from the accelerated iterations alone, and each phase of these begins without the last one's past.
#[test]
fn phases_are_plain_and_accelerated_in_turn() {
    let mut admm = regression(l1(LAMBDA), 0.1);
    (admm.tolerance, admm.acceleration) =
        (common::TIGHT, Box::new(Phased { plain: 3, accelerated: 4, of: Anderson { memory: 10, safeguard: 1e300 } }));
    let mut plain = regression(l1(LAMBDA), 0.1);
    for iteration in 1..=21 {
        admm.step().unwrap();
        let state = admm.state();
        if iteration <= 3 {
            plain.step().unwrap();
            assert_eq!(point(state), point(plain.state()));
        }
        let is_plain = (iteration - 1) % 7 < 3;
        let kept = state.acceleration_memory.elements.len();
        assert_eq!(kept, if is_plain { 0 } else { 2 * ((iteration - 1) % 7 - 2) + 1 }, "iteration {iteration}");
        assert_eq!(state.start.is_ahead(), !is_plain && kept > 3, "iteration {iteration}");
    }
}

#[test]
fn a_change_of_the_penalty_begins_an_acceleration_anew() {
    let mut admm = endless(1e-2);
    (admm.penalty_policy, admm.acceleration) = (Box::new(Balance::default()), Box::new(Anderson::default()));
    let (mut changes, mut ahead) = (0, 0);
    for _ in 0..60 {
        let record = admm.step().unwrap();
        let state = admm.state();
        if record.penalty_changes > changes {
            changes = record.penalty_changes;
            assert_eq!((&state.start, &state.acceleration_memory), (&Start::Here, &Memory::default()));
        }
        ahead += u32::from(state.start.is_ahead());
    }
    assert!(changes >= 5 && ahead >= 5, "{changes} changes, {ahead} mixtures");
    admm.tolerance = common::TIGHT;
    assert!(distance(&admm.run(()).unwrap().best.z, &LASSO) < 1e-8);
}

#[test]
fn every_parameter_out_of_range_is_named() {
    let problems = |change: &dyn Fn(&mut Lasso)| {
        let mut admm = endless(1.0);
        change(&mut admm);
        match admm.run(()) {
            Err(Error::Parameters(problems)) => problems,
            other => panic!("{:?}", other.map(|outcome| outcome.status)),
        }
    };
    let ok = Balance::default();
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let relative = RelativeBalance(Balance { factor: bad, ..ok });
        let named = [
            (problems(&|admm| admm.penalty_policy = Box::new(relative)), "penalty_policy.factor"),
            (
                problems(&|admm| admm.penalty_policy = Box::new(SquareRoot { threshold: bad, every: 1 })),
                "penalty_policy.threshold",
            ),
            (
                problems(&|admm| admm.penalty_policy = Box::new(Spectral { correlation: bad, every: 1 })),
                "penalty_policy.correlation",
            ),
            (problems(&|admm| admm.acceleration = Box::new(Nesterov { restart: bad })), "acceleration.restart"),
            (
                problems(&|admm| admm.acceleration = Box::new(Anderson { memory: 1, safeguard: bad })),
                "acceleration.safeguard",
            ),
            (problems(&|admm| admm.accuracy = Accuracy::Summable { first: 1.0, power: bad }), "accuracy.power"),
            (problems(&|admm| admm.stop = Stop::Residuals & Stop::ObjectiveChange(bad)), "stop.objective_change"),
            (
                problems(&|admm| admm.stop = Stop::Normalised { primal: bad, dual: 1.0 } | Stop::Residuals),
                "stop.primal",
            ),
        ];
        for (problems, name) in named {
            let [Parameter { name: found, problem }] = &problems[..] else { panic!("{problems:?}") };
            assert!(found == name && problem.contains(&bad.to_string()), "{problems:?}");
        }
    }
    let without = problems(&|admm| admm.acceleration = Box::new(Anderson { memory: 0, safeguard: 1.0 }));
    assert_eq!(without, [Parameter::new("acceleration.memory", "must be at least 1, got 0")]);
}
