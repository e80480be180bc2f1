//! The median of rotations, minimise Σ ‖R − Rᵢ‖ subject to R ∈ SO(3): 21 measurements, of which 8 are arbitrary and the
//! others right (Hartley, Trumpf, Dai and Li, "Rotation averaging", 2013, §5). A mean would be wrong; the median is the
//! rotation that was measured.

use crate::data;
use admm::patterns::{Consensus, Group};
use admm::{ConstraintSet, Coordinator, Exact, Exec, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{Indicator, L2, Translated};
use admm_solvers::set::SpecialOrthogonal;
use nalgebra::DMatrix;

const MEASUREMENTS: usize = 21;
const ARBITRARY: usize = 8;

pub(crate) fn main() -> Result<()> {
    let on = SpecialOrthogonal::default();
    let rotation = |seed: usize| on.project(&data::normal(3, 3, seed as u64));
    let truth = rotation(100)?;
    let measured = (0..MEASUREMENTS).map(|i| if i < ARBITRARY { rotation(i) } else { Ok(truth.clone()) });
    let measured = measured.collect::<Result<Vec<_>>>()?;
    let mean = on.project(&measured.iter().fold(DMatrix::zeros(3, 3), |sum, r| sum + r))?;
    let distances = measured.iter().map(|r| Exact(Translated { of: L2, by: r.clone() })).collect();
    let blocks = Group { blocks: distances, exec: Exec::Serial };
    let agreement = Negated(Consensus { of: Indicator(on), members: MEASUREMENTS });
    let mut admm = Coordinator::new(blocks, agreement, vec![mean.clone(); MEASUREMENTS], mean.clone(), 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-10 };
    let outcome = admm.run(())?;
    let median = &outcome.best.z;
    let [off, before] = [median, &mean].map(|r| (r - &truth).norm());
    println!("{off:.0e} off, the mean {before:.2}; {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && on.residual(median)? < 1e-12 && off < 1e-8 && before > 0.05);
    Ok(())
}
