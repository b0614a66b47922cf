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
        let stats = folder
            .run(&format!("store stats --store {store} --json"))
            .ok();
        let stats: crate::support::Row = serde_json::from_str(&stats.stdout).expect("one object");
        assert!(
            stats["people"].as_u64() > Some(0),
            "something was taken by then"
        );
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
    the_store_goes_away_and_comes_back(&store);
}

/// A store behind a wire that is cut again and again: what was in hand then is in the store once.
#[cfg(feature = "postgres")]
fn the_store_goes_away_and_comes_back(store: &str) {
    let folder = Folder::simulated("--people 40 --seed 40 --history-days 60-90");
    let lines = bare_lines(&folder);
    folder.write("bare.jsonl", lines.concat());
    folder.run("update @bare.jsonl --store @whole").ok();
    let at = format!("--as-of {}", newest(&lines));
    let whole = folder.exported("whole", &at);
    let topics = Topics::new("away", 3);
    let address = store.split('@').nth(1).and_then(|it| it.split('/').next());
    let wire = Wire::to(address.expect("an address"));
    let name = store.replace(address.expect("an address"), &wire.address);
    let line = topics.line(&name, &format!("--quiet 1 {at}"));
    let member = Member::start(&folder, &line);
    for (number, part) in lines.chunks(lines.len().div_ceil(12)).enumerate() {
        topics.send(part);
        std::thread::sleep(Duration::from_millis(150 + 70 * number as u64));
        wire.cut(true);
        // Others join meanwhile, so that partitions are shared out while the store is away.
        let direct = topics.line(store, &format!("--quiet 1 {at}"));
        let other = (number % 4 == 1).then(|| Member::start(&folder, &direct));
        std::thread::sleep(Duration::from_millis(if other.is_some() {
            2_500
        } else {
            700
        }));
        wire.cut(false);
        drop(other);
    }
    folder
        .run(&topics.line(store, &format!("--once --quiet 1 {at}")))
        .ok();
    member.end();
    folder
        .run(&topics.line(store, &format!("--once --quiet 1 {at}")))
        .ok();
    let of_these = |results: &[Vec<u8>; 2]| {
        let mut rows = without_ids(results);
        rows.retain(|row| crate::support::text(row, "user_id").starts_with("s40-"));
        rows
    };
    let exported = folder.exported(store, &at);
    assert!(of_these(&exported) == of_these(&whole));
}

/// Carries bytes between a port of its own and another one, until it is cut.
#[cfg(feature = "postgres")]
struct Wire {
    address: String,
    is_cut: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(feature = "postgres")]
impl Wire {
    fn to(there: &str) -> Self {
        use std::sync::atomic::Ordering::SeqCst;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let is_cut = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (there, is_down) = (there.to_owned(), std::sync::Arc::clone(&is_cut));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_down.load(SeqCst) {
                    continue;
                }
                let Ok(other) = std::net::TcpStream::connect(&there) else {
                    continue;
                };
                for (from, to) in [(&stream, &other), (&other, &stream)] {
                    let (mut from, mut to) =
                        (from.try_clone().expect("one"), to.try_clone().expect("one"));
                    let is_down = std::sync::Arc::clone(&is_down);
                    std::thread::spawn(move || carry(&mut from, &mut to, &is_down));
                }
            }
        });
        Self { address, is_cut }
    }

    fn cut(&self, is_cut: bool) {
        self.is_cut
            .store(is_cut, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "postgres")]
fn carry(
    from: &mut std::net::TcpStream,
    to: &mut std::net::TcpStream,
    is_cut: &std::sync::atomic::AtomicBool,
) {
    use std::io::{Read as _, Write as _};
    let _ = from.set_read_timeout(Some(Duration::from_millis(20)));
    let mut bytes = vec![0; 65_536];
    while !is_cut.load(std::sync::atomic::Ordering::SeqCst) {
        match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) if to.write_all(&bytes[..count]).is_err() => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {}
            Err(_) => break,
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }
}
