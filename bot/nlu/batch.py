"""Reads many texts with a trained model, in Rasa's own environment: `python -m bot.nlu.batch MODEL TARGET`.

One JSON text a line on standard input, one JSON object a line in the target. Standard output is left to Rasa,
which logs there.
"""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from bot.nlu.serving import domain

HEARD = ("language", "kind", "category", "further", "signals", "emotion", "remedies", "intent", "entities")


async def parse(model: str, texts: Iterable[str]) -> list[dict[str, Any]]:
    """What the model hears in each text."""
    domain.read_once()
    agent = Agent.load(model_path=model)
    return [_heard(await agent.parse_message(text)) for text in texts]


def _heard(parsed: dict[str, Any]) -> dict[str, Any]:
    return {name: parsed.get(name) for name in HEARD}


def main() -> None:
    """Read all of standard input, write all answers."""
    model, target = sys.argv[1:]
    heard = asyncio.run(parse(model, (json.loads(line) for line in sys.stdin)))
    Path(target).write_text("".join(json.dumps(each) + "\n" for each in heard))


if __name__ == "__main__":
    main()
