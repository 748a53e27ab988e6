"""Writing the ledger (台账), and proving that nobody has rewritten it (playbook C1).

A book is a chain of its own (docs/decisions/0005): cases do not wait for each other.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.locks import Lock, wait_for
from ledger.models import Case, Entry, Staff
from ledger.vocabulary import ActorKind

DESK: Final = "desk"
"""The book of what belongs to no case."""
OPENED: Final = "case.opened"
"""The action every case's book begins with."""
REOPENED: Final = "case.reopened"
BEGINNING: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``name`` is a username for staff, the channel for a customer, else the kind itself."""

    kind: ActorKind
    name: str

    @classmethod
    def staff(cls, staff: Staff) -> Self:
        """A member of staff."""
        return cls(ActorKind.STAFF, staff.username)

    @classmethod
    def customer(cls, channel: str) -> Self:
        """The customer, on ``channel``."""
        return cls(ActorKind.CUSTOMER, channel)

    @classmethod
    def staff_or_command(cls, staff: Staff | None) -> Self:
        """A member of staff, or whoever is at the command line of the machine."""
        return cls.staff(staff) if staff else cls(ActorKind.SYSTEM, "command line")


ASSISTANT: Final = Actor(ActorKind.ASSISTANT, "assistant")
SYSTEM: Final = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link: ``book`` and ``position`` (0: the book as a whole), and what is wrong there."""

    book: str
    position: int
    problem: str


async def record(
    session: AsyncSession,
    *,
    case: Case | None,
    actor: Actor,
    action: str,
    now: datetime,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """Append an entry to the case's book, or to the desk's when ``case`` is None.

    The caller holds the case's row (``cases.lock``). ``action`` is a word like ``case.opened``. ``before``
    and ``after`` hold JSON without floats; personal data does not belong in them, since entries are for ever.
    It is written with the session's next flush, and has no id before.

    Raises:
        TypeError: something in ``before`` or ``after`` is not JSON, or a float.
    """
    book = case.number if case else DESK
    if case is None and DESK not in _ends(session):
        await wait_for(session, Lock.DESK_BOOK)
    position, previous_hash = await _end(session, book, action)
    entry = Entry(
        book=book,
        position=position + 1,
        case_id=case.id if case else None,
        at=now.astimezone(UTC),
        actor_kind=actor.kind,
        actor=actor.name,
        action=action,
        reason=reason,
        before=_as_stored(before),
        after=_as_stored(after),
        previous_hash=previous_hash,
    )
    entry.hash = content_hash(entry)
    session.add(entry)
    _ends(session)[book] = (entry.position, entry.hash)
    return entry


def content_hash(entry: Entry) -> str:
    """SHA-256 over the entry's content and the hash before it, as canonical JSON in UTF-8."""
    content = {
        "book": entry.book,
        "position": entry.position,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_kind": str(entry.actor_kind),
        "actor": entry.actor,
        "action": entry.action,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "previous_hash": entry.previous_hash,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: Any) -> str:
    """JSON with sorted keys and no blanks: the same content always gives the same text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


async def verify(session: AsyncSession) -> Broken | None:
    """Walk every book; None when the ledger is whole.

    Looks for a gap in the positions, a hash that is not that of the content or not that of the entry before,
    and a case without a book that begins with its opening.
    """
    expected, previous, book = 1, BEGINNING, ""
    async for entry in _all_entries(session):
        if entry.book != book:
            expected, previous, book = 1, BEGINNING, entry.book
        if problem := _fault(entry, expected, previous):
            return Broken(entry.book, entry.position, problem)
        expected, previous = entry.position + 1, entry.hash
    return await _case_without_opening(session)


async def seal(session: AsyncSession) -> str:
    """One line to keep elsewhere, ``<last entry id>:<SHA-256 over the head of every book>``."""
    # Ids are given before they are committed: wait for whoever is writing, so that none slips in below.
    await session.execute(text("LOCK TABLE entries IN SHARE MODE"))
    last = await session.scalar(select(func.max(Entry.id))) or 0
    return f"{last}:{await _digest(session, last)}"


async def matches(session: AsyncSession, kept: str) -> bool:
    """Whether the ledger up to the entry named in ``kept`` is still the one ``kept`` was the seal of."""
    last, _, digest = kept.strip().partition(":")
    return last.isdecimal() and await _digest(session, int(last)) == digest


def _as_stored(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if content is None:
        return None
    stored: dict[str, Any] = json.loads(canonical(content), parse_float=_refuse_float)
    return stored


def _refuse_float(written: str) -> None:
    # PostgreSQL may give it back in other digits, and the hash would not fit any more.
    raise TypeError(f"an entry holds no floats: {written}")


async def _end(session: AsyncSession, book: str, action: str) -> tuple[int, str]:
    """Position and hash of the book's last entry; a case's book begins with its opening."""
    if action == OPENED:
        return 0, BEGINNING
    return _ends(session).get(book) or await _end_on_disk(session, book)


def _ends(session: AsyncSession) -> dict[str, tuple[int, str]]:
    """The ends of the books this transaction wrote in: whoever holds a book is its only writer till then."""
    ends: dict[str, tuple[int, str]] = session.info.setdefault("ends of books", {})
    return ends


async def _end_on_disk(session: AsyncSession, book: str) -> tuple[int, str]:
    newest = select(Entry.position, Entry.hash).where(Entry.book == book).order_by(Entry.position.desc())
    row = (await session.execute(newest.limit(1))).first()
    return (row.position, row.hash) if row else (0, BEGINNING)


async def _all_entries(session: AsyncSession) -> AsyncIterator[Entry]:
    entries = select(Entry).order_by(Entry.book, Entry.position).execution_options(yield_per=500)
    async for entry in await session.stream_scalars(entries):
        yield entry


def _fault(entry: Entry, expected: int, previous: str) -> str | None:
    if entry.position != expected:
        return f"entry {expected} is missing"
    if entry.previous_hash != previous:
        return "it does not follow the entry before it"
    if entry.hash != content_hash(entry):
        return "its content was changed"
    return None


async def _case_without_opening(session: AsyncSession) -> Broken | None:
    opening = (Entry.book == Case.number) & (Entry.position == 1) & (Entry.action == OPENED)
    orphans = select(Case.number).outerjoin(Entry, opening).where(Entry.id.is_(None)).order_by(Case.number)
    number = await session.scalar(orphans.limit(1))
    return Broken(number, 0, "its book does not begin with its opening") if number else None


async def _digest(session: AsyncSession, last: int) -> str:
    digest = hashlib.sha256()
    heads = select(Entry.book, Entry.position, Entry.hash).where(Entry.id <= last)
    heads = heads.ext(distinct_on(Entry.book)).order_by(Entry.book, Entry.position.desc())
    rows = await session.execute(heads)
    # Sorted here, since the order of a database's texts depends on its collation.
    for head in sorted(f"{row.book} {row.position} {row.hash}\n" for row in rows):
        digest.update(head.encode())
    return digest.hexdigest()
