//! Replies: what is taken, what is refused, what is recorded.

use super::*;
use crate::text_model::PromptHash;

#[test]
fn a_judgement_is_by_rank_whatever_the_order_shown() {
    let question = asked();
    let shown: Vec<u32> = question.shown.journeys.iter().map(|it| it.rank).collect();
    assert_ne!(shown, [1, 2, 3], "this seed turns them");
    let scores: Vec<u8> = shown.iter().map(|rank| 6 - *rank as u8).collect();
    let record = question
        .ask(&Scripted::saying(&[reply(&scores)]).taking(100, 10))
        .expect("asked");
    let judgement = record.judgement().expect("judged");
    let found: Vec<(u32, u8)> = judgement
        .journeys
        .iter()
        .map(|it| (it.rank, it.relevance))
        .collect();
    assert_eq!(found, [(1, 5), (2, 4), (3, 3)]);
    assert_eq!(record.usage().total(), 110);
    assert_eq!(record.asked.hash, question.hash("scripted"));
}

#[test]
fn replies_must_judge_every_journey_once() {
    let good = reply(&[5, 4, 3]);
    for (broken, said) in [
        (reply(&[5, 4]), "journey 3 isn't judged"),
        (reply(&[5, 4, 3, 2]), "there is no journey 4"),
        (reply(&[5, 6, 3]), "is 6, it goes from 1 to 5"),
        (reply(&[5, 0, 3]), "is 0, it goes from 1 to 5"),
        (
            good.replace("\"number\":2", "\"number\":1"),
            "journey 1 is judged twice",
        ),
        (
            good.replace("\"number\":2", "\"number\":0"),
            "there is no journey 0",
        ),
        (
            good.replace("seen often", " "),
            "`why` of journey 1 is empty",
        ),
        (
            good.replace("\"errors\":[]", "\"errors\":[\"boring\"]"),
            "unknown variant, expected one of `one_off_as_lasting`",
        ),
        (good.replace("\"errors\":[],", ""), "errors"),
        (
            good.replace("\"errors\":[]", "\"errors\":[],\"rank\":1"),
            "`journeys.0` has a field that isn't in the schema",
        ),
        (
            good.replace(
                "\"missed_main_interest\":[]",
                "\"missed_main_interest\":[{\"interest\":\"\",\"why\":\"x\"}]",
            ),
            "without a name",
        ),
        ("I give all of them 5.".to_owned(), "expected value"),
    ] {
        let model = Scripted::saying(&[broken.clone(), good.clone()]).taking(100, 10);
        let record = asked().ask(&model).expect("asked");
        assert!(record.judgement().is_some(), "{said}");
        assert_eq!(record.asked.exchanges.len(), 2);
        let model = Scripted::saying(&[broken.clone(), broken]).taking(100, 10);
        let record = asked().ask(&model).expect("asked");
        let Outcome::Failed(reason) = &record.outcome else {
            panic!("{said}");
        };
        assert!(reason.contains(said), "{reason}");
        assert_eq!(record.usage().total(), 220, "what was paid is counted");
    }
}

#[test]
fn classes_are_kept_once_in_the_order_of_the_rubric() {
    let text = reply(&[5, 4, 3]).replace(
        "\"errors\":[]",
        "\"errors\":[\"unsafe\",\"stale\",\"unsafe\"]",
    );
    let record = asked().ask(&Scripted::saying(&[text])).expect("asked");
    let judgement = record.judgement().expect("judged");
    for journey in &judgement.journeys {
        assert_eq!(journey.errors, [ErrorClass::Stale, ErrorClass::Unsafe]);
    }
}

#[test]
fn what_concerns_one_question_is_recorded_and_all_else_stops() {
    let declined = || TextModelError::Declined {
        reason: "no".to_owned(),
    };
    let record = asked()
        .ask(&Scripted::new(vec![Err(declined())]))
        .expect("recorded");
    assert_eq!(record.outcome, Outcome::Failed(declined().to_string()));
    assert_eq!(record.repeated().expect("nothing to say again"), record);
    let spent = TextModelError::BudgetSpent {
        reason: "all".to_owned(),
    };
    let stopped = asked().ask(&Scripted::new(vec![Err(spent.clone())]));
    assert_eq!(stopped, Err(spent));
}

#[test]
fn a_record_gives_the_same_judgement_byte_for_byte() {
    let good = reply(&[5, 4, 3]);
    for replies in [
        vec![good.clone()],
        vec!["no".to_owned(), good],
        vec!["no".to_owned(), "never".to_owned()],
    ] {
        let record = asked().ask(&Scripted::saying(&replies)).expect("asked");
        let line = serde_json::to_string(&record).expect("written");
        let read: Record<ShownList> = serde_json::from_str(&line).expect("read");
        assert_eq!(read, record);
        let again = read.repeated().expect("repeats");
        assert_eq!(serde_json::to_string(&again).expect("written"), line);
    }
}

#[test]
fn a_record_that_was_changed_does_not_repeat() {
    let good = Scripted::saying(&[reply(&[5, 4, 3])]);
    let record = asked().ask(&good).expect("asked");
    let mut other = record.clone();
    other.asked.request.messages[1].text.push('.');
    assert!(matches!(
        other.repeated(),
        Err(RepeatError::OtherRequest { .. })
    ));
    let mut other = record.clone();
    let Outcome::Judged(judgement) = &mut other.outcome else {
        panic!("judged");
    };
    judgement.journeys[0].relevance = 1;
    assert!(matches!(other.repeated(), Err(RepeatError::OtherJudgement)));
    let mut other = record;
    other.asked.exchanges[0].hash = "0".repeat(64).parse::<PromptHash>().expect("a hash");
    assert!(matches!(other.repeated(), Err(RepeatError::OtherJudgement)));
}

#[test]
fn a_pair_is_told_of_by_runs() {
    let run = run_info();
    let (a, b) = (journeys(), journeys().split_off(1));
    assert!(!is_same_list(&a, &b, &run));
    assert!(is_same_list(&a, &a, &run));
    for (first, better, told) in [
        (Run::A, "first", Better::A),
        (Run::A, "second", Better::B),
        (Run::B, "first", Better::B),
        (Run::B, "second", Better::A),
        (Run::B, "tie", Better::Tie),
    ] {
        let question = pair_question("u", [&run, &run], &evidence(), [&a, &b], first, 7);
        let text = format!("{{\"why\":\"it is shorter\",\"better\":\"{better}\"}}");
        let record = question.ask(&Scripted::saying(&[text])).expect("asked");
        assert_eq!(record.judgement().expect("judged").better, told);
        record.repeated().expect("repeats");
    }
}

#[test]
fn a_larger_sample_holds_the_smaller_one() {
    let drawn = |most: usize, seed: u32, turned: bool| -> Vec<String> {
        let mut sampler = PeopleSampler::new(most, seed);
        let mut people: Vec<u32> = (0..100).collect();
        if turned {
            people.reverse();
        }
        people
            .into_iter()
            .for_each(|it| sampler.add(it.to_string(), ()));
        assert_eq!(sampler.seen(), 100);
        sampler.finish().into_keys().collect()
    };
    let few = drawn(10, 1, false);
    assert_eq!(few, drawn(10, 1, true));
    assert_ne!(few, drawn(10, 2, false));
    let many = drawn(20, 1, false);
    assert!(few.iter().all(|it| many.contains(it)));
}

#[test]
fn replies_are_taken_over_and_nothing_else() {
    let question = asked();
    let known = question
        .ask(&Scripted::saying(&[reply(&[5, 4, 3])]))
        .expect("asked");
    // The same words of somebody else, in another run that ranks the other way round.
    let mut other = question;
    other.user_id = "v".to_owned();
    other.shown.run_id = "other".to_owned();
    for journey in &mut other.shown.journeys {
        journey.rank = 4 - journey.rank;
    }
    let record = other.with_replies_of(&known).expect("usable");
    assert_eq!(
        (record.user_id.as_str(), record.shown.run_id.as_str()),
        ("v", "other")
    );
    assert_eq!(record.asked.exchanges, known.asked.exchanges);
    let scores = |it: &Record<ShownList>| -> Vec<(String, u8)> {
        let journeys = &it.judgement().expect("judged").journeys;
        journeys
            .iter()
            .map(|it| (it.journey_id.clone(), it.relevance))
            .collect()
    };
    let mut turned = scores(&record);
    turned.reverse();
    assert_eq!(turned, scores(&known));
    record.repeated().expect("repeats");
    other.request.seed = Some(8);
    assert_eq!(other.with_replies_of(&known), None, "other words");
}
