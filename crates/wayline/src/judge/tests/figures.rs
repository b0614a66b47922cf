//! Figures of many records.

use super::*;
use crate::evaluate::{Report, Resampling};

/// A person's list judged with these scores and errors, by rank.
fn list(user: &str, scores: &[(u8, &[ErrorClass])], is_missed: bool) -> Record<ShownList> {
    let mut record = asked()
        .ask(&Scripted::saying(&[reply(&[5, 4, 3])]))
        .expect("asked");
    record.user_id = user.to_owned();
    let journeys = (1..)
        .zip(scores)
        .map(|(rank, (relevance, errors))| JudgedJourney {
            journey_id: format!("j{rank}"),
            rank,
            relevance: *relevance,
            errors: errors.to_vec(),
            why: "x".to_owned(),
        });
    let missed = is_missed.then(|| Missed {
        interest: "fishing".to_owned(),
        why: "seen often".to_owned(),
    });
    record.outcome = Outcome::Judged(ListJudgement {
        journeys: journeys.collect(),
        missed_main_interest: missed.into_iter().collect(),
    });
    record
}

fn failed(user: &str) -> Record<ShownList> {
    let mut record = list(user, &[], false);
    record.outcome = Outcome::Failed("no".to_owned());
    record
}

fn value(report: &Report, key: &str) -> f64 {
    let figures = report.figures.iter();
    let mut found = figures.filter(|it| it.0 == key).map(|it| it.2.value);
    found.next().unwrap_or(f64::NAN)
}

fn count(report: &Report, key: &str) -> u64 {
    let mut found = report.counts.iter().filter(|it| it.0 == key);
    found.next().expect("counted").2
}

#[test]
fn lists_by_hand() {
    use ErrorClass::{Stale, TooBroad};
    let records = [
        list("u", &[(5, &[]), (1, &[Stale, TooBroad])], false),
        list("v", &[(2, &[Stale]), (4, &[])], true),
        list("w", &[(1, &[])], false),
        failed("x"),
    ];
    let report = list_report(&records, Resampling::default());
    assert_eq!(
        ["people", "journeys", "failed", "asked_again"].map(|it| count(&report, it)),
        [3, 5, 1, 0]
    );
    assert_eq!(value(&report, "relevance"), 13.0 / 5.0);
    assert_eq!(value(&report, "relevant"), 2.0 / 5.0);
    assert_eq!(value(&report, "stale"), 2.0 / 5.0);
    assert_eq!(value(&report, "too_broad"), 1.0 / 5.0);
    assert_eq!(value(&report, "unsafe"), 0.0);
    assert_eq!(value(&report, "no_error"), 3.0 / 5.0);
    assert_eq!(value(&report, "missed_main_interest"), 1.0 / 3.0);
    // The first list is in its best order. Gains 1 and 3 of the second: (1 + 7/log₂3) / (7 + 1/log₂3).
    // The third has nothing to gain.
    let second = (1.0 + 7.0 / 3.0_f64.log2()) / (7.0 + 1.0 / 3.0_f64.log2());
    assert!((value(&report, "ndcg") - (1.0 + second) / 2.0).abs() < 1e-12);
    assert!(report.figures.iter().all(|it| it.2.interval.is_some()));
}

#[test]
fn a_person_who_is_judged_twice_is_one_person() {
    let once = [list("u", &[(5, &[])], false), list("v", &[(1, &[])], false)];
    let twice = [&once[..], &[list("u", &[(3, &[])], false)]].concat();
    let report = list_report(&twice, Resampling::default());
    assert_eq!(count(&report, "people"), 2);
    assert_eq!(count(&report, "journeys"), 3);
    assert_eq!(value(&report, "relevance"), 3.0);
    let (people, found) = changes(&twice, &once, Resampling::default()).expect("one judge");
    assert_eq!((people, found[0].a, found[0].b), (2, 3.0, 3.0));
    let itself = judge_and_itself(&twice, &once, Resampling::default());
    assert_eq!((count(&itself, "people"), count(&itself, "scores")), (2, 3));
}

#[test]
fn nothing_judged_has_no_figures() {
    let report = list_report(&[failed("u")], Resampling::default());
    assert!(report.figures.is_empty());
    assert!(pair_report(&[], Resampling::default()).figures.is_empty());
}

#[test]
fn judges_are_not_mixed() {
    let one = list("u", &[(5, &[])], false);
    let mut other = one.clone();
    assert_eq!(judge_of([&one, &other]).expect("one"), "scripted, list 1");
    other.asked.model = "another".to_owned();
    let error = judge_of([&one, &other]).expect_err("two");
    assert!(error.to_string().contains("another, list 1"), "{error}");
    changes(&[one], &[other], Resampling::default()).expect_err("two");
}

#[test]
fn runs_are_compared_over_those_judged_in_both() {
    let a = [
        list("u", &[(2, &[]), (4, &[])], true),
        list("v", &[(3, &[])], false),
        list("only a", &[(1, &[])], false),
    ];
    let b = [
        list("only b", &[(1, &[])], false),
        failed("v"),
        list("u", &[(4, &[]), (4, &[])], false),
    ];
    let (people, found) = changes(&a, &b, Resampling::default()).expect("one judge");
    assert_eq!(people, 1);
    let of = |key: &str| found.iter().find(|it| it.key == key).expect("measured");
    assert_eq!((of("relevance").a, of("relevance").b), (3.0, 4.0));
    assert_eq!(of("relevance").difference, 1.0);
    assert_eq!(of("missed_main_interest").difference, -1.0);
    let (people, found) = changes(&a, &[], Resampling::default()).expect("one judge");
    assert_eq!((people, found.len()), (0, 0));
}

/// A verdict on a person's two lists.
fn pair(user: &str, first: Run, better: Better) -> Record<ShownPair> {
    let run = run_info();
    let lists = [journeys(), journeys().split_off(1)];
    let question = pair_question(
        user,
        [&run, &run],
        &evidence(),
        [&lists[0], &lists[1]],
        first,
        7,
    );
    let text = "{\"why\":\"x\",\"better\":\"tie\"}".to_owned();
    let mut record = question.ask(&Scripted::saying(&[text])).expect("asked");
    record.outcome = Outcome::Judged(PairJudgement {
        better,
        why: "x".to_owned(),
    });
    record
}

#[test]
fn pairs_by_hand() {
    let records = [
        pair("u", Run::A, Better::B),
        pair("u", Run::B, Better::B),
        // The first each time: that says nothing of the lists.
        pair("v", Run::A, Better::A),
        pair("v", Run::B, Better::B),
        pair("w", Run::A, Better::A),
        pair("x", Run::A, Better::Tie),
    ];
    let report = pair_report(&records, Resampling::default());
    assert_eq!(
        [count(&report, "people"), count(&report, "judgements")],
        [4, 6]
    );
    assert_eq!(value(&report, "win_rate_b"), (1.0 + 0.5 + 0.0 + 0.5) / 4.0);
    assert_eq!(
        ["better_a", "better_b", "tie"].map(|it| value(&report, it)),
        [0.25, 0.25, 0.5]
    );
    // Of five that decided, those of u (B shown first), both of v, and w.
    assert_eq!(value(&report, "first_chosen"), 4.0 / 5.0);
    assert_eq!(value(&report, "orders_agree"), 0.5);
    let one_order = pair_report(&records[4..], Resampling::default());
    assert!(value(&one_order, "orders_agree").is_nan(), "not measured");
}

#[test]
fn agreement_with_people_and_with_itself() {
    let records = [
        list("u", &[(5, &[]), (2, &[ErrorClass::Stale])], false),
        list("v", &[(3, &[])], false),
    ];
    let score = |user_id, journey_id, score| PersonScore {
        user_id,
        journey_id,
        as_of: as_of(),
        score,
    };
    let mut scores = vec![
        score("u", "j1", 5.0),
        score("u", "j2", 4.0),
        score("v", "j1", 3.0),
        score("v", "j1", 2.0),
        score("v", "other", 2.0),
        score("z", "j1", 2.0),
    ];
    let mut late = score("u", "j1", 1.0);
    late.as_of = Timestamp::from_millis(START);
    scores.push(late);
    let report = judge_and_people(&records, &scores, Resampling::default());
    assert_eq!([count(&report, "people"), count(&report, "scores")], [2, 4]);
    assert_eq!(value(&report, "exact"), 0.5);
    assert_eq!(value(&report, "within_one"), 0.75);
    assert_eq!(value(&report, "difference"), -0.25);

    let mut again = records.clone();
    let Outcome::Judged(judgement) = &mut again[0].outcome else {
        panic!("judged");
    };
    judgement.journeys[1].errors.clear();
    let report = judge_and_itself(&records, &again, Resampling::default());
    assert_eq!(value(&report, "exact"), 1.0);
    assert_eq!(value(&report, "kappa"), 1.0);
    assert!((value(&report, "spearman") - 1.0).abs() < 1e-12);
    assert!((value(&report, "same_errors") - 2.0 / 3.0).abs() < 1e-12);
}
