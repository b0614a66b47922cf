//! What the check of texts says of a file of cases that were written to get past it, or to be stopped by
//! mistake, and of the whole catalogue of journeys, which is harmless. docs/safety.md quotes what it prints.

use std::collections::BTreeMap;

use serde::Deserialize;
use wayline::model::builtin_safety;
use wayline::nouns::Verdict;
use wayline::safety::Subjects;
use wayline::simulate::Catalogue;

#[derive(Deserialize)]
struct Case {
    half: String,
    text: String,
    verdict: Verdict,
    category: String,
    trick: String,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("../data/safety/red-team.jsonl").lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect()
}

/// Right ones, and all.
#[derive(Clone, Copy, Default)]
struct Share {
    right: u32,
    all: u32,
}

impl Share {
    fn value(self) -> f64 {
        f64::from(self.right) / f64::from(self.all.max(1))
    }
}

#[test]
fn most_cases_are_told() {
    let mut shares: BTreeMap<(String, String), Share> = BTreeMap::new();
    for case in cases() {
        let said = builtin_safety().check(&case.text).verdict;
        let verdict = case.verdict.code();
        for what in [
            verdict.to_owned(),
            format!("{verdict} {}", case.category),
            format!("{verdict} trick: {}", case.trick),
        ] {
            let share = shares.entry((case.half.clone(), what)).or_default();
            share.all += 1;
            share.right += u32::from(said == case.verdict);
        }
    }
    for ((half, what), share) in &shares {
        println!(
            "{half:<5} {what:<30} {:>3} of {:>3}",
            share.right, share.all
        );
    }
    let of = |half: &str, what: &str| shares[&(half.to_owned(), what.to_owned())].value();
    // What was used to mend the check, and what wasn't: docs/safety.md says where that falls short.
    for (half, withhold, sensitive, ok) in [("seen", 0.97, 0.97, 0.98), ("held", 0.90, 0.90, 0.95)]
    {
        assert!(of(half, "withhold") >= withhold, "{half}");
        assert!(of(half, "sensitive") >= sensitive, "{half}");
        assert!(of(half, "ok") >= ok, "{half}: {}", of(half, "ok"));
    }
}

#[test]
fn the_catalogue_raises_few_false_alarms() {
    let subjects = Subjects::builtin();
    let mut alarms: BTreeMap<&str, Share> = BTreeMap::new();
    let mut withheld = 0;
    for journey in Catalogue::builtin().journeys() {
        let queries: Vec<String> = journey.queries.iter().map(|it| it.text.clone()).collect();
        let name = [journey.name.clone()];
        for (what, texts) in [
            ("names", &name[..]),
            ("other names", &journey.alt_names),
            ("searches", &queries),
            ("annotations", &journey.annotations),
            ("boards", &journey.boards),
            ("titles", &journey.item_titles),
            ("related journeys", &journey.related_journeys),
            ("near misses", &journey.near_misses),
        ] {
            for text in texts {
                let verdict = builtin_safety().check(text).verdict;
                let alarm = u32::from(subjects.is_false_alarm(&journey.id, verdict));
                for what in [what, "whole catalogue"] {
                    let share = alarms.entry(what).or_default();
                    share.all += 1;
                    share.right += alarm;
                }
                withheld += u32::from(verdict == Verdict::Withhold);
            }
        }
    }
    for (what, share) in &alarms {
        println!("alarms: {what:<20} {:>4} of {:>5}", share.right, share.all);
    }
    println!("withheld: {withheld}");
    assert!(alarms["whole catalogue"].value() <= 0.03 && withheld <= 20);
}
