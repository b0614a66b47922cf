//! A ranker learned from clicks on lists whose lower places few people look at: made-up people of
//! whom it is known which journeys go on, and by how much each position is looked at less.
//!
//! `cargo test --release -p wayline feedback_tests -- --nocapture` prints the figures.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::{PositionBias, Ridge, Shown, Weighted};
use crate::config::Config;
use crate::embed::{Embedder, EmbeddingCache};
use crate::evaluate::ranking::ndcg;
use crate::extract::{Extracted, extract};
use crate::feedback::{Impression, Says};
use crate::logistic::Logistic;
use crate::nouns::{Channel, Reaction, Timestamp};
use crate::rank::{FEATURES, features};
use crate::samples::{corpus_of, rooms};
use crate::simulate::{Catalogue, GoldPerson, GoldStatus, SimulationConfig, people};
use crate::walk;

/// How often people go for what they look at: what goes on, what has ended, what is no journey.
const LIKED: [f64; 3] = [0.5, 0.1, 0.02];
/// Lists shown to each person.
const LISTS: usize = 6;
/// Clicks are drawn so often, and figures are means.
const SEEDS: u64 = 3;
/// Lists are ordered by events, each number of them times up to this much by chance: what has been
/// going on for long stands first, and from list to list neighbours change places.
const SHUFFLE: f64 = 2.0;
const PLACES: usize = 10;
const LEARNED: [&str; 6] = [
    "log_events",
    "log_keywords",
    "share_of_events",
    "recency_60",
    "log_active_days",
    "confidence",
];

/// A person's journeys, those with most events first.
struct List {
    journeys: Vec<OfList>,
}

struct OfList {
    events: f64,
    values: Vec<f32>,
    /// How often the person goes for it when looking at it.
    liked: f64,
}

fn lists() -> Vec<List> {
    let simulation = SimulationConfig {
        people: 400,
        seed: 77,
        journeys_per_person: 4..=12,
        ..SimulationConfig::default()
    };
    let config = Config::builtin();
    let made: Vec<(Extracted, GoldPerson)> = people(Catalogue::builtin(), &simulation)
        .filter_map(|made| {
            let log = made.log(&config.actions);
            let person = extract(&log, &config.actions, &config.extract).ok()?;
            Some((person, made.gold))
        })
        .collect();
    let everybody: Vec<Extracted> = made.iter().map(|(person, _)| person.clone()).collect();
    let corpus = corpus_of(&everybody);
    let rooms = rooms(
        &config,
        &corpus,
        Timestamp::from_millis(simulation.as_of_ms),
    );
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 100_000);
    let list = |(person, gold): &(Extracted, GoldPerson)| {
        let walked = walk(person, &rooms, &mut embeddings).expect("embedded");
        let candidates = &walked.assigned.candidates;
        let measured = features(person, candidates, rooms.as_of);
        let mut journeys: Vec<OfList> = candidates
            .iter()
            .zip(measured)
            .map(|(candidate, measured)| {
                let texts = candidate
                    .keywords
                    .iter()
                    .map(|(index, _)| &person.keywords[*index as usize].text);
                let liked = liked(&texts.collect::<Vec<_>>(), gold);
                let values = LEARNED.iter().map(|name| {
                    let place = FEATURES.iter().position(|known| known == name);
                    measured[place.expect("a feature")]
                });
                OfList {
                    events: f64::from(candidate.events),
                    values: values.collect(),
                    liked,
                }
            })
            .collect();
        journeys.sort_by(|left, right| right.events.total_cmp(&left.events));
        journeys.truncate(PLACES);
        List { journeys }
    };
    made.iter().map(list).collect()
}

fn liked(texts: &[&String], gold: &GoldPerson) -> f64 {
    let shared = |keywords: &[String]| texts.iter().filter(|it| keywords.contains(it)).count();
    let journeys = gold.journeys.iter();
    let best = journeys.max_by_key(|journey| shared(&journey.keywords));
    match best {
        Some(journey) if 2 * shared(&journey.keywords) >= texts.len() => match journey.status {
            GoldStatus::Ongoing => LIKED[0],
            GoldStatus::Ended => LIKED[1],
        },
        _ => LIKED[2],
    }
}

/// How likely people look at a place, from 1.
fn looked(position: usize, eta: f64) -> f64 {
    (position as f64).powf(-eta)
}

/// A journey of a list, shown at a place from 0, and whether it was clicked.
struct Click {
    list: usize,
    journey: usize,
    place: usize,
    taken: bool,
}

fn clicks(lists: &[List], eta: f64, seed: u64) -> Vec<Click> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut found = Vec::new();
    for (number, list) in lists.iter().enumerate() {
        for _ in 0..LISTS {
            let shuffled = list.journeys.iter().enumerate();
            let mut shuffled: Vec<(usize, f64)> = shuffled
                .map(|(journey, it)| (journey, it.events * SHUFFLE.powf(drawn())))
                .collect();
            shuffled.sort_by(|left, right| right.1.total_cmp(&left.1));
            for (place, (journey, _)) in shuffled.into_iter().enumerate() {
                let liked = list.journeys[journey].liked;
                found.push(Click {
                    list: number,
                    journey,
                    place,
                    taken: drawn() < liked * looked(place + 1, eta),
                });
            }
        }
    }
    found
}

fn fit(rows: impl Iterator<Item = (Vec<f32>, Says)>) -> Logistic {
    let mut examples = Weighted::new(LEARNED.len());
    rows.for_each(|(values, says)| examples.push(values, says.total, says.positive));
    let all: Vec<usize> = (0..LEARNED.len()).collect();
    let ridge = Ridge {
        penalty: 1.0,
        towards: &Logistic::unknowing(LEARNED.len()),
        free: &all,
    };
    ridge.fit(&examples).expect("clicks and none")
}

/// Mean NDCG@5 over lists, by how much each journey is really liked.
fn quality(lists: &[List], score: impl Fn(usize, &[f32]) -> f32) -> f64 {
    let of_list = |list: &List| {
        let mut scored: Vec<(f32, f64)> = list
            .journeys
            .iter()
            .enumerate()
            .map(|(place, it)| (score(place, &it.values), it.liked))
            .collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0));
        let gains: Vec<f64> = scored.iter().map(|(_, liked)| 4.0 * liked).collect();
        ndcg(&gains, &gains, 5)
    };
    let all: Vec<f64> = lists.iter().filter_map(of_list).collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// NDCG@5 on people of whom no click was seen: as shown, learned without correction, with the
/// estimated one, with the true one, and from what is really liked.
fn figures(lists: &[List], eta: f64, seed: u64) -> [f64; 5] {
    let config = Config::builtin().feedback;
    let (seen, unseen) = lists.split_at(lists.len() / 2);
    let clicks = clicks(seen, eta, seed);
    let values = |it: &Click| seen[it.list].journeys[it.journey].values.as_slice();
    let shown = clicks.iter().map(|it| Shown {
        channel: Channel::App,
        position: it.place as u32 + 1,
        taken: it.taken,
        looked: it.taken,
        features: values(it),
    });
    let bias = PositionBias::estimate(&shown.collect::<Vec<_>>());
    let learned = |propensity: &dyn Fn(usize) -> f64| {
        fit(clicks.iter().map(|it| {
            let showing = Impression {
                user_id: String::new(),
                journey_id: String::new(),
                channel: Channel::App,
                at: Timestamp::default(),
                position: None,
                reactions: it.taken.then_some(Reaction::Click).into_iter().collect(),
            };
            let says = showing.says(propensity(it.place + 1), &config);
            (values(it).to_vec(), says)
        }))
    };
    let truth = fit(seen.iter().flat_map(|list| &list.journeys).map(|it| {
        let says = Says {
            total: LISTS as f64,
            positive: LISTS as f64 * it.liked,
        };
        (it.values.clone(), says)
    }));
    let uncorrected = learned(&|_| 1.0);
    let estimated = learned(&|position| bias.propensity(Channel::App, position as u32));
    let known = learned(&|position| looked(position, eta));
    if eta > 0.0 {
        // What is estimated is near what is true where people still look.
        for position in 2..=4 {
            let found = bias.propensity(Channel::App, position);
            let ratio = found / looked(position as usize, eta);
            assert!((0.4..2.5).contains(&ratio), "{eta} {position}: {found}");
        }
    }
    let by = |model: &Logistic| quality(unseen, |_, values| model.log_odds(values));
    [
        quality(unseen, |place, _| -(place as f32)),
        by(&uncorrected),
        by(&estimated),
        by(&known),
        by(&truth),
    ]
}

#[test]
fn correction_for_positions_orders_better() {
    let lists = lists();
    println!("looked at    shown  uncorrected  corrected  by the true bias  by what is liked");
    for eta in [0.0, 1.0, 2.0] {
        let runs: Vec<[f64; 5]> = (0..SEEDS).map(|seed| figures(&lists, eta, seed)).collect();
        let mean = |place: usize| runs.iter().map(|it| it[place]).sum::<f64>() / runs.len() as f64;
        let [shown, uncorrected, corrected, known, liked] = [0, 1, 2, 3, 4].map(mean);
        println!(
            "1/place^{eta:<3} {shown:>6.3} {uncorrected:>12.3} {corrected:>10.3} {known:>17.3} \
             {liked:>17.3}"
        );
        assert!(corrected > shown + 0.05, "{eta}");
        if eta > 0.0 {
            assert!(corrected > uncorrected + 0.02, "{eta}");
        }
    }
}
