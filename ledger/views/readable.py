"""The rule of ``ledger/secrecy.py`` as conditions of SQL: on what grounds somebody may read which case."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select

from ledger.models import Access, Case, Clock, Conversation, Customer, case_conversations
from ledger.secrecy import OPENS, Ground, Reader
from ledger.vocabulary import ClockKind, SecretGrade


def grounds(reader: Reader) -> Mapping[Ground, ColumnElement[bool]]:
    """For each ground, whether the reader has it for the row of ``cases``; never NULL."""
    unowned = and_(Case.owner_id.is_(None), Case.department_id.in_(reader.on_duty_of))
    found: dict[Ground, ColumnElement[bool]] = {
        Ground.OWNER: Case.owner_id == reader.id,
        Ground.DEPARTMENT: Case.department_id.in_(reader.heads),
        Ground.UNOWNED_DUTY: unowned,
        Ground.HEADQUARTERS_DUTY: and_(literal(reader.on_headquarters_duty), _headquarters_waits()),
        Ground.HOLDER: _holds(reader.id),
        Ground.SUPERVISOR: literal(reader.supervises),
        Ground.NAMED: _is_named(reader.id),
        Ground.HEADQUARTERS_HEAD: literal(reader.heads_headquarters),
    }
    # A NULL in here would make "may not read" neither true nor false, and let the words through.
    return {ground: func.coalesce(condition, false()) for ground, condition in found.items()}


def readable(reader: Reader) -> ColumnElement[bool]:
    """Whether the reader may read the row of ``cases``."""
    has = grounds(reader)
    enough = (
        and_(Case.secret_grade == grade, or_(*(has[ground] for ground in OPENS[grade])))
        for grade in SecretGrade
    )
    return or_(Case.secret_grade.is_(None), *enough)


def known_otherwise(reader: Reader) -> ColumnElement[bool]:
    """Whether the row of ``customers`` is known by more than cases that are closed to the reader."""
    return _known_by_case(readable(reader))


def known_openly() -> ColumnElement[bool]:
    """Whether the row of ``customers`` is known by more than cases with a secret grade."""
    return _known_by_case(Case.secret_grade.is_(None))


def _known_by_case(such: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a customer has such a case, or none at all."""
    of_customer = Case.customer_id == Customer.id
    has_none = ~exists().where(of_customer).correlate(Customer)
    return or_(has_none, exists().where(of_customer, such).correlate(Customer))


def graded_talks() -> Select[int]:
    """Ids of the conversations in which a graded case is talked about."""
    linked = select(case_conversations.c.conversation_id)
    linked = linked.join(Case, Case.id == case_conversations.c.case_id)
    return linked.where(Case.secret_grade.is_not(None))


def closed_talks(reader: Reader) -> Select[int]:
    """Ids of the conversations that are about a graded case the reader may not read."""
    return graded_talks().where(~readable(reader))


def _headquarters_waits() -> ColumnElement[bool]:
    runs = (Clock.kind == ClockKind.HEADQUARTERS, Clock.stopped_at.is_(None))
    return exists().where(Clock.case_id == Case.id, *runs).correlate(Case)


def _holds(staff_id: int) -> ColumnElement[bool]:
    held = exists().where(
        case_conversations.c.case_id == Case.id,
        case_conversations.c.conversation_id == Conversation.id,
        Conversation.holder_id == staff_id,
    )
    return held.correlate(Case)


def _is_named(staff_id: int) -> ColumnElement[bool]:
    stands = (Access.staff_id == staff_id, Access.granted.is_(True), Access.ended_at.is_(None))
    return exists().where(Access.case_id == Case.id, *stands).correlate(Case)
