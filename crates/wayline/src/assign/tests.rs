use super::*;
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::logistic::Logistic;
use crate::samples::{Act, DAY, assigned_by, at_least, closeup, corpus_of, person, search};

/// By a model that says nothing, so by counts alone.
fn assigned(person: &Extracted, groups: &[usize], config: &AssignConfig) -> Assigned {
    let model = AssignModel::unknowing();
    assigned_by(&model, person, &corpus_of(&[]), groups, config)
}

fn placement(person: &Extracted, assigned: &Assigned, text: &str) -> Placement {
    let keyword = person.keywords.iter().position(|known| known.text == text);
    assigned.placements[keyword.expect("a keyword")]
}

const NOTES: [&[&str]; 3] = [
    &["lace", "veil", "shared"],
    &["lace", "veil", "shared"],
    &["boots", "tent", "shared"],
];

fn three_items() -> Extracted {
    let items = ["i1", "i2", "i3"];
    let acts: Vec<Act<'_>> = items
        .into_iter()
        .zip(NOTES)
        .enumerate()
        .map(|(day, (item, notes))| closeup(day as i64 * DAY, item, notes))
        .collect();
    person("p", &acts)
}

#[test]
fn a_keyword_goes_where_most_of_its_occurrences_are() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(1));
    assert_eq!(result.candidates.len(), 2);
    for (text, candidate) in [("lace", 0), ("shared", 0), ("boots", 1)] {
        let expected = Placement::Candidate(candidate);
        assert_eq!(placement(&person, &result, text), expected, "{text}");
    }
}

#[test]
fn a_tie_goes_to_the_group_that_comes_first() {
    let acts = [closeup(0, "i1", &["both"]), closeup(DAY, "i2", &["both"])];
    let person = person("p", &acts);
    let result = assigned(&person, &[0, 1], &at_least(1));
    assert_eq!(placement(&person, &result, "both"), Placement::Candidate(0));
}

#[test]
fn a_keyword_spread_over_groups_says_nothing() {
    let person = three_items();
    let result = assigned(&person, &[0, 1, 2], &at_least(1));
    let generic = Placement::LeftOver(LeftOver::Generic);
    assert_eq!(placement(&person, &result, "shared"), generic);
    assert_eq!(
        placement(&person, &result, "boots"),
        Placement::Candidate(1)
    );
}

#[test]
fn a_group_of_too_few_keywords_is_no_candidate() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(3));
    assert_eq!(result.candidates.len(), 1);
    assert_eq!(placement(&person, &result, "lace"), Placement::Candidate(0));
    let once = Placement::LeftOver(LeftOver::OneOff);
    assert_eq!(placement(&person, &result, "boots"), once);
}

#[test]
fn what_comes_back_without_company_is_weak_and_not_a_one_off() {
    let acts = [
        search(0, "barn"),
        search(DAY, "barn"),
        search(2 * DAY, "engine"),
    ];
    let person = person("p", &acts);
    let result = assigned(&person, &[0, 1], &at_least(2));
    assert!(result.candidates.is_empty());
    let weak = Placement::LeftOver(LeftOver::WeakEvidence);
    assert_eq!(placement(&person, &result, "barn"), weak);
    let once = Placement::LeftOver(LeftOver::OneOff);
    assert_eq!(placement(&person, &result, "engine"), once);
}

#[test]
fn a_search_for_a_site_is_navigational() {
    let visit = |seconds| Act {
        url: Some("http://www.example.com/"),
        ..search(seconds, "example.com")
    };
    let person = person("p", &[visit(0), visit(DAY), visit(2 * DAY)]);
    let result = assigned(&person, &[0], &at_least(2));
    let site = Placement::LeftOver(LeftOver::Navigational);
    assert_eq!(placement(&person, &result, "example.com"), site);
}

#[test]
fn a_hidden_keyword_keeps_its_reason() {
    let hide = Act {
        action: "hide",
        ..closeup(9, "i1", &["clown"])
    };
    let acts = [
        closeup(0, "i1", &["clown"]),
        hide,
        closeup(20, "i2", &["lace"]),
    ];
    let person = person("p", &acts);
    let result = assigned(&person, &[0], &at_least(1));
    let hidden = Placement::LeftOver(LeftOver::Hidden);
    assert_eq!(placement(&person, &result, "clown"), hidden);
}

#[test]
fn candidates_hold_exactly_the_keywords_placed_there() {
    let person = three_items();
    let result = assigned(&person, &[0, 0, 1], &at_least(1));
    for (index, candidate) in result.candidates.iter().enumerate() {
        let mut held: Vec<u32> = candidate
            .keywords
            .iter()
            .map(|(keyword, _)| *keyword)
            .collect();
        held.sort_unstable();
        let placed: Vec<u32> = (0..person.keywords.len() as u32)
            .filter(|keyword| {
                result.placements[*keyword as usize] == Placement::Candidate(index as u32)
            })
            .collect();
        assert_eq!(held, placed);
        let weights: Vec<f64> = candidate
            .keywords
            .iter()
            .map(|(_, weight)| *weight)
            .collect();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(weights.is_sorted_by(|left, right| left >= right));
    }
    let sizes = result
        .candidates
        .iter()
        .map(|candidate| candidate.units.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [2, 1]);
    assert!((result.candidates[0].cohesion - 0.9).abs() < 1e-6);
    assert!((result.candidates[0].nearest - 0.1).abs() < 1e-6);
}

/// Weights of 0 but for one feature.
fn only(names: &[&str], name: &str, weight: f32, bias: f32) -> Logistic {
    let mut model = Logistic::unknowing(names.len());
    let place = names.iter().position(|known| *known == name);
    model.weights[place.expect("a feature")] = weight;
    model.bias = bias;
    model
}

#[test]
fn a_label_that_does_not_belong_is_off_topic_and_a_typed_one_is_judged_by_its_own_model() {
    let acts = [
        search(0, "barn wedding"),
        closeup(10, "i1", &["lace", "odd"]),
        closeup(20, "i2", &["lace"]),
    ];
    let person = person("p", &acts);
    let model = AssignModel {
        label: only(&BELONGING_FEATURES, "log_units", 10.0, -1.0),
        ..AssignModel::unknowing()
    };
    let result = assigned_by(&model, &person, &corpus_of(&[]), &[0, 0, 0], &at_least(1));
    for text in ["lace", "barn wedding"] {
        assert_eq!(placement(&person, &result, text), Placement::Candidate(0));
    }
    let off_topic = Placement::LeftOver(LeftOver::OffTopic);
    assert_eq!(placement(&person, &result, "odd"), off_topic);
}

#[test]
fn a_group_that_is_unlikely_one_goal_is_no_candidate() {
    let person = three_items();
    let model = AssignModel {
        confidence: only(&CONFIDENCE_FEATURES, "log_keywords", 10.0, -13.0),
        ..AssignModel::unknowing()
    };
    // Three keywords against two: ln 4 and ln 3 on both sides of 1.3.
    let result = assigned_by(&model, &person, &corpus_of(&[]), &[0, 0, 1], &at_least(1));
    assert_eq!(result.candidates.len(), 1);
    assert!(result.candidates[0].confidence.value > 0.5);
    let once = Placement::LeftOver(LeftOver::OneOff);
    assert_eq!(placement(&person, &result, "boots"), once);
}

#[test]
fn what_speaks_for_belonging_is_measured() {
    let person = three_items();
    let facts = KeywordFacts::of(&person, &corpus_of(&[]));
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let affinity = Config::builtin().affinity;
    let space = UnitSpace::inside(&person, &facts, &mut embeddings, &affinity);
    let clustering = Clustering::from_labels(&[0, 0, 1]);
    let affinities = Affinities::from_pairs(3, vec![0.8, 0.2, 0.3]);
    let standings = Standings::of(&affinities, &clustering);
    let nominees = nominees(&person, &facts, &space, &clustering, &standings);
    let value = |text: &str, feature: &str| {
        let keyword = person.keywords.iter().position(|known| known.text == text);
        let keyword = keyword.expect("a keyword") as u32;
        let nominee = nominees.iter().find(|it| it.keyword == keyword);
        let place = BELONGING_FEATURES.iter().position(|it| *it == feature);
        nominee.expect("carried").features[place.expect("a feature")]
    };
    let close = |left: f32, right: f32| assert!((left - right).abs() < 1e-5, "{left} {right}");
    close(value("lace", "log_units"), libm::logf(2.0));
    close(value("lace", "unit_share"), 1.0);
    close(value("lace", "affinity"), 0.8);
    close(value("lace", "margin"), 0.8 - 0.25);
    close(value("shared", "log_units_elsewhere"), libm::logf(2.0));
    close(value("boots", "cohesion"), 1.0);
    close(value("boots", "affinity"), 0.0);
    close(value("boots", "together_none"), 1.0);
    let cosine = space
        .keyword(0)
        .iter()
        .zip(space.keyword(0))
        .map(|(a, b)| a * b);
    close(cosine.sum(), 1.0);
    assert!(value("boots", "cosine") < 0.999);
    assert!(
        nominees
            .iter()
            .all(|it| !it.typed && it.features.iter().all(|v| v.is_finite()))
    );
}

#[test]
fn nobody_without_units_has_a_candidate() {
    let result = assigned(&Extracted::default(), &[], &at_least(1));
    assert!(result.candidates.is_empty() && result.placements.is_empty());
}
