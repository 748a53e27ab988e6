"""Somebody is hurt, or a life is at stake: people come before the matter (voice.md, special moments)."""

from actions import peril, resources
from actions.base import Talk
from actions.meanings import BESIDE_THEM
from actions.steps import Known, Step
from ledger.services import handoff
from ledger.vocabulary import FactKind, Signal

SAID_TWICE = 2
"""How often the numbers are told in a row before we are only there."""
AFTER_THE_HURT = frozenset({Step.SAFETY, Step.URGENT})


def next_step(known: Known) -> Step | None:
    """How are they, before everything else, once; when that was answered, where and when it was."""
    if known.urgent and Step.URGENT not in known.asked:
        return Step.URGENT
    if known.asked[-1:] == (Step.URGENT,):
        return Step.DONE  # They have their hands full; nothing is asked now.
    asked_after = AFTER_THE_HURT & set(known.asked)
    if Signal.INJURY_SAFETY in known.signals and not asked_after:
        return Step.SAFETY
    unknown = FactKind.PLACE not in known.facts and Step.CONFIRM not in known.asked
    return Step.SCENE if asked_after and unknown and Step.SCENE not in known.asked else None


def acknowledgement(talk: Talk) -> str | None:
    """What answers the answer to how they are."""
    return "hurt" if talk.turn.awaited in AFTER_THE_HURT else None


def hurt_just_now(talk: Talk) -> bool:
    """Whether "How are they now?" is due, or an ambulance: that comes before every other word."""
    turn, asked = talk.turn, set(talk.asked)
    if peril.needs_help_now(turn.heard, turn.text) and Step.URGENT not in asked:
        return True
    return Signal.INJURY_SAFETY in turn.heard.signals and not AFTER_THE_HURT & asked


def tell_numbers(talk: Talk) -> None:
    """Have the numbers at hand that the scripts may name, as dialled where the customer is."""
    numbers = resources.policy().emergency.numbers(talk.turn.language)
    talk.slots |= numbers.model_dump()


async def stays(talk: Talk) -> bool:
    """Stay with somebody whose life, or another's, is at stake; whether this message calls for it alone."""
    turn = talk.turn
    if peril.at_stake(turn.heard, turn.text):
        talk.ask(_for(talk))
        await call_person(talk)
    elif turn.awaited in BESIDE_THEM:
        talk.ask(Step.BESIDE)
    else:
        return False
    return True


async def call_person(talk: Talk) -> None:
    """Have a person called, because of danger."""
    await handoff.ask_for_human(
        talk.session,
        conversation_id=talk.turn.conversation_id,
        reason="danger",
        policy=resources.policy(),
        now=resources.now(),
    )


def _for(talk: Talk) -> Step:
    """The help line and a person; after that only that we are there."""
    step = Step.DISARM
    if peril.despairs(talk.turn.heard, talk.turn.text):
        step = Step.ANOTHER if peril.is_of_another(talk.turn.text) else Step.STAY
    return step if talk.asked.count(step) < SAID_TWICE else Step.BESIDE
