use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::model::SafetyModel;
use crate::simulate::Catalogue;

fn builtin() -> Safety {
    let classifier = SafetyModel::builtin().classifier;
    Safety::new(&Config::builtin().safety, &classifier).expect("the shipped lists")
}

fn said(safety: &Safety, text: &str) -> (&'static str, &'static str) {
    let checked = safety.check(text);
    (
        checked.verdict.code(),
        checked.reason.map_or("", Reason::code),
    )
}

#[test]
fn each_step_finds_its_own() {
    let safety = builtin();
    for (text, expected) in [
        ("barn wedding centerpieces", ("ok", "")),
        ("free porn videos", ("withhold", "adult")),
        ("buy c.o.c.a.i.n.e cheap", ("withhold", "drugs")),
        ("ways to k1ll my ex", ("withhold", "crime")),
        ("сосаіne by the gram", ("withhold", "drugs")),
        ("самоубийство", ("withhold", "self_harm")),
        ("s\u{200b}u\u{ad}icide methods", ("withhold", "self_harm")),
        ("I don't want to live anymore", ("withhold", "self_harm")),
        ("hanging my self", ("withhold", "self_harm")),
        (
            "call me on +44 7700 900123",
            ("withhold", "personal_data.phone"),
        ),
        ("chemo wig", ("sensitive", "health")),
        ("suicide prevention walk", ("sensitive", "mental_health")),
        ("cocaine rehab near me", ("sensitive", "addiction")),
        ("sell cocaine near the rehab", ("withhold", "drugs")),
        ("癌の治療", ("sensitive", "health")),
    ] {
        assert_eq!(said(&safety, text), expected, "{text}");
    }
}

#[test]
fn words_that_only_sound_so_are_let_through() {
    let safety = builtin();
    for text in [
        "chicken breast recipes",
        "weed killer for gravel",
        "crack in the wall filler",
        "sunday pot roast",
        "crispy hash browns",
        "naked cake with berries",
        "nude heels",
        "murder mystery party",
        "drug store makeup",
        "day trip to essex",
        "shooting stars nursery",
        "adult coloring pages",
        "cancer zodiac sign",
        "destinazione italia",
        "iphone 15 pro max 256gb",
        "книги для детей",
        "kkkkkkk",
    ] {
        assert_eq!(said(&safety, text), ("ok", ""), "{text}");
    }
}

/// docs/safety.md quotes what this prints.
#[test]
fn false_alarms_on_the_catalogue_are_rare() {
    let safety = builtin();
    let subjects = Subjects::builtin();
    let (mut texts, mut alarms, mut withheld) = (0, 0, 0);
    for journey in Catalogue::builtin().journeys() {
        let names = std::iter::once(&journey.name).chain(&journey.alt_names);
        for text in names.chain(journey.queries.iter().map(|query| &query.text)) {
            let verdict = safety.check(text).verdict;
            texts += 1;
            alarms += u32::from(subjects.is_false_alarm(&journey.id, verdict));
            withheld += u32::from(verdict == Verdict::Withhold);
        }
    }
    let share = f64::from(alarms) / f64::from(texts);
    println!("{alarms} false alarms in {texts} texts ({share:.4}), {withheld} of them withheld");
    assert!(share <= 0.03 && withheld <= 20);
}

#[test]
fn labels_that_ship_name_what_there_is() {
    let known = |id: &str| Catalogue::builtin().journeys().iter().any(|it| it.id == id);
    let subjects = Subjects::builtin();
    let ids = subjects.either.iter().chain(subjects.sensitive.keys());
    assert!(ids.into_iter().all(|id| known(id)));
    let config = Config::builtin().safety;
    let examples = examples();
    assert!(examples.len() > 1_500);
    for example in examples {
        let verdict = example
            .reason
            .map_or(Verdict::Ok, |reason| config.verdict(reason));
        assert_eq!(example.verdict, verdict, "{}", example.text);
    }
    let all = Reason::ALL
        .iter()
        .all(|it| config.verdicts.contains_key(it));
    assert!(all, "default.toml has a verdict for each reason");
}

#[test]
fn the_config_adds_and_takes_away() {
    for nothing in ["ac*me", "…", ""] {
        let wrong = format!("[safety]\nwithhold_words = [{nothing:?}]\n");
        let refused = Config::from_toml(&wrong).expect_err("refused").to_string();
        assert!(refused.contains("no word or phrase"), "{refused}");
    }
    let own = "[safety]\nwithhold_words = ['acme*', 'blue moon']\nallow_words = ['chemo wig']\n\
               [safety.verdicts]\ndrugs = 'sensitive'\nreligion = 'withhold'\n";
    let config = Config::from_toml(own).expect("a good file").safety;
    let safety = Safety::new(&config, &Classifier::unknowing()).expect("few words");
    for (text, expected) in [
        ("Acmeville rockets", ("withhold", "word")),
        ("B-L-U-E moon", ("withhold", "word")),
        ("moon blue", ("ok", "")),
        ("chemo wig", ("ok", "")),
        ("cocaine", ("sensitive", "drugs")),
        ("bible study", ("withhold", "religion")),
    ] {
        assert_eq!(said(&safety, text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_verdict(text in "\\PC{0,60}|.{0,60}|[a-z0-9@.*$ +-]{0,60}") {
        thread_local! { static SAFETY: Safety = builtin(); }
        let first = SAFETY.with(|safety| safety.check(&text));
        prop_assert_eq!(first, SAFETY.with(|safety| safety.check(&text)));
        prop_assert_eq!(first.verdict == Verdict::Ok, first.reason.is_none());
    }
}
