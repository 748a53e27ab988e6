"""An emulator of the Telegram Bot API, over HTTP, for tests.

It answers as Telegram's servers do for the methods the desk uses, keeps what was sent, hands out injected
updates by long polling or by webhook, and fails on command. ``python -m tests.emulator --port 8081`` runs
it as a process; ``tests.emulator.server.running()`` runs it inside a test.
"""

from tests.emulator.faults import Fault
from tests.emulator.state import Sent, Telegram

__all__ = ["Fault", "Sent", "Telegram"]
