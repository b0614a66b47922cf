use super::*;
use crate::corpus::Corpus;
use crate::embed::Embedder;
use crate::expand::RelatedTable;
use crate::model::{GroupingModel, NamingModel, RankModel, StageModel};
use crate::samples::{corpus_of, simulated};

/// A walk as of the person's last event, with what the person said.
fn walked(person: &Extracted, corpus: &Corpus, stances: &[Stance]) -> Walked {
    let rooms = Rooms {
        config: &Config::builtin(),
        corpus,
        grouping: &GroupingModel::builtin(),
        ranking: &RankModel::builtin(),
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: RelatedTable::builtin(),
        safety: crate::model::builtin_safety(),
        model: None,
        asks_anew: true,
        as_of: person.last_event,
    };
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 1_000);
    walk_with(
        person,
        &rooms,
        Remembered {
            known: &[],
            stances,
        },
        &mut embeddings,
    )
}

fn away(journey_id: &str, at: Timestamp) -> Stance {
    Stance {
        journey_id: journey_id.to_owned(),
        at,
        wants: false,
        held: Default::default(),
    }
}

#[test]
fn what_was_taken_away_ranks_after_all_others_and_changes_nothing_else() {
    let people = simulated(6, 11);
    let corpus = corpus_of(&people);
    let mut hidden = 0;
    for person in &people {
        let before = walked(person, &corpus, &[]).result(person);
        let Some(first) = before.journeys.first() else {
            continue;
        };
        let walk = walked(
            person,
            &corpus,
            &[away(&first.journey_id, person.last_event)],
        );
        assert_eq!(walk.known_stances, 1);
        let mut after = walk.result(person);
        assert_eq!(after.keywords, before.keywords);
        let last = after.journeys.pop().expect("a journey");
        assert!(last.hidden);
        assert_eq!(last.journey_id, first.journey_id);
        assert!(after.journeys.iter().all(|it| !it.hidden));
        hidden += 1;
    }
    assert!(hidden > 3, "there is something to hide");
}

#[test]
fn what_was_said_of_an_unknown_journey_hides_nothing() {
    let people = simulated(3, 12);
    let corpus = corpus_of(&people);
    let person = &people[0];
    let before = walked(person, &corpus, &[]).result(person);
    let stances = [away("never seen", person.last_event)];
    let walk = walked(person, &corpus, &stances);
    assert_eq!(walk.known_stances, 0);
    assert_eq!(walk.result(person), before);
}
