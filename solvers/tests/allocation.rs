//! What a fit allocates.

mod data;

use admm::Exec;
use admm_solvers::joint::{JointModel, Method};
use data::classes;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::ops::ControlFlow;

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that iterations of joint descent allocate a pass, with 6 to 12 pairs of L-BFGS.
fn bytes_a_pass(n: usize) -> Vec<usize> {
    let (x, labels) = classes(8, n, 3, 5);
    let model = JointModel::builder().exec(Exec::Serial).tolerance(0.0).max_iterations(40).build().unwrap();
    let prepared = model.prepare(x, &labels, 3, None).unwrap();
    let (mut bytes, mut last) = (Vec::new(), (0, 0));
    prepared
        .fit(Method::Descent, &mut |progress| {
            let allocated = COUNTING.stats().bytes_allocated;
            if (7..=13).contains(&progress.iteration) {
                bytes.push((allocated - last.0) / (progress.passes - last.1) as usize);
            }
            last = (allocated, progress.passes);
            ControlFlow::Continue(())
        })
        .unwrap();
    bytes
}

/// Chunks are 64 from n = 16384 on, so that twice the samples have the same partial sums.
#[test]
fn what_an_iteration_allocates_does_not_grow_with_the_samples() {
    let most = |n| bytes_a_pass(n).into_iter().max().expect("more than 6 iterations");
    let (some, more) = (most(20_000), most(40_000));
    println!("{some} and {more} bytes a pass");
    assert!(more <= some + some / 10, "{some} bytes a pass became {more}");
}
