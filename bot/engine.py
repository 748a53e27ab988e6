"""The client of the engine's HTTP channel (``bot/nlu/channel.py``): turns, hearing, memory.

* EngineError
  - EngineUnavailable
  - EngineRefused
  - TurnFailed
      + ActionFailed
      + NothingSaid
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import Any, Final

import httpx

from bot import meters
from ledger.heard import Heard
from ledger.services.messages import Reply
from ledger.vocabulary import Language, Stage

# The engine bounds a turn at 20 seconds itself; an answer is waited for a little longer than that.
TIMEOUT: Final = httpx.Timeout(25.0, connect=2.0, pool=10.0)
LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=50)
# Seconds. To find out that an engine is away may take as long as the longest of the times above.
AVOIDED_FOR: Final = 5.0
FIGURES: Final = r"\d,.一二三四五六七八九十百千万萬亿億两兩几幾半数數多好"
ENDLESS: Final = re.compile(f"([{FIGURES}]{{40}})[{FIGURES}]+")
NEVER_ASKED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class EngineError(Exception):
    """The engine did not do what it was asked."""


class EngineUnavailable(EngineError):  # noqa: N818
    """No engine answered in time."""


class EngineRefused(EngineError):  # noqa: N818
    """The engine refused the request: a wrong token, or a request it does not understand."""


class TurnFailed(EngineError):  # noqa: N818
    """The engine ran the turn and it came to nothing."""


class ActionFailed(TurnFailed):
    """A custom action failed; the engine has taken the turn back."""


class NothingSaid(TurnFailed):
    """The turn ended without a word for the customer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The assistant's answer to one message, and what was heard in it."""

    replies: tuple[Reply, ...]
    heard: Heard


class Engine:
    """One or several engines that share a tracker store.

    A conversation has its engine; the next one is asked when that one takes no connection. After a
    connection broke in the middle nobody else is asked, since the turn may still be running: it is the next
    try that goes elsewhere. For ``AVOIDED_FOR`` an engine that failed so is asked last.
    """

    def __init__(
        self,
        urls: Sequence[str],
        token: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._urls = tuple(urls)
        self._rounds = count()
        self._failed_at: dict[str, float] = {}
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"},
            transport=transport,
            timeout=timeout,
            limits=LIMITS,
            trust_env=False,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def turn(self, *, conversation_id: int, message_id: int, text: str, language: Language) -> Turn:
        """Have the assistant answer; asked again for the same message, it starts the turn over.

        Raises EngineError. ``NothingSaid``: every turn must say something.
        """
        answer = await self._ask(
            "turn",
            conversation_id,
            conversation=str(conversation_id),
            message_id=message_id,
            text=speakable(text),
            language=language,
        )
        return Turn(_replies(answer), Heard.from_parse(answer["heard"]))

    async def trigger(
        self,
        *,
        conversation_id: int,
        key: str,
        intent: str,
        entities: Mapping[str, Any],
        language: Language,
    ) -> tuple[Reply, ...]:
        """Have the assistant speak first, because of ``intent``. Raises EngineError."""
        answer = await self._ask(
            "trigger",
            conversation_id,
            conversation=str(conversation_id),
            key=key,
            intent=intent,
            entities=dict(entities),
            language=language,
        )
        return _replies(answer)

    async def parse(self, text: str) -> Heard:
        """Hear a message without answering it. Raises EngineError."""
        answer = await self._ask("parse", next(self._rounds), text=speakable(text))
        return Heard.from_parse(answer["heard"])

    async def ready(self) -> bool:
        """Whether an engine stands ready with its actions; costs it next to nothing. Raises EngineError."""
        answer = await self._ask("ready", next(self._rounds))
        return bool(answer["actions"])

    async def remember(self, *, conversation_id: int, turns: Sequence[Mapping[str, Any]]) -> None:
        """Tell the assistant what people said to each other: ``{"author", "text", "message_id"}`` each.

        Raises EngineError.
        """
        await self._ask("remember", conversation_id, conversation=str(conversation_id), turns=list(turns))

    async def forget(self, *, conversation_id: int, message_id: int) -> None:
        """Take a turn out of the assistant's memory, because its reply was dropped. Raises EngineError."""
        await self._ask("forget", conversation_id, conversation=str(conversation_id), message_id=message_id)

    async def _ask(self, what: str, which: int, **question: Any) -> dict[str, Any]:
        try:
            return await self._asked(what, which, question)
        except EngineError as error:
            meters.ENGINE_ERRORS.labels(type(error).__name__).inc()
            raise

    async def _asked(self, what: str, which: int, question: Mapping[str, Any]) -> dict[str, Any]:
        for url in self._in_turn(which):
            try:
                answer = await self._client.post(f"{url}/webhooks/desk/{what}", json=question)
            except NEVER_ASKED:
                self._failed_at[url] = monotonic()
                continue
            except httpx.HTTPError as error:
                self._failed_at[url] = monotonic()
                raise EngineUnavailable(type(error).__name__) from error
            return _read(answer)
        raise EngineUnavailable("no engine takes a connection")

    def _in_turn(self, which: int) -> Iterable[str]:
        first = which % len(self._urls) if self._urls else 0
        avoided = {url for url, at in self._failed_at.items() if monotonic() - at < AVOIDED_FOR}
        return sorted((*self._urls[first:], *self._urls[:first]), key=avoided.__contains__)


def speakable(text: str) -> str:
    """``text`` without what Rasa would take for a command: it obeys words behind a leading slash.

    An endless run of figures is cut: it names nothing, and the patterns that look for numbers would hold up
    the engine for minutes.
    """
    return ENDLESS.sub(r"\1", text).strip().lstrip("/").strip() or "…"


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        return dict(answer.json())
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise ActionFailed(answer.text[:200])
    if answer.is_client_error:
        raise EngineRefused(f"{answer.status_code} {answer.text[:200]}")
    raise TurnFailed(f"{answer.status_code} {answer.text[:200]}")


def _replies(answer: Mapping[str, Any]) -> tuple[Reply, ...]:
    replies = tuple(_reply(reply) for reply in answer["replies"] if reply["text"])
    if not replies:
        raise NothingSaid
    return replies


def _reply(reply: Mapping[str, Any]) -> Reply:
    stage = reply.get("stage")
    return Reply(
        text=reply["text"],
        stage=Stage(stage) if stage else None,
        script=reply.get("script"),
        buttons=tuple(reply.get("buttons") or ()),
    )
