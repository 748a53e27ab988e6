"""What this process counts as it works, for `/metrics`; what stands in the database is counted there.

Labels are codes: no names, no ids, no text of anybody (docs/api.md lists them all).
"""

from typing import Final

from prometheus_client import Counter

RECEIVED: Final = Counter("qingting_messages_received", "Customers' messages that were logged.", ["channel"])
TURNS: Final = Counter("qingting_turns", "Turns, by how they ended.", ["end"])
ENGINE_ERRORS: Final = Counter("qingting_engine_errors", "Requests the engine did not do.", ["error"])
DELIVERIES: Final = Counter("qingting_deliveries", "Deliveries tried, by their end.", ["channel", "state"])
