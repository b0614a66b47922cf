//! A member that is killed at any moment.

use std::time::Duration;

use super::{Member, Topics, bare_lines, is_as_in_the_store, newest};
use crate::store::without_ids;
use crate::support::Folder;

#[test]
fn killed_at_many_moments_nothing_is_lost_doubled_or_left_untold() {
    let folder = Folder::simulated("--people 60 --seed 35 --history-days 60-120");
    let lines = bare_lines(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let whole = folder.exported("whole", "");
    let topics = Topics::new("killed", 4);
    let line = topics.line("@s", &format!("--quiet 0 --as-of {}", newest(&lines)));
    // A group waits for members that died: a short session lets it go on soon.
    let line = format!("{line} --kafka session.timeout.ms=1000 --kafka heartbeat.interval.ms=300");
    let kills = 34;
    let parts = lines.chunks(lines.len().div_ceil(kills));
    let mut random = 35_u64;
    let mut is_made = false;
    for part in parts {
        topics.send(part);
        let member = Member::start(&folder, &line);
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        std::thread::sleep(Duration::from_millis(150 + (random >> 33) % 2_000));
        member.kill();
        // The store opens each time, and can be read. The first ones may be killed before they made it.
        let stats = folder.run("store stats --store @s");
        is_made |= stats.code == Some(0);
        if is_made {
            stats.ok();
        } else {
            stats.fails_with("no store");
        }
    }
    let ran = folder.run(&format!("{line} --once")).ok();
    // Most of it was taken by members that were killed.
    assert!(
        ran.count("events") < lines.len() as u64 / 2,
        "{}",
        ran.stderr
    );
    assert!(without_ids(&folder.exported("s", "")) == without_ids(&whole));
    is_as_in_the_store(&folder, &topics, "@s");
}
