"""Makes Wayline's embedder from public packages; README.md says how to get them.

    python make.py --minilm FOLDER --wordnet FOLDER --work FOLDER
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from pack import pack, to_int8
from sources import read_catalogue, read_wordnet
from teacher import Teacher
from texts import training_texts
from tokens import Features
from train import Options, principal_axes, train, unit
from vocabulary import choose, minilm_tokens, word_counts

CRATE = Path(__file__).resolve().parents[2] / "crates" / "wayline"
# Texts whose vectors the Rust tests compare with those computed here.
CHECKED = (
    "barn wedding", "how do i remodel a small kitchen?", "kitchn remodle", "zxqvplmk!",
    "küchenrenovierung kosten", "decoración de bodas", "キッチンのリフォーム費用", "ремонт кухни",
    "부엌 리모델링", "don't stop", "a", "7", "#", "東京タワーnear me", "ß" * 70,
)


def embedded(teacher: Teacher, texts: list[str], work: Path, name: str) -> np.ndarray:
    """MiniLM's vectors of the texts, kept in `work` between runs."""
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    file = work / f"{name}-{key}.npy"
    if not file.exists():
        np.save(file, teacher.embed(texts, dtype=np.float16))
    return np.load(file, mmap_mode="r")


def in_blocks(vectors: np.ndarray, change, size: int = 50_000) -> np.ndarray:
    return np.concatenate(
        [change(vectors[i : i + size].astype(np.float32)) for i in range(0, len(vectors), size)]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minilm", type=Path, required=True, help="the package's folder `model`")
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of `data.noun`")
    parser.add_argument("--catalogue", type=Path, default=CRATE / "data" / "catalogue.jsonl")
    parser.add_argument("--work", type=Path, required=True, help="for what is kept between runs")
    parser.add_argument("-o", "--output", type=Path, default=CRATE / "models" / "embedder.bin")
    parser.add_argument("--expected", type=Path, default=CRATE / "src" / "embed" / "expected_vectors.json")
    parser.add_argument("--words", type=int, default=31_500)
    parser.add_argument("--ascii-buckets", type=int, default=4_096)
    parser.add_argument("--other-buckets", type=int, default=1_024)
    parser.add_argument("--composed", type=int, default=120_000)
    parser.add_argument("--dimensions", type=int, default=Options.dimensions)
    parser.add_argument("--epochs", type=int, default=Options.epochs)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    settings = Options(dimensions=options.dimensions, epochs=options.epochs)

    wordnet, journeys = read_wordnet(options.wordnet), read_catalogue(options.catalogue)
    counts = word_counts(wordnet, journeys)
    vocabulary = choose(minilm_tokens(options.minilm), counts, options.words)
    groups = training_texts(wordnet, journeys, options.composed, settings.seed)
    texts = [text for _, group in groups for text in group]
    print(f"{len(vocabulary)} words, {len(texts)} texts")

    teacher = Teacher(options.minilm, options.work)
    words = embedded(teacher, [word.removeprefix("##") or word for word in vocabulary], options.work, "words")
    whole = embedded(teacher, texts, options.work, "texts")

    # The target: MiniLM's vectors, their mean taken out, on their main axes.
    random = np.random.default_rng(settings.seed)
    sample = np.sort(random.choice(len(texts), min(40_000, len(texts)), replace=False))
    mean, axes = principal_axes(whole[sample].astype(np.float32), settings.dimensions)
    targets = in_blocks(whole, lambda block: unit((block - mean) @ axes))
    weights = np.concatenate([np.full(len(group), weight, np.float32) for weight, group in groups])

    # The start: each word's own vector, common words scaled down (SIF); n-grams random.
    total = sum(counts.values())
    sif = np.array([settings.sif / (settings.sif + counts[word] / total) for word in vocabulary])
    rows = ((words.astype(np.float32) - mean) @ axes) * sif[:, None]
    typical = np.median(np.linalg.norm(rows, axis=1))
    features = Features(vocabulary, options.ascii_buckets, options.other_buckets)
    buckets = random.standard_normal(
        (options.ascii_buckets + options.other_buckets, settings.dimensions)
    )
    buckets *= 0.5 * typical / np.sqrt(settings.dimensions)
    table = train(features, texts, targets, np.concatenate([rows, buckets]), weights, settings)

    print("hash", pack(options.output, features, table), options.output.stat().st_size, "bytes")
    numbers, scales = to_int8(table)
    found = unit(features.matrix(CHECKED) @ (numbers * scales[:, None]))
    expected = {text: [round(float(x), 5) for x in row[:8]] for text, row in zip(CHECKED, found)}
    options.expected.write_text(json.dumps(expected, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
