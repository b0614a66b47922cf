//! What the corpus says of each keyword of one person, looked up once.

use std::sync::Arc;

use crate::extract::Extracted;

use super::{Corpus, Partner, Snapshot};

/// By keyword index of [`Extracted::keywords`].
#[derive(Clone, Debug, Default)]
pub struct KeywordFacts {
    rarity: Vec<f32>,
    generic: Vec<bool>,
    navigational: Vec<bool>,
    corpus_ids: Vec<Option<u32>>,
    log: Arc<Snapshot>,
}

impl KeywordFacts {
    /// Looks everything up.
    #[must_use]
    pub fn of(person: &Extracted, corpus: &Corpus) -> Self {
        let mut facts = Self {
            log: Arc::clone(corpus.log()),
            ..Self::default()
        };
        for keyword in &person.keywords {
            let known = corpus.known(&keyword.text);
            let share = corpus.share_of(&known);
            facts.rarity.push(-libm::log(share) as f32);
            facts
                .generic
                .push(corpus.is_generic(keyword.sources, share));
            let navigational = corpus.is_known_navigational(keyword, &known);
            facts.navigational.push(navigational);
            facts.corpus_ids.push(known.log.map(|known| known.id));
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

    /// The keyword's [id](Corpus::keyword_id) in the log's corpus, if that holds it.
    #[must_use]
    pub fn corpus_id(&self, keyword: u32) -> Option<u32> {
        self.corpus_ids[keyword as usize]
    }

    /// What goes together with the keyword in everybody's moments, the strongest first; nothing
    /// where the log's corpus doesn't hold it.
    #[must_use]
    pub fn partners(&self, keyword: u32) -> &[Partner] {
        self.corpus_id(keyword)
            .map_or(&[], |id| self.log.partners(id))
    }
}
