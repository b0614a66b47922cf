//! Vectors in a folder: nothing is asked twice, whoever was killed meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use wayline::embed::{EmbedError, TextEmbedder};
use wayline_embedders::{OnDisk, Vectors};

use crate::stub::{Stub, good, vector_of};
use crate::{open, vectors};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn cache(folder: &tempfile::TempDir) -> Vectors {
    Vectors::open(folder.path()).expect("a cache")
}

#[test]
fn what_is_known_is_not_asked_again() {
    let (stub, folder) = (Stub::start(|asked, _| good(asked)), folder());
    let texts = ["a", "b", "a", "c", "b"];
    for run in 0..2 {
        let cache = cache(&folder);
        let endpoint = open(&stub, 0, 1, Some(&cache)).expect("opened");
        let kept = OnDisk::new(endpoint, cache, 2, 1);
        let found = vectors(&kept, &texts).expect("vectors");
        assert_eq!(found, texts.map(vector_of), "run {run}");
    }
    // The second run knows how long vectors are, too.
    assert_eq!(stub.texts(), ["a", "b", "c", "wayline"]);
}

#[test]
fn a_run_that_ends_midway_goes_on_from_what_was_given() {
    let (stub, folder) = (
        Stub::start(|asked, before| if before == 1 { None } else { good(asked) }),
        folder(),
    );
    let texts = ["a", "b", "c", "d", "e"];
    let run = || {
        let cache = cache(&folder);
        let endpoint = open(&stub, 3, 1, Some(&cache)).expect("opened");
        vectors(&OnDisk::new(endpoint, cache, 2, 1), &texts)
    };
    let error = run().expect_err("the second batch fails");
    assert!(error.may_pass, "{error}");
    assert_eq!(run().expect("vectors"), texts.map(vector_of));
    // Only what wasn't given was asked for again.
    assert_eq!(stub.texts(), ["a", "b", "c", "c", "d", "d", "e"]);
}

#[test]
fn embedders_share_a_folder_and_no_vectors() {
    let (stub, folder) = (Stub::start(|asked, _| good(asked)), folder());
    for dimensions in [3, 0] {
        let cache = cache(&folder);
        let endpoint = open(&stub, dimensions, 1, Some(&cache)).expect("opened");
        vectors(&OnDisk::new(endpoint, cache, 2, 1), &["a"]).expect("vectors");
    }
    // They are the same embedder: three numbers of one model.
    assert_eq!(stub.texts(), ["a", "wayline"]);
    let cache = cache(&folder);
    let slow = Slow::default();
    let kept = OnDisk::new(&slow, cache, 2, 1);
    assert_eq!(vectors(&kept, &["a"]).expect("vectors"), [[1.0]]);
}

/// Counts texts, and takes its time.
#[derive(Default)]
struct Slow(AtomicUsize);

impl TextEmbedder for &Slow {
    fn hash(&self) -> &str {
        "slow"
    }

    fn dimensions(&self) -> usize {
        1
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        self.0.fetch_add(texts.len(), Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(5));
        for (text, out) in texts.iter().zip(out) {
            *out = text.len() as f32;
        }
        Ok(())
    }
}

#[test]
fn threads_that_want_the_same_ask_once() {
    let (slow, folder) = (Slow::default(), folder());
    let kept = OnDisk::new(&slow, cache(&folder), 3, 2);
    let texts: Vec<String> = (0..40).map(|it| "x".repeat(it + 1)).collect();
    std::thread::scope(|scope| {
        for shift in 0..6 {
            let mut wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
            wanted.rotate_left(shift * 5);
            let kept = &kept;
            scope.spawn(move || {
                let found = vectors(kept, &wanted).expect("vectors");
                for (text, vector) in wanted.iter().zip(found) {
                    assert_eq!(vector, [text.len() as f32]);
                }
            });
        }
    });
    assert_eq!(slow.0.load(Ordering::Relaxed), texts.len());
}

#[test]
fn what_is_no_cache_is_refused_with_what_to_do() {
    let folder = folder();
    std::fs::write(
        folder.path().join("vectors.sqlite"),
        "no database, but some text",
    )
    .expect("written");
    let Err(error) = Vectors::open(folder.path()) else {
        panic!("this is no cache")
    };
    assert!(error.reason.contains("delete the folder"), "{error}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    assert!(Vectors::open(&file).is_err());
}
