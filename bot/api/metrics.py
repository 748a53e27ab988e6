"""Numbers for a monitoring system, in Prometheus' format: no names, no text of anybody."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest

from bot.api.wiring import DeskHere, web_of
from ledger.views.load import Load, load

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=Response)
async def metrics(desk: DeskHere) -> Response:
    """What the desk carries at this moment, and what this process uses."""
    async with desk.database.transaction() as session:
        found = await load(session, now=desk.now())
    registry = _registry(found, listeners=web_of(desk).listeners)
    return Response(generate_latest(registry) + generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _registry(found: Load, *, listeners: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    cases = Gauge("qingting_cases", "Cases.", ["state", "type", "special"], registry=registry)
    for (state, kind, special), count in found.cases.items():
        cases.labels(state, kind, str(special).lower()).set(count)
    _by(
        registry, "conversations", "Conversations by who speaks for the desk.", "holding", found.conversations
    )
    _by(registry, "messages", "Messages in the log.", "author", found.messages)
    _by(registry, "clocks_running", "Clocks that run.", "kind", found.clocks_running)
    _by(registry, "clocks_breached", "Clocks that were breached.", "kind", found.clocks_breached)
    _by(registry, "notices", "Notices to staff.", "state", found.notices)
    _one(registry, "messages_unsettled", "Customers' messages not answered yet.", found.unsettled)
    _one(
        registry,
        "messages_unsettled_oldest_seconds",
        "For how long the oldest of them waits.",
        found.oldest_unsettled,
    )
    _one(registry, "messages_undelivered", "Messages of ours on their way.", found.undelivered)
    _one(registry, "web_listeners", "Sockets and long polls in this process.", listeners)
    return registry


def _by(registry: CollectorRegistry, name: str, what: str, label: str, counts: dict[str, int]) -> None:
    gauge = Gauge(f"qingting_{name}", what, [label], registry=registry)
    for value, count in counts.items():
        gauge.labels(value).set(count)


def _one(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(f"qingting_{name}", what, registry=registry).set(value)
