"""The channel through which the desk talks to Rasa: one HTTP call a turn, and either all of it or nothing.

A turn runs on one tracker, which is saved only when every action of it did its work; a failed turn leaves
no trace, so the desk may send it again. A turn that was saved but whose replies the desk did not get is
rewound and run anew: effects in the ledger are idempotent by message id.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, IS_EXTERNAL
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUtteranceReverted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

NAME = "desk"
TURN_SECONDS = 20
PROBE_SECONDS = 2
STAGES = ("listen", "acknowledge", "respond", "feedback", "revisit")

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]

log = structlog.get_logger(__name__)


class TurnFailed(Exception):  # noqa: N818
    """An action of the turn did not do its work, or the tracker could not be read or written."""


class DeskOutput(OutputChannel):  # type: ignore[misc]
    """Throws away what Rasa sends: the replies are read off the tracker, where their scripts stand too."""

    @classmethod
    def name(cls) -> str:
        """The name responses may be made particular to."""
        return NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send nothing."""


@dataclass(frozen=True)
class Turn:
    """A message or an outside event to be answered; ``key`` is its id, by which a repeated one is known."""

    conversation: str
    key: str
    text: str
    parse: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    language: str | None = None

    @property
    def event(self) -> UserUttered:
        """The turn as Rasa records it."""
        return UserUttered(
            self.text,
            self.parse["intent"],
            self.parse["entities"],
            self.parse,
            input_channel=NAME,
            message_id=self.key,
            metadata=self.metadata,
        )


class Mind:
    """One Rasa agent, as the desk uses it."""

    def __init__(self, agent: Any) -> None:
        if not agent.is_ready():
            raise TurnFailed("the engine has no model yet")
        self._processor = agent.processor
        self._locks = agent.lock_store
        # Rasa would go on with a blank memory when its store fails. A failed turn is better than that.
        agent.tracker_store._on_tracker_store_error = _give_up

    async def actions_answer(self) -> bool:
        """Whether the action server lives; nothing is run there."""
        health = self._processor.action_endpoint.url.removesuffix("webhook") + "health"
        try:
            async with (
                ClientSession(timeout=ClientTimeout(PROBE_SECONDS)) as session,
                session.get(health) as got,
            ):
                return bool(got.ok)
        except (ClientError, TimeoutError):
            return False

    async def parse(self, text: str) -> dict[str, Any]:
        """What is heard in a text."""
        return dict(await self._processor.parse_message(UserMessage(text)))

    async def answer(self, turn: Turn) -> list[dict[str, Any]]:
        """Run a turn and return its replies. Raises TurnFailed with the tracker as it was before."""
        async with self._locks.lock(turn.conversation):
            tracker = await self._tracker(turn.conversation)
            if is_past(tracker, turn.key):
                raise TurnFailed("the conversation has gone on since")
            rewind(tracker, turn.key)
            if turn.language and turn.language != tracker.get_slot("language"):
                tracker.update(SlotSet("language", turn.language))
            tracker.update(turn.event, self._processor.domain)
            start = len(tracker.events)
            output = DeskOutput()
            tracker = await self._processor.run_action_extract_slots(output, tracker)
            await self._processor._run_prediction_loop(output, tracker)
            events = list(tracker.events)[start:]
            _require_work(events, tracker.get_slot("turn"), turn.key)
            if tracker.latest_action_name != ACTION_LISTEN_NAME:
                raise TurnFailed(f"no rule leads on from {tracker.latest_action_name}")
            await self._processor.save_tracker(tracker)
        return [_reply(event) for event in events if isinstance(event, BotUttered) and event.text]

    async def remember(self, conversation: str, turns: Iterable[dict[str, Any]]) -> None:
        """Append what a customer and an agent said to each other; what we had asked is no longer open.

        What is known already, because the desk died before it could note that, is not told twice.
        """
        async with self._locks.lock(conversation):
            tracker = await self._tracker(conversation)
            known = {_message_id(event) for event in tracker.applied_events()}
            new = [turn for turn in turns if str(turn["message_id"]) not in known]
            if not new:
                return
            for turn in new:
                tracker.update(_said(turn))
            tracker.update(SlotSet("next_step", None))
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
            await self._processor.save_tracker(tracker)

    async def forget(self, conversation: str, key: str) -> bool:
        """Rewind past the last message if ``key`` is its id; whether it was."""
        async with self._locks.lock(conversation):
            tracker = await self._tracker(conversation)
            rewound = rewind(tracker, key)
            if rewound:
                await self._processor.save_tracker(tracker)
        return rewound

    async def _tracker(self, conversation: str) -> DialogueStateTracker:
        return await self._processor.fetch_tracker_and_update_session(conversation, DeskOutput())


def is_past(tracker: DialogueStateTracker, key: str) -> bool:
    """Whether a later message has had its turn.

    Then nobody waits for this one any more: its request was held up, and the desk has had the message
    answered by another engine.
    """
    turns = (event for event in reversed(tracker.events) if isinstance(event, UserUttered))
    ids = (str(event.message_id) for event in turns if event.input_channel == NAME)
    latest = next((one for one in ids if one.isdecimal()), "0")
    return key.isdecimal() and int(latest) > int(key)


def rewind(tracker: DialogueStateTracker, key: str) -> bool:
    """Undo the last turn if ``key`` is its id; whether it was."""
    if tracker.latest_message is None or tracker.latest_message.message_id != key:
        return False
    tracker.update(UserUtteranceReverted())
    # The rewinding takes the listening before the message away with it.
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    return True


class DeskInput(InputChannel):  # type: ignore[misc]
    """Routes below ``/webhooks/desk``, open to who knows the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """The name in the routes."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "DeskInput":
        """Read ``token`` from credentials.yml."""
        token = (credentials or {}).get("token")
        if not token:
            cls.raise_missing_credentials_exception()
        return cls(str(token))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("desk_channel")
        for answer in (_turn, _trigger, _parse, _remember, _forget, _ready):
            name = answer.__name__.removeprefix("_")
            blueprint.add_route(self._guarded(answer), f"/{name}", methods=["POST"], name=name)
        return blueprint

    def _guarded(self, answer: Handler) -> Handler:
        """Each route by itself: Rasa's application does not run a blueprint's middleware."""

        async def guarded(request: Request) -> HTTPResponse:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                return response.json({"error": "the token is missing or wrong"}, status=401)
            return await answer(request)

        return guarded


async def _turn(request: Request) -> HTTPResponse:
    asked = _asked(request, "conversation", "message_id", "text")
    mind = _mind(request)
    heard = await mind.parse(asked["text"])
    turn = Turn(
        conversation=str(asked["conversation"]),
        key=str(asked["message_id"]),
        text=asked["text"],
        parse=heard,
        metadata={"message_id": asked["message_id"]},
        language=asked.get("language"),
    )
    return await _answered(mind, turn, heard=heard)


async def _trigger(request: Request) -> HTTPResponse:
    asked = _asked(request, "conversation", "key", "intent")
    entities = [{"entity": name, "value": value} for name, value in (asked.get("entities") or {}).items()]
    turn = Turn(
        conversation=str(asked["conversation"]),
        key=f"external:{asked['key']}",
        text=f"EXTERNAL: {asked['intent']}",
        parse={"intent": {"name": asked["intent"], "confidence": 1.0}, "entities": entities},
        metadata={IS_EXTERNAL: True, "key": asked["key"]},
        language=asked.get("language"),
    )
    return await _answered(_mind(request), turn)


async def _parse(request: Request) -> HTTPResponse:
    return response.json({"heard": await _mind(request).parse(_asked(request, "text")["text"])})


async def _remember(request: Request) -> HTTPResponse:
    asked = _asked(request, "conversation", "turns")
    await _mind(request).remember(str(asked["conversation"]), asked["turns"])
    return response.json({})


async def _forget(request: Request) -> HTTPResponse:
    asked = _asked(request, "conversation", "message_id")
    forgotten = await _mind(request).forget(str(asked["conversation"]), str(asked["message_id"]))
    return response.json({"forgotten": forgotten})


async def _ready(request: Request) -> HTTPResponse:
    return response.json({"actions": await _mind(request).actions_answer()})


async def _answered(mind: Mind, turn: Turn, **told: Any) -> HTTPResponse:
    try:
        replies = await asyncio.wait_for(mind.answer(turn), TURN_SECONDS)
    except (TurnFailed, TimeoutError) as error:
        log.error("desk.turn.failed", conversation=turn.conversation, key=turn.key, reason=repr(error))
        return response.json({"error": str(error) or "the turn took too long"}, status=503)
    return response.json({"replies": replies, **told})


def _mind(request: Request) -> Mind:
    try:
        return Mind(request.app.ctx.agent)
    except TurnFailed as error:
        raise SanicException(str(error), status_code=503) from error


def _asked(request: Request, *required: str) -> dict[str, Any]:
    asked = request.json
    if not isinstance(asked, dict) or any(name not in asked for name in required):
        raise SanicException(f"the body must be JSON with {', '.join(required)}", status_code=400)
    return asked


def _require_work(events: list[Any], done: Any, key: str) -> None:
    """Every custom action leaves the turn's key in the slot ``turn``; one that failed does not."""
    names = [event.action_name or "" for event in events if isinstance(event, ActionExecuted)]
    custom = [name for name in names if name.startswith("action_") and name != ACTION_LISTEN_NAME]
    if custom and str(done) != key:
        raise TurnFailed(f"{custom[0]} did not do its work")


def _reply(event: BotUttered) -> dict[str, Any]:
    script = event.metadata.get("utter_action")
    stage = (script or "").removeprefix("utter_").partition("_")[0]
    buttons = (event.data or {}).get("buttons") or []
    return {
        "text": event.text,
        "buttons": [{"title": button["title"], "payload": button["payload"]} for button in buttons],
        "script": script,
        "stage": stage if stage in STAGES else None,
    }


def _said(turn: dict[str, Any]) -> UserUttered | BotUttered:
    if turn["author"] == "customer":
        return UserUttered(turn["text"], {"name": "add_information"}, message_id=str(turn["message_id"]))
    return BotUttered(turn["text"], metadata={"author": turn["author"], "message_id": turn["message_id"]})


def _message_id(event: Any) -> str | None:
    if isinstance(event, UserUttered):
        return str(event.message_id)
    told = event.metadata.get("message_id") if isinstance(event, BotUttered) else None
    return None if told is None else str(told)


def _give_up(error: Exception) -> None:
    raise TurnFailed(f"the memory of conversations cannot be reached: {error!r}") from error
