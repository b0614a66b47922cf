//! What the annotations and interests of units say about pairs of them.

use crate::corpus::KeywordFacts;
use crate::extract::{Extracted, Unit, UnitKind};

use super::carriers::Carriers;
use super::profiles::Profiles;

/// Profiles over some labels, weighted by rarity.
pub(super) fn label_profiles(
    person: &Extracted,
    facts: &KeywordFacts,
    labels: impl Fn(&Unit) -> &Vec<(u32, u32)>,
) -> Profiles {
    let units = &person.units;
    Profiles::new(units.len(), person.keywords.len(), |unit, sums| {
        let unit = &units[unit];
        for (keyword, _) in labels(unit) {
            sums.add(*keyword, facts.rarity(*keyword));
        }
        // What an item's search led to says little beyond the item's own labels; a search has
        // none of its own and is known by the items it led to.
        if unit.kind == UnitKind::Search {
            for (other, led) in &unit.context {
                for (keyword, _) in labels(&units[*other as usize]) {
                    sums.add(*keyword, led * facts.rarity(*keyword));
                }
            }
        }
    })
}

/// The items that carry each annotation or interest, weighted by the feature `rarest_label`.
pub(super) fn rare_labels(person: &Extracted, facts: &KeywordFacts) -> Carriers {
    let mut entries = Vec::new();
    let mut ends = Vec::with_capacity(person.units.len());
    for unit in &person.units {
        let labels = unit.annotations.iter().chain(&unit.interests);
        entries.extend(labels.map(|(label, _)| (*label, facts.rarity(*label) * 0.2)));
        ends.push(entries.len() as u32);
    }
    Carriers::new(person.keywords.len(), &entries, &ends)
}
