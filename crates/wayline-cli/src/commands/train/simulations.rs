//! Simulated logs with items, cross-validated over people and journeys.

use std::collections::BTreeSet;

use anyhow::Result;
use wayline::assign::CONFIDENCE_FEATURES;
use wayline::config::Config;
use wayline::embed::Embedder;
use wayline::evaluate::{Figure, Predictions, simulated};
use wayline::model::{Grouping, GroupingModel};
use wayline::simulate::{Catalogue, LogKind, SimulationConfig, catalogue_folds};
use wayline::train::{Examples, Trainee};

use super::fitting::{Fitting, HeldBack, groups_of, trainees, walk_all};
use super::labels::{self, LabelledLog, Without};
use super::searches::NO_INTERVALS;

type Log = LabelledLog<simulated::Gold>;

/// The kinds of log that results are shown for.
pub(super) const KINDS: [LogKind; 5] = [
    LogKind::RepeatingTitles,
    LogKind::UniqueTitles,
    LogKind::AnnotationsOnly,
    LogKind::NoInterests,
    LogKind::OffTopic,
];

/// People of each half of the catalogue's journeys. No journey, and no twin of one, stands in
/// both.
pub(super) struct Simulations {
    halves: [Half; 2],
}

struct Half {
    /// A log of each of [`KINDS`], for training and testing.
    kinds: Vec<Log>,
    /// Logs that only training sees: more people a journey, and items that say less.
    more: Vec<Log>,
    /// Searches alone, only for testing.
    searches_only: Log,
}

/// People a journey in the denser logs; the others have two to five.
const DENSE: f64 = 12.0;

impl Simulations {
    /// `people` of each kind for each half.
    pub(super) fn make(people: u64, config: &Config) -> Result<Self> {
        let catalogue = Catalogue::builtin();
        let folds = catalogue_folds(catalogue, 2);
        let half = |fold: usize| -> Result<Half> {
            let journeys = catalogue.journeys().iter().zip(&folds);
            let ids: BTreeSet<&str> = journeys
                .filter(|(_, of)| **of == fold)
                .map(|(journey, _)| journey.id.as_str())
                .collect();
            let catalogue = catalogue.subset(|id| ids.contains(id));
            let make = |seed: u64, kind: LogKind, dense: bool, without: Without| {
                let simulation = SimulationConfig {
                    people,
                    seed,
                    kind,
                    people_per_journey: dense.then_some(DENSE),
                    ..SimulationConfig::default()
                };
                labels::simulated(&catalogue, &simulation, without, config)
            };
            let (titles, nothing) = (LogKind::RepeatingTitles, Without::Nothing);
            let kinds = KINDS.iter().zip(1_000..);
            let kinds: Result<Vec<Log>> = kinds
                .map(|(kind, seed)| make(seed, *kind, false, nothing))
                .collect();
            Ok(Half {
                kinds: kinds?,
                more: vec![
                    make(1_100, titles, true, nothing)?,
                    make(1_101, LogKind::OffTopic, true, nothing)?,
                    make(1_102, titles, false, Without::Labels)?,
                    make(1_103, titles, false, Without::Text)?,
                ],
                searches_only: make(1_200, LogKind::SearchesOnly, false, nothing)?,
            })
        };
        Ok(Self {
            halves: [half(0)?, half(1)?],
        })
    }

    /// A model for each half, fitted on the other.
    pub(super) fn cross_validate(&self, fitting: &Fitting, config: &Config) -> Result<HeldBack> {
        let fitted: Result<Vec<Grouping>> = [1, 0]
            .iter()
            .map(|other| self.fit(&[&self.halves[*other]], fitting, config))
            .collect();
        HeldBack::new(fitted?, model_of, |half, model| {
            let mut groups = Examples::new(CONFIDENCE_FEATURES.len());
            for log in &self.halves[half].kinds {
                groups_of(log, model, config, |_| true, &mut groups);
            }
            groups
        })
    }

    pub(super) fn fit_all(&self, fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let [first, second] = &self.halves;
        self.fit(&[first, second], fitting, config)
    }

    fn fit(&self, halves: &[&Half], fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let logs = halves
            .iter()
            .flat_map(|half| half.kinds.iter().chain(&half.more));
        let people: Vec<Trainee<'_>> = logs.flat_map(|log| trainees(log, config)).collect();
        fitting.grouping(&people.iter().collect::<Vec<_>>(), config)
    }

    /// Figures of one of [`KINDS`], each half by the model that had not seen its journeys.
    pub(super) fn figures(
        &self,
        kind: usize,
        held_back: &HeldBack,
        config: &Config,
    ) -> [simulated::SimulatedFigures<Figure>; 2] {
        [0, 1].map(|half| {
            let log = &self.halves[half].kinds[kind];
            figures_of(log, &held_back.models[half], config)
        })
    }

    /// Figures of searches alone, by the models that were fitted to searches: they have seen no
    /// journey of the catalogue.
    pub(super) fn figures_of_searches(
        &self,
        searches: &HeldBack,
        config: &Config,
    ) -> [simulated::SimulatedFigures<Figure>; 2] {
        [0, 1].map(|half| {
            let log = &self.halves[half].searches_only;
            figures_of(log, &searches.models[half], config)
        })
    }
}

fn figures_of(
    log: &Log,
    model: &GroupingModel,
    config: &Config,
) -> simulated::SimulatedFigures<Figure> {
    let results = walk_all(log, model, config, |_| true);
    simulated::evaluate(
        &log.gold,
        &Predictions::from_results(&results),
        NO_INTERVALS,
    )
    .figures
}

fn model_of(grouping: Grouping) -> GroupingModel {
    GroupingModel::fitted(Embedder::builtin(), grouping, Grouping::unknowing())
}
