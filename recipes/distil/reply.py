"""Asks a model the questions of examples, and writes them with its own replies.

    python reply.py VALIDATION --model FOLDER -o REPLIES [--adapter FOLDER] [--limit N]

`wayline llm evaluate` compares the replies with the teacher's. Replies are the likeliest words, so
the same model gives the same ones.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from examples import Messages, question, read_conversations
from models import load_model, load_tokenizer
from settings import Reply, read_settings


def replies(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: list[Messages],
    settings: Reply,
) -> Iterator[str]:
    # What is written goes on at the right, where all questions end.
    tokenizer.padding_side = "left"
    model.eval()
    for start in range(0, len(conversations), settings.batch):
        asked = [question(tokenizer, it) for it in conversations[start : start + settings.batch]]
        batch = tokenizer(asked, return_tensors="pt", padding=True, add_special_tokens=False)
        with torch.inference_mode():
            written = model.generate(
                **batch.to(model.device),
                max_new_tokens=settings.max_tokens,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id,
            )
        new = written[:, batch["input_ids"].shape[1] :]
        yield from tokenizer.batch_decode(new, skip_special_tokens=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("examples", type=Path, help="validation.jsonl of `wayline llm export`")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--model", required=True, help="a folder of train.py, or any model")
    parser.add_argument("--adapter", type=Path, help="what train.py learned, for that model")
    parser.add_argument("--limit", type=int, help="only so many questions")
    parser.add_argument("--config", type=Path, help="settings other than config.toml's")
    args = parser.parse_args()
    conversations = read_conversations(args.examples)[: args.limit]
    model, tokenizer = load_model(args.model, args.adapter), load_tokenizer(args.model)
    settings = read_settings(args.config).reply
    with args.output.open("w") as file:
        written = replies(model, tokenizer, conversations, settings)
        for messages, reply in zip(conversations, written, strict=True):
            messages = messages[:-1] + [{"role": "assistant", "content": reply}]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    print(f"{args.output}: {len(conversations)} replies")


if __name__ == "__main__":
    main()
