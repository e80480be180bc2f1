//! Ctrl-C: the first keeps what was found, the second aborts at once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::Folder;

/// A run that would take for ever, once its first method has begun.
fn endless(folder: &Folder, flags: &str) -> Child {
    let line =
        "-v fit digits --method alternating --rule minibatch --tolerance 0 --max-iterations 1000000000 --out run";
    let line = format!("{line} {flags}");
    let mut command = folder.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&mut child, "alternating 3 ");
    child
}

/// Reads stderr up to a line that begins so.
fn wait_for(child: &mut Child, begin: &str) {
    let mut reader = BufReader::with_capacity(1, child.stderr.as_mut().unwrap());
    let mut line = String::new();
    while !line.starts_with(begin) {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the run has ended by itself");
    }
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Reads on, so that the child never waits for a full pipe.
fn exit_code(mut child: Child) -> Option<i32> {
    let mut stderr = child.stderr.take().unwrap();
    let drain = std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    let limit = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > limit {
            child.kill().unwrap();
            panic!("the run does not stop");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    drain.join().unwrap().unwrap();
    child.wait().unwrap().code()
}

#[test]
fn the_first_keeps_what_was_found() {
    let folder = Folder::new();
    let child = endless(&folder, "");
    interrupt(&child);
    assert_eq!(exit_code(child), Some(130));
    assert_eq!(
        folder.names("run"),
        ["config.json", "history.csv", "model-card.md", "model.safetensors", "summary.json"]
    );
    let summary: serde_json::Value = serde_json::from_slice(&folder.read("run/summary.json")).unwrap();
    assert_eq!(summary[0]["status"], "stopped");
    assert!(summary[0]["feasibility"].as_f64().unwrap() <= 1e-12);
    assert!(folder.admm("score run digits").ok().starts_with("accuracy "));
}

#[test]
fn the_second_aborts() {
    let folder = Folder::new();
    let child = endless(&folder, "--checkpoint kept");
    interrupt(&child);
    interrupt(&child);
    assert_eq!(exit_code(child), Some(130));
    assert!(folder.names("run").iter().all(|name| !name.starts_with('.')), "no temporary is left");
}

fn iterations(folder: &Folder) -> u64 {
    let summary: serde_json::Value = serde_json::from_slice(&folder.read("run/summary.json")).unwrap();
    summary[0]["iterations"].as_u64().unwrap()
}

#[test]
fn fault_45_what_was_interrupted_goes_on_where_it_was() {
    let folder = Folder::new();
    let child = endless(&folder, "--checkpoint kept --every 1000000");
    interrupt(&child);
    assert_eq!(exit_code(child), Some(130));
    assert_eq!(folder.names("kept"), ["000001.checkpoint", "config.json"]);
    let first = iterations(&folder);
    let run = folder.admm("resume kept --time-limit 1e-9");
    assert_eq!((run.code, iterations(&folder)), (Some(130), first + 1), "{}", run.err);
    assert!(run.err.contains("`admm resume "), "{}", run.err);
}

#[test]
fn fault_59_a_folder_that_vanishes_ends_nothing() {
    let folder = Folder::new();
    let mut child = endless(&folder, "--checkpoint kept --every 1");
    std::fs::rename(folder.path().join("kept"), folder.path().join("away")).unwrap();
    wait_for(&mut child, "warning: cannot ");
    interrupt(&child);
    assert_eq!(exit_code(child), Some(130));
    assert!(iterations(&folder) > 3);
}
