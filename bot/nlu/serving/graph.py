"""How the engine runs its graph: node after node, in an order that was found once."""

from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

Order = tuple[tuple[str, tuple[str, ...]], ...]


class StraightRunner(DaskGraphRunner):  # type: ignore[misc]
    """Runs what Dask would run, without planning it anew for every message and every prediction."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._orders: dict[tuple[str, ...], Order] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The outputs of ``targets``, by name; ``inputs`` fill the placeholders of the graph."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = tuple(_in_order(self._graph_schema.nodes, wanted, set()))
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._orders[wanted]:
            done[name] = self._instantiated_nodes[name](*(done[need] for need in needs))
        return {name: done[name][1] for name in wanted}


def _in_order(
    nodes: dict[str, SchemaNode], wanted: tuple[str, ...], seen: set[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every node that ``wanted`` hangs on with what it needs, those first that others wait for."""
    for name in wanted:
        if name in nodes and name not in seen:
            seen.add(name)
            needs = tuple(nodes[name].needs.values())
            yield from _in_order(nodes, needs, seen)
            yield name, needs
