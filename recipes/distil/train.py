"""Fine-tunes a small model on what a teacher found.

    python train.py EXAMPLES -o FOLDER [--model NAME] [--config FILE]

EXAMPLES is a folder of `wayline llm export`. FOLDER gets the model with its tokenizer, ready to be
served, `adapter` with what was learned alone, and `training.json` with how.
"""

import argparse
import json
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import PreTrainedModel, Trainer, TrainingArguments, set_seed

from examples import Example, Padded, read_examples
from models import load_model, load_tokenizer
from settings import Settings, read_settings


def arguments(settings: Settings, work: Path) -> TrainingArguments:
    it = settings.training
    return TrainingArguments(
        output_dir=str(work),
        num_train_epochs=it.epochs,
        max_steps=it.steps or -1,
        per_device_train_batch_size=it.batch,
        per_device_eval_batch_size=it.batch,
        gradient_accumulation_steps=it.accumulate,
        learning_rate=it.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=it.warmup,
        bf16=torch.cuda.is_available(),
        seed=settings.seed,
        logging_steps=1 if it.steps else 10,
        save_strategy="no" if it.steps else "epoch",
        save_total_limit=1,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )


def fine_tuned(
    settings: Settings, train: list[Example], validation: list[Example], padding: int, work: Path
) -> tuple[PreTrainedModel, dict[str, float]]:
    """The model with its adapters, and the loss on validation before and after."""
    model = load_model(settings.model)
    lora = LoraConfig(
        r=settings.lora.rank,
        lora_alpha=settings.lora.alpha,
        lora_dropout=settings.lora.dropout,
        target_modules=settings.lora.targets,
        task_type="CAUSAL_LM",
    )
    if settings.training.save_memory:
        model.activation_checkpointing_enable({"use_reentrant": False})
        model.config.use_cache = False
    trainer = Trainer(
        model=get_peft_model(model, lora),
        args=arguments(settings, work),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=Padded(padding),
    )
    losses = {}
    if validation:
        losses["before"] = trainer.evaluate()["eval_loss"]
    losses["train"] = trainer.train().training_loss
    if validation:
        losses["after"] = trainer.evaluate()["eval_loss"]
    return trainer.model, losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("examples", type=Path, help="a folder of `wayline llm export`")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--model", help="a folder or a name (default: that of the config)")
    parser.add_argument("--config", type=Path, help="settings other than config.toml's")
    args = parser.parse_args()
    settings = read_settings(args.config)
    name = args.model or settings.model
    settings = replace(settings, model=name)
    set_seed(settings.seed)
    tokenizer = load_tokenizer(name)
    train, validation = (
        read_examples(args.examples / f"{part}.jsonl", tokenizer, settings.max_tokens)
        for part in ("train", "validation")
    )
    if not train:
        raise SystemExit("no example to learn from: allow more with max_tokens")
    model, losses = fine_tuned(
        settings, train, validation, tokenizer.pad_token_id, args.output / "checkpoints"
    )
    model.save_pretrained(args.output / "adapter")
    merged = model.merge_and_unload()
    merged.config.use_cache = True
    merged.save_pretrained(args.output)
    tokenizer.save_pretrained(args.output)
    record = {
        "settings": asdict(settings),
        "examples": {"train": len(train), "validation": len(validation)},
        "loss": losses,
        "versions": {it: version(it) for it in ("torch", "transformers", "peft")},
    }
    (args.output / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{args.output}: loss {losses}")


if __name__ == "__main__":
    main()
