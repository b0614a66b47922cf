use super::*;
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::model::GroupingModel;
use crate::samples::{corpus_of, simulated};
use crate::walk::{Rooms, walk};

#[test]
fn one_simulated_person_is_explained() {
    let people = simulated(12, 1);
    let corpus = corpus_of(&people);
    let config = Config::builtin();
    let rooms = Rooms {
        config: &config,
        corpus: &corpus,
        grouping: &GroupingModel::builtin(),
        as_of: "2025-06-30T23:59:59Z".parse().expect("a time"),
    };
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    let person = people.iter().min_by_key(|person| person.events);
    let person = person.expect("somebody");
    let walked = walk(person, &rooms, &mut embeddings);
    let text = explain(person, &walked, &rooms, &mut embeddings);
    // The first line is as long as the person's id makes it.
    let wide = text.lines().skip(1).find(|line| line.chars().count() > 100);
    assert_eq!(wide, None);
    insta::assert_snapshot!(text);
}
