use super::*;
use crate::corpus::Corpus;
use crate::embed::{Embedder, TextEmbedder};
use crate::model::GroupingModel;
use crate::nouns::{LeftOver, Verdict};
use crate::samples::{corpus_of, rooms, simulated};

/// A walk as of the person's last event, with what the person said.
fn walked(person: &Extracted, corpus: &Corpus, stances: &[Stance]) -> Walked {
    let config = Config::builtin();
    let rooms = rooms(&config, corpus, person.last_event);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 1_000);
    let remembered = Remembered {
        known: &[],
        stances,
    };
    walk_with(person, &rooms, remembered, &mut embeddings).expect("embedded")
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

#[test]
fn what_must_not_be_shown_is_in_no_journey_and_what_is_private_is_marked() {
    use crate::samples::{DAY, person, search};
    let people = simulated(6, 11);
    let corpus = corpus_of(&people);
    let act = |day: i64, query| search(day * DAY, query);
    let person = person(
        "p",
        &[
            act(0, "buy cocaine online"),
            act(1, "cheap cocaine"),
            act(2, "cocaine dealer near me"),
            act(10, "breast cancer treatment"),
            act(11, "chemotherapy side effects"),
            act(12, "breast cancer support group"),
            act(20, "barn wedding"),
            act(21, "barn wedding decorations"),
            act(22, "barn wedding call 415-555-0132"),
        ],
    );
    let walked = walked(&person, &corpus, &[]);
    let result = walked.result(&person);
    let reason = |text: &str| {
        let row = result.keywords.iter().find(|it| it.keyword == text);
        row.expect("every keyword has a row").reason
    };
    for text in [
        "cheap cocaine",
        "buy cocaine online",
        "cocaine dealer near me",
        "barn wedding call 415-555-0132",
    ] {
        assert_eq!(reason(text), Some(LeftOver::Withheld), "{text}");
    }
    let sensitive = result
        .journeys
        .iter()
        .filter(|it| it.safety.verdict != Verdict::Ok);
    assert_eq!(sensitive.count(), 1, "{:?}", result.journeys);
    for journey in &result.journeys {
        let shown = journey.keywords.iter().map(|it| it.keyword.as_str());
        let shown: Vec<&str> = shown.chain([journey.name.as_str()]).collect();
        assert!(
            !shown
                .iter()
                .any(|it| it.contains("ocaine") || it.contains("555")),
            "{shown:?}"
        );
        let is_private = shown.iter().any(|it| it.contains("cancer"));
        assert_eq!(
            journey.safety.verdict == Verdict::Sensitive,
            is_private,
            "{shown:?}"
        );
        let weights: f64 = journey.keywords.iter().map(|it| it.weight).sum();
        assert!((weights - 1.0).abs() < 1e-4, "{weights}");
    }
    assert!(
        result
            .journeys
            .iter()
            .any(|it| it.name.to_lowercase().contains("wedding"))
    );
}

/// The table inside by the port that other embedders come in by.
struct ByPort {
    hash: &'static str,
    /// Texts that are left until it fails.
    left: std::sync::atomic::AtomicI64,
}

impl TextEmbedder for ByPort {
    fn hash(&self) -> &str {
        self.hash
    }

    fn dimensions(&self) -> usize {
        Embedder::builtin().dimensions()
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let spent = texts.len() as i64;
        let left = self
            .left
            .fetch_sub(spent, std::sync::atomic::Ordering::Relaxed);
        if left < spent {
            return Err(EmbedError {
                reason: "nobody is there".to_owned(),
                may_pass: true,
            });
        }
        TextEmbedder::embed_all(Embedder::builtin(), texts, out)
    }
}

/// Journeys of a person by another embedder.
fn by(
    embedder: &ByPort,
    grouping: &GroupingModel,
    person: &Extracted,
) -> Result<Walked, EmbedError> {
    let config = Config::builtin();
    let corpus = corpus_of(std::slice::from_ref(person));
    let rooms = Rooms {
        grouping,
        ..rooms(&config, &corpus, person.last_event)
    };
    let embedder: &dyn TextEmbedder = embedder;
    walk(person, &rooms, &mut EmbeddingCache::new(embedder, 10))
}

#[test]
fn other_embedders_group_and_the_table_inside_does_the_rest() {
    let person = &simulated(1, 13)[0];
    let embedder = ByPort {
        hash: Embedder::builtin().hash(),
        left: i64::MAX.into(),
    };
    let walk = by(&embedder, &GroupingModel::builtin(), person).expect("embedded");
    let inside = walked(person, &corpus_of(std::slice::from_ref(person)), &[]);
    assert_eq!(walk.result(person), inside.result(person));
}

#[test]
fn an_embedder_that_fails_and_one_that_does_not_fit_are_told() {
    let person = &simulated(1, 13)[0];
    let (hash, model) = (Embedder::builtin().hash(), GroupingModel::builtin());
    let failing = ByPort {
        hash,
        left: 5.into(),
    };
    let error = by(&failing, &model, person)
        .map(|_| ())
        .expect_err("it fails");
    assert!(error.may_pass, "{error}");
    let stranger = ByPort {
        hash: "0123456789abcdef",
        left: i64::MAX.into(),
    };
    let error = by(&stranger, &model, person)
        .map(|_| ())
        .expect_err("it doesn't fit");
    assert!(error.reason.contains("0123456789abcdef"), "{error}");
}
