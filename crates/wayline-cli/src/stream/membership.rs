//! Which partitions are this member's, and where each of them stands.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};
use wayline::keep::Store;

use super::positions::{Position, Positions};
use super::topics::{log, log_error};

/// A partition of this member.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Where it stands in the store.
    pub(super) position: Position,
    /// Messages before this one are there already.
    pub(super) first: i64,
}

/// What of the group is this member's. Filled by the rebalance, which happens inside a poll.
pub(super) struct Membership {
    store: Arc<dyn Store>,
    pub(super) positions: Positions,
    topic: String,
    mine: Mutex<BTreeMap<i32, Place>>,
    /// Where the partitions end, as far as it is known.
    ends: Mutex<BTreeMap<i32, i64>>,
    /// How often the group has shared partitions out: what was gathered before comes again.
    pub(super) shares: AtomicU64,
    /// Of partitions of which messages are lost, where they stood, and the first that is there.
    skips: Mutex<BTreeMap<i32, (Position, i64)>>,
    /// Whether a broker was there when that was last looked at.
    has_brokers: AtomicBool,
    /// Why the last rebalance failed.
    failed: Mutex<Option<anyhow::Error>>,
}

impl Membership {
    pub(super) fn new(store: &Arc<dyn Store>, group: &str, topic: &str) -> Self {
        Self {
            store: Arc::clone(store),
            positions: Positions::new(group, topic),
            topic: topic.to_owned(),
            mine: Mutex::default(),
            ends: Mutex::default(),
            shares: AtomicU64::new(0),
            skips: Mutex::default(),
            has_brokers: AtomicBool::new(false),
            failed: Mutex::default(),
        }
    }

    /// Where the partitions end, as far as it is known.
    pub(super) fn ends(&self) -> BTreeMap<i32, i64> {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A partition that stands there begins at the first message that isn't lost.
    pub(super) fn skip_to(&self, partition: i32, stands: Position, first: i64) {
        let mut skips = self.skips.lock().unwrap_or_else(PoisonError::into_inner);
        skips.insert(partition, (stands, first));
    }

    pub(super) fn has_brokers(&self) -> bool {
        self.has_brokers.load(Ordering::Relaxed)
    }

    /// Why the last rebalance failed, where it did.
    pub(super) fn failed(&self) -> Result<()> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.take().map_or(Ok(()), Err)
    }

    pub(super) fn mine(&self) -> MutexGuard<'_, BTreeMap<i32, Place>> {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to read partitions where the store says, or where what is lost ends.
    fn begin(&self, consumer: &BaseConsumer<Self>, partitions: &[i32]) -> Result<()> {
        let mut list = TopicPartitionList::new();
        let mut mine = BTreeMap::new();
        for partition in partitions {
            let position = self.positions.of(&*self.store, *partition)?;
            let mut skips = self.skips.lock().unwrap_or_else(PoisonError::into_inner);
            // Not where another member has read on since.
            let skip = skips.remove(partition);
            let skip = skip.filter(|(stood, _)| *stood == position);
            let skip = skip.map(|(_, first)| first);
            let offset = skip.or(position).map_or(Offset::Beginning, Offset::Offset);
            list.add_partition_offset(&self.topic, *partition, offset)?;
            let first = skip.or(position).unwrap_or(0);
            mine.insert(*partition, Place { position, first });
        }
        *self.mine() = mine;
        Ok(consumer.assign(&list)?)
    }
}

impl ClientContext for Membership {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The end of a partition is no trouble.
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::PartitionEOF) {
            return;
        }
        log_error(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let mut brokers = statistics.brokers.values();
        let is_up = brokers.any(|it| it.state == "UP");
        self.has_brokers.store(is_up, Ordering::Relaxed);
        let Some(topic) = statistics.topics.get(&self.topic) else {
            return;
        };
        let ends = topic.partitions.iter();
        // Of a transaction that is still open nothing can be read.
        let ends = ends.filter(|(_, it)| it.ls_offset >= 0);
        let ends = ends.map(|(partition, it)| (*partition, it.ls_offset));
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = ends.collect();
    }
}

impl ConsumerContext for Membership {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let partitions: Vec<i32> = if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        {
            list.elements().iter().map(|it| it.partition()).collect()
        } else {
            Vec::new()
        };
        tracing::info!(?partitions, "partitions of this member");
        self.shares.fetch_add(1, Ordering::Relaxed);
        let begun = if partitions.is_empty() {
            self.mine().clear();
            consumer.unassign().map_err(Into::into)
        } else {
            self.begin(consumer, &partitions)
        };
        if let Err(error) = begun {
            // The group must go on; the next poll tells.
            let _ = consumer.unassign();
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }
}
