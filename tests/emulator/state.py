"""What the emulated platform knows: updates on their way, what the bot sent, files, faults."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.emulator.faults import Fault

JSON = dict[str, Any]
BOT = {"id": 4242, "is_bot": True, "first_name": "Qingting", "username": "qingting_test_bot"}


class ApiError(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Dropped(Exception):  # noqa: N818
    """The connection breaks instead of an answer."""


@dataclass(slots=True)
class Sent:
    """One call of the bot that had an effect."""

    method: str
    chat_id: str | None
    arguments: JSON
    result: Any
    at: float = field(default_factory=time.time)

    @property
    def text(self) -> str:
        return str(self.arguments.get("text", ""))


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str | None


class Telegram:
    """The platform's side: everything a test injects or looks at."""

    def __init__(self) -> None:
        self.calls: list[Sent] = []
        self.faults: list[Fault] = []
        self.files: dict[str, bytes] = {}
        self.webhook: Webhook | None = None
        self.confirmed_offset = 0
        self.deliveries = 0
        self.handed: list[JSON] = []
        self.news = asyncio.Condition()
        self._waiting: dict[int, JSON] = {}
        self._update_ids = count(1000)
        self._message_ids = count(1)
        self._file_ids = count(1)

    def new_message_id(self) -> int:
        return next(self._message_ids)

    def count_messages_from(self, first: int) -> None:
        """No message has this id or a later one yet."""
        self._message_ids = count(first)

    def count_updates_from(self, first: int) -> None:
        """No update has this id or a later one yet."""
        self._update_ids = count(first)

    def new_file(self, content: bytes) -> str:
        """Store a file as if a customer had sent it; returns its file_id."""
        file_id = f"file-{next(self._file_ids)}"
        self.files[file_id] = content
        return file_id

    async def inject(self, content: JSON, *, update_id: int | None = None) -> int:
        """Put an update (without its id) on the way; the same ``update_id`` again is a redelivery."""
        number = next(self._update_ids) if update_id is None else update_id
        async with self.news:
            self._waiting[number] = {"update_id": number, **content}
            self.news.notify_all()
        return number

    async def pending(self, *, offset: int, limit: int, seconds: float) -> list[JSON]:
        """Confirm all updates before ``offset``, then wait up to ``seconds`` for further ones."""
        self.confirm(offset)
        async with self.news:
            with suppress(TimeoutError):
                if not self._waiting:
                    await asyncio.wait_for(self.news.wait_for(lambda: bool(self._waiting)), seconds)
            page = self.waiting()[:limit]
        self.handed = page or self.handed
        return page

    def confirm(self, offset: int) -> None:
        """Forget all updates before ``offset``."""
        self.confirmed_offset = max(self.confirmed_offset, offset)
        self._waiting = {number: update for number, update in self._waiting.items() if number >= offset}

    def taken(self, update_id: int) -> None:
        """Forget one update, answered 200 by the webhook."""
        self._waiting.pop(update_id, None)

    async def all_confirmed(self, *, within: float = 10) -> None:
        """Wait until every update is confirmed; raises TimeoutError after ``within`` seconds."""
        async with asyncio.timeout(within):
            while self._waiting:  # noqa: ASYNC110 — confirming has no event of its own
                await asyncio.sleep(0.01)

    def waiting(self) -> list[JSON]:
        """Updates not yet confirmed, in order."""
        return [self._waiting[number] for number in sorted(self._waiting)]

    async def record(self, call: Sent) -> None:
        async with self.news:
            self.calls.append(call)
            self.news.notify_all()

    def sent(self, method: str = "sendMessage", chat: int | str | None = None) -> list[Sent]:
        """What the bot did by ``method``, to ``chat`` if given, in order."""
        return [
            call
            for call in self.calls
            if call.method == method and (chat is None or call.chat_id == str(chat))
        ]

    async def wait_sent(
        self,
        number: int = 1,
        *,
        method: str = "sendMessage",
        chat: int | str | None = None,
        within: float = 10,
    ) -> list[Sent]:
        """Wait until ``number`` such calls were made; raises TimeoutError after ``within`` seconds."""
        async with self.news:
            enough = self.news.wait_for(lambda: len(self.sent(method, chat)) >= number)
            await asyncio.wait_for(enough, within)
        return self.sent(method, chat)

    def fail(self, method: str, kind: Any, *, times: int = 1, seconds: float = 1) -> None:
        """The next ``times`` calls of ``method`` fail."""
        self.faults.append(Fault(method, kind, times, seconds))

    def next_fault(self, method: str) -> Fault | None:
        """Use up one failure of ``method``, if one was ordered."""
        for fault in self.faults:
            if fault.applies(method):
                fault.times -= 1
                return fault
        return None
