use proptest::prelude::*;

use super::*;
use crate::nouns::{Lifecycle, Status};

fn stratum(number: usize) -> Stratum {
    let thirds = Thirds::of(vec![0.0, 0.5, 0.9]);
    thirds.stratum(
        [Lifecycle::Situational, Lifecycle::Evergreen][number % 2],
        [Status::Ongoing, Status::Ended][number / 2 % 2],
        [0.1, 0.6, 0.95][number / 4 % 3],
    )
}

/// People of so many journeys each.
fn drawn(people: &[usize], sampling: Sampling) -> Vec<Drawn<(usize, usize)>> {
    let mut sampler = Sampler::new(sampling);
    for (person, count) in people.iter().enumerate() {
        let journeys = (0..*count).map(|it| (it.to_string(), stratum(person + it), (person, it)));
        sampler.add(&person.to_string(), journeys.collect());
    }
    sampler.finish()
}

#[test]
fn thirds_have_a_third_each() {
    let thirds = Thirds::of((0..300).rev().map(|it| it as f32 / 300.0).collect());
    let mut counts = [0; 3];
    for confidence in (0..300).map(|it| it as f32 / 300.0) {
        let one = thirds.stratum(Lifecycle::Evergreen, Status::Ended, confidence);
        let place =
            [0.0, 0.4, 0.9].map(|it| thirds.stratum(Lifecycle::Evergreen, Status::Ended, it));
        counts[place
            .iter()
            .position(|it| *it == one)
            .expect("one of three")] += 1;
    }
    assert_eq!(counts, [100, 100, 100]);
}

#[test]
fn rare_strata_are_drawn_as_often() {
    let mut sampler = Sampler::new(Sampling {
        journeys: 40,
        per_person: 1,
        seed: 1,
    });
    for person in 0..1_000 {
        let kind = usize::from(person % 100 == 0);
        sampler.add(
            &person.to_string(),
            vec![("j".to_owned(), stratum(kind), kind)],
        );
    }
    let drawn = sampler.finish();
    let rare: Vec<_> = drawn.iter().filter(|it| it.row == 1).collect();
    assert_eq!((drawn.len(), rare.len()), (40, 10), "all that there are");
    assert_eq!(rare[0].weight, 1.0);
    let weights: f64 = drawn.iter().map(|it| it.weight).sum();
    assert!((weights - 1_000.0).abs() < 1e-6, "{weights}");
}

proptest! {
    #[test]
    fn limits_hold_and_the_seed_decides(
        people in prop::collection::vec(0..9_usize, 1..60),
        journeys in 1..60_usize,
        per_person in 1..4_usize,
        seed in 0..5_u64,
    ) {
        let sampling = Sampling { journeys, per_person, seed };
        let sample = drawn(&people, sampling);
        let eligible: usize = people.iter().map(|count| (*count).min(per_person)).sum();
        prop_assert_eq!(sample.len(), journeys.min(eligible));
        for person in 0..people.len() {
            prop_assert!(sample.iter().filter(|it| it.row.0 == person).count() <= per_person);
        }
        prop_assert!(sample.iter().all(|it| it.weight >= 1.0));
        prop_assert_eq!(drawn(&people, sampling), sample);
    }
}
