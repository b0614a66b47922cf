//! Code that a compiler turns into vector instructions, in two versions: for machines with AVX2 and
//! for any. Which one runs is found out when the program does.
//!
//! Both must give the same bits, so such code adds up lane by lane, never in an order that depends
//! on how many lanes there are, and never multiplies and adds in one step. Tests run the plain code
//! of everything at once by [`plainly`].

/// Makes a function of each kind out of one. Other instruction sets may be named before it.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visibility:vis fn $($function:tt)*) => {
        $crate::vectorised::vectorised! {
            "x86_64+avx2"; $(#[$doc])* $visibility fn $($function)*
        }
    };
    (
        $($target:literal),+;
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?)
            $(-> $result:ty)? $body:block
    ) => {
        $(#[$doc])*
        $visibility fn $name($($argument: $type),*) $(-> $result)? {
            #[multiversion::multiversion(targets($($target),+))]
            fn vectors($($argument: $type),*) $(-> $result)? $body
            #[cfg(test)]
            {
                fn plain($($argument: $type),*) $(-> $result)? $body
                if $crate::vectorised::is_plain() {
                    return plain($($argument),*);
                }
            }
            vectors($($argument),*)
        }
    };
}
pub(crate) use vectorised;

#[cfg(test)]
pub(crate) use tests::is_plain;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::config::Config;
    use crate::embed::{Embedder, EmbeddingCache};
    use crate::extract::Extracted;
    use crate::nouns::Timestamp;
    use crate::samples::{corpus_of, rooms, simulated_as};
    use crate::simulate::LogKind;
    use crate::walk;

    thread_local! {
        static PLAIN: Cell<bool> = const { Cell::new(false) };
        static CALLS: Cell<u64> = const { Cell::new(0) };
    }

    /// Whether this thread is to run plain code.
    pub(crate) fn is_plain() -> bool {
        let plain = PLAIN.get();
        CALLS.set(CALLS.get() + u64::from(plain));
        plain
    }

    /// Runs everything in it without vector instructions.
    fn plainly<R>(run: impl FnOnce() -> R) -> R {
        PLAIN.set(true);
        let result = run();
        PLAIN.set(false);
        result
    }

    /// Affinities, joins, belongings, names and rows of all kinds of log.
    #[test]
    fn plain_code_gives_the_same_bits() {
        for kind in [
            LogKind::RepeatingTitles,
            LogKind::UniqueTitles,
            LogKind::SearchesOnly,
        ] {
            let people = simulated_as(kind, 8, 5);
            let corpus = corpus_of(&people);
            let config = Config::builtin();
            let rooms = rooms(&config, &corpus, Timestamp::from_millis(1_780_000_000_000));
            let walked = |person: &Extracted| {
                let mut embeddings = EmbeddingCache::new(Embedder::builtin(), 0);
                let walked = walk(person, &rooms, &mut embeddings).expect("embedded");
                let bits: Vec<u32> = walked
                    .affinities
                    .pairs()
                    .iter()
                    .map(|it| it.to_bits())
                    .collect();
                let confidences: Vec<u64> = walked
                    .assigned
                    .candidates
                    .iter()
                    .map(|it| it.confidence.value.to_bits())
                    .collect();
                (bits, confidences, walked.result(person))
            };
            let before = CALLS.get();
            for person in &people {
                let plain = plainly(|| walked(person));
                assert!(plain == walked(person), "{}", person.user_id);
            }
            assert!(CALLS.get() > before + 1_000, "the plain code ran");
        }
    }
}
