//! A run that is stopped in the middle leaves nothing that looks complete.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::Folder;

/// Starts a run, sends `signal` after a while, and looks at what is left. False if the run had
/// ended before.
fn interrupted(
    folder: &Folder,
    signal: &str,
    after_ms: u64,
    options: &str,
    complete: &[Vec<u8>; 2],
) -> bool {
    let run = folder.infer_command("events.jsonl", options);
    // What begins in the background of a shell ignores the keyboard, and so would the run.
    let mut command = Command::new("env");
    command
        .arg("--default-signal=INT")
        .arg(run.get_program())
        .args(run.get_args());
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(after_ms));
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([signal, &pid]).output();
    assert!(sent.is_ok());
    let status = child.wait().expect("it ends");
    if status.success() {
        return false;
    }
    // `.wayline-*.tmp` may be left by a kill; nothing with the name of an output may, unless it is
    // complete: the run was at its very end.
    for name in folder.outputs() {
        let aside = name.starts_with(".wayline-") && name.ends_with(".tmp");
        let whole = complete.contains(&folder.read(&format!("out/{name}")));
        assert!(aside || whole, "{signal} after {after_ms} ms left {name}");
    }
    true
}

fn interrupted_at_several_moments(signal: &str) {
    let folder = Folder::simulated("--people 200 --scatter");
    let expected = folder.inferred("events.jsonl", "");
    let clear = || {
        std::fs::remove_dir_all(folder.path("out")).expect("removed");
        std::fs::create_dir(folder.path("out")).expect("a folder");
    };
    // A kill leaves temporary files behind, here where they go with the folder.
    std::fs::create_dir(folder.path("tmp")).expect("a folder");
    let mut stopped = 0;
    for after_ms in [0, 20, 80, 200, 400, 700, 1_000] {
        clear();
        stopped += u32::from(interrupted(
            &folder,
            signal,
            after_ms,
            "--memory 16 --temp-dir @tmp",
            &expected,
        ));
    }
    assert!(stopped >= 2, "the runs were too fast to be interrupted");
    // Over what the last one left.
    assert_eq!(folder.inferred("events.jsonl", ""), expected);
}

#[test]
fn a_killed_run_leaves_nothing_that_looks_complete() {
    interrupted_at_several_moments("-KILL");
}

#[test]
fn a_run_stopped_from_the_keyboard_leaves_nothing_that_looks_complete() {
    interrupted_at_several_moments("-INT");
}

#[test]
fn an_interrupted_run_keeps_the_results_of_the_one_before() {
    let folder = Folder::simulated("--people 100");
    let before = folder.inferred("events.jsonl", "--as-of 2025-01-01T00:00:00Z");
    let mut command = folder.infer_command("events.jsonl", "--temp-dir @out");
    let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(30));
    child.kill().expect("killed");
    if !child.wait().expect("it ends").success() {
        assert_eq!(folder.results(), before);
    }
}
