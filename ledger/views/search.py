"""Messages that contain words, the newest first, found without reading all there are (docs/growth.md).

What is newest is read; behind it the index of pieces is asked shelf by shelf, more shelves at a time while
they hold little. A step looks at a stretch of the log, so a search can end after some and go on later.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from ledger.models.message import SETTLED, UNSETTLED, Message
from ledger.views.rows import SNIPPET
from ledger.words import SHELF_BITS, Words, shelf_of

READ: Final = 2_000
READ_ON: Final = 5_000
MOST_STEPS: Final = 12
"""How many stretches one page looks at; the next page goes on from there."""
AT_ONCE: Final = 200
WIDER: Final = 16
"""How many times as many shelves are asked when the last ones held little."""
# Messages that are committed at the same time may have their ids the other way round.
SLACK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Passage:
    """A message with the words; ``text`` is its beginning."""

    id: int
    conversation_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was found in a stretch of the log, the newest first.

    ``down_to`` is the id of its oldest message, 0 when nothing older is to be looked at.
    """

    passages: Sequence[Passage]
    down_to: int


@dataclass(frozen=True, slots=True)
class Period:
    """When the words were said: from ``since`` on and before ``until``, each if it is given."""

    since: datetime | None = None
    until: datetime | None = None


async def passages(
    session: AsyncSession, words: Words, *, before: int | None, period: Period, enough: int
) -> AsyncIterator[Stretch]:
    """Stretch by stretch, messages older than ``before``; ends with the log, or when enough was looked at.

    A stretch with ``enough`` passages is followed by a short one.
    """
    bottom, high = await _bounds(session, period, before)
    shelves, steps = 1, 0
    while high > bottom and steps < MOST_STEPS:
        if steps == 0 or not words.indexed:
            low = max(bottom, high - (READ_ON if steps else READ))
            rows = _read(words, low, high)
        else:
            low = max(bottom, (shelf_of(high - 1) - shelves + 1) << SHELF_BITS)
            rows = _looked_up(words, low, high)
        found = (await session.execute(_newest(rows, period))).all()
        high = found[-1].id if len(found) == AT_ONCE else low
        shelves = WIDER * shelves if steps and len(found) < enough else 1
        steps += 1
        yield Stretch([Passage(*row) for row in found], high if high > bottom else 0)


def says(words: Words) -> ColumnElement[bool]:
    """That a message contains the words."""
    return Message.text.regexp_match(words.pattern)


def _read(words: Words, low: int, high: int) -> Any:
    stretch = select(Message.id, Message.conversation_id, Message.text, Message.at)
    return stretch.where(Message.id >= low, Message.id < high, says(words)).subquery()


def _looked_up(words: Words, low: int, high: int) -> Any:
    """By the index, and what it does not hold: messages that are not settled."""
    queries = [words.query(shelf) for shelf in range(shelf_of(high - 1), shelf_of(low) - 1, -1)]
    asked = func.unnest(literal(queries, ARRAY(Text))).table_valued("query", name="asked").render_derived()
    columns = (Message.id, Message.conversation_id, Message.text, Message.at)
    # OFFSET 0: the index is to be used as it is here, whatever the planner thinks of pieces and patterns.
    on_shelves = (
        select(*columns)
        .where(_pieces().op("@@")(cast(asked.c.query, TSQUERY)), text(SETTLED), says(words))
        .offset(0)
        .lateral()
    )
    unsettled = (
        select(select(*columns).where(text(condition), says(words)).offset(0).subquery())
        for condition in UNSETTLED
    )
    found = select(on_shelves).select_from(asked).join(on_shelves, literal(True)).union_all(*unsettled)
    rows = found.subquery()
    return select(rows).where(rows.c.id >= low, rows.c.id < high).subquery()


def _pieces() -> ColumnElement[Any]:
    return func.message_grams(Message.id, Message.text)


def _newest(rows: Any, period: Period) -> Any:
    snippet = func.left(rows.c.text, SNIPPET)
    query = select(rows.c.id, rows.c.conversation_id, snippet)
    if period.since:
        query = query.where(rows.c.at >= period.since)
    if period.until:
        query = query.where(rows.c.at < period.until)
    return query.order_by(rows.c.id.desc()).limit(AT_ONCE)


async def _bounds(session: AsyncSession, period: Period, before: int | None) -> tuple[int, int]:
    """Between which ids to look: from the first on, up to the second without it."""
    last = await session.scalar(select(func.max(Message.id))) or 0
    high = min(before, last + 1) if before else last + 1
    if period.until:
        high = min(high, (await _shelf_at(session, period.until + SLACK, last) + 1) << SHELF_BITS)
    bottom = await _shelf_at(session, period.since - SLACK, last) << SHELF_BITS if period.since else 0
    return bottom, high


async def _shelf_at(session: AsyncSession, moment: datetime, last: int) -> int:
    """The last shelf that was begun by then; ids grow with time."""
    shelves = func.generate_series(0, shelf_of(last)).table_valued("number", name="shelves").render_derived()
    shelf = shelves.c.number
    first = (
        select(Message.at)
        .where(Message.id >= shelf.op("<<")(SHELF_BITS))
        .order_by(Message.id)
        .limit(1)
        .lateral()
    )
    begun = select(func.max(shelf)).select_from(shelves).join(first, first.c.at < moment)
    return await session.scalar(begun) or 0
