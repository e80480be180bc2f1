//! The terms side by side in one column, each times the root of its penalty.

use crate::scalar::Scalar;
use admm::operator::Operator;
use admm::{Error, Prox, Result};
use nalgebra::{DMatrix, Dyn};

/// The sizes of the Cᵢx, and the penalties ρᵢ.
///
/// With ρ = 1 for both sides of √ρᵢ Cᵢx = √ρᵢ zᵢ, the penalty of Cᵢx = zᵢ is ρᵢ, and its multiplier √ρᵢ times the dual.
#[derive(Debug, Clone)]
pub(super) struct Layout<T: Scalar> {
    pub sizes: Vec<(usize, usize)>,
    pub rho: Vec<T>,
}

impl<T: Scalar> Layout<T> {
    /// The number of entries of the column.
    pub fn height(&self) -> usize {
        self.sizes.iter().map(|(rows, columns)| rows * columns).sum()
    }

    /// The column of √ρᵢ times each part.
    pub fn join(&self, parts: impl Iterator<Item = DMatrix<T>>) -> DMatrix<T> {
        let mut entries = Vec::with_capacity(self.height());
        for (part, rho) in parts.zip(&self.rho) {
            let root = rho.sqrt();
            entries.extend(part.iter().map(|entry| *entry * root));
        }
        DMatrix::from_vec(entries.len(), 1, entries)
    }

    /// The parts of a column, each in its size, times `factor` of its ρᵢ.
    pub fn split(&self, column: &DMatrix<T>, factor: impl Fn(T) -> T) -> Vec<DMatrix<T>> {
        let mut rest = column.as_slice();
        let parts = self.sizes.iter().zip(&self.rho).map(|(&(rows, columns), &rho)| {
            let (part, others) = rest.split_at(rows * columns);
            rest = others;
            DMatrix::from_iterator(rows, columns, part.iter().map(|entry| *entry * factor(rho)))
        });
        parts.collect()
    }
}

/// The operator x ↦ (√ρ₁C₁x, …, √ρ_m C_m x).
pub(super) struct Stack<T: Scalar> {
    pub operators: Vec<Box<dyn Operator<T>>>,
    pub layout: Layout<T>,
    pub domain: (usize, usize),
}

impl<T: Scalar> Operator<T> for Stack<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        Error::check_size("x of the terms", self.domain, domain)?;
        Ok((self.layout.height(), 1))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.layout.join(self.operators.iter().map(|operator| operator.apply(x)))
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let parts = self.layout.split(y, |rho| rho.sqrt());
        let terms = self.operators.iter().zip(&parts).map(|(operator, part)| operator.transposed(part));
        terms.fold(DMatrix::zeros(self.domain.0, self.domain.1), |sum, term| sum + term)
    }
}

/// Σ gᵢ(zᵢ) as a function of (√ρ₁z₁, …, √ρ_m z_m).
pub(super) struct Terms<T: Scalar> {
    pub functions: Vec<Box<dyn Prox<T>>>,
    pub layout: Layout<T>,
}

impl<T: Scalar> Prox<T> for Terms<T> {
    fn value(&self, z: &DMatrix<T>) -> T {
        let parts = self.layout.split(z, |rho| rho.sqrt().recip());
        self.functions.iter().zip(&parts).map(|(function, part)| function.value(part)).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        Error::check_size("the terms", (self.layout.height(), 1), v.shape())?;
        let targets = self.layout.split(v, |own| own.sqrt().recip());
        let mut parts = Vec::with_capacity(targets.len());
        for (index, (function, target)) in self.functions.iter().zip(&targets).enumerate() {
            let part = function.prox(target, rho * self.layout.rho[index]);
            let part = part.map_err(|error| Error::Member { index, source: Box::new(error) })?;
            Error::check_size("result of prox", target.shape(), part.shape())?;
            parts.push(part);
        }
        Ok(self.layout.join(parts.into_iter()))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        let own = &self.layout.rho;
        self.functions.iter_mut().zip(own).try_for_each(|(function, &own)| function.retune(rho * own))
    }
    fn is_nonconvex(&self) -> bool {
        self.functions.iter().any(|function| function.is_nonconvex())
    }
}

/// A matrix as one column.
pub(super) fn column<T: Scalar>(x: DMatrix<T>) -> DMatrix<T> {
    let entries = x.len();
    x.reshape_generic(Dyn(entries), Dyn(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use crate::operator::{Differences, Multiple};
    use crate::prox::{L1, L2, SquaredL2};
    use admm::check;

    fn layout() -> Layout<f64> {
        Layout { sizes: vec![(5, 2), (6, 2)], rho: vec![4.0, 0.25] }
    }

    #[test]
    fn the_parts_make_the_column_and_are_found_in_it() {
        let (of, parts) = (layout(), [scattered::<f64>(5, 2, 1), scattered(6, 2, 2)]);
        let column = of.join(parts.clone().into_iter());
        assert_eq!(column.rows(0, 10), column_of(&(&parts[0] * 2.0)));
        assert_eq!(of.split(&column, |rho| rho.sqrt().recip()), parts);
    }

    fn column_of(x: &DMatrix<f64>) -> DMatrix<f64> {
        super::column(x.clone())
    }

    #[test]
    fn the_operator_and_the_function_pass_the_check_kit() {
        let stack =
            Stack { operators: vec![Box::new(Differences), Box::new(Multiple(3.0))], layout: layout(), domain: (6, 2) };
        let (x, y) = (scattered::<f64>(6, 2, 3), scattered(22, 1, 4));
        check::adjoint(|x| stack.apply(x), |y| stack.transposed(y), &x, &y).unwrap().assert();
        for functions in [[Box::new(L1) as Box<dyn Prox<f64>>, Box::new(L2)], [Box::new(SquaredL2), Box::new(L1)]] {
            let terms = Terms { functions: functions.into(), layout: layout() };
            check::convex_prox(&terms, &scattered(22, 1, 5), 0.7).unwrap().assert();
            assert!(terms.prox(&scattered(21, 1, 5), 0.7).is_err());
        }
    }
}
