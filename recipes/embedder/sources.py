"""The texts that the embedder learns from: WordNet and the journey catalogue.

Nothing else may go in here: what ships holds no text, vocabulary or frequency
from a log, nor from a word list whose licence does not allow it.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")


@dataclass
class WordNet:
    """Lemmas with their tag counts, and the texts of the glosses."""

    lemmas: Counter
    synsets: list[list[str]]
    by_part: list[set[str]]
    definitions: list[str]
    examples: list[str]


def read_wordnet(folder: Path) -> WordNet:
    """Reads the WordNet 3.0 database files (`data.*`, `cntlist.rev`)."""
    counts: Counter = Counter()
    for line in (folder / "cntlist.rev").read_text("latin-1").splitlines():
        key, _, count = line.split(" ")
        counts[key.split("%")[0].replace("_", " ").lower()] += int(count)
    lemmas: Counter = Counter()
    synsets, definitions, examples = [], [], []
    by_part: list[set[str]] = [set() for _ in PARTS]
    for index, part in enumerate(PARTS):
        for line in (folder / f"data.{part}").read_text("latin-1").splitlines():
            if line.startswith("  "):
                continue
            data, _, gloss = line.partition(" | ")
            fields = data.split(" ")
            words = []
            for i in range(int(fields[3], 16)):
                word = re.sub(r"\((a|p|ip)\)$", "", fields[4 + 2 * i])
                words.append(word.replace("_", " ").lower())
            for word in words:
                lemmas[word] = counts[word]
            synsets.append(words)
            by_part[index].update(words)
            quoted = re.findall(r'"([^"]+)"', gloss)
            examples.extend(text.strip().lower() for text in quoted)
            plain = re.sub(r'"[^"]*"', "", gloss)
            definitions.extend(
                text.strip().lower() for text in plain.split(";") if text.strip(" .,-")
            )
    return WordNet(lemmas, synsets, by_part, definitions, examples)


def read_catalogue(file: Path) -> list[dict]:
    """The journeys of the catalogue, one JSON object a line."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def catalogue_texts(journeys: list[dict]) -> list[str]:
    """Every distinct text of the catalogue in lower case, in its order."""
    texts: dict[str, None] = {}
    for journey in journeys:
        texts[journey["name"].lower()] = None
        for query in journey["queries"]:
            texts[query["q"].lower()] = None
        for key in (
            "alt_names", "interests", "annotations", "boards", "item_titles",
            "near_misses", "related_journeys", "intents",
        ):
            for text in journey.get(key, []):
                texts[text.lower()] = None
    return [" ".join(text.split()) for text in texts]
