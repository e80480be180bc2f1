//! Parameters that are out of range.

use std::borrow::Cow;
use std::fmt;

/// A parameter that cannot be used, and the reason. As text it is a sentence that begins with the name.
///
/// ```
/// use admm::Parameter;
///
/// let parameter = Parameter::new("relaxation", "must lie between 0 and 2, got 3");
/// assert_eq!(parameter.to_string(), "relaxation must lie between 0 and 2, got 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The argument as a program spells it, with the fields that lead to it: `max_iterations`, `tolerance.relative`.
    pub name: Cow<'static, str>,
    /// The rest of the sentence.
    pub problem: String,
}

impl Parameter {
    /// A parameter of this name with this problem.
    pub fn new(name: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Parameter { name: name.into(), problem: problem.into() }
    }

    /// The same parameter, as a field of a larger value.
    pub(crate) fn of(self, owner: &str) -> Self {
        Parameter { name: format!("{owner}.{}", self.name).into(), ..self }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.problem)
    }
}

/// Lists the values that are negative, infinite or NaN.
pub(crate) fn not_negative(parameters: &[(&'static str, f64)]) -> Vec<Parameter> {
    outside(parameters, "finite and not negative", |value| value >= 0.0)
}

/// Lists the values that are not finite and above 0.
pub(crate) fn positive(parameters: &[(&'static str, f64)]) -> Vec<Parameter> {
    outside(parameters, "positive and finite", |value| value > 0.0)
}

/// Lists the values that are not finite and above 1.
pub(crate) fn above_one(parameters: &[(&'static str, f64)]) -> Vec<Parameter> {
    outside(parameters, "above 1", |value| value > 1.0)
}

/// Lists the values that are not above 0 and below 1.
pub(crate) fn fraction(parameters: &[(&'static str, f64)]) -> Vec<Parameter> {
    outside(parameters, "between 0 and 1", |value| value > 0.0 && value < 1.0)
}

fn outside(parameters: &[(&'static str, f64)], range: &str, inside: impl Fn(f64) -> bool) -> Vec<Parameter> {
    let bad = parameters.iter().filter(|(_, value)| !(value.is_finite() && inside(*value)));
    bad.map(|&(name, value)| Parameter::new(name, format!("must be {range}, got {value}"))).collect()
}
