"""The policy key by key."""

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.policy.policy import Policy


def flat(policy: Policy) -> dict[str, Any]:
    """Every value that is set, as JSON under its place (``clocks.first_response``), secrets veiled."""
    return dict(_places(policy.model_dump(mode="json")))


def secrets_changed(was: Policy, is_now: Policy) -> list[str]:
    """The places where nothing but a secret is another."""
    before, after = dict(_places(was.model_dump())), dict(_places(is_now.model_dump()))
    told, tells = flat(was), flat(is_now)
    both = before.keys() & after.keys() & told.keys() & tells.keys()
    return sorted(key for key in both if before[key] != after[key] and told[key] == tells[key])


def _places(written: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in written.items():
        if isinstance(value, dict):
            yield from _places(value, f"{place}{key}.")
        elif value is not None:
            yield f"{place}{key}", value
