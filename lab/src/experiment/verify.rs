//! `admm experiment verify`.

use serde_json::{Map, Value};

use super::grid::Cells;
use super::results::{CELLS, Results, ResultsFolder};
use super::run::run_cells;
use crate::failure::Failure;
use crate::flags::VerifyOptions;
use crate::machine::processor;
use crate::output::{self, Console};

/// The relative and absolute difference that is allowed where the same bits cannot be expected.
const TOLERANCE: f64 = 1e-4;
/// The columns that may then differ freely.
const COUNTS: [&str; 3] = ["iterations", "passes", "changes"];

/// Runs again and compares.
pub fn verify(options: &VerifyOptions, console: Console) -> Result<(), Failure> {
    let folder = ResultsFolder::find(&options.experiment)?;
    let ResultsFolder { config, manifest, cells: kept, .. } = ResultsFolder::read(&folder)?;
    if manifest.data_dir && options.data_dir.is_none() {
        return Err(Failure::Other("the results are of data from a folder: say where it is by --data-dir".into()));
    }
    let data_dir = options.data_dir.as_deref().filter(|_| manifest.data_dir);
    let cells = Cells::new(&config, data_dir)?;
    if let Some(changed) = manifest.data.iter().find(|source| !cells.sources.contains(source)) {
        return Err(Failure::Other(format!("the data set `{}` is not the one that the results are of", changed.name)));
    }
    let rows = run_cells(&cells, options.threads.into(), console, None)?;
    let again = Results::new(&rows).cells;
    let alike = manifest.processor == processor();
    let verdict = compare(&kept, &again, alike)
        .map_err(|difference| Failure::Other(format!("{}: {difference}", folder.join(CELLS).display())))?;
    output::print(format!("{}: {verdict}\n", folder.display()))
}

/// In what the lines agree, or the first place where they do not.
fn compare(kept: &str, again: &str, alike: bool) -> Result<String, String> {
    let count = kept.lines().count();
    if kept == again {
        return Ok(format!("the same bits in all {count} rows"));
    }
    if count != again.lines().count() {
        return Err(format!("{count} rows, and {} when run again", again.lines().count()));
    }
    for (line, (kept, again)) in kept.lines().zip(again.lines()).enumerate().filter(|(_, (kept, again))| kept != again)
    {
        let read = |text| {
            serde_json::from_str::<Map<String, Value>>(text).map_err(|error| format!("row {}: {error}", line + 1))
        };
        let (kept, again) = (read(kept)?, read(again)?);
        let close = |name: &str| !alike && (COUNTS.contains(&name) || within(&kept[name], again.get(name)));
        let differs = |name: &&String| again.get(*name) != kept.get(*name) && !close(name);
        if let Some(name) = kept.keys().find(differs) {
            let again = again.get(name).unwrap_or(&Value::Null);
            return Err(format!("row {}, `{name}`: {}, and {again} when run again", line + 1, kept[name]));
        }
    }
    if alike {
        Err("the rows differ in their names".into())
    } else {
        Ok(format!("all {count} rows agree to {TOLERANCE:e}, on another processor"))
    }
}

fn within(kept: &Value, again: Option<&Value>) -> bool {
    let numbers = kept.as_f64().zip(again.and_then(Value::as_f64));
    numbers.is_some_and(|(a, b)| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: &str = "{\"error\":0.5,\"passes\":7,\"status\":\"converged\"}\n";

    #[test]
    fn on_the_same_processor_every_bit_counts() {
        assert!(compare(KEPT, KEPT, true).unwrap().contains("the same bits in all 1 rows"));
        let nearly = KEPT.replace("0.5", "0.50000000001");
        let difference = compare(KEPT, &nearly, true).unwrap_err();
        assert!(difference.contains("row 1, `error`: 0.5, and 0.50000000001"), "{difference}");
        assert!(compare(KEPT, "", true).unwrap_err().contains("0 when run again"));
    }

    #[test]
    fn on_another_processor_tolerances_count() {
        let other = KEPT.replace("0.5", "0.50001").replace('7', "9");
        assert!(compare(KEPT, &other, false).unwrap().contains("1e-4"));
        assert!(compare(KEPT, &KEPT.replace("0.5", "0.51"), false).unwrap_err().contains("error"));
        assert!(compare(KEPT, &KEPT.replace("converged", "stalled"), false).unwrap_err().contains("status"));
    }
}
