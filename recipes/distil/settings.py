"""Settings: config.toml, and what a file of one's own says otherwise."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Lora:
    rank: int
    alpha: int
    dropout: float
    targets: str | list[str]


@dataclass(frozen=True)
class Training:
    epochs: float
    steps: int
    batch: int
    accumulate: int
    learning_rate: float
    warmup: float
    save_memory: bool


@dataclass(frozen=True)
class Reply:
    max_tokens: int
    batch: int


@dataclass(frozen=True)
class Settings:
    model: str
    max_tokens: int
    seed: int
    lora: Lora
    training: Training
    reply: Reply


def read_settings(file: Path | None) -> Settings:
    values = tomllib.loads((Path(__file__).parent / "config.toml").read_text())
    if file:
        change(values, tomllib.loads(file.read_text()), str(file))
    values["lora"] = Lora(**values["lora"])
    values["training"] = Training(**values["training"])
    values["reply"] = Reply(**values["reply"])
    return Settings(**values)


def change(values: dict[str, Any], changes: dict[str, Any], where: str) -> None:
    for name, value in changes.items():
        if name not in values:
            raise SystemExit(f"{where}: there is no setting `{name}`; config.toml names all")
        if isinstance(values[name], dict):
            change(values[name], value, f"{where}: {name}")
        else:
            values[name] = value
