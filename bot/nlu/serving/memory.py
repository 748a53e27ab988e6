"""What the engine remembers of conversations: Rasa's table of events, read once a turn and written once.

Rasa's own store does the same in three transactions of several statements each. The table is Rasa's, so its
other tools read it as ever.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text

from bot.nlu.serving.connections import drop_dead_ones
from bot.nlu.serving.events import event_of

# The latest session only, as Rasa has it; conversations of the desk are one session for ever (domain.yml).
READ: Final = text(
    """
    SELECT id, data FROM events
    WHERE sender_id = :sender AND timestamp >= coalesce(
        (SELECT max(timestamp) FROM events WHERE sender_id = :sender AND type_name = 'session_started'),
        '-infinity')
    ORDER BY id
    """
)
# Nothing is written when another engine wrote about the conversation since it was read. Sent in one go, both
# statements are one transaction: who waited for the lock sees what was written meanwhile.
WRITE: Final = text(
    """
    SELECT pg_advisory_xact_lock(hashtextextended(:sender, 0));
    INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)
    SELECT :sender, type_name, timestamp, intent_name, action_name, data
    FROM json_to_recordset(:events) AS new (
        type_name text, timestamp float8, intent_name text, action_name text, data text)
    WHERE NOT EXISTS (SELECT FROM events WHERE sender_id = :sender AND id > :last)
    """
)


class Overtaken(Exception):  # noqa: N818
    """Another engine has written about the conversation since it was read."""


class EventMemory(SQLTrackerStore):  # type: ignore[misc]
    """Rasa's SQL store, with one statement for reading a conversation and one for adding to it.

    A tracker bears in ``stored`` how many of its events are in the table and in ``last`` the id of the latest
    row; one that this store did not read is saved in Rasa's way.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        # Each statement of ours is a transaction of its own: nothing is sent to begin or end one.
        url, how = self.engine.url, create_engine_kwargs(self.engine.url)
        self._alone = create_engine(url, isolation_level="AUTOCOMMIT", **how)
        for engine in (self.engine, self._alone):
            drop_dead_ones(engine)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's tracker, or None when nothing is known of it."""
        with self._alone.connect() as connection:
            rows = connection.execute(READ, {"sender": sender_id}).all()
        if not rows:
            return None
        events = [event_of(json.loads(row.data)) for row in rows]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        tracker.stored, tracker.last = len(tracker.events), rows[-1].id
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add the events that are new. Raises Overtaken: then nothing was added."""
        if not tracker.events:
            # Rasa saves a conversation when it opens it, before anything was said.
            tracker.stored, tracker.last = 0, 0
        if not hasattr(tracker, "stored"):
            await super().save(tracker)
            return
        await self.stream_events(tracker)
        if new := list(tracker.events)[tracker.stored :]:
            self._add(tracker.sender_id, new, tracker.last)
            # Its last row is not known now; who goes on with a saved tracker saves it in Rasa's way.
            del tracker.stored

    def _add(self, sender: str, new: Sequence[Event], last: int) -> None:
        told = {"sender": sender, "events": json.dumps([_row(event) for event in new]), "last": last}
        with self._alone.connect() as connection:
            if connection.execute(WRITE, told).rowcount != len(new):
                raise Overtaken(sender)


def _row(event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
