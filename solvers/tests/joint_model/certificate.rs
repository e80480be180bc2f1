//! The certificate of a fit.

use super::*;
use crate::data::{classes, iris, matrix, wine};
use admm::Smooth;
use admm::certificate::Finding;
use admm_solvers::joint::Report;

/// Its figures are those of plain formulas, and L is no less than the curvature along any move of V.
#[test]
fn the_certificate_of_a_fit_is_that_of_its_run() {
    for (data, weight) in [(iris(), 0.3), (wine(), 0.3), (iris(), 0.999), (classes(20, 12, 3, 3), 0.5)] {
        let fitted = fit(default().weight(weight), &data, Method::Admm);
        let Report { certificate, rho, stationarity, feasibility, iterations, .. } = &fitted.report;
        assert!(matches!(certificate.order, Finding::Holds(_)), "{certificate}");
        let (Finding::Holds(threshold) | Finding::Fails(threshold)) = &certificate.penalty else {
            panic!("{certificate}")
        };
        let (z, n) = (fitted.scaler.apply(&data.0).unwrap(), data.1.len());
        let leading = (&z * z.transpose() / n as f64).symmetric_eigenvalues().max();
        let lipschitz = (1.0 - weight) / 2.0 * leading * fitted.weights.b.singular_values().max().powi(2);
        assert!((threshold.lipschitz - lipschitz).abs() <= 1e-9 * lipschitz, "{certificate} {lipschitz}");
        assert_eq!((threshold.rho, threshold.bound), (*rho, 2.0 * threshold.lipschitz));
        let (Finding::Holds(rises) | Finding::Fails(rises)) = &certificate.descent else { panic!("{certificate}") };
        assert!(rises.compared < *iterations && rises.rises <= rises.compared, "{certificate}");
        let (Finding::Holds(figures) | Finding::Fails(figures)) = &certificate.stationarity else { panic!() };
        assert_eq!((figures.gradient, figures.infeasibility), (*stationarity, *feasibility));

        let prediction = objective(z, &data.1, vec![1.0 / n as f64; n], weight).prediction;
        let gradient = |at: &Predictor<f64>| prediction.value_and_gradient(at).unwrap().1.v;
        let at = &fitted.weights;
        for seed in 0..20 {
            let step = matrix(at.v.nrows(), at.v.ncols(), seed) * 1e-5;
            let moved = Predictor { v: &at.v + &step, ..at.clone() };
            let curvature = (gradient(&moved) - gradient(at)).dot(&step) / step.norm_squared();
            assert!(curvature > 0.0 && curvature <= lipschitz * (1.0 + 1e-4), "{curvature} {lipschitz}");
        }
    }
}

#[test]
fn methods_without_a_dual_say_so() {
    for (method, stationary) in [(Method::Descent, true), (Method::Alternating, false), (Method::TwoStage, false)] {
        let certificate = fit(default(), &wine(), method).report.certificate;
        assert_eq!(certificate.dual, Finding::Unknown(format!("{method} has no dual")));
        assert_eq!(matches!(certificate.stationarity, Finding::Holds(_)), stationary, "{method}\n{certificate}");
    }
}
