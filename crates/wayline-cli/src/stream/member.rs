//! One member of a group, at work.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use wayline::keep::{KeptError, Store, StoreError};
use wayline::nouns::Timestamp;

use super::Hopeless;
use super::consumer::Incomings;
use super::ingest::Ingest;
use super::positions::Positions;
use super::quiet::Active;
use super::strangers::Strangers;
use super::task::Task;
use super::tell::{Teller, Topics};
use super::topics::Brokers;
use super::untold::Leftovers;
use super::watch::Watch;
use crate::live::{Live, Looked, Looking, Told, Untold, were_told};

/// What a member reads, and whom it tells.
pub(crate) struct Stream {
    pub(crate) brokers: Brokers,
    pub(crate) group: String,
    pub(crate) topic: String,
    pub(crate) topics: Topics,
    pub(crate) pace: Pace,
    /// Whether messages that are gone before they were read are passed over.
    pub(crate) skips_lost: bool,
    /// Whether it ends when all messages that were there at the start are taken and told of.
    pub(crate) once: bool,
    /// A moment that stands for now, for trials.
    pub(crate) as_of: Option<Timestamp>,
}

/// When people are looked at.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// After so long without an event of theirs.
    pub(crate) quiet: Duration,
    /// After so long in any case.
    pub(crate) latest: Duration,
    /// Active people who are remembered; more are looked at earlier.
    pub(crate) most_active: usize,
}

/// What a member did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) events: u64,
    /// Events that the config leaves out.
    pub(crate) left_out: u64,
    pub(crate) dead_letters: u64,
    pub(crate) looks: u64,
    pub(crate) journeys: u64,
    pub(crate) lineage: u64,
    /// People of whom was told what others had left untold.
    pub(crate) leftovers: u64,
    pub(crate) unreadable: u64,
    /// Turns that ended in an error, after which it was tried again.
    pub(crate) failed_turns: u64,
}

/// People who are looked at between two polls: about a second's work.
const PEOPLE_AT_ONCE: usize = 512;
/// So long it waits for a message while there is nothing else to do.
const PATIENCE: Duration = Duration::from_millis(100);
/// So often it looks for what was left untold.
const LEFTOVERS_EVERY: Duration = Duration::from_secs(30);
/// So often it says what it did.
const SAYS_EVERY: Duration = Duration::from_secs(60);
/// The longest pause after an error.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So long leaving may take.
const LEAVING: Duration = Duration::from_secs(20);
const DAY: i64 = 86_400_000;

struct Member<'a> {
    live: &'a Live<'a>,
    stream: &'a Stream,
    positions: Positions,
    incomings: Incomings,
    ingest: Ingest<'a>,
    teller: Teller,
    looking: Looking<'a>,
    active: Active,
    /// People whose time has come.
    due: VecDeque<String>,
    strangers: Strangers,
    leftovers: Leftovers,
    /// Where it ends, where it does.
    task: Option<Task>,
    counts: Counts,
}

/// Works until it is told to end, or all is done that was to be done once.
pub(crate) fn run_member(
    live: &Live<'_>,
    store: &Arc<dyn Store>,
    stream: &Stream,
    watch: &Watch,
    ended: &AtomicBool,
) -> Result<Counts> {
    let mut member = Member::new(live, store, stream)?;
    let mut pause = Duration::ZERO;
    let mut said = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        match member.turn() {
            Ok(false) => pause = Duration::ZERO,
            Ok(true) => break,
            Err(error) if is_hopeless(&error) => return Err(error),
            Err(error) => {
                member.counts.failed_turns += 1;
                pause = (pause * 2).clamp(Duration::from_secs(1), LONGEST_PAUSE);
                let seconds = pause.as_secs();
                tracing::error!(error = %told(&error), seconds, "it is tried again");
            }
        }
        let lags = member.incomings.lags();
        watch.set(&member.counts, member.active.count(), &lags);
        watch.is_at_work(pause.is_zero() && member.incomings.has_brokers());
        rest(pause, ended);
        if said.elapsed() >= SAYS_EVERY {
            said = Instant::now();
            member.say();
        }
    }
    member.say();
    let Member {
        incomings,
        teller,
        counts,
        ..
    } = member;
    leave((incomings, teller));
    Ok(counts)
}

/// Leaves the group and lets go of the connections, but doesn't wait for ever: where partitions are being
/// shared out at that moment, librdkafka may wait for an answer that never comes
/// (<https://github.com/confluentinc/librdkafka/issues/4884>). All that counts is in the store by now.
fn leave(connections: impl Send + 'static) {
    let (left, has_left) = mpsc::channel();
    std::thread::spawn(move || {
        drop(connections);
        let _ = left.send(());
    });
    if has_left.recv_timeout(LEAVING).is_err() {
        tracing::warn!("the group wasn't left in time; it will find this member gone");
    }
}

/// Sleeps, but wakes when it is to end.
fn rest(pause: Duration, ended: &AtomicBool) {
    let until = Instant::now() + pause;
    while Instant::now() < until && !ended.load(Ordering::Relaxed) {
        std::thread::sleep(PATIENCE);
    }
}

fn is_hopeless(error: &anyhow::Error) -> bool {
    error.is::<Hopeless>()
        || matches!(
            error.downcast_ref::<StoreError>(),
            Some(StoreError::Unusable { .. })
        )
}

/// An error without anybody's id.
fn told(error: &anyhow::Error) -> String {
    if error.is::<KeptError>() {
        return "a record can't be read; `wayline doctor` says why".to_owned();
    }
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Conflict { .. }) => "others change the same person".to_owned(),
        _ => format!("{error:#}"),
    }
}

impl<'a> Member<'a> {
    fn new(live: &'a Live<'a>, store: &Arc<dyn Store>, stream: &'a Stream) -> Result<Self> {
        let Pace {
            quiet,
            latest,
            most_active,
        } = stream.pace;
        let names = (stream.group.as_str(), stream.topic.as_str());
        let topics = Topics {
            journeys: stream.topics.journeys.clone(),
            lineage: stream.topics.lineage.clone(),
            dead_letter: stream.topics.dead_letter.clone(),
        };
        let teller = Teller::new(&stream.brokers, topics)?;
        let incomings = Incomings::join(&stream.brokers, names, store, stream.skips_lost)?;
        let task = stream
            .once
            .then(|| Task::of(&incomings, &**store))
            .transpose()?;
        // Twice what another member may need, so that it isn't taken for dead.
        let strange = 2 * quiet.min(latest) + Duration::from_secs(10);
        Ok(Self {
            live,
            stream,
            positions: incomings.positions().clone(),
            ingest: Ingest::new(
                store,
                incomings.positions(),
                &live.config.actions,
                &stream.topic,
            ),
            incomings,
            teller,
            looking: Looking::new(live),
            active: Active::new(quiet, latest, most_active),
            due: VecDeque::new(),
            strangers: Strangers::new(strange, most_active),
            leftovers: Leftovers::new(LEFTOVERS_EVERY, most_active),
            task,
            counts: Counts::default(),
        })
    }

    fn now(&self) -> Timestamp {
        self.stream.as_of.unwrap_or_else(|| {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Timestamp::from_millis(since.as_millis() as i64)
        })
    }

    /// Takes what has come, and looks at some of those whose time has come. Returns whether it is done.
    fn turn(&mut self) -> Result<bool> {
        self.is_fatal()?;
        if !self.ingest.has_something() {
            let patience = if self.due.is_empty() {
                PATIENCE
            } else {
                Duration::ZERO
            };
            let gathered = self.incomings.gather(patience)?;
            if gathered.steps.is_empty() {
                let ends = self.task.as_ref().map(|task| task.ends.as_slice());
                self.incomings.step_over(ends);
            }
            let tomorrow = Timestamp::from_millis(self.now().millis() + DAY);
            self.ingest.gather(gathered, tomorrow);
        }
        if self.ingest.has_something() {
            self.take()?;
        }
        let now = Instant::now();
        if self.due.is_empty() {
            self.due.extend(self.active.due(now, PEOPLE_AT_ONCE));
        }
        if self.due.len() < PEOPLE_AT_ONCE {
            let store = self.live.store;
            self.due
                .extend(self.strangers.found(store, &self.active, now)?);
        }
        self.look_at_due()?;
        if self.stream.tells() {
            let now = self.now();
            self.counts.leftovers += self.leftovers.tell(self.live, &self.teller, now)?;
        }
        if self.is_at_the_end()? {
            self.finish()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Lets what is in hand wait in the store.
    fn take(&mut self) -> Result<()> {
        let taken = self.ingest.take(&self.incomings, &self.teller)?;
        let now = Instant::now();
        for user_id in &taken.heard {
            self.active.hear(user_id, now);
        }
        self.counts.events += taken.heard.len() as u64;
        self.counts.left_out += taken.left_out;
        self.counts.dead_letters += taken.dead_letters;
        Ok(())
    }

    fn look_at_due(&mut self) -> Result<()> {
        let count = self.due.len().min(PEOPLE_AT_ONCE);
        if count == 0 {
            return Ok(());
        }
        let people: Vec<String> = self.due.iter().take(count).cloned().collect();
        let looked = self.looking.at(&people, self.now())?;
        // Only now: after an error they are looked at again.
        self.due.drain(..count);
        self.counts.unreadable += looked.unreadable;
        self.counts.looks += looked.people.len() as u64;
        self.tell(&looked.people)
    }

    fn tell(&mut self, people: &[Looked]) -> Result<()> {
        if !self.stream.tells() || people.is_empty() {
            return Ok(());
        }
        for person in people {
            let rooms = self.live.rooms_at(person.as_of);
            let run = self.live.models.run_info(&rooms);
            let journeys = &person.result.journeys;
            let at = (person.version, person.as_of);
            self.teller.journeys(&person.user_id, at, journeys, &run)?;
            self.teller.lineage(&person.events)?;
            self.counts.journeys += journeys.len() as u64;
            self.counts.lineage += person.events.len() as u64;
        }
        self.teller.arrived()?;
        let told = people.iter().map(|person| Told {
            what: Untold::put(&person.user_id, person.version),
            version: Some(person.version),
        });
        were_told(self.live.store, &told.collect::<Vec<_>>())?;
        Ok(())
    }

    /// What librdkafka can't mend by itself, a new process may.
    fn is_fatal(&self) -> Result<()> {
        let fatal = self.teller.fatal().or_else(|| self.incomings.fatal());
        match fatal {
            Some(reason) => bail!(Hopeless(format!("Kafka: {reason}; start it anew"))),
            None => Ok(()),
        }
    }

    /// Whether every partition was read to where it ended at the start, by whichever member.
    fn is_at_the_end(&self) -> Result<bool> {
        match &self.task {
            Some(task) => task.is_done(self.live.store, &self.positions),
            None => Ok(false),
        }
    }

    /// Looks at everybody for whom something waits, and tells all that is untold.
    fn finish(&mut self) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let store = self.live.store;
            let page = store.people_waiting(after.as_deref(), PEOPLE_AT_ONCE)?;
            let Some(last) = page.last().cloned() else {
                break;
            };
            self.due.extend(page);
            while !self.due.is_empty() {
                self.look_at_due()?;
            }
            after = Some(last);
        }
        if self.stream.tells() {
            let now = self.now();
            self.counts.leftovers +=
                self.leftovers
                    .tell_everything(self.live, &self.teller, now)?;
        }
        Ok(())
    }

    fn say(&self) {
        let counts = &self.counts;
        tracing::info!(
            events = counts.events,
            dead_letters = counts.dead_letters,
            looks = counts.looks,
            journeys = counts.journeys,
            lineage = counts.lineage,
            leftovers = counts.leftovers,
            unreadable = counts.unreadable,
            active = self.active.count(),
            "so far"
        );
    }
}

impl Stream {
    /// Whether anybody is told of journeys or lineage.
    pub(crate) fn tells(&self) -> bool {
        self.topics.journeys.is_some() || self.topics.lineage.is_some()
    }
}
