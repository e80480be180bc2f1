//! A network that is no stack of dense layers: a convolution, with its twin by plain loops.

#![allow(clippy::needless_range_loop)]

use admm::Result;
use admm_solvers::Scalar;
use admm_solvers::network::Network;
use nalgebra::{DMatrix, DMatrixView};

/// F filters of `reach` numbers with a bias on signals of `length` numbers, then tanh, and the mean over each half of
/// the places: 2F outputs.
///
/// θ is the filters (reach×F) and the biases (1×F).
#[derive(Debug, Clone, Copy)]
pub struct Convolution {
    pub length: usize,
    pub reach: usize,
    pub filters: usize,
    /// The weight of a penalty of all entries of the filters.
    pub ridge: f64,
}

impl Convolution {
    pub fn places(&self) -> usize {
        self.length - self.reach + 1
    }
    /// The output to which a place of a filter belongs.
    pub fn output(&self, filter: usize, place: usize) -> usize {
        2 * filter + 2 * place / self.places()
    }
    /// The number of places in the half of a place.
    pub fn half(&self, place: usize) -> f64 {
        let same = |other: &usize| self.output(0, *other) == self.output(0, place);
        (0..self.places()).filter(same).count() as f64
    }
}

impl<T: Scalar> Network<T> for Convolution {
    fn inputs(&self) -> usize {
        self.length
    }
    fn sizes(&self) -> Vec<(usize, usize)> {
        vec![(self.reach, self.filters), (1, self.filters)]
    }
    fn stages(&self) -> Vec<usize> {
        vec![self.places() * self.filters, 2 * self.filters]
    }
    fn forward(&self, at: &[DMatrix<T>], x: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()> {
        stages[1].fill(T::zero());
        for (i, x) in x.column_iter().enumerate() {
            for (f, w) in at[0].column_iter().enumerate() {
                for place in 0..self.places() {
                    let z = w.dot(&x.rows(place, self.reach)) + at[1][f];
                    stages[0][(f * self.places() + place, i)] = z.tanh();
                    stages[1][(self.output(f, place), i)] += z.tanh() / T::of(self.half(place));
                }
            }
        }
        Ok(())
    }
    fn backward(
        &self,
        _: &[DMatrix<T>],
        x: DMatrixView<'_, T>,
        stages: &[DMatrix<T>],
        slopes: &mut [DMatrix<T>],
        gradient: &mut [DMatrix<T>],
    ) {
        for (i, x) in x.column_iter().enumerate() {
            for f in 0..self.filters {
                for place in 0..self.places() {
                    let h = stages[0][(f * self.places() + place, i)];
                    let slope = slopes[1][(self.output(f, place), i)] * (T::one() - h * h) / T::of(self.half(place));
                    gradient[0].column_mut(f).axpy(slope, &x.rows(place, self.reach), T::one());
                    gradient[1][f] += slope;
                }
            }
        }
    }
    fn penalty(&self, at: &[DMatrix<T>], gradient: &mut [DMatrix<T>]) -> T {
        gradient[0] += &at[0] * T::of(self.ridge);
        at[0].norm_squared() * T::of(0.5 * self.ridge)
    }
}

/// The outputs of a sample, and their derivatives by each entry of θ, filters first: each written as its definition.
pub fn by_definition(of: &Convolution, at: &[DMatrix<f64>], x: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (entries, outputs) = ((of.reach + 1) * of.filters, 2 * of.filters);
    let (mut h, mut slopes) = (vec![0.0; outputs], vec![vec![0.0; entries]; outputs]);
    for f in 0..of.filters {
        for place in 0..of.places() {
            let mut z = at[1][(0, f)];
            for e in 0..of.reach {
                z += at[0][(e, f)] * x[place + e];
            }
            let (to, share) = (of.output(f, place), 1.0 / of.half(place));
            h[to] += share * z.tanh();
            for e in 0..of.reach {
                slopes[to][f * of.reach + e] += share * x[place + e] / z.cosh().powi(2);
            }
            slopes[to][of.reach * of.filters + f] += share / z.cosh().powi(2);
        }
    }
    (h, slopes)
}
