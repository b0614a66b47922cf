use std::collections::BTreeMap;

use super::drift::summand;
use super::*;

/// A row of journeys as a run writes it, less what a comparison doesn't read.
fn journey(user: &str, id: &str, name: &str, keywords: &[&str]) -> String {
    let keywords: Vec<String> = keywords
        .iter()
        .map(|it| format!("{{\"keyword\":\"{it}\"}}"))
        .collect();
    format!(
        "{{\"user_id\":\"{user}\",\"journey_id\":\"{id}\",\"name\":\"{name}\",\
         \"keywords\":[{}],\"stage\":{{\"lifecycle\":\"situational\",\"status\":\"ongoing\"}},\
         \"confidence\":0.5,\"score\":0.25,\"return_probability\":0.125}}",
        keywords.join(",")
    )
}

fn keyword(user: &str, keyword: &str, journey: Option<&str>) -> String {
    let fate = match journey {
        Some(id) => format!("\"journey_id\":\"{id}\",\"reason\":null"),
        None => "\"journey_id\":null,\"reason\":\"one_off\"".to_owned(),
    };
    format!("{{\"user_id\":\"{user}\",\"keyword\":\"{keyword}\",{fate}}}")
}

fn lines(rows: &[String]) -> Lines {
    let rows: Vec<_> = rows.iter().cloned().map(Ok).collect();
    Box::new(rows.into_iter())
}

fn run(file: &str, journeys: &[String]) -> People {
    People::new((file.to_owned(), lines(journeys)), None)
}

fn run_with_keywords(file: &str, journeys: &[String], keywords: &[String]) -> People {
    People::new(
        (file.to_owned(), lines(journeys)),
        Some((format!("{file}'s keywords"), lines(keywords))),
    )
}

fn compared(a: &[String], b: &[String]) -> Comparison {
    compare(run("a", a), run("b", b), 10).unwrap()
}

fn refused(a: People) -> String {
    let b = run("b", &[journey("u", "1", "Oak", &["oak"])]);
    compare(a, b, 10).unwrap_err().to_string()
}

#[test]
fn the_same_keywords_are_kept_and_the_likest_comes_first() {
    let matching = match_lists(
        &[&[1, 2, 3, 4], &[7, 8, 9]],
        &[&[7, 8, 9], &[1, 2, 3, 5]],
        SAME,
    );
    assert_eq!(
        matching.before,
        [
            Before::Kept {
                after: 1,
                overlap: 0.6
            },
            Before::Kept {
                after: 0,
                overlap: 1.0
            },
        ]
    );
    // One minus the mean of .6 and 1.
    assert!((matching.change() - 0.2).abs() < 1e-12);
    assert!(matching.all_kept());
}

#[test]
fn a_journey_that_fell_into_parts_was_split_and_the_other_way_round_merged() {
    let (whole, parts): ([&[u32]; 1], [&[u32]; 2]) = (
        [&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [&[1, 2, 3, 4, 5, 6, 7], &[8, 9, 20]],
    );
    let split = match_lists(&whole, &parts, SAME);
    assert_eq!(split.before, [Before::Split { into: vec![0, 1] }]);
    assert_eq!(
        split.after,
        [After::PartOf { whole: 0 }, After::PartOf { whole: 0 }]
    );
    let merged = match_lists(&parts, &whole, SAME);
    assert_eq!(
        merged.before,
        [Before::Merged { into: 0 }, Before::Merged { into: 0 }]
    );
    assert_eq!(merged.after, [After::Merged { of: vec![0, 1] }]);
    assert_eq!((split.change(), merged.change()), (1.0, 1.0));
}

#[test]
fn a_sliver_is_no_part() {
    // Half of the other journey is no more than half.
    let matching = match_lists(&[&[1, 2, 3, 4, 5]], &[&[1, 2, 3, 4], &[5, 9]], SAME);
    assert_eq!(
        matching.before,
        [Before::Kept {
            after: 0,
            overlap: 0.8
        }]
    );
    assert_eq!(matching.after[1], After::New);
    // One keyword of eleven is less than a tenth.
    let eleven: Vec<u32> = (1..=11).collect();
    let matching = match_lists(&[&eleven], &[&eleven[..10], &[11]], SAME);
    assert!(matches!(matching.before[0], Before::Kept { after: 0, .. }));
    let matching = match_lists(&[&eleven[..10]], &[&eleven[..9], &[10]], SAME);
    assert_eq!(matching.before, [Before::Split { into: vec![0, 1] }]);
}

#[test]
fn what_nothing_is_like_is_gone_or_new() {
    let matching = match_lists(&[&[1, 2, 3], &[]], &[&[3, 4, 5], &[]], SAME);
    assert_eq!(matching.before, [Before::Gone, Before::Gone]);
    assert_eq!(matching.after, [After::New, After::New]);
    assert_eq!(matching.change(), 1.0);
    assert_eq!(match_lists(&[], &[], SAME).change(), 0.0);
}

#[test]
fn two_runs_are_counted_person_by_person() {
    let a = [
        journey("u1", "1", "Oak", &["oak", "oak tree"]),
        journey("u2", "2", "Cake", &["cake", "cake tin", "icing", "sponge"]),
        journey("u2", "3", "Car", &["car", "old car"]),
    ];
    let b = [
        journey("u2", "2", "Cakes", &["cake", "cake tin", "icing", "sponge"]),
        journey("u2", "4", "Bike", &["bike"]),
        journey("u3", "5", "Sea", &["sea"]),
    ];
    let found = compared(&a, &b);
    let people = PeopleTally {
        both: 1,
        only_a: 1,
        only_b: 1,
        changed: 3,
    };
    assert_eq!(found.people, people);
    let journeys = JourneyTally {
        a: 3,
        b: 3,
        kept: 1,
        kept_whole: 1,
        kept_same_id: 1,
        renamed: 1,
        gone: 2,
        new: 2,
        ..JourneyTally::default()
    };
    assert_eq!(found.journeys, journeys);
    // Two who lost everything tie; then comes who kept one of three.
    let worst: Vec<_> = found.worst.iter().map(|it| it.user_id.as_str()).collect();
    assert_eq!(worst, ["u1", "u3", "u2"]);
    assert_eq!(found.worst[2].story.before[0].others, ["Cakes"]);
    assert_eq!(found.worst[2].story.after[1].fate, "new");
    let fewer = compare(run("a", &a), run("b", &b), 1).unwrap();
    assert_eq!(fewer.worst, found.worst[..1]);
}

#[test]
fn a_run_is_like_itself() {
    let rows = [
        journey("u1", "1", "Oak", &["oak", "oak tree"]),
        journey("u2", "2", "Cake", &["cake"]),
    ];
    let found = compared(&rows, &rows);
    assert_eq!((found.people.changed, found.journeys.kept_whole), (0, 2));
    assert!(found.worst.is_empty());
    assert!(found.drift.iter().all(|drift| drift.psi == Some(0.0)));
    let limits = Limits {
        psi: Some(0.0),
        gone: Some(0.0),
        changed: Some(0.0),
        ..Limits::default()
    };
    let verdicts = limits.verdicts(&found);
    assert_eq!(verdicts.len(), found.drift.len() + 2);
    assert!(verdicts.iter().all(|verdict| verdict.holds));
}

#[test]
fn a_column_that_an_earlier_version_lacks_has_no_drift() {
    let now = [journey("u1", "1", "Oak", &["oak"])];
    let then = [now[0].replace(",\"return_probability\":0.125", "")];
    let of = |found: &Comparison| found.drift.iter().map(|it| it.what).collect::<Vec<_>>();
    assert!(of(&compared(&now, &now)).contains(&"return probability"));
    assert!(!of(&compared(&then, &now)).contains(&"return probability"));
}

#[test]
fn limits_say_what_is_more_than_allowed() {
    let a = [
        journey("u1", "1", "Oak", &["oak"]),
        journey("u2", "2", "Elm", &["elm"]),
    ];
    let found = compared(&a, &a[..1]);
    let limits = Limits {
        gone: Some(0.5),
        changed: Some(0.4),
        ..Limits::default()
    };
    let verdicts = limits.verdicts(&found);
    assert!(verdicts[0].holds && !verdicts[1].holds);
    assert_eq!(verdicts[1].found, Some(0.5));
    assert_eq!(verdicts[1].what, "share of people whose list changed");
    // Nothing left to measure is no reason to pass.
    let nothing = compared(&a, &[]);
    assert_eq!(nothing.drift[1].psi, None);
    let limits = Limits {
        psi: Some(100.0),
        ..Limits::default()
    };
    assert!(
        limits
            .verdicts(&nothing)
            .iter()
            .all(|verdict| !verdict.holds)
    );
}

#[test]
fn keywords_tell_who_has_no_journey_and_what_fell_out() {
    let a = run_with_keywords(
        "a",
        &[journey("u1", "1", "Oak", &["oak", "elm"])],
        &[
            keyword("u1", "ash", None),
            keyword("u1", "elm", Some("1")),
            keyword("u1", "oak", Some("1")),
            keyword("u2", "sea", None),
        ],
    );
    let b = run_with_keywords(
        "b",
        &[journey("u1", "1", "Oak", &["oak", "ash"])],
        &[
            keyword("u1", "ash", Some("1")),
            keyword("u1", "elm", None),
            keyword("u1", "oak", Some("1")),
            keyword("u2", "lake", None),
        ],
    );
    let found = compare(a, b, 10).unwrap();
    assert_eq!(found.people.both, 2);
    let keywords = KeywordTally {
        both: 3,
        came_in: 1,
        fell_out: 1,
        only_a: 1,
        only_b: 1,
    };
    assert_eq!(found.keywords, Some(keywords));
    assert_eq!(found.drift.last().unwrap().what, "fate of keywords");
}

#[test]
fn rows_that_are_none_of_a_run_are_refused() {
    let oak = journey("u1", "1", "Oak", &["oak"]);
    let elm = journey("u0", "2", "Elm", &["elm"]);
    let told = refused(run("a.jsonl", &[oak.clone(), elm]));
    assert!(
        told.starts_with("a.jsonl, row 2: `u0` comes after `u1`"),
        "{told}"
    );
    let told = refused(run("a", &[String::new(), "{\"user_id\":7}".to_owned()]));
    assert!(
        told.starts_with("a, row 2: invalid type: integer `7`"),
        "{told}"
    );
    assert!(
        told.ends_with("give a file of journeys that `wayline infer` wrote"),
        "{told}"
    );
    let told = refused(run("a", &[keyword("u", "oak", Some("1"))]));
    assert!(told.contains("missing field"), "{told}");
    let told = refused(run("a", &[oak.replace("0.25", "25")]));
    assert!(told.contains("`score` is 25"), "{told}");
    let told = refused(run("a", &[oak.clone(), oak]));
    assert!(told.contains("`u1` has the journey 1 twice"), "{told}");
    let told = refused(run("a", &[]));
    assert!(told.contains("nothing to compare with"), "{told}");
}

#[test]
fn keywords_of_another_run_are_refused() {
    let oak = journey("u1", "1", "Oak", &["oak"]);
    let other = keyword("u1", "oak", Some("9"));
    let told = refused(run_with_keywords("a", std::slice::from_ref(&oak), &[other]));
    assert!(
        told.starts_with("a's keywords: `u1` has the journey 9, unlike in a;"),
        "{told}"
    );
    let told = refused(run_with_keywords(
        "a",
        &[oak],
        &[keyword("u2", "sea", None)],
    ));
    assert!(told.contains("no keyword of `u1`"), "{told}");
}

#[test]
fn the_index_is_that_of_the_formula() {
    // (.4 - .5) ln(.4/.5) + (.6 - .5) ln(.6/.5) = .0223144 + .0182322
    let a = BTreeMap::from([("ended", 50), ("ongoing", 50)]);
    let b = BTreeMap::from([("ended", 40), ("ongoing", 60)]);
    let drift = drift_of_categories("status", &a, &b);
    assert!((drift.psi.unwrap() - 0.040_546_5).abs() < 1e-6, "{drift:?}");
    // One degree of freedom, two samples of a hundred.
    assert!((drift.by_chance.unwrap() - 0.02).abs() < 1e-12);
    // .9999 of the whole against the floor: (1 - .0001) ln(10000), and the same again.
    let all = drift_of_categories(
        "x",
        &BTreeMap::from([("a", 7)]),
        &BTreeMap::from([("b", 3)]),
    );
    assert!(
        (all.psi.unwrap() - 2.0 * 0.9999 * 9.210_340_4).abs() < 1e-6,
        "{all:?}"
    );
}

fn numbers(list: impl IntoIterator<Item = u32>) -> Spread {
    let mut spread = Spread::default();
    list.into_iter()
        .for_each(|number| spread.add_number(number));
    spread
}

#[test]
fn numbers_fall_into_ten_bins_of_equal_mass() {
    let a = numbers(1..=100);
    let drift = drift_of_spreads("x", &a, &a, false);
    assert_eq!(drift.bins.len(), 10);
    assert!(drift.bins.iter().all(|bin| bin.a == 0.1 && bin.b == 0.1));
    assert_eq!((drift.psi, drift.mean_a), (Some(0.0), Some(50.5)));
    // Everything above the ninth end: nine bins from .1 to the floor, one from .1 to 1.
    let drift = drift_of_spreads("x", &a, &numbers([400; 5]), false);
    let by_hand = 9.0 * 0.0999 * 6.907_755_3 + 0.9 * std::f64::consts::LN_10;
    assert!((drift.psi.unwrap() - by_hand).abs() < 1e-6, "{drift:?}");
    assert_eq!(drift.bins[9].bin, "above");
}

#[test]
fn a_move_from_a_frequent_value_to_its_neighbour_shows() {
    let a = numbers([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
    let b = numbers([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
    let drift = drift_of_spreads("x", &a, &b, false);
    let by_hand = summand(0.05, 0.5) + summand(0.45, 0.0);
    assert!((drift.psi.unwrap() - by_hand).abs() < 1e-12, "{drift:?}");
    let constant = numbers([5; 20]);
    for other in [4, 6] {
        let drift = drift_of_spreads("x", &constant, &numbers([other; 20]), false);
        assert!(drift.psi.unwrap() > 18.0, "{drift:?}");
    }
    assert_eq!(
        drift_of_spreads("x", &constant, &constant, false).by_chance,
        Some(0.0)
    );
}

#[test]
fn fractions_keep_their_mean_and_their_ends() {
    let mut spread = Spread::default();
    for step in 0..1_000 {
        spread.add_fraction(f64::from(step) / 999.0);
    }
    assert!((spread.mean().unwrap() - 0.5).abs() < 1e-9);
    let drift = drift_of_spreads("confidence", &spread, &spread, true);
    assert_eq!(
        (drift.bins.len(), drift.bins[0].bin.as_str()),
        (10, "0.0991")
    );
}

#[test]
fn journeys_that_people_took_away_are_counted() {
    let shown = [
        journey("u", "1", "Oak", &["oak"]),
        journey("u", "2", "Sea", &["sea"]),
    ];
    let hide = |row: &String| row.replace("\"confidence\"", "\"hidden\":true,\"confidence\"");
    let hidden = [hide(&shown[0]), shown[1].clone()];
    let counts = |a: &[String], b: &[String]| {
        let it = compared(a, b).journeys;
        [it.hidden_a, it.hidden_b, it.newly_hidden, it.shown_again]
    };
    assert_eq!(counts(&shown, &hidden), [0, 1, 1, 0]);
    assert_eq!(counts(&hidden, &shown), [1, 0, 0, 1]);
    assert_eq!(counts(&hidden, &hidden), [1, 1, 0, 0]);
}
