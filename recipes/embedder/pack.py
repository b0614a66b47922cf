"""Writes the model file that `crates/wayline/src/embed/model.rs` describes."""

import struct
from pathlib import Path

import blake3
import numpy as np

from tokens import grams

MAGIC, VERSION = b"WAYEMBED", 1


def spelling_rows(vocabulary: list[str], lengths: np.ndarray, buckets: int, dimensions: int, seed: int) -> np.ndarray:
    """Rows that count n-grams: each bucket a random direction, each word the sum
    over its own n-grams divided by the root of their number, times the word's
    weight (`lengths`, 1 for a typical word), so that common words count little.
    Pieces have none: a word in pieces has its n-grams beside them."""
    random = np.random.default_rng(seed)
    directions = random.choice([-1.0, 1.0], (buckets, dimensions)).astype(np.float32)
    rows = np.zeros((len(vocabulary) + buckets, dimensions), np.float32)
    rows[len(vocabulary) :] = directions
    for i, word in enumerate(vocabulary):
        if word.startswith("##") and len(word) > 2:
            continue
        hashed = grams(word)
        if hashed:
            rows[i] = directions[[h % buckets for h in hashed]].sum(0) / np.sqrt(len(hashed))
            rows[i] *= lengths[i]
    return rows


def to_int8(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row by its own scale; a row of zeros has scale 0."""
    scales = (np.abs(rows).max(1) / 127).astype(np.float32)
    numbers = np.rint(rows / np.where(scales > 0, scales, 1)[:, None])
    return np.clip(numbers, -127, 127).astype(np.int8), scales


def pack(
    target: Path, vocabulary: list[str], meaning: np.ndarray, spelling: np.ndarray,
    buckets: int, spelling_weight: float,
) -> None:
    """`meaning` and `spelling`: rows of the vocabulary, then of the buckets."""
    meaning8, meaning_scales = to_int8(meaning)
    spelling8, spelling_scales = to_int8(spelling)
    text = "".join(word + "\n" for word in vocabulary).encode()
    body = (
        np.stack([meaning_scales, spelling_scales], 1).astype("<f4").tobytes()
        + np.concatenate([meaning8, spelling8], 1).tobytes()
        + text
    )
    header = MAGIC + struct.pack(
        "<6If", VERSION, meaning.shape[1], spelling.shape[1], len(vocabulary), buckets,
        len(text), spelling_weight,
    )
    target.write_bytes(header + blake3.blake3(body).digest() + body)
