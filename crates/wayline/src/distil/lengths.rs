//! How long examples are.

use super::Example;

/// Lengths of examples: what a training's limits must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    question_tokens: Vec<u32>,
    reply_tokens: Vec<u32>,
    keywords: Vec<u32>,
    keywords_in_journeys: Vec<u32>,
    journeys: Vec<u32>,
}

/// A row of the table: what, then minimum, median, mean, 95th percentile and maximum.
pub(super) type LengthRow = (&'static str, [String; 5]);

impl Lengths {
    pub(super) fn add(&mut self, example: &Example) {
        self.question_tokens.push(example.question_tokens);
        self.reply_tokens.push(example.reply_tokens);
        self.keywords.push(example.keywords);
        self.keywords_in_journeys.push(example.keywords_in_journeys);
        self.journeys.push(example.journeys);
    }

    /// Nothing where there is no example.
    pub(super) fn rows(&self) -> Vec<LengthRow> {
        let lists = [
            ("tokens of the question", &self.question_tokens),
            ("tokens of the reply", &self.reply_tokens),
            ("keywords asked about", &self.keywords),
            ("keywords in journeys", &self.keywords_in_journeys),
            ("journeys", &self.journeys),
        ];
        let rows = lists.into_iter().filter(|(_, list)| !list.is_empty());
        rows.map(|(name, list)| (name, figures(list))).collect()
    }
}

fn figures(list: &[u32]) -> [String; 5] {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    let last = sorted.len() - 1;
    // The smallest that at least this share doesn't exceed.
    let at = |share: f64| {
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted[place.saturating_sub(1).min(last)].to_string()
    };
    let sum: u64 = sorted.iter().copied().map(u64::from).sum();
    [
        sorted[0].to_string(),
        at(0.5),
        format!("{:.1}", sum as f64 / sorted.len() as f64),
        at(0.95),
        sorted[last].to_string(),
    ]
}
