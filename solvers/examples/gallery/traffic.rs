//! What a rank hands out in a pass, counted, beside the bound of docs/ranks.md.
//! `cargo run --release --example gallery traffic`.
//!
//! 16,384 samples have as many chunks as 262,144, and so the traffic of them: that depends on the number of chunks, and
//! on the length of a partial sum.

use admm::nalgebra::DMatrix;
use admm::ranks::{Counted, ThreadRanks, Traffic};
use admm::{Exec, Result};
use admm_solvers::data::own_samples;
use admm_solvers::joint::{JointModel, Method};
use std::ops::ControlFlow::Continue;
use std::sync::Arc;
use std::time::Duration;

const SAMPLES: usize = 16_384;
const FEATURES: usize = 784;
const COMPONENTS: usize = 20;
const CLASSES: usize = 10;
const CHUNKS: usize = 64;

pub(crate) fn main() -> Result<()> {
    let sum = 8 * (FEATURES * COMPONENTS + (COMPONENTS + 1) * CLASSES + 2);
    println!("a partial sum has {sum} bytes: {FEATURES} features, {COMPONENTS} components, {CLASSES} classes");
    println!("{:>6} {:>10} {:>14} {:>14} {:>14}", "ranks", "messages", "bytes", "longest", "bound");
    println!("{:>6} {:>10} {:>14} {:>14} {:>14}", "", "per pass", "per pass", "", "");
    for ranks in [1, 2, 3, 4, 5, 7, 8, 16] {
        let (passes, traffic) = busiest(ranks)?;
        let chunks = CHUNKS.div_ceil(ranks);
        let bound = sum * (2 * chunks.max(2).ilog2() as usize).min(chunks);
        let per_pass = |count: u64| count as f64 / passes as f64;
        let (messages, bytes) = (per_pass(traffic.messages), per_pass(traffic.bytes));
        println!("{ranks:>6} {messages:>10.1} {bytes:>14.0} {:>14} {bound:>14}", traffic.longest);
    }
    Ok(())
}

/// The passes of a fit, and what the rank that hands out most has handed out in it.
fn busiest(ranks: usize) -> Result<(u64, Traffic)> {
    let counts = ThreadRanks::run(ranks, Duration::from_secs(600), |ranks| {
        let counted = Arc::new(Counted::new(ranks));
        let own = own_samples(&*counted, SAMPLES);
        let wave = |j: usize, i: usize| ((i * (2 * j + 3) + j * j) as f64 * 0.7).sin() + f64::from(i % CLASSES == j);
        let x = DMatrix::from_fn(FEATURES, own.len(), |j, i| wave(j, own.start + i));
        let labels: Vec<usize> = own.map(|sample| sample % CLASSES).collect();
        let model = JointModel::builder().components(COMPONENTS).max_iterations(4).tolerance(0.0);
        let model = model.exec(Exec::Serial).ranks(counted.clone()).build()?;
        let prepared = model.prepare(x, &labels, CLASSES, None)?;
        counted.reset();
        let report = prepared.fit(Method::Admm, &mut |_| Continue(()))?.report;
        Ok((report.passes, counted.traffic()))
    });
    let counts = counts.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(counts.into_iter().max_by_key(|(_, traffic)| traffic.bytes).expect("there is a rank"))
}
