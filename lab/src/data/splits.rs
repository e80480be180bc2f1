//! Stratified splits into training and test samples.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Numbers of samples, ascending.
#[derive(Debug, PartialEq, Eq)]
pub struct Split {
    /// The samples to learn from.
    pub train: Vec<usize>,
    /// The samples kept back.
    pub test: Vec<usize>,
}

/// Keeps back the given fraction of each class, to the nearest whole number of samples.
pub fn stratified(labels: &[usize], classes: usize, fraction: f64, seed: u64) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut split = Split { train: Vec::new(), test: Vec::new() };
    for class in 0..classes {
        let mut members: Vec<_> = (0..labels.len()).filter(|&sample| labels[sample] == class).collect();
        shuffle(&mut members, &mut random);
        let kept = (fraction * members.len() as f64).round() as usize;
        split.test.extend(&members[..kept]);
        split.train.extend(&members[kept..]);
    }
    split.train.sort_unstable();
    split.test.sort_unstable();
    split
}

/// Splits whose test parts are disjoint and together all samples, each with its share of each class. A class begins
/// where the one before it has ended, so that the sizes of the parts differ by 1 at most.
pub fn folds(labels: &[usize], classes: usize, count: usize, seed: u64) -> Vec<Split> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order = Vec::with_capacity(labels.len());
    for class in 0..classes {
        let mut members: Vec<_> = (0..labels.len()).filter(|&sample| labels[sample] == class).collect();
        shuffle(&mut members, &mut random);
        order.append(&mut members);
    }
    let mut fold = vec![0; labels.len()];
    order.iter().enumerate().for_each(|(place, &sample)| fold[sample] = place % count);
    let part = |test: usize| (0..labels.len()).partition(|&sample| fold[sample] != test);
    (0..count).map(part).map(|(train, test)| Split { train, test }).collect()
}

/// Fisher and Yates, written out so that no other version of a library draws other samples.
pub(super) fn shuffle(members: &mut [usize], random: &mut ChaCha8Rng) {
    for last in (1..members.len()).rev() {
        let other = (u128::from(random.next_u64()) * (last as u128 + 1)) >> 64;
        members.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_drawn_never_change() {
        let labels: Vec<_> = (0..20).map(|sample| sample % 2).collect();
        assert_eq!(stratified(&labels, 2, 0.25, 0).test, [1, 2, 9, 12, 16, 19]);
        assert_eq!(stratified(&labels, 2, 0.25, 1).test, [4, 7, 13, 14, 16, 19]);
    }

    #[test]
    fn each_sample_is_in_one_part_and_each_class_in_both() {
        let labels: Vec<_> = (0..100).map(|sample| usize::from(sample % 10 == 0)).collect();
        let Split { train, test } = stratified(&labels, 2, 0.2, 7);
        let mut all = [train.clone(), test.clone()].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
        assert!(train.is_sorted() && test.is_sorted());
        let count = |part: &[usize]| part.iter().filter(|&&sample| labels[sample] == 1).count();
        assert_eq!((test.len(), count(&test), count(&train)), (20, 2, 8));
    }

    #[test]
    fn folds_share_out_every_sample_and_every_class() {
        let labels: Vec<_> = (0..53).map(|sample| usize::from(sample % 5 == 0)).collect();
        let folds = folds(&labels, 2, 4, 3);
        let mut tested: Vec<_> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
        tested.sort_unstable();
        assert!(tested.into_iter().eq(0..53));
        for Split { train, test } in &folds {
            let mut all = [train.clone(), test.clone()].concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..53) && (13..=14).contains(&test.len()));
            assert!((2..=3).contains(&test.iter().filter(|&&sample| labels[sample] == 1).count()));
        }
        assert_eq!(folds[0].test[..6], super::folds(&labels, 2, 4, 3)[0].test[..6]);
        assert_ne!(folds, super::folds(&labels, 2, 4, 4));
    }

    #[test]
    fn a_class_may_be_too_small_for_a_part() {
        let Split { train, test } = stratified(&[0, 0, 0, 1], 2, 0.6, 0);
        assert_eq!((train.len(), test.len()), (1, 3));
        assert!(test.contains(&3));
    }
}
