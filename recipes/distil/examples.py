"""Examples: conversations, a JSON object a line, as `wayline llm export` writes them."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase

Messages = list[dict[str, str]]

# Of these labels nothing is learned.
IGNORED = -100


@dataclass(frozen=True)
class Example:
    tokens: list[int]
    # How many of them are the question.
    asked: int


def read_conversations(file: Path) -> list[Messages]:
    rows = [json.loads(row) for row in file.read_text().splitlines() if row.strip()]
    for number, row in enumerate(rows, 1):
        roles = [message["role"] for message in row["messages"]]
        if roles[-2:] != ["user", "assistant"]:
            raise SystemExit(f"{file}, example {number}: ends with {roles[-2:]}, not with a reply")
    return [row["messages"] for row in rows]


def question(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> str:
    """What the model reads before it replies."""
    # Models that can think aloud are not to: the reply is JSON alone. Others ignore it.
    return tokenizer.apply_chat_template(
        messages[:-1], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )


def example(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> Example:
    # The template has put in what stands before the first token.
    asked = tokenizer.encode(question(tokenizer, messages), add_special_tokens=False)
    reply = tokenizer.encode(messages[-1]["content"], add_special_tokens=False)
    return Example(asked + reply + [tokenizer.eos_token_id], len(asked))


def read_examples(file: Path, tokenizer: PreTrainedTokenizerBase, max_tokens: int) -> list[Example]:
    """Those that aren't too long."""
    examples = [example(tokenizer, messages) for messages in read_conversations(file)]
    short = [it for it in examples if len(it.tokens) <= max_tokens]
    print(f"{file}: {len(short)} examples, {len(examples) - len(short)} too long")
    return short


class Padded:
    """Puts examples side by side. Only the reply is learned."""

    def __init__(self, padding: int) -> None:
        self.padding = padding

    def __call__(self, examples: list[Example]) -> dict[str, torch.Tensor]:
        longest = max(len(it.tokens) for it in examples)
        ids, labels, mask = [], [], []
        for it in examples:
            reply, short = it.tokens[it.asked :], longest - len(it.tokens)
            ids.append(it.tokens + [self.padding] * short)
            labels.append([IGNORED] * it.asked + reply + [IGNORED] * short)
            mask.append([1] * len(it.tokens) + [0] * short)
        return {
            "input_ids": torch.tensor(ids),
            "labels": torch.tensor(labels),
            "attention_mask": torch.tensor(mask),
        }
