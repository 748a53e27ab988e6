"""What leads a form on by itself as things change: named by ``watches`` in its file."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ledger.form_book import ByItself
from ledger.services import emergency_team, group_events

WATCHERS: Final[Mapping[str, Callable[..., Awaitable[ByItself | None]]]] = {
    "team": emergency_team.as_grave_as_that,
    "group_event": group_events.judged_anew,
}
"""By name: asked when the form opens, when it is filled in, and when more is heard of what it was opened for.

Called with the session, ``form``, ``values`` (a function that reads what stands in it) and ``policy``.
"""
