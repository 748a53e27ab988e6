"""What happened, apart from what was only rehearsed: one condition keeps drills out of the figures."""

from sqlalchemy import ColumnElement

from ledger.models import Case, Conversation


def real_cases() -> ColumnElement[bool]:
    """Cases that are no drill's (playbook D3).

    What ``qingting demo`` made up counts: it is all there is on its desk, and made to be looked at.
    """
    return Case.drill_id.is_(None)


def real_conversations() -> ColumnElement[bool]:
    """Conversations that are no drill's."""
    return Conversation.drill_id.is_(None)
