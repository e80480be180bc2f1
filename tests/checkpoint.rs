//! Checkpoints: every bit comes back, damage is seen, a fault leaves the older one, and a run that is continued from
//! one ends as if it had never stopped.

use crate::common::{LAMBDA, Lasso, Matrix, l1, regression, scripted};
use admm::accelerate::{Anderson, Nesterov};
use admm::checkpoint::{Checkpointer, Checkpoints, Unusable, fingerprint, from_bytes, to_bytes};
use admm::file::{self, Disk, Files};
use admm::observe::{History, Observer};
use admm::penalty::{Balance, RelativeBalance, Spectral, SquareRoot};
use admm::state::State;
use admm::*;
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

const RUN: u128 = 7;

fn claim(folder: &TempDir) -> Checkpoints {
    Checkpoints::claim(folder.path(), RUN).unwrap()
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names = Disk.names(folder.path()).unwrap();
    names.sort();
    names
}

/// A folder with the states 1 and 2, and the newer of its files.
fn two() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = claim(&folder);
    kept.save(&1u64).unwrap();
    kept.save(&2u64).unwrap();
    let newer = folder.path().join("000002.checkpoint");
    (folder, newer)
}

/// Loads what falls back to the older state, and returns what it says about the newer one.
#[track_caller]
fn passed_over(folder: &TempDir) -> Error {
    let mut loaded = claim(folder).load::<u64>().unwrap().unwrap();
    assert_eq!((loaded.state, loaded.passed_over.len()), (1, 1));
    let error = loaded.passed_over.remove(0);
    assert!(error.to_string().contains("000002.checkpoint"), "{error}");
    error
}

#[track_caller]
fn problem(error: Error) -> Unusable {
    match error {
        Error::Checkpoint { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

proptest! {
    #[test]
    fn numbers_keep_their_bits(
        double in prop::collection::vec(any::<u64>(), 12),
        single in prop::collection::vec(any::<u32>(), 6),
        count in any::<u64>(),
    ) {
        let matrix = DMatrix::from_iterator(3, 4, double.iter().map(|&bits| f64::from_bits(bits)));
        let other = DMatrix::from_iterator(2, 3, single.iter().map(|&bits| f32::from_bits(bits)));
        let record = (f64::from_bits(double[0]), Some(-0.0f64), count, Status::Stalled);
        let bytes = to_bytes(&(&matrix, &other, record)).unwrap();
        type Back = (Matrix, DMatrix<f32>, (f64, Option<f64>, u64, Status));
        let back: Back = from_bytes(&bytes).unwrap();
        prop_assert!(back.0.iter().map(|value| value.to_bits()).eq(double.iter().copied()));
        prop_assert!(back.1.iter().map(|value| value.to_bits()).eq(single.iter().copied()));
        prop_assert_eq!((back.0.shape(), back.1.shape()), ((3, 4), (2, 3)));
        prop_assert_eq!(to_bytes(&back).unwrap(), bytes);
    }

    /// Any bytes are read or refused, in bounded memory and without a panic.
    #[test]
    fn other_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = from_bytes::<Matrix>(&bytes);
        let _ = from_bytes::<Vec<Vec<String>>>(&bytes);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("000001.checkpoint"), &bytes).unwrap();
        prop_assert_eq!(problem(claim(&folder).load::<u64>().unwrap_err()), Unusable::Magic);
    }
}

#[test]
fn values_have_a_fingerprint_of_their_own() {
    let hash = |value: f64| fingerprint(&("run", value)).unwrap();
    assert_eq!(hash(1.0), hash(1.0));
    assert_ne!(hash(1.0), hash(1.0f64.next_up()));
    assert_eq!(fingerprint(&7u8).unwrap(), twox_hash::XxHash3_128::oneshot(&[7]));
}

#[test]
fn the_last_two_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = claim(&folder);
    assert!(kept.is_empty() && kept.load::<u64>().unwrap().is_none());
    for state in 1..=5u64 {
        kept.save(&state).unwrap();
        let from = state.max(2) - 1;
        assert_eq!(names(&folder), (from..=state).map(|n| format!("{n:06}.checkpoint")).collect::<Vec<_>>());
    }
    drop(kept);
    let mut kept = claim(&folder);
    let loaded = kept.load::<u64>().unwrap().unwrap();
    assert_eq!((loaded.state, loaded.passed_over), (5, vec![]));
    kept.save(&6u64).unwrap();
    assert_eq!(names(&folder), ["000005.checkpoint", "000006.checkpoint"]);
}

#[test]
fn fault_60_every_flipped_bit_is_seen() {
    let (folder, newer) = two();
    let whole = fs::read(&newer).unwrap();
    for bit in 0..8 * whole.len() {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&newer, bytes).unwrap();
        let problem = problem(passed_over(&folder));
        let expected = match bit / 8 {
            0..8 => matches!(problem, Unusable::Magic),
            8..12 => matches!(problem, Unusable::Version { .. }),
            28..36 => matches!(problem, Unusable::Length { .. }),
            _ => problem == Unusable::Checksum,
        };
        assert!(expected, "bit {bit}: {problem}");
    }
}

#[test]
fn fault_60_every_truncation_and_what_is_appended_is_seen() {
    let (folder, newer) = two();
    let whole = fs::read(&newer).unwrap();
    for length in 0..whole.len() {
        fs::write(&newer, &whole[..length]).unwrap();
        let problem = problem(passed_over(&folder));
        assert!(matches!(problem, Unusable::Magic | Unusable::Length { .. }), "{length}: {problem}");
    }
    fs::write(&newer, [&whole[..], b"x"].concat()).unwrap();
    assert!(matches!(problem(passed_over(&folder)), Unusable::Length { .. }));
}

#[test]
fn fault_60_another_run_another_version_another_state() {
    let (folder, newer) = two();
    let mut other = Checkpoints::claim(folder.path(), RUN + 1).unwrap();
    assert_eq!(problem(other.load::<u64>().unwrap_err()), Unusable::Configuration);
    other.save(&3u64).unwrap();
    drop(other);
    let loaded = claim(&folder).load::<u64>().unwrap().unwrap();
    assert_eq!((loaded.state, loaded.passed_over.len()), (2, 1), "that of the other run is passed over, and stays");
    assert_eq!(names(&folder).len(), 3);
    fs::remove_file(folder.path().join("000003.checkpoint")).unwrap();

    assert!(matches!(problem(claim(&folder).load::<String>().unwrap_err()), Unusable::Content(_)));
    assert!(matches!(problem(claim(&folder).load::<(u64, u64)>().unwrap_err()), Unusable::Content(_)));
    let mut bytes = fs::read(&newer).unwrap();
    bytes[8] = 2;
    fs::write(&newer, &bytes).unwrap();
    assert_eq!(problem(passed_over(&folder)), Unusable::Version { got: 2, known: 1 });
}

#[test]
fn a_header_that_promises_too_much_takes_no_memory() {
    let (folder, newer) = two();
    let mut bytes = fs::read(&newer).unwrap();
    bytes[28..36].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&newer, bytes).unwrap();
    assert!(matches!(problem(passed_over(&folder)), Unusable::Length { .. }));
    fs::remove_file(&newer).unwrap();
    fs::create_dir(&newer).unwrap();
    assert!(matches!(passed_over(&folder), Error::File { operation: "read", .. }));
    // 2⁶⁰ numbers, of which the first is there.
    let long = to_bytes(&(1u64 << 60, 1.0)).unwrap();
    assert!(matches!(from_bytes::<Vec<f64>>(&long), Err(Error::Encoding(_))));
}

#[cfg(unix)]
#[test]
fn fault_62_a_folder_has_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let first = claim(&folder);
    let second = Checkpoints::claim(folder.path(), RUN).err().unwrap();
    assert!(matches!(&second, Error::File { kind: io::ErrorKind::ResourceBusy, .. }), "{second}");
    assert!(second.to_string().contains("another run"), "{second}");
    drop(first);
    claim(&folder);
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".admm-1-0.tmp"), "half").unwrap();
    fs::write(folder.path().join("notes"), "dear").unwrap();
    claim(&folder);
    assert_eq!(names(&folder), ["notes"]);
}

/// The number of iterations of the runs below.
const LAST: u64 = 40;

/// A lasso under a penalty that changes, with a block that must be retuned then.
fn lasso() -> Lasso {
    let mut admm = regression(l1(LAMBDA), 1e-3);
    (admm.penalty_policy, admm.stop) = (Box::new(Balance::default()), Stop::Residuals);
    admm.tolerance = Tolerance { absolute: 0.0, relative: 0.0 };
    admm
}

type LassoState = State<f64, Matrix, Matrix, Matrix>;

/// Goes on to the last iteration, and returns all bits of the state there but those that say how the run goes, which is
/// over.
fn finish(mut admm: Lasso, watch: impl Observer<LassoState>) -> Vec<u8> {
    let last = |state: &LassoState| match state.record.iteration {
        LAST => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    if admm.state().record.iteration < LAST {
        admm.run((watch, last)).unwrap();
    }
    assert_eq!(admm.state().record.iteration, LAST);
    to_bytes(&State { run: None, ..admm.state().clone() }).unwrap()
}

#[test]
fn a_run_continued_after_any_iteration_has_the_same_bits() {
    let mut history = History::default();
    let expected = finish(lasso(), &mut history);
    assert!(history.records.last().unwrap().penalty_changes > 2);
    for iterations in 1..LAST {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = claim(&folder);
        let mut admm = lasso();
        (0..iterations).for_each(|_| {
            admm.step().unwrap();
        });
        kept.save(admm.state()).unwrap();
        let admm = lasso().resume(kept.load().unwrap().unwrap().state).unwrap();
        assert_eq!(admm.state().record, history.records[iterations as usize - 1]);
        assert!(finish(admm, ()) == expected, "after {iterations}");
    }
}

#[test]
fn every_nth_state_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = claim(&folder);
    finish(lasso(), &mut Checkpointer::new(&mut kept, 15));
    let loaded = kept.load::<LassoState>().unwrap().unwrap();
    assert_eq!((loaded.state.record.iteration, names(&folder).len()), (30, 2));
    finish(lasso(), &mut Checkpointer::new(&mut kept, 0));
    assert_eq!(kept.load::<LassoState>().unwrap().unwrap().state.record.iteration, LAST);
}

/// What a policy or an acceleration remembers is part of the state.
#[test]
fn every_policy_and_acceleration_goes_on() {
    let policies: [fn(&mut Lasso); 6] = [
        |admm| admm.penalty_policy = Box::new(RelativeBalance::default()),
        |admm| admm.penalty_policy = Box::new(SquareRoot::default()),
        |admm| admm.penalty_policy = Box::new(Spectral::default()),
        |admm| admm.acceleration = Box::new(Anderson::default()),
        |admm| admm.acceleration = Box::new(Nesterov::default()),
        |admm| {
            (admm.penalty_policy, admm.acceleration) = (Box::new(Spectral::default()), Box::new(Anderson::default()))
        },
    ];
    for (number, policy) in policies.iter().enumerate() {
        let fresh = || {
            let mut admm = lasso();
            policy(&mut admm);
            admm
        };
        let expected = finish(fresh(), ());
        for iterations in 1..20 {
            let mut admm = fresh();
            (0..iterations).for_each(|_| {
                admm.step().unwrap();
            });
            let state = from_bytes(&to_bytes(admm.state()).unwrap()).unwrap();
            assert!(finish(fresh().resume(state).unwrap(), ()) == expected, "policy {number} after {iterations}");
        }
    }
}

/// The limits count from where the run began, and its best iterate is not forgotten.
#[test]
fn a_run_that_is_continued_ends_with_the_same_status_and_best_iterate() {
    let growing: Vec<f64> = (0..30).map(|k| 10f64.powi(k)).collect();
    for residuals in [&[2.0, 1.0, 3.0, 2.5][..], &growing] {
        for (max_iterations, patience) in [(12, 100), (100, 9)] {
            let fresh = || {
                let mut admm = scripted(residuals);
                (admm.max_iterations, admm.patience) = (max_iterations, patience);
                admm
            };
            let expected = fresh().run(()).unwrap();
            for every in 1..9 {
                let folder = tempfile::tempdir().unwrap();
                let mut kept = claim(&folder);
                fresh().run(&mut Checkpointer::new(&mut kept, every)).unwrap();
                let outcome = fresh().resume(kept.load().unwrap().unwrap().state).unwrap().run(()).unwrap();
                assert_eq!(outcome.status, expected.status);
                assert_eq!(to_bytes(&outcome.best), to_bytes(&expected.best));
            }
        }
    }
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let mut admm = lasso();
    admm.step().unwrap();
    let good = admm.state().clone();
    let bad = |change: &dyn Fn(&mut LassoState)| {
        let mut state = good.clone();
        change(&mut state);
        lasso().resume(state).err().unwrap()
    };
    for change in [
        (&|state: &mut LassoState| state.u = DMatrix::zeros(3, 1)) as &dyn Fn(&mut LassoState),
        &|state| state.bz = DMatrix::zeros(5, 2),
        &|state| state.x = DMatrix::zeros(0, 0),
    ] {
        assert!(matches!(bad(change), Error::Size { .. }));
    }
    assert!(matches!(bad(&|state| state.z[0] = f64::NAN), Error::NotFinite { .. }));
    assert!(matches!(bad(&|state| state.u[1] = f64::INFINITY), Error::NotFinite { .. }));
    assert!(matches!(bad(&|state| state.rho = 0.0), Error::Parameters(_)));
}

/// The disk, whose n-th operation fails, and every later one too where it fails for ever. A write that fails has
/// written a part.
struct Faulty {
    done: Arc<AtomicU64>,
    fails_at: u64,
    for_ever: bool,
    written: fn(&[u8]) -> usize,
}

impl Faulty {
    fn next(&self) -> io::Result<()> {
        let now = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if now == self.fails_at || (self.for_ever && now > self.fails_at) {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the disk is full"));
        }
        Ok(())
    }
}

impl Files for Faulty {
    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.next().and_then(|()| Disk.names(folder))
    }
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.next().and_then(|()| Disk.read(path, most))
    }
    fn create(&self, path: &Path) -> io::Result<File> {
        self.next().and_then(|()| Disk.create(path))
    }
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let next = self.next();
        Disk.write(file, if next.is_ok() { bytes } else { &bytes[..(self.written)(bytes)] })?;
        next
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        self.next().and_then(|()| Disk.sync(file))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.next().and_then(|()| Disk.rename(from, to))
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.next().and_then(|()| Disk.sync_folder(folder))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.next().and_then(|()| Disk.remove(path))
    }
}

/// Continues the lasso from a folder on files that may fail, and keeps every fifth state there.
fn go_on(files: Faulty, folder: &Path) -> Result<Vec<u8>> {
    let mut kept = Checkpoints::claim_on(files, folder, RUN)?;
    let loaded = kept.load()?.expect("there are two");
    let admm = lasso().resume(loaded.state)?;
    Ok(finish(admm, &mut Checkpointer::new(&mut kept, 5)))
}

/// The n-th operation fails, for n = 1, 2, … until a run passes untouched, once and for ever. The run goes on or ends
/// with a typed error; what was kept before is there, nothing else is, and from there the run ends with the same bits.
#[test]
fn faults_58_and_59_each_operation_fails() {
    let expected = finish(lasso(), ());
    for for_ever in [false, true] {
        for fails_at in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let mut admm = lasso();
            let mut kept = claim(&folder);
            for _ in 0..2 {
                (0..5).for_each(|_| {
                    admm.step().unwrap();
                });
                kept.save(admm.state()).unwrap();
            }
            drop(kept);

            let done = Arc::new(AtomicU64::new(0));
            let files = Faulty { done: done.clone(), fails_at, for_ever, written: |bytes| bytes.len() / 2 };
            match go_on(files, folder.path()) {
                Ok(bits) => assert!(bits == expected, "operation {fails_at}"),
                Err(error) => assert!(matches!(error, Error::File { .. }), "operation {fails_at}: {error}"),
            }
            if !for_ever {
                assert!(names(&folder).iter().all(|name| !file::is_temporary(name)), "operation {fails_at}");
            }
            let mut kept = claim(&folder);
            let loaded = kept.load::<LassoState>().unwrap().unwrap();
            assert!(loaded.state.record.iteration >= 10 && loaded.passed_over.is_empty(), "operation {fails_at}");
            assert!(names(&folder).iter().all(|name| name.ends_with(".checkpoint")));
            assert!(finish(lasso().resume(loaded.state).unwrap(), ()) == expected, "operation {fails_at}");
            if done.load(Ordering::Relaxed) < fails_at {
                assert!(fails_at > 40, "six checkpoints take more operations than {fails_at}");
                break;
            }
        }
    }
}

/// Killed at any byte of a write: nothing that comes after it happens, not even the removal of the temporary.
#[test]
fn fault_58_killed_at_any_byte_of_a_write() {
    let (folder, newer) = two();
    let bytes = fs::read(&newer).unwrap();
    for length in 0..=bytes.len() {
        fs::write(folder.path().join(".admm-1-0.tmp"), &bytes[..length]).unwrap();
        let loaded = claim(&folder).load::<u64>().unwrap().unwrap();
        assert_eq!((loaded.state, loaded.passed_over), (2, vec![]));
        assert_eq!(names(&folder).len(), 2);
    }
}

#[test]
fn a_failure_to_write_is_told_and_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = Faulty { done: Arc::default(), fails_at: 3, for_ever: true, written: |_| 0 };
    let mut kept = Checkpoints::claim_on(files, folder.path(), RUN).unwrap();
    let mut watch = Checkpointer::new(&mut kept, 10);
    assert!(finish(lasso(), &mut watch) == finish(lasso(), ()));
    let failure = watch.failure().unwrap().to_string();
    assert!(failure.starts_with("cannot write ") && failure.ends_with("the disk is full"), "{failure}");
}

/// The state is kept where only the oldest file could not be removed, and the next time both go.
#[test]
fn a_file_that_cannot_be_removed_is_no_failure_to_keep() {
    let folder = tempfile::tempdir().unwrap();
    // Two listings, three states of five operations each, and the removal.
    let files = Faulty { done: Arc::default(), fails_at: 18, for_ever: false, written: <[u8]>::len };
    let mut kept = Checkpoints::claim_on(files, folder.path(), RUN).unwrap();
    for state in 1..=3u64 {
        kept.save(&state).unwrap();
    }
    assert_eq!(names(&folder).len(), 3);
    kept.save(&4u64).unwrap();
    assert_eq!(names(&folder), ["000003.checkpoint", "000004.checkpoint"]);
    fs::remove_file(folder.path().join("000003.checkpoint")).unwrap();
    (5..=6u64).for_each(|state| kept.save(&state).unwrap());
    assert_eq!(names(&folder), ["000005.checkpoint", "000006.checkpoint"], "what somebody else removed is gone");
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    file::replace(&Disk, &path, b"old").unwrap();
    for fails_at in 1..=5 {
        let files = Faulty { done: Arc::default(), fails_at, for_ever: false, written: |bytes| bytes.len() - 1 };
        assert!(matches!(file::replace(&files, &path, b"new").unwrap_err(), Error::File { .. }));
        assert_eq!(fs::read(&path).unwrap(), if fails_at < 5 { b"old" } else { b"new" });
        assert_eq!(names(&folder), ["file"]);
    }
    file::check(&Disk, &path).unwrap();
    assert!(file::check(&Disk, &folder.path().join("missing/file")).is_err());
    assert_eq!(names(&folder), ["file"]);
}
