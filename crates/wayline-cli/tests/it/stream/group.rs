//! Two members over PostgreSQL, one of which dies, while the broker dies too.

use std::time::Duration;

use super::{Member, Topics, bare_lines, is_as_in_the_store, newest};
use crate::store::without_ids;
use crate::support::Folder;

#[cfg(feature = "postgres")]
#[test]
fn of_two_members_one_dies_and_the_broker_too_and_each_event_counts_once() {
    let store = std::env::var("WAYLINE_TEST_POSTGRES").expect("run it by scripts/with-postgres");
    let folder = Folder::simulated("--people 520 --seed 34");
    let lines = bare_lines(&folder);
    assert!(lines.len() >= 200_000, "{} events", lines.len());
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let whole = folder.exported("whole", "");
    let topics = Topics::new("group", 4);
    let at = format!("--as-of {}", newest(&lines));
    let line = topics.line(&store, &format!("--quiet 1 {at}"));
    let first = Member::start(&folder, &line);
    let second = Member::start(&folder, &line);
    let parts: Vec<&[String]> = lines.chunks(lines.len().div_ceil(4)).collect();
    topics.send(parts[0]);
    std::thread::sleep(Duration::from_secs(3));
    std::thread::scope(|scope| {
        // While events come.
        scope.spawn(|| {
            topics.send(parts[1]);
            topics.send(parts[2]);
        });
        std::thread::sleep(Duration::from_millis(400));
        first.kill();
        std::thread::sleep(Duration::from_secs(2));
        topics.broker.restart();
    });
    let third = Member::start(&folder, &line);
    topics.send(parts[3]);
    folder
        .run(&topics.line(&store, &format!("--once --quiet 1 {at}")))
        .ok();
    for member in [second, third] {
        member.end();
    }
    // What members had in hand when they ended.
    folder
        .run(&topics.line(&store, &format!("--once --quiet 1 {at}")))
        .ok();
    assert!(without_ids(&folder.exported(&store, "")) == without_ids(&whole));
    is_as_in_the_store(&folder, &topics, &store);
    assert_eq!(topics.broker.read("group-rejected").len(), 0);
}
