//! A fit that is stopped or killed and continued ends with the same model as one that was left alone.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{self, Folder, small_csv};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Every method, and every rule with a memory.
const FITS: [&str; 12] = [
    "wine --method admm --weight 0.1",
    "wine --method joint --constraint ball",
    "iris --method alternating --tolerance 1e-5",
    "iris --test 0.3 --method all --weight 0.1",
    "iris --method admm --rule minibatch --max-iterations 60",
    "wine --method admm --rule vr-pca --max-iterations 60 --precision f32",
    "iris --method admm --rule lbfgs --constraint unit-norm",
    "wine --method alternating --rule vr-pca --max-iterations 40",
    "wine --method admm --starts 3 --max-iterations 2",
    "iris --method all --constraint normalised-columns --weight 0.1",
    "wine --method all --hidden 5 --max-iterations 15",
    "iris --method joint --hidden 4,3 --activation softplus --pca-through --max-iterations 30",
];

/// What a fit leaves behind that no clock enters: the models, the table and the history without their seconds.
fn results(folder: &Folder, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> =
        folder.names(name).into_iter().map(|file| (file.clone(), Vec::new())).collect();
    for (file, bytes) in &mut files {
        *bytes = folder.read(&format!("{name}/{file}"));
        match file.as_str() {
            "config.json" | "model-card.md" => bytes.clear(),
            "history.csv" => {
                let text = String::from_utf8(bytes.clone()).unwrap();
                *bytes = text
                    .lines()
                    .flat_map(|line| [line.rsplit_once(',').unwrap().0.as_bytes(), b"\n"].concat())
                    .collect();
            }
            "summary.json" => {
                let text = String::from_utf8(bytes.clone()).unwrap();
                let lines = text.lines().filter(|line| !line.contains("\"seconds\""));
                *bytes = lines.collect::<String>().into_bytes();
            }
            _ => {}
        }
    }
    files
}

#[track_caller]
fn same(folder: &Folder, one: &str, other: &str, what: &str) {
    let (one, other) = (results(folder, one), results(folder, other));
    assert!(one.len() >= 4);
    for (one, other) in one.iter().zip(&other) {
        assert!(one == other, "{what}: {} and {} differ", one.0, other.0);
    }
    assert_eq!(one.len(), other.len(), "{what}");
}

#[test]
fn a_fit_in_many_short_sessions_ends_with_the_same_bytes() {
    for fit in FITS {
        let folder = Folder::new();
        folder.admm(&format!("fit {fit} --out whole")).ok();
        let stopped = folder.admm(&format!("fit {fit} --out run --checkpoint kept --time-limit 1e-9"));
        assert_eq!(stopped.code, Some(130), "{fit}: {}", stopped.err);
        for _ in 0..3 {
            assert_eq!(folder.admm("resume kept").code, Some(130), "{fit}");
        }
        folder.admm("resume kept --time-limit 1000").ok();
        same(&folder, "whole", "run", fit);
        folder.admm("resume kept --out again").ok();
        same(&folder, "whole", "again", fit);
        assert_eq!(folder.names("kept").len(), 3);
    }
}

/// How often the kill test kills: more with, say, `ADMM_KILLS=200`.
fn kills() -> u64 {
    std::env::var("ADMM_KILLS").map_or(16, |count| count.parse().expect("ADMM_KILLS is a number"))
}

/// Starts a command, waits until there is something to resume, and kills it at a random moment of the time that a whole
/// fit takes.
fn kill(folder: &Folder, line: &str, within: Duration, random: &mut ChaCha8Rng) {
    let mut command = folder.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !folder.path().join("kept/config.json").exists() {
        assert!(child.try_wait().unwrap().is_none(), "{line} has ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(within.mul_f64(random.random_range(0.0..1.0)));
    let _ = child.kill(); // SIGKILL; the fit may be done
    child.wait().unwrap();
}

/// Each fit is killed twice, the second time while it is continued.
#[test]
fn fault_58_killed_at_any_moment() {
    let mut random = ChaCha8Rng::seed_from_u64(58);
    for round in 0..kills().div_ceil(2) {
        let fit = FITS[round as usize % FITS.len()];
        let folder = Folder::new();
        folder.admm(&format!("fit {fit} --out whole")).ok();
        let started = Instant::now();
        folder.admm(&format!("fit {fit} --out run --checkpoint other --every 1")).ok();
        let within = started.elapsed();
        kill(&folder, &format!("fit {fit} --out run --checkpoint kept --every 1"), within, &mut random);
        kill(&folder, "resume kept", within, &mut random);
        let run = folder.admm("resume kept");
        assert!(!run.err.contains("checkpoint"), "nothing is passed over: {}", run.err);
        run.ok();
        same(&folder, "whole", "run", fit);
    }
}

/// A fit that was stopped after its third iteration, in `kept`.
fn stopped() -> Folder {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    let flags = "--method alternating --tolerance 1e-12 --out run --checkpoint kept --every 1 --time-limit 1e-9";
    assert_eq!(folder.admm(&format!("fit side.csv {flags}")).code, Some(130));
    (0..2).for_each(|_| assert_eq!(folder.admm("resume kept").code, Some(130)));
    folder
}

#[test]
fn fault_60_a_damaged_checkpoint_is_passed_over() {
    let folder = stopped();
    folder.admm("fit side.csv --method alternating --tolerance 1e-12 --out whole").ok();
    assert_eq!(folder.names("kept"), ["000002.checkpoint", "000003.checkpoint", "config.json"]);
    let mut bytes = folder.read("kept/000003.checkpoint");
    *bytes.last_mut().unwrap() ^= 1;
    folder.file("kept/000003.checkpoint", &bytes);
    folder.file("kept/000004.checkpoint", &bytes[..100]);
    let run = folder.admm("resume kept --time-limit 1000 --out run");
    for words in ["000003.checkpoint: it is damaged", "000004.checkpoint: it should have", "the checkpoint before"] {
        assert!(run.err.contains(words), "{}", run.err);
    }
    run.ok();
    same(&folder, "whole", "run", "from the older checkpoint");
}

#[test]
fn fault_60_what_cannot_be_continued_is_refused() {
    let folder = stopped();
    folder.admm("resume absent").fails(1, &["cannot read ", "absent/config.json"]);
    folder.admm("resume kept --time-limit 0").fails(2, &["time limit", "got 0"]);
    let config = folder.text("kept/config.json");
    folder.file("kept/config.json", config.replace("1e-12", "1e-11"));
    folder.admm("resume kept").fails(1, &["000003.checkpoint", "a run with other choices"]);
    folder.file("kept/config.json", config.replace("\"version\": \"0", "\"version\": \"9"));
    folder.admm("resume kept").fails(1, &["kept/config.json", "begun by admm 9"]);
    folder.file("kept/config.json", "{}");
    folder.admm("resume kept").fails(1, &["kept/config.json", "missing field"]);
    folder.file("kept/config.json", &config);

    folder.file("side.csv", small_csv().replacen("0", "1", 1));
    folder.admm("resume kept").fails(1, &["side.csv", "the data have changed"]);
    folder.file("side.csv", small_csv());
    for name in ["kept/000002.checkpoint", "kept/000003.checkpoint"] {
        folder.file(name, "");
    }
    folder.admm("resume kept").fails(1, &["000003.checkpoint", "it is no checkpoint"]);
}

#[test]
fn fault_62_a_folder_has_one_run() {
    let folder = stopped();
    folder.admm("fit iris --checkpoint kept").fails(1, &["kept holds the checkpoints", "`admm resume kept`"]);
    folder.admm("fit iris --checkpoint same --out ./same").fails(2, &["--checkpoint lies in the folder of --out"]);
    folder.admm("fit iris --every 3").fails(2, &["--checkpoint"]);
    if cfg!(unix) {
        let other = fs::File::open(folder.path().join("kept")).unwrap();
        other.lock().unwrap();
        for line in ["resume kept", "fit iris --checkpoint kept"] {
            folder.admm(line).fails(1, &["cannot lock ", "another run writes to it"]);
        }
    }
}

#[test]
fn folders_of_others_hold_no_checkpoints() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("mine")).unwrap();
    folder.file("mine/config.json", "precious");
    folder.admm("fit iris --checkpoint mine").fails(1, &["mine holds `config.json`", "no checkpoint"]);
    assert_eq!(folder.text("mine/config.json"), "precious");
    folder.admm("fit iris --out run").ok();
    folder.admm("fit iris --checkpoint run").fails(1, &["run holds `", "no checkpoint"]);
    folder.admm("resume run").fails(1, &["run holds results, not checkpoints"]);
}

#[test]
fn a_run_is_resumed_from_anywhere() {
    let folder = stopped();
    fs::create_dir(folder.path().join("elsewhere")).unwrap();
    let mut command = folder.command(&["resume", "../kept", "--time-limit", "1000", "--out", "run"]);
    let output = command.current_dir(folder.path().join("elsewhere")).output().unwrap();
    common::Run::of(output).ok();
    assert!(folder.names("elsewhere/run").contains(&"model.safetensors".to_string()));
}

/// Killed before its first checkpoint, a fit begins again.
#[test]
fn without_a_checkpoint_a_fit_begins_again() {
    let folder = stopped();
    folder.admm("fit side.csv --method alternating --tolerance 1e-12 --out whole").ok();
    for name in ["kept/000002.checkpoint", "kept/000003.checkpoint"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    folder.admm("resume kept --time-limit 1000 --out run").ok();
    same(&folder, "whole", "run", "from the start");
}
