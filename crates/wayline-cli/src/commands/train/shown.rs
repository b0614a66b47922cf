//! Journeys that were shown to people, and what they did with them; journeys that annotators judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use wayline::feedback::{Impression, Says, impressions};
use wayline::nouns::{Feedback, Timestamp};
use wayline::rank::{FEATURES, Features, features};
use wayline::train::{PositionBias, Shown};
use wayline::walk;
use wayline_files::read::Inputs;
use wayline_files::tables::{JourneyLabel, TableSummary, read_feedback, read_labels};

use super::judged::{HIGHEST_GAIN, Judged, LEARNED, gain_of};
use super::moments::{CACHED_TEXTS, Inference, gather_up_to};
use crate::run::InputArgs;

/// Journeys of a log are found at so many moments, at most: the log is read once for each.
const MOST_MOMENTS: usize = 12;

/// What was said of journeys, and shown of them.
#[derive(Default)]
pub(super) struct Opinions {
    labels: Vec<JourneyLabel>,
    impressions: Vec<Impression>,
}

/// A journey of a person at one of the moments that are looked from.
type Place<'a> = (Timestamp, &'a str, &'a str);

impl Opinions {
    /// Reads labels and feedback. Says on standard error what was left out.
    pub(super) fn read(labels: Option<&Path>, feedback: Option<&Path>) -> Result<Self> {
        let inputs = |path: &Path| Inputs::find([path.to_string_lossy()]);
        let mut opinions = Self::default();
        if let Some(path) = labels {
            let (rows, read) = read_labels(&inputs(path)?)?;
            told(path, &read);
            opinions.labels = rows;
        }
        if let Some(path) = feedback {
            let mut rows: Vec<Feedback> = Vec::new();
            let read = read_feedback(&inputs(path)?, |row| rows.push(row))?;
            told(path, &read);
            opinions.impressions = impressions(rows);
        }
        if opinions.is_empty() && (labels.is_some() || feedback.is_some()) {
            bail!(
                "--labels and --feedback hold no row; leave them out to learn from the log alone"
            );
        }
        Ok(opinions)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.impressions.is_empty()
    }

    /// Finds the journeys in the log, as they were: by the events up to the last of the moments
    /// that isn't later than what is said of them. Prints how likely people look at each position.
    pub(super) fn judged(
        &self,
        out: &mut impl Write,
        input: &InputArgs,
        with: Inference<'_>,
    ) -> Result<Vec<Judged>> {
        let labelled = self.labels.iter().map(|label| label.as_of);
        let shown = self.impressions.iter().map(|it| it.at);
        let moments = moments(labelled.chain(shown).collect());
        let since = |at: Timestamp| moments[moments.partition_point(|it| *it <= at).max(1) - 1];
        let mut wanted: BTreeSet<Place<'_>> = BTreeSet::new();
        for it in &self.labels {
            wanted.insert((since(it.as_of), &it.user_id, &it.journey_id));
        }
        for it in &self.impressions {
            wanted.insert((since(it.at), &it.user_id, &it.journey_id));
        }
        let found = find(&wanted, &moments, input, with)?;
        let bias = self.position_bias(&found, &since);
        positions(out, &bias)?;
        let mut said: BTreeMap<Place<'_>, Said> = BTreeMap::new();
        for it in &self.labels {
            let says = Says {
                total: 1.0,
                positive: gain_of(it.relevance) / HIGHEST_GAIN,
            };
            add(
                &mut said,
                (since(it.as_of), &it.user_id, &it.journey_id),
                says,
            );
        }
        for it in &self.impressions {
            // What stood in no list was looked at.
            let propensity = it
                .position
                .map(|position| bias.propensity(it.channel, position));
            let says = it.says(propensity.unwrap_or(1.0), &with.config.feedback);
            add(&mut said, (since(it.at), &it.user_id, &it.journey_id), says);
        }
        let judged = said.iter().filter_map(|(place, says)| {
            let features = found.get(place)?;
            Some(Judged {
                user_id: place.1.to_owned(),
                at: place.0,
                features: *features,
                total: says.total,
                positive: says.positive,
                gain: HIGHEST_GAIN * says.positive / f64::from(says.opinions),
            })
        });
        let judged: Vec<Judged> = judged.collect();
        let unknown = said.len() - judged.len();
        writeln!(
            out,
            "{} journeys that were shown or judged, looked at from {} moments; {unknown} more that \
             the log doesn't hold at that time are left out",
            judged.len(),
            moments.len()
        )?;
        if judged.is_empty() {
            bail!(
                "none of the {unknown} journeys of --labels and --feedback is found in the log: are \
                 they of this log, and inferred with this --model?"
            );
        }
        Ok(judged)
    }

    fn position_bias(
        &self,
        found: &HashMap<Place<'_>, Features>,
        since: &impl Fn(Timestamp) -> Timestamp,
    ) -> PositionBias {
        let learned = |features: &Features| -> Vec<f32> {
            let named = FEATURES.iter().zip(features);
            let named = named.filter(|(name, _)| LEARNED.contains(name));
            named.map(|(_, value)| *value).collect()
        };
        let seen: Vec<(&Impression, u32, Vec<f32>)> = self
            .impressions
            .iter()
            .filter_map(|it| {
                let features = found.get(&(since(it.at), &it.user_id, &it.journey_id))?;
                Some((it, it.position?, learned(features)))
            })
            .collect();
        let shown = seen.iter().map(|(it, position, features)| Shown {
            channel: it.channel,
            position: *position,
            taken: it.was_taken(),
            looked: it.was_looked_at(),
            features,
        });
        PositionBias::estimate(&shown.collect::<Vec<_>>())
    }
}

/// What all labels and impressions of a journey at a moment say.
#[derive(Default)]
struct Said {
    total: f64,
    positive: f64,
    opinions: u32,
}

fn add<'a>(said: &mut BTreeMap<Place<'a>, Said>, place: Place<'a>, says: Says) {
    let sum = said.entry(place).or_default();
    sum.total += says.total;
    sum.positive += says.positive;
    sum.opinions += 1;
}

fn told(path: &Path, read: &TableSummary) {
    if read.rejected() > 0 {
        eprintln!(
            "wayline: {}: {} of {} rows can't be used{}",
            path.display(),
            read.rejected(),
            read.rows,
            read.reasons()
        );
    }
}

/// The first of each of so many parts of as many times.
fn moments(mut times: Vec<Timestamp>) -> Vec<Timestamp> {
    times.sort_unstable();
    times.dedup();
    let parts = times.len().div_ceil(MOST_MOMENTS).max(1);
    times.chunks(parts).map(|part| part[0]).collect()
}

/// The features of the journeys that are wanted, as they were at their moments.
fn find<'w>(
    wanted: &BTreeSet<Place<'w>>,
    moments: &[Timestamp],
    input: &InputArgs,
    with: Inference<'_>,
) -> Result<HashMap<Place<'w>, Features>> {
    let mut found = HashMap::new();
    for moment in moments {
        let mut of_people: HashMap<&str, Vec<Place<'w>>> = HashMap::new();
        for place in wanted.iter().filter(|place| place.0 == *moment) {
            of_people.entry(place.1).or_default().push(*place);
        }
        let gathered = gather_up_to(input, Some(*moment), with)?;
        let rooms = gathered.rooms(with.config, with.models);
        let mut embeddings = with.models.embeddings(CACHED_TEXTS);
        for person in gathered.people.records()? {
            let person = person?;
            let Some(places) = of_people.get(person.user_id.as_str()) else {
                continue;
            };
            let walked = walk(&person, &rooms, &mut embeddings)?;
            let measured = features(&person, &walked.assigned.candidates, *moment);
            for (fate, features) in walked.fates.iter().zip(measured) {
                if let Some(place) = places.iter().find(|it| it.2 == fate.journey_id()) {
                    found.insert(*place, features);
                }
            }
        }
    }
    Ok(found)
}

fn positions(out: &mut impl Write, bias: &PositionBias) -> Result<()> {
    let mut places = bias.places().peekable();
    if places.peek().is_none() {
        return Ok(());
    }
    writeln!(
        out,
        "positions, and how likely people look there, against where they look most"
    )?;
    for (channel, position, place) in places {
        writeln!(
            out,
            "  {:<6} {position:>3} {:>9} shown {:>9} taken {:>7.3}",
            channel.as_str(),
            place.shown,
            place.taken,
            place.propensity
        )?;
    }
    Ok(())
}
