//! A run that is killed pays for nothing twice.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wayline::text_model::{Request, TextModel};
use wayline_text_model::Settings;

use crate::stub::{Answer, Stub};
use crate::{opened, settings};

/// Where the run that is killed finds what it needs.
const URL: &str = "WAYLINE_TEST_KILLED_URL";
const CACHE: &str = "WAYLINE_TEST_KILLED_CACHE";

const REQUESTS: usize = 100;

fn run(url: &str, cache: &str) -> Vec<String> {
    let model = opened(&Settings {
        cache: cache.into(),
        ..settings(url)
    });
    let requests = (0..REQUESTS).map(|it| Request::new("", &format!("say {it}"), 20));
    let replies = requests.map(|it| model.reply(&it).expect("said").text);
    replies.collect()
}

/// Not a test: the run that the test below starts and kills.
#[test]
fn the_run_itself() {
    let found = (std::env::var(URL), std::env::var(CACHE));
    if let (Ok(url), Ok(cache)) = found {
        run(&url, &cache);
    }
}

#[test]
fn after_kills_nothing_is_paid_for_twice() {
    let stub = Stub::start(|asked, _| {
        let text = asked.last_message();
        Answer::says(text.trim_start_matches("say ")).after(3)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().to_str().expect("a path");
    let mut kills = 0;
    for share in [1, 2, 3] {
        let mut child = Command::new(std::env::current_exe().expect("a program"))
            .args(["--exact", "killed::the_run_itself"])
            .env(URL, stub.url())
            .env(CACHE, cache)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let began = Instant::now();
        while stub.times_asked() < share * 25 && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        // SIGKILL.
        kills += u64::from(child.try_wait().expect("asked").is_none());
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    assert_eq!(kills, 3, "it was killed amid its work");
    let replies = run(&stub.url(), cache);
    let wanted: Vec<String> = (0..REQUESTS).map(|it| it.to_string()).collect();
    assert_eq!(replies, wanted);
    // What was on its way when it was killed can't be known to have been answered.
    let asked = stub.times_asked();
    assert!(asked <= REQUESTS as u64 + kills, "{asked} calls");
    let before = stub.times_asked();
    run(&stub.url(), cache);
    assert_eq!(stub.times_asked(), before);
}
