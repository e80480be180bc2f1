//! `config.json`: every choice of a fit, those made by default included.

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use admm::checkpoint::fingerprint;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::flags::{FitOptions, text};
use crate::output;

/// The name of the file.
pub const CONFIG: &str = "config.json";

/// The choices that decide a fit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FitConfig {
    /// The version of this program.
    pub version: String,
    /// The folder where relative paths begin, for a fit that is kept.
    #[serde(with = "text", default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// The flags of the fit.
    #[serde(flatten)]
    pub options: FitOptions,
}

impl FitConfig {
    /// The flags, with what stands for those that were not given.
    pub fn new(options: &FitOptions) -> Self {
        let mut options = options.clone();
        options.test = options.test().cloned();
        options.data = Some(options.data().into());
        if options.threads == 0 {
            options.threads = available_parallelism().map_or(1, |count| count.get().try_into().unwrap_or(u16::MAX));
        }
        Self { version: VERSION.into(), folder: None, options }
    }

    /// Reads that of a folder, which must be of this version: only the same program gives the same bits.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(CONFIG);
        let bytes = output::read(&path).map_err(Failure::io("read", &path))?;
        let bad = |problem: String| Failure::Other(format!("{}: {problem}", path.display()));
        let config: Self = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if config.version != VERSION {
            return Err(bad(format!("the run was begun by admm {}, and this is {VERSION}", config.version)));
        }
        Ok(config)
    }

    /// The same for the same choices.
    pub fn fingerprint(&self) -> Result<u128, Failure> {
        Ok(fingerprint(&output::json(self))?)
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Cli, Command};
    use clap::Parser;
    use std::ffi::OsString;

    fn config(arguments: &[OsString]) -> FitConfig {
        let fit = ["admm".into(), "fit".into()];
        match Cli::parse_from(fit.iter().chain(arguments)).command {
            Some(Command::Fit(options)) => FitConfig::new(&options),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn every_choice_is_read_back() {
        let flags = "iris --label 2 --drop a --drop b --no-header --test other.csv --seed 3 -k 1 --weight 0.3 --ridge 1e-9 \
                     --constraint ball --scale none --method joint --batch 8 --starts 5 --certificate second-order --rule hebbian --tolerance 1e-7 --max-iterations 9 \
                     --time-limit 2.5 --threads 2 --precision f32 --out o --json j --report r.html --checkpoint c --every 4 \
                     --sample-weights w --class-weight c.csv --groups g";
        for flags in [flags, "", "--test 0.1 --shrinkage 2 --constraint none --report"] {
            let config = config(&flags.split_whitespace().map(OsString::from).collect::<Vec<_>>());
            let bytes = output::json(&config);
            let back: FitConfig = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(String::from_utf8(output::json(&back)), String::from_utf8(bytes));
            assert_eq!(format!("{back:?}"), format!("{config:?}"));
        }
    }

    #[test]
    fn choices_about_tables_are_read_back_and_absent_where_nobody_made_them() {
        let flags = "penguins --missing drop --missing-value none --categories one-hot --unknown ignore --delimiter ; --decimal ,";
        let made = config(&flags.split_whitespace().map(OsString::from).collect::<Vec<_>>());
        let bytes = output::json(&made);
        let back: FitConfig = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(format!("{back:?}"), format!("{made:?}"));
        let of = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        let (made, none) = (of(&bytes), of(&output::json(&config(&[]))));
        for key in ["missing", "missing_value", "categories", "unknown", "delimiter", "decimal"] {
            assert!(!made[key].is_null() && none.get(key).is_none(), "{key}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_read_back() {
        use std::os::unix::ffi::OsStringExt;
        let odd = OsString::from_vec(b"\xff.csv".to_vec());
        let config = config(&[odd.clone(), "--test".into(), odd.clone(), "--out".into(), odd.clone()]);
        let back: FitConfig = serde_json::from_slice(&output::json(&config)).unwrap();
        assert_eq!((back.options.data, back.options.out), (Some(odd.clone()), Some(odd.clone().into())));
        assert!(matches!(back.options.test, Some(crate::flags::TestSource::Data(name)) if name == odd));
    }
}
