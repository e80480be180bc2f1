//! The field of a stopped model, followed in small steps: a method that brings the field to 0 by steps along it can end
//! only where this flow does.

use super::Layered;
use crate::data::Targets;
use crate::joint::JointModel;
use crate::joint::prepared::Task;
use crate::set::Stiefel;
use admm::method::retract;
use admm::space::Space;
use nalgebra::DMatrix;

/// The 528 vowels of the training set, 10 features and 11 classes, behind 32 units.
fn vowel(weight: f64) -> Layered<f64> {
    let folder = std::env::var_os("ADMM_DATA").expect("ADMM_DATA names no folder");
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("vowel/vowel.train")).unwrap();
    let number = |cell: &str| cell.parse::<f64>().unwrap();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(|row| row.split(',').map(number).collect()).collect();
    let labels: Vec<usize> = rows.iter().map(|row| row[1] as usize - 1).collect();
    let x = DMatrix::from_fn(10, rows.len(), |feature, sample| rows[sample][feature + 2]);
    let options = JointModel::builder().hidden(&[32]).weight(weight).build().unwrap().options;
    let task = Task::new(&options, Targets::classes(&labels, 11).unwrap());
    Layered::new(&options, x.into(), task, None).unwrap()
}

/// The norm of the field and the turn of W after some steps of a flow.
struct Stand {
    /// The norm of the field.
    norm: f64,
    /// ‖WWᵀ − W₀W₀ᵀ‖/√2 for the W₀ of the stand before: 0 for the same plane, √2 for orthogonal ones.
    turn: f64,
}

/// Follows x ← R(x − F(x)·length) from the start of a problem, and stops after every 5,000 steps to look around.
fn flow(of: &Layered<f64>, length: f64, stands: usize) -> Vec<Stand> {
    let mut at = of.start.clone();
    let mut found = Vec::new();
    for _ in 0..stands {
        let before = at.head.v.clone();
        let mut field = at.zero_like();
        for _ in 0..5_000 {
            field = of.objective.value_and_field(&at).unwrap().1;
            at = retract(&Stiefel::default(), &at, &at.zero_like().plus(-length, &field)).unwrap();
        }
        let turn = (&at.head.v * at.head.v.transpose() - &before * before.transpose()).norm() / 2.0_f64.sqrt();
        found.push(Stand { norm: of.norm(&at, &field).unwrap(), turn });
    }
    found
}

/// The plane of W turns on for as long as it is followed, and the field becomes no smaller.
#[test]
#[ignore = "needs ADMM_DATA"]
fn with_a_large_weight_the_field_of_vowel_leads_round_and_to_no_rest() {
    for (number, Stand { norm, turn }) in flow(&vowel(0.7), 1.0, 4).into_iter().enumerate() {
        println!("after {} steps: ‖F‖ = {norm:.1e}, turned by {turn:.2}", 5_000 * (number + 1));
        assert!(norm > 5e-4 && turn > 0.1, "{norm:e} {turn}");
    }
}
