use super::*;
use crate::assign::AssignModel;
use crate::samples::{Act, DAY, assigned_by, at_least, closeup, corpus_of, person, search};

/// The ids of the journeys of a person whose units have these groups.
fn ids(user_id: &str, acts: &[Act<'_>], groups: &[usize]) -> Vec<String> {
    let person = person(user_id, acts);
    let (model, corpus) = (AssignModel::unknowing(), corpus_of(&[]));
    let assigned = assigned_by(&model, &person, &corpus, groups, &at_least(1));
    let candidates = assigned.candidates.iter();
    candidates
        .map(|candidate| journey_id(&person, candidate))
        .collect()
}

fn founding() -> Vec<Act<'static>> {
    vec![search(0, "barn wedding"), search(DAY, "wedding veil")]
}

#[test]
fn an_id_stays_while_its_journey_grows() {
    let before = ids("p", &founding(), &[0, 0]);
    let mut acts = founding();
    acts.push(search(2 * DAY, "arch of flowers"));
    acts.push(closeup(2 * DAY + 60, "i1", &["lace", "altar"]));
    acts.push(search(9 * DAY, "barn wedding"));
    assert_eq!(ids("p", &acts, &[0, 0, 0, 0]), before);
}

#[test]
fn an_id_stays_when_another_journey_starts() {
    let before = ids("p", &founding(), &[0, 0]);
    let mut acts = founding();
    acts.push(search(2 * DAY, "engine oil"));
    // Units by key: barn wedding, engine oil, wedding veil.
    let after = ids("p", &acts, &[0, 1, 0]);
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1], before[0]);
}

#[test]
fn ids_can_stand_in_urls() {
    for id in ids("ü 👤/?&", &founding(), &[0, 1]) {
        assert_eq!(id.len(), 22);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    }
}

#[test]
fn people_with_the_same_words_have_other_ids() {
    assert_ne!(
        ids("p", &founding(), &[0, 0]),
        ids("q", &founding(), &[0, 0])
    );
    assert_ne!(
        ids("p1", &[search(0, "2")], &[0]),
        ids("p", &[search(0, "12")], &[0])
    );
}
