"""Splits texts into features: rows of the table. The Rust reader
(`crates/wayline/src/embed/tokenize.rs`) does the same, and a table of test
vectors in the model's recipe keeps the two together."""

import unicodedata

import numpy as np
import scipy.sparse

MIN_GRAM, MAX_GRAM = 3, 4
MAX_WORD = 64
OFFSET, PRIME = 0xCBF29CE484222325, 0x100000001B3
MASK = (1 << 64) - 1


def is_ideograph(c: str) -> bool:
    """Han, hiragana and katakana: scripts written without spaces."""
    code = ord(c)
    return 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF \
        or 0x20000 <= code <= 0x3FFFF


def is_symbol(c: str) -> bool:
    code = ord(c)
    if code < 0x80:
        return not c.isalnum()
    return 0x80 <= code <= 0xBF and code not in (0xAA, 0xB5, 0xBA) or code in (0xD7, 0xF7) \
        or 0x2000 <= code <= 0x206F or 0x3000 <= code <= 0x303F


def plain(c: str) -> str:
    """A Latin letter without its accents, anything else as it is."""
    code = ord(c)
    if 0xC0 <= code <= 0x24F or 0x1E00 <= code <= 0x1EFF:
        base = unicodedata.normalize("NFD", c)[0]
        return base if base.isascii() else c
    return c


def words(text: str) -> list[str]:
    """Words, ideographs runs and single symbols, in order."""
    out, word, kind = [], "", None
    for c in text:
        if c.isspace():
            new = None
        elif is_symbol(c):
            new = "symbol"
        elif is_ideograph(c):
            new = "ideograph"
        else:
            new = "word"
            c = plain(c)
        if word and (new != kind or new == "symbol" or len(word) == MAX_WORD):
            out.append(word)
            word = ""
        kind = new
        if new:
            word += c
    if word:
        out.append(word)
    return out


def hash_gram(gram: str) -> int:
    """FNV-1a over the UTF-8 bytes, with a last mixing step."""
    value = OFFSET
    for byte in gram.encode():
        value = ((value ^ byte) * PRIME) & MASK
    value ^= value >> 32
    value = (value * 0x9E3779B97F4A7C15) & MASK
    return value >> 32


def grams(word: str) -> list[tuple[int, bool]]:
    """Hash, and whether it is ASCII, of each of the word's character n-grams, with its ends marked by spaces.
    Ideographs carry more each, so there it is single ones and pairs."""
    if is_ideograph(word[0]):
        source, lengths = word, (1, 2)
    else:
        source, lengths = f" {word} ", (MIN_GRAM, MAX_GRAM)
    found = [source[i : i + n] for n in lengths for i in range(len(source) - n + 1)]
    return [(hash_gram(gram), gram.isascii()) for gram in found]


class Features:
    """Turns texts into weighted rows: those of the vocabulary, then the buckets
    of ASCII n-grams, then those of other n-grams."""

    def __init__(self, vocabulary: list[str], ascii_buckets: int, other_buckets: int):
        self.index = {word: i for i, word in enumerate(vocabulary)}
        self.size = len(vocabulary)
        self.ascii_buckets, self.other_buckets = ascii_buckets, other_buckets
        self.unknown: dict[str, tuple[list[int], list[float]]] = {}

    def pieces(self, word: str) -> list[int]:
        """Greedy WordPiece, as if the whole word had no row; nothing when some
        part has no piece."""
        out, start = [], 0
        while start < len(word):
            end = len(word) - (not start)
            while end > start:
                found = self.index.get(("##" if start else "") + word[start:end])
                if found is not None:
                    break
                end -= 1
            if end == start:
                return []
            out.append(found)
            start = end
        return out

    def of_unknown(self, word: str) -> tuple[list[int], list[float]]:
        """A word without a row of its own: its pieces, and its n-grams with
        the weight 1 / sqrt(their number)."""
        kept = self.unknown.get(word)
        if kept is None:
            pieces, hashed = self.pieces(word), grams(word)
            ids = pieces + [
                self.size + (h % self.ascii_buckets if ascii
                             else self.ascii_buckets + h % self.other_buckets)
                for h, ascii in hashed
            ]
            weight = 1.0 / np.sqrt(len(hashed)) if hashed else 0.0
            kept = self.unknown[word] = (ids, [1.0] * len(pieces) + [weight] * len(hashed))
        return kept

    def matrix(self, texts, hide=None) -> scipy.sparse.csr_matrix:
        """Texts × rows. `hide(word)` may say that a known word counts as unknown."""
        indices, weights, starts = [], [], [0]
        for text in texts:
            for word in words(text):
                known = self.index.get(word)
                if known is not None and not (hide and hide(word)):
                    indices.append(known)
                    weights.append(1.0)
                else:
                    ids, values = self.of_unknown(word)
                    indices.extend(ids)
                    weights.extend(values)
            starts.append(len(indices))
        out = scipy.sparse.csr_matrix(
            (np.array(weights, np.float32), np.array(indices, np.int32), np.array(starts)),
            shape=(len(texts), self.size + self.ascii_buckets + self.other_buckets),
        )
        out.sum_duplicates()
        return out
