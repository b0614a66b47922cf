//! Updates and compactions that are killed at many random moments. `stream/killed.rs` does the same to
//! streams; together these are a hundred and more, all while they ran.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, command};

/// A number below `below`, the same in every run.
fn next(random: &mut u64, below: u64) -> u64 {
    *random = random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) % below.max(1)
}

/// Starts a command and kills it after so long. Returns whether it was still running.
fn killed(folder: &Folder, line: &str, after: Duration) -> bool {
    let mut child = command(folder.words(line))
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::thread::sleep(after);
    child.kill().expect("killed");
    !child.wait().expect("it ends").success()
}

/// How long a command takes that ends.
fn time_of(folder: &Folder, line: &str) -> Duration {
    let started = Instant::now();
    folder.run(line).ok();
    started.elapsed()
}

#[test]
#[ignore = "takes half a minute"]
fn killed_at_many_moments_of_updates_and_compactions() {
    let folder = Folder::simulated("--people 200 --seed 41 --history-days 60-90");
    let lines = crate::store::bare(folder.lines());
    let parts: Vec<&[String]> = lines.chunks(lines.len().div_ceil(20)).collect();
    let mut whole = Duration::ZERO;
    for (number, part) in parts.iter().enumerate() {
        folder.write(&format!("part{number}.jsonl"), part.concat());
        whole += time_of(
            &folder,
            &format!("update @part{number}.jsonl --store @whole"),
        );
    }
    let expected = folder.exported("whole", "");
    let update_takes = whole.as_millis() as u64 / parts.len() as u64;
    let compaction_takes = time_of(&folder, "store compact --store @whole").as_millis() as u64;
    let (mut random, mut updates, mut compactions) = (41, 0, 0);
    for number in 0..parts.len() {
        let update = format!("update @part{number}.jsonl --store @s");
        let before = (updates, compactions);
        for _ in 0..30 {
            if updates == before.0 + 2 {
                break;
            }
            let after = next(&mut random, update_takes);
            updates += u32::from(killed(&folder, &update, Duration::from_millis(after)));
            if folder.path("s").join("wayline.db").exists() {
                // It opens each time.
                folder.run("store stats --store @s").ok();
            }
        }
        folder.run(&update).ok();
        for _ in 0..30 {
            if compactions == before.1 + 2 {
                break;
            }
            let after = next(&mut random, compaction_takes);
            let compact = "store compact --store @s";
            compactions += u32::from(killed(&folder, compact, Duration::from_millis(after)));
            folder.run("store stats --store @s").ok();
        }
    }
    assert!(
        updates >= 36 && compactions >= 30,
        "{updates}, {compactions}"
    );
    assert!(folder.exported("s", "") == expected);
}
