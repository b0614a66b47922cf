//! Items: what people open, save and click, and what content understanding says of them.

use super::catalogue::{Catalogue, CatalogueJourney};
use super::dice::{Dice, Stream, number_of};
use super::log_kind::LogKind;
use super::noise::GENERIC;
use super::text::{handle, slug, title_case};

/// How many shared items a journey has.
pub(super) const SHELF: usize = 48;
/// A journey's items and annotations fall into this many facets, and a person leans towards one:
/// so one goal has parts that look less alike than the goal's items on the whole.
pub(super) const FACETS: usize = 3;

/// What an annotation has to do with the journey of its item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bearing {
    Topic,
    Generic,
    OffTopic,
}

/// One item as the log shows it.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) annotations: Vec<(String, Bearing)>,
    pub(super) interests: Vec<String>,
    pub(super) url: String,
}

/// Makes items of one simulation.
pub(super) struct Items<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) seed: u64,
    pub(super) kind: LogKind,
}

impl Items<'_> {
    /// The item that stands at `place` on the journey's shelf, the same for everybody.
    pub(super) fn shared(&self, journey: usize, place: usize) -> Option<Item> {
        let about = self.catalogue.journeys().get(journey)?;
        let dice = Dice::new(
            self.seed,
            Stream::SharedItem,
            number_of(&about.id),
            place as u64,
        );
        let facet = place % FACETS;
        Some(self.make(about, facet, dice, |about, dice| {
            dice.pick(&about.item_titles).cloned()
        }))
    }

    /// The `count`-th item that this person opens and nobody else does.
    pub(super) fn own(
        &self,
        journey: usize,
        person: u64,
        count: u64,
        facet: usize,
    ) -> Option<Item> {
        let about = self.catalogue.journeys().get(journey)?;
        let dice = Dice::new(self.seed, Stream::OwnItem, person, count);
        // 65,536 items a person are more than anybody opens here, so the name is nobody else's.
        let author = handle(person.wrapping_mul(1 << 16).wrapping_add(count));
        Some(self.make(about, facet, dice, |about, dice| {
            Some(composed_title(about, &author, dice))
        }))
    }

    fn make(
        &self,
        about: &CatalogueJourney,
        facet: usize,
        mut dice: Dice,
        title: impl FnOnce(&CatalogueJourney, &mut Dice) -> Option<String>,
    ) -> Item {
        let dice = &mut dice;
        let off_topic = self.kind == LogKind::OffTopic;
        let id = (dice.word() >> 12).to_string();

        let mut annotations: Vec<(String, Bearing)> = Vec::new();
        let mut add = |text: &str, bearing: Bearing| {
            if !annotations.iter().any(|(known, _)| known == text) {
                annotations.push((text.to_owned(), bearing));
            }
        };
        for _ in 0..dice.between(3, 7) {
            let all = &about.annotations;
            // Topical ones that repeat fall away, which makes 35 % of these 31 %.
            if off_topic && dice.chance(0.31) {
                if let Some(text) = self.stray_annotation(dice) {
                    add(text, Bearing::OffTopic);
                }
                continue;
            }
            let drawn = dice.early(all.len());
            let in_facet = drawn - drawn % FACETS + facet;
            let at = if dice.chance(0.7) && in_facet < all.len() {
                in_facet
            } else {
                drawn
            };
            if let Some(text) = all.get(at) {
                add(text, Bearing::Topic);
            }
        }
        if dice.chance(0.7) {
            for _ in 0..dice.between(1, 2) {
                let at = dice.early(GENERIC.len()).min(dice.below(GENERIC.len()));
                if let Some(text) = GENERIC.get(at) {
                    add(text, Bearing::Generic);
                }
            }
        }
        if !off_topic
            && dice.chance(0.12)
            && let Some(text) = self.stray_annotation(dice)
        {
            add(text, Bearing::OffTopic);
        }
        dice.shuffle(&mut annotations);

        let mut interests: Vec<String> = Vec::new();
        let from = dice.early(about.interests.len().min(3));
        let wanted = dice.between(1, 4);
        interests.extend(about.interests.iter().skip(from).take(wanted).cloned());
        if dice.chance(0.06)
            && let Some(other) = dice.pick(self.catalogue.journeys())
            && let Some(broad) = other.interests.first()
            && !interests.contains(broad)
        {
            interests.push(broad.clone());
        }
        if dice.chance(if off_topic { 0.5 } else { 0.03 }) {
            interests.clear();
        }

        let title = if dice.chance(0.05) {
            None
        } else {
            title(about, dice)
        };
        let url = address(about, &id, dice);
        Item {
            id,
            title,
            annotations,
            interests,
            url,
        }
    }

    /// An annotation of any journey: what content understanding gets wrong.
    fn stray_annotation(&self, dice: &mut Dice) -> Option<&str> {
        let other = dice.pick(self.catalogue.journeys())?;
        dice.pick(&other.annotations).map(String::as_str)
    }
}

/// Large sites stand for many goals, small ones for one.
fn address(about: &CatalogueJourney, id: &str, dice: &mut Dice) -> String {
    const LARGE: &[&str] = &[
        "www.marketplace.example",
        "www.bigstore.example",
        "www.videos.example",
        "forum.example",
        "blogs.example",
        "www.handmade.example",
    ];
    if dice.chance(0.4) {
        return format!("https://{}/p/{id}", dice.text(LARGE));
    }
    let interest = dice.pick(&about.interests).map_or("home", String::as_str);
    format!(
        "https://www.{}.example/{id}",
        slug(interest).replace('-', "")
    )
}

/// A title that nobody has read before.
fn composed_title(about: &CatalogueJourney, author: &str, dice: &mut Dice) -> String {
    let phrase = |dice: &mut Dice| {
        dice.pick(&about.annotations)
            .map_or(String::new(), |a| title_case(a))
    };
    let (a, b) = (phrase(dice), phrase(dice));
    let known = dice.pick(&about.item_titles).map_or("", String::as_str);
    let words: Vec<&str> = known.split_whitespace().collect();
    let start = words
        .iter()
        .take(words.len().div_ceil(2).max(2))
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let number = dice.between(5, 99);
    let place = dice.text(&[
        "a Small Flat",
        "Beginners",
        "Busy People",
        "the Whole Family",
        "a Tight Budget",
        "Two",
    ]);
    let title = match dice.below(20) {
        0 => format!("{number} {a} Picks Worth a Look"),
        1 => format!("How We Chose {a}"),
        2 => format!("{a} and {b}: What to Know First"),
        3 => format!("The Trouble With {a}"),
        4 => format!("{a}, {b} and More"),
        5 => format!("{a} for {place}"),
        6 => format!("My Honest Take on {a}"),
        7 => format!("{b} Done Right in {number} Minutes"),
        8 => format!("{start}, With {a}"),
        9 => format!("{a}: {number} Photos"),
        10 => format!("Before You Buy: {a}"),
        11 => format!("{start} for {place}"),
        12 => format!("{a} vs {b}"),
        13 => format!("We Tried {a} So You Don't Have To"),
        14 => format!("{a}, Set of {number}"),
        15 => format!("From {a} to {b}"),
        16 => format!("{number} Mistakes With {a}"),
        17 => format!("{a} Step by Step"),
        18 => format!("Save This for Later: {b}"),
        _ => format!("A Year With {a}"),
    };
    let link = dice.text(&[" | ", " by ", " - ", " · "]);
    format!("{title}{link}{author}")
}
