//! The generic problems, each with the optimal value that is known, its data and its statement.

use super::clock::Clock;
use super::data::{image, kernel, normal, uniform};
use admm::accelerate::Plain;
use admm::operator::Operator;
use admm::penalty::{Balance, Damped, RelativeBalance};
use admm::{Coordinator, Exact, Negated, Prox, Result, Subproblem};
use admm_solvers::operator::{CircularConvolution, CircularGradient, ComposedQuadratic, ImageGradient, ImageQuadratic};
use admm_solvers::pca::{Covariance, Majorize, VarianceLoss};
use admm_solvers::prox::{
    Affine, Eigenvalues, Hinge, Indicator, L1, L2, LeastSquares, NegativeLog, Quadratic, Scaled, Separable, Simplex,
    SingularValues, Tilted,
};
use admm_solvers::set::{Bounds, Stiefel};
use nalgebra::DMatrix;

type Matrix = DMatrix<f64>;

/// A problem: its name and size, its optimal value, and what solves it.
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    pub(crate) optimum: f64,
    pub(crate) solve: fn(usize, &mut Clock) -> Result<()>,
}

const fn problem(name: &'static str, size: usize, optimum: f64, solve: fn(usize, &mut Clock) -> Result<()>) -> Problem {
    Problem { name, size, optimum, solve }
}

/// The problems and their optimal values, which are certified by dual bounds to 10⁻¹¹ at least, that of T12 excepted: it
/// is the best value known of a problem that is not convex.
pub(crate) const PROBLEMS: [Problem; 25] = [
    problem("T1", 64, 48.897754248828264, denoising),
    problem("T1", 128, 141.55222832295314, denoising),
    problem("T1", 256, 448.04801434086664, denoising),
    problem("T1", 512, 1550.8095501500738, denoising),
    problem("T2", 64, 2.3194672254913664, deconvolution),
    problem("T2", 256, 19.187348218034124, deconvolution),
    problem("T2", 512, 64.29122141302742, deconvolution),
    problem("T3", 300, 5.753978972688938, lasso),
    problem("T4", 100, 901.6412130524391, robust_pca),
    problem("T4", 300, 6447.663482157127, robust_pca),
    problem("T4", 1000, 32296.9565637931, robust_pca),
    problem("T5", 150, 720.8164846402764, completion),
    problem("T5", 300, 1485.1684117277046, completion),
    problem("T6", 100, 149.00464875683804, inverse_covariance),
    problem("T6", 300, 448.1584269451595, inverse_covariance),
    problem("T7", 300, 4.815389583887729, group_lasso),
    problem("T8", 500, 3.478656478757846, support_vectors),
    problem("T8", 2000, 12.60475232550573, support_vectors),
    problem("T9", 500, -1.5496961187363765, portfolio),
    problem("T9", 1000, -1.5682621662141587, portfolio),
    problem("T10", 50, 6.886811476769363, basis_pursuit),
    problem("T10", 200, 24.128176926504356, basis_pursuit),
    problem("T11", 100, 35.03607431085179, non_negative),
    problem("T11", 500, 154.35648286791644, non_negative),
    problem("T12", 50, -0.47200041833389184, sparse_components),
];

/// Over-relaxation, as Boyd et al. (2011, §3.4.3) advise for convex problems; all else is as it comes.
fn relaxed<P, Q>(f: P, g: Q, x: P::Var, z: Q::Var) -> Result<Coordinator<f64, P, Q>>
where
    P: Subproblem<f64>,
    Q: Subproblem<f64, Image = P::Image>,
{
    let mut admm = Coordinator::new(f, g, x, z, 1.0)?;
    admm.relaxation = 1.8;
    Ok(admm)
}

/// Plain iterations, since mixtures of ten images cost more than they save, and a ρ nearer to where the residuals balance
/// than the factor of ten that is the default.
fn for_images<P, Q>(admm: &mut Coordinator<f64, P, Q>)
where
    P: Subproblem<f64, Image = Matrix>,
    Q: Subproblem<f64, Image = Matrix>,
{
    admm.acceleration = Box::new(Plain);
    admm.penalty_policy = Box::new(Damped(RelativeBalance(Balance { threshold: 3.0, factor: 2.0 })));
}

/// Total variation of an image: ½‖X − B‖² + 0.1 Σ |steps down and to the right|.
fn denoising(n: usize, clock: &mut Clock) -> Result<()> {
    let (b, steps) = (image(n) + normal(11, n, n) * 0.1, ImageGradient { height: n, width: n });
    clock.start();
    let fit = ImageQuadratic::denoising(b.clone())?;
    let mut admm = relaxed(fit, Negated(Exact(Scaled { weight: 0.1, of: L1 })), b.clone(), steps.apply(&b))?;
    for_images(&mut admm);
    clock.run(admm, |state| 0.5 * (&state.x - &b).norm_squared() + 0.1 * steps.apply(&state.x).lp_norm(1))
}

/// Deconvolution: ½‖k ∗ X − B‖² + 0.005 Σ |steps down and to the right|, with circular borders.
fn deconvolution(n: usize, clock: &mut Clock) -> Result<()> {
    let (k, steps) = (CircularConvolution::new(&kernel(), (n, n))?, CircularGradient { height: n, width: n });
    let b = k.apply(&image(n)) + normal(21, n, n) * 0.02;
    clock.start();
    let fit = ImageQuadratic::deconvolution(&kernel(), b.clone())?;
    let mut admm = relaxed(fit, Negated(Exact(Scaled { weight: 0.005, of: L1 })), b.clone(), steps.apply(&b))?;
    for_images(&mut admm);
    clock.run(admm, |state| 0.5 * (k.apply(&state.x) - &b).norm_squared() + 0.005 * steps.apply(&state.x).lp_norm(1))
}

/// A (m×1000) with unit columns, and the response of a sparse x with noise.
fn regression(m: usize) -> (Matrix, Matrix) {
    let (mut a, noise) = (normal(31, m, 1000), normal(34, m, 1) * 1e-3_f64.sqrt());
    a.column_iter_mut().for_each(|mut column| column.unscale_mut(column.norm()));
    let x = chosen(&normal(32, 1000, 1), &uniform(33, 1000, 1), 0.02);
    let b = &a * x + noise;
    (a, b)
}

/// The entries of which the number beside is below a share, and 0 in the place of the others.
fn chosen(x: &Matrix, beside: &Matrix, share: f64) -> Matrix {
    x.zip_map(beside, |entry, beside| if beside < share { entry } else { 0.0 })
}

/// The lasso: ½‖Ax − b‖² + λ‖x‖₁ with λ = 0.1‖Aᵀb‖∞.
fn lasso(m: usize, clock: &mut Clock) -> Result<()> {
    let ((a, b), zero) = (regression(m), Matrix::zeros(1000, 1));
    let weight = 0.1 * a.tr_mul(&b).amax();
    clock.start();
    let fit = Exact(LeastSquares::new(a.clone(), b.clone())?);
    let admm = relaxed(fit, Negated(Exact(Scaled { weight, of: L1 })), zero.clone(), zero)?;
    clock.run(admm, |state| 0.5 * (&a * &state.z - &b).norm_squared() + weight * state.z.lp_norm(1))
}

/// Robust PCA: ‖L‖* + λ‖S‖₁ subject to L + S = M, with λ = 1/√n.
fn robust_pca(n: usize, clock: &mut Clock) -> Result<()> {
    let rank = if n < 1000 { n / 20 } else { 20 };
    let errors = chosen(&(normal(43, n, n) * 10.0), &uniform(44, n, n), 0.05);
    let (m, zero, weight) =
        (normal(41, n, rank) * normal(42, rank, n) + errors, Matrix::zeros(n, n), (n as f64).sqrt().recip());
    clock.start();
    let (low, sparse) = (Exact(SingularValues(L1)), Exact(Scaled { weight, of: L1 }));
    let admm = relaxed(low, sparse, zero.clone(), zero)?.with_offset(m.clone())?;
    clock.run(admm, |state| SingularValues(L1).value(&state.x) + weight * (&m - &state.x).lp_norm(1))
}

/// The indicator of the matrices that have these entries; NaN is unknown.
struct Known(Matrix);

impl Prox<f64> for Known {
    fn value(&self, x: &Matrix) -> f64 {
        let fits = self.0.iter().zip(x).all(|(known, entry)| known.is_nan() || known == entry);
        if fits { 0.0 } else { f64::INFINITY }
    }
    fn prox(&self, v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(v.zip_map(&self.0, |free, known| if known.is_nan() { free } else { known }))
    }
}

/// Matrix completion: ‖X‖* subject to two entries in five.
fn completion(n: usize, clock: &mut Clock) -> Result<()> {
    let (m, zero) = (normal(51, n, 5) * normal(52, 5, n), Matrix::zeros(n, n));
    let known = Known(m.zip_map(&uniform(53, n, n), |entry, beside| if beside < 0.4 { entry } else { f64::NAN }));
    clock.start();
    let admm = relaxed(Exact(SingularValues(L1)), Negated(Exact(known)), zero.clone(), zero)?;
    clock.run(admm, |state| SingularValues(L1).value(&state.z))
}

/// Sparse inverse covariance: tr(SX) − log det X + 0.1‖X‖₁.
fn inverse_covariance(p: usize, clock: &mut Clock) -> Result<()> {
    let precision = Matrix::from_fn(p, p, |i, j| [1.0, -0.45].get(i.abs_diff(j)).copied().unwrap_or(0.0));
    let root = precision.cholesky().expect("the precision is dominated by its diagonal").l();
    let x = root.tr_solve_lower_triangular(&normal(61, p, 10 * p)).expect("the root is regular");
    let (s, start) = (&x * x.transpose() / (10 * p) as f64, Matrix::identity(p, p));
    clock.start();
    let likelihood = Exact(Tilted { of: Eigenvalues(NegativeLog), by: s.clone() });
    let admm = relaxed(likelihood, Negated(Exact(Scaled { weight: 0.1, of: L1 })), start.clone(), start)?;
    clock.run(admm, |state| {
        let z = (&state.z + state.z.transpose()) * 0.5;
        let log = z.clone().cholesky().map_or(f64::INFINITY, |root| root.ln_determinant());
        s.dot(&z) - log + 0.1 * z.lp_norm(1)
    })
}

/// Entries of a group.
const GROUP: usize = 25;

/// ‖g‖ of each group.
fn lengths(x: &Matrix) -> impl Iterator<Item = f64> {
    (0..x.len() / GROUP).map(|group| x.rows(group * GROUP, GROUP).norm())
}

/// The group lasso: ½‖Ax − b‖² + λ Σ ‖x_g‖ with λ a tenth of the weight that makes x = 0.
fn group_lasso(m: usize, clock: &mut Clock) -> Result<()> {
    let ((a, b), zero) = (regression(m), Matrix::zeros(1000, 1));
    let weight = 0.1 * lengths(&a.tr_mul(&b)).fold(0.0, f64::max);
    clock.start();
    let norm = || Box::new(Scaled { weight, of: L2 }) as Box<dyn Prox<f64>>;
    let norms = Separable((0..1000 / GROUP).map(|_| (GROUP, norm())).collect());
    let fit = Exact(LeastSquares::new(a.clone(), b.clone())?);
    let admm = relaxed(fit, Negated(Exact(norms)), zero.clone(), zero)?;
    clock.run(admm, |state| 0.5 * (&a * &state.z - &b).norm_squared() + weight * lengths(&state.z).sum::<f64>())
}

/// A support vector machine: ½‖w‖² + 0.01 Σ max(1 − yⱼ⟨xⱼ, w⟩, 0).
fn support_vectors(n: usize, clock: &mut Clock) -> Result<()> {
    let d = if n == 500 { 20 } else { 50 };
    let mut rows = normal(81, n, d);
    let scores = &rows * normal(82, d, 1) + normal(83, n, 1) * (d as f64).sqrt();
    rows.row_iter_mut().zip(scores.iter()).for_each(|(mut row, &score)| row *= if score > 0.0 { 1.0 } else { -1.0 });
    let (loss, start) = (Scaled { weight: 0.01, of: Hinge }, Matrix::zeros(d, 1));
    clock.start();
    let ridge = ComposedQuadratic::new(Quadratic::new(Matrix::identity(d, d), start.clone())?, rows.clone())?;
    let admm = relaxed(ridge, Negated(Exact(loss)), start, Matrix::zeros(n, 1))?;
    clock.run(admm, |state| 0.5 * state.x.norm_squared() + loss.value(&(&rows * &state.x)))
}

/// A portfolio: Σ dᵢxᵢ² + ‖Fᵀx‖² − ⟨μ, x⟩ with x ≥ 0 and Σ xᵢ = 1.
fn portfolio(n: usize, clock: &mut Clock) -> Result<()> {
    let k = n / 10;
    let (f, gains) = (chosen(&normal(91, n, k), &uniform(92, n, k), 0.5), normal(94, n, 1));
    let own = uniform(93, n, 1) * (k as f64).sqrt();
    let start = Matrix::from_element(n, 1, (n as f64).recip());
    clock.start();
    let risk = (Matrix::from_diagonal(&own.column(0).into_owned()) + &f * f.transpose()) * 2.0;
    let risk = Exact(Quadratic::new(risk, -&gains)?);
    let admm = relaxed(risk, Negated(Exact(Simplex { total: 1.0 })), start.clone(), start)?;
    clock.run(admm, |state| {
        let x = state.z.map(|weight| weight.max(0.0));
        let x = &x / x.sum();
        own.dot(&x.component_mul(&x)) + f.tr_mul(&x).norm_squared() - gains.dot(&x)
    })
}

/// Basis pursuit: ‖x‖₁ subject to Ax = b.
fn basis_pursuit(m: usize, clock: &mut Clock) -> Result<()> {
    let n = 5 * m;
    let (a, zero) = (normal(101, m, n), Matrix::zeros(n, 1));
    let b = &a * chosen(&normal(102, n, 1), &uniform(103, n, 1), 0.05);
    clock.start();
    let admm = relaxed(Exact(Affine::new(&a, &b)?), Negated(Exact(L1)), zero.clone(), zero)?;
    clock.run(admm, |state| state.x.lp_norm(1))
}

/// Least squares with x ≥ 0: ½‖Ax − b‖².
fn non_negative(m: usize, clock: &mut Clock) -> Result<()> {
    let n = 2 * m / 5;
    let (a, zero) = (normal(111, m, n).add_scalar(0.5), Matrix::zeros(n, 1));
    let b = &a * normal(112, n, 1).map(|entry| entry.max(0.0)) + normal(113, m, 1);
    clock.start();
    let fit = Exact(LeastSquares::new(a.clone(), b.clone())?);
    let cone = Indicator(Bounds { lower: 0.0, upper: f64::INFINITY });
    let admm = relaxed(fit, Negated(Exact(cone)), zero.clone(), zero)?;
    clock.run(admm, |state| 0.5 * (&a * &state.z - &b).norm_squared())
}

/// Sparse principal components: −tr(WᵀSW)/tr S + 0.02‖W‖₁ with WᵀW = I, at the polar factor of W.
fn sparse_components(d: usize, clock: &mut Clock) -> Result<()> {
    let (scores, noise) = (normal(121, 2, 400), normal(122, d, 400));
    let x = Matrix::from_fn(d, 400, |i, j| {
        let score = if i < 20 { scores[(i / 10, j)] * [1.5, 1.0][i / 10] } else { 0.0 };
        0.7 * noise[(i, j)] + score
    });
    clock.start();
    let covariance = Covariance::from_matrix(&x * x.transpose() / 400.0)?;
    let loss = VarianceLoss { covariance: covariance.into(), weight: 1.0 };
    let (_, start) = loss.covariance.top(2)?;
    let dense = Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1000 };
    let sparse = Negated(Exact(Scaled { weight: 0.02, of: L1 }));
    // Over-relaxation is for convex problems.
    let admm = Coordinator::new(dense, sparse, start.clone(), start, 1.0)?;
    clock.run(admm, |state| {
        let Ok(w) = admm::ConstraintSet::project(&Stiefel::default(), &state.z) else { return f64::INFINITY };
        loss.covariance.explained(&w).map_or(f64::INFINITY, |share| 0.02 * w.lp_norm(1) - share)
    })
}
