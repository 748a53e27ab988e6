"""What all actions have in common: read the turn, act in one transaction, leave the slots behind."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from actions import officials, press, resources
from actions.meanings import destination
from actions.steps import Step, question
from ledger.heard import Heard
from ledger.services.cases import Hearing
from ledger.vocabulary import Language

OFTEN = 3
"""How many times one question is spoken in a conversation, in other words each time, detours included."""


@dataclass(frozen=True)
class Turn:
    """One message (or outside event) and what the talk remembers.

    ``key`` is the message's id as text, ``external:…`` for an outside event. ``case`` is how the case stood
    when it was last heard of, None before the first. ``awaited`` is the step whose answer is open; with a
    journalist it is the spokesperson's turn when nothing else is. ``asked`` and ``acknowledged`` are the
    steps taken and the feelings answered in this matter. ``likely`` are the intents the message may have, the
    likeliest first; ``said`` the scripts we spoke, oldest first; ``further`` grievances named and not told of
    yet; ``corrections`` pairs ``wrong`` and ``right``, words of theirs and what replaces them;
    ``status_number`` the case number whose pass-code we asked for.
    """

    key: str
    conversation_id: int
    text: str
    heard: Heard
    language: Language
    awaited: str | None
    case: Hearing | None
    asked: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    misses: int = 0
    nudged: bool = False
    likely: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    corrections: tuple[dict[str, str], ...] = ()
    status_number: str | None = None

    @classmethod
    def read(cls, tracker: Tracker) -> "Turn":
        """The turn a tracker stands at."""
        message, slots = tracker.latest_message, tracker.slots
        case = Hearing(**slots["case"]) if slots.get("case") else None
        return cls(
            key=str(message["message_id"]),
            conversation_id=int(tracker.sender_id),
            text=message.get("text") or "",
            heard=Heard.from_parse(message),
            language=Language(slots.get("language") or Language.ZH_HANS),
            awaited=slots.get("next_step") or officials.awaits(case) or press.awaits(case),
            case=case,
            asked=tuple(slots.get("asked") or ()),
            acknowledged=tuple(slots.get("acknowledged") or ()),
            misses=int(slots.get("misses") or 0),
            nudged=bool(slots.get("nudged")),
            likely=tuple(intent["name"] for intent in message.get("intent_ranking") or ()),
            said=tuple(_scripts(tracker.events)),
            further=tuple(slots.get("further") or ()),
            corrections=tuple(slots.get("corrections") or ()),
            status_number=slots.get("status_number"),
        )

    @property
    def message_id(self) -> int:
        """The inbound message's id; ValueError for an outside event, which is no message."""
        return int(self.key)

    @property
    def narrative(self) -> str:
        """What was told before this message."""
        return self.case.narrative if self.case else ""

    def told(self, entity: str) -> str | None:
        """The first value of an entity, or None."""
        return next(iter(self.heard.values(entity)), None)


def _scripts(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    told = (event.get("metadata") or {} for event in events if event.get("event") == "bot")
    return (metadata["utter_action"] for metadata in told if "utter_action" in metadata)


@dataclass
class Talk:
    """What a turn does: the transaction it runs in, the sentences it says, the slots it leaves.

    ``stated``: a statement in force is among the sentences.
    """

    turn: Turn
    session: AsyncSession
    dispatcher: CollectingDispatcher
    slots: dict[str, Any] = field(default_factory=dict)
    followup: str | None = None
    stated: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The steps taken in this matter, this turn's included."""
        return tuple(self.slots.get("asked", self.turn.asked))

    @property
    def acknowledged(self) -> tuple[str, ...]:
        """The feelings answered in this matter, this turn's included."""
        return tuple(self.slots.get("acknowledged", self.turn.acknowledged))

    def say(self, script: str, **values: Any) -> None:
        """Speak a script; ``values`` fill its placeholders, slots the rest."""
        self.dispatcher.utter_message(response=script, **values)

    @property
    def spoke(self) -> bool:
        """Whether something was said in this turn."""
        return bool(self.dispatcher.messages)

    def come_back(self) -> None:
        """Ask again what was open before the detour, unless it was asked so often that it would nag."""
        script = question(self.turn.awaited)
        if script and self.turn.said.count(script) < OFTEN:
            self.say(script)

    def ask(self, step: Step) -> None:
        """Leave ``step`` as what is asked or told next; the rules speak it."""
        self.slots["next_step"] = step.value
        self.slots["asked"] = [*self.asked, step.value]

    def acknowledge(self, *feelings: str) -> None:
        """Note feelings as answered, so that none is answered twice."""
        self.slots["acknowledged"] = [*self.acknowledged, *feelings]

    def take_back(self, wrong: str, right: str = "") -> None:
        """Do not say ``wrong`` back any more, but ``right``."""
        known = self.slots.get("corrections", self.turn.corrections)
        self.slots["corrections"] = [*known, {"wrong": wrong, "right": right}]

    def begin_anew(self) -> None:
        """Forget what was asked and answered: another matter begins, or the same one once more."""
        self.slots |= {"asked": [], "acknowledged": [], "further": [], "corrections": [], "nudged": False}

    def events(self) -> list[EventType]:
        """The slots left behind, and the proof that the turn was done."""
        slots = {**self.slots, "turn": self.turn.key}
        followup = [FollowupAction(self.followup)] if self.followup else []
        return [*(SlotSet(name, value) for name, value in slots.items()), *followup]


class LedgerAction(Action, ABC):  # type: ignore[misc]
    """An action on the ledger: in one transaction, or not at all."""

    @abstractmethod
    def name(self) -> str:
        """The name the rules use."""

    @abstractmethod
    async def act(self, talk: Talk) -> None:
        """Do it."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Iterable[EventType]:
        """Act, unless the message is another action's where the talk stands."""
        turn = Turn.read(tracker)
        responsible = destination(
            self.name(), turn.heard, turn.text, turn.awaited, case_open=turn.case is not None
        )
        if responsible != self.name():
            return [FollowupAction(responsible)]
        async with resources.database().transaction() as session:
            talk = Talk(turn, session, dispatcher)
            await self.act(talk)
        return talk.events()
