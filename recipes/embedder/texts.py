"""Composes the training texts: WordNet, the catalogue, and searches and
questions made by putting their words into patterns of our own."""

import random

from sources import WordNet, catalogue_texts

# {n}: a noun phrase, {m}: another, {v}: a verb, {a}: an adjective.
PATTERNS = """
{n}|{a} {n}|{n} {m}|{v} {n}|{n} and {m}|{n} or {m}|{n} vs {m}|{n} with {m}|{n} for {m}|{m} in {n}
best {n}|cheap {n}|{n} ideas|{n} near me|{n} for beginners|{n} reviews|buy {n} online|{n} price|used {n}
how to {v} {n}|how to {v} a {a} {n}|what is {n}|what is a {n}|what are {n}|history of {n}|types of {n}
{n} recipe|{n} tutorial|{n} online|{n} pictures|free {n}|new {n}|my {n}|the {n}|a {n} of {m}|{n} diy
how do i {v} my {n}|how do i {v} {n}|how can i {v} the {n}|can i {v} a {n}|can you {v} my {n}
can you {v} the {n} for me|could you please {v} the {n}|please {v} my {n}|i want to {v} {n}
i need to {v} a {n}|i would like to {v} my {n}|i need {n}|i want a {a} {n}|i am looking for a {n}
why is my {n} {a}|why is the {n} so {a}|why did my {n} {v}|why was my {n} {v}ed|is my {n} {a}
is the {n} {a}|is there a {n} in {m}|are there any {n} near me|do you have a {n}|do you know the {n}
what do i do if my {n} is {a}|what should i do with my {n}|what does {n} mean|what does my {n} say
when will my {n} {v}|when is the {n}|when was {n} {v}ed|where is my {n}|where can i {v} a {n}
where do i find {n}|where did the {n} go|which {n} is {a}|who is the {n} of {m}|who {v}s the {n}
how much is a {n}|how much does {n} cost|how many {n} are in {m}|how long does it take to {v} {n}
how long is the {n}|how {a} is the {n}|how old is the {n}|how far is {n} from {m}|tell me about {n}
tell me the {n} for {m}|tell me how to {v} {n}|show me my {n}|show me {a} {n}|give me the {n}
let me know when the {n} is {a}|set the {n} to {a}|turn on the {n}|turn off the {n}|change my {n} to {m}
add {n} to my {m}|remove {n} from my {m}|put {n} on the {m}|i do not {v} this {n}|i don't have a {n}
i have not received my {n}|i have a {n} that i did not {v}|i lost my {n}|someone {v} my {n}
my {n} isn't working|my {n} has not been {v}ed|my {n} was {a}|there is a {n} on my {m}|it is {a}
will my {n} be {a} by {m}|would {n} be {a} for {m}|should i {v} the {n}|does the {n} {v}|did i {v} the {n}
{n} in my {m} that is not mine|what time is the {n}|what's the {n}|what's the {a} {n} for {m}|thanks for the {n}
you are {a}|are you a {n}|do you {v} {n}|what is your {n}|who made you|call the {n}|send {n} to my {m}
make a {n} at {m}|find me a {a} {n}|book a {n} for {m}|order {n}|pay my {n}|{v} {n} please|{a} {n} for {m}
{n} not {v}ing|{n} without {m}|{n} under 50|{a} {n} 2024|size of {n}|{n} size|{n} how long|{n} where to {v}
""".replace("\n", "|").strip("|").split("|")


def is_plain(text: str) -> bool:
    return all(c.isalpha() and c.isascii() or c in " '-" for c in text)


def composed_texts(wordnet: WordNet, journeys: list[dict], count: int, seed: int) -> list[str]:
    """`count` texts from the patterns, filled with WordNet's words (drawn by
    the square root of their tag count plus one) and the catalogue's noun phrases."""
    draw = random.Random(seed)
    kinds = {"n": 0, "v": 1, "a": 2}
    pools: dict[str, list[str]] = {}
    weights: dict[str, list[float]] = {}
    for kind, index in kinds.items():
        words = sorted(
            word for word in wordnet.by_part[index]
            if is_plain(word) and 2 < len(word) < 22 and word.count(" ") < 3
        )
        pools[kind] = words
        weights[kind] = [(wordnet.lemmas[word] + (1 if " " in word else 2)) ** 0.5 for word in words]
    phrases = sorted({
        text.lower() for journey in journeys for text in journey["annotations"] + journey["interests"]
    })
    filled = {kind: draw.choices(pools[kind], weights[kind], k=3 * count) for kind in kinds}
    filled["m"] = draw.choices(pools["n"], weights["n"], k=3 * count)
    texts: dict[str, None] = {}
    for i in range(3 * count):
        fill = {kind: words[i] for kind, words in filled.items()}
        if draw.random() < 0.25:
            fill["n"] = draw.choice(phrases)
        text = draw.choice(PATTERNS).format(**fill).replace("eed ", "ed ").replace("eing", "ing")
        texts[text] = None
        if len(texts) == count:
            break
    return list(texts)


def training_texts(
    wordnet: WordNet, journeys: list[dict], composed: int, seed: int
) -> list[tuple[float, list[str]]]:
    """The distinct training texts in groups, each with its weight: the loss of a
    catalogue text counts more, that of a bare lemma (many are Latin names) less."""
    known: set[str] = set()
    groups = []
    for weight, source in (
        (3.0, catalogue_texts(journeys)),
        (0.5, sorted(wordnet.lemmas)),
        (1.0, wordnet.definitions + wordnet.examples),
        (1.5, composed_texts(wordnet, journeys, composed, seed)),
    ):
        texts = [text for text in dict.fromkeys(source) if text not in known]
        known.update(texts)
        groups.append((weight, texts))
    return groups
