//! Ranges of parameters, as sentences about those that leave them.

/// Finite and at least 0.
pub(crate) fn not_negative(parameters: &[(&str, f64)]) -> Vec<String> {
    outside(parameters, "finite and not negative", |value| value >= 0.0)
}

/// Finite and above 0.
pub(crate) fn positive(parameters: &[(&str, f64)]) -> Vec<String> {
    outside(parameters, "positive and finite", |value| value > 0.0)
}

/// Finite and above 1.
pub(crate) fn above_one(parameters: &[(&str, f64)]) -> Vec<String> {
    outside(parameters, "above 1", |value| value > 1.0)
}

/// Above 0 and below 1.
pub(crate) fn fraction(parameters: &[(&str, f64)]) -> Vec<String> {
    outside(parameters, "between 0 and 1", |value| value > 0.0 && value < 1.0)
}

fn outside(parameters: &[(&str, f64)], range: &str, inside: impl Fn(f64) -> bool) -> Vec<String> {
    let bad = parameters.iter().filter(|(_, value)| !(value.is_finite() && inside(*value)));
    bad.map(|(name, value)| format!("the {name} must be {range}, got {value}")).collect()
}
