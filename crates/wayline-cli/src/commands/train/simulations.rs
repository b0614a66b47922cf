//! Simulated logs with items, cross-validated over people and journeys.

use std::collections::BTreeSet;

use anyhow::Result;
use wayline::assign::CONFIDENCE_FEATURES;
use wayline::config::Config;
use wayline::embed::AnyEmbedder;
use wayline::evaluate::{Figure, Predictions, simulated};
use wayline::model::{Grouping, GroupingModel};
use wayline::simulate::{Catalogue, LogKind, SimulationConfig, catalogue_folds};
use wayline::train::{Examples, Teachers, Trainee};

use super::fitting::{Fitting, HeldBack, groups_of, trainees, walk_all};
use super::labels::{self, LabelledLog, Without};
use super::searches::NO_INTERVALS;

type Log = LabelledLog<simulated::Gold>;
pub(super) type Figures = simulated::SimulatedFigures<Figure>;

/// The kinds of log that results are shown for.
pub(super) const KINDS: [LogKind; 5] = [
    LogKind::RepeatingTitles,
    LogKind::UniqueTitles,
    LogKind::AnnotationsOnly,
    LogKind::NoInterests,
    LogKind::OffTopic,
];

/// The catalogue's journeys in two halves. No journey, and no twin of one, stands in both.
pub(super) fn catalogue_halves() -> [Catalogue; 2] {
    let catalogue = Catalogue::builtin();
    let folds = catalogue_folds(catalogue, 2);
    [0, 1].map(|half| {
        let journeys = catalogue.journeys().iter().zip(&folds);
        let ids: BTreeSet<&str> = journeys
            .filter(|(_, of)| **of == half)
            .map(|(journey, _)| journey.id.as_str())
            .collect();
        catalogue.subset(|id| ids.contains(id))
    })
}

/// People of each half of the catalogue's journeys. No journey, and no twin of one, stands in
/// both.
pub(super) struct Simulations {
    halves: [Half; 2],
    embedder: AnyEmbedder<'static>,
}

struct Half {
    /// A log of each of [`KINDS`], among few people and in a crowd; for training and testing.
    kinds: [Vec<Log>; CROWDS.len()],
    /// Logs whose items say less, only for training.
    poorer: Vec<Log>,
}

/// How many people the log holds for each one who is labelled. The more there are, the more is
/// known of what goes together: about 2 people a journey at 1, 17 at 8, for 40 labelled.
pub(super) const CROWDS: [u64; 2] = [1, 8];

impl Simulations {
    /// `people` of each kind for each half.
    pub(super) fn make(
        people: u64,
        config: &Config,
        embedder: AnyEmbedder<'static>,
    ) -> Result<Self> {
        let half = |catalogue: Catalogue| -> Result<Half> {
            let make = |seed: u64, kind: LogKind, crowd: u64, without: Without| -> Result<Log> {
                let simulation = SimulationConfig {
                    people: people * crowd,
                    seed,
                    kind,
                    ..SimulationConfig::default()
                };
                labels::simulated(&catalogue, &simulation, people, without, config, embedder)
            };
            let each = |crowd: u64, seed: u64| -> Result<Vec<Log>> {
                KINDS
                    .iter()
                    .zip(seed..)
                    .map(|(kind, seed)| make(seed, *kind, crowd, Without::Nothing))
                    .collect()
            };
            let titles = LogKind::RepeatingTitles;
            Ok(Half {
                kinds: [each(CROWDS[0], 1_000)?, each(CROWDS[1], 1_100)?],
                poorer: vec![
                    make(1_200, titles, 1, Without::Labels)?,
                    make(1_201, titles, 1, Without::Text)?,
                ],
            })
        };
        let [first, second] = catalogue_halves();
        Ok(Self {
            halves: [half(first)?, half(second)?],
            embedder,
        })
    }

    /// A model for each half, fitted on the other.
    pub(super) fn cross_validate(&self, fitting: &Fitting, config: &Config) -> Result<HeldBack> {
        let fitted: Result<Vec<Grouping>> = [1, 0]
            .iter()
            .map(|other| self.fit(&[&self.halves[*other]], fitting, config))
            .collect();
        let model_of =
            |grouping| GroupingModel::fitted(self.embedder, grouping, Grouping::unknowing());
        HeldBack::new(fitted?, model_of, |half, model| {
            let mut groups = Examples::new(CONFIDENCE_FEATURES.len());
            for log in self.halves[half].kinds.iter().flatten() {
                groups_of(log, model, config, |_| true, &mut groups)?;
            }
            Ok(groups)
        })
    }

    pub(super) fn fit_all(&self, fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let [first, second] = &self.halves;
        self.fit(&[first, second], fitting, config)
    }

    fn fit(&self, halves: &[&Half], fitting: &Fitting, config: &Config) -> Result<Grouping> {
        let logs = halves
            .iter()
            .flat_map(|half| half.kinds.iter().flatten().chain(&half.poorer));
        let mut people: Vec<Trainee<'_>> = Vec::new();
        for log in logs {
            people.extend(trainees(log, config)?);
        }
        let teachers = Teachers {
            people: &people.iter().collect::<Vec<_>>(),
            crowds: &[],
        };
        fitting.grouping(teachers, config)
    }

    /// Figures of one of [`KINDS`] among one of [`CROWDS`], each half by the model that had not
    /// seen its journeys.
    pub(super) fn figures(
        &self,
        kind: usize,
        crowd: usize,
        held_back: &HeldBack,
        config: &Config,
    ) -> Result<Vec<Figures>> {
        let halves = self.halves.iter().zip(&held_back.models);
        halves
            .map(|(half, model)| figures_of(&half.kinds[crowd][kind], model, config))
            .collect()
    }
}

pub(super) fn figures_of(log: &Log, model: &GroupingModel, config: &Config) -> Result<Figures> {
    let results = walk_all(log, model, config, |_| true)?;
    let predictions = Predictions::from_results(&results);
    Ok(simulated::evaluate(&log.gold, &predictions, NO_INTERVALS).figures)
}
