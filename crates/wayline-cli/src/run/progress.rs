//! Progress on a terminal, silent elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error while it lives.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of bytes read; without a total it only counts.
    pub(crate) fn bytes(total: Option<u64>) -> Self {
        let template = match total {
            Some(_) => "reading {wide_bar} {bytes}/{total_bytes} {eta}",
            None => "reading {spinner} {bytes} {bytes_per_sec}",
        };
        Self::new(total, template)
    }

    /// Of people.
    pub(crate) fn people(total: u64) -> Self {
        Self::new(
            Some(total),
            "inferring {wide_bar} {human_pos}/{human_len} people {eta}",
        )
    }

    /// Of journeys that a language model is asked about.
    pub(crate) fn asked(total: u64) -> Self {
        Self::new(
            Some(total),
            "asking {wide_bar} {human_pos}/{human_len} journeys {eta}",
        )
    }

    /// Of questions to a judge.
    pub(crate) fn judged(total: u64) -> Self {
        Self::new(
            Some(total),
            "judging {wide_bar} {human_pos}/{human_len} {eta}",
        )
    }

    fn new(total: Option<u64>, template: &str) -> Self {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn set(&self, position: u64) {
        self.0.set_position(position);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.inc(more);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
