//! The second time over people: each record gets its new events, is looked at, and goes back.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;

use anyhow::Result;
use wayline::embed::EmbeddingCache;
use wayline::keep::{Changes, Kept, KeptError, PersonChange, StoreError, look_at};
use wayline::nouns::{Feedback, GroupedBy, LineageEvent, LineageKind, PersonResult, Timestamp};
use wayline_files::write::{OrderedResults, SpillReader, SpillSettings};

use super::person::{Loaded, TRIES, load, load_to_replace, too_busy};
use super::results::{LineageFile, result_of};
use super::{Fingerprint, Live, NewEvents};
use crate::run::{Progress, RunArgs, Tally, cached_texts, not_embedded};

/// People in one commit: the disk is waited for once for all of them.
const PEOPLE_AT_ONCE: usize = 64;

/// What is there of a run into a store that ends.
pub(crate) const IS_KEPT: &str =
    "who was looked at until then is in the store, and the same command goes on from there";

/// What is to become of people.
pub(crate) struct Renewing<'a> {
    pub(crate) live: &'a Live<'a>,
    pub(crate) run: &'a RunArgs,
    /// Which input it is; a record that has it already is passed over.
    pub(crate) input: Fingerprint,
    /// Whether the input's events are in the store to their end, so that only what was said is new.
    pub(crate) is_in_it: bool,
    /// The note that will say so, as it stands now: another run of the same input may be faster.
    pub(crate) note: (String, Option<Vec<u8>>),
    /// Inputs that are in the store to their ends, which no record needs to remember.
    pub(crate) finished: HashSet<u64>,
    /// Whether a person's new events take the place of all that were there until this moment.
    pub(crate) replaces_until: Option<Timestamp>,
    /// What people said, by person.
    pub(crate) said: HashMap<String, Vec<Feedback>>,
    /// Where lineage goes.
    pub(crate) lineage: Option<Mutex<LineageFile>>,
    /// Whether the results are wanted.
    pub(crate) wants_results: bool,
}

/// What became of people.
pub(crate) struct Renewed {
    /// Everybody's results, where they were wanted.
    pub(crate) results: OrderedResults<PersonResult>,
    pub(crate) tally: Tally,
    pub(crate) counts: RenewCounts,
    pub(crate) of_said: SaidCounts,
}

/// People who said something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SaidCounts {
    pub(crate) people: u64,
    /// Of whom the store knows nothing.
    pub(crate) unknown: u64,
}

/// What was done, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RenewCounts {
    /// People of whom nothing was kept before.
    pub(crate) new_people: u64,
    /// People who had the input already.
    pub(crate) already: u64,
    /// People whose records can't be read.
    pub(crate) unreadable: u64,
    pub(crate) added: u64,
    pub(crate) repeated: u64,
    pub(crate) dropped: u64,
    /// Journeys that must not be shown.
    pub(crate) withheld: u64,
    /// Lineage events by kind.
    pub(crate) lineage: BTreeMap<LineageKind, u64>,
}

impl RenewCounts {
    fn add(&mut self, other: &Self) {
        self.new_people += other.new_people;
        self.already += other.already;
        self.unreadable += other.unreadable;
        self.added += other.added;
        self.repeated += other.repeated;
        self.dropped += other.dropped;
        self.withheld += other.withheld;
        for (kind, count) in &other.lineage {
            *self.lineage.entry(*kind).or_default() += count;
        }
    }
}

/// A person who was looked at and isn't committed yet.
struct Turn {
    /// None where the record has the input, and what was said, already.
    change: Option<PersonChange>,
    result: PersonResult,
    events: Vec<LineageEvent>,
    counts: RenewCounts,
    /// What grouped the keywords, and whether a language model was asked to; none of a person who was only
    /// read.
    grouped: Option<(GroupedBy, bool)>,
    /// To begin anew with, where another process was faster.
    new: NewEvents,
}

struct Thread<'a> {
    renewing: &'a Renewing<'a>,
    /// Whether the input is in the store to its end, by this run or another.
    is_in_it: bool,
    embeddings: EmbeddingCache<'a>,
    turns: Vec<Turn>,
    tally: Tally,
    counts: RenewCounts,
}

/// Adds what waits in `people`, and what was said, to the store, and looks at everybody concerned.
pub(crate) fn renew_everybody(
    renewing: &Renewing<'_>,
    people: &SpillReader<NewEvents>,
    person_count: u64,
) -> Result<Renewed> {
    let run = renewing.run;
    let threads = renewing.live.models.threads(run);
    let results = OrderedResults::new(SpillSettings {
        memory_bytes: run.memory_bytes() as usize / 8,
        threads,
        directory: Some(run.temp_dir()),
    });
    let progress = Progress::people(person_count);
    let one_thread = || -> Result<(Tally, RenewCounts)> {
        let mut thread = Thread::new(renewing);
        let mut part = results.part();
        let mut keep = |result: &PersonResult| -> Result<()> {
            if renewing.wants_results {
                part.push(result)?;
            }
            Ok(())
        };
        for new in people.records()? {
            if let Err(error) = thread.take(new?, &mut keep) {
                // Whoever was looked at until then is kept, as the error says.
                thread.flush(&mut keep)?;
                return Err(error);
            }
            progress.add(1);
        }
        thread.flush(&mut keep)?;
        Ok((thread.tally, thread.counts))
    };
    let done: Vec<Result<(Tally, RenewCounts)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        let ends = threads.into_iter().map(|thread| thread.join());
        ends.map(|end| end.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let (mut tally, mut counts) = (Tally::default(), RenewCounts::default());
    for one in done {
        let (of_tally, of_counts) = one?;
        tally.add(&of_tally);
        counts.add(&of_counts);
    }
    drop(progress);
    let of_said = said_alone(renewing)?;
    Ok(Renewed {
        results,
        tally,
        counts,
        of_said,
    })
}

/// Takes in what people said of whom the input has nothing.
fn said_alone(renewing: &Renewing<'_>) -> Result<SaidCounts> {
    let mut counts = SaidCounts::default();
    let mut thread = Thread::new(renewing);
    let mut users: Vec<&String> = renewing.said.keys().collect();
    users.sort_unstable();
    let live = renewing.live;
    for user_id in users {
        if load(live.store, user_id, live.config)?.is_there() {
            thread.take((user_id.clone(), Vec::new()), &mut |_| Ok(()))?;
            counts.people += 1;
        } else {
            counts.unknown += 1;
        }
    }
    thread.flush(&mut |_| Ok(()))?;
    Ok(counts)
}

impl<'a> Thread<'a> {
    fn new(renewing: &'a Renewing<'a>) -> Self {
        let threads = renewing.live.models.threads(renewing.run);
        let texts = cached_texts(renewing.run, threads);
        Self {
            renewing,
            is_in_it: renewing.is_in_it,
            embeddings: renewing.live.models.embeddings(texts),
            turns: Vec::new(),
            tally: Tally::default(),
            counts: RenewCounts::default(),
        }
    }

    fn take(
        &mut self,
        new: NewEvents,
        keep: &mut impl FnMut(&PersonResult) -> Result<()>,
    ) -> Result<()> {
        match self.turn(new) {
            Ok(turn) => self.turns.push(turn),
            // Nobody else waits for a record that can't be read.
            Err(error) if error.is::<KeptError>() => self.counts.unreadable += 1,
            Err(error) => return Err(error),
        }
        if self.turns.len() >= PEOPLE_AT_ONCE {
            self.flush(keep)?;
        }
        Ok(())
    }

    /// Looks at a person; one who has the input already is only read.
    fn turn(&mut self, new: NewEvents) -> Result<Turn> {
        let Renewing {
            live,
            input,
            finished,
            replaces_until,
            said,
            ..
        } = self.renewing;
        let config = live.config;
        let (user_id, events) = &new;
        let mut loaded = load_to_replace(live.store, user_id, *replaces_until, config)?;
        let is_in_it =
            (self.is_in_it || loaded.kept.inputs.contains(&input.0)) && replaces_until.is_none();
        let mut counts = RenewCounts {
            new_people: u64::from(!loaded.is_there()),
            ..RenewCounts::default()
        };
        let mut is_changed = false;
        if !events.is_empty() && !is_in_it {
            let more = Kept::from_bytes(user_id, events, &config.actions)?;
            let folded = loaded.kept.absorb(&more, &config.keep);
            counts.added = folded.added;
            counts.repeated = folded.repeated;
            counts.dropped = folded.dropped;
            loaded.kept.inputs.retain(|it| !finished.contains(it));
            loaded.kept.inputs.push(input.0);
            let too_many = loaded.kept.inputs.len().saturating_sub(MOST_INPUTS);
            loaded.kept.inputs.drain(..too_many);
            is_changed = true;
        }
        for row in said.get(user_id).into_iter().flatten() {
            is_changed |= loaded.kept.say(row, &config.keep);
        }
        if !is_changed {
            counts.already = 1;
            return self.as_they_are(&loaded, counts, new);
        }
        let look = look_at(&mut loaded.kept, &live.rooms_asking(), &mut self.embeddings)
            .map_err(|error| not_embedded(&error))?;
        live.models.go_on_after(&look.asked, IS_KEPT)?;
        for event in &look.events {
            *counts.lineage.entry(event.event).or_default() += 1;
        }
        counts.withheld = u64::from(look.withheld_journeys);
        let result = if look.as_of == live.as_of {
            look.result
        } else {
            // More was known already; what is given out is still of the moment that was asked for.
            result_of(&loaded.kept, &live.rooms(), &mut self.embeddings)?
        };
        Ok(Turn {
            change: Some(loaded.put(config)),
            result,
            events: look.events,
            counts,
            grouped: Some((look.grouped_by, look.was_asked_to_group)),
            new,
        })
    }

    /// A person who had the input before: their journeys, where those are wanted, and what the last look
    /// told of them.
    fn as_they_are(
        &mut self,
        loaded: &Loaded,
        counts: RenewCounts,
        new: NewEvents,
    ) -> Result<Turn> {
        let (kept, live) = (&loaded.kept, self.renewing.live);
        let result = if self.renewing.wants_results {
            result_of(kept, &live.rooms(), &mut self.embeddings)?
        } else {
            PersonResult::default()
        };
        // Of those who only said something, which is known, there is nothing to tell.
        let is_of_input = !new.1.is_empty();
        let lineage = kept.lineage.iter().filter(|_| is_of_input);
        let events = lineage.filter(|event| event.version == kept.version);
        Ok(Turn {
            change: None,
            result,
            events: events.cloned().collect(),
            counts,
            grouped: None,
            new,
        })
    }

    /// What is committed of turns; refused where another run has ended the same input meanwhile.
    fn changes(&self, people: Vec<PersonChange>) -> Changes {
        let is_open = self.renewing.replaces_until.is_none() && !self.is_in_it;
        Changes {
            people,
            expects: is_open
                .then(|| self.renewing.note.clone())
                .into_iter()
                .collect(),
            ..Changes::default()
        }
    }

    /// Commits everybody who was looked at.
    fn flush(&mut self, keep: &mut impl FnMut(&PersonResult) -> Result<()>) -> Result<()> {
        let turns = std::mem::take(&mut self.turns);
        let people: Vec<PersonChange> = turns.iter().filter_map(|it| it.change.clone()).collect();
        if people.is_empty() {
            return turns
                .into_iter()
                .try_for_each(|turn| self.done(&turn, keep));
        }
        match self.renewing.live.store.commit(&self.changes(people)) {
            Ok(()) => turns
                .into_iter()
                .try_for_each(|turn| self.done(&turn, keep)),
            // Whoever else changed one of them, the others go through.
            Err(StoreError::Conflict { .. }) => turns
                .into_iter()
                .try_for_each(|turn| self.one_by_one(turn, keep)),
            // Another run has ended this input: its events are all there.
            Err(StoreError::Moved { .. }) => {
                self.is_in_it = true;
                turns
                    .into_iter()
                    .try_for_each(|turn| self.take(turn.new, keep))
            }
            Err(other) => Err(other.into()),
        }
    }

    fn one_by_one(
        &mut self,
        first: Turn,
        keep: &mut impl FnMut(&PersonResult) -> Result<()>,
    ) -> Result<()> {
        let mut turn = first;
        for _ in 0..TRIES {
            let Some(change) = turn.change.clone() else {
                return self.done(&turn, keep);
            };
            match self.renewing.live.store.commit(&self.changes(vec![change])) {
                Ok(()) => return self.done(&turn, keep),
                Err(StoreError::Conflict { .. }) => {}
                Err(StoreError::Moved { .. }) => self.is_in_it = true,
                Err(other) => return Err(other.into()),
            }
            turn = self.turn(turn.new)?;
        }
        Err(too_busy())
    }

    fn done(
        &mut self,
        turn: &Turn,
        keep: &mut impl FnMut(&PersonResult) -> Result<()>,
    ) -> Result<()> {
        self.tally.count(&turn.result);
        if let Some((grouped_by, was_asked)) = turn.grouped {
            self.tally.count_groups(grouped_by, was_asked);
        }
        self.counts.add(&turn.counts);
        if let Some(file) = &self.renewing.lineage {
            let mut file = file
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            file.write(&turn.events)?;
        }
        keep(&turn.result)
    }
}

/// Inputs that a record remembers: those of runs that haven't ended.
const MOST_INPUTS: usize = 64;
