//! What is read out of a store: journeys and keywords as a run writes them, and lineage.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;
use wayline::Rooms;
use wayline::embed::{EmbedError, EmbeddingCache};
use wayline::keep::{Kept, KeptError, extracted, walk_remembering};
use wayline::nouns::{Journey, LineageEvent, PersonResult, RunInfo};
use wayline_files::write::AsideFile;

use super::Live;
use super::person::{Loaded, unpacked};
use crate::run::Progress;

/// People who are read out at once.
const PAGE: usize = 512;
/// Texts whose vectors each piece of work remembers.
const CACHED_TEXTS: usize = 8_192;

/// Hands everybody's record, with what `look` makes of it on several threads, to `each`, in the order of
/// their ids. The store stays as it is. Returns how many records couldn't be read.
pub(crate) fn over_everybody<T: Send>(
    live: &Live<'_>,
    look: impl Fn(&Loaded, &mut EmbeddingCache<'_>) -> Result<T> + Sync,
    each: &mut dyn FnMut(&Loaded, T) -> Result<()>,
) -> Result<u64> {
    let progress = Progress::people(live.store.counts()?.people);
    let mut after: Option<String> = None;
    let mut unreadable = 0;
    loop {
        let Some(page) = next_people(live, after.as_deref())? else {
            return Ok(unreadable);
        };
        after = Some(page.last);
        unreadable += page.unreadable;
        let page = page.people;
        let piece = page.len().div_ceil(rayon::current_num_threads()).max(1);
        let of_piece = |people: &[Loaded]| -> Result<Vec<T>> {
            let mut embeddings = live.models.embeddings(CACHED_TEXTS);
            people
                .iter()
                .map(|loaded| look(loaded, &mut embeddings))
                .collect()
        };
        let made: Result<Vec<Vec<T>>> = page.par_chunks(piece).map(of_piece).collect();
        for (loaded, made) in page.iter().zip(made?.into_iter().flatten()) {
            each(loaded, made)?;
        }
        progress.add(page.len() as u64);
    }
}

/// People who follow each other.
struct Page {
    people: Vec<Loaded>,
    /// The last of them, readable or not.
    last: String,
    /// Records that can't be read.
    unreadable: u64,
}

/// The next people, those of whom nothing but a waiting batch is there too.
fn next_people(live: &Live<'_>, after: Option<&str>) -> Result<Option<Page>> {
    let (store, config) = (live.store, live.config);
    let mut people = store.people(after, PAGE)?;
    let waiting = store.people_waiting(after, PAGE)?;
    // Up to where both pages tell everything.
    let ends = [
        (people.len() == PAGE)
            .then(|| people.last().map(|it| it.0.clone()))
            .flatten(),
        (waiting.len() == PAGE)
            .then(|| waiting.last().cloned())
            .flatten(),
    ];
    let end = ends.into_iter().flatten().min();
    let is_known = |id: &String| end.as_ref().is_none_or(|end| id <= end);
    people.retain(|(id, _)| is_known(id));
    let waiting: Vec<String> = waiting.into_iter().filter(is_known).collect();
    let last = people.last().map(|(id, _)| id).max(waiting.last()).cloned();
    let Some(last) = last else { return Ok(None) };
    let mut page = Page {
        people: Vec::with_capacity(people.len()),
        last,
        unreadable: 0,
    };
    for (user_id, stored) in people {
        if waiting.binary_search(&user_id).is_err() {
            page.add(unpacked(&user_id, Some(stored), config))?;
        }
    }
    for user_id in &waiting {
        page.add(super::load(store, user_id, config))?;
    }
    page.people
        .sort_by(|left, right| left.kept.user_id().cmp(right.kept.user_id()));
    Ok(Some(page))
}

impl Page {
    fn add(&mut self, loaded: Result<Loaded>) -> Result<()> {
        match loaded {
            Ok(loaded) => self.people.push(loaded),
            Err(error) if error.is::<KeptError>() => self.unreadable += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// An error where records couldn't be read; the others were.
pub(crate) fn refuse_unreadable(records: u64) -> Result<()> {
    if records > 0 {
        bail!(
            "the records of {records} people can't be read and are left out; `wayline doctor --store` \
             says why"
        );
    }
    Ok(())
}

/// One person's result as of the rooms' moment; an empty one where the activity looks automated.
pub(crate) fn result_of(
    kept: &Kept,
    rooms: &Rooms<'_>,
    embeddings: &mut EmbeddingCache<'_>,
) -> Result<PersonResult, EmbedError> {
    match extracted(kept, rooms.config, rooms.as_of) {
        Ok(person) => Ok(walk_remembering(kept, &person, rooms, embeddings)?.result(&person)),
        Err(_) => Ok(PersonResult {
            user_id: kept.user_id().to_owned(),
            ..PersonResult::default()
        }),
    }
}

/// A journey as a run writes it.
#[derive(serde::Serialize)]
pub(crate) struct JourneyRow<'a> {
    #[serde(flatten)]
    pub(crate) journey: &'a Journey,
    pub(crate) run: &'a RunInfo,
}

/// A file of lineage events, a JSON object a line, that takes its name when it is complete.
pub(crate) struct LineageFile(std::io::BufWriter<AsideFile>);

impl LineageFile {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Ok(Self(std::io::BufWriter::new(AsideFile::create(path)?)))
    }

    pub(crate) fn write(&mut self, events: &[LineageEvent]) -> Result<()> {
        for event in events {
            serde_json::to_writer(&mut self.0, event)?;
            self.0.write_all(b"\n")?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<()> {
        let file = self.0.into_inner().map_err(|error| error.into_error());
        file.context("lineage can't be written")?.finish()?;
        Ok(())
    }
}
