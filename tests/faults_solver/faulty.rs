//! A block that fails in every way a block can.

use super::*;
use admm::operator::Adjoint;
use admm::patterns::{Consensus, Group};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    Nan,
    Infinite,
    Gives,
    PanicsInArgmin,
    PanicsInImage,
    PanicsInAdjoint,
    NanAdjoint,
    ImageOfAnotherSize,
}

/// ½‖x − 1‖² until its argmin is asked for the n-th time.
#[derive(Debug, Clone)]
pub struct Faulty(Fault, u64);

impl Faulty {
    fn strikes(&self, x: &(u64, Matrix), fault: Fault) -> bool {
        self.0 == fault && x.0 == self.1
    }
}

impl Subproblem<f64> for Faulty {
    type Var = (u64, Matrix);
    type Image = Matrix;

    fn value(&self, x: &Self::Var) -> Result<f64> {
        Ok(x.1.add_scalar(-1.0).norm_squared() / 2.0)
    }
    fn argmin(&self, x: &mut Self::Var, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        x.0 += 1;
        x.1 = (to.v * to.rho).add_scalar(1.0) / (1.0 + to.rho);
        match self.0 {
            _ if x.0 != self.1 => {}
            Fault::Nan => x.1[1] = f64::NAN,
            Fault::Infinite => x.1[1] = f64::NEG_INFINITY,
            Fault::Gives => return Err(Error::numerical("the block", "has no answer")),
            Fault::PanicsInArgmin => panic!("{DELIBERATE} in call {}", x.0),
            _ => {}
        }
        Ok(Solved::exactly(Cost { steps: 1, passes: 1 }))
    }
    fn image(&self, x: &Self::Var) -> Matrix {
        if self.strikes(x, Fault::PanicsInImage) {
            std::panic::panic_any(DELIBERATE);
        }
        if self.strikes(x, Fault::ImageOfAnotherSize) { Matrix::zeros(2, 1) } else { x.1.clone() }
    }
    fn adjoint(&self, y: &Matrix) -> Result<Adjoint<f64>> {
        Ok(match self.0 {
            Fault::PanicsInAdjoint => panic!("{DELIBERATE} in the adjoint"),
            Fault::NanAdjoint => Adjoint::whole(f64::NAN, 3),
            _ => Adjoint::of(y),
        })
    }
}

fn fine() -> (u64, Matrix) {
    (0, Matrix::zeros(3, 1))
}

pub fn first(fault: Fault) -> Coordinator<f64, Faulty, Negated<Exact<ElasticNet>>> {
    Coordinator::new(Faulty(fault, 4), partner(), fine(), Matrix::zeros(3, 1), 1.0).unwrap()
}

pub fn second(fault: Fault) -> Coordinator<f64, Exact<ElasticNet>, Negated<Faulty>> {
    Coordinator::new(Exact(l1(0.1)), Negated(Faulty(fault, 4)), Matrix::zeros(3, 1), fine(), 1.0).unwrap()
}

/// Three blocks, of which the second is faulty.
pub fn group(fault: Fault, exec: Exec) -> Coordinator<f64, Group<Faulty>, Negated<Consensus<ElasticNet>>> {
    let blocks = vec![Faulty(fault, u64::MAX), Faulty(fault, 4), Faulty(fault, u64::MAX)];
    let consensus = Negated(Consensus { of: l1(0.1), members: 3 });
    Coordinator::new(Group { blocks, exec }, consensus, vec![fine(); 3], Matrix::zeros(3, 1), 1.0).unwrap()
}
