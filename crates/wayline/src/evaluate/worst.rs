//! The people whose journeys are least like the golden ones.

use crate::compare::{Before, Named, Story, match_lists};

/// One person's golden journeys (`before`) and inferred ones (`after`), and what became of each:
/// a golden one is found (`kept`), was split, merged with others, or is missed (`gone`).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Who.
    pub user_id: String,
    /// What became of the journeys.
    pub story: Story,
}

/// A golden journey.
pub(super) struct Golden {
    pub(super) named: Named,
    /// Whether it should be found; others may be.
    pub(super) wanted: bool,
}

impl Account {
    pub(super) fn of(user_id: &str, golden: Vec<Golden>, shown: &[Named], same: f64) -> Self {
        let keywords = |list: &[Golden]| -> Vec<Vec<u32>> {
            list.iter().map(|it| it.named.keywords.clone()).collect()
        };
        let (of_gold, of_shown): (Vec<Vec<u32>>, Vec<&[u32]>) = (
            keywords(&golden),
            shown.iter().map(|it| it.keywords.as_slice()).collect(),
        );
        let of_gold: Vec<&[u32]> = of_gold.iter().map(Vec::as_slice).collect();
        let fates = match_lists(&of_gold, &of_shown, same).before;
        // What need not be found and isn't had no part in any match, so the others stay as they are.
        let told: Vec<Named> = golden
            .into_iter()
            .zip(fates)
            .filter(|(golden, fate)| golden.wanted || *fate != Before::Gone)
            .map(|(golden, _)| golden.named)
            .collect();
        Self {
            user_id: user_id.to_owned(),
            story: Story::of(&told, shown, same),
        }
    }

    fn journeys(&self) -> usize {
        self.story.before.len() + self.story.after.len()
    }
}

/// The `most` accounts with the greatest change, those with more journeys first where it ties, then
/// in their order. Nobody for whom all is right.
pub(super) fn worst(accounts: impl Iterator<Item = Account>, most: usize) -> Vec<Account> {
    let mut accounts: Vec<Account> = accounts.filter(|it| it.story.change > 0.0).collect();
    accounts.sort_by(|a, b| {
        let change = b.story.change.total_cmp(&a.story.change);
        change.then(b.journeys().cmp(&a.journeys()))
    });
    accounts.truncate(most);
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, keywords: &[u32]) -> Named {
        Named {
            name: name.to_owned(),
            keywords: keywords.to_vec(),
        }
    }

    fn golden(name: &str, keywords: &[u32], wanted: bool) -> Golden {
        Golden {
            named: named(name, keywords),
            wanted,
        }
    }

    #[test]
    fn what_need_not_be_found_is_told_only_where_it_is() {
        let gold = || vec![golden("oak", &[1, 2], true), golden("elm", &[3, 4], false)];
        let account = Account::of("u", gold(), &[named("oaks", &[1, 2])], 0.5);
        assert_eq!(account.story.before.len(), 1);
        assert_eq!(account.story.change, 0.0);
        let account = Account::of("u", gold(), &[named("elms", &[3, 4])], 0.5);
        let fates: Vec<_> = account.story.before.iter().map(|it| it.fate).collect();
        assert_eq!(fates, ["gone", "kept"]);
    }

    #[test]
    fn the_worst_come_first_and_the_right_not_at_all() {
        let account = |user: &str, shown: &[Named]| {
            Account::of(user, vec![golden("oak", &[1, 2], true)], shown, 0.5)
        };
        let list = [
            account("right", &[named("oak", &[1, 2])]),
            account("half", &[named("oak", &[1, 2, 3])]),
            account("missed", &[]),
            account("missed and more", &[named("sea", &[7])]),
        ];
        let order = |most| -> Vec<String> {
            let accounts = worst(list.iter().cloned(), most).into_iter();
            accounts.map(|it| it.user_id).collect()
        };
        assert_eq!(order(9), ["missed and more", "missed", "half"]);
        assert_eq!(order(1), ["missed and more"]);
    }
}
