//! `wayline evaluate texts DIR`: how well the embedder tells intents apart.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::BufReader,
    path::Path,
};

use anyhow::{Context, Result};
use wayline::{
    embed::EmbeddingCache,
    evaluate::short_texts::{ShortTextScore, score},
};

use crate::run::Embedding;

/// Texts with one label each.
#[derive(Default)]
struct Labelled {
    texts: Vec<String>,
    labels: Vec<String>,
}

#[derive(serde::Serialize)]
struct Report<'a> {
    embedder: &'a str,
    dimensions: usize,
    sets: BTreeMap<&'static str, ShortTextScore>,
}

/// Reads `clinc150.json` (its test split) and `banking77-test.csv` from `dir`,
/// scores the embedder of a config on both, and prints a table or JSON.
///
/// # Errors
/// When a file is missing or has another form, or the embedder can't be asked.
pub(crate) fn run(dir: &Path, json: bool, config: Option<&Path>) -> Result<()> {
    let embedder = Embedding::open(config)?.embedder;
    let mut embeddings = EmbeddingCache::new(embedder, 0);
    let mut sets = BTreeMap::new();
    for (name, set) in [
        ("clinc150", read_clinc(&dir.join("clinc150.json"))?),
        ("banking77", read_banking(&dir.join("banking77-test.csv"))?),
    ] {
        let texts: Vec<&str> = set.texts.iter().map(String::as_str).collect();
        let labels: Vec<&str> = set.labels.iter().map(String::as_str).collect();
        embeddings.prepare(&texts)?;
        let mut vectors: HashMap<&str, Vec<f32>> = HashMap::new();
        for text in &texts {
            let mut vector = Vec::new();
            embeddings.append(text, &mut vector)?;
            vectors.insert(text, vector);
        }
        let found = score(&texts, &labels, embeddings.dimensions(), |text, out| {
            out.copy_from_slice(&vectors[text]);
        })
        .with_context(|| format!("scoring {name}"))?;
        sets.insert(name, found);
    }
    let dimensions = embedder.dimensions();
    if json {
        let report = Report {
            embedder: embedder.hash(),
            dimensions,
            sets,
        };
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    println!("embedder {}, {dimensions} dimensions", embedder.hash());
    println!("set        texts  labels  homogeneity  completeness  V-measure");
    for (name, found) in &sets {
        println!(
            "{name:<10} {:>5}  {:>6}  {:>11.4}  {:>12.4}  {:>9.4}",
            found.texts, found.labels, found.homogeneity, found.completeness, found.v_measure
        );
    }
    Ok(())
}

/// The test split of CLINC150: a JSON object of lists of [text, intent].
fn read_clinc(file: &Path) -> Result<Labelled> {
    let context = || format!("reading {}", file.display());
    let reader = BufReader::new(File::open(file).with_context(context)?);
    let mut splits: BTreeMap<String, Vec<(String, String)>> =
        serde_json::from_reader(reader).with_context(context)?;
    let test = splits
        .remove("test")
        .with_context(|| format!("no split `test` in {file:?}"))?;
    let (texts, labels) = test
        .into_iter()
        .map(|(text, label)| (normalised(&text), label))
        .unzip();
    Ok(Labelled { texts, labels })
}

/// The test split of Banking77: CSV with the columns text and category.
fn read_banking(file: &Path) -> Result<Labelled> {
    let context = || format!("reading {}", file.display());
    let mut set = Labelled::default();
    for row in csv::Reader::from_path(file)
        .with_context(context)?
        .deserialize()
    {
        let (text, label): (String, String) = row.with_context(context)?;
        set.texts.push(normalised(&text));
        set.labels.push(label);
    }
    Ok(set)
}

/// Lower case and single spaces; the two sets need no more.
fn normalised(text: &str) -> String {
    text.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
