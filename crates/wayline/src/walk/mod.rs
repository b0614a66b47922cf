//! The whole way of one person's data, from what was extracted to journeys.

mod grouped;
mod held;
mod names;
mod rooms;
mod rows;
mod told;
mod withheld;

pub use rooms::{Rooms, SCHEMA_VERSION};

use crate::affinity::{Affinities, product};
use crate::asking::Asked;
use crate::assign::Assigned;
use crate::cluster::Clustering;
use crate::config::Config;
use crate::diversify::diversify;
use crate::embed::EmbeddingCache;
use crate::expand::{Here, related};
use crate::extract::{Evidence, Extracted};
use crate::feedback::{Stance, hidden};
use crate::identify::{Identity, identities};
use crate::logistic::Scored;
use crate::name::asked::Renaming;
use crate::name::{Name, Naming};
use crate::nouns::{Checked, GroupedBy, KnownJourney, Related, Timestamp};
use crate::rank::features;
use crate::stage::{Staged, of_journey, recent_meaning, stage};

use grouped::Grouped;
use held::with_what_was_held;
use names::{ask_for_names, check_names};
use told::Telling;
use withheld::withhold;

/// Everything that the rooms made of one person: the result, and what explains it.
pub struct Walked {
    /// The affinities of all pairs of units.
    pub affinities: Affinities,
    /// The groups of units.
    pub clustering: Clustering,
    /// The candidates, and where each keyword went.
    pub assigned: Assigned,
    /// For each candidate, what became of it.
    pub fates: Vec<Fate>,
    /// Candidates in the order in which they are shown.
    pub order: Vec<usize>,
    /// For each candidate, the journeys that the person could go on to.
    pub related: Vec<Vec<Related>>,
    /// Of the journeys that the person took away, those whose founding keyword the person has.
    pub known_stances: u32,
    /// What a language model was asked.
    pub asked: Asked,
    /// Journeys that must not be shown, so that they are none.
    pub withheld_journeys: u32,
    /// What said which keywords are one goal.
    pub grouped_by: GroupedBy,
    /// Whether a language model was asked which.
    pub was_asked_to_group: bool,
}

/// What became of a candidate on its way.
pub struct Fate {
    /// Its identity.
    pub identity: Identity,
    /// Where in its life it is.
    pub stage: Staged,
    /// What it is called.
    pub name: Name,
    /// How likely the person comes back to it.
    pub return_probability: Scored,
    /// How relevant it is now.
    pub score: Scored,
    /// When the person took it away, if that still holds.
    pub hidden_since: Option<Timestamp>,
    /// Whether its subject is fit for everybody's eyes.
    pub safety: Checked,
}

/// What is remembered of a person.
#[derive(Clone, Copy, Default)]
pub struct Remembered<'a> {
    /// Their journeys.
    pub known: &'a [KnownJourney],
    /// What they said of journeys that they were shown. What those held needn't be told.
    pub stances: &'a [Stance],
}

impl Fate {
    /// Its id.
    #[must_use]
    pub fn journey_id(&self) -> &str {
        &self.identity.journey_id
    }
}

/// Walks one person of whom nothing is remembered through all rooms.
pub fn walk(person: &Extracted, rooms: &Rooms<'_>, embeddings: &mut EmbeddingCache<'_>) -> Walked {
    walk_with(person, rooms, Remembered::default(), embeddings)
}

/// The same with what is remembered: a journey whose evidence carried over keeps its id and its name,
/// and those that the person took away stand after all others. Nothing else depends on it.
pub fn walk_with(
    person: &Extracted,
    rooms: &Rooms<'_>,
    remembered: Remembered<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Walked {
    let config = rooms.config;
    let Remembered { known, stances } = remembered;
    let mut telling = match rooms.asked_model() {
        Some(model) if config.asking.journeys && rooms.asks_anew => {
            Telling::by_model(person, rooms, known, model, embeddings)
        }
        Some(_) if config.asking.journeys => Telling::by_memory(person, known),
        _ => Telling::nothing(),
    };
    let Grouped {
        space,
        affinities,
        clustering,
        mut assigned,
    } = Grouped::of(person, rooms, telling.told.as_ref(), embeddings);
    let (verdicts, withheld_journeys) = withhold(person, &mut assigned, rooms.safety);
    let candidates = &assigned.candidates;
    let naming = Naming {
        person,
        corpus: rooms.corpus,
        space: &space,
        model: rooms.naming.of(Evidence::of(person)),
    };
    let identities = identities(person, candidates, known);
    let before: Vec<Option<&KnownJourney>> = identities
        .iter()
        .map(|identity| identity.is.map(|place| &known[place]))
        .collect();
    let mut names = naming.name_again(candidates, &before);
    let measured = features(person, candidates, rooms.as_of);
    let meanings: Vec<Vec<f32>> = candidates
        .iter()
        .map(|candidate| space.meaning(&candidate.keywords))
        .collect();
    let renaming = Renaming {
        person,
        candidates,
        meanings: &meanings,
        before: &before,
        may_show: &|text| rooms.may_show(text),
        min_similarity: config.asking.min_similarity,
    };
    ask_for_names(rooms, &renaming, &mut telling, &mut names, embeddings);
    check_names(person, candidates, rooms.safety, &mut names, &verdicts);
    let mut fates: Vec<Fate> = candidates
        .iter()
        .zip(identities.into_iter().zip(names))
        .zip(measured.iter().zip(&meanings).zip(verdicts))
        .map(
            |((candidate, (identity, name)), ((measured, meaning), safety))| {
                let return_probability = rooms.ranking.return_probability(measured);
                let values = of_journey(
                    person,
                    candidate,
                    measured,
                    rooms.ranking.return_probability.log_odds(measured),
                    rooms.staging.lasts.log_odds(meaning),
                    rooms.as_of,
                );
                let recent = recent_meaning(person, candidate, &space);
                let opinion = rooms.staging.opinion(&values, &recent);
                Fate {
                    identity,
                    stage: stage(candidate, rooms.as_of, opinion, &config.stage),
                    name,
                    return_probability,
                    score: rooms.ranking.score(measured),
                    hidden_since: None,
                    safety,
                }
            },
        )
        .collect();
    let mut known_stances = 0;
    // Few people ever took anything away.
    if !stances.is_empty() {
        let ids: Vec<&str> = fates.iter().map(Fate::journey_id).collect();
        let stances = with_what_was_held(stances, person, rooms, embeddings);
        known_stances = stances.iter().filter(|it| !it.held.is_empty()).count() as u32;
        let since = hidden(person, candidates, &ids, &stances, &config.feedback);
        for (fate, since) in fates.iter_mut().zip(since) {
            fate.hidden_since = since;
        }
    }
    let order = order(&fates, &meanings, config);
    let related = related_of(&order, &fates, &meanings, rooms);
    Walked {
        affinities,
        clustering,
        assigned,
        fates,
        order,
        related,
        known_stances,
        asked: telling.asked,
        withheld_journeys,
        grouped_by: telling.by,
        was_asked_to_group: telling.by == GroupedBy::Llm || telling.reason.is_some(),
    }
}

/// For each candidate, what is related to it.
fn related_of(
    order: &[usize],
    fates: &[Fate],
    meanings: &[Vec<f32>],
    rooms: &Rooms<'_>,
) -> Vec<Vec<Related>> {
    let shown = order.iter().map(|index| Here {
        name: &fates[*index].name.text,
        meaning: &meanings[*index],
        score: fates[*index].score.value,
        is_hidden: fates[*index].hidden_since.is_some(),
    });
    let of_shown = related(
        rooms.related,
        &shown.collect::<Vec<_>>(),
        &rooms.config.expand,
    );
    let mut of_candidates = vec![Vec::new(); fates.len()];
    for (index, mut related) in order.iter().zip(of_shown) {
        // What is private is offered from where it is the subject already, and not elsewhere.
        let most = fates[*index].safety.verdict;
        related.retain(|offer| rooms.safety.check(&offer.name).verdict <= most);
        of_candidates[*index] = related;
    }
    of_candidates
}

/// Candidates by score, then diversified by the meaning of their keywords; after them those that are
/// hidden, which make nothing else give way.
fn order(fates: &[Fate], meanings: &[Vec<f32>], config: &Config) -> Vec<usize> {
    let (hidden, shown): (Vec<usize>, Vec<usize>) =
        (0..fates.len()).partition(|index| fates[*index].hidden_since.is_some());
    let mut order = order_of(shown, fates, meanings, config);
    order.extend(order_of(hidden, fates, meanings, config));
    order
}

fn order_of(
    mut by_score: Vec<usize>,
    fates: &[Fate],
    meanings: &[Vec<f32>],
    config: &Config,
) -> Vec<usize> {
    by_score.sort_by(|left, right| {
        let (a, b) = (&fates[*left], &fates[*right]);
        let by_value = b.score.value.total_cmp(&a.score.value);
        // Not by their ids, which depend on what is remembered.
        by_value.then_with(|| left.cmp(right))
    });
    let scores: Vec<f64> = by_score
        .iter()
        .map(|index| fates[*index].score.value)
        .collect();
    let similarity = |left: usize, right: usize| {
        f64::from(product(
            &meanings[by_score[left]],
            &meanings[by_score[right]],
        ))
    };
    diversify(&scores, similarity, &config.diversify)
        .into_iter()
        .map(|place| by_score[place])
        .collect()
}

#[cfg(test)]
mod tests;
