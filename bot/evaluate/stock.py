"""Rasa's stock pipeline on the same training data, to be measured beside ours.

DIET predicts one label a message, so three are trained: of intents (with the stock policies, for
`qingting bench assistant`), of sets of signals (Rasa's multi-intents) and of emotions. They are kept in a
folder and trained again only when the data have changed.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.classify import parse
from bot.evaluate.training import train
from bot.settings import PROJECT

CONFIG = Path(__file__).with_name("stock.yml")
FOLDER = PROJECT / "models" / "stock"
_NLU = PROJECT / "data" / "nlu"
_NONE = "none"
_TOGETHER = "+"

Example = tuple[str, dict[str, Any]]


def hear(texts: list[str]) -> list[dict[str, Any]]:
    """Kind, category, signals and emotion of each text; models that are missing are trained first."""
    models = (whole(), _labels("signals"), _labels("emotion"))
    intents, signals, emotions = (parse(texts, model) for model in models)
    return [
        {
            "kind": intent.get("kind"),
            "category": intent.get("category"),
            "signals": _signals_of(signal["intent"]["name"]),
            "emotion": int(emotion["intent"]["name"]),
        }
        for intent, signal, emotion in zip(intents, signals, emotions, strict=True)
    ]


def whole() -> Path:
    """The model of intents with the stock policies, able to talk."""
    parts = [
        CONFIG,
        PROJECT / "domain.yml",
        *sorted(path for path in (PROJECT / "data").rglob("*") if path.is_file()),
    ]
    digest = _digest(*(path.read_bytes() for path in parts))
    return _kept("intent", digest, "--domain", "domain.yml", "--data", "data", "--config", str(CONFIG))


def _labels(name: str) -> Path:
    """The model of one further label of the training data."""
    data = yaml.safe_dump(as_intents(name), allow_unicode=True)
    config = yaml.safe_dump(_config_of_labels(), allow_unicode=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nlu.yml").write_text(data, encoding="utf-8")
        (Path(folder) / "config.yml").write_text(config, encoding="utf-8")
        files = ("nlu", "--nlu", f"{folder}/nlu.yml", "--config", f"{folder}/config.yml")
        return _kept(name, _digest(data.encode(), config.encode()), *files)


def _config_of_labels() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(CONFIG.read_text("utf-8"))
    tokenizer, *others = config["pipeline"]
    split = {"intent_tokenization_flag": True, "intent_split_symbol": _TOGETHER}
    config["pipeline"] = [tokenizer | split, *others]
    return {name: value for name, value in config.items() if name not in {"policies", "importers"}}


def as_intents(name: str) -> dict[str, Any]:
    """Our training data with that label of an example in place of its intent, as Rasa reads it."""
    texts: dict[str, list[str]] = {}
    for text, labels in _examples():
        texts.setdefault(_intent_of(labels.get(name)), []).append(text)
    blocks = [
        {"intent": intent, "examples": "".join(f"- {each}\n" for each in said)}
        for intent, said in texts.items()
    ]
    return {"version": "3.1", "nlu": blocks}


def _intent_of(label: int | list[str] | None) -> str:
    if isinstance(label, int):
        return str(label)
    return _TOGETHER.join(sorted(label or [])) or _NONE


def _signals_of(intent: str) -> list[str]:
    return [] if intent == _NONE else intent.split(_TOGETHER)


def _examples() -> Iterator[Example]:
    for file in sorted(_NLU.glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            labels = {"emotion": 0} | (block.get("metadata") or {})
            yield from (
                (line[2:], labels) for line in block["examples"].splitlines() if line.startswith("- ")
            )


def _kept(name: str, digest: str, *arguments: str) -> Path:
    model, known = FOLDER / f"{name}.tar.gz", FOLDER / f"{name}.sha256"
    if not model.exists() or not known.exists() or known.read_text() != digest:
        train(model, *arguments)
        known.write_text(digest)
    return model


def _digest(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()
