"""One voice (统一口径, playbook D1): where a statement is in force, the assistant says that alone."""

from actions import resources
from actions.base import Talk
from ledger.services import statements
from ledger.services.cases import Hearing
from ledger.statement import Statement
from ledger.vocabulary import CaseType


async def tell(talk: Talk, hearing: Hearing | None = None) -> bool:
    """Say the statement on what the message is about, once in a conversation; whether it is said now.

    ``hearing`` is the case the message belongs to. A journalist or an official hears only what the press may.
    """
    found = await _on(talk, hearing)
    if found is None or found.script in talk.turn.said:
        return False
    _say(talk, found)
    return True


async def answer(talk: Talk) -> bool:
    """Answer a question with the statement on its subject, however often asked; whether there is one."""
    found = await _on(talk, talk.turn.case)
    if found is not None:
        _say(talk, found)
    return found is not None


def _say(talk: Talk, found: Statement) -> None:
    talk.dispatcher.utter_message(text=found.texts[talk.turn.language], utter_action=found.script)
    talk.stated = True


async def _on(talk: Talk, hearing: Hearing | None) -> Statement | None:
    heard = talk.turn.heard
    found = await statements.on(
        talk.session,
        talk.turn.text,
        policy=resources.policy(),
        now=resources.now(),
        topic=heard.topic,
        category=heard.category,
    )
    outsider = hearing is not None and hearing.type == CaseType.CONTACT
    return None if found and outsider and not found.press else found
