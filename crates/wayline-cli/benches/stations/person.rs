//! A simulated person on the way, and how much of everything there is.

use std::fs::File;
use std::path::Path;

use wayline::affinity::UnitSpace;
use wayline::assign::{Assignment, Standings, nominees};
use wayline::config::Config;
use wayline::corpus::KeywordFacts;
use wayline::diversify::diversify;
use wayline::extract::{Evidence, Extracted};
use wayline::nouns::{PersonLog, PersonResult};
use wayline::simulate::{SimulatedEvent, SimulatedPerson};
use wayline::{Rooms, Walked};
use wayline_files::write::events::{EventRow, EventsParquetWriter};

/// A person at every station, as the next one gets it.
pub(crate) struct Person {
    pub(crate) text_bytes: usize,
    pub(crate) log: PersonLog,
    pub(crate) extracted: Extracted,
    pub(crate) facts: KeywordFacts,
    pub(crate) space: UnitSpace,
    pub(crate) walked: Walked,
    pub(crate) result: PersonResult,
}

impl Person {
    pub(crate) fn assignment<'a>(&'a self, rooms: &'a Rooms<'a>) -> Assignment<'a> {
        Assignment {
            person: &self.extracted,
            facts: &self.facts,
            space: &self.space,
            clustering: &self.walked.clustering,
            affinities: &self.walked.affinities,
            model: &rooms.grouping.of(Evidence::of(&self.extracted)).assign,
            config: &rooms.config.assign,
        }
    }

    /// Pairs of keywords that are in one group.
    pub(crate) fn keyword_pairs(&self) -> usize {
        let clustering = &self.walked.clustering;
        let standings = Standings::of(&self.walked.affinities, clustering);
        let mut sizes = vec![0_usize; clustering.len()];
        let nominees = nominees(
            &self.extracted,
            &self.facts,
            &self.space,
            clustering,
            &standings,
        );
        nominees.iter().for_each(|it| sizes[it.group as usize] += 1);
        sizes
            .iter()
            .map(|size| size * size.saturating_sub(1) / 2)
            .sum()
    }

    /// Bytes of the texts of rows, with 8 for every other field.
    pub(crate) fn row_bytes(&self) -> usize {
        let keywords = self.result.keywords.iter().map(|it| it.keyword.len() + 48);
        let journeys = self.result.journeys.iter().map(|it| {
            let keywords = it.keywords.iter().map(|it| it.keyword.len() + 24);
            it.name.len() + 96 + keywords.sum::<usize>()
        });
        keywords.sum::<usize>() + journeys.sum::<usize>()
    }

    pub(crate) fn diversified(&self, config: &Config) -> Vec<usize> {
        let order = self.walked.order.iter();
        let scores: Vec<f64> = order
            .clone()
            .map(|it| self.walked.fates[*it].score.value)
            .collect();
        let candidates = &self.walked.assigned.candidates;
        let meanings: Vec<Vec<f32>> = order
            .map(|it| self.space.meaning(&candidates[*it].keywords))
            .collect();
        let alike = |a: usize, b: usize| {
            let products = meanings[a].iter().zip(&meanings[b]).map(|(a, b)| a * b);
            f64::from(products.sum::<f32>())
        };
        diversify(&scores, alike, &config.diversify)
    }
}

pub(crate) fn row_of(event: &SimulatedEvent) -> EventRow<'_> {
    EventRow {
        user_id: &event.user_id,
        timestamp_ms: event.timestamp_ms,
        event_id: event.event_id.as_deref(),
        action: Some(event.action),
        query: event.query.as_deref(),
        item_id: event.item_id.as_deref(),
        title: event.title.as_deref(),
        annotations: &event.annotations,
        interests: &event.interests,
        board: event.board.as_deref(),
        url: event.url.as_deref(),
    }
}

pub(crate) fn text_bytes(row: &EventRow<'_>) -> usize {
    let texts = [
        row.event_id,
        row.query,
        row.item_id,
        row.title,
        row.board,
        row.url,
    ];
    let lists = row.annotations.iter().chain(row.interests).map(String::len);
    texts.iter().flatten().map(|text| text.len()).sum::<usize>() + lists.sum::<usize>()
}

pub(crate) fn write_events(path: &Path, simulated: &[SimulatedPerson]) {
    let mut writer = EventsParquetWriter::new(File::create(path).unwrap()).unwrap();
    for event in simulated.iter().flat_map(|person| &person.events) {
        writer.write(&row_of(event)).unwrap();
    }
    writer.finish().unwrap();
}
