//! What a model does with samples.

use super::*;
use crate::data::{classes, iris, matrix, wine};
use admm_solvers::joint::Constraint;

#[test]
fn components_are_principal_axes_in_order_with_fixed_signs() {
    for data in [iris(), wine(), classes(30, 12, 3, 4)] {
        for method in Method::ALL {
            let prepared = prepare(default().components(3), &data);
            let fitted = run(&prepared, method);
            let components = fitted.transform(&data.0).unwrap();
            let inner = &components * components.transpose();
            let total = inner.trace();
            for j in 0..3 {
                let column = fitted.weights.v.column(j);
                assert!(column[column.iamax()] > 0.0, "{method}: {column}");
                assert!(j == 0 || inner[(j, j)] <= inner[(j - 1, j - 1)]);
                assert!((0..j).all(|i| inner[(i, j)].abs() <= 1e-12 * total), "{method}: {inner}");
            }
            let oblique = fit(default().components(3).constraint(Constraint::UnitNorm).weight(0.1), &data, method);
            let components = oblique.transform(&data.0).unwrap();
            assert!(components.row_iter().is_sorted_by(|a, b| a.norm() >= b.norm() * (1.0 - 1e-9)), "{method}");
            assert_eq!(run(&prepared, method).model, fitted.model, "a fit leaves what is prepared as it was");
        }
    }
}

#[test]
fn there_and_back_is_the_projection() {
    for data in [wine(), classes(20, 9, 2, 1)] {
        let (x, _) = &data;
        let fitted = fit(default(), &data, Method::Admm);
        let (z, w) = (fitted.scaler.apply(x).unwrap(), &fitted.weights.v);
        let back = fitted.inverse_transform(&fitted.transform(x).unwrap()).unwrap();
        let projected = fitted.scaler.apply(&back).unwrap();
        assert!((&projected - w * (w.transpose() * &z)).amax() <= 1e-12);
        let lost = (&z - &projected).norm_squared() / z.norm_squared();
        assert!((lost - (1.0 - fitted.report.variance_explained)).abs() <= 1e-12);
        let again = fitted.inverse_transform(&fitted.transform(&back).unwrap()).unwrap();
        assert!((again - &back).amax() <= 1e-10 * back.amax());
    }
    let oblique = fit(default().constraint(Constraint::UnitNorm).weight(0.1), &wine(), Method::Descent);
    let z = matrix(2, 5, 1);
    let w = &oblique.weights.v;
    let expected = w * ((w.transpose() * w).try_inverse().unwrap() * &z);
    let back = oblique.scaler.apply(&oblique.inverse_transform(&z).unwrap()).unwrap();
    assert!((&back - expected).amax() <= 1e-9, "W(WᵀW)⁻¹z");
    assert!((w.transpose() * back - z).amax() <= 1e-9);
}

#[test]
fn predictions_are_those_of_plain_loops() {
    let (x, labels) = wine();
    let fitted = fit(default(), &(x.clone(), labels.clone()), Method::Admm);
    let Predictor { v, b, bias } = &fitted.weights;
    let (probabilities, predicted) = (fitted.predict_proba(&x).unwrap(), fitted.predict(&x).unwrap());
    let mut hits = 0;
    for i in 0..x.ncols() {
        let z = (x.column(i) - &fitted.scaler.mean).component_div(&fitted.scaler.scale);
        let odds = (b.transpose() * (v.transpose() * z) + bias.column(0)).map(f64::exp);
        let expected = &odds / odds.sum();
        assert!((probabilities.column(i) - &expected).amax() <= 1e-12);
        assert!((probabilities.column(i).sum() - 1.0).abs() <= 1e-15);
        assert_eq!(predicted[i], expected.argmax().0);
        hits += usize::from(predicted[i] == labels[i]);
    }
    assert_eq!(fitted.score(&x, &labels).unwrap(), hits as f64 / labels.len() as f64);
    assert!((0.9..1.0).contains(&(hits as f64 / labels.len() as f64)), "{hits}");
}
