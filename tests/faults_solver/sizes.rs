//! Images, gradients, starts and offsets of another size.

use super::faulty::{Fault, first, group, second};
use super::*;
use admm::patterns::{Consensus, Group};
use admm::space::Shape;

#[test]
fn fault_39_an_image_of_another_size() {
    assert_size(&cause(first(Fault::ImageOfAnotherSize), "x", 4), "image", (3, 1), (2, 1));
    assert_size(&cause(second(Fault::ImageOfAnotherSize), "z", 4), "image", (3, 1), (2, 1));
    let expected = Shape(vec![(3, 1); 3]);
    let got = Shape(vec![(3, 1), (2, 1), (3, 1)]);
    let error = cause(group(Fault::ImageOfAnotherSize, Exec::Serial), "x", 4);
    assert_eq!(error, Error::Size { place: "image".into(), expected, got });
}

/// Answers 2×1 whatever it is asked.
#[derive(Debug, Clone)]
struct TwoByOne;

impl Prox<f64> for TwoByOne {
    fn value(&self, _x: &Matrix) -> f64 {
        0.0
    }
    fn prox(&self, _v: &Matrix, _rho: f64) -> Result<Matrix> {
        Ok(Matrix::zeros(2, 1))
    }
}

impl Smooth<f64> for TwoByOne {
    type Point = Matrix;
    fn value_and_gradient(&self, _x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((0.0, Matrix::zeros(2, 1)))
    }
}

impl Direction<f64> for TwoByOne {
    type Memory = ();
    fn value(&self, _x: &Matrix) -> Result<f64> {
        Ok(0.0)
    }
    fn direction(&self, _x: &Matrix, _memory: &mut ()) -> Result<Matrix> {
        Ok(Matrix::zeros(2, 1))
    }
}

#[test]
fn fault_39_a_prox_gradient_or_direction_of_another_size() {
    let start = Matrix::zeros(3, 1);
    let prox = Coordinator::new(Exact(TwoByOne), partner(), start.clone(), start.clone(), 1.0).unwrap();
    assert_size(&cause(prox, "x", 1), "result of prox", (3, 1), (2, 1));

    let block = Descent { of: TwoByOne, by: Gradient { max_steps: 5 }, on: Flat };
    let smooth = Coordinator::new(Exact(l1(0.1)), Negated(block), start.clone(), Iterate::new(start.clone()), 1.0);
    assert_size(&cause(smooth.unwrap(), "z", 1), "gradient", (3, 1), (2, 1));

    let block = Descent { of: TwoByOne, by: ScheduledSteps { rate: Rate::Constant(0.1), max_steps: 5 }, on: Flat };
    let custom = Coordinator::new(block, partner(), Iterate::new(start.clone()), start.clone(), 1.0).unwrap();
    assert_size(&cause(custom, "x", 1), "direction", (3, 1), (2, 1));

    let blocks = vec![Exact(l1(0.1)); 2];
    let consensus = Negated(Consensus { of: TwoByOne, members: 2 });
    let group = Group { blocks, exec: Exec::Serial };
    let shared = Coordinator::new(group, consensus, vec![start.clone(); 2], start, 1.0).unwrap();
    assert_size(&cause(shared, "z", 1), "result of prox", (3, 1), (2, 1));
}

#[test]
fn fault_39_starts_offsets_and_duals_of_another_size() {
    let start = |n| Matrix::zeros(n, 1);
    let error = Coordinator::new(Exact(l1(1.0)), partner(), start(3), start(2), 1.0).err().unwrap();
    assert_size(&error, "images Ax and Bz", (3, 1), (2, 1));
    let error = regression(l1(1.0), 1.0).with_offset(start(4)).err().unwrap();
    assert_size(&error, "offset c", (5, 1), (4, 1));
    let error = regression(l1(1.0), 1.0).with_dual(start(4)).err().unwrap();
    assert_size(&error, "dual u", (5, 1), (4, 1));
    let group = Group { blocks: vec![Exact(l1(1.0)); 3], exec: Exec::Serial };
    let consensus = Negated(Consensus { of: l1(1.0), members: 2 });
    let error = Coordinator::new(group, consensus, vec![start(3); 3], start(3), 1.0).err().unwrap();
    assert!(matches!(error, Error::Size { .. }), "{error:?}");
}
