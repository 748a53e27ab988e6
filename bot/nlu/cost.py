"""What each component costs a message, in Rasa's environment: `python -m bot.nlu.cost MODEL TARGET`.

One JSON text a line on standard input; the target gets one JSON object: the name of each component, in the
order they work, and the milliseconds it takes for a message in the middle (the median over the texts).
"""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rasa.core.agent import Agent
from rasa.engine.graph import GraphNode

_WARMING = 3
Times = dict[str, list[float]]


async def costs(model: str, texts: Iterable[str]) -> dict[str, float]:
    """Milliseconds of each component; the first texts are read twice: some things load at first use."""
    agent = Agent.load(model_path=model)
    texts = list(texts)
    for text in texts[:_WARMING]:
        await agent.parse_message(text)
    times = _timed()
    for text in texts:
        await agent.parse_message(text)
    return {name: median(each) for name, each in times.items()}


def _timed() -> Times:
    """Have every node of a graph keep how long it took; where the times will be."""
    times: Times = {}
    work = GraphNode.__call__

    def timed(node: GraphNode, *inputs: Any) -> Any:
        started = perf_counter()
        try:
            return work(node, *inputs)
        finally:
            name = node._component_class.__name__
            times.setdefault(name, []).append((perf_counter() - started) * 1000)

    GraphNode.__call__ = timed
    return times


def main() -> None:
    """Read all of standard input, write the costs."""
    model, target = sys.argv[1:]
    found = asyncio.run(costs(model, (json.loads(line) for line in sys.stdin)))
    Path(target).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
