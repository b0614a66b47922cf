//! Messages of the partitions that are this member's, from where the store says that they were read to.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use wayline::keep::Store;
use wayline_files::read::{EventRow, ReadOptions, Reason, RowError, json_row};

use super::Hopeless;
use super::membership::{Membership, Place};
use super::positions::{Position, Positions, Step};
use super::topics::{Brokers, Reach, partitions, reach, reaches, refused_setting};
use crate::live::check_id;

/// Messages, and bytes of them, in one commit.
const MOST_MESSAGES: usize = 10_000;
const MOST_BYTES: usize = 16 << 20;
/// So long messages are gathered that come one by one.
const GATHERING: Duration = Duration::from_millis(200);
/// So long a partition may take to be read from elsewhere.
const SEEKING: Duration = Duration::from_secs(30);
/// So long nothing must have come until what is left of a partition is taken for nothing to read.
const IDLE: Duration = Duration::from_secs(20);

/// One message, as it came.
pub(super) struct Incoming {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) payload: Option<Vec<u8>>,
}

impl Incoming {
    /// The event that it is; none for one that the options leave out.
    pub(super) fn event(&self, options: &ReadOptions<'_>) -> Result<Option<EventRow>, RowError> {
        match &self.payload {
            Some(payload) => {
                let event = json_row(payload, options)?;
                event.as_ref().map_or(Ok(()), |it| check_id(&it.user_id))?;
                Ok(event)
            }
            None => Err(RowError {
                reason: Reason::MalformedJson,
                detail: "the message has no value".to_owned(),
            }),
        }
    }
}

/// What was gathered, and how far that goes.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) messages: Vec<Incoming>,
    pub(super) steps: Vec<Step>,
}

/// A member of a group that reads a topic.
pub(super) struct Incomings {
    consumer: BaseConsumer<Membership>,
    topic: String,
    /// Whether messages that are gone before they were read are passed over.
    skips_lost: bool,
    /// Partitions that are read once more from where they stand, to see whether anything comes until
    /// there.
    probed: RefCell<BTreeMap<i32, i64>>,
    /// When something came last; after a while without, partitions are probed.
    came: Cell<Instant>,
    /// Whether the group must share its partitions out anew, since this member couldn't begin with its own.
    must_rejoin: Cell<bool>,
}

impl Incomings {
    pub(super) fn join(
        brokers: &Brokers,
        (group, topic): (&str, &str),
        store: &Arc<dyn Store>,
        skips_lost: bool,
    ) -> Result<Self> {
        let ours = [
            ("session.timeout.ms", "10000"),
            ("heartbeat.interval.ms", "2000"),
            ("queued.max.messages.kbytes", "32768"),
            ("fetch.wait.max.ms", "100"),
            ("statistics.interval.ms", "5000"),
        ];
        let fixed = [
            ("group.id", group),
            // The store keeps the offsets; Kafka is told for those who watch the lag.
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", "error"),
            ("partition.assignment.strategy", "range"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "true"),
        ];
        let membership = Membership::new(store, group, topic);
        let config = brokers.config(&ours, &fixed);
        let consumer: BaseConsumer<Membership> = config
            .create_with_context(membership)
            .map_err(|error| refused_setting(&error))?;
        // Said now, rather than by silence.
        partitions(&consumer, topic)?;
        consumer.subscribe(&[topic])?;
        Ok(Self {
            consumer,
            topic: topic.to_owned(),
            skips_lost,
            probed: RefCell::default(),
            came: Cell::new(Instant::now()),
            must_rejoin: Cell::new(false),
        })
    }

    pub(super) fn positions(&self) -> &Positions {
        &self.consumer.context().positions
    }

    /// How many messages of each of this member's partitions aren't in the store.
    pub(super) fn lags(&self) -> BTreeMap<i32, i64> {
        let membership = self.consumer.context();
        let ends = membership.ends();
        let mine = membership.mine();
        let lags = mine.iter().filter_map(|(partition, place)| {
            let end = ends.get(partition)?;
            Some((*partition, (end - place.first).max(0)))
        });
        lags.collect()
    }

    /// What there is of each partition of the topic now.
    pub(super) fn reaches(&self) -> Result<Vec<Reach>> {
        reaches(&self.consumer, &self.topic)
    }

    /// What there is of one partition now.
    pub(super) fn reach(&self, partition: i32) -> Result<Reach> {
        reach(&self.consumer, &self.topic, partition)
    }

    /// When partitions are shared out the next time, this one begins there, if it still stands where
    /// messages are lost.
    pub(super) fn skip_to(&self, partition: i32, stands: Position, first: i64) {
        self.consumer.context().skip_to(partition, stands, first);
    }

    /// Whether a broker was there when that was last looked at, every few seconds.
    pub(super) fn has_brokers(&self) -> bool {
        self.consumer.context().has_brokers()
    }

    /// An error where messages that are lost must not be passed over.
    pub(super) fn may_skip(&self, why: &str) -> Result<()> {
        if !self.skips_lost {
            bail!(Hopeless(format!(
                "messages of `{}` that weren't read yet are gone, or the topic was made anew ({why}); \
                 --skip-lost goes on with the first ones that are there",
                self.topic
            )));
        }
        Ok(())
    }

    /// What has come, up to a bound; waits for the first message at most so long. After an error what had
    /// come until then comes again.
    pub(super) fn gather(&self, patience: Duration) -> Result<Gathered> {
        let gathered = self.gather_once(patience);
        if gathered.is_err() {
            self.must_rejoin.set(true);
        }
        gathered
    }

    fn gather_once(&self, patience: Duration) -> Result<Gathered> {
        if self.must_rejoin.get() {
            self.consumer.unsubscribe();
            self.consumer.subscribe(&[&self.topic])?;
            self.must_rejoin.set(false);
        }
        let mut gathered = Gathered::default();
        let mut steps: BTreeMap<i32, Step> = BTreeMap::new();
        let mut bytes = 0;
        let membership = self.consumer.context();
        let mut shares = membership.shares.load(Ordering::Relaxed);
        let mut until = Instant::now() + patience;
        while gathered.messages.len() < MOST_MESSAGES && bytes < MOST_BYTES {
            let left = until.saturating_duration_since(Instant::now());
            let polled = self.consumer.poll(left);
            if membership.shares.load(Ordering::Relaxed) != shares {
                shares = membership.shares.load(Ordering::Relaxed);
                gathered.messages.clear();
                steps.clear();
                self.probed.borrow_mut().clear();
            }
            membership.failed()?;
            let message = match polled {
                // Something that isn't ours to know was polled, or nothing came until then.
                None if Instant::now() < until => continue,
                None => break,
                Some(Ok(message)) => message,
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    if let Some(end) = self.probed.borrow_mut().remove(&partition)
                        && let Some(place) = membership.mine().get(&partition)
                    {
                        let from = place.position;
                        let new = Step {
                            partition,
                            from,
                            to: end,
                        };
                        let step = steps.entry(partition).or_insert(new);
                        step.to = step.to.max(end);
                    }
                    continue;
                }
                Some(Err(error)) => {
                    self.check(&error)?;
                    continue;
                }
            };
            if gathered.messages.is_empty() {
                until = Instant::now() + GATHERING;
                self.came.set(Instant::now());
            }
            let (partition, offset) = (message.partition(), message.offset());
            // One that was on its way when its partition went to another member, or comes again.
            let place = membership.mine().get(&partition).copied();
            let Some(place) = place.filter(|place| offset >= place.first) else {
                continue;
            };
            let step = steps.entry(partition).or_insert(Step {
                partition,
                from: place.position,
                to: offset,
            });
            step.to = offset + 1;
            let message = incoming(&message);
            bytes += message.payload.as_ref().map_or(0, Vec::len) + size_of::<Incoming>();
            gathered.messages.push(message);
        }
        gathered.steps = steps.into_values().collect();
        Ok(gathered)
    }

    /// Lets partitions that stand before these ends, or after a while before those that are known, step
    /// over what is there and nobody reads: marks of transactions, and messages that a compaction took
    /// away. They are read from where they stand once more: when their end comes before a message does,
    /// they are at least where they ended before.
    pub(super) fn step_over(&self, ends: Option<&[(i32, i64)]>) {
        let membership = self.consumer.context();
        let mine = membership.mine().clone();
        let mut probed = self.probed.borrow_mut();
        let known: Vec<(i32, i64)> = match ends {
            Some(ends) => ends.to_vec(),
            None if self.came.get().elapsed() < IDLE => return,
            None => {
                self.came.set(Instant::now());
                membership.ends().into_iter().collect()
            }
        };
        for (partition, end) in &known {
            let Some(place) = mine.get(partition).filter(|place| place.first < *end) else {
                continue;
            };
            if probed.contains_key(partition) {
                continue;
            }
            let from = place
                .position
                .map_or(Offset::Beginning, |_| Offset::Offset(place.first));
            // Where it isn't read yet there is nothing to read once more.
            if self
                .consumer
                .seek(&self.topic, *partition, from, SEEKING)
                .is_ok()
            {
                probed.insert(*partition, *end);
            }
        }
    }

    /// What was gathered is in the store.
    pub(super) fn taken(&self, steps: &[Step]) {
        let mut list = TopicPartitionList::new();
        let mut mine = self.consumer.context().mine();
        for step in steps {
            if let Some(place) = mine.get_mut(&step.partition) {
                place.position = Some(step.to);
                place.first = step.to;
                let _ =
                    list.add_partition_offset(&self.topic, step.partition, Offset::Offset(step.to));
            }
        }
        // For those who watch the lag; that it didn't go is no loss.
        let _ = self.consumer.commit(&list, CommitMode::Async);
    }

    /// What the consumer can't mend.
    pub(super) fn fatal(&self) -> Option<String> {
        self.consumer
            .client()
            .fatal_error()
            .map(|(code, text)| format!("{code} ({text})"))
    }

    fn check(&self, error: &KafkaError) -> Result<()> {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset) => {
                self.may_skip(&error.to_string())?;
                self.skip_lost()
            }
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::SaslAuthenticationFailed
                | RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::Fatal,
            ) => bail!(Hopeless(format!(
                "`{}` can't be read ({error}); check it and its rights",
                self.topic
            ))),
            // Brokers come and go; librdkafka has said so, and tries again.
            _ => {
                tracing::debug!(%error, "Kafka");
                Ok(())
            }
        }
    }

    /// Goes on with the first messages that are there, of partitions that stand before or behind them.
    fn skip_lost(&self) -> Result<()> {
        let membership = self.consumer.context();
        let mine = membership.mine().clone();
        for (partition, Place { position, .. }) in mine {
            let (first, end) = self
                .consumer
                .fetch_watermarks(&self.topic, partition, SEEKING)?;
            let Some(position) = position.filter(|it| *it < first || *it > end) else {
                continue;
            };
            tracing::error!(partition, position, first, "messages are lost; it goes on");
            membership.skip_to(partition, Some(position), first);
        }
        // Shared out anew, each begins where it should.
        self.must_rejoin.set(true);
        Ok(())
    }
}

fn incoming(message: &BorrowedMessage<'_>) -> Incoming {
    Incoming {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
    }
}
