//! Chance for simulations: a ChaCha stream per purpose and a few draws that use integers and
//! plain IEEE arithmetic alone, so the same seed gives the same people on every machine and with
//! every release of the random number crates.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of chance is for. Streams never overlap, so a new draw in one of them leaves the
/// others as they were.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    /// Which journeys of the catalogue a simulation uses.
    Subset = 1,
    /// What one person does.
    Person = 2,
    /// What one item that many people may open looks like.
    SharedItem = 3,
    /// What one item that nobody else opens looks like.
    OwnItem = 4,
}

/// A source of chance.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one purpose in one simulation; `a` and `b` tell its users apart.
    pub(super) fn new(seed: u64, stream: Stream, a: u64, b: u64) -> Self {
        let mut bytes = [0u8; 32];
        let words = [seed, stream as u64, a, b];
        for (slot, word) in bytes.chunks_exact_mut(8).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(bytes))
    }

    pub(super) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An integer in `0..n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        // Multiply and shift: the bias is below n / 2^64.
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    /// The smaller of two draws in `0..n`: the first ones are the popular ones.
    pub(super) fn early(&mut self, n: usize) -> usize {
        self.below(n).min(self.below(n))
    }

    /// An integer in `low..=high` (`low` when the range is empty).
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A number in `0.0..1.0` with 53 random bits.
    pub(super) fn share(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `low..high`.
    pub(super) fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.share() < p
    }

    /// One of `all`, each as likely as the next.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() {
            return None;
        }
        all.get(self.below(all.len()))
    }

    /// One of a list of texts; the empty text when there is none.
    pub(super) fn text<'a>(&mut self, all: &[&'a str]) -> &'a str {
        self.pick(all).copied().unwrap_or("")
    }

    /// An index, as likely as its weight is large; 0 when all weights are 0.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u64 = weights.iter().map(|&w| u64::from(w)).sum();
        let mut left = self.below(total as usize) as u64;
        for (i, &w) in weights.iter().enumerate() {
            if left < u64::from(w) {
                return i;
            }
            left -= u64::from(w);
        }
        0
    }

    /// A number whose quantiles at equal steps are `quantiles`, straight in between. Stands in for
    /// log-normal draws, whose logarithms differ in the last bit from platform to platform.
    pub(super) fn by_quantiles(&mut self, quantiles: &[f64]) -> f64 {
        let steps = quantiles.len().saturating_sub(1);
        let at = self.share() * steps as f64;
        let i = (at as usize).min(steps.saturating_sub(1));
        match (quantiles.get(i), quantiles.get(i + 1)) {
            (Some(a), Some(b)) => a + (b - a) * (at - i as f64),
            (Some(a), None) => *a,
            _ => 0.0,
        }
    }

    /// Puts `all` into a random order.
    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

/// FNV-1a: a number for a text that is the same everywhere and always.
pub(super) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}
