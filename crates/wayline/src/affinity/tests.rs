use serde_json::{Value, json};

use super::*;
use crate::embed::{Embedder, EmbeddingCache};
use crate::samples::{corpus_of, simulated};

const SHIPPED: &str = include_str!("../../models/affinity.json");

fn changed(change: impl Fn(&mut Value)) -> Result<AffinityModel, ModelError> {
    let mut model: Value = serde_json::from_str(SHIPPED).expect("JSON");
    change(&mut model);
    AffinityModel::from_json(&model.to_string(), Embedder::builtin())
}

#[test]
fn builtin_is_valid() {
    let model = AffinityModel::builtin();
    assert_eq!(model.hash().len(), 16);
    assert!(changed(|_| ()).is_ok());
}

#[test]
fn a_truncated_model_is_refused_wherever_it_ends() {
    for length in 0..SHIPPED.trim_end().len() {
        let refused = AffinityModel::from_json(&SHIPPED[..length], Embedder::builtin());
        assert!(matches!(refused, Err(ModelError::Malformed(_))), "{length}");
    }
}

#[test]
fn a_model_of_another_version_is_refused() {
    let refused = changed(|model| model["version"] = json!(999)).expect_err("refused");
    assert!(matches!(refused, ModelError::Version { found: 999 }));
    assert!(refused.to_string().contains("wayline train affinity"));
}

#[test]
fn a_model_of_another_embedder_is_refused() {
    let refused = changed(|model| model["embedder"] = json!("0123456789abcdef"));
    let refused = refused.expect_err("refused");
    assert!(matches!(refused, ModelError::Embedder { .. }));
    assert!(refused.to_string().contains(Embedder::builtin().hash()));
}

#[test]
fn a_model_of_other_features_is_refused() {
    let changes: [fn(&mut Value); 4] = [
        |model| model["features"][0] = json!("another"),
        |model| model["features"] = json!([]),
        |model| model["with_items"]["weights"] = json!([1.0]),
        |model| model["searches_only"]["weights"] = json!([]),
    ];
    for change in changes {
        assert!(matches!(changed(change), Err(ModelError::Features)));
    }
}

#[test]
fn an_unknown_field_is_refused() {
    let refused = changed(|model| model["weight"] = json!(1));
    assert!(matches!(refused, Err(ModelError::Malformed(_))));
}

#[test]
fn affinities_are_probabilities_of_unordered_pairs() {
    let people = simulated(4, 3);
    let mut seen = 0;
    let corpus = corpus_of(&people);
    let config = crate::config::Config::builtin();
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100);
    for person in &people {
        let facts = KeywordFacts::of(person, &corpus);
        let space = UnitSpace::of(person, &facts, &mut embeddings, &config.affinity);
        let affinities = Affinities::of(person, &corpus, &facts, &space, &AffinityModel::builtin());
        let units = affinities.units();
        assert_eq!(units, person.units.len());
        seen += units;
        for left in 0..units {
            assert_eq!(affinities.get(left, left), 1.0);
            for right in 0..units {
                let affinity = affinities.get(left, right);
                assert!((0.0..=1.0).contains(&affinity));
                assert_eq!(affinity, affinities.get(right, left));
            }
        }
    }
    assert!(seen > 100, "{seen} units");
}
