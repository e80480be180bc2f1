//! The joint model on ranks: the bytes of one process for any number of them, and errors that all of them have.

use admm::checkpoint::to_bytes;
use admm::nalgebra::DMatrix;
use admm::ranks::{Alone, Counted, Ranks, ThreadRanks};
use admm::{Error, Exec, Result};
use admm_solvers::Scalar;
use admm_solvers::data::{ClassWeight, Features, Targets, own_samples};
use admm_solvers::joint::{Builder, Constraint, Fitted, JointModel, Method, Names, Progress, Reach, Rule};
use admm_solvers::loss::Loss;
use std::ops::ControlFlow::{Break, Continue};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// More ranks than chunks are among them.
const SIZES: [usize; 8] = [1, 2, 3, 4, 5, 7, 8, 64];
const FEW: [usize; 2] = [3, 8];
const LONG: Duration = Duration::from_secs(120);

/// All samples, of which each rank takes its own.
#[derive(Clone)]
struct Data<T: Scalar> {
    x: Features<T>,
    targets: Targets<T>,
    weights: Option<Vec<T>>,
}

impl<T: Scalar> Data<T> {
    fn part(&self, own: Range<usize>) -> Self {
        let numbers: Vec<usize> = own.clone().collect();
        let targets = match &self.targets {
            Targets::Classes { labels, count } => {
                Targets::Classes { labels: numbers.iter().map(|&i| labels[i]).collect(), count: *count }
            }
            Targets::Numbers(y) => y.select_columns(&numbers).into(),
        };
        let weights = self.weights.as_ref().map(|weights| numbers.iter().map(|&i| weights[i]).collect());
        Data { x: self.x.range(own), targets, weights }
    }
}

/// What a fit tells, but for the seconds.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    model: Vec<u8>,
    history: Vec<u8>,
    rest: String,
}

fn told<T: Scalar>(mut fitted: Fitted<T>, more: String) -> Result<Told> {
    fitted.report.seconds = 0.0;
    let untimed = |progress: &Progress| {
        let mut progress = *progress;
        progress.seconds = 0.0;
        progress
    };
    let history: Vec<Progress> = fitted.history.iter().map(untimed).collect();
    let names = |count: usize| (0..count).map(|i| i.to_string()).collect();
    let names = Names::new(names(fitted.report.d), names(fitted.report.outputs));
    let model = fitted.model.to_bytes(&names)?;
    Ok(Told { model, history: to_bytes(&history)?, rest: format!("{:?} {more}", fitted.report) })
}

/// Prepares and fits with all that a caller may ask for.
fn run<T: Scalar>(choices: &Builder, data: Data<T>, method: Method) -> Result<Told> {
    let Data { x, targets, weights } = data;
    let prepared = choices.clone().build()?.prepare_targets(x, targets, weights.as_deref())?;
    let fitted = prepared.other_starts(prepared.fit(method, &mut |_| Continue(()))?, &|| false)?;
    let columns = prepared.explained_by_columns(&fitted.model)?;
    told(fitted, format!("{columns:?} {:?}", prepared.warnings()))
}

/// Checks that a fit is that of one process, to the bit, on these numbers of ranks with one and two threads each.
fn same<T: Scalar>(choices: &Builder, data: &Data<T>, method: Method, sizes: &[usize]) {
    let n = data.x.ncols();
    let alone = run(choices, data.part(0..n), method).unwrap();
    for (&size, threads) in sizes.iter().flat_map(|size| [(size, 1), (size, 2)]) {
        let results = ThreadRanks::run(size, LONG, |ranks| {
            let own = own_samples(&*ranks, n);
            let exec = Exec::threads(threads)?;
            run(&choices.clone().ranks(ranks).exec(exec), data.part(own), method)
        });
        for (rank, result) in results.into_iter().enumerate() {
            let on = format!("{method}, rank {rank} of {size} with {threads} threads");
            let told = result.unwrap_or_else(|error| panic!("{on}: {error}"));
            assert_eq!(told.rest, alone.rest, "{on}");
            assert!(told == alone, "{on}: other bytes");
        }
    }
}

/// Samples (d×n) whose class shifts a feature, with a scale of their own each.
fn matrix<T: Scalar>(d: usize, n: usize) -> DMatrix<T> {
    DMatrix::from_fn(d, n, |j, i| {
        let wave = ((i * (2 * j + 3) + j * j) as f64 * 0.7).sin() + 0.3 * ((i * i % 97) as f64 * (j + 1) as f64).cos();
        let shift = if i % 3 == j { 0.8 } else { 0.0 };
        T::of((wave + shift) * (j + 1) as f64)
    })
}

fn classes<T: Scalar>(d: usize, n: usize) -> Data<T> {
    let targets = Targets::Classes { labels: (0..n).map(|i| i % 3).collect(), count: 3 };
    Data { x: matrix(d, n).into(), targets, weights: None }
}

fn numbers(d: usize, n: usize, of: impl Fn(f64) -> f64) -> Data<f64> {
    let x = matrix::<f64>(d, n);
    let y = DMatrix::from_fn(2, n, |q, i| of(x[(q, i)] - 0.2 * x[(q + 2, i)] + 0.1 * ((7 * i) as f64).sin()));
    Data { x: x.into(), targets: y.into(), weights: None }
}

/// The same samples, with two features of three stored.
fn sparse<T: Scalar>(data: Data<T>) -> Data<T> {
    use admm_solvers::nalgebra_sparse::{CooMatrix, CscMatrix};
    let x = data.x.to_dense();
    let mut entries = CooMatrix::new(x.nrows(), x.ncols());
    let stored = |i: usize, j: usize| !(i * 5 + j).is_multiple_of(3);
    (0..x.ncols()).for_each(|i| (0..x.nrows()).filter(|&j| stored(i, j)).for_each(|j| entries.push(j, i, x[(j, i)])));
    Data { x: CscMatrix::from(&entries).into(), ..data }
}

/// The same samples in memory of another owner, which scaling leaves as it is.
fn shared<T: Scalar>(data: Data<T>) -> Data<T> {
    let x = data.x.to_dense();
    Data { x: Features::shared(x.as_slice().to_vec(), x.nrows()).unwrap(), ..data }
}

fn choices() -> Builder {
    JointModel::builder().weight(0.3).tolerance(1e-5).max_iterations(120)
}

const N: usize = 1900;

#[test]
fn every_method_has_the_bytes_of_one_process() {
    for method in Method::ALL {
        same(&choices().trace(true), &classes::<f64>(6, N), method, &SIZES);
        same(&choices(), &classes::<f32>(6, N), method, &FEW);
        same(&choices(), &shared(classes::<f64>(6, N)), method, &FEW);
        same(&choices(), &sparse(classes::<f64>(6, N)), method, &FEW);
    }
    same(&choices(), &sparse(classes::<f32>(6, N)), Method::Admm, &SIZES);
}

/// Every method, both precisions, dense and sparse, on all numbers of ranks with one and two threads.
#[test]
#[ignore = "minutes: cargo test -p admm-solvers --test solvers -- --ignored ranks::the_whole_matrix"]
fn the_whole_matrix_has_the_bytes_of_one_process() {
    fn of<T: Scalar>(method: Method) {
        same(&choices(), &classes::<T>(6, N), method, &SIZES);
        same(&choices(), &sparse(classes::<T>(6, N)), method, &SIZES);
    }
    for method in Method::ALL {
        of::<f64>(method);
        of::<f32>(method);
    }
}

#[test]
fn hidden_layers_have_the_bytes_of_one_process() {
    let layered = choices().hidden(&[5]).max_iterations(25);
    for method in [Method::Admm, Method::Alternating, Method::TwoStage] {
        same(&layered, &classes::<f64>(6, N), method, &FEW);
    }
    same(&layered.clone().reach(Reach::Through), &classes::<f32>(6, N), Method::Descent, &SIZES);
    same(&layered, &sparse(classes::<f64>(6, N)), Method::Admm, &FEW);
}

#[test]
fn every_head_has_the_bytes_of_one_process() {
    for (loss, of) in [
        (Loss::Squared, (|z| z) as fn(f64) -> f64),
        (Loss::Huber, |z| z),
        (Loss::Poisson, |z| z.abs().floor()),
        (Loss::Logistic, |z| f64::from(z > 0.0)),
        (Loss::SquaredHinge, |z| f64::from(z > 0.0)),
    ] {
        for method in [Method::Admm, Method::TwoStage] {
            same(&choices().loss(loss), &numbers(6, N, of), method, &FEW);
        }
    }
    same(&choices().loss(Loss::Squared), &numbers(6, N, |z| z), Method::Descent, &SIZES);
    same(&choices().loss(Loss::Logistic), &classes::<f64>(6, N), Method::Descent, &FEW);
}

/// Samples of weight 0 are left out, and so the chunks of the others are other ones than those of the files.
#[test]
fn weights_and_classes_have_the_bytes_of_one_process() {
    let weights = |scale: f64| Some((0..N).map(|i| scale * (i * i % 5) as f64).collect());
    for scale in [1.0, 0.3] {
        let data = Data { weights: weights(scale), ..classes::<f64>(6, N) };
        same(&choices(), &data, Method::Admm, &SIZES);
        same(&choices(), &sparse(data), Method::Descent, &FEW);
    }
    let balanced = choices().class_weight(ClassWeight::Balanced);
    same(&balanced, &Data { weights: weights(0.7), ..classes::<f64>(6, N) }, Method::Descent, &FEW);
    let factors = choices().class_weight(ClassWeight::Factors(vec![1.0, 2.5, 0.1]));
    same(&factors, &classes::<f64>(6, N), Method::Descent, &FEW);
    let regression = Data { weights: weights(0.3), ..numbers(6, N, |z| z) };
    same(&choices().loss(Loss::Squared), &regression, Method::Admm, &FEW);
}

#[test]
fn random_batches_and_starts_have_the_bytes_of_one_process() {
    same(&choices().batch(Some(20)), &classes::<f64>(6, 7000), Method::Descent, &FEW);
    for rule in [Rule::Minibatch, Rule::VrPca, Rule::Oja] {
        same(&choices().rule(rule).max_iterations(30), &classes::<f64>(6, N), Method::Admm, &FEW);
    }
    same(&choices().starts(2), &classes::<f64>(6, 700), Method::Descent, &FEW);
    for constraint in [Constraint::Ball, Constraint::UnitNorm] {
        same(&choices().constraint(constraint).max_iterations(30), &classes::<f64>(6, 700), Method::Admm, &FEW);
    }
}

/// Without a ridge it is tested whether the features separate the classes: those of the second data do.
#[test]
fn problems_without_a_minimiser_are_seen_on_ranks() {
    same(&choices().ridge(0.0), &classes::<f64>(6, N), Method::Descent, &FEW);
    // Too many features for the test of all of them, which the samples of a rank alone would not be.
    same(&choices().ridge(0.0).max_iterations(3), &classes::<f64>(245, N), Method::Descent, &[2]);
    let mut x = matrix::<f64>(6, 700);
    (0..700).for_each(|i| x[(i % 3, i)] += 50.0);
    same(&choices().ridge(0.0), &Data { x: x.into(), ..classes(6, 700) }, Method::Admm, &FEW);
}

/// All of them go to every rank.
#[test]
fn wide_and_mixed_data_have_the_bytes_of_one_process() {
    same(&choices().max_iterations(20), &classes::<f64>(320, 300), Method::Admm, &FEW);
    let mut x = matrix::<f64>(6, 700);
    for i in 0..700 {
        (x[(4, i)], x[(5, i)]) = if i % 2 == 0 { (1.0, 0.0) } else { (0.0, 1.0) };
        x[(i % 4, i)] = if i % 7 == 0 { f64::NAN } else { x[(i % 4, i)] };
    }
    let mixed = Features::mixed(x, std::iter::once(4..6).collect()).unwrap();
    same(&choices(), &Data { x: mixed, ..classes(6, 700) }, Method::Admm, &FEW);
}

/// The covariance of so many features is never formed.
#[test]
fn products_with_a_covariance_that_is_not_formed_have_the_bytes_of_one_process() {
    let labels: Vec<usize> = (0..600).map(|i| i % 3).collect();
    let mut entries = admm_solvers::nalgebra_sparse::CooMatrix::new(4200, 600);
    for i in 0..600 {
        (0..12).for_each(|e| entries.push((i * 37 + e * e * 91 + (i % 3) * 5) % 4200, i, 1.0 + (e % 3) as f64));
        entries.push(4100 + i % 3, i, 2.0);
    }
    let x = admm_solvers::nalgebra_sparse::CscMatrix::from(&entries).into();
    let data = Data { x, targets: Targets::classes(&labels, 3).unwrap(), weights: None };
    same(&choices().max_iterations(6), &data, Method::Descent, &[3]);
}

/// Whatever samples a rank has: they need not be whole chunks.
#[test]
fn samples_go_to_the_ranks_that_sum_over_them() {
    for data in [classes::<f64>(6, N), shared(classes(6, N)), sparse(classes(6, N))] {
        let alone = run(&choices(), data.part(0..N), Method::Admm).unwrap();
        for ends in [[1, 1, N], [0, 0, N], [N, N, N], [300, 1500, N], [255, 257, N]] {
            let results = ThreadRanks::run(3, LONG, |ranks| {
                let rank = ranks.rank();
                let first = if rank == 0 { 0 } else { ends[rank - 1] };
                run(&choices().ranks(ranks), data.part(first..ends[rank]), Method::Admm)
            });
            for result in results {
                assert!(result.unwrap_or_else(|error| panic!("{ends:?}: {error}")) == alone, "{ends:?}: other bytes");
            }
        }
    }
}

fn on_three(program: impl Fn(Arc<dyn Ranks>, usize) -> Result<Told> + Sync) -> Vec<Result<Told>> {
    ThreadRanks::run(3, LONG, |ranks| {
        let rank = ranks.rank();
        program(ranks, rank)
    })
}

/// Checks that all ranks have the same error of a rank, with these words.
#[track_caller]
fn refused(results: Vec<Result<Told>>, of: usize, words: &str) {
    for result in results {
        let Err(Error::Rank { rank, problem }) = &result else { panic!("{result:?}") };
        assert!(*rank == of && problem.contains(words), "rank {rank}: {problem}");
    }
}

#[test]
fn ranks_that_differ_are_refused_with_what_differs() {
    let data = classes::<f64>(6, N);
    let part = |rank: usize| data.part(rank * 600..(rank + 1) * 600);
    let with = |choices: Builder, data: Data<f64>| run(&choices, data, Method::Admm);
    let features =
        on_three(|ranks, rank| with(choices().ranks(ranks), if rank == 1 { classes(5, 600) } else { part(rank) }));
    refused(features, 1, "another number of features");
    let options =
        on_three(|ranks, rank| with(choices().weight(if rank == 2 { 0.4 } else { 0.3 }).ranks(ranks), part(rank)));
    refused(options, 2, "another choice of options");
    let stored =
        on_three(|ranks, rank| with(choices().ranks(ranks), if rank == 2 { sparse(part(2)) } else { part(rank) }));
    refused(stored, 2, "another storage of the features");
    let targets = on_three(|ranks, rank| {
        let mut own = part(rank);
        if rank == 1 {
            own.targets = Targets::Classes { labels: (0..600).map(|i| i % 3).collect(), count: 4 };
        }
        with(choices().ranks(ranks), own)
    });
    refused(targets, 1, "another number of classes");
}

#[test]
fn bad_data_of_one_rank_are_the_error_of_all() {
    let data = classes::<f64>(6, N);
    let of = |spoil: &(dyn Fn(&mut Data<f64>) + Sync)| {
        on_three(|ranks, rank| {
            let mut own = data.part(rank * 600..(rank + 1) * 600);
            if rank == 1 {
                spoil(&mut own);
            }
            run(&choices().ranks(ranks), own, Method::Admm)
        })
    };
    refused(of(&|own| own.weights = Some(vec![1.0; 5])), 1, "sample weights");
    refused(
        of(&|own| own.targets = Targets::Classes { labels: vec![7; 600].into(), count: 3 }),
        1,
        "label 7 of sample 1",
    );
    let infinite = of(&|own| {
        let mut x = own.x.to_dense();
        x[(2, 3)] = f64::INFINITY;
        own.x = x.into();
    });
    let expected = Error::not_finite("feature 3 of sample 604 (1 such in the data)");
    infinite.into_iter().for_each(|result| assert_eq!(result, Err(expected.clone())));
    let missing = on_three(|ranks, rank| {
        let mut own = data.part(rank * 600..(rank + 1) * 600);
        own.targets = Targets::Classes { labels: vec![rank % 2; 600].into(), count: 3 };
        run(&choices().ranks(ranks), own, Method::Admm)
    });
    refused(missing, 0, "class 2 has no samples");
}

/// An observer that panics or stops ends all ranks, at the same iteration.
#[test]
fn a_rank_that_stops_or_fails_ends_all() {
    let data = classes::<f64>(6, N);
    let fit = |ranks: Arc<dyn Ranks>, observe: &(dyn Fn(u64) -> bool + Sync)| {
        let Data { x, targets, .. } = data.part(own_samples(&*ranks, N));
        let prepared = choices().tolerance(0.0).ranks(ranks).build()?.prepare_targets(x, targets, None)?;
        let observer = &mut |progress: &admm_solvers::joint::Moment<'_>| match observe(progress.iteration) {
            true => Break(()),
            false => Continue(()),
        };
        told(prepared.fit(Method::Admm, observer)?, String::new())
    };
    let alone = fit(Arc::new(Alone), &|iteration| iteration == 4).unwrap();
    for result in on_three(|ranks, rank| fit(ranks, &|iteration| rank == 2 && iteration == 4)) {
        assert_eq!(result.unwrap(), alone);
    }
    let failed = on_three(|ranks, rank| {
        fit(ranks, &|iteration| {
            assert!(rank != 1 || iteration < 5, "no more");
            false
        })
    });
    refused(failed, 1, "panicked: no more");
}

/// A fit goes on from its position on another number of ranks, with the bytes of one that was never stopped.
#[test]
fn a_fit_goes_on_on_another_number_of_ranks() {
    let data = classes::<f64>(6, N);
    let prepare = |ranks: Arc<dyn Ranks>| {
        let Data { x, targets, .. } = data.part(own_samples(&*ranks, N));
        choices().ranks(ranks).build()?.prepare_targets(x, targets, None)
    };
    for method in [Method::Admm, Method::Descent] {
        let whole = prepare(Arc::new(Alone)).and_then(|p| p.fit(method, &mut |_| Continue(()))).unwrap();
        let whole = told(whole, String::new()).unwrap();
        let positions = ThreadRanks::run(3, LONG, |ranks| {
            let mut position = None;
            prepare(ranks)?.fit(method, &mut |moment| {
                if moment.iteration < 3 {
                    return Continue(());
                }
                position = moment.position().unwrap();
                Break(())
            })?;
            Ok(position)
        });
        let position = positions[0].clone().unwrap().expect("it does not end in 3 iterations");
        for size in [1, 5] {
            let resumed = ThreadRanks::run(size, LONG, |ranks| {
                told(prepare(ranks)?.resume(position.clone(), &mut |_| Continue(()))?, String::new())
            });
            assert!(resumed.iter().all(|result| result.as_ref() == Ok(&whole)), "{method} on {size} ranks");
        }
    }
}

/// A rank hands out at most 2·log₂ m partial sums of a pass, for its m ≥ 2 chunks. The constraint has no model of the
/// Hessian, which would look samples up.
#[test]
fn a_pass_sends_few_partial_sums() {
    let (d, k, c, n) = (24, 4, 3, 64 * 256);
    let data = classes::<f64>(d, n);
    for size in [2, 3, 4, 7, 64] {
        let longest = ThreadRanks::run(size, LONG, |ranks| {
            let counted = Arc::new(Counted::new(ranks));
            let Data { x, targets, .. } = data.part(own_samples(&*counted, n));
            let choices = choices().components(k).constraint(Constraint::UnitNorm).max_iterations(3);
            let prepared = choices.ranks(counted.clone()).build()?.prepare_targets(x, targets, None)?;
            counted.reset();
            prepared.fit(Method::Descent, &mut |_| Continue(()))?;
            Ok(counted.traffic().longest as usize)
        });
        let chunks = 64_usize.div_ceil(size);
        let sums = (2 * chunks.max(2).ilog2() as usize).min(chunks);
        let sum = (d * k + (k + 1) * c + 2) * 8;
        for longest in longest.into_iter().map(Result::unwrap) {
            println!("{size} ranks: {longest} bytes, {:.2} sums of at most {sums}", longest as f64 / sum as f64);
            assert!(longest >= sum && longest <= sums * (sum + 16), "{size} ranks: {longest}");
        }
    }
}

/// Ranks of which one receives a loss that is a rounding off, once that is switched on.
#[derive(Debug)]
struct Drifting {
    of: Arc<dyn Ranks>,
    drifts: AtomicBool,
}

impl Ranks for Drifting {
    fn rank(&self) -> usize {
        self.of.rank()
    }
    fn size(&self) -> usize {
        self.of.size()
    }
    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let mut all = self.of.all_gather(mine)?;
        // The partial sums of a pass: the variant, the number of roots, their level and number, and then the loss.
        if self.rank() == 1 && self.drifts.load(Relaxed) && (100..1000).contains(&all[0].len()) {
            all[0][4] ^= 1;
        }
        Ok(all)
    }
}

#[test]
fn ranks_that_drift_apart_are_seen() {
    let data = classes::<f64>(6, N);
    let results = on_three(|ranks, _| {
        let drifting = Arc::new(Drifting { of: ranks, drifts: AtomicBool::new(false) });
        let Data { x, targets, .. } = data.part(own_samples(&*drifting, N));
        let prepared = choices().tolerance(0.0).ranks(drifting.clone()).build()?.prepare_targets(x, targets, None)?;
        drifting.drifts.store(true, Relaxed);
        told(prepared.fit(Method::Admm, &mut |_| Continue(()))?, String::new())
    });
    refused(results, 1, "another state of the fit");
}
