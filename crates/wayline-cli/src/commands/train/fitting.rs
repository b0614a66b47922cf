//! Fitting with some evidence left out, and people who are held back.

use anyhow::Result;
use wayline::assign::{CONFIDENCE_FEATURES, CONFIDENCE_SIGNS};
use wayline::config::Config;
use wayline::logistic::Logistic;
use wayline::model::{Grouping, GroupingModel, NamingModel, RankModel, StageModel};
use wayline::nouns::PersonResult;
use wayline::train::{Examples, LabelledPerson, Teachers, Trainee, fit_grouping, group_examples};
use wayline::{Rooms, cluster, walk};

use super::labels::LabelledLog;
use super::logistic::fit;

/// Features that measure what two units have, with those that say whether both have any.
const PAIRED: [(&str, &str); 3] = [
    ("interest_cosine", "interests_on_both"),
    ("annotation_cosine", "annotations_on_both"),
    ("together_cosine", "together_on_both"),
];

/// What is left out of a fit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fitting {
    /// Names of features, of any part.
    pub(super) without: &'static [&'static str],
    /// Whether joins go by their mean alone, their first feature.
    pub(super) joins_by_mean: bool,
}

impl Fitting {
    /// Fits all parts but confidence.
    pub(super) fn grouping(&self, teachers: Teachers<'_, '_>, config: &Config) -> Result<Grouping> {
        fit_grouping(teachers, config, &|examples, names, signs| {
            let place_of = |name: &str| names.iter().position(|known| *known == name);
            let mut out: Vec<usize> = self.without.iter().filter_map(|it| place_of(it)).collect();
            if self.joins_by_mean && names == cluster::FEATURES {
                out.extend(1..names.len());
            }
            let model = fit(examples, signs, &out)?;
            // That both have something must not count where what they have says nothing.
            let left_over = PAIRED.iter().filter_map(|(measure, on_both)| {
                let (measure, on_both) = (place_of(measure)?, place_of(on_both)?);
                (model.weights[measure] == 0.0 && model.weights[on_both] != 0.0).then_some(on_both)
            });
            let left_over: Vec<usize> = left_over.collect();
            if left_over.is_empty() {
                return Ok(model);
            }
            out.extend(left_over);
            fit(examples, signs, &out)
        })
    }
}

/// Models that were each fitted without some of the people, with what those people teach about
/// confidence.
pub(super) struct HeldBack {
    /// One a fold, with a confidence fitted on the other folds' groups.
    pub(super) models: Vec<GroupingModel>,
    /// Groups of the people of each fold, by its model.
    groups: Vec<Examples>,
}

impl HeldBack {
    /// From a model for each fold and the groups that it makes of the people held back.
    pub(super) fn new(
        groupings: Vec<Grouping>,
        model_of: impl Fn(Grouping) -> GroupingModel,
        groups_of: impl Fn(usize, &GroupingModel) -> Result<Examples>,
    ) -> Result<Self> {
        let mut groups = Vec::new();
        for (fold, grouping) in groupings.iter().enumerate() {
            groups.push(groups_of(fold, &model_of(grouping.clone()))?);
        }
        let models: Result<Vec<GroupingModel>> = groupings
            .into_iter()
            .enumerate()
            .map(|(fold, mut grouping)| {
                let others = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != fold);
                grouping.assign.confidence = fit_confidence(others.map(|(_, groups)| groups))?;
                Ok(model_of(grouping))
            })
            .collect();
        Ok(Self {
            models: models?,
            groups,
        })
    }

    /// The confidence to ship: fitted on everybody's groups, each by a model that had not seen
    /// that person.
    pub(super) fn confidence_of_all(&self) -> Result<Logistic> {
        fit_confidence(self.groups.iter())
    }
}

fn fit_confidence<'a>(groups: impl Iterator<Item = &'a Examples>) -> Result<Logistic> {
    let mut all = Examples::new(CONFIDENCE_FEATURES.len());
    for examples in groups {
        all.add_sample(examples, examples.len(), 0);
    }
    fit(&all, &CONFIDENCE_SIGNS, &[])
}

/// Everybody of a log, prepared for training.
pub(super) fn trainees<'a, G>(
    log: &'a LabelledLog<G>,
    config: &Config,
) -> Result<Vec<Trainee<'a>>> {
    let mut embeddings = log.embeddings();
    let people = log.people.iter();
    let people = people.map(|labelled| {
        Ok(Trainee::new(
            labelled,
            &log.corpus,
            &mut embeddings,
            config,
        )?)
    });
    people.collect()
}

/// The results of the people of a log that `keep` keeps.
pub(super) fn walk_all<G>(
    log: &LabelledLog<G>,
    model: &GroupingModel,
    config: &Config,
    keep: impl Fn(&str) -> bool,
) -> Result<Vec<PersonResult>> {
    let mut results = Vec::new();
    each_walked(log, model, config, keep, |labelled, walked| {
        results.push(walked.result(&labelled.person));
    })?;
    Ok(results)
}

/// The groups of the people of a log that `keep` keeps, right or wrong, whatever the confidence.
pub(super) fn groups_of<G>(
    log: &LabelledLog<G>,
    model: &GroupingModel,
    config: &Config,
    keep: impl Fn(&str) -> bool,
    groups: &mut Examples,
) -> Result<()> {
    let mut config = config.clone();
    config.assign.with_items.min_confidence = 0.0;
    config.assign.searches_only.min_confidence = 0.0;
    each_walked(log, model, &config, keep, |labelled, walked| {
        group_examples(labelled, &walked.assigned, groups);
    })
}

/// Walks the people of a log that `keep` keeps, in the order of the log.
pub(super) fn each_walked<G>(
    log: &LabelledLog<G>,
    model: &GroupingModel,
    config: &Config,
    keep: impl Fn(&str) -> bool,
    mut take: impl FnMut(&LabelledPerson, &wayline::Walked),
) -> Result<()> {
    let mut embeddings = log.embeddings();
    let rooms = Rooms {
        config,
        corpus: &log.corpus,
        grouping: model,
        ranking: &RankModel::builtin(),
        naming: &NamingModel::builtin(),
        staging: &StageModel::builtin(),
        related: wayline::expand::RelatedTable::builtin(),
        safety: wayline::model::shows_everything(),
        model: None,
        asks_anew: true,
        as_of: log.as_of,
    };
    let people = log.people.iter();
    for labelled in people.filter(|labelled| keep(&labelled.person.user_id)) {
        take(labelled, &walk(&labelled.person, &rooms, &mut embeddings)?);
    }
    Ok(())
}
