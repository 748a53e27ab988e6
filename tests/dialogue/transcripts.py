"""Writes docs/transcripts.md: `python -m tests.dialogue.transcripts`.

The conversations are those of the stories marked `transcript: true`, as the system produced them, with what
it heard and what stood in the ledger.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.runtime.postgres import EmbeddedServer
from ledger.models import Case
from tests.assistant import Assistant, Customer, running
from tests.dialogue.stories import Answered, Story, cases_of, stories, talk

TARGET = Path(__file__).parents[2] / "docs" / "transcripts.md"
HEAD = """# Transcripts

Conversations as the system produced them, with the trained model, the real actions and a real ledger
(`make transcripts` writes this page anew from `tests/stories/`). In small print: what was heard in a message,
and what the ledger holds in the end. Numbers and times differ from run to run. What is spoken stands in the
[script book](scripts.md); how it is chosen in [the assistant](assistant.md).
"""
DESK_SPEAKS = {
    "progress": "a colleague reports progress",
    "resolved": "a colleague has decided",
    "revisit": "days later",
    "nudge": "silence",
}
ELSEWHERE = "*(the same person, from another address)*\n\n"


async def page(assistant: Assistant) -> str:
    """The whole page."""
    chosen = [story for story in stories() if story.transcript]
    told = [await _transcript(assistant, number, story) for number, story in enumerate(chosen, 1)]
    return "\n".join([HEAD, *told])


async def _transcript(assistant: Assistant, number: int, story: Story) -> str:
    someone = assistant.customer(story.language)
    spoken = [line async for answered in talk(story, someone) for line in _lines(answered)]
    return "\n".join([f"## {number}. {story.name}", "", *spoken, await _ledger(someone), ""])


def _lines(answered: Answered) -> list[str]:
    said = f"{ELSEWHERE}{_said(answered)}" if answered.line.newcomer else _said(answered)
    return [said, "", *(f"> {line}  " for line in answered.text.splitlines()), *_buttons(answered), ""]


def _said(answered: Answered) -> str:
    heard = answered.heard
    if not heard:
        return f"*({DESK_SPEAKS[answered.line.desk or '']})*"
    signals = ", ".join(heard.get("signals") or [])
    small = " · ".join(
        filter(None, [heard["intent"]["name"], f"emotion {heard.get('emotion') or 0}", signals])
    )
    return f"**{' / '.join(answered.said.splitlines())}**  \n<sub>{small}</sub>"


def _buttons(answered: Answered) -> list[str]:
    return ["> " + " ".join(f"`{title}`" for title in answered.buttons)] if answered.buttons else []


async def _ledger(someone: Customer) -> str:
    return "\n".join([_case(case) for case in await cases_of(someone)]) or "<sub>Nothing in the ledger.</sub>"


def _case(case: Case) -> str:
    what = [case.type, case.category, case.severity, "special user" if case.special else None]
    wanted = f"wants {', '.join(case.remedies)}" if case.remedies else None
    signals = ", ".join(case.signals) or None
    said = " · ".join(str(word) for word in [*what, wanted, signals] if word)
    return f"<sub>In the ledger: {said}.</sub>"


@asynccontextmanager
async def an_assistant() -> AsyncIterator[Assistant]:
    place = Path(tempfile.mkdtemp(prefix="qt-"))
    try:
        with EmbeddedServer(place / "pg") as server:
            async with running(server.url(), place / "home") as assistant:
                yield assistant
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def write() -> None:
    """Talk every chosen story through and write the page."""
    async with an_assistant() as assistant:
        TARGET.write_text(await page(assistant), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(write())
