"""A case played from its first message to its end, at the times its script tells: `tests/cases/*.yml`.

Customers write through the desk's own door and are answered by the trained engine; what staff do goes through
the services their screens call. Time is told, not waited for: before anything happens, every job of the queue
that falls due until then is done, each at its own time, so that clocks, reminders, escalations, notices and
revisits come by themselves as they would.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import yaml
from pydantic import TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import conversation
from bot.channels.web import WebChannel
from bot.conversation import Incoming
from bot.desk import Desk
from bot.engine import Engine
from bot.evidence import Evidence
from bot.jobs import create_queue
from bot.live import Live
from bot.scripts import Scripts
from bot.settings import PROJECT, Settings
from ledger.models import Access, Case, Conversation, Form, Staff, Task
from ledger.parts import Duration
from ledger.services import access, cases, clocks, departments, forms, group_cases, secrecy, secret_grades
from ledger.services import staff as accounts
from ledger.vocabulary import Language, Role, SecretGrade, Severity
from tests import policies
from tests.assistant import Assistant

FOLDER: Final = Path(__file__).parents[1] / "cases"
LENGTH: Final = TypeAdapter(Duration)
NEXT_JOB: Final = text(
    "SELECT id, task_name, args, priority, lock, attempts, scheduled_at FROM procrastinate_jobs"
    " WHERE id > :after AND status = 'todo' AND coalesce(scheduled_at, :now) <= :now"
    " ORDER BY coalesce(scheduled_at, '-infinity'), priority DESC, id LIMIT 1"
)
DONE: Final = text("DELETE FROM procrastinate_jobs WHERE id = :id")


@dataclass(frozen=True)
class Script:
    """One case as it is written: who works there, and what happens."""

    name: str
    title: str
    lesson: str
    language: Language
    begins: datetime
    staff: Mapping[str, Mapping[str, Any]]
    course: Sequence[Mapping[str, Any]]
    people: Mapping[str, str] = field(default_factory=dict)


def scripts() -> list[Script]:
    """The cases, in the order of their files."""
    return [_read(file) for file in sorted(FOLDER.glob("*.yml"))]


def _read(file: Path) -> Script:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Script(
        **{
            **told,
            "name": file.stem,
            "language": Language(told["language"]),
            "begins": datetime.fromisoformat(told["begins"]),
        }
    )


@dataclass
class Played:
    """A script on its way: the desk, the time it is there, and who has talked so far.

    ``talks`` are the conversations by the name the script gives a customer.
    """

    script: Script
    assistant: Assistant
    desk: Desk
    now: datetime
    first_job: int
    staff: dict[str, Staff] = field(default_factory=dict)
    talks: dict[str, int] = field(default_factory=dict)
    _said: int = 0

    async def play(self) -> None:
        """All of it, and on until nothing falls due any more."""
        for what in self.script.course:
            await self._pass(self._moment(what))
            await self._happen(dict(what))
            await self._pass(self.now)

    async def case(self, who: str = "customer") -> Case:
        """The case of somebody who talked: the first of their conversation."""
        of_talk = select(Case).where(Case.conversations.any(Conversation.id == self.talks[who]))
        async with self.desk.database.transaction() as session:
            return (await session.scalars(of_talk.order_by(Case.id).limit(1))).one()

    async def cases(self) -> list[Case]:
        """The cases of all who talked, each once, in the order they came."""
        of_talks = select(Case).where(Case.conversations.any(Conversation.id.in_(self.talks.values())))
        async with self.desk.database.transaction() as session:
            return list(await session.scalars(of_talks.order_by(Case.id)))

    def _moment(self, what: Mapping[str, Any]) -> datetime:
        if "at" in what:
            at = self.local(what["at"])
            assert at >= self.now, f"{at} is before {self.now}"
            return at
        return self.now + LENGTH.validate_python(what.get("after", "20s"))

    def local(self, told: str) -> datetime:
        """A moment as the script writes it, in the organisation's time zone."""
        return datetime.fromisoformat(told).replace(tzinfo=self.desk.policy.organisation.time_zone)

    async def _pass(self, until: datetime) -> None:
        """Do what falls due until then, each at its time."""
        while job := await self._next_job(until):
            await self._tell_time(max(self.now, job.scheduled_at or self.now))
            context = SimpleNamespace(job=job)
            await self._queue.tasks[job.task_name].func(context, **job.args)
        await self._tell_time(until)

    async def _next_job(self, until: datetime) -> Any:
        async with self.desk.database.transaction() as session:
            job = (await session.execute(NEXT_JOB, {"after": self.first_job, "now": until})).first()
            if job is not None:
                await session.execute(DONE, {"id": job.id})
            return job

    async def _tell_time(self, now: datetime) -> None:
        self.now = now
        self.assistant.clock.write_text(now.isoformat(), "ascii")

    @property
    def _queue(self) -> Any:
        if not hasattr(self, "_app"):
            self._app = create_queue(self.desk)
        return self._app

    async def _happen(self, what: dict[str, Any]) -> None:
        for key in ("after", "at"):
            what.pop(key, None)
        if "says" in what:
            await self._says(what["says"], what.get("who", "customer"))
            return
        deed, by = what.pop("does"), self.staff[what.pop("by")]
        try:
            await DEEDS[deed](self, by, **what)
        except Exception as error:
            error.add_note(f"{self.script.name}: {self.now} {by.username} {deed} {what}")
            raise

    async def _says(self, words: str, who: str) -> None:
        self._said += 1
        received = await conversation.receive(
            self.desk,
            Incoming(
                channel="web",
                address=f"{self.script.name}-{who}",
                client_id=f"said-{self._said}",
                text=await self._filled(words, who),
                conversation_id=self.talks.get(who),
                language=self.script.language,
            ),
        )
        self.talks[who] = received.conversation_id

    async def _filled(self, words: str, who: str = "customer") -> str:
        if "{number}" not in words:
            return words
        return words.replace("{number}", (await self.case(who)).number)

    async def do(self, use_case: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Run a use case in a transaction of its own."""
        async with self.desk.database.transaction() as session:
            return await use_case(session)


async def _paper(played: Played, kind: str, who: str) -> Form:
    """The newest form of a kind, of somebody's case if it is of cases; with a parent's, its own."""
    newest = select(Form).where(Form.kind == kind).order_by(Form.id.desc()).limit(1)
    if kind != "statement":
        newest = newest.where(Form.case_id == (await played.case(who)).id)
    return (await played.do(lambda session: session.scalars(newest))).one()


def _on_case(service: Callable[..., Awaitable[Any]], *, policy: bool = True) -> Callable[..., Any]:
    """A deed that a service does to somebody's case."""

    async def deed(played: Played, by: Staff, who: str = "customer", **given: Any) -> None:
        number = (await played.case(who)).number
        more = {"policy": played.desk.policy} if policy else {}
        given = {
            name: await played._filled(value) if isinstance(value, str) else value
            for name, value in given.items()
        }
        await played.do(
            lambda session: service(session, number=number, staff=by, now=played.now, **given, **more)
        )

    return deed


async def _look(played: Played, by: Staff, who: str = "customer") -> None:
    number = (await played.case(who)).number
    await played.do(
        lambda session: secrecy.open_case(
            session, number=number, staff=by, policy=played.desk.policy, now=played.now
        )
    )


async def _assign(played: Played, by: Staff, to: str, reason: str, who: str = "customer") -> None:
    number, owner = (await played.case(who)).number, played.staff[to]
    await played.do(
        lambda session: cases.assign(
            session, number=number, reason=reason, owner=owner, staff=by, now=played.now
        )
    )


async def _promise(played: Played, by: Staff, note: str, until: str) -> None:
    due_at = played.local(until)
    await _on_case(cases.promise_call)(played, by, note=note, due_at=due_at)


async def _take(played: Played, by: Staff, who: str = "customer") -> None:
    await conversation.take(played.desk, conversation_id=played.talks[who], staff=by)


async def _write(played: Played, by: Staff, text: str, who: str = "customer") -> None:
    said = await played._filled(text, who)
    await conversation.send_as_agent(played.desk, conversation_id=played.talks[who], staff=by, text=said)


async def _release(played: Played, by: Staff, who: str = "customer") -> None:
    await conversation.release(played.desk, conversation_id=played.talks[who], staff=by)


async def _open(
    played: Played, by: Staff, form: str, fill: Mapping[str, Any] | None = None, who: str | None = "customer"
) -> None:
    number = (await played.case(who)).number if who and form != "statement" else None
    await played.do(
        lambda session: forms.open_form(
            session, kind=form, number=number, staff=by, filled=_plain(fill),
            policy=played.desk.policy, now=played.now,
        )
    )  # fmt: skip


async def _fill(played: Played, by: Staff, form: str, fill: Mapping[str, Any], who: str = "customer") -> None:
    number = (await _paper(played, form, who)).number
    await played.do(
        lambda session: forms.fill(
            session, number=number, filled=_plain(fill), staff=by, policy=played.desk.policy, now=played.now
        )
    )


async def _step(
    played: Played,
    by: Staff,
    form: str,
    step: str,
    enter: Mapping[str, Any] | None = None,
    reason: str | None = None,
    who: str = "customer",
) -> None:
    number = (await _paper(played, form, who)).number
    await played.do(
        lambda session: forms.take_step(
            session, number=number, step=step, staff=by, entered=_plain(enter), reason=reason,
            policy=played.desk.policy, now=played.now,
        )
    )  # fmt: skip


async def _called(played: Played, by: Staff, note: str, who: str = "customer") -> None:
    """Do what was promised the customer, or what a department was called for: the oldest that is theirs."""
    case = await played.case(who)
    open_ones = select(Task).where(Task.case_id == case.id, Task.done_at.is_(None)).order_by(Task.id)
    tasks = (await played.do(lambda session: session.scalars(open_ones))).all()
    own = [one for one in tasks if by.id == one.assignee_id or by.department_id == one.department_id]
    task_id = (own or list(tasks))[0].id
    await played.do(
        lambda session: cases.complete(session, task_id=task_id, note=note, staff=by, now=played.now)
    )


async def _grant(played: Played, by: Staff, to: str, reason: str, who: str = "customer") -> None:
    case = await played.case(who)
    asked = select(Access.id).where(Access.case_id == case.id, Access.staff_id == played.staff[to].id)
    access_id = await played.do(lambda session: session.scalar(asked.order_by(Access.id.desc()).limit(1)))
    await played.do(
        lambda session: access.decide(
            session, number=case.number, access_id=access_id, granted=True, reason=reason,
            staff=by, now=played.now,
        )
    )  # fmt: skip


async def _link(played: Played, by: Staff, other: str) -> None:
    form, number = (await _paper(played, "group_event", "customer")).number, (await played.case(other)).number
    await played.do(
        lambda session: group_cases.link(session, form=form, number=number, staff=by, now=played.now)
    )


async def _tell_all(played: Played, by: Staff) -> None:
    form = (await _paper(played, "group_event", "customer")).number
    for case in await played.cases():
        number = case.number
        await played.do(
            lambda session, number=number: group_cases.tell(
                session, form=form, number=number, staff=by, policy=played.desk.policy, now=played.now
            )
        )


async def _resolve_all(played: Played, by: Staff, **given: str) -> None:
    for who in played.talks:
        await _on_case(cases.resolve)(played, by, who=who, **given)


async def _grade(played: Played, by: Staff, grade: str, reason: str) -> None:
    await _on_case(secret_grades.grade)(played, by, grade=SecretGrade(grade), reason=reason)


async def _overrule(played: Played, by: Staff, severity: str, reason: str) -> None:
    await _on_case(cases.overrule)(played, by, severity=Severity(severity), reason=reason)


def _plain(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Days as YAML reads them, as the forms take them."""
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in (given or {}).items()
    }


DEEDS: Final[Mapping[str, Callable[..., Awaitable[None]]]] = {
    "acknowledge": _on_case(clocks.acknowledge, policy=False),
    "look": _look,
    "assign": _assign,
    "take": _take,
    "write": _write,
    "release": _release,
    "progress": _on_case(cases.progress),
    "promise": _promise,
    "resolve": _on_case(cases.resolve),
    "called": _called,
    "open": _open,
    "fill": _fill,
    "step": _step,
    "ask to read": _on_case(access.ask),
    "grant": _grant,
    "grade": _grade,
    "overrule": _overrule,
    "link": _link,
    "tell all": _tell_all,
    "resolve all": _resolve_all,
}


async def played(script: Script, assistant: Assistant, home: Path) -> Played:
    """Play a case through, with its staff on duty for as long as it takes."""
    database = assistant.database
    live = Live(database.url)
    desk = Desk(
        settings=Settings(home=home, database_url=database.url),
        policy=policies.at_once(),
        database=database,
        engine=Engine([assistant.url], assistant.token),
        live=live,
        scripts=Scripts.load(PROJECT / "data" / "scripts" / "desk.yml"),
        evidence=Evidence(home / "evidence"),
    )
    desk.channels["web"] = WebChannel(database, live)
    begins = script.begins.replace(tzinfo=desk.policy.organisation.time_zone)
    async with database.transaction() as session:
        first_job = await session.scalar(text("SELECT coalesce(max(id), 0) FROM procrastinate_jobs"))
    run = Played(script, assistant, desk, begins, first_job)
    desk.now = lambda: run.now
    await _come(run)
    try:
        await run.play()
    finally:
        await _go(run)
        assistant.clock.unlink(missing_ok=True)
        await desk.engine.close()
    return run


async def _come(run: Played) -> None:
    """Everybody gets an account and a place on the duty list of their department."""
    places: dict[str, list[Staff]] = {}
    async with run.desk.database.transaction() as session:
        for username, told in run.script.staff.items():
            made = await accounts.create(
                session, username=username, name=told["name"], role=Role(told.get("role", "agent")),
                department=told["department"], password="long enough", now=run.now,
                language=run.script.language,
            )  # fmt: skip
            run.staff[username] = made.staff
            for place in told.get("answers_for", [told["department"]]):
                places.setdefault(place, []).append(made.staff)
        for key, people in places.items():
            await departments.set_duty(session, key=key, contacts=people, by=None, now=run.now)


async def _go(run: Played) -> None:
    """Nobody stays on duty: whoever plays or talks next at this desk has people of their own."""
    async with run.desk.database.transaction() as session:
        for place in await departments.list_departments(session):
            await departments.set_duty(session, key=place.key, contacts=[], by=None, now=run.now)
        for username in run.script.staff:
            await accounts.disable(session, username=username, now=run.now)
