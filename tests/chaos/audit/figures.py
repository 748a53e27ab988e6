"""What became of the messages, in figures."""

from collections import Counter
from dataclasses import dataclass

from tests.chaos.audit.endings import ALARMED, ANSWERED, WITH_PERSON
from tests.chaos.audit.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the customers' messages and of ours.

    ``answered`` had a reply of the assistant, ``with_person`` were heard by who held the conversation,
    ``alarmed`` were given up on, with a person called. ``unknown`` are messages of ours of which nobody can
    know.
    """

    sent: int
    answered: int
    with_person: int
    alarmed: int
    doubled: int
    lost: int
    unknown: int


async def figures_of(evidence: Evidence) -> Figures:
    """Counted; call it when everything else was examined."""
    [row] = await evidence.rows(f"""
        SELECT count(*) FILTER (WHERE answered AND NOT alarmed) AS answered,
               count(*) FILTER (WHERE alarmed) AS alarmed,
               count(*) FILTER (WHERE NOT answered AND with_person) AS with_person
        FROM (SELECT {ANSWERED} AS answered, {WITH_PERSON} AS with_person, {ALARMED} AS alarmed
              FROM messages m WHERE author = 'customer') AS ended
    """)
    [ours] = await evidence.rows("SELECT count(*) AS unknown FROM messages WHERE delivery = 'unknown'")
    told = Counter(violation.promise for violation in evidence.found)
    return Figures(
        sent=len(evidence.record.accepted),
        answered=row["answered"],
        with_person=row["with_person"],
        alarmed=row["alarmed"],
        doubled=told["doubled"] + told["platform"],
        lost=told["lost"] + told["ended"],
        unknown=ours["unknown"],
    )
