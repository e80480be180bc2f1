use super::*;
use admm::certificate::{Certificate, Finding, Growth, Rises, Stationarity};

fn summary(method: Method, variance_explained: f64, error: f64) -> MethodSummary {
    MethodSummary {
        method,
        status: Status::Converged,
        objective: 0.5,
        variance_explained,
        prediction: Prediction::CLASSES,
        cross_entropy: Some(1.25),
        prediction_loss: None,
        train_error: error / 2.0,
        test_error: Some(error),
        iterations: 10,
        passes: 20,
        polish: 0,
        seconds: 0.5,
        stationarity: 0.0,
        feasibility: 0.0,
        primal_residual: 0.0,
        dual_residual: 0.0,
        rho: 0.0,
        certificate: Certificate {
            order: Finding::Holds("it is".into()),
            penalty: Finding::Unknown("no bound".into()),
            descent: Finding::Holds(Rises { compared: 9, rises: 0, largest: 0.0 }),
            dual: Finding::Fails(Growth { early: 1.0, largest: 4.0 }),
            stationarity: Finding::Holds(Stationarity { gradient: 0.0, infeasibility: 0.0 }),
            by_absolute: false,
            nonconvex: false,
        },
        second_order: None,
        n: 100,
        d: 5,
        k: 2,
        classes: Some(3),
        targets: None,
        seed: 0,
        participation_ratio: None,
        starts: Vec::new(),
    }
}

#[test]
fn columns_line_up() {
    let slow =
        MethodSummary { status: Status::IterationLimit, passes: 1_000_000, ..summary(Method::Alternating, 0.1, 0.05) };
    let text = render(&[summary(Method::Admm, 0.204, 0.5), MethodSummary { test_error: None, ..slow }]);
    let expected = "                         variance   cross-  training    test
method       objective  explained  entropy     error   error   passes  seconds  status
admm          0.500000     20.4 %   1.2500    25.0 %  50.0 %       20     0.50  converged
alternating   0.500000     10.0 %   1.2500     2.5 %       –  1000000     0.50  iteration-limit
";
    assert_eq!(text, expected);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn large_numbers_stay_short() {
    assert_eq!(number(123_456.0, 6), "1.23e5");
    assert_eq!(number(-0.5, 2), "-0.50");
    assert_eq!(number(f64::NAN, 2), "NaN");
}

#[test]
fn every_sign_has_its_words() {
    let base = summary(Method::TwoStage, 0.5, 0.3);
    let cases = [
        (-0.031, 0.124, "gives up 3.1 points of variance explained and wins 12.4 points of test accuracy"),
        (0.031, -0.124, "gives up 12.4 points of test accuracy and wins 3.1 points of variance explained"),
        (0.01, 0.2, "wins 1.0 point of variance explained and 20.0 points of test accuracy"),
        (-0.2, -0.01, "gives up 20.0 points of variance explained and 1.0 point of test accuracy"),
        (0.0, 0.2, "wins 20.0 points of test accuracy and has the same variance explained"),
        (-0.2, 1e-5, "gives up 20.0 points of variance explained and has the same test accuracy"),
        (0.0, 0.0, "has the same variance explained and test accuracy"),
    ];
    for (variance, accuracy, words) in cases {
        let one = summary(Method::Admm, 0.5 + variance, 0.3 - accuracy);
        assert_eq!(comparison(&one, &base), format!("Compared with two-stage, admm {words}"));
    }
}

#[test]
fn without_a_test_part_the_training_error_counts() {
    let untested = |summary: MethodSummary| MethodSummary { test_error: None, ..summary };
    let one = untested(summary(Method::Admm, 0.5, 0.2));
    let base = untested(summary(Method::TwoStage, 0.5, 0.4));
    assert!(comparison(&one, &base).contains("wins 10.0 points of training accuracy"));
}

#[test]
fn winners_and_losers_are_named() {
    let admm = MethodSummary { objective: 0.4, ..summary(Method::Admm, 0.5, 0.2) };
    let joint = MethodSummary { objective: 0.4 + 1e-8, ..summary(Method::Descent, 0.5, 0.2) };
    let slow = MethodSummary { status: Status::Stalled, ..summary(Method::Alternating, 0.5, 0.2) };
    let base = summary(Method::TwoStage, 0.5, 0.2);
    assert_eq!(
        sentence(&[admm, joint, slow.clone(), base]),
        "Compared with two-stage, admm has the same variance explained and test accuracy; admm and joint reach the \
         lowest objective; alternating did not converge (stalled)."
    );
    assert_eq!(
        sentence(&[slow]),
        "alternating explains 50.0 % of the variance and classifies 80.0 % of the test samples correctly; \
         alternating did not converge (stalled)."
    );
    assert_eq!(sentence(&[]), "");
}

#[test]
fn the_certificate_is_that_of_admm() {
    let (joint, admm) = (summary(Method::Descent, 0.2, 0.1), summary(Method::Admm, 0.2, 0.1));
    assert_eq!(certificate(std::slice::from_ref(&joint)), "");
    let text = certificate(&[joint, admm]);
    assert!(text.starts_with("\nCertificate of admm:\nyes  smooth block last: it is\n–    penalty"), "{text}");
    assert!(text.ends_with("\n") && text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn a_certificate_of_second_order_has_a_line_a_method() {
    let plain = summary(Method::Admm, 0.5, 0.1);
    assert_eq!(second_order(std::slice::from_ref(&plain)), "");
    let certificate = r#"{"verdict": {"saddle": {"curvature": -0.25, "length": 0.5, "fall": 0.125}}, "eigenvalues": [-0.25],
        "errors": [1e-9], "largest": 2.0, "overlooked": 0.0, "symmetries": 1, "products": 9, "passes": 40}"#;
    let saddle = MethodSummary {
        second_order: serde_json::from_str(certificate).unwrap(),
        ..summary(Method::Descent, 0.5, 0.1)
    };
    let expected = "\nOf second order:\njoint      no   strict local minimum: a saddle, with a curvature of -2.50e-1: \
                    a step of 5.00e-1 lowers the objective by 1.25e-1\n";
    assert_eq!(second_order(&[plain, saddle]), expected);
}
