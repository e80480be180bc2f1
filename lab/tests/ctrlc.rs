//! Ctrl-C: the first keeps what was found, the second aborts at once.
#![cfg(unix)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::Folder;

/// A run that would take for ever, once its first method has begun.
fn endless(folder: &Folder) -> Child {
    let line = "-v fit digits --method alternating --weight 0.02 --tolerance 0 --max-iterations 1000000000 --out run";
    let mut command = folder.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(child.stderr.as_mut().unwrap());
    let mut line = String::new();
    while !line.starts_with("alternating 3 ") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the run has ended by itself");
    }
    child
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
    let child = endless(&folder);
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
    let child = endless(&folder);
    interrupt(&child);
    interrupt(&child);
    assert_eq!(exit_code(child), Some(130));
    assert!(folder.names("run").iter().all(|name| !name.starts_with('.')), "no temporary is left");
}
