//! People made up for the tests and benches of writing: the size of real ones, the same each time.

use wayline::nouns::{
    Checked, GroupedBy, Journey, JourneyKeyword, KeywordRow, LeftOver, Lifecycle, NameReason,
    NameSource, PersonResult, Phase, Reason, Related, RunInfo, Source, Sources, Stage, Status,
    Timestamp, Verdict,
};

const WORDS: [&str; 24] = [
    "barn",
    "wedding",
    "rustic",
    "centerpiece",
    "keto",
    "dinner",
    "garden",
    "raised",
    "bed",
    "small",
    "ideas",
    "diy",
    "outdoor",
    "kitchen",
    "travel",
    "japan",
    "spring",
    "linen",
    "dress",
    "nursery",
    "sourdough",
    "über",
    "東京",
    "quo\"te",
];

/// What a run says of itself.
pub(crate) fn run() -> RunInfo {
    RunInfo {
        run_id: "5f1c0d3a9b7e2468".to_owned(),
        schema_version: 1,
        config_hash: "a1b2c3d4e5f60718".to_owned(),
        models: "affinity:0011223344556677,ranker:8899aabbccddeeff".to_owned(),
        corpus_hash: "0f1e2d3c4b5a6978".to_owned(),
        as_of: Timestamp::from_millis(1_714_564_800_000),
    }
}

/// A small generator, so that samples need no crate that only tests use.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn text(&mut self) -> String {
        let len = 2 + self.roll(3);
        let words: Vec<&str> = (0..len).map(|_| WORDS[self.roll(WORDS.len())]).collect();
        words.join(" ")
    }

    fn texts(&mut self, most: usize) -> Vec<String> {
        (0..self.roll(most + 1)).map(|_| self.text()).collect()
    }

    fn sources(&mut self) -> Sources {
        let first = Source::ALL[self.roll(3)];
        Sources::from_iter([first, Source::ALL[self.roll(2)]])
    }

    fn time(&mut self) -> Timestamp {
        let millis = 1_700_000_000_000 + self.roll(14_000_000) as i64 * 1_000;
        Timestamp::from_millis(millis + [0, 0, 0, 120][self.roll(4)])
    }

    fn fraction(&mut self) -> f64 {
        self.roll(1 << 30) as f64 / f64::from(1 << 30)
    }
}

/// People with about 190 keywords and 8 journeys each, in the order of their ids.
pub(crate) fn people(how_many: usize, seed: u64) -> Vec<PersonResult> {
    (0..how_many)
        .map(|number| person(&format!("user-{number:07}"), seed ^ number as u64))
        .collect()
}

/// One such person.
pub(crate) fn person(user_id: &str, seed: u64) -> PersonResult {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let journeys: Vec<Journey> = (1..=4 + dice.roll(9))
        .map(|rank| journey(user_id, rank as u32, &mut dice))
        .collect();
    let mut texts: Vec<String> = (0..140 + dice.roll(100)).map(|_| dice.text()).collect();
    texts.sort_unstable();
    let keywords = texts
        .into_iter()
        .map(|keyword| {
            let home = journeys.get(dice.roll(journeys.len() * 2));
            let (left, right) = (dice.time(), dice.time());
            KeywordRow {
                user_id: user_id.to_owned(),
                keyword,
                journey_id: home.map(|journey| journey.journey_id.clone()),
                reason: home.is_none().then(|| LeftOver::ALL[dice.roll(6)]),
                sources: dice.sources(),
                count: 1 + dice.roll(9) as u32,
                first_seen: left.min(right),
                last_seen: left.max(right),
            }
        })
        .collect();
    PersonResult {
        user_id: user_id.to_owned(),
        journeys,
        keywords,
    }
}

fn journey(user_id: &str, rank: u32, dice: &mut Dice) -> Journey {
    let (left, right) = (dice.time(), dice.time());
    let keywords = (0..5 + dice.roll(16)).map(|_| JourneyKeyword {
        keyword: dice.text(),
        sources: dice.sources(),
        count: 1 + dice.roll(9) as u32,
        weight: dice.fraction(),
    });
    let keywords = keywords.collect();
    let phases = [
        None,
        Some(Phase::Inspiration),
        Some(Phase::Planning),
        Some(Phase::Action),
    ];
    let name_sources = [
        NameSource::Keyword,
        NameSource::Interest,
        NameSource::Composed,
    ];
    Journey {
        user_id: user_id.to_owned(),
        journey_id: format!("{:011x}{:011x}", dice.roll(1 << 31), dice.roll(1 << 31)),
        rank,
        name: dice.text(),
        name_source: name_sources[dice.roll(3)],
        keywords,
        interests: dice.texts(4),
        stage: Stage {
            lifecycle: [Lifecycle::Situational, Lifecycle::Evergreen][dice.roll(2)],
            status: [Status::Ongoing, Status::Ended][dice.roll(2)],
            phase: phases[dice.roll(4)],
        },
        confidence: dice.fraction(),
        score: dice.fraction(),
        return_probability: dice.fraction(),
        started_at: left.min(right),
        last_active_at: left.max(right),
        events: 1 + dice.roll(80) as u32,
        visits: 1 + dice.roll(12) as u32,
        boards: dice.texts(3),
        items: dice.texts(5),
        hidden: dice.roll(4) == 0,
        related: (0..dice.roll(3))
            .map(|_| Related {
                name: dice.text(),
                score: dice.fraction(),
                because: dice.text(),
            })
            .collect(),
        grouped_by: [GroupedBy::Rooms, GroupedBy::Llm, GroupedBy::Memory][dice.roll(3)],
        safety: Checked {
            verdict: [Verdict::Ok, Verdict::Sensitive][dice.roll(2)],
            reason: [None, Some(Reason::Health)][dice.roll(2)],
        },
        name_reason: [None, Some(NameReason::Unlike), Some(NameReason::NoReply)][dice.roll(3)],
    }
}
