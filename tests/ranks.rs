//! Ranks, and groups that are spread over them.

use crate::common::{ElasticNet, LeastSquares, Matrix, TIGHT, column, design, l1, response};
use admm::checkpoint::{Checkpoints, fingerprint, from_bytes, to_bytes};
use admm::patterns::{Consensus, Group, Sharing, Spread};
use admm::ranks::{Alone, Ranks, ThreadRanks, agree, any, gather, own, sum, sum_sparingly};
use admm::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);
/// Numbers of ranks, some more than there are members.
const SIZES: [usize; 6] = [1, 2, 3, 4, 7, 16];
/// The members: a row each of the small problem, and the first twice.
const MEMBERS: usize = 5;

fn on<R: Send>(size: usize, program: impl Fn(Arc<dyn Ranks>) -> Result<R> + Sync) -> Vec<Result<R>> {
    ThreadRanks::run(size, LONG, program)
}

/// One row of the small least-squares problem.
fn row(i: usize) -> Exact<LeastSquares<f64>> {
    let i = i % 4;
    Exact(LeastSquares::new(design().rows(i, 1).into(), response().rows(i, 1).into()))
}

fn agreement() -> Negated<Consensus<ElasticNet>> {
    Negated(Consensus { of: l1(2.9), members: MEMBERS })
}

type Run = Coordinator<f64, Spread<Exact<LeastSquares<f64>>>, Negated<Consensus<ElasticNet>>>;

fn spread(ranks: Arc<dyn Ranks>) -> Result<Run> {
    let blocks = Spread::new(ranks, MEMBERS, Exec::Serial, |i| Ok(row(i)))?;
    let start = blocks.start(vec![Matrix::zeros(5, 1); MEMBERS])?;
    let mut admm = Coordinator::new(blocks, agreement(), start, Matrix::zeros(5, 1), 1.0)?;
    admm.tolerance = TIGHT;
    Ok(admm)
}

#[test]
fn every_rank_receives_what_each_handed_out() {
    for size in SIZES {
        for (rank, rounds) in on(size, |ranks| {
            let hand = |round: usize| ranks.all_gather(&[ranks.rank() as u8, round as u8]);
            (0..50).map(hand).collect::<Result<Vec<_>>>()
        })
        .into_iter()
        .enumerate()
        {
            for (round, bytes) in rounds.unwrap().into_iter().enumerate() {
                let expected: Vec<Vec<u8>> = (0..size).map(|rank| vec![rank as u8, round as u8]).collect();
                assert_eq!(bytes, expected, "rank {rank} of {size}");
            }
        }
    }
}

#[test]
fn numbers_belong_to_one_rank_each_and_evenly() {
    for size in SIZES {
        for count in [0, 1, 5, 64, 1000] {
            let shares: Vec<_> = on(size, |ranks| Ok(own(&*ranks, count))).into_iter().map(Result::unwrap).collect();
            assert!(shares.iter().cloned().flatten().eq(0..count));
            let lengths = shares.iter().map(ExactSizeIterator::len);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
    }
}

/// The sum of 1/(i + 1), which has other bits in other orders.
fn harmonic(ranks: &dyn Ranks, count: usize, sparingly: bool) -> Result<Option<f64>> {
    let (exec, part) = (Exec::threads(2)?, |i: usize| ((i + 1) as f64).recip());
    match sparingly {
        true => sum_sparingly(ranks, &exec, own(ranks, count), part),
        false => sum(ranks, &exec, own(ranks, count), part),
    }
}

#[test]
fn a_sum_has_the_bits_of_one_rank() {
    for count in [0, 1, 5, 64, 1000] {
        let alone = Exec::Serial.sum(count, |i| ((i + 1) as f64).recip());
        assert_eq!(harmonic(&Alone, count, false), Ok(alone));
        for (size, sparingly) in SIZES.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            let sums = on(size, |ranks| harmonic(&*ranks, count, sparingly));
            assert!(sums.into_iter().all(|sum| sum == Ok(alone)), "{count} parts on {size} ranks");
        }
    }
}

#[test]
fn a_part_that_panics_is_the_error_of_all_ranks() {
    for result in on(3, |ranks| sum(&*ranks, &Exec::Serial, own(&*ranks, 9), |i| 1 / (4 - i as i64))) {
        let Err(Error::Rank { rank: 1, problem }) = result else { panic!("{result:?}") };
        assert!(problem.contains("divide by zero"), "{problem}");
    }
}

#[test]
fn what_holds_on_any_rank_holds_on_all() {
    for size in SIZES {
        let last = on(size, |ranks| any(&*ranks, Ok(ranks.rank() == size - 1)));
        assert!(last.into_iter().all(|any| any == Ok(true)));
        assert!(on(size, |ranks| any(&*ranks, Ok(false))).into_iter().all(|any| any == Ok(false)));
    }
}

#[test]
fn an_error_of_one_rank_is_the_same_error_on_all() {
    let results = on(4, |ranks| {
        let mine = if ranks.rank() == 2 { Err(Error::not_finite("the part")) } else { Ok(1.0) };
        gather(&*ranks, mine)
    });
    let expected = Error::Rank { rank: 2, problem: "the part is not finite".into() };
    results.into_iter().for_each(|result| assert_eq!(result, Err(expected.clone())));
}

#[test]
fn a_rank_that_ends_or_panics_ends_the_others_at_once() {
    let begun = Instant::now();
    for panics in [false, true] {
        let results = on(3, |ranks| {
            ranks.all_gather(&[])?;
            if ranks.rank() == 1 {
                assert!(!panics, "deliberate");
                return Ok(());
            }
            ranks.all_gather(&[]).map(|_| ())
        });
        for rank in [0, 2] {
            assert_eq!(results[rank], Err(Error::Rank { rank: 1, problem: "has ended".into() }));
        }
        assert_eq!(results[1].is_err(), panics);
    }
    assert!(begun.elapsed() < LONG);
}

#[test]
fn a_rank_that_does_not_answer_is_named() {
    let results = ThreadRanks::run(3, Duration::from_millis(50), |ranks| {
        if ranks.rank() == 2 {
            std::thread::sleep(Duration::from_millis(500));
        }
        ranks.all_gather(&[]).map(|_| ())
    });
    let expected = Error::Rank { rank: 2, problem: "has not answered within 0.05 seconds".into() };
    assert_eq!(results, [Err(expected.clone()), Err(expected.clone()), Err(expected)]);
}

#[test]
fn ranks_that_differ_are_named() {
    let results = on(3, |ranks| agree(&*ranks, "ridge", &if ranks.rank() == 1 { 0.5 } else { 0.25 }));
    let expected = Error::Rank { rank: 1, problem: "has another ridge than rank 0".into() };
    results.into_iter().for_each(|result| assert_eq!(result, Err(expected.clone())));
    on(3, |ranks| agree(&*ranks, "ridge", &0.5)).into_iter().for_each(|result| assert_eq!(result, Ok(())));
}

#[test]
fn a_spread_group_takes_the_iterates_of_a_group_on_any_number_of_ranks() {
    let group = Group { blocks: (0..MEMBERS).map(row).collect(), exec: Exec::Serial };
    let start = vec![Matrix::zeros(5, 1); MEMBERS];
    let mut twin = Coordinator::new(group, agreement(), start, Matrix::zeros(5, 1), 1.0).unwrap();
    twin.tolerance = TIGHT;
    let mut records = Vec::new();
    let expected = twin.run(|state: &_| keep(&mut records, state)).unwrap();
    assert_eq!(expected.status, Status::Converged);
    for size in SIZES {
        for result in on(size, |ranks| {
            let mut taken = Vec::new();
            let outcome = spread(ranks)?.run(|state: &_| keep(&mut taken, state))?;
            Ok((outcome, taken))
        }) {
            let (outcome, taken) = result.unwrap();
            assert_eq!(
                (outcome.status, &outcome.best.z, &outcome.best.u),
                (expected.status, &expected.best.z, &expected.best.u)
            );
            let x: Vec<_> = outcome.best.x.into_iter().map(|(x, _)| x).collect();
            assert_eq!(x, expected.best.x);
            assert_eq!(taken, records, "{size} ranks");
        }
    }
}

fn keep<X, Z, S>(records: &mut Vec<u128>, state: &state::State<f64, X, Z, S>) -> std::ops::ControlFlow<()> {
    records.push(fingerprint(&state.record).unwrap());
    std::ops::ControlFlow::Continue(())
}

#[test]
fn a_checkpoint_goes_on_on_any_other_number_of_ranks() {
    let end = |ranks: Arc<dyn Ranks>| to_bytes(&spread(ranks)?.run(())?.best.z);
    let expected = on(1, end).remove(0).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Checkpoints::claim(folder.path(), 1).unwrap();
    let states = on(3, |ranks| {
        let mut admm = spread(ranks)?;
        (0..20).try_for_each(|_| admm.step().map(|_| ()))?;
        to_bytes(admm.state())
    });
    let states: Vec<_> = states.into_iter().map(Result::unwrap).collect();
    assert!(states.iter().all(|state| *state == states[0]));
    kept.save(&states[0]).unwrap();
    let state: Vec<u8> = kept.load().unwrap().unwrap().state;
    for size in SIZES {
        for result in on(size, |ranks| to_bytes(&spread(ranks)?.resume(from_bytes(&state)?)?.run(())?.best.z)) {
            assert_eq!(result.unwrap(), expected, "{size} ranks");
        }
    }
}

/// ½(x − aᵢ)² seen through an operator that is not orthogonal: Kx = 3x.
#[derive(Debug, Clone)]
struct Tripled(f64);

impl Subproblem<f64> for Tripled {
    type Var = Matrix;
    type Image = Matrix;

    fn value(&self, x: &Matrix) -> Result<f64> {
        Ok(0.5 * (x[0] - self.0).powi(2))
    }
    fn argmin(&self, x: &mut Matrix, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        x[0] = (self.0 + 3.0 * to.rho * to.v[0]) / (1.0 + 9.0 * to.rho);
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &Matrix) -> Matrix {
        x * 3.0
    }
    fn adjoint(&self, y: &Matrix) -> Result<operator::Adjoint<f64>> {
        if y[0] > 1e3 { Err(Error::not_finite("the adjoint")) } else { Ok(operator::Adjoint::of(&(y * 3.0))) }
    }
}

/// min Σ ½(xᵢ − aᵢ)² + |Σ 3xᵢ| for a = (1, 2, 6): all xᵢ lose the same, 1 in each, as long as the sum stays positive.
#[test]
fn blocks_with_operators_of_their_own_share_over_ranks() {
    let numbers = [11.0, 12.0, 16.0];
    for size in SIZES {
        for result in on(size, |ranks| {
            let blocks = Spread::new(ranks, 3, Exec::Serial, |i| Ok(Tripled(numbers[i])))?;
            let start = blocks.start(vec![Matrix::zeros(1, 1); 3])?;
            let shared = Negated(Sharing { of: l1(1.0), members: 3 });
            let z = vec![Matrix::zeros(1, 1); 3];
            let mut admm = Coordinator::new(blocks, shared, start, z, 1.0)?;
            admm.tolerance = TIGHT;
            admm.run(())
        }) {
            let outcome = result.unwrap();
            assert_eq!(outcome.status, Status::Converged);
            for ((x, _), a) in outcome.best.x.iter().zip(numbers) {
                assert!((x[0] - (a - 3.0)).abs() < 1e-8, "{x}");
            }
        }
    }
}

#[test]
fn a_member_that_fails_is_named_on_every_rank() {
    let blocks = |ranks: Arc<dyn Ranks>| {
        Spread::new(ranks, 3, Exec::Serial, |i| {
            if i == 2 { Err(Error::numerical("the file", "is missing")) } else { Ok(Tripled(0.0)) }
        })
    };
    for result in on(2, |ranks| blocks(ranks).map(|_| ())) {
        assert_eq!(result, Err(Error::Rank { rank: 1, problem: "the file is missing".into() }));
    }
    let failing = |ranks: Arc<dyn Ranks>| {
        let blocks = Spread::new(ranks, 3, Exec::Serial, |i| Ok(Tripled(i as f64)))?;
        blocks.adjoint(&vec![column(&[0.0]), column(&[2e3]), column(&[0.0])]).map(|_| ())
    };
    for result in on(3, failing) {
        let problem = "member 1: the adjoint is not finite".into();
        assert_eq!(result, Err(Error::Rank { rank: 1, problem }));
    }
    for result in on(2, |ranks| {
        let members = 3 + ranks.rank();
        Spread::new(ranks, members, Exec::Serial, |_| Ok(Tripled(0.0))).map(|_| ())
    }) {
        let problem = "has another number of members than rank 0".into();
        assert_eq!(result, Err(Error::Rank { rank: 1, problem }));
    }
}
