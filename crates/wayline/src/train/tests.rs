use super::*;
use crate::embed::{Embedder, EmbeddingCache};
use crate::samples::{DAY, corpus_of, person, search};

/// A solver that only says what it was given: the bias is the share of rows that are right.
fn counting(examples: &Examples, names: &[&str], signs: &[i8]) -> Result<Logistic, ()> {
    assert_eq!(names.len(), examples.width());
    assert_eq!(signs.len(), examples.width());
    assert!(examples.features().iter().all(|value| value.is_finite()));
    let right = examples.labels().iter().filter(|label| **label).count();
    Ok(Logistic {
        bias: right as f32 / examples.len().max(1) as f32,
        weights: vec![0.0; examples.width()],
    })
}

fn labelled() -> LabelledPerson {
    let acts = [
        search(0, "barn wedding"),
        search(60, "barn wedding lights"),
        search(DAY, "engine"),
        search(2 * DAY, "unknown"),
    ];
    LabelledPerson::by_keywords(person("p", &acts), |text| match text {
        "barn wedding" | "barn wedding lights" => Some(vec![0]),
        "engine" => Some(vec![]),
        _ => None,
    })
}

fn trainee<'a>(labelled: &'a LabelledPerson, config: &Config) -> Trainee<'a> {
    let corpus = corpus_of(std::slice::from_ref(&labelled.person));
    let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
    Trainee::new(labelled, &corpus, &mut embeddings, config).expect("embedded")
}

#[test]
fn goals_come_from_keywords() {
    let labelled = labelled();
    let goal = |key: &str| {
        let unit = labelled
            .person
            .units
            .iter()
            .position(|unit| unit.key == key);
        labelled.goals[unit.expect("a unit")]
    };
    assert_eq!(goal("barn wedding"), Goal::Known(0));
    assert_eq!(goal("engine"), Goal::Alone);
    assert_eq!(goal("unknown"), Goal::Unknown);
}

#[test]
fn parts_are_fitted_on_what_labels_know() {
    let labelled = labelled();
    let config = Config::builtin();
    let trainee = trainee(&labelled, &config);
    let mut pairs = Examples::new(affinity::FEATURES.len());
    trainee.pairs(100, 1, &mut pairs);
    // Of four units three are known: one pair of one goal, two with the loner.
    assert_eq!(
        (pairs.len(), pairs.labels().iter().filter(|it| **it).count()),
        (3, 1)
    );
    let teachers = Teachers {
        people: &[&trainee],
        crowds: &[],
    };
    let grouping = fit_grouping(teachers, &config, &counting).expect("fits");
    assert!((grouping.affinity.bias - 1.0 / 3.0).abs() < 1e-6);
    assert_eq!(
        grouping.assign.confidence,
        AssignModel::unknowing().confidence
    );
}

#[test]
fn what_goes_together_gets_its_weights_from_crowds() {
    let labelled = labelled();
    let config = Config::builtin();
    let trainee = trainee(&labelled, &config);
    let teachers = Teachers {
        people: &[&trainee],
        crowds: &[&trainee],
    };
    let given = |examples: &Examples, names: &[&str], signs: &[i8]| -> Result<Logistic, ()> {
        let mut model = counting(examples, names, signs)?;
        if names == ["log_odds", "together_cosine", "together_on_both"] {
            assert_eq!(signs, [1, 1, 0]);
            model.weights = vec![2.0, 4.0, -6.0];
        } else if names == affinity::FEATURES {
            assert!(examples.rows().all(|row| row[6..8] == [0.0, 0.0]));
            model.weights[0] = 5.0;
        }
        Ok(model)
    };
    let fitted = fit_grouping(teachers, &config, &given).expect("fits");
    let mut expected = vec![0.0; affinity::FEATURES.len()];
    (expected[0], expected[6], expected[7]) = (5.0, 2.0, -3.0);
    assert_eq!(fitted.affinity.weights, expected);
}

#[test]
fn where_nobody_else_does_crowds_teach_everything() {
    let labelled = labelled();
    let config = Config::builtin();
    let trainee = trainee(&labelled, &config);
    let fitted = |people: &[&Trainee<'_>], crowds: &[&Trainee<'_>]| {
        let teachers = Teachers { people, crowds };
        fit_grouping(teachers, &config, &counting).expect("fits")
    };
    assert_eq!(fitted(&[], &[&trainee]), fitted(&[&trainee], &[]));
}

#[test]
fn a_sample_is_bounded_and_the_same_each_time() {
    let mut all = Examples::new(1);
    (0..100).for_each(|value| all.push([value as f32], value % 2 == 0));
    let sample = |most, seed| {
        let mut sample = Examples::new(1);
        sample.add_sample(&all, most, seed);
        sample
    };
    assert_eq!(sample(10, 1).len(), 10);
    assert_eq!(sample(10, 1), sample(10, 1));
    assert_ne!(sample(10, 1), sample(10, 2));
    assert_eq!(sample(1_000, 1), all);
}

#[test]
fn a_group_is_one_goal_when_they_overlap_by_half() {
    let labelled = labelled();
    let place = |text: &str| {
        let keywords = labelled.person.keywords.iter();
        keywords
            .map(|it| it.text.as_str())
            .position(|it| it == text)
            .expect("known") as u32
    };
    let (barn, lights) = (place("barn wedding"), place("barn wedding lights"));
    let (engine, unknown) = (place("engine"), place("unknown"));
    assert!(labelled.is_one_goal([barn, lights].into_iter()));
    assert!(labelled.is_one_goal([barn, lights, engine, unknown].into_iter()));
    assert!(
        labelled.is_one_goal([barn].into_iter()),
        "one of two is half"
    );
    assert!(
        !labelled.is_one_goal([barn, engine].into_iter()),
        "one of three is not"
    );
    assert!(!labelled.is_one_goal([engine, unknown].into_iter()));
}
