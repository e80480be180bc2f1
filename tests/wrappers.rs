//! Wrappers hand on every answer of the block inside.

use admm::certificate::Smoothness;
use admm::operator::Adjoint;
use admm::patterns::{Group, Weighted};
use admm::*;
use nalgebra::DMatrix;

/// A block whose answers all differ from one another, and from the defaults.
struct Distinct {
    tuned: f64,
}

impl Subproblem<f64> for Distinct {
    type Var = f64;
    type Image = DMatrix<f64>;

    fn value(&self, x: &f64) -> Result<f64> {
        Ok(3.0 * x)
    }
    fn argmin(&self, x: &mut f64, to: Target<'_, f64, DMatrix<f64>>) -> Result<Solved<f64>> {
        *x = to.v[0] + 10.0 * to.rho + 1000.0 * to.tolerance;
        Ok(Solved::exactly(Cost { steps: 4, passes: 5 }))
    }
    fn image(&self, x: &f64) -> DMatrix<f64> {
        DMatrix::from_element(1, 1, 7.0 * x)
    }
    fn retune(&mut self, rho: f64) -> Result<()> {
        self.tuned = rho;
        Ok(())
    }
    fn forget(&self, x: &mut f64) {
        *x = -1.0;
    }
    fn adjoint(&self, y: &DMatrix<f64>) -> Result<Adjoint<f64>> {
        Ok(Adjoint::whole(11.0 * y[0].abs(), 12))
    }
    fn smoothness(&self, x: &f64) -> Smoothness<f64> {
        Smoothness::Smooth { lipschitz: Some(15.0 + x) }
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}

/// All that a block answers, with x = 2 where it asks for a variable, v = y = 6, ρ = 0.5 and a tolerance of 0.001.
#[derive(Debug, PartialEq)]
struct Answers {
    value: f64,
    argmin: f64,
    cost: Cost,
    image: f64,
    forgotten: f64,
    adjoint: (f64, usize),
    smoothness: Smoothness<f64>,
    nonconvex: bool,
}

/// The answers, by way of what makes a variable and an image of numbers, and numbers of those.
fn answers<P: Subproblem<f64>>(
    block: &mut P,
    variable: impl Fn(f64) -> P::Var,
    number: impl Fn(&P::Var) -> f64,
    image: impl Fn(f64) -> P::Image,
    entry: impl Fn(&P::Image) -> f64,
) -> Answers {
    block.retune(0.5).unwrap();
    let (mut x, mut forgotten, v) = (variable(2.0), variable(2.0), image(6.0));
    let cost = block.argmin(&mut x, Target { v: &v, rho: 0.5, tolerance: 0.001 }).unwrap().cost;
    block.forget(&mut forgotten);
    let adjoint = block.adjoint(&v).unwrap();
    Answers {
        value: block.value(&variable(2.0)).unwrap(),
        argmin: number(&x),
        cost,
        image: entry(&block.image(&variable(2.0))),
        forgotten: number(&forgotten),
        adjoint: (adjoint.norm, adjoint.count),
        smoothness: block.smoothness(&variable(2.0)),
        nonconvex: block.is_nonconvex(),
    }
}

fn of_matrix<P: Subproblem<f64, Var = f64, Image = DMatrix<f64>>>(block: &mut P) -> Answers {
    answers(block, |x| x, |x| *x, |v| DMatrix::from_element(1, 1, v), |image| image[0])
}

const PLAIN: Answers = Answers {
    value: 6.0,
    argmin: 12.0,
    cost: Cost { steps: 4, passes: 5 },
    image: 14.0,
    forgotten: -1.0,
    adjoint: (66.0, 12),
    smoothness: Smoothness::Smooth { lipschitz: Some(17.0) },
    nonconvex: true,
};

#[test]
fn a_block_answers_for_itself() {
    assert_eq!(of_matrix(&mut Distinct { tuned: 0.0 }), PLAIN);
}

#[test]
fn a_negated_block_turns_its_image_and_its_target_alone() {
    let mut negated = Negated(Distinct { tuned: 0.0 });
    assert_eq!(of_matrix(&mut negated), Answers { argmin: 0.0, image: -14.0, ..PLAIN });
    assert_eq!(negated.0.tuned, 0.5);
}

/// w = 4: the operator is 2K, the penalty 4ρ and the target v/2.
#[test]
fn a_weighted_block_scales_what_the_weight_scales() {
    let mut weighted = Weighted { of: Distinct { tuned: 0.0 }, weight: 4.0 };
    let expected = Answers {
        argmin: 3.0 + 20.0 + 1.0,
        image: 28.0,
        adjoint: (132.0, 12),
        smoothness: Smoothness::Smooth { lipschitz: Some(17.0 / 4.0) },
        ..PLAIN
    };
    assert_eq!(of_matrix(&mut weighted), expected);
    assert_eq!(weighted.of.tuned, 2.0);
}

#[test]
fn a_group_of_one_answers_as_its_member() {
    let mut group = Group { blocks: vec![Distinct { tuned: 0.0 }], exec: Exec::Serial };
    let found =
        answers(&mut group, |x| vec![x], |x| x[0], |v| vec![DMatrix::from_element(1, 1, v)], |image| image[0][0]);
    assert_eq!(found, PLAIN);
    assert_eq!(group.blocks[0].tuned, 0.5);
}
