//! The values that flags take by name.

use admm_solvers::data::{Categories, Missing, Scale, Unknown};
use admm_solvers::joint::{AccelerationChoice, Constraint, Method, PenaltyChoice, Rule};
use admm_solvers::loss::Loss;
use admm_solvers::network::Activation;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::{Deserialize, Serialize};

/// A name, what it stands for, and its help.
pub type Choices<T> = &'static [(&'static str, T, &'static str)];

/// The values of `--constraint`.
pub const CONSTRAINTS: Choices<Constraint> = &[
    ("orthonormal", Constraint::Orthonormal, "WᵀW = I"),
    ("unit-norm", Constraint::UnitNorm, "columns of norm 1"),
    ("ball", Constraint::Ball, "columns of norm at most 1"),
    ("none", Constraint::None, "nothing: needs --shrinkage, or --weight 0, since the PCA loss is unbounded below"),
    (
        "normalised-columns",
        Constraint::NormalisedColumns,
        "W is free, and the losses see its columns divided by their norms",
    ),
    ("normalised-q", Constraint::NormalisedQ, "W is free, and the losses see the factor Q of W = QR"),
];

/// The values of `--loss`.
pub const LOSSES: Choices<Loss> = &[
    ("softmax", Loss::Softmax, "the cross-entropy of classes"),
    ("squared", Loss::Squared, "½ of the squared error of numbers"),
    ("huber", Loss::Huber, "the same, and linear from 1.345 standard deviations on: numbers with outliers"),
    ("poisson", Loss::Poisson, "half the deviance of counts, with a log link"),
    ("logistic", Loss::Logistic, "the cross-entropy of labels that are 0 or 1, or of each class against the rest"),
    ("squared-hinge", Loss::SquaredHinge, "½ max(0, 1 − margin)² of the same"),
];

/// The values of `--activation`.
pub const ACTIVATIONS: Choices<Activation> = &[
    ("tanh", Activation::Tanh, "the hyperbolic tangent"),
    ("relu", Activation::Relu, "max(z, 0)"),
    ("softplus", Activation::Softplus, "log(1 + exp z)"),
];

/// The values of `--scale`.
pub const SCALES: Choices<Scale> = &[
    ("standard", Scale::Standard, "mean 0, standard deviation 1"),
    ("center", Scale::Center, "mean 0"),
    ("none", Scale::None, "as they are"),
];

/// The values of `--missing`.
pub const MISSING: Choices<Missing> = &[
    ("mean", Missing::Mean, "the mean of the column stands for the cell, 0 after scaling"),
    ("drop", Missing::Drop, "the row is left out"),
];

/// The values of `--categories`.
pub const CATEGORIES: Choices<Categories> =
    &[("one-hot", Categories::OneHot, "a feature for each level; together they weigh as much as one number")];

/// The values of `--unknown`.
pub const UNKNOWN: Choices<Unknown> = &[
    ("error", Unknown::Error, "an error that names the level"),
    ("ignore", Unknown::Ignore, "the cell counts as missing, and the mean stands for it"),
];

/// The values of `--method`.
pub const METHODS: Choices<Methods> = &[
    ("all", Methods::All, "one after the other, from the same start: all that serve the model"),
    ("admm", Methods::One(Method::Admm), "a block for each loss, joined by a dual variable"),
    ("joint", Methods::One(Method::Descent), "the gradient of the whole objective"),
    ("alternating", Methods::One(Method::Alternating), "a block for each loss in turn, without the dual"),
    ("two-stage", Methods::One(Method::TwoStage), "PCA, then a classifier on its components"),
];

/// The values of `--rule`.
pub const RULES: Choices<Rule> = &[
    ("majorize", Rule::Majorize, "exact or monotone, without a step size"),
    ("hebbian", Rule::Hebbian, "W ← retract(W + η(ΣW − ρ(W − V + U)))"),
    (
        "minibatch",
        Rule::Minibatch,
        "the same on random batches, with a step that decays: two or three digits and then --max-iterations. \
         Can pay only beyond 4096 features, where Σ is not formed; else far slower than majorize",
    ),
    ("vr-pca", Rule::VrPca, "the same on random batches of reduced variance: all digits; for Σ that is not formed"),
    ("oja", Rule::Oja, "Oja's subspace rule; orthonormal only, as are the next three"),
    ("sanger", Rule::Sanger, "components in order"),
    ("krasulina", Rule::Krasulina, "the part of hebbian that turns the span"),
    ("power", Rule::Power, "orthogonal iteration"),
    ("lbfgs", Rule::Lbfgs, "a quasi-Newton solve; not for ball"),
];

/// The values of `--penalty`.
pub const PENALTIES: Choices<PenaltyChoice> = &[
    (
        "auto",
        PenaltyChoice::Auto,
        "spectral for unit-norm, ball and normalised-columns, balance elsewhere; in long runs others in turns",
    ),
    ("fixed", PenaltyChoice::Fixed, "not at all"),
    ("balance", PenaltyChoice::Balance, "by the residuals"),
    ("relative-balance", PenaltyChoice::RelativeBalance, "by the normalised residuals"),
    ("spectral", PenaltyChoice::Spectral, "by the curvatures that both blocks show"),
    ("square-root", PenaltyChoice::SquareRoot, "by the square root of the ratio of the normalised residuals"),
];

/// The values of `--acceleration`.
pub const ACCELERATIONS: Choices<AccelerationChoice> = &[
    ("none", AccelerationChoice::None, "where the last one ended"),
    ("anderson", AccelerationChoice::Anderson, "a mixture of earlier ones"),
    ("nesterov", AccelerationChoice::Nesterov, "ahead, by momentum; without relaxation"),
];

/// Reads one of the names.
pub fn choice<T: Copy + Send + Sync>(choices: Choices<T>) -> impl TypedValueParser<Value = T> {
    let names = choices.iter().map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(names).map(|given| {
        let chosen = choices.iter().find(|(name, ..)| *name == given);
        chosen.expect("the parser lets only these through").1
    })
}

/// The methods to run.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(into = "Vec<Method>", from = "Vec<Method>")]
pub enum Methods {
    /// All that there are.
    All,
    /// A single method.
    One(Method),
}

impl Methods {
    /// In the order of the table.
    pub fn list(self) -> Vec<Method> {
        match self {
            Self::All => Method::ALL.to_vec(),
            Self::One(method) => vec![method],
        }
    }
}

impl From<Methods> for Vec<Method> {
    fn from(methods: Methods) -> Self {
        methods.list()
    }
}

impl From<Vec<Method>> for Methods {
    fn from(list: Vec<Method>) -> Self {
        if let [one] = list[..] { Self::One(one) } else { Self::All }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_library() {
        let named = |name: &str, value: &dyn std::fmt::Display| assert_eq!(value.to_string(), name);
        CONSTRAINTS.iter().for_each(|(name, value, _)| named(name, value));
        SCALES.iter().for_each(|(name, value, _)| named(name, value));
        RULES.iter().for_each(|(name, value, _)| named(name, value));
        ACTIVATIONS.iter().for_each(|(name, value, _)| named(name, value));
        PENALTIES.iter().for_each(|(name, value, _)| named(name, value));
        ACCELERATIONS.iter().for_each(|(name, value, _)| named(name, value));
        for (name, methods, _) in METHODS {
            assert!(matches!(methods, Methods::All) || methods.list()[0].to_string() == *name);
        }
    }
}
