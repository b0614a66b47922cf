"""Trains the table of rows so that a text's sum of rows points where
MiniLM's embedding of the text does (after a linear map to fewer dimensions)."""

import random
from dataclasses import dataclass

import numpy as np
import scipy.sparse

from tokens import Features

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Options:
    dimensions: int = 256
    epochs: int = 4
    batch: int = 4096
    rate: float = 0.01
    sif: float = 1e-3
    varied_share: float = 0.25
    seed: int = 1


def principal_axes(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and the first `count` principal axes (columns), signs fixed."""
    mean = vectors.mean(0, dtype=np.float64)
    centred = (vectors - mean).astype(np.float32)
    covariance = (centred.T @ centred).astype(np.float64) / len(vectors)
    values, axes = np.linalg.eigh(covariance)
    axes = axes[:, ::-1][:, :count]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(count)])
    return mean.astype(np.float32), axes.astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def misspell(text: str, draw: random.Random) -> str:
    """One slip of the keyboard in one word of four letters or more."""
    parts = text.split(" ")
    long = [i for i, part in enumerate(parts) if len(part) > 3 and part.isalpha()]
    if not long:
        return text
    at = draw.choice(long)
    word, slip = parts[at], draw.randrange(5)
    i = draw.randrange(1, len(word) - 1)
    if slip == 0:
        word = word[:i] + word[i + 1 :]
    elif slip == 1:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    elif slip == 2:
        word = word[:i] + word[i] + word[i:]
    elif slip == 3:
        word = word[:i] + draw.choice(LETTERS) + word[i + 1 :]
    elif at + 1 < len(parts):
        word += parts.pop(at + 1)
    parts[at] = word
    return " ".join(parts)


def train(
    features: Features, texts: list[str], targets: np.ndarray, start: np.ndarray,
    weights: np.ndarray, options: Options, report=print,
) -> np.ndarray:
    """`start`: rows × dimensions. Adam on the mean of weight × (1 − cosine)."""
    draw = random.Random(options.seed)
    order_of = np.random.default_rng(options.seed)
    table = start.astype(np.float32).copy()
    first, second = np.zeros_like(table), np.zeros_like(table)
    step, steps = 0, options.epochs * (len(texts) // options.batch)
    as_written = features.matrix(texts)
    for epoch in range(options.epochs):
        # Each epoch sees another share of the texts with slips or hidden words.
        varied = [i for i in range(len(texts)) if draw.random() < options.varied_share]
        others = features.matrix(
            [misspell(texts[i], draw) if draw.random() < 0.6 else texts[i] for i in varied],
            lambda _: draw.random() < 0.3,
        )
        matrix = scipy.sparse.vstack([as_written, others], format="csr")
        row_of = np.arange(len(texts))
        row_of[varied] = len(texts) + np.arange(len(varied))
        order = order_of.permutation(len(texts))
        loss = 0.0
        for b in range(len(texts) // options.batch):
            rows = order[b * options.batch : (b + 1) * options.batch]
            part = matrix[row_of[rows]]
            target = targets[rows].astype(np.float32)
            summed = part @ table
            lengths = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-6)
            towards = summed / lengths
            cosine = (towards * target).sum(1, keepdims=True)
            weight = weights[rows][:, None]
            gradient = part.T @ (-weight * (target - cosine * towards) / lengths)
            gradient *= 1.0 / len(rows)
            step += 1
            rate = options.rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            first *= 0.9
            first += 0.1 * gradient
            second *= 0.999
            gradient *= gradient
            second += 0.001 * gradient
            bias = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            table -= rate * bias * first / (np.sqrt(second) + 1e-8)
            loss += float((1 - cosine).mean())
        report(f"epoch {epoch + 1}: mean 1 - cosine {loss / (len(texts) // options.batch):.4f}")
    return table
