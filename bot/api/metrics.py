"""Numbers for a monitoring system, in Prometheus' format: no names, no text of anybody."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest

from bot.api.wiring import DeskHere, web_of
from ledger.views.endings import LooseEnds, loose_ends
from ledger.views.load import Load, load

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=Response)
async def metrics(desk: DeskHere) -> Response:
    """What the desk carries at this moment, and what this process did and uses."""
    async with desk.database.transaction() as session:
        found = await load(session, now=desk.now())
        loose = await loose_ends(session, policy=desk.policy, now=desk.now())
    registry = _registry(found, loose, listeners=web_of(desk).listeners)
    return Response(generate_latest(registry) + generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _registry(found: Load, loose: LooseEnds, *, listeners: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    cases = Gauge("qingting_cases_open", "Open cases.", ["type", "special"], registry=registry)
    for (kind, special), count in found.open_cases.items():
        cases.labels(kind, str(special).lower()).set(count)
    jobs = Gauge("qingting_jobs", "Jobs of the queue.", ["queue", "state"], registry=registry)
    for labels, count in found.jobs.items():
        jobs.labels(*labels).set(count)
    for name, what, label, counts in (
        ("conversations", "Conversations a person holds or is wanted in.", "holding", found.conversations),
        ("clocks_running", "Clocks that run.", "kind", found.clocks_running),
        ("clocks_overdue", "Clocks that run past their due time.", "kind", found.clocks_overdue),
        ("messages_on_their_way", "Messages of ours not yet handed over.", "state", found.deliveries),
    ):
        _by(registry, name, what, label, counts)
    for name, what, value in (
        ("waiting_oldest_seconds", "How long who waits longest waits for a person.", found.oldest_waiting),
        ("messages_unsettled", "Customers' messages not answered yet.", found.unsettled),
        ("messages_unsettled_oldest_seconds", "How long the oldest of them waits.", found.oldest_unsettled),
        ("notices_pending", "Notices to staff on their way.", found.notices_pending),
        ("messages_without_end", "Customers' messages that neither reply nor person met.", loose.messages),
        ("replies_overdue", "Messages of ours that have not left in time.", loose.replies),
        ("notices_overdue", "Notices to staff that have not got through in time.", loose.notices),
        ("clocks_unmarked", "Clocks past their due time and not breached.", loose.clocks),
        ("web_listeners", "Sockets and long polls in this process.", listeners),
    ):
        Gauge(f"qingting_{name}", what, registry=registry).set(value)
    return registry


def _by(registry: CollectorRegistry, name: str, what: str, label: str, counts: Mapping[str, int]) -> None:
    gauge = Gauge(f"qingting_{name}", what, [label], registry=registry)
    for value, count in counts.items():
        gauge.labels(value).set(count)
