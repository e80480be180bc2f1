//! Tests of the framework: its algorithm, its contracts, its files. What plugs in is tested in `solvers/tests`.

mod adaptive;
mod advice;
mod blocks;
mod certificate;
mod checkpoint;
mod common;
mod faults_solver;
mod golden;
mod infeasibility;
mod observe;
mod penalty;
mod plain;
mod ranks;
mod stop;
mod trajectory;
mod verdict;
mod wrappers;
