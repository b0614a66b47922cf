//! Labelled logs of searches alone, cross-validated over people.

use anyhow::Result;
use wayline::assign::CONFIDENCE_FEATURES;
use wayline::config::Config;
use wayline::embed::Embedder;
use wayline::evaluate::{Figure, Predictions, Resampling, annotated, missions};
use wayline::model::{Grouping, GroupingModel};
use wayline::nouns::PersonResult;
use wayline::train::{Examples, Trainee};

use super::affinity::SearchData;
use super::fitting::{Fitting, HeldBack, groups_of, trainees, walk_all};
use super::labels::{self, LabelledLog, fold_of};
use crate::run::RunArgs;

/// Search missions and an annotated log.
pub(super) struct Searches {
    pub(super) missions: LabelledLog<missions::Gold>,
    pub(super) annotated: LabelledLog<annotated::Gold>,
    pub(super) folds: usize,
}

/// Figures of people that the model had not seen.
pub(super) struct SearchFigures {
    pub(super) missions: missions::MissionFigures<Figure>,
    pub(super) annotated: annotated::AnnotatedFigures<Figure>,
}

/// No intervals are shown in the tables.
pub(super) const NO_INTERVALS: Resampling = Resampling {
    resamples: 0,
    seed: 1,
};

impl Searches {
    pub(super) fn read(data: &SearchData, run: &RunArgs, config: &Config) -> Result<Self> {
        Ok(Self {
            missions: labels::missions(&data.missions, run, config)?,
            annotated: labels::annotated(&data.log, &data.annotated, run, config)?,
            folds: data.folds as usize,
        })
    }

    /// A model for each fold, fitted without its people.
    pub(super) fn cross_validate(&self, fitting: &Fitting, config: &Config) -> Result<HeldBack> {
        let people = self.trainees(config);
        let groupings: Result<Vec<Grouping>> = (0..self.folds)
            .map(|fold| {
                let others = |it: &&Trainee<'_>| fold_of(&it.person().user_id, self.folds) != fold;
                let others: Vec<&Trainee<'_>> = people.iter().filter(others).collect();
                fitting.grouping(&others, config)
            })
            .collect();
        HeldBack::new(groupings?, model_of, |fold, model| {
            let mut groups = Examples::new(CONFIDENCE_FEATURES.len());
            let keep = |user: &str| fold_of(user, self.folds) == fold;
            groups_of(&self.missions, model, config, keep, &mut groups);
            groups_of(&self.annotated, model, config, keep, &mut groups);
            groups
        })
    }

    pub(super) fn fit_all(&self, fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let people = self.trainees(config);
        fitting.grouping(&people.iter().collect::<Vec<_>>(), config)
    }

    fn trainees(&self, config: &Config) -> Vec<Trainee<'_>> {
        let mut people = trainees(&self.missions, config);
        people.extend(trainees(&self.annotated, config));
        people
    }

    /// Everybody by the model of the fold that holds them back.
    pub(super) fn figures(&self, held_back: &HeldBack, config: &Config) -> SearchFigures {
        let of_missions = self.results(&self.missions, held_back, config);
        let of_annotated = self.results(&self.annotated, held_back, config);
        let of_missions = Predictions::from_results(&of_missions);
        let of_annotated = Predictions::from_results(&of_annotated);
        SearchFigures {
            missions: missions::evaluate(&self.missions.gold, &of_missions, NO_INTERVALS).figures,
            annotated: annotated::evaluate(&self.annotated.gold, &of_annotated, NO_INTERVALS)
                .figures,
        }
    }

    fn results<G>(
        &self,
        log: &LabelledLog<G>,
        held_back: &HeldBack,
        config: &Config,
    ) -> Vec<PersonResult> {
        let folds = held_back.models.iter().enumerate();
        folds
            .flat_map(|(fold, model)| {
                walk_all(log, model, config, |user| fold_of(user, self.folds) == fold)
            })
            .collect()
    }
}

fn model_of(grouping: Grouping) -> GroupingModel {
    GroupingModel::fitted(Embedder::builtin(), Grouping::unknowing(), grouping)
}
