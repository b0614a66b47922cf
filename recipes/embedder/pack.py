"""Writes the model file that `crates/wayline/src/embed/model.rs` describes."""

import struct
from pathlib import Path

import blake3
import numpy as np

from tokens import Features

MAGIC, VERSION = b"WAYEMBED", 1


def to_int8(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row by its own scale; a row of zeros has scale 0."""
    scales = (np.abs(rows).max(1) / 127).astype(np.float32)
    numbers = np.rint(rows / np.where(scales > 0, scales, 1)[:, None])
    return np.clip(numbers, -127, 127).astype(np.int8), scales


def pack(target: Path, features: Features, rows: np.ndarray) -> str:
    """Returns the file's hash as Wayline prints it."""
    numbers, scales = to_int8(rows)
    text = "".join(word + "\n" for word in features.index).encode()
    body = scales.astype("<f4").tobytes() + numbers.tobytes() + text
    header = MAGIC + struct.pack(
        "<6I", VERSION, rows.shape[1], features.size,
        features.ascii_buckets, features.other_buckets, len(text),
    )
    whole = header + blake3.blake3(body).digest() + body
    target.write_bytes(whole)
    return blake3.blake3(whole).hexdigest()[:16]
