use super::*;
use crate::assign::AssignModel;
use crate::config::Config;
use crate::corpus::KeywordFacts;
use crate::embed::{Embedder, EmbeddingCache};
use crate::extract::Evidence;
use crate::model::NamingModel;
use crate::samples::{Act, DAY, assigned_by, at_least, closeup, corpus_of, person, search};

/// The names of the journeys of a person whose units have these groups.
fn names(acts: &[Act<'_>], groups: &[usize]) -> Vec<Name> {
    // Twenty people who can spell.
    let spellers = vec![person("q", &[search(0, "wedding garden kitchen remodel")]); 20];
    let corpus = corpus_of(&spellers);
    let person = person("p", acts);
    let config = Config::builtin();
    let facts = KeywordFacts::of(&person, &corpus);
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100);
    let model = AssignModel::unknowing();
    let assigned = assigned_by(&model, &person, &corpus, groups, &at_least(1));
    let model = NamingModel::builtin();
    let naming = Naming {
        person: &person,
        corpus: &corpus,
        space: &UnitSpace::inside(&person, &facts, &mut embeddings, &config.affinity),
        model: model.of(Evidence::of(&person)),
    };
    naming.name_all(&assigned.candidates)
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| name.text.as_str()).collect()
}

#[test]
fn a_typo_is_no_name_where_a_well_spelt_sibling_exists() {
    for (well, typo) in [
        ("wedding veil", "weding veil"),
        ("kitchen remodel", "kitchen remodle"),
        ("vegetable garden", "vegatable garden"),
    ] {
        let acts = [
            search(0, typo),
            search(DAY, well),
            search(2 * DAY, well),
            search(3 * DAY, well),
        ];
        let names = names(&acts, &[0, 0]);
        assert_eq!(texts(&names), [title_case(well)]);
    }
}

#[test]
fn a_typo_is_no_name_even_when_it_is_typed_more_often_in_a_visit() {
    // Five searches of one visit are one visit.
    let mut acts: Vec<Act<'_>> = (0..5).map(|n| search(n * 10, "weding veil")).collect();
    acts.extend((1..4).map(|day| search(day * DAY, "wedding veil")));
    assert_eq!(texts(&names(&acts, &[0, 0])), ["Wedding Veil"]);
}

#[test]
fn two_journeys_of_one_interest_are_not_called_alike() {
    let of = |seconds, item_id, annotations| Act {
        interests: &["weddings"],
        ..closeup(seconds, item_id, annotations)
    };
    let acts = [
        of(0, "i1", &["lace"]),
        of(DAY, "i2", &["lace"]),
        of(2 * DAY, "i3", &["cake"]),
    ];
    let names = names(&acts, &[0, 0, 1]);
    assert_eq!(names.len(), 2);
    assert_ne!(names[0].text.to_lowercase(), names[1].text.to_lowercase());
}

#[test]
fn a_name_says_what_it_is_made_from() {
    let item = Act {
        interests: &["weddings"],
        ..closeup(0, "i1", &["lace"])
    };
    let both = names(&[item], &[0]);
    assert_eq!(
        (both[0].text.as_str(), both[0].source),
        ("Lace Weddings", NameSource::Composed)
    );
    let query = names(&[search(0, "how to fix a tv")], &[0]);
    assert_eq!(texts(&query), ["How to Fix a TV"]);
    assert_eq!(query[0].source, NameSource::Keyword);
}

#[test]
fn other_scripts_are_left_as_they_are() {
    for text in ["日本語 旅行", "שלום עולם", "حفل زفاف", "🎉"] {
        assert_eq!(texts(&names(&[search(0, text)], &[0])), [text]);
    }
}

#[test]
fn nobody_without_journeys_needs_a_name() {
    assert!(names(&[closeup(0, "i1", &[])], &[0]).is_empty());
}

#[test]
fn a_plural_narrows_nothing() {
    let item = Act {
        interests: &["pension", "weddings"],
        ..closeup(0, "i1", &["lights"])
    };
    for name in names(&[item], &[0]) {
        let texts = [
            name.text.as_str(),
            name.runner_up.as_deref().unwrap_or_default(),
        ];
        for text in texts {
            assert!(!text.starts_with("Lights "), "{text}");
            assert!(!text.starts_with("Weddings "), "{text}");
        }
    }
}

#[test]
fn a_very_long_query_is_no_name_where_another_is_left() {
    let long = "what do i have to know before i plan a wedding in a garden in june this year";
    let acts = [
        search(0, long),
        search(DAY, "garden wedding"),
        search(2 * DAY, long),
    ];
    assert_eq!(texts(&names(&acts, &[0, 0])), ["Garden Wedding"]);
    let alone = names(&[search(0, long)], &[0]);
    assert_eq!(texts(&alone), ["What Do I Have to Know Before I Plan A…"]);
}
