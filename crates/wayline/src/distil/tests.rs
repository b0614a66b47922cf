use super::*;
use crate::at_once::{PROMPT, Reply};
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::extract::Extracted;
use crate::nouns::Timestamp;
use crate::profile::{Profile, Profiling};
use crate::samples::{DAY, START, person, search};
use crate::text_model::Role;

fn profile_of(person: &Extracted, max_tokens: usize) -> Profile {
    let mut config = Config::builtin().profile;
    config.max_tokens = max_tokens;
    let profiling = Profiling {
        person,
        as_of: Timestamp::from_millis(START + 10 * DAY * 1_000),
        config: &config,
        may_tell: &may_tell,
    };
    profiling.profile(&mut EmbeddingCache::new(Embedder::builtin(), 0))
}

fn may_tell(text: &str) -> bool {
    !text.contains("secret")
}

fn wedding() -> Profile {
    let acts = [
        search(0, "barn wedding"),
        search(DAY, "rustic wedding"),
        search(2 * DAY, "brake pads"),
        search(2 * DAY, "secret"),
    ];
    profile_of(&person("p", &acts), 1_500)
}

fn journey(name: &str, keywords: &[&str]) -> TeacherJourney {
    TeacherJourney {
        name: name.to_owned(),
        keywords: keywords.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn example_of(
    user_id: &str,
    profile: &Profile,
    journeys: &[TeacherJourney],
) -> Result<Example, Untaught> {
    let lesson = Lesson {
        user_id,
        profile,
        journeys,
        unnamed: 0,
        validation: 0.1,
        seed: 1,
        may_tell: &may_tell,
    };
    lesson.example()
}

#[test]
fn an_example_is_the_question_and_the_teachers_reply() {
    let profile = wedding();
    let journeys = [
        journey(
            "  barn\twedding ",
            &["rustic wedding", "barn wedding", "secret", "vows"],
        ),
        journey("secret plan", &["brake pads"]),
        journey("", &["brake pads"]),
        // A keyword of two journeys is the first one's.
        journey("brakes", &["brake pads", "barn wedding"]),
        journey("vows", &["vows"]),
    ];
    let example = example_of("p", &profile, &journeys).expect("one");
    let conversation: Conversation = serde_json::from_str(&example.line).expect("JSON");
    let roles: Vec<Role> = conversation.messages.iter().map(|it| it.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant]);
    assert_eq!(conversation.last(Role::System), Some(PROMPT.trim_end()));
    assert_eq!(conversation.json(), example.line);
    let reply = conversation.last(Role::Assistant).expect("one");
    let reply = Reply::parse(reply, &profile).expect("a good one");
    let told: Vec<(&str, usize)> = reply
        .journeys
        .iter()
        .map(|it| (it.name.as_str(), it.keywords.len()))
        .collect();
    assert_eq!(told, [("barn wedding", 2), ("brakes", 1)]);
    assert!(!example.line.contains("secret"));
    let unused = Unused {
        journeys_untold: 1,
        journeys_withheld: 1,
        journeys_misnamed: 1,
        journeys_unnamed: 0,
        keywords_untold: 3,
        keywords_withheld: 1,
    };
    assert_eq!(example.unused, unused);
    assert_eq!(
        (
            example.journeys,
            example.keywords,
            example.keywords_in_journeys
        ),
        (2, 3, 3)
    );
}

#[test]
fn some_people_give_no_example() {
    let profile = wedding();
    let nobody = profile_of(&person("p", &[]), 1_500);
    assert_eq!(example_of("p", &nobody, &[]), Err(Untaught::NothingToTell));
    let untold = [journey("vows", &["vows"])];
    assert_eq!(
        example_of("p", &profile, &untold),
        Err(Untaught::NoJourneyToTell)
    );
    let none = example_of("p", &profile, &[]).expect("that there is none is learned too");
    assert!(
        none.line.contains(r#""{\"journeys\":[]}""#),
        "{}",
        none.line
    );
}

#[test]
fn what_a_model_did_not_name_is_no_label() {
    let profile = wedding();
    let lesson = |journeys, unnamed| Lesson {
        user_id: "p",
        profile: &profile,
        journeys,
        unnamed,
        validation: 0.1,
        seed: 1,
        may_tell: &may_tell,
    };
    let of = |lesson: Lesson<'_>| lesson.example();
    assert_eq!(of(lesson(&[], 2)), Err(Untaught::Unanswered));
    let named = [journey("wedding", &["barn wedding"])];
    let example = of(lesson(&named, 2)).expect("one");
    assert_eq!((example.journeys, example.unused.journeys_unnamed), (1, 2));
    let mut selection = Selection::new(0.1);
    assert!(!selection.keeps(Err(Untaught::Unanswered)));
    assert_eq!(selection.counts().unanswered, 1);
}

#[test]
fn people_are_split_by_their_ids_alone() {
    let (wedding, journeys) = (wedding(), [journey("wedding", &["barn wedding"])]);
    let other = profile_of(&person("p", &[search(0, "oak table")]), 1_500);
    let part = |number: u32, profile| {
        let example = example_of(&format!("u{number}"), profile, &journeys[..0]);
        example.expect("one").part
    };
    let all: Vec<Part> = (0..2_000).map(|number| part(number, &wedding)).collect();
    let again: Vec<Part> = (0..2_000).map(|number| part(number, &other)).collect();
    assert_eq!(all, again);
    let validation = all.iter().filter(|it| **it == Part::Validation).count();
    assert!((150..250).contains(&validation), "{validation}");
}

#[test]
fn the_same_keywords_are_kept_once_whatever_their_order_and_counts() {
    let journeys = [journey("wedding", &["barn wedding"])];
    let of = |queries: &[&str]| {
        let acts: Vec<_> = (0..)
            .zip(queries)
            .map(|(day, query)| search(day * DAY, query))
            .collect();
        example_of("p", &profile_of(&person("p", &acts), 1_500), &journeys).expect("one")
    };
    let first = of(&["barn wedding", "oak table"]);
    let same = of(&["table - oak", "barn wedding", "barn wedding"]);
    let other = of(&["barn wedding", "oak chair"]);
    let mut selection = Selection::new(1.0);
    assert!(selection.keeps(Ok(&first)));
    assert!(!selection.keeps(Ok(&same)));
    assert!(selection.keeps(Ok(&other)));
    assert!(!selection.keeps(Err(Untaught::Unseen)));
    let counts = selection.counts();
    assert_eq!((counts.people, counts.same, counts.unseen), (4, 1, 1));
    assert_eq!(counts.train.examples + counts.validation.examples, 2);
}

#[test]
fn people_without_a_journey_stay_a_small_share() {
    let mut selection = Selection::new(0.25);
    let examples = (0..40_u8).map(|number| {
        let profile = wedding();
        let mut example = example_of("p", &profile, &[]).expect("one");
        example.sameness = [number; 16];
        example.journeys = u32::from(number >= 20);
        example
    });
    let examples: Vec<Example> = examples.collect();
    // The order of ids decides which; here all without a journey come first, then all with one.
    let kept = examples.iter().filter(|it| selection.keeps(Ok(it))).count();
    assert_eq!(kept, 20);
    let mut selection = Selection::new(0.25);
    let turns = (0..20).flat_map(|place| [&examples[20 + place], &examples[place]]);
    let kept = turns.filter(|it| selection.keeps(Ok(it))).count();
    assert_eq!(kept, 26);
    assert_eq!(selection.counts().beyond_without, 14);
}

#[test]
fn the_datasheet() {
    let profile = wedding();
    let mut selection = Selection::new(0.1);
    let journeys = [journey("wedding", &["barn wedding", "vows"])];
    for user_id in ["a", "b"] {
        let example = example_of(user_id, &profile, &journeys);
        selection.keeps(example.as_ref().map_err(|it| *it));
    }
    let teacher = Teacher::Run {
        run_ids: vec!["0123456789abcdef".to_owned()],
        models: vec!["grouping:1,naming:2".to_owned()],
    };
    let datasheet = Datasheet {
        inputs: &["events.jsonl".to_owned()],
        teacher: &teacher,
        as_of: Timestamp::from_millis(START),
        config_hash: "fedcba9876543210",
        profile_tokens: 1_500,
        safety: "all",
        validation: 0.1,
        seed: 1,
        most_without: 0.1,
        counts: selection.counts(),
    };
    insta::assert_snapshot!(datasheet.markdown());
}
