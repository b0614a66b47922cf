//! One person's example.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::at_once::{NamedJourney, Reply, request};
use crate::nouns::normalize;
use crate::profile::{Profile, estimated_tokens};

use super::Conversation;

/// A journey, as the teacher tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeacherJourney {
    /// What the teacher calls it.
    pub name: String,
    /// The texts of its keywords.
    pub keywords: Vec<String>,
}

/// What an example is made from.
pub struct Lesson<'a> {
    /// Whose it is.
    pub user_id: &'a str,
    /// What the model is asked about.
    pub profile: &'a Profile,
    /// What the teacher found; the journey that matters most first.
    pub journeys: &'a [TeacherJourney],
    /// Journeys that aren't among them, since the model that was to name them didn't.
    pub unnamed: u64,
    /// Which share of the people is for validation, 0 to 1.
    pub validation: f64,
    /// Another seed puts other people into validation.
    pub seed: u64,
    /// Whether a text may be told; of the profile that was asked before.
    pub may_tell: &'a dyn Fn(&str) -> bool,
}

/// What the example is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// To learn from.
    Train,
    /// To see how well it was learned.
    Validation,
}

/// An example of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// What it is for.
    pub part: Part,
    /// The conversation, as JSON on one line.
    pub line: String,
    /// The same for people with the same keywords, however often they used them.
    pub sameness: [u8; 16],
    /// Journeys in the reply.
    pub journeys: u32,
    /// Keywords in the question.
    pub keywords: u32,
    /// Those of them that are in a journey of the reply.
    pub keywords_in_journeys: u32,
    /// About how many tokens the question has, with its instructions.
    pub question_tokens: u32,
    /// About how many the reply has.
    pub reply_tokens: u32,
    /// What of the teacher's isn't in it.
    pub unused: Unused,
}

/// What of the teacher's journeys isn't in an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unused {
    /// Journeys none of whose keywords the question tells.
    pub journeys_untold: u64,
    /// Journeys whose name must not be told.
    pub journeys_withheld: u64,
    /// Journeys whose name a reply can't have: none, or too long.
    pub journeys_misnamed: u64,
    /// Journeys that a language model was to name, and didn't.
    pub journeys_unnamed: u64,
    /// Keywords of journeys that the question doesn't tell.
    pub keywords_untold: u64,
    /// Keywords that the question doesn't tell since they must not be told.
    pub keywords_withheld: u64,
}

/// Why a person gives no example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Untaught {
    /// There is nothing to ask about.
    NothingToTell,
    /// The teacher found journeys, but none of them can be told.
    NoJourneyToTell,
    /// The teacher didn't see this person.
    Unseen,
    /// The teacher is a language model that gave nothing which can be used of this person: what stands
    /// there instead is somebody else's.
    Unanswered,
}

impl Lesson<'_> {
    /// The example.
    ///
    /// # Errors
    /// Why there is none.
    pub fn example(&self) -> Result<Example, Untaught> {
        let profile = self.profile;
        if profile.is_empty() {
            return Err(Untaught::NothingToTell);
        }
        let (reply, mut unused) = self.reply();
        unused.journeys_unnamed = self.unnamed;
        unused.keywords_withheld = u64::from(profile.left_out.withheld);
        match (reply.journeys.is_empty(), self.journeys.is_empty()) {
            (true, true) if self.unnamed > 0 => return Err(Untaught::Unanswered),
            (true, false) => return Err(Untaught::NoJourneyToTell),
            _ => {}
        }
        let asked = request(profile).messages;
        let question_tokens = asked.iter().map(|it| estimated_tokens(&it.text)).sum();
        let json = reply.json();
        let in_journeys = reply.journeys.iter().map(|it| it.keywords.len()).sum();
        Ok(Example {
            part: self.part(),
            sameness: sameness(profile),
            journeys: small(reply.journeys.len()),
            keywords: small(profile.keywords().count()),
            keywords_in_journeys: small(in_journeys),
            question_tokens: small(question_tokens),
            reply_tokens: small(estimated_tokens(&json)),
            line: Conversation::of(asked, json).json(),
            unused,
        })
    }

    /// The teacher's journeys by the numbers of the profile. A model can't find what it isn't told, and
    /// writes lists most easily in the order in which it read them.
    fn reply(&self) -> (Reply, Unused) {
        let mut unused = Unused::default();
        let told = self.profile.keywords();
        let places: HashMap<&str, usize> = told
            .enumerate()
            .map(|(place, keyword)| (keyword.text.as_str(), place))
            .collect();
        let numbers: Vec<u32> = self.profile.keywords().map(|it| it.index).collect();
        let mut taken = BTreeSet::new();
        let mut journeys = Vec::new();
        for journey in self.journeys {
            let mut own = BTreeSet::new();
            for keyword in &journey.keywords {
                match places.get(keyword.as_str()) {
                    // A keyword is in the first of its journeys alone, as it is to be in replies.
                    Some(place) if !taken.contains(place) => {
                        own.insert(*place);
                    }
                    Some(_) => {}
                    None => unused.keywords_untold += 1,
                }
            }
            let named = NamedJourney {
                name: one_line(&journey.name),
                keywords: own.iter().map(|place| numbers[*place]).collect(),
            };
            if own.is_empty() {
                unused.journeys_untold += 1;
            } else if !named.has_name() {
                unused.journeys_misnamed += 1;
            } else if !(self.may_tell)(&named.name) {
                unused.journeys_withheld += 1;
            } else {
                taken.extend(own);
                journeys.push(named);
            }
        }
        (Reply { journeys }, unused)
    }

    /// By the id alone, so that a person stays where they are when the log grows, and examples of one
    /// person made at different times never stand on both sides.
    fn part(&self) -> Part {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"validation");
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(self.user_id.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        // 53 bits, which a float holds.
        let share = (u64::from_le_bytes(first) >> 11) as f64 / (1_u64 << 53) as f64;
        if share < self.validation {
            Part::Validation
        } else {
            Part::Train
        }
    }
}

/// Of the words of all keywords: neither order nor spelling of spaces and signs, neither how often nor
/// when makes two profiles differ.
fn sameness(profile: &Profile) -> [u8; 16] {
    let keywords = profile.keywords().map(|it| {
        let mut normal = String::new();
        normalize(&it.text, &mut normal);
        let words = normal.split(|it: char| !it.is_alphanumeric());
        let mut words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
        words.sort_unstable();
        words.join(" ")
    });
    let keywords: BTreeSet<String> = keywords.filter(|it| !it.is_empty()).collect();
    let mut hasher = blake3::Hasher::new();
    for keyword in keywords {
        hasher.update(&(keyword.len() as u64).to_le_bytes());
        hasher.update(keyword.as_bytes());
    }
    let mut sameness = [0; 16];
    sameness.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    sameness
}

fn one_line(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ")
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
