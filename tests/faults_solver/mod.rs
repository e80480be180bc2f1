//! Faults of the solver: each ends in an error with coordinates or in a status, and the last good state stays.

mod failures;
mod faulty;
mod parameters;
mod runs;
mod sizes;

use crate::common::*;
use admm::space::Shape;
use admm::*;
use std::sync::Once;

/// Panics of these tests say so, and are not printed.
const DELIBERATE: &str = "deliberate";

fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().downcast_ref::<&str>().is_some_and(|text| text.starts_with(DELIBERATE)) {
                loud(info);
            }
        }));
    });
}

/// What the block itself reported, after the coordinates are checked and the state is seen to be the last good one.
fn cause<P, Q>(mut admm: Coordinator<f64, P, Q>, block: &str, iteration: u64) -> Error
where
    P: Subproblem<f64, Var: std::fmt::Debug, Image: std::fmt::Debug>,
    Q: Subproblem<f64, Var: std::fmt::Debug, Image = P::Image>,
{
    quietly();
    admm.tolerance = Tolerance { absolute: 0.0, relative: 0.0 };
    for _ in 1..iteration {
        admm.step().unwrap();
    }
    let before = format!("{:?}", admm.state());
    let stepped = admm.step().unwrap_err();
    assert_eq!(format!("{:?}", admm.state()), before);
    assert_eq!(admm.run(()).unwrap_err(), stepped);
    assert_eq!(format!("{:?}", admm.state()), before);
    let prefix = format!("block {block}, iteration {iteration}: ");
    assert!(stepped.to_string().starts_with(&prefix), "{stepped}");
    match stepped {
        Error::Block { source, .. } => *source,
        other => panic!("{other:?}"),
    }
}

fn partner() -> Negated<Exact<ElasticNet>> {
    Negated(Exact(l1(0.1)))
}

fn assert_size(error: &Error, place: &str, expected: (usize, usize), got: (usize, usize)) {
    let (expected, got) = (Shape(vec![expected]), Shape(vec![got]));
    assert_eq!(*error, Error::Size { place: place.into(), expected, got });
}
