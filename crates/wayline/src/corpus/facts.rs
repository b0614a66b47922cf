//! What the corpus says of each keyword of one person, looked up once.

use crate::extract::Extracted;

use super::Corpus;

/// By keyword index of [`Extracted::keywords`].
#[derive(Clone, Debug, Default)]
pub struct KeywordFacts {
    rarity: Vec<f32>,
    generic: Vec<bool>,
    navigational: Vec<bool>,
}

impl KeywordFacts {
    /// Looks everything up.
    #[must_use]
    pub fn of(person: &Extracted, corpus: &Corpus) -> Self {
        let mut facts = Self::default();
        for keyword in &person.keywords {
            let share = corpus.share_of_keyword(&keyword.text);
            facts.rarity.push(-libm::log(share) as f32);
            facts
                .generic
                .push(corpus.is_generic(keyword.sources, share));
            facts.navigational.push(corpus.is_navigational(keyword));
        }
        facts
    }

    /// How rare the keyword is over people: −ln of the share that has it, 0 for what everybody has.
    #[must_use]
    pub fn rarity(&self, keyword: u32) -> f32 {
        self.rarity[keyword as usize]
    }

    /// Whether the keyword says nothing about a goal.
    #[must_use]
    pub fn is_generic(&self, keyword: u32) -> bool {
        self.generic[keyword as usize]
    }

    /// Whether the keyword is a way to get to a site.
    #[must_use]
    pub fn is_navigational(&self, keyword: u32) -> bool {
        self.navigational[keyword as usize]
    }
}
