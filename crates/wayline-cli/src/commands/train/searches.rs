//! Labelled logs of searches alone, cross-validated over people.

use anyhow::Result;
use wayline::assign::CONFIDENCE_FEATURES;
use wayline::config::Config;
use wayline::embed::AnyEmbedder;
use wayline::evaluate::{Figure, Predictions, Resampling, annotated, missions, simulated};
use wayline::model::{Grouping, GroupingModel};
use wayline::nouns::PersonResult;
use wayline::simulate::{Catalogue, LogKind, SimulationConfig};
use wayline::train::{Examples, Teachers, Trainee};

use super::affinity::SearchData;
use super::fitting::{Fitting, HeldBack, groups_of, trainees, walk_all};
use super::labels::{self, LabelledLog, Without, fold_of};
use super::simulations::{Figures, catalogue_halves, figures_of};
use crate::run::RunArgs;

/// Search missions, an annotated log, and simulated people who search alone.
pub(super) struct Searches {
    pub(super) missions: LabelledLog<missions::Gold>,
    pub(super) annotated: LabelledLog<annotated::Gold>,
    /// For each half of the catalogue's journeys, a log among each of [`CROWDS`].
    simulated: [Vec<SimulatedLog>; 2],
    pub(super) folds: usize,
    embedder: AnyEmbedder<'static>,
}

type SimulatedLog = LabelledLog<simulated::Gold>;

/// How many people a simulated log of searches holds for each one who is labelled: from a log in
/// which little is known of what goes together to one of thousands.
pub(super) const CROWDS: [u64; 3] = [1, 8, 60];

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
    pub(super) fn read(
        data: &SearchData,
        run: &RunArgs,
        config: &Config,
        embedder: AnyEmbedder<'static>,
    ) -> Result<Self> {
        let (missions, annotated, folds) = match data.labelled() {
            Some((missions, log, annotated)) => (
                labels::missions(missions, run, config, embedder)?,
                labels::annotated(log, annotated, run, config, embedder)?,
                data.folds as usize,
            ),
            // The two halves of the catalogue's journeys.
            None => {
                let missions = missions::Gold { people: Vec::new() };
                let annotated = annotated::Gold {
                    people: Vec::new(),
                    hashed: false,
                };
                let missions = LabelledLog::of_nobody(missions, config, embedder);
                (
                    missions,
                    LabelledLog::of_nobody(annotated, config, embedder),
                    2,
                )
            }
        };
        Ok(Self {
            missions,
            annotated,
            simulated: simulated_searches(data.simulated_searches, config, embedder)?,
            folds,
            embedder,
        })
    }

    /// Whether somebody's searches are labelled who isn't simulated.
    pub(super) fn has_labels(&self) -> bool {
        !self.missions.people.is_empty() || !self.annotated.people.is_empty()
    }

    /// A model for each fold, fitted without its people.
    pub(super) fn cross_validate(&self, fitting: &Fitting, config: &Config) -> Result<HeldBack> {
        let people = self.trainees(config)?;
        let simulated = [
            self.simulated_trainees(0, config)?,
            self.simulated_trainees(1, config)?,
        ];
        let groupings: Result<Vec<Grouping>> = (0..self.folds)
            .map(|fold| {
                let others = |it: &&Trainee<'_>| fold_of(&it.person().user_id, self.folds) != fold;
                let teachers = Teachers {
                    people: &people.iter().filter(others).collect::<Vec<_>>(),
                    crowds: &simulated[half_of_fold(fold)].iter().collect::<Vec<_>>(),
                };
                fitting.grouping(teachers, config)
            })
            .collect();
        let model_of = |grouping| self.model_of(grouping);
        HeldBack::new(groupings?, model_of, |fold, model| {
            let mut groups = Examples::new(CONFIDENCE_FEATURES.len());
            let keep = |user: &str| fold_of(user, self.folds) == fold;
            groups_of(&self.missions, model, config, keep, &mut groups)?;
            groups_of(&self.annotated, model, config, keep, &mut groups)?;
            if fold < 2 {
                for log in &self.simulated[1 - half_of_fold(fold)] {
                    groups_of(log, model, config, |_| true, &mut groups)?;
                }
            }
            Ok(groups)
        })
    }

    pub(super) fn fit_all(&self, fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let people = self.trainees(config)?;
        let mut crowds = self.simulated_trainees(0, config)?;
        crowds.extend(self.simulated_trainees(1, config)?);
        let teachers = Teachers {
            people: &people.iter().collect::<Vec<_>>(),
            crowds: &crowds.iter().collect::<Vec<_>>(),
        };
        fitting.grouping(teachers, config)
    }

    fn trainees(&self, config: &Config) -> Result<Vec<Trainee<'_>>> {
        let mut people = trainees(&self.missions, config)?;
        people.extend(trainees(&self.annotated, config)?);
        Ok(people)
    }

    fn simulated_trainees(&self, half: usize, config: &Config) -> Result<Vec<Trainee<'_>>> {
        let mut people = Vec::new();
        for log in &self.simulated[half] {
            people.extend(trainees(log, config)?);
        }
        Ok(people)
    }

    fn model_of(&self, grouping: Grouping) -> GroupingModel {
        GroupingModel::fitted(self.embedder, Grouping::unknowing(), grouping)
    }

    /// Figures of simulated people among one of [`CROWDS`], each half by a model that had not seen
    /// its journeys.
    pub(super) fn simulated_figures(
        &self,
        crowd: usize,
        held_back: &HeldBack,
        config: &Config,
    ) -> Result<Vec<Figures>> {
        let folds = held_back.models.iter().enumerate().take(2);
        folds
            .map(|(fold, model)| {
                let half = &self.simulated[1 - half_of_fold(fold)];
                figures_of(&half[crowd], model, config)
            })
            .collect()
    }

    /// Everybody by the model of the fold that holds them back.
    pub(super) fn figures(&self, held_back: &HeldBack, config: &Config) -> Result<SearchFigures> {
        let of_missions = self.results(&self.missions, held_back, config)?;
        let of_annotated = self.results(&self.annotated, held_back, config)?;
        let of_missions = Predictions::from_results(&of_missions);
        let of_annotated = Predictions::from_results(&of_annotated);
        Ok(SearchFigures {
            missions: missions::evaluate(&self.missions.gold, &of_missions, NO_INTERVALS).figures,
            annotated: annotated::evaluate(&self.annotated.gold, &of_annotated, NO_INTERVALS)
                .figures,
        })
    }

    fn results<G>(
        &self,
        log: &LabelledLog<G>,
        held_back: &HeldBack,
        config: &Config,
    ) -> Result<Vec<PersonResult>> {
        let mut results = Vec::new();
        for (fold, model) in held_back.models.iter().enumerate() {
            let is_of_fold = |user: &str| fold_of(user, self.folds) == fold;
            results.extend(walk_all(log, model, config, is_of_fold)?);
        }
        Ok(results)
    }
}

/// The half of the catalogue's journeys that the model of a fold learns from: people of the other
/// half are strangers to it, as those of the fold are.
fn half_of_fold(fold: usize) -> usize {
    fold % 2
}

fn simulated_searches(
    people: u64,
    config: &Config,
    embedder: AnyEmbedder<'static>,
) -> Result<[Vec<SimulatedLog>; 2]> {
    let of_half = |catalogue: Catalogue| -> Result<Vec<SimulatedLog>> {
        let crowds = CROWDS.iter().zip(1_300..);
        crowds
            .map(|(crowd, seed)| {
                let simulation = SimulationConfig {
                    people: people * crowd,
                    seed,
                    kind: LogKind::SearchesOnly,
                    ..SimulationConfig::default()
                };
                let without = Without::Nothing;
                labels::simulated(&catalogue, &simulation, people, without, config, embedder)
            })
            .collect()
    };
    let [first, second] = catalogue_halves();
    Ok([of_half(first)?, of_half(second)?])
}
