"""What the emulated platform knows, on disk: a platform that is killed must not forget what it was sent.

Every line is JSON with a ``what``: ``update`` on its way, ``confirmed`` up to an offset, ``taken`` by the
webhook, ``call`` of the bot. A line is written before anybody is told of it, so that what was acknowledged
is on record, and a call stands in the journal if and only if the platform had it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.emulator.state import JSON, Sent, Telegram


class Journal:
    """The file, appended to line by line; it is read as far as its last whole line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8")

    def write(self, what: str, **content: Any) -> None:
        """One line, in the kernel's hands when this returns."""
        self._file.write(json.dumps({"what": what, **content}, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()


def read(path: Path) -> Iterator[JSON]:
    """The lines of a journal, oldest first; a last one that was cut off is passed over."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def calls(path: Path) -> list[Sent]:
    """All that the bot did, in order."""
    return [Sent(**line["call"]) for line in read(path) if line["what"] == "call"]


class Tail:
    """How many messages each chat got, read as the journal grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._sent: Counter[str] = Counter()

    def sent_to(self, chat: str) -> int:
        """How many messages were sent to ``chat`` until now."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                for line in file.read().splitlines(keepends=True):
                    if line.endswith(b"\n"):
                        self._read += len(line)
                        self._count(line)
        return self._sent[chat]

    def _count(self, line: bytes) -> None:
        written = json.loads(line)
        if written["what"] == "call" and written["call"]["method"] == "sendMessage":
            self._sent[written["call"]["chat_id"]] += 1


class Remembering(Telegram):
    """A platform's state that is the same after a SIGKILL; orders to fail are forgotten."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        for line in list(read(path)):
            self._recall(line)
        self._journal = Journal(path)

    async def inject(self, content: JSON, *, update_id: int | None = None) -> int:
        number = next(self._update_ids) if update_id is None else update_id
        self._journal.write("update", number=number, content=content)
        return await super().inject(content, update_id=number)

    def confirm(self, offset: int) -> None:
        if offset > self.confirmed_offset:
            self._journal.write("confirmed", offset=offset)
        super().confirm(offset)

    def taken(self, update_id: int) -> None:
        self._journal.write("taken", number=update_id)
        super().taken(update_id)

    async def record(self, call: Sent) -> None:
        self._journal.write("call", call=asdict(call))
        await super().record(call)

    def _recall(self, line: JSON) -> None:
        match line["what"]:
            case "update":
                self._waiting[line["number"]] = {"update_id": line["number"], **line["content"]}
                self.count_updates_from(line["number"] + 1)
            case "confirmed":
                super().confirm(line["offset"])
            case "taken":
                super().taken(line["number"])
            case "call":
                call = Sent(**line["call"])
                self.calls.append(call)
                if isinstance(call.result, dict) and "message_id" in call.result:
                    self.count_messages_from(int(call.result["message_id"]) + 1)
