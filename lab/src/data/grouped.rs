//! Parts of the samples that keep groups together.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::splits::{Split, shuffle};

/// Samples in groups: those of one patient, say, or of one day.
#[derive(Debug, Clone, Copy)]
pub struct Grouped<'a> {
    /// The class of each sample.
    pub labels: &'a [usize],
    /// The number of classes.
    pub classes: usize,
    /// The group of each sample.
    pub groups: &'a [usize],
}

impl Grouped<'_> {
    /// Keeps back about the given fraction of each class, in whole groups.
    pub fn split(&self, fraction: f64, seed: u64) -> Split {
        self.without(1, &self.parts(&[1.0 - fraction, fraction], seed))
    }

    /// Splits whose test parts are disjoint and together all samples, each about its share of each class in whole groups.
    pub fn folds(&self, count: usize, seed: u64) -> Vec<Split> {
        let parts = self.parts(&vec![1.0 / count as f64; count], seed);
        (0..count).map(|test| self.without(test, &parts)).collect()
    }

    /// The part of each sample.
    ///
    /// A part with the share s of all samples should have s·n_c of the n_c samples of class c. That is where Σ_c Σ_parts
    /// (count/n_c)²/s is least. So each group, the largest first, goes where it adds the least to half of that: the sum
    /// over the classes of (count·g + g²/2)/(s·n_c²), where g is its number of samples of the class. Of several such parts
    /// it takes the one with the fewest samples for its share.
    fn parts(&self, shares: &[f64], seed: u64) -> Vec<usize> {
        let sizes = self.sizes();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        shuffle(&mut order, &mut ChaCha8Rng::seed_from_u64(seed));
        order.sort_by_key(|&group| std::cmp::Reverse(sizes[group].iter().sum::<usize>()));
        let of_class = |class: usize| sizes.iter().map(|size| size[class]).sum::<usize>() as f64;
        let totals: Vec<f64> = (0..self.classes).map(of_class).collect();
        let mut counts = vec![vec![0_usize; self.classes]; shares.len()];
        let mut part_of = vec![0; sizes.len()];
        for group in order {
            let adds = |part: &usize| {
                let of = |class: usize| {
                    let (count, more) = (counts[*part][class] as f64, sizes[group][class] as f64);
                    if more > 0.0 { (count * more + 0.5 * more * more) / totals[class].powi(2) } else { 0.0 }
                };
                let filled = counts[*part].iter().sum::<usize>() as f64;
                ((0..self.classes).map(of).sum::<f64>() / shares[*part], filled / shares[*part])
            };
            let least = (0..shares.len()).min_by(|a, b| adds(a).partial_cmp(&adds(b)).expect("they are finite"));
            part_of[group] = least.expect("there is a part");
            counts[part_of[group]].iter_mut().zip(&sizes[group]).for_each(|(count, more)| *count += more);
        }
        self.groups.iter().map(|&group| part_of[group]).collect()
    }

    /// The number of samples of each class in each group.
    fn sizes(&self) -> Vec<Vec<usize>> {
        let count = self.groups.iter().max().map_or(0, |last| last + 1);
        let mut sizes = vec![vec![0; self.classes]; count];
        self.groups.iter().zip(self.labels).for_each(|(&group, &label)| sizes[group][label] += 1);
        sizes
    }

    fn without(&self, test: usize, parts: &[usize]) -> Split {
        let (train, test) = (0..parts.len()).partition(|&sample| parts[sample] != test);
        Split { train, test }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(of: &[usize], labels: &[usize], class: usize) -> f64 {
        of.iter().filter(|&&sample| labels[sample] == class).count() as f64 / of.len() as f64
    }

    proptest! {
        /// No group is on both sides of a split, and every sample is kept back once.
        #[test]
        fn groups_stay_together(
            of in prop::collection::vec((0..3_usize, 0..12_usize), 30..90), count in 2..6_usize, seed: u64
        ) {
            let (labels, groups): (Vec<_>, Vec<_>) = of.into_iter().unzip();
            let grouped = Grouped { labels: &labels, classes: 3, groups: &groups };
            let folds = grouped.folds(count, seed);
            for Split { train, test } in folds.iter().chain([&grouped.split(0.3, seed)]) {
                prop_assert!(test.iter().all(|&one| train.iter().all(|&other| groups[one] != groups[other])));
                prop_assert_eq!(train.len() + test.len(), labels.len());
            }
            let mut all: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..labels.len()));
        }
    }

    #[test]
    fn parts_have_their_shares_of_every_class() {
        let groups: Vec<usize> = (0..600).map(|sample| sample / 6).collect();
        let labels: Vec<usize> = groups.iter().map(|group| usize::from(group % 4 == 0)).collect();
        let grouped = Grouped { labels: &labels, classes: 2, groups: &groups };
        for fold in grouped.folds(5, 3) {
            assert_eq!((fold.test.len(), share(&fold.test, &labels, 1)), (120, 0.25));
        }
        let split = grouped.split(0.2, 3);
        assert_eq!((split.test.len(), share(&split.test, &labels, 1)), (120, 0.25));
        assert_ne!(split, grouped.split(0.2, 4));
    }

    /// Groups of one class each go to different folds.
    #[test]
    fn no_fold_is_empty_where_groups_are_enough() {
        let grouped = Grouped { labels: &[0, 1, 2, 2], classes: 3, groups: &[0, 1, 2, 2] };
        assert!(grouped.folds(3, 0).iter().all(|fold| !fold.test.is_empty()));
    }
}
