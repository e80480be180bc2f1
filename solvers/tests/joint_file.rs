//! Model files: the same bits back, the same bytes for the same model, and an error for everything that is no model.

use crate::data::{classes, matrix};
use admm::Error;
use admm_solvers::Scalar;
use admm_solvers::data::Scaler;
use admm_solvers::joint::{JointModel, Model, Names};
use admm_solvers::loss::{Loss, Predictor};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn model<T: Scalar>(d: usize, k: usize, c: usize) -> Model<T> {
    let random = |rows, columns, seed| matrix(rows, columns, seed).map(T::of);
    let scaler = Scaler {
        mean: DVector::from_column_slice(random(d, 1, 1).as_slice()),
        scale: DVector::from_column_slice(random(d, 1, 2).abs().add_scalar(T::of(0.1)).as_slice()),
    };
    let weights = Predictor { v: random(d, k, 3), b: random(k, c, 4), bias: random(c, 1, 5) };
    Model { scaler, network: None, weights, loss: Some(Loss::Softmax), targets: None }
}

fn names(d: usize, c: usize) -> Names {
    let numbered = |prefix: &str, count| (0..count).map(|i| format!("{prefix} {i} \"é\" 名")).collect();
    Names::new(numbered("feature", d), numbered("class", c))
}

/// 4 features, 2 components, 3 classes.
fn small() -> Vec<u8> {
    model::<f64>(4, 2, 3).to_bytes(&names(4, 3)).unwrap()
}

/// Header as JSON, and the numbers.
fn split(file: &[u8]) -> (Value, &[u8]) {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    (serde_json::from_slice(&file[8..8 + length]).unwrap(), &file[8 + length..])
}

fn join(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

#[track_caller]
fn refuses(file: &[u8], words: &[&str]) {
    let error = Model::<f64>::from_bytes(file).expect_err("no model");
    let message = error.to_string();
    assert!(matches!(error, Error::Encoding(_)) && message.starts_with("not a valid model file"), "{message}");
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}

/// The small file with its header changed.
fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let file = small();
    let (mut header, numbers) = split(&file);
    change(&mut header);
    join(&header.to_string(), numbers)
}

/// The small file with the entry `admm` changed.
fn with_entry(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_header(|header| {
        let mut entry: Value = serde_json::from_str(header["__metadata__"]["admm"].as_str().unwrap()).unwrap();
        change(&mut entry);
        header["__metadata__"]["admm"] = entry.to_string().into();
    })
}

fn round_trip<T: Scalar>(d: usize, k: usize, c: usize) {
    let (model, names) = (model::<T>(d, k, c), names(d, c));
    let file = model.to_bytes(&names).unwrap();
    let (read, its_names) = Model::<T>::from_bytes(&file).unwrap();
    assert_eq!((&read, &its_names), (&model, &names));
    assert_eq!(read.to_bytes(&its_names).unwrap(), file);
}

#[test]
fn a_model_comes_back_bit_for_bit() {
    for (d, k, c) in [(1, 1, 2), (4, 2, 3), (7, 7, 2), (50, 3, 11)] {
        round_trip::<f64>(d, k, c);
        round_trip::<f32>(d, k, c);
    }
    let mut odd = model::<f64>(4, 2, 3);
    odd.weights.v[(0, 0)] = -0.0;
    odd.weights.v[(1, 0)] = 5e-324;
    odd.weights.b[(0, 0)] = f64::MAX;
    odd.scaler.mean[1] = -f64::MIN_POSITIVE;
    let (read, _) = Model::<f64>::from_bytes(&odd.to_bytes(&names(4, 3)).unwrap()).unwrap();
    assert_eq!(read, odd);
    assert!(read.weights.v[(0, 0)].is_sign_negative());
}

#[test]
fn a_fitted_model_predicts_the_same_after_reading() {
    let (x, labels) = classes(5, 60, 3, 1);
    let fitted = JointModel::builder().build().unwrap().fit(&x, &labels).unwrap();
    let (read, _) = Model::from_bytes(&fitted.to_bytes(&names(5, 3)).unwrap()).unwrap();
    assert_eq!(read.predict_proba(&x).unwrap(), fitted.predict_proba(&x).unwrap());
}

/// A hash map, or the order of threads, would show within a few attempts.
#[test]
fn the_same_model_gives_the_same_bytes() {
    let files: BTreeSet<Vec<u8>> = (0..20).map(|_| small()).collect();
    assert_eq!(files.len(), 1);
}

#[test]
fn the_layout_is_as_documented() {
    let file = small();
    let (header, numbers) = split(&file);
    let metadata = header["__metadata__"].as_object().unwrap();
    assert_eq!(metadata.len(), 1);
    let entry = metadata["admm"].as_str().unwrap();
    let sorted: Value = serde_json::from_str(entry).unwrap(); // whose maps are sorted
    assert_eq!(entry, sorted.to_string());
    assert_eq!(sorted["version"], 1);
    let expected = model::<f64>(4, 2, 3);
    let tensors = [
        ("mean", json!([4]), expected.scaler.mean.as_slice()),
        ("scale", json!([4]), expected.scaler.scale.as_slice()),
        ("weights", json!([2, 4]), expected.weights.v.as_slice()),
        ("classifier", json!([3, 2]), expected.weights.b.as_slice()),
        ("bias", json!([3]), expected.weights.bias.as_slice()),
    ];
    assert_eq!(header.as_object().unwrap().len(), 1 + tensors.len());
    for (name, shape, values) in tensors {
        let tensor = &header[name];
        assert_eq!((&tensor["shape"], &tensor["dtype"]), (&shape, &json!("F64")), "{name}");
        let offset = |i: usize| tensor["data_offsets"][i].as_u64().unwrap() as usize;
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(numbers[offset(0)..offset(1)], bytes, "{name}");
    }
}

#[test]
fn names_must_fit_the_model() {
    let model = model::<f64>(4, 2, 3);
    for (d, c) in [(3, 3), (4, 2), (0, 0)] {
        let message = model.to_bytes(&names(d, c)).unwrap_err().to_string();
        assert!(
            message.contains(&format!("{d} feature and {c} class names for 4 features and 3 classes")),
            "{message}"
        );
    }
}

#[test]
fn fault_25_single_precision_is_promoted_and_double_must_fit() {
    let single = model::<f32>(4, 2, 3);
    let (wide, _) = Model::<f64>::from_bytes(&single.to_bytes(&names(4, 3)).unwrap()).unwrap();
    assert_eq!(wide.weights.v, single.weights.v.map(f64::from));
    assert_eq!(wide.scaler.scale, single.scaler.scale.map(f64::from));
    let (narrow, _) = Model::<f32>::from_bytes(&small()).unwrap();
    assert_eq!(narrow.weights.b, model::<f64>(4, 2, 3).weights.b.map(|b| b as f32));
    let overflow = |change: &dyn Fn(&mut Model<f64>)| {
        let mut model = model::<f64>(4, 2, 3);
        change(&mut model);
        let file = model.to_bytes(&names(4, 3)).unwrap();
        assert!(Model::<f64>::from_bytes(&file).is_ok());
        Model::<f32>::from_bytes(&file).unwrap_err().to_string()
    };
    assert!(overflow(&|model| model.weights.v[(2, 1)] = 1e300).contains("`weights` is not finite at 6"));
    assert!(overflow(&|model| model.scaler.mean[3] = -1e39).contains("`mean` is not finite at 3"));
    assert!(overflow(&|model| model.scaler.scale[0] = 1e-300).contains("a scale ≤ 0"));
}

#[test]
fn fault_61_truncated_at_every_byte_or_followed_by_more() {
    let file = small();
    (0..file.len()).for_each(|length| refuses(&file[..length], &[]));
    refuses(&[&file[..], b"\0"].concat(), &[]);
    refuses(&[], &["header"]);
}

#[test]
fn fault_61_header_lengths() {
    let file = small();
    for length in [0, 1, 7, 100_000_000, 100_000_001, 1 << 31, 1 << 63, u64::MAX - 8, u64::MAX] {
        refuses(&[&length.to_le_bytes(), &file[8..]].concat(), &[]);
    }
}

#[test]
fn fault_61_shapes_that_overflow_or_do_not_fit() {
    for shape in [json!([1u64 << 63]), json!([u64::MAX, u64::MAX]), json!([1u64 << 32, 1u64 << 32]), json!([-1])] {
        refuses(&with_header(|header| header["weights"]["shape"] = shape), &[]);
    }
    refuses(&with_header(|header| header["weights"]["shape"] = json!([4, 2])), &["`weights`", "[4, 2]", "[4, 4]"]);
    refuses(&with_header(|header| header["weights"]["shape"] = json!([8])), &["more than features"]);
    refuses(&with_header(|header| header["weights"]["shape"] = json!([1, 8])), &["`weights`", "[1, 8]", "[1, 4]"]);
    refuses(&with_header(|header| header["classifier"]["shape"] = json!([2, 3])), &["`classifier`", "[2, 3]"]);
    refuses(&with_header(|header| header["mean"]["shape"] = json!([2, 2])), &["`mean`", "[2, 2]", "[4]"]);
    let wide = model::<f64>(2, 3, 2).to_bytes(&names(2, 2)).unwrap();
    refuses(&wide, &["more than features"]);
    let one_class = model::<f64>(2, 1, 1).to_bytes(&names(2, 1)).unwrap();
    refuses(&one_class, &["fewer than two classes"]);
    let empty = model::<f64>(2, 0, 2).to_bytes(&names(2, 2)).unwrap();
    refuses(&empty, &["no components"]);
}

#[test]
fn fault_61_offsets_that_overlap_leave_gaps_or_run_backwards() {
    let file = small();
    let (header, _) = split(&file);
    let mean = header["mean"]["data_offsets"].clone();
    refuses(&with_header(|header| header["scale"]["data_offsets"] = mean), &["offset"]);
    for offsets in
        [json!([0, u64::MAX]), json!([32, 0]), json!([1u64 << 40, (1u64 << 40) + 64]), json!([0]), json!("no")]
    {
        refuses(&with_header(|header| header["weights"]["data_offsets"] = offsets), &[]);
    }
}

#[test]
fn fault_61_numbers_that_are_no_model() {
    let change = |change: &dyn Fn(&mut Model<f64>), words: &[&str]| {
        let mut model = model::<f64>(4, 2, 3);
        change(&mut model);
        refuses(&model.to_bytes(&names(4, 3)).unwrap(), words);
    };
    change(&|model| model.weights.v[(1, 1)] = f64::NAN, &["`weights` is not finite at 5"]);
    change(&|model| model.weights.b[(0, 0)] = f64::INFINITY, &["`classifier` is not finite at 0"]);
    change(&|model| model.weights.bias[(2, 0)] = f64::NEG_INFINITY, &["`bias` is not finite at 2"]);
    change(&|model| model.scaler.mean[3] = f64::NAN, &["`mean` is not finite at 3"]);
    change(&|model| model.scaler.scale[1] = 0.0, &["scale"]);
    change(&|model| model.scaler.scale[1] = -1.0, &["scale"]);
}

#[test]
fn fault_61_types_tensors_and_entries_that_are_wrong_or_missing() {
    for (dtype, name) in [("I64", "I64"), ("U64", "U64")] {
        refuses(&with_header(|header| header["bias"]["dtype"] = json!(dtype)), &["`bias` has type", name]);
    }
    refuses(&with_header(|header| header["bias"]["dtype"] = json!("F32")), &[]);
    refuses(&with_header(|header| header["bias"]["dtype"] = json!("F65")), &[]);
    for name in ["mean", "scale", "weights", "classifier", "bias"] {
        let renamed = with_header(|header| header["other"] = header.as_object_mut().unwrap().remove(name).unwrap());
        refuses(&renamed, &["tensor", name, "not found"]);
    }
    refuses(&with_header(|header| header["__metadata__"] = json!({})), &["no entry `admm`"]);
    refuses(&with_header(|header| drop(header.as_object_mut().unwrap().remove("__metadata__"))), &["no entry"]);
    refuses(&with_header(|header| header["__metadata__"]["admm"] = json!("{")), &["EOF"]);
    refuses(&with_entry(|entry| entry["version"] = json!(2)), &["version 2 is not 1"]);
    refuses(&with_entry(|entry| drop(entry.as_object_mut().unwrap().remove("version"))), &["version 0"]);
    refuses(&with_entry(|entry| entry["more"] = json!(1)), &["more"]);
    refuses(&with_entry(|entry| drop(entry["classes"].as_array_mut().unwrap().pop())), &["`classifier`", "[2, 2]"]);
    refuses(&with_entry(|entry| entry["features"].as_array_mut().unwrap().push(json!("x"))), &["`mean`", "[5]"]);
}

/// Nested beyond any stack, in the header and in the entry.
#[test]
fn fault_61_deep_json() {
    let deep = "[".repeat(1_000_000);
    refuses(&join(&deep, &[]), &[]);
    refuses(&join(&format!("{{\"__metadata__\":{{\"admm\":\"{deep}\"}}}}"), &[]), &[]);
    let nested = format!("{}{}", "{\"a\":".repeat(100_000), "1");
    refuses(&with_header(|header| header["__metadata__"]["admm"] = json!(nested)), &[]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    /// Whatever the damage: an error, or a model that is whole. At the mean no number can overflow.
    #[test]
    fn fault_61_damaged_bytes(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = small();
        for (place, byte) in damage {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Ok((model, names)) = Model::<f64>::from_bytes(&file) {
            let x = DMatrix::from_fn(model.scaler.mean.len(), 2, |feature, _| model.scaler.mean[feature]);
            prop_assert!(model.transform(&x).is_ok());
            prop_assert!(model.to_bytes(&names).is_ok());
        }
    }

    #[test]
    fn fault_61_arbitrary_bytes(file in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Model::<f64>::from_bytes(&file).is_err());
    }
}
