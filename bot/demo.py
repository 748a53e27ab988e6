"""A believable month at a new desk, for who wants to see the screens with something in them.

Everything is written through the ledger's own services with the time of its day, so the ledger verifies;
nothing is sent, and nobody is told: the jobs that would do so are dropped before the commit. The texts are
in ``demo.yml``.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.db import Database
from ledger.errors import LedgerError
from ledger.heard import Heard
from ledger.mentions import NewMention
from ledger.models import Case, Clock, Conversation, Mention, Message, Staff
from ledger.policy import Notices, Policy
from ledger.queue import send
from ledger.services import cases, clocks, conversations, departments, handoff, mentions, messages, stages
from ledger.services import staff as accounts
from ledger.services.messages import Reply
from ledger.vocabulary import (
    Author,
    CaseStatus,
    Category,
    ClockKind,
    Delivery,
    Kind,
    Language,
    Remedy,
    Role,
    Signal,
    Stage,
)

TEXTS: Final = Path(__file__).with_name("demo.yml")
DAYS: Final = 30
SEED: Final = 315
Story = Mapping[str, Any]


class DeskInUse(LedgerError):  # noqa: N818
    """This desk has real cases; the demo only fills a new one."""


class Later(Exception):  # noqa: N818
    """The story has come to this moment; the rest has not happened yet."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo wrote; ``cases`` is 0 when it was there already."""

    cases: int
    usernames: tuple[str, ...] = ()


async def fill(database: Database, *, policy: Policy, password: str, now: datetime) -> Filled:
    """Fill a new desk in one transaction; its staff all sign in with ``password``.

    Raises:
        DeskInUse: there are cases that are not the demo's.
    """
    async with database.transaction() as session:
        if await _demo_is_there(session):
            return Filled(0)
        first_job = await session.scalar(text("SELECT coalesce(max(id), 0) FROM procrastinate_jobs"))
        quiet = policy.model_copy(update={"notices": Notices()})
        teller = _Teller(session, quiet, now, yaml.safe_load(TEXTS.read_text("utf-8")))
        await teller.people(password)
        await teller.month()
        await teller.today()
        await teller.elsewhere()
        await _drop_jobs(session, after=first_job, now=now)
        count = await session.scalar(select(func.count(Case.id)))
        return Filled(count or 0, tuple(teller.staff))


async def _demo_is_there(session: AsyncSession) -> bool:
    real = await session.scalar(select(func.count(Case.id)).where(~Case.demo))
    if real:
        raise DeskInUse
    return bool(await session.scalar(select(func.count(Case.id))))


async def _drop_jobs(session: AsyncSession, *, after: int, now: datetime) -> None:
    """Keep the alarms of clocks that run on; whatever else was deferred has been told as done."""
    await send(session)
    await session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE id > :after"
            " AND NOT (task_name LIKE 'clocks.%' AND scheduled_at > :now)"
        ),
        {"after": after, "now": now},
    )


class _Teller:
    """Sets up the people and tells the stories, each from its first word."""

    def __init__(
        self, session: AsyncSession, policy: Policy, now: datetime, texts: Mapping[str, Any]
    ) -> None:
        self.session, self.policy, self.now, self.texts = session, policy, now, texts
        self.random = Random(SEED)  # noqa: S311 — a story, not a secret
        self.staff: dict[str, Staff] = {}
        self.stories = {story["key"]: story for story in texts["stories"]}
        self._told = 0

    async def people(self, password: str) -> None:
        """Staff and departments, as they were a month ago."""
        then = self.now - timedelta(days=DAYS + 1)
        await departments.sync(self.session, policy=self.policy, now=then)
        for person in self.texts["staff"]:
            made = await accounts.create(
                self.session,
                username=person["username"],
                name=person["name"],
                role=Role(person["role"]),
                language=Language(person["language"]),
                department=person["department"],
                password=password,
                now=then,
            )
            self.staff[person["username"]] = made.staff
        for key, place in self.texts["departments"].items():
            names: dict[str, Any] = {"key": key, "by": None, "now": then}
            await departments.set_head(self.session, head=self.staff[place["head"]], **names)
            await departments.set_delegate(self.session, delegate=self.staff[place["delegate"]], **names)
            duty = [self.staff[name] for name in place["duty"]]
            await departments.set_duty(self.session, contacts=duty, **names)

    async def month(self) -> None:
        """Every story as often as it says, and what came by phone, spread over the month."""
        told = [story for story in self.texts["stories"] for _ in range(story["times"])]
        for begin, story in sorted(((self._moment(), story) for story in told), key=lambda one: one[0]):
            await self._tell(story, begin)
        for call in self.texts["phone"]:
            await self._call(call)

    async def today(self) -> None:
        """What is going on at this moment."""
        for scene in self.texts["now"]:
            begin = self.now - timedelta(minutes=scene["minutes"])
            await self._tell(self.stories[scene["story"]], begin, scene)

    async def elsewhere(self) -> None:
        """What was said in public, the most of it lately."""
        told = [one for one in self.texts["mentions"] for _ in range(one.get("times", 1))]
        found = [self._mention(place, one) for place, one in enumerate(told)]
        source = self.texts["monitor"]
        await mentions.take_in(self.session, source=source, mentions=found, policy=self.policy, now=self.now)
        await self.session.execute(update(Mention).values(demo=True))

    def _mention(self, place: int, told: Story) -> NewMention:
        spread = self.random.uniform(0, told.get("over", 1))
        given = {key: value for key, value in told.items() if key not in ("hours", "over", "times")}
        at = self.now - timedelta(hours=told["hours"] + spread)
        return NewMention(external_id=f"demo-{place}", published_at=at, **given)

    def _moment(self) -> datetime:
        """Some moment of the month, in waking hours, rather today's week than the first."""
        day = self.now.astimezone(self.policy.organisation.time_zone).date()
        day -= timedelta(days=1 + int(self.random.triangular(0, DAYS - 1, 4)))
        hour, minute = int(self.random.triangular(7, 23, 11)), self.random.randrange(60)
        return datetime.combine(day, time(hour, minute), self.policy.organisation.time_zone)

    async def _tell(self, story: Story, begin: datetime, scene: Story | None = None) -> None:
        self._told += 1
        telling = _Telling(self, story, begin, self._told, scene or {})
        with suppress(Later):
            await telling.tell()
        await telling.clocks_until(self.now)

    async def _call(self, call: Story) -> None:
        staff = self.random.choice([one for one in self.staff.values() if one.role is Role.AGENT])
        case = await cases.enter_by_staff(
            self.session,
            staff=staff,
            channel=call["channel"],
            narrative=call["narrative"],
            category=Category(call["category"]),
            language=Language(call["language"]),
            remedies=[Remedy(word) for word in call.get("remedies", ())],
            signals=[Signal(word) for word in call.get("signals", ())],
            name=call["name"],
            phone=call["phone"],
            consented=True,
            policy=self.policy,
            now=self.now - timedelta(hours=self.random.randint(1, 20)),
        )
        case.demo = True


class _Telling:
    """One story as it went, moment by moment; it stops where the present begins."""

    def __init__(
        self, teller: _Teller, story: Story, begin: datetime, number: int, scene: Story | None
    ) -> None:
        self.teller, self.story, self.at, self.scene = teller, story, begin, scene or {}
        self.session, self.policy, self.random = teller.session, teller.policy, teller.random
        self.language = Language(story["language"])
        self.address, self.said = f"demo-{number}", 0
        self.conversation: Conversation | None = None
        self.case: Case | None = None
        self.last: Message | None = None
        self.values: dict[str, Any] = {
            name: self.random.choice(choices) for name, choices in story.get("words", {}).items()
        }
        digits = {"digits": 4, "digits3": 3, "digits2": 2}
        numbers = {name: f"{self.random.randrange(10**size):0{size}}" for name, size in digits.items()}
        self.values["phone"] = story.get("phone", "").format(**numbers)

    async def tell(self) -> None:
        """The talk, then what staff did, as far as it has come."""
        await self._talk()
        if self.case is None or self.case.status is not CaseStatus.OPEN:
            return
        if self.scene:
            await self._present()
            return
        await self._acknowledge()
        await self._first_response()
        await self._to_the_end()

    async def clocks_until(self, moment: datetime) -> None:
        """Let every running clock that was due by then breach at its second, and escalate."""
        if self.case is None:
            return
        due = select(Clock).where(
            Clock.case_id == self.case.id,
            Clock.stopped_at.is_(None),
            Clock.breached_at.is_(None),
            Clock.due_at <= moment,
        )
        for clock in (await self.session.scalars(due.order_by(Clock.due_at))).all():
            due_at = clock.due_at or moment
            await clocks.fall_due(self.session, clock_id=clock.id, policy=self.policy, now=due_at)
            if clock.kind is ClockKind.HEADQUARTERS:
                await self._escalate(clock, due_at, moment)

    async def _escalate(self, clock: Clock, due_at: datetime, moment: datetime) -> None:
        steps = self.policy.escalation.steps
        for place, step in enumerate(steps):
            at = due_at + step.after
            if at <= moment:
                await clocks.escalate(self.session, clock_id=clock.id, step=place, policy=self.policy, now=at)

    async def _talk(self) -> None:
        turns: Sequence[Story] = self.story["talk"]
        if self.scene.get("until") == "acknowledge":
            turns = turns[:2]
        pause = self.scene.get("minutes", 60) * 60 / (2 * len(turns))
        for turn in turns:
            if "c" in turn:
                await self._pass(seconds=self.random.uniform(20, min(170, pause)))
                await self._customer(turn)
            else:
                await self._pass(seconds=3)
                await self._assistant(turn["b"], Stage(turn["stage"]))

    async def _present(self) -> None:
        """A scene of this moment: somebody waits, or a person is writing."""
        assert self.conversation is not None  # noqa: S101 — the talk opened it
        if self.scene["until"] in ("waiting", "held"):
            await handoff.ask_for_human(
                self.session,
                conversation_id=self.conversation.id,
                reason="anger" if self.scene["story"] == "press" else "customer_asked",
                policy=self.policy,
                now=self.at,
            )
        if self.scene["until"] == "held":
            await self._pass(seconds=90)
            await self._agent(self.teller.staff[self.scene["by"]], release=False)

    async def _acknowledge(self) -> None:
        """Headquarters acknowledges a special user, now and then too late."""
        assert self.case is not None  # noqa: S101 — the caller looked
        if not self.case.special:
            return
        late = self.random.random() < 0.15
        await self._pass(minutes=self.random.uniform(33, 50) if late else self.random.uniform(3, 24))
        boss = self.random.choice([one for one in self.teller.staff.values() if one.role is Role.SUPERVISOR])
        await clocks.acknowledge(self.session, number=self.case.number, staff=boss, now=self.at)

    async def _first_response(self) -> None:
        late = self.random.random() < 0.12
        await self._pass(minutes=self.random.uniform(62, 100) if late else self.random.uniform(4, 30))
        if self.story.get("agent"):
            await self._agent(await self._owner(), release=True)

    async def _agent(self, staff: Staff, *, release: bool) -> None:
        """A person takes the conversation, writes, and may hand it back."""
        assert self.conversation is not None  # noqa: S101 — the talk opened it
        talk: dict[str, Any] = {"conversation_id": self.conversation.id, "staff": staff}
        await handoff.take(self.session, now=self.at, **talk)
        for words in self.story.get("agent", ()):
            await self._pass(seconds=self.random.uniform(40, 90))
            said = words.format(agent=staff.name, **self.values)
            await messages.send_as_agent(self.session, text=said, now=self.at, delivery=Delivery.SENT, **talk)
        if release:
            if answer := self.story.get("answer"):
                await self._pass(minutes=self.random.uniform(1, 4))
                await self._customer(answer)
            await self._pass(minutes=2)
            await handoff.release(self.session, now=self.at, **talk)

    async def _to_the_end(self) -> None:
        """Progress, resolution, revisit and rating, each on its day."""
        assert self.case is not None  # noqa: S101 — the caller looked
        if "outcome" not in self.story:
            return
        work: dict[str, Any] = {
            "number": self.case.number,
            "staff": await self._owner(),
            "policy": self.policy,
        }
        if self.story.get("agent"):
            await self._pass(hours=self.random.uniform(2, 20))
        await self._solve(work)
        if not self.story["ratings"]:
            return
        await self._pass(hours=self.policy.clocks.revisit_asks.total_seconds() / 3600)
        await self._spoken("revisit", Stage.REVISIT)
        await self._pass(minutes=self.random.uniform(5, 600))
        await self._rate()
        if self.case.status is CaseStatus.OPEN:
            await self._pass(hours=self.random.uniform(2, 20))
            await self._solve(work)

    async def _solve(self, work: Mapping[str, Any]) -> None:
        """Tell how it goes, then how it ended."""
        told = self.story["progress"].format(**self.values)
        await cases.progress(self.session, text=told, now=self.at, **work)
        await self._spoken("progress", Stage.FEEDBACK, told=told)
        await self._pass(hours=self.random.uniform(8, 40))
        outcome = self.story["outcome"].format(**self.values)
        await cases.resolve(
            self.session,
            remedy=self.story["remedy"],
            outcome=outcome,
            root_cause=self.story["root_cause"],
            now=self.at,
            **work,
        )
        await self._spoken("resolved", Stage.FEEDBACK, told=outcome)

    async def _rate(self) -> None:
        rating = self.random.choice(self.story["ratings"])
        said = {"c": f"{rating}", "kind": "chat", "emotion": 0 if rating > 2 else 2}
        if rating > 2 and (thanks := self.story.get("thanks")):
            said = {
                **thanks,
                "c": f"{rating}。{thanks['c']}" if self.language != "en" else f"{rating}. {thanks['c']}",
            }
        message = await self._customer(said)
        await cases.rate(
            self.session,
            message_id=message.id,
            rating=rating,
            opinion=self.story.get("opinion") if rating < 4 else None,
            policy=self.policy,
            now=self.at,
        )

    async def _customer(self, turn: Story) -> Message:
        self.said += 1
        received = await messages.receive(
            self.session,
            channel="web",
            address=self.address,
            text=self._filled(turn["c"]),
            client_id=f"demo:{self.said}",
            language=self.language,
            now=self.at,
        )
        self.conversation = await conversations.lock(self.session, received.conversation_id)
        message = await self.session.get_one(Message, received.message_id)
        heard = self._heard(turn)
        messages.note_heard(self.conversation, message, heard, self.at)
        message.settled_at = self.at
        self.last = message
        if heard.kind is Kind.COMPLAINT or heard.signals:
            await self._into_the_ledger(message, heard)
        if turn.get("contact"):
            name = self.random.choice(self.teller.texts["names"][self.language])
            contact = {"phone": self.values["phone"], "name": name, "now": self.at}
            await cases.give_contact(self.session, message_id=message.id, **contact)
        if turn.get("withdraw"):
            await cases.withdraw(self.session, message_id=message.id, now=self.at)
        return message

    async def _into_the_ledger(self, message: Message, heard: Heard) -> None:
        hearing = await cases.hear(
            self.session, message_id=message.id, heard=heard, policy=self.policy, now=self.at
        )
        if hearing is None:
            return
        self.case = await cases.case_numbered(self.session, hearing.number)
        self.case.demo = True
        due = datetime.fromisoformat(hearing.due_at) if hearing.due_at else self.at
        self.values |= {
            "number": hearing.number,
            "owner": hearing.owner or hearing.department or "",
            "due": f"{due.astimezone(self.policy.organisation.time_zone):%H:%M}",
        }

    def _heard(self, turn: Story) -> Heard:
        kind = Kind(turn.get("kind", "complaint"))
        return Heard(
            intent=turn.get("category", kind.value),
            confidence=1.0,
            language=self.language,
            kind=kind,
            category=Category(turn["category"]) if "category" in turn else None,
            signals=tuple(Signal(word) for word in turn.get("signals", ())),
            emotion=turn["emotion"],
            remedies=tuple(Remedy(word) for word in turn.get("remedies", ())),
        )

    async def _assistant(self, words: str, stage: Stage) -> None:
        assert self.conversation is not None  # noqa: S101 — the customer speaks first
        [reply] = await messages.store_replies(
            self.session,
            conversation=self.conversation,
            replies=[Reply(self._filled(words), stage=stage)],
            author=Author.BOT,
            reply_to_id=self.last.id if self.last else None,
            delivery=Delivery.SENT,
            now=self.at,
        )
        if self.case is not None:
            await stages.enter_stage(
                self.session, case=self.case, stage=stage, evidence_message_id=reply.id, now=self.at
            )

    async def _spoken(self, key: str, stage: Stage, **values: str) -> None:
        """What the assistant says by itself."""
        self.last = None
        words = self.teller.texts["spoken"][key][self.language].replace("{told}", values.get("told", ""))
        await self._assistant(words, stage)

    async def _owner(self) -> Staff:
        assert self.case is not None  # noqa: S101 — the callers looked
        owner = await self.session.get(Staff, self.case.owner_id) if self.case.owner_id else None
        return owner or next(iter(self.teller.staff.values()))

    def _filled(self, words: str) -> str:
        return words.format_map(self.values)

    async def _pass(self, **span: float) -> None:
        """Time goes on; clocks that fall due meanwhile do so. Raises Later when the present is reached."""
        then = self.at + timedelta(**span)
        if then > self.teller.now:
            raise Later
        await self.clocks_until(then)
        self.at = then
