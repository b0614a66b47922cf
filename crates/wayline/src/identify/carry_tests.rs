use super::*;
use crate::assign::AssignModel;
use crate::nouns::{KnownJourney, Lifecycle, NameSource, Stage, Standing, Status, Timestamp};
use crate::samples::{Act, DAY, assigned_by, at_least, corpus_of, person, search};

/// What the candidates of these groups are, beside what is known.
fn found(acts: &[Act<'_>], groups: &[usize], known: &[KnownJourney]) -> Vec<Identity> {
    let person = person("p", acts);
    let (model, corpus) = (AssignModel::unknowing(), corpus_of(&[]));
    let assigned = assigned_by(&model, &person, &corpus, groups, &at_least(1));
    identities(&person, &assigned.candidates, known)
}

fn known(journey_id: &str, held: &[&str], standing: Standing) -> KnownJourney {
    let share = 1.0 / held.len() as f64;
    KnownJourney {
        journey_id: journey_id.to_owned(),
        name: journey_id.to_owned(),
        name_source: NameSource::Keyword,
        named_for: Vec::new(),
        held: held
            .iter()
            .map(|text| ((*text).to_owned(), share))
            .collect(),
        stage: Stage {
            lifecycle: Lifecycle::Situational,
            status: Status::Ongoing,
            phase: None,
        },
        started_at: Timestamp::default(),
        last_active_at: Timestamp::default(),
        events: 1,
        standing,
    }
}

/// Units by key: a, b, c, d, e.
fn five() -> Vec<Act<'static>> {
    let words = ["a", "b", "c", "d", "e"];
    let acts = words.iter().zip(0..);
    acts.map(|(word, day)| search(day * DAY, word)).collect()
}

fn ids(found: &[Identity]) -> Vec<&str> {
    found.iter().map(|it| it.journey_id.as_str()).collect()
}

#[test]
fn a_journey_keeps_its_id_while_it_grows_and_shrinks() {
    let live = Standing::Live;
    // One of two keywords grew to four: all of what it held is there.
    let grown = found(&five(), &[0, 0, 0, 0, 1], &[known("x", &["a", "b"], live)]);
    assert_eq!(ids(&grown)[0], "x");
    assert_eq!(grown[1].is, None);
    // Of four it lost two, and what is left is all its own.
    let all = known("x", &["a", "b", "c", "d"], live);
    let groups = [0, 0, 1, 1, 2];
    let shrunk = found(&five(), &groups, &[all]);
    assert_eq!((ids(&shrunk)[0], shrunk[0].is), ("x", Some(0)));
    // What it lost split from it.
    assert_eq!((shrunk[1].is, shrunk[1].from), (None, Some(0)));
    assert_eq!((shrunk[2].is, shrunk[2].from), (None, None));
}

#[test]
fn of_two_that_became_one_the_larger_keeps_its_id() {
    let live = Standing::Live;
    let before = [
        known("small", &["a"], live),
        known("large", &["b", "c", "d"], live),
    ];
    let merged = found(&five(), &[0, 0, 0, 0, 1], &before);
    assert_eq!(ids(&merged)[0], "large");
    assert_eq!(merged[0].took, [0]);
    // And gets it back when they part again.
    let before = [
        known("small", &["a"], Standing::Merged),
        known("large", &["a", "b", "c", "d"], live),
    ];
    let parted = found(&five(), &[0, 1, 1, 1, 2], &before);
    assert_eq!(ids(&parted)[..2], ["small", "large"]);
}

#[test]
fn evidence_that_is_gone_carries_nothing() {
    let live = Standing::Live;
    let before = [
        known("x", &["y", "z"], live),
        known("w", &["e", "old", "older"], live),
    ];
    let found = found(&five(), &[0, 0, 0, 0, 1], &before);
    assert_eq!(found[0].is, None);
    // Keywords that the person no longer has say nothing against it.
    assert_eq!((ids(&found)[1], found[1].is), ("w", Some(1)));
}

#[test]
fn no_two_journeys_have_one_id() {
    let fresh = found(&five(), &[0, 0, 0, 1, 1], &[]);
    let founded = ids(&fresh)[0].to_owned();
    // The journey that `a` founded is where `b` and `c` are now, and `a` founds another.
    let before = [known(&founded, &["a", "b", "c"], Standing::Live)];
    let found = found(&five(), &[0, 1, 1, 2, 2], &before);
    assert_eq!(ids(&found)[1], founded);
    let mut all = ids(&found);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 3);
}
