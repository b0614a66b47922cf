//! Parts of the catalogue for training on some journeys and testing on others.

use super::catalogue::Catalogue;
use super::text::normalise;

/// Deals the journeys into `k` folds of about equal size and gives each journey's fold, `0..k`, in
/// the catalogue's order. Journeys that are one goal told twice (one's name is the other's name or
/// alternative name) and journeys that name each other as near misses share a fold, so nothing
/// that is tested was trained under another id. `k` of 0 counts as 1.
pub fn catalogue_folds(catalogue: &Catalogue, k: usize) -> Vec<usize> {
    let journeys = catalogue.journeys();
    let n = journeys.len();
    let names: Vec<String> = journeys.iter().map(|j| normalise(&j.name)).collect();
    let lists = |pick: fn(&super::CatalogueJourney) -> &Vec<String>| -> Vec<Vec<String>> {
        journeys
            .iter()
            .map(|j| pick(j).iter().map(|t| normalise(t)).collect())
            .collect()
    };
    let (others, misses) = (lists(|j| &j.alt_names), lists(|j| &j.near_misses));

    let mut group: Vec<usize> = (0..n).collect();
    for a in 0..n {
        for b in a + 1..n {
            let told_twice = names[a] == names[b]
                || others[a].contains(&names[b])
                || others[b].contains(&names[a]);
            let mutual = misses[a].contains(&names[b]) && misses[b].contains(&names[a]);
            if told_twice || mutual {
                let (low, high) = (group[a].min(group[b]), group[a].max(group[b]));
                for g in &mut group {
                    if *g == high {
                        *g = low;
                    }
                }
            }
        }
    }

    // The largest groups first, each into the emptiest fold.
    let mut sizes: Vec<(usize, usize)> = (0..n)
        .map(|g| (group.iter().filter(|x| **x == g).count(), g))
        .filter(|(size, _)| *size > 0)
        .collect();
    sizes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut filled = vec![0usize; k.max(1)];
    let mut fold_of_group = vec![0usize; n];
    for (size, g) in sizes {
        let emptiest = (0..filled.len()).min_by_key(|f| filled[*f]).unwrap_or(0);
        filled[emptiest] += size;
        fold_of_group[g] = emptiest;
    }
    group.into_iter().map(|g| fold_of_group[g]).collect()
}
