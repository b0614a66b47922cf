//! Tests of the room as a whole, on the model that ships.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    EmbedError, Embedder, EmbedderError, EmbeddingCache, TableCache, TextEmbedder, model::HEADER,
};

fn vector(text: &str) -> Vec<f32> {
    let embedder = Embedder::builtin();
    let mut out = vec![f32::NAN; embedder.dimensions()];
    embedder.embed(text, &mut out);
    out
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|x| x * x).sum::<f32>().sqrt()
}

fn cosine(a: &str, b: &str) -> f32 {
    vector(a).iter().zip(vector(b)).map(|(a, b)| a * b).sum()
}

/// Each line: a text, one that serves the same goal, one that does not.
#[test]
fn related_texts_are_nearer_in_several_languages() {
    for line in include_str!("related_texts.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let columns: Vec<&str> = line.split('\t').collect();
        let [language, text, related, other] = columns[..] else {
            panic!("columns of {line}")
        };
        let (near, far) = (cosine(text, related), cosine(text, other));
        assert!(
            near > far + 0.05,
            "{language}: {text}: {near} to {related}, {far} to {other}"
        );
    }
}

/// The recipe computes these vectors with a program of its own (first numbers of each).
#[test]
fn gives_the_vectors_that_the_recipe_expects() {
    let expected: BTreeMap<String, Vec<f32>> =
        serde_json::from_str(include_str!("expected_vectors.json")).unwrap();
    assert!(expected.len() > 10);
    for (text, numbers) in expected {
        let found = vector(&text);
        let near = numbers
            .iter()
            .zip(&found)
            .all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(
            near,
            "{text}: {numbers:?}, not {:?}",
            &found[..numbers.len()]
        );
    }
}

#[test]
fn slips_of_the_keyboard_stay_near() {
    for (right, wrong, other) in [
        ("kitchen remodel", "kitchn remodel", "chicken coop"),
        ("wedding invitations", "weding invitatons", "welding helmet"),
        ("snorkelling", "snorkeling gear", "smoking area"),
        ("gluten free bread", "glutenfree bread", "free parking"),
    ] {
        let (near, far) = (cosine(right, wrong), cosine(right, other));
        assert!(
            near > far + 0.2 && near > 0.5,
            "{right}: {near} to {wrong}, {far} to {other}"
        );
    }
}

#[test]
fn texts_without_known_words_share_their_spelling() {
    for (text, like, unlike) in [
        ("zxqvplmk", "zxqvplmj", "wrtghbnd"),
        (
            "ремонт кухни",
            "ремонт кухни своими руками",
            "машина купить",
        ),
        ("ανακαίνιση κουζίνας", "ανακαίνιση", "ταξίδι"),
        ("부엌리모델링", "부엌리모델링비용", "중고차구매"),
        ("ตกแต่งห้องครัว", "ตกแต่งห้อง", "รถมือสอง"),
    ] {
        let (near, far) = (cosine(text, like), cosine(text, unlike));
        assert!(
            near > far + 0.2,
            "{text}: {near} to {like}, {far} to {unlike}"
        );
    }
}

#[test]
fn nothing_gives_zeros_and_everything_else_unit_length() {
    for text in ["", " ", "\t \n", "\u{3000}\u{a0}"] {
        assert!(vector(text).iter().all(|&x| x == 0.0), "{text:?}");
    }
    for text in ["!", "🙂", "a", "\u{301}", "7", "\0", "東", "##ing"] {
        assert!((length(&vector(text)) - 1.0).abs() < 1e-4, "{text:?}");
    }
}

#[test]
fn every_thread_gets_the_same_bits() {
    let texts: Vec<String> = (0..50)
        .map(|i| format!("ideas for room {i} küche 部屋"))
        .collect();
    let bits = |texts: &[String]| -> Vec<u32> {
        texts
            .iter()
            .flat_map(|text| vector(text))
            .map(f32::to_bits)
            .collect()
    };
    let alone = bits(&texts);
    std::thread::scope(|scope| {
        for worker in [(); 4].map(|()| scope.spawn(|| bits(&texts))) {
            assert_eq!(worker.join().unwrap(), alone);
        }
    });
}

#[test]
fn the_cache_changes_nothing_and_counts() {
    let embedder = Embedder::builtin();
    for capacity in [0, 1, 100] {
        let mut cache = TableCache::new(embedder, capacity);
        let mut out = vec![0.0; embedder.dimensions()];
        for text in ["barn wedding", "bread", "barn wedding", "bread", "bread"] {
            cache.embed(text, &mut out);
            assert_eq!(out, vector(text), "capacity {capacity}");
        }
        assert_eq!(cache.hits() + cache.misses(), 5);
        match capacity {
            0 => assert_eq!(cache.hits(), 0),
            100 => assert_eq!(cache.hits(), 3),
            _ => {}
        }
    }
}

#[test]
fn refuses_what_is_no_model_of_this_version() {
    let good = super::BUILTIN;
    let parse = |bytes: &[u8]| Embedder::from_bytes(bytes).map(|_| ()).unwrap_err();
    assert_eq!(parse(b""), EmbedderError::NotAnEmbedder);
    assert_eq!(
        parse(b"PK\x03\x04 something else"),
        EmbedderError::NotAnEmbedder
    );

    let mut other = good[..HEADER].to_vec();
    other[8] = 99;
    assert_eq!(
        parse(&other),
        EmbedderError::OtherVersion {
            found: 99,
            expected: 1
        }
    );

    for kept in [12, HEADER - 1, HEADER, good.len() / 2, good.len() - 1] {
        let error = parse(&good[..kept]);
        assert!(
            matches!(error, EmbedderError::WrongLength { .. }),
            "{kept}: {error}"
        );
    }
    let mut longer = good.to_vec();
    longer.push(0);
    assert!(matches!(parse(&longer), EmbedderError::WrongLength { .. }));

    for at in [HEADER, good.len() / 2, good.len() - 1] {
        let mut damaged = good.to_vec();
        damaged[at] ^= 1;
        assert_eq!(parse(&damaged), EmbedderError::Damaged, "byte {at}");
    }
}

/// A small model of its own, with a right checksum, changed at one place.
fn tiny(change: impl Fn(&mut Vec<u8>)) -> Result<Embedder, EmbedderError> {
    let mut bytes = Vec::new();
    bytes.extend(b"WAYEMBED");
    for number in [1_u32, 64, 2, 1, 1, 8] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([0; 32]);
    bytes.extend([1.0_f32.to_le_bytes(); 4].concat());
    bytes.extend((0..4 * 64).map(|i| (i * 7 % 251) as u8));
    bytes.extend(b"map\n##s\n");
    change(&mut bytes);
    let sum = blake3::hash(&bytes[HEADER..]);
    bytes[HEADER - 32..HEADER].copy_from_slice(sum.as_bytes());
    Embedder::from_bytes(&bytes)
}

#[test]
fn reads_a_model_made_by_hand_and_says_what_is_wrong_with_it() {
    let embedder = tiny(|_| {}).unwrap();
    assert_eq!(embedder.dimensions(), 64);
    assert_eq!(embedder.hash().len(), 16);
    let wrong = |change: fn(&mut Vec<u8>)| tiny(change).map(|_| ()).unwrap_err().to_string();
    assert!(wrong(|b| b[16] = 3).contains("bytes long"));
    let inconsistent: [fn(&mut Vec<u8>); 5] = [
        |b| b[20] = 3,
        |b| b[HEADER..HEADER + 4].copy_from_slice(&f32::INFINITY.to_le_bytes()),
        |b| *b.last_mut().unwrap() = b'x',
        |b| {
            let at = b.len() - 2;
            b[at] = b'\n';
        },
        |b| {
            let at = b.len() - 2;
            b[at] = 0xff;
        },
    ];
    for change in inconsistent {
        assert!(
            wrong(change).contains("makes no sense"),
            "{}",
            wrong(change)
        );
    }
}

#[test]
fn the_built_in_model_is_small_enough_to_ship() {
    let embedder = Embedder::builtin();
    assert!(super::BUILTIN.len() <= 10_000_000);
    assert!(embedder.dimensions() <= 256 && embedder.dimensions().is_multiple_of(32));
    assert_eq!(
        embedder.hash(),
        &blake3::hash(&super::BUILTIN[..HEADER]).to_hex()[..16]
    );
}

proptest! {
    #[test]
    fn any_text_gives_unit_length_or_zeros(text in any::<String>()) {
        let found = length(&vector(&text));
        prop_assert!(found == 0.0 || (found - 1.0).abs() < 1e-4, "{found}");
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"WAYEMBED\x01\0\0\0".to_vec();
        file.extend(&bytes);
        prop_assert!(Embedder::from_bytes(&file).is_err());
        prop_assert!(Embedder::from_bytes(&bytes).is_err());
    }
}

/// Vectors of three numbers; counts the texts that it is asked for.
#[derive(Default)]
struct Other {
    asked: std::sync::Mutex<Vec<String>>,
}

impl TextEmbedder for Other {
    fn hash(&self) -> &str {
        "other"
    }

    fn dimensions(&self) -> usize {
        3
    }

    fn embed_all(&self, texts: &[&str], out: &mut [f32]) -> Result<(), EmbedError> {
        let mut asked = self.asked.lock().unwrap();
        for (text, out) in texts.iter().zip(out.chunks_mut(3)) {
            asked.push((*text).to_owned());
            out.copy_from_slice(match *text {
                "gap" => &[1.0, f32::NAN, 0.0],
                "nothing" => &[0.0; 3],
                _ => &[3.0, 0.0, 4.0],
            });
        }
        Ok(())
    }
}

#[test]
fn other_embedders_are_asked_for_each_text_once() {
    let other = Other::default();
    let port: &dyn TextEmbedder = &other;
    let mut cache = EmbeddingCache::new(port, 100);
    assert_eq!(
        (cache.hash(), cache.dimensions(), cache.is_inside()),
        ("other", 32, false)
    );
    cache.prepare(["a", "b", "a", " "]).unwrap();
    let mut out = Vec::new();
    for text in ["a", "b", "c", "c", "", "nothing"] {
        cache.append(text, &mut out).unwrap();
    }
    assert_eq!(*other.asked.lock().unwrap(), ["a", "b", "c", "nothing"]);
    let rows: Vec<&[f32]> = out.chunks(32).collect();
    assert_eq!(rows.len(), 6);
    for row in &rows[..4] {
        assert!((row[0] - 0.6).abs() < 1e-6 && (row[2] - 0.8).abs() < 1e-6);
        assert!(row[3..].iter().all(|it| *it == 0.0));
    }
    assert!(rows[4..].iter().all(|row| row.iter().all(|it| *it == 0.0)));
    // The next person's texts are looked for among those that are kept.
    cache.prepare(["b", "d"]).unwrap();
    assert_eq!(
        other.asked.lock().unwrap().last().map(String::as_str),
        Some("d")
    );
    assert_eq!(other.asked.lock().unwrap().len(), 5);
    // The table inside is there beside it.
    let mut inside = vec![0.0; Embedder::builtin().dimensions()];
    cache.inside().embed("barn", &mut inside);
    assert_eq!(inside, vector("barn"));
}

#[test]
fn what_is_prepared_is_held_where_nothing_is_kept() {
    let other = Other::default();
    let port: &dyn TextEmbedder = &other;
    let mut cache = EmbeddingCache::new(port, 0);
    cache.prepare(["a", "b"]).unwrap();
    cache.append("a", &mut Vec::new()).unwrap();
    cache.append("b", &mut Vec::new()).unwrap();
    assert_eq!(other.asked.lock().unwrap().len(), 2);
}

#[test]
fn a_vector_with_gaps_is_an_error_that_tells_no_text() {
    let other = Other::default();
    let port: &dyn TextEmbedder = &other;
    let mut cache = EmbeddingCache::new(port, 10);
    let error = cache.prepare(["fine", "gap"]).unwrap_err();
    let reason = &error.reason;
    assert!(reason.contains("all numbers") && !error.may_pass, "{error}");
    assert!(!reason.contains("\"gap\""), "{error}");
    assert!(cache.append("gap", &mut Vec::new()).is_err());
}
