//! The experiments that come with the program.

/// Names and files.
pub const SHIPPED: [(&str, &str); 9] = [
    ("two-losses", include_str!("../../experiments/two-losses.toml")),
    ("trade-off", include_str!("../../experiments/trade-off.toml")),
    ("supervised-pca", include_str!("../../experiments/supervised-pca.toml")),
    ("rules", include_str!("../../experiments/rules.toml")),
    ("penalties", include_str!("../../experiments/penalties.toml")),
    ("robustness", include_str!("../../experiments/robustness.toml")),
    ("network", include_str!("../../experiments/network.toml")),
    ("starts", include_str!("../../experiments/starts.toml")),
    ("scaling", include_str!("../../experiments/scaling.toml")),
];

#[cfg(test)]
mod tests {
    use super::super::config::ExperimentConfig;
    use super::super::grid::Cells;
    use super::*;

    #[test]
    fn each_can_run_without_a_folder() {
        for (name, text) in SHIPPED {
            let config = ExperimentConfig::parse(name, text, &[]).unwrap();
            let cells = Cells::new(&config, None).unwrap();
            assert!(cells.cells.len() > 1 && !config.table.is_empty(), "{name}");
        }
    }
}
