//! Sums in a fixed binary tree over the numbers of the parts. The numbers alone fix the order of the additions. Each of
//! m parts takes part in at most ⌈log₂ m⌉ additions, where a sum from left to right has up to m − 1 of them.
//!
//! Node (l, a) of level l covers the parts a·2ˡ, …, (a+1)·2ˡ − 1. So node (0, i) is part i, and node (l+1, a) is the
//! sum of node (l, 2a) and node (l, 2a+1). At the right end, parts are missing. There, a node without a right child
//! equals its left child.
//!
//! Whoever holds a range of consecutive parts can add them up to the roots of the range: the largest nodes that lie
//! inside it. A range of m ≥ 2 parts has at most 2·log₂ m roots. The roots of neighbouring ranges, pushed in their
//! order, give the roots of the union. So the sum has the same bits for every division of the parts into ranges.

use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// A node of the tree, and the sum of the parts that it covers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Node<S> {
    level: u32,
    number: usize,
    sum: S,
}

impl<S> Node<S> {
    /// The node of one part.
    pub fn part(number: usize, sum: S) -> Self {
        Node { level: 0, number, sum }
    }

    /// Tells whether the two nodes are the children of one node, in this order.
    fn is_left_sibling_of(&self, right: &Self) -> bool {
        self.level == right.level && self.number.is_multiple_of(2) && self.number + 1 == right.number
    }
}

/// The roots of a range of consecutive parts, from left to right. The range 0, …, m − 1 has a root for each digit 1 of m
/// in base 2, hence at most log₂(m + 1) of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Roots<S>(Vec<Node<S>>);

impl<S: AddAssign> Roots<S> {
    /// The roots of an empty range.
    pub fn new() -> Self {
        Roots(Vec::new())
    }

    /// Appends a node that begins where the range ends, and adds the children of a node up as soon as both are there.
    pub fn push(&mut self, mut node: Node<S>) {
        while let Some(mut left) = self.0.pop_if(|left| left.is_left_sibling_of(&node)) {
            left.sum += node.sum;
            node = Node { level: left.level + 1, number: left.number / 2, sum: left.sum };
        }
        self.0.push(node);
    }

    /// Appends the roots of the range that begins where this one ends.
    pub fn append(&mut self, next: Self) {
        next.0.into_iter().for_each(|node| self.push(node));
    }

    /// The sum of a range that begins with part 0, or `None` if it is empty.
    pub fn total(self) -> Option<S> {
        let sums = self.0.into_iter().rev().map(|node| node.sum);
        sums.reduce(|right, mut left| {
            left += right;
            left
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of additions, such as `((0 1) 2)`.
    #[derive(Debug, Clone, PartialEq)]
    struct Order(String);

    impl AddAssign for Order {
        fn add_assign(&mut self, right: Self) {
            self.0 = format!("({} {})", self.0, right.0);
        }
    }

    fn part(number: usize) -> Node<Order> {
        Node::part(number, Order(number.to_string()))
    }

    fn roots<S: AddAssign>(nodes: impl IntoIterator<Item = Node<S>>) -> Roots<S> {
        let mut roots = Roots::new();
        nodes.into_iter().for_each(|node| roots.push(node));
        roots
    }

    /// The node that covers `length` parts from `first` on, of which those below `count` exist, by the definition.
    fn by_definition(first: usize, length: usize, count: usize) -> Option<String> {
        if first >= count {
            return None;
        }
        if length == 1 {
            return Some(first.to_string());
        }
        let half = length / 2;
        match (by_definition(first, half, count)?, by_definition(first + half, half, count)) {
            (left, Some(right)) => Some(format!("({left} {right})")),
            (left, None) => Some(left),
        }
    }

    #[test]
    fn parts_are_added_as_the_tree_is_defined() {
        assert_eq!(roots((0..7).map(part)).total().unwrap().0, "(((0 1) (2 3)) ((4 5) 6))");
        for count in 0..70 {
            let total = roots((0..count).map(part)).total().map(|order| order.0);
            assert_eq!(total, by_definition(0, 128, count), "{count}");
        }
    }

    /// The sum of parts that are divided into ranges with these ends, where each range hands over its roots.
    fn in_ranges(ends: impl IntoIterator<Item = usize>) -> Option<Order> {
        let mut first = 0;
        let mut whole = Roots::new();
        for end in ends {
            whole.append(roots((std::mem::replace(&mut first, end)..end).map(part)));
        }
        whole.total()
    }

    #[test]
    fn ranges_give_the_same_sum_however_the_parts_are_divided() {
        for count in 1..=10 {
            let whole = roots((0..count).map(part)).total();
            for ends in 0..1 << (count - 1) {
                let inner = (1..count).filter(|i| ends >> (i - 1) & 1 == 1);
                assert_eq!(in_ranges(inner.chain([count])), whole, "{count} parts, ends {ends:b}");
            }
        }
        for count in [64, 100] {
            let whole = roots((0..count).map(part)).total();
            for ranks in 1..=count + 1 {
                let ends = (1..=ranks).map(|rank| rank * count / ranks);
                assert_eq!(in_ranges(ends), whole, "{count} parts on {ranks} ranks");
            }
        }
    }

    #[test]
    fn a_range_has_few_roots() {
        for first in 0..64 {
            for end in first + 1..=64 {
                let count = roots((first..end).map(|i| Node::part(i, 0))).0.len();
                assert!(count <= 2 * (end - first).ilog2().max(1) as usize, "{count} for {first}..{end}");
                assert!(first > 0 || count == end.count_ones() as usize);
            }
        }
    }
}
