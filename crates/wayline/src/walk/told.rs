//! Groups that somebody tells: a language model that is asked for all journeys at once, or what was known
//! of the person before.

use std::cmp::Reverse;

use crate::asking::Asked;
use crate::at_once::{Reply, request, schema};
use crate::cluster::Clustering;
use crate::embed::EmbeddingCache;
use crate::extract::{Extracted, Unit};
use crate::nouns::{GroupedBy, KnownJourney, NameReason, Standing};
use crate::profile::Profiling;
use crate::text_model::{TextModel, ask_where};

use super::Rooms;

/// Which keywords are one goal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    /// The group of each keyword, by its index.
    pub(super) groups: Vec<Option<u32>>,
    /// What each group is called, where it was told.
    pub(super) names: Vec<String>,
}

/// What was told, by whom, and what was asked for it.
pub(super) struct Telling {
    /// None where the rooms group.
    pub(super) told: Option<Told>,
    pub(super) by: GroupedBy,
    pub(super) asked: Asked,
    /// Why the model's names can't be had, where it gave nothing.
    pub(super) reason: Option<NameReason>,
}

impl Telling {
    /// Nobody is asked.
    pub(super) fn nothing() -> Self {
        Self {
            told: None,
            by: GroupedBy::Rooms,
            asked: Asked::default(),
            reason: None,
        }
    }

    /// What was known before.
    pub(super) fn by_memory(person: &Extracted, known: &[KnownJourney]) -> Self {
        let told = Told::of_known(known, person);
        let by = if told.is_some() {
            GroupedBy::Memory
        } else {
            GroupedBy::Rooms
        };
        Self {
            told,
            by,
            ..Self::nothing()
        }
    }

    /// Asks the model for all journeys of a person. Where it gives nothing that can be used, the groups
    /// are those that were known before; of whom nothing is known, the rooms group.
    pub(super) fn by_model(
        person: &Extracted,
        rooms: &Rooms<'_>,
        known: &[KnownJourney],
        model: &dyn TextModel,
        embeddings: &mut EmbeddingCache<'_>,
    ) -> Self {
        let profile = Profiling {
            person,
            as_of: rooms.as_of,
            config: &rooms.config.profile,
            may_tell: &|text| rooms.may_show(text),
        }
        .profile(embeddings);
        let mut telling = Self::nothing();
        if profile.is_empty() {
            return telling;
        }
        let fits = |reply: &Reply| reply.check(&profile);
        let answer = ask_where(model, &request(&profile), &schema(), fits);
        match telling.asked.count(answer) {
            Ok(reply) => {
                telling.by = GroupedBy::Llm;
                telling.told = Some(Told::of_reply(&reply, person));
            }
            Err(reason) => {
                let reason = Some(reason);
                let asked = std::mem::take(&mut telling.asked);
                telling = Self {
                    reason,
                    asked,
                    ..Self::by_memory(person, known)
                };
            }
        }
        telling
    }
}

impl Told {
    fn of_reply(reply: &Reply, person: &Extracted) -> Self {
        let mut told = Self {
            groups: vec![None; person.keywords.len()],
            names: Vec::new(),
        };
        for (group, journey) in (0_u32..).zip(&reply.journeys) {
            for keyword in &journey.keywords {
                told.groups[*keyword as usize] = Some(group);
            }
            told.names.push(journey.name.clone());
        }
        told.in_order()
    }

    fn of_known(known: &[KnownJourney], person: &Extracted) -> Option<Self> {
        let mut told = Self {
            groups: vec![None; person.keywords.len()],
            names: Vec::new(),
        };
        let live = known.iter().filter(|it| it.standing == Standing::Live);
        for (group, journey) in (0_u32..).zip(live) {
            for (held, _) in &journey.held {
                let place = person
                    .keywords
                    .binary_search_by(|it| it.text.as_str().cmp(held));
                if let Ok(place) = place {
                    told.groups[place].get_or_insert(group);
                }
            }
        }
        let is_any = told.groups.iter().any(Option::is_some);
        is_any.then(|| told.in_order())
    }

    /// Numbers the groups by their first keywords, so that the same groups come to the same journeys, whoever
    /// tells them.
    fn in_order(self) -> Self {
        let mut number_of: Vec<(u32, u32)> = Vec::new();
        for group in self.groups.iter().flatten() {
            if !number_of.iter().any(|(old, _)| old == group) {
                number_of.push((*group, number_of.len() as u32));
            }
        }
        let new = |group: u32| number_of.iter().find(|(old, _)| *old == group);
        let groups = self
            .groups
            .iter()
            .map(|group| new((*group)?).map(|(_, new)| *new));
        let names = number_of.iter();
        let names = names.filter_map(|(old, _)| self.names.get(*old as usize).cloned());
        Self {
            groups: groups.collect(),
            names: names.collect(),
        }
    }

    /// Groups of units, each in the group of most of its keywords, and the group of each keyword by the
    /// numbers of that. A keyword whose group has no unit is in none.
    pub(super) fn clustering(&self, person: &Extracted) -> (Clustering, Vec<Option<u32>>) {
        let mut sizes = vec![
            0_usize;
            self.groups
                .iter()
                .flatten()
                .max()
                .map_or(0, |it| *it as usize + 1)
        ];
        for group in self.groups.iter().flatten() {
            sizes[*group as usize] += 1;
        }
        let groups = sizes.len();
        let own = |unit: usize| groups + unit;
        let labels: Vec<usize> = person
            .units
            .iter()
            .enumerate()
            .map(|(place, unit)| self.group_of(unit, &sizes).unwrap_or_else(|| own(place)))
            .collect();
        let clustering = Clustering::from_labels(&labels);
        let mut number: Vec<Option<u32>> = vec![None; groups];
        for (label, cluster) in labels.iter().zip(clustering.cluster_of()) {
            if let Some(number) = number.get_mut(*label) {
                *number = Some(*cluster);
            }
        }
        let told = self.groups.iter();
        let told = told.map(|group| group.and_then(|it| number[it as usize]));
        let told = told.collect();
        (clustering, told)
    }

    /// A query counts double: it is the person's own word. Of groups with as many votes the unit goes to the
    /// smallest, which may have no other.
    fn group_of(&self, unit: &Unit, sizes: &[usize]) -> Option<usize> {
        let mut votes = vec![0_u32; sizes.len()];
        let mut vote = |keyword: u32, weight: u32| {
            if let Some(group) = self.groups[keyword as usize] {
                votes[group as usize] += weight;
            }
        };
        if let Some(query) = unit.query {
            vote(query, 2);
        }
        for (keyword, _) in unit.annotations.iter().chain(&unit.interests) {
            vote(*keyword, 1);
        }
        let voted = votes.iter().enumerate().filter(|(_, votes)| **votes > 0);
        let best =
            voted.max_by_key(|(group, votes)| (**votes, Reverse(sizes[*group]), Reverse(*group)));
        best.map(|(group, _)| group)
    }

    /// The name that was told for a candidate: that of the group that its strongest keyword was put into.
    pub(super) fn name_of(&self, keywords: &[(u32, f64)]) -> Option<&str> {
        let (strongest, _) = keywords.first()?;
        let group = self.groups[*strongest as usize]?;
        self.names.get(group as usize).map(String::as_str)
    }
}
