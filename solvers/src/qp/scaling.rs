//! The scaling of a program.

use super::program::Program;
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::CscMatrix;

/// Passes over the data, each of which halves the spread of their magnitudes on a logarithmic scale.
const PASSES: usize = 10;
/// The factors of one pass stay within this interval.
const FACTORS: (f64, f64) = (1e-4, 1e4);
/// The square root of how much larger the penalty of an equation is, Stellato et al. (2020, §5.2).
const EQUATION: f64 = 31.622_776_601_683_793;
/// The same for a row without bounds.
const FREE: f64 = 1e-3;

/// A program in other units: P̄ = cDPD, q̄ = cDq, Ā = EAD, l̄ = El and ū = Eu, with diagonal D and E.
///
/// The columns of [P̄, Āᵀ; Ā, 0] have a largest magnitude near 1 (Ruiz, "A scaling algorithm to equilibrate both rows and
/// columns norms in matrices", 2001), and so have P̄ and q̄ together (Stellato et al. 2020, algorithm 2, which takes the mean of the columns of P̄: it is small if most
/// variables are linear, and then passes make c ever larger). E also makes the
/// penalty of an equation larger, and that of a row without bounds smaller.
#[derive(Debug, Clone)]
pub(super) struct Scaled {
    pub(super) p: CscMatrix<f64>,
    pub(super) q: DMatrix<f64>,
    pub(super) a: CscMatrix<f64>,
    pub(super) lower: DMatrix<f64>,
    pub(super) upper: DMatrix<f64>,
    /// The diagonal of D: x = D x̄.
    pub(super) columns: DVector<f64>,
    /// The diagonal of E: y = E ȳ / c.
    pub(super) rows: DVector<f64>,
    /// The factor c of the objective.
    pub(super) cost: f64,
}

impl Scaled {
    pub(super) fn new(program: &Program) -> Self {
        let (n, m) = program.size();
        let column = |vector: &DVector<f64>| DMatrix::from_column_slice(vector.len(), 1, vector.as_slice());
        let mut scaled = Scaled {
            p: program.p.clone(),
            q: column(&program.q),
            a: program.a.clone(),
            lower: column(&program.lower),
            upper: column(&program.upper),
            columns: DVector::repeat(n, 1.0),
            rows: DVector::repeat(m, 1.0),
            cost: 1.0,
        };
        for _ in 0..PASSES {
            scaled.equilibrate();
            scaled.scale_cost();
        }
        scaled.scale_bounds();
        scaled.weigh();
        scaled
    }

    /// Takes the vectors of a program with the same matrices, in the units that there are.
    pub(super) fn take_vectors(&mut self, program: &Program) {
        let scaled = |vector: &DVector<f64>, by: &DVector<f64>| {
            DMatrix::from_iterator(vector.len(), 1, vector.iter().zip(by.iter()).map(|(entry, by)| entry * by))
        };
        self.q = scaled(&program.q, &self.columns) * self.cost;
        self.lower = scaled(&program.lower, &self.rows);
        self.upper = scaled(&program.upper, &self.rows);
    }

    fn equilibrate(&mut self) {
        let columns = largest_of_columns(&self.p).sup(&largest_of_columns(&self.a));
        let mut rows: DVector<f64> = DVector::zeros(self.a.nrows());
        for column in self.a.col_iter() {
            column.row_indices().iter().zip(column.values()).for_each(|(&i, entry)| rows[i] = rows[i].max(entry.abs()));
        }
        self.scale(&columns.map(factor), &rows.map(factor));
    }

    fn scale(&mut self, columns: &DVector<f64>, rows: &DVector<f64>) {
        multiply(&mut self.p, columns, columns);
        multiply(&mut self.a, rows, columns);
        self.q.iter_mut().zip(columns.iter()).for_each(|(q, factor)| *q *= factor);
        for bound in [&mut self.lower, &mut self.upper] {
            bound.iter_mut().zip(rows.iter()).for_each(|(bound, factor)| *bound *= factor);
        }
        self.columns.component_mul_assign(columns);
        self.rows.component_mul_assign(rows);
    }

    fn scale_cost(&mut self) {
        let size = largest_of_columns(&self.p).max().max(self.q.amax());
        if size > 0.0 {
            self.p.values_mut().iter_mut().for_each(|entry| *entry /= size);
            self.q /= size;
            self.cost /= size;
        }
    }

    /// Makes a typical bound 1, which q̄ or P̄ is already: then x̄ and ȳ are of like sizes, and so is a good ρ.
    fn scale_bounds(&mut self) {
        let unit = typical(self.lower.as_slice(), self.upper.as_slice());
        let (columns, rows) = (self.columns.len(), self.rows.len());
        self.scale(&DVector::repeat(columns, unit), &DVector::repeat(rows, unit.recip()));
        self.scale_cost();
    }

    fn weigh(&mut self) {
        let weights = self.lower.iter().zip(self.upper.iter()).map(|(&lower, &upper)| {
            let bounds = usize::from(lower.is_finite()) + usize::from(upper.is_finite());
            if lower == upper { EQUATION } else { [FREE, 1.0, 1.0][bounds] }
        });
        let weights = DVector::from_iterator(self.rows.len(), weights);
        self.scale(&DVector::repeat(self.columns.len(), 1.0), &weights);
    }
}

/// Replaces K by diag(rows) K diag(columns).
fn multiply(k: &mut CscMatrix<f64>, rows: &DVector<f64>, columns: &DVector<f64>) {
    for (mut column, factor) in k.col_iter_mut().zip(columns.iter()) {
        let (at, values) = column.rows_and_values_mut();
        at.iter().zip(values).for_each(|(&i, entry)| *entry *= rows[i] * factor);
    }
}

/// 1/√x within limits, and 1 for a column of zeros.
fn factor(largest: f64) -> f64 {
    if largest == 0.0 { 1.0 } else { largest.sqrt().recip().clamp(FACTORS.0, FACTORS.1) }
}

fn largest_of_columns(matrix: &CscMatrix<f64>) -> DVector<f64> {
    let largest = |values: &[f64]| values.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
    DVector::from_iterator(matrix.ncols(), matrix.col_iter().map(|column| largest(column.values())))
}

/// The median magnitude of the bounds that are finite and not 0, or 1 where there is none.
pub(super) fn typical(lower: &[f64], upper: &[f64]) -> f64 {
    let bounds = lower.iter().chain(upper).map(|bound| bound.abs());
    let mut sizes: Vec<f64> = bounds.filter(|size| *size > 0.0 && size.is_finite()).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(1.0)
}
