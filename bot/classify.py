"""Classifies a file of messages: what the pipeline hears in each, and what follows from it.

Needs a trained model and Rasa's environment; neither a database nor a running desk.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.engine import speakable
from bot.settings import load
from ledger.heard import Heard
from ledger.policy import Grading, load_policy
from ledger.severity import Known, grade
from ledger.special import is_special
from ledger.vocabulary import Language

_ROOT = Path(__file__).resolve().parent.parent
_PYTHON = _ROOT / ".venv-rasa" / "bin" / "python"


class ClassifyError(Exception):
    """The file could not be classified."""


class BadLineError(ClassifyError):
    """A line of the input is not a JSON object with a text."""

    def __init__(self, source: Path, number: int, reason: str) -> None:
        """Name the file and the line, counted from 1."""
        super().__init__(f"{source}, line {number}: {reason}")


class NoModelError(ClassifyError):
    """There is no trained model."""


class EngineFailedError(ClassifyError):
    """Rasa's environment did not read the texts."""


def classify(source: Path, target: Path) -> int:
    """Write each line of source (JSON objects with `text`) to target with what is heard in it added.

    Added are kind, category, signals, emotion, language, remedies, intent, special and severity; all other
    keys are kept. Blank lines are skipped. Returns the number of messages. Raises BadLineError, NoModelError
    or EngineFailedError, all of them ClassifyError, or PolicyError, before anything is written.
    """
    messages = list(_messages(source))
    heard = parse([speakable(message["text"]) for message in messages], newest_model())
    grading = load_policy(load().policy).grading
    rows = (
        message | judged(parse) | graded(parse, grading)
        for message, parse in zip(messages, heard, strict=True)
    )
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return len(messages)


def parse(texts: list[str], model: Path) -> list[dict[str, Any]]:
    """What a model hears in each text, as Rasa's parse data tell it. Raises EngineFailedError."""
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard.jsonl"
        in_rasa("bot.nlu.batch", [str(model), str(heard)], "".join(json.dumps(text) + "\n" for text in texts))
        return [json.loads(line) for line in heard.read_text().splitlines()]


def newest_model() -> Path:
    """The model to read with: QINGTING_MODEL, or the newest in models/."""
    if named := os.environ.get("QINGTING_MODEL"):
        return Path(named)
    trained = sorted((_ROOT / "models").glob("*.tar.gz"), key=lambda model: model.stat().st_mtime)
    if not trained:
        raise NoModelError(f"no trained model in {_ROOT / 'models'}: run `make train`")
    return trained[-1]


def _messages(source: Path) -> Iterator[dict[str, Any]]:
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _message(source, number, line)


def _message(source: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise BadLineError(source, number, f"not JSON ({error})") from error
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        raise BadLineError(source, number, "not an object with a text")
    return message


def in_rasa(module: str, arguments: list[str], stdin: str) -> None:
    """Run a module in Rasa's environment. Raises EngineFailedError with the end of what it said."""
    command = [str(_PYTHON), "-W", "ignore", "-m", module, *arguments]
    try:
        subprocess.run(  # noqa: S603
            command, input=stdin, capture_output=True, text=True, cwd=_ROOT, check=True
        )
    except FileNotFoundError as error:
        raise EngineFailedError(f"Rasa's environment is missing: {_PYTHON}; run `make sync`") from error
    except subprocess.CalledProcessError as error:
        raise EngineFailedError(f"Rasa could not read the texts:\n{error.stderr[-2000:]}") from error


def judged(parse: dict[str, Any]) -> dict[str, Any]:
    """What is heard in one message, and what follows from it whatever the policy says, of its parse data."""
    heard = Heard.from_parse(parse)
    return {
        "kind": heard.kind,
        "category": heard.category,
        "further": heard.further,
        "signals": heard.signals,
        "emotion": heard.emotion,
        "language": heard.language or Language.ZH_HANS,
        "remedies": heard.remedies,
        "intent": heard.intent,
        "special": is_special(heard.signals),
    }


def graded(parse: dict[str, Any], grading: Grading) -> dict[str, Any]:
    """How grave the message is by these weights, of its parse data."""
    heard = Heard.from_parse(parse)
    return {"severity": grade(Known.of_message(heard.signals, heard.category, heard.emotion), grading)}
