//! What processes cost each other: the latency and the speed of a gathering, and the passes of a fit beside them.
//!
//! `mpirun -n 2 target/release/examples/cost [threads [samples [features [components]]]]`, after
//! `cargo build --release -p admm-mpi --example cost`. `mpi/measure` runs it.

use admm::nalgebra::DMatrix;
use admm::ranks::{Counted, Ranks};
use admm::{Exec, Result};
use admm_mpi::Mpi;
use admm_solvers::data::own_samples;
use admm_solvers::joint::{JointModel, Method};
use std::ops::ControlFlow::Continue;
use std::sync::Arc;
use std::time::Instant;

const CLASSES: usize = 10;
/// The times of which the median is taken.
const REPEATS: usize = 31;

fn main() -> Result<()> {
    let number = |place: usize, otherwise: usize| {
        std::env::args().nth(place).map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let [threads, n, d, k] = [number(1, 1), number(2, 60_000), number(3, 784), number(4, 20)];
    let mpi = Mpi::start()?;
    let ranks = mpi.ranks();
    let (latency, per_byte) = gathering(&*ranks)?;
    fit(ranks, threads, (n, d, k), (latency, per_byte))
}

/// α in seconds and β in seconds a byte: a gathering of b bytes of each of R ranks takes α + βRb. They minimise the sum of
/// the squared relative errors.
fn gathering(ranks: &dyn Ranks) -> Result<(f64, f64)> {
    let mut times = Vec::new();
    for bytes in (0..8).map(|power| 8 << (3 * power)).take_while(|&bytes| bytes * ranks.size() <= 1 << 26) {
        let mine = vec![1; bytes];
        let mut seconds = Vec::with_capacity(REPEATS);
        for _ in 0..REPEATS {
            let begun = Instant::now();
            ranks.all_gather(&mine)?;
            seconds.push(begun.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        times.push(((bytes * ranks.size()) as f64, seconds[REPEATS / 2]));
    }
    // With the weights 1/t², the normal equations of α + βx = t.
    let sum = |of: &dyn Fn(f64, f64) -> f64| times.iter().map(|&(x, t)| of(x, t) / (t * t)).sum::<f64>();
    let (one, x, xx) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|x, _| x * x));
    let (t, xt) = (sum(&|_, t| t), sum(&|x, t| x * t));
    let determinant = one * xx - x * x;
    let (latency, per_byte) = ((t * xx - x * xt) / determinant, (one * xt - x * t) / determinant);
    if ranks.rank() == 0 {
        for (bytes, seconds) in times {
            println!("{bytes:>10} bytes of all ranks: {:>9.1} µs", 1e6 * seconds);
        }
        println!("α = {:.1} µs, β = {:.3} ns a byte", 1e6 * latency, 1e9 * per_byte);
    }
    Ok((latency, per_byte))
}

/// Fits by ADMM on samples that every rank makes for itself, and prints what a pass cost.
fn fit(ranks: Arc<dyn Ranks>, threads: usize, (n, d, k): (usize, usize, usize), cost: (f64, f64)) -> Result<()> {
    let counted = Arc::new(Counted::new(ranks));
    let own = own_samples(&*counted, n);
    let wave = |j: usize, i: usize| ((i * (2 * j + 3) + j * j) as f64 * 0.7).sin() + f64::from(i % CLASSES == j % 37);
    let x = DMatrix::from_fn(d, own.len(), |j, i| wave(j, own.start + i));
    let labels: Vec<usize> = own.map(|sample| sample % CLASSES).collect();
    let model = JointModel::builder().components(k).max_iterations(20).tolerance(0.0);
    let model = model.exec(Exec::threads(threads)?).ranks(counted.clone()).build()?;
    let begun = Instant::now();
    let prepared = model.prepare(x, &labels, CLASSES, None)?;
    let prepare = begun.elapsed().as_secs_f64();
    counted.reset();
    let begun = Instant::now();
    let passes = prepared.fit(Method::Admm, &mut |_| Continue(()))?.report.passes as f64;
    let (seconds, traffic) = (begun.elapsed().as_secs_f64(), counted.traffic());
    if counted.rank() == 0 {
        let (messages, bytes) = (traffic.messages as f64 / passes, traffic.bytes as f64 / passes);
        let model = messages * cost.0 + cost.1 * bytes * counted.size() as f64;
        println!("{n} samples, {d} features, {k} components; {} ranks of {threads} threads", counted.size());
        println!(
            "prepared in {prepare:.3} s; {passes} passes in {seconds:.3} s, {:.2} ms each",
            1e3 * seconds / passes
        );
        println!("a pass: {messages:.1} messages with {bytes:.0} bytes; α and β give {:.3} ms for them", 1e3 * model);
        println!("waiting and receiving took {:.2} ms a pass", 1e3 * traffic.time.as_secs_f64() / passes);
    }
    Ok(())
}
