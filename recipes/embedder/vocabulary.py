"""The words that get a row of their own, and how common they are."""

from collections import Counter
from pathlib import Path

from sources import WordNet, catalogue_texts
from tokens import words


def word_counts(wordnet: WordNet, journeys: list[dict]) -> Counter:
    """Words of WordNet's glosses, examples and tagged lemmas, and of the catalogue."""
    counts: Counter = Counter()
    for text in wordnet.definitions + wordnet.examples:
        counts.update(words(text))
    for lemma, tagged in wordnet.lemmas.items():
        for word in words(lemma):
            counts[word] += 1 + tagged
    for text in catalogue_texts(journeys):
        for word in words(text):
            counts[word] += 3
    return counts


def minilm_tokens(model_folder: Path) -> list[str]:
    """MiniLM's own WordPiece vocabulary, without the markers and unused ones."""
    tokens = (model_folder / "vocab.txt").read_text("utf-8").split("\n")
    return [token for token in tokens if token and not token.startswith("[")]


def choose(tokens: list[str], counts: Counter, size: int) -> list[str]:
    """MiniLM's ASCII tokens, then the commonest further words up to `size`."""
    chosen = [token for token in tokens if token.isascii() and token.strip("#")]
    chosen += ["#"]
    known = set(chosen)
    further = sorted(
        (word for word in counts if word.isascii() and word.isalnum() and word not in known
         and 2 < len(word) < 20 and not word.isdigit()),
        key=lambda word: (-counts[word], word),
    )
    return chosen + further[: size - len(chosen)]
