//! Keywords put together by meaning.

use serde_json::json;

use crate::embed::EmbeddingCache;
use crate::extract::Extracted;

use super::{ProfileConfig, add_shortened, tokens_of};

/// What groups are made from.
pub(super) struct Grouping<'a> {
    pub(super) person: &'a Extracted,
    pub(super) config: &'a ProfileConfig,
    pub(super) may_tell: &'a dyn Fn(&str) -> bool,
}

/// Keywords near each other.
#[derive(Default)]
pub(super) struct Group {
    /// With their weights, the strongest first.
    pub(super) keywords: Vec<(u32, f64)>,
    pub(super) boards: Vec<String>,
    pub(super) titles: Vec<String>,
    weight: f64,
}

impl Group {
    /// Tokens of what stands around the keywords.
    pub(super) fn frame_tokens(&self) -> usize {
        let lists = [&self.boards, &self.titles].into_iter();
        let lists = lists.filter(|list| !list.is_empty());
        // With a comma.
        let tokens = |text: &String| tokens_of(&json!(text)) + 1;
        lists
            .map(|list| LIST_TOKENS + list.iter().map(tokens).sum::<usize>())
            .sum::<usize>()
            + LINE_TOKENS
    }
}

/// Tokens of `{"keywords":[]}` and the line's end.
pub(super) const LINE_TOKENS: usize = 11;
/// Tokens of `,"boards":[]`.
const LIST_TOKENS: usize = 9;

/// Leader clustering (Hartigan 1975): the strongest keywords found groups, each other one goes to the
/// nearest founder, or founds a group where none is near enough. Cheap, and enough for a reader who groups
/// anew.
pub(super) fn groups(
    grouping: &Grouping<'_>,
    told: &[u32],
    embeddings: &mut EmbeddingCache<'_>,
) -> Vec<Group> {
    let Grouping { person, config, .. } = *grouping;
    let mut weighed: Vec<(u32, f64)> = told
        .iter()
        .map(|index| (*index, weight(person, *index)))
        .collect();
    weighed.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    let embeddings = embeddings.inside();
    let dimensions = embeddings.dimensions();
    let mut founders: Vec<Vec<f32>> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: Vec<Option<usize>> = vec![None; person.keywords.len()];
    for (index, weight) in weighed {
        let mut vector = vec![0.0; dimensions];
        embeddings.embed(&person.keywords[index as usize].text, &mut vector);
        let near = founders.iter().map(|founder| similarity(founder, &vector));
        let nearest = near
            .enumerate()
            .max_by(|left, right| left.1.total_cmp(&right.1));
        let place = match nearest {
            Some((place, near)) if near >= config.min_similarity => place,
            _ => {
                founders.push(vector);
                groups.push(Group::default());
                groups.len() - 1
            }
        };
        group_of[index as usize] = Some(place);
        groups[place].keywords.push((index, weight));
        groups[place].weight += weight;
    }
    add_texts(grouping, &group_of, &mut groups);
    groups.sort_by(|left, right| {
        let by_weight = right.weight.total_cmp(&left.weight);
        by_weight.then_with(|| left.keywords[0].0.cmp(&right.keywords[0].0))
    });
    groups
}

/// Visits count in full, events of one visit less and less.
fn weight(person: &Extracted, index: u32) -> f64 {
    let keyword = &person.keywords[index as usize];
    f64::from(keyword.visits.max(1)) * (1.0 + libm::log(f64::from(keyword.count.max(1))))
}

/// Vectors are of unit length.
fn similarity(left: &[f32], right: &[f32]) -> f64 {
    let products = left
        .iter()
        .zip(right)
        .map(|(a, b)| f64::from(*a) * f64::from(*b));
    products.sum()
}

/// Boards and titles go with the group that most keywords of their units are in.
fn add_texts(grouping: &Grouping<'_>, group_of: &[Option<usize>], groups: &mut [Group]) {
    let Grouping {
        person,
        config,
        may_tell,
    } = *grouping;
    let mut boards: Vec<(usize, u32, f32)> = Vec::new();
    let mut titles: Vec<(usize, &str, f32)> = Vec::new();
    for unit in &person.units {
        let mut votes = vec![0_u32; groups.len()];
        let all = unit.query.iter();
        let all = all.chain(unit.annotations.iter().map(|(index, _)| index));
        for index in all.chain(unit.interests.iter().map(|(index, _)| index)) {
            if let Some(place) = group_of[*index as usize] {
                votes[place] += 1;
            }
        }
        let most = votes.iter().enumerate();
        let most = most.max_by(|left, right| left.1.cmp(right.1).then(right.0.cmp(&left.0)));
        let Some((place, _)) = most.filter(|(_, votes)| **votes > 0) else {
            continue;
        };
        for (board, count) in &unit.boards {
            match boards.iter_mut().find(|it| (it.0, it.1) == (place, *board)) {
                Some(there) => there.2 += *count as f32,
                None => boards.push((place, *board, *count as f32)),
            }
        }
        titles.extend(
            unit.title
                .as_deref()
                .map(|title| (place, title, unit.weight)),
        );
    }
    boards.sort_by(|left, right| right.2.total_cmp(&left.2).then(left.1.cmp(&right.1)));
    titles.sort_by(|left, right| right.2.total_cmp(&left.2).then(left.1.cmp(right.1)));
    let mut add = |place: usize, text: &str, of: fn(&mut Group) -> &mut Vec<String>| {
        add_shortened(of(&mut groups[place]), config.most_texts, text, may_tell);
    };
    for (place, board, _) in boards {
        add(place, &person.boards[board as usize], |it| &mut it.boards);
    }
    for (place, title, _) in titles {
        add(place, title, |it| &mut it.titles);
    }
}
