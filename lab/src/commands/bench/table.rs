//! Medians of times to gaps, as Markdown.

use std::fmt;

use super::{GAPS, Trace};

/// One data set: each solver's seconds and passes to every gap, once a run.
pub struct GapTable {
    title: String,
    rows: Vec<SolverTimes>,
}

struct SolverTimes {
    name: String,
    ours: bool,
    /// The seconds and passes of each run to each gap; infinite for a gap that was not reached.
    runs: Vec<[(f64, f64); GAPS.len()]>,
}

impl GapTable {
    pub fn new(title: impl Into<String>) -> Self {
        GapTable { title: title.into(), rows: Vec::new() }
    }

    /// Adds a run to the table.
    pub fn add(&mut self, name: &str, ours: bool, trace: &Trace) {
        let never = (f64::INFINITY, f64::INFINITY);
        let first = |gap: f64| {
            let reached = trace.iter().filter(|entry| entry.2 <= gap).map(|entry| (entry.0, entry.1));
            reached.fold(never, |first, entry| if entry.0 < first.0 { entry } else { first })
        };
        let run = GAPS.map(first);
        match self.rows.iter_mut().find(|row| row.name == name && row.ours == ours) {
            Some(row) => row.runs.push(run),
            None => self.rows.push(SolverTimes { name: name.into(), ours, runs: vec![run] }),
        }
    }

    /// The least median of the others for a gap.
    fn best_peer(&self, gap: usize) -> f64 {
        let peers = self.rows.iter().filter(|row| !row.ours);
        peers.map(|row| row.median(gap).0).fold(f64::INFINITY, f64::min)
    }
}

impl SolverTimes {
    fn median(&self, gap: usize) -> (f64, f64) {
        let mut runs: Vec<_> = self.runs.iter().map(|run| run[gap]).collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        runs[(runs.len() - 1) / 2]
    }

    fn cell(&self, gap: usize) -> String {
        match self.median(gap) {
            (seconds, _) if seconds.is_infinite() => "–".into(),
            (seconds, passes) if passes.is_nan() => format!("{seconds:.3} s"),
            (seconds, passes) => format!("{seconds:.3} s ({passes:.0})"),
        }
    }
}

/// Seconds to each gap with the passes in brackets, and for ours how much longer the best of the others took.
impl fmt::Display for GapTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = GAPS.len() - 1;
        let compared = self.rows.iter().any(|row| !row.ours);
        let mut heads: Vec<String> = GAPS.iter().map(|gap| format!("{gap:e}")).collect();
        heads.extend(compared.then(|| format!("best peer at {:e}", GAPS[last])));
        writeln!(f, "### {}\n\n| | {} |\n|---|{}", self.title, heads.join(" | "), "---|".repeat(heads.len()))?;
        for row in &self.rows {
            let mut cells: Vec<String> = (0..GAPS.len()).map(|gap| row.cell(gap)).collect();
            cells.extend(compared.then(|| match self.best_peer(last) / row.median(last).0 {
                _ if !row.ours => String::new(),
                ratio if ratio.is_finite() => format!("{ratio:.1}×"),
                ratio if ratio.is_infinite() => "none reached it".into(),
                _ => "neither reached it".into(),
            }));
            writeln!(f, "| {}{} | {} |", if row.ours { "ours: " } else { "" }, row.name, cells.join(" | "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ratios_are_written_down() {
        let mut table = GapTable::new("data");
        for scale in [3.0, 1.0, 2.0] {
            let trace = |t: f64| vec![(t, 1.0, 1.0), (2.0 * t, 4.0, 1e-3), (3.0 * t, 9.0, 1e-7)];
            table.add("admm", true, &trace(scale));
            table.add("other", false, &trace(10.0 * scale));
            table.add("slow", false, &vec![(scale, f64::NAN, 5e-3)]);
        }
        let text = table.to_string();
        assert!(text.contains("| ours: admm | 4.000 s (4) | 6.000 s (9) | 6.000 s (9) | 10.0× |"), "{text}");
        assert!(text.contains("| other |") && text.contains("best peer at 1e-6"), "{text}");
        assert!(text.contains("| slow | 2.000 s | – | – |  |"), "{text}");
    }
}
