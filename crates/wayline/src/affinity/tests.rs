use super::*;
use crate::embed::{Embedder, EmbeddingCache};
use crate::extract::Evidence;
use crate::model::GroupingModel;
use crate::samples::{corpus_of, simulated};

#[test]
fn affinities_are_probabilities_of_unordered_pairs() {
    let people = simulated(4, 3);
    let mut seen = 0;
    let corpus = corpus_of(&people);
    let config = crate::config::Config::builtin();
    let model = GroupingModel::builtin();
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100);
    for person in &people {
        let facts = KeywordFacts::of(person, &corpus);
        let space = UnitSpace::inside(person, &facts, &mut embeddings, &config.affinity);
        let model = &model.of(Evidence::of(person)).affinity;
        let affinities = Affinities::of(person, &facts, &space, model);
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
