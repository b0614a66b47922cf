//! Two lists, blind: which one should the person be shown?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::data::{Evidence, journey_lines};
use super::lots::{LotFor, lot};
use super::questions::{Question, Shown, ShownJourney};
use super::record::Record;
use super::template::Template;
use crate::evaluate::bootstrap::{self, Resampling, weighted_sum};
use crate::evaluate::{Figure, Report};
use crate::nouns::{Journey, RunInfo};
use crate::text_model::{Request, Schema};

/// Version of what is asked of two lists. Raise it with any change of `pair_prompt.md`, `rubric.md` or
/// `pair_schema.json`.
pub const PAIR_PROMPT: &str = "pair 1";

/// One of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// The first that was named.
    A,
    /// The other.
    B,
}

impl Run {
    /// Not this one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A judge's verdict, as it sees the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The list shown first.
    First,
    /// The other.
    Second,
    /// Neither.
    Tie,
}

/// A judge's reply to two lists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PairReply {
    /// What decided it.
    pub why: String,
    /// Which is better.
    pub better: Place,
}

/// Which of two runs has the better list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The first run.
    A,
    /// The second.
    B,
    /// Neither.
    Tie,
}

/// What a judge said of two lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairJudgement {
    /// Which is better.
    pub better: Better,
    /// What decided it.
    pub why: String,
}

/// Two lists as they were shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownPair {
    /// Of which runs, A and B.
    pub run_ids: [String; 2],
    /// Whose list was shown first.
    pub first: Run,
    /// The list of A, by rank.
    pub a: Vec<ShownJourney>,
    /// That of B.
    pub b: Vec<ShownJourney>,
}

impl Shown for ShownPair {
    type Reply = PairReply;
    type Judgement = PairJudgement;

    fn schema() -> Schema {
        Schema::shipped("pair_judgement", include_str!("pair_schema.json"))
    }

    fn check(&self, reply: &PairReply) -> Result<(), String> {
        match reply.why.trim().is_empty() {
            true => Err("`why` is empty".to_owned()),
            false => Ok(()),
        }
    }

    fn judgement(&self, reply: PairReply) -> PairJudgement {
        let chosen = match reply.better {
            Place::First => Some(self.first),
            Place::Second => Some(self.first.other()),
            Place::Tie => None,
        };
        PairJudgement {
            better: match chosen {
                Some(Run::A) => Better::A,
                Some(Run::B) => Better::B,
                None => Better::Tie,
            },
            why: reply.why.trim().to_owned(),
        }
    }

    fn run_ids(&self) -> &[String] {
        &self.run_ids
    }
}

/// Whose list a person's judge sees first, drawn by `seed`.
#[must_use]
pub fn first_of(user_id: &str, seed: u32) -> Run {
    match lot(LotFor::First, seed, user_id, "")[0] & 1 {
        0 => Run::A,
        _ => Run::B,
    }
}

/// Whether a judge would be told the same of both lists, so that there is nothing to ask.
#[must_use]
pub fn is_same_list(a: &[Journey], b: &[Journey], run: &RunInfo) -> bool {
    journey_lines(a, run.as_of) == journey_lines(b, run.as_of)
}

/// The question which of two lists, each by rank, the person should be shown; that of `first` is shown
/// first. Both runs are as of one moment.
#[must_use]
pub fn pair_question(
    user_id: &str,
    runs: [&RunInfo; 2],
    evidence: &Evidence,
    [a, b]: [&[Journey]; 2],
    first: Run,
    seed: u32,
) -> Question<ShownPair> {
    let as_of = runs[0].as_of;
    let lists = match first {
        Run::A => [a, b],
        Run::B => [b, a],
    };
    let lines = lists.map(|list| journey_lines(list, as_of));
    let counts = lists.map(|list| list.len().to_string());
    let [system, user] = Template::of(include_str!("pair_prompt.md")).filled(&[
        ("rubric", include_str!("rubric.md")),
        ("person", evidence.text()),
        ("first_count", &counts[0]),
        ("first", &lines[0]),
        ("second_count", &counts[1]),
        ("second", &lines[1]),
    ]);
    let mut request = Request::new(&system, &user, MOST_TOKENS);
    request.schema = Some(ShownPair::schema());
    request.seed = Some(seed);
    let shown = |list: &[Journey]| list.iter().map(ShownJourney::of).collect();
    Question {
        user_id: user_id.to_owned(),
        as_of,
        prompt: PAIR_PROMPT.to_owned(),
        seed,
        shown: ShownPair {
            run_ids: runs.map(|it| it.run_id.clone()),
            first,
            a: shown(a),
            b: shown(b),
        },
        request,
    }
}

/// Two sentences and a word, and as much again.
const MOST_TOKENS: u32 = 400;

/// Of one person: 1, points of B (a tie is half a one) as a mean over orders, whether A is better, B is
/// better, neither; judgements that decided, those of them for the list shown first; whether there are
/// both orders, and whether they agree.
type Row = [f64; 9];

const FIGURES: [(&str, &str); 6] = [
    ("win_rate_b", "win rate of B, a tie as half"),
    ("better_a", "people whose list of A is better"),
    ("better_b", "people whose list of B is better"),
    ("tie", "people with a tie"),
    ("first_chosen", "verdicts for the list shown first"),
    ("orders_agree", "people with one verdict in both orders"),
];

fn values([people, points, a, b, tie, decided, first, both, agree]: Row) -> Vec<f64> {
    vec![
        points / people,
        a / people,
        b / people,
        tie / people,
        first / decided,
        agree / both,
    ]
}

/// Which run has the better lists, with intervals from people drawn anew. A person who was judged in both
/// orders counts once, by the mean: one verdict for each run is a tie. Figures that nothing was measured
/// for are left out; `first_chosen` is .5 for a judge that doesn't prefer a place.
#[must_use]
pub fn pair_report(records: &[Record<ShownPair>], resampling: Resampling) -> Report {
    let mut people: BTreeMap<&str, Vec<&Record<ShownPair>>> = BTreeMap::new();
    for record in records.iter().filter(|it| it.judgement().is_some()) {
        people.entry(&record.user_id).or_default().push(record);
    }
    let rows: Vec<Row> = people.values().map(|it| row(it)).collect();
    let measure = |weights: &[u32]| values(weighted_sum(rows.iter().copied(), weights));
    let all = measure(&vec![1; rows.len()]);
    let figures = bootstrap::figures(rows.len(), resampling, all.clone(), measure);
    let judged: usize = people.values().map(Vec::len).sum();
    Report {
        title: "two runs, judged blind".to_owned(),
        counts: vec![
            ("people", "people", rows.len() as u64),
            ("judgements", "judgements", judged as u64),
            (
                "failed",
                "without a usable reply",
                (records.len() - judged) as u64,
            ),
        ],
        figures: defined(&FIGURES, &all, figures),
        resampling,
    }
}

/// Leaves out figures that nothing was measured for: 0 would say something else.
pub(super) fn defined(
    labels: &[(&'static str, &'static str)],
    values: &[f64],
    figures: Vec<Figure>,
) -> Vec<(&'static str, &'static str, Figure)> {
    let figures = labels.iter().zip(values).zip(figures);
    figures
        .filter(|((_, value), _)| !value.is_nan())
        .map(|(((key, label), _), figure)| (*key, *label, figure))
        .collect()
}

fn row(records: &[&Record<ShownPair>]) -> Row {
    let mut row: Row = [0.0; 9];
    let [people, points, a, b, tie, decided, first, both, agree] = &mut row;
    let mut verdicts = Vec::new();
    for record in records {
        let Some(judgement) = record.judgement() else {
            continue;
        };
        verdicts.push((record.shown.first, judgement.better));
        let chosen = match judgement.better {
            Better::A => Run::A,
            Better::B => Run::B,
            Better::Tie => continue,
        };
        *decided += 1.0;
        *first += f64::from(u8::from(chosen == record.shown.first));
    }
    let mean = verdicts.iter().map(|(_, better)| match better {
        Better::A => 0.0,
        Better::B => 1.0,
        Better::Tie => 0.5,
    });
    let mean = mean.sum::<f64>() / verdicts.len().max(1) as f64;
    *people = 1.0;
    *points = mean;
    *[a, tie, b][usize::from(mean >= 0.5) + usize::from(mean > 0.5)] = 1.0;
    let of = |run: Run| verdicts.iter().find(|(first, _)| *first == run);
    if let (Some(one), Some(other)) = (of(Run::A), of(Run::B)) {
        *both = 1.0;
        *agree = f64::from(u8::from(one.1 == other.1));
    }
    row
}
