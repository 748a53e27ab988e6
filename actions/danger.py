"""Somebody is hurt, or does not want to live: people come before the matter (voice.md, special moments)."""

from actions import resources
from actions.base import Talk
from actions.meanings import BESIDE_THEM
from actions.steps import Known, Step
from ledger.services import handoff
from ledger.vocabulary import Signal


def next_step(known: Known) -> Step | None:
    """How are they, before everything else, once."""
    hurt = Signal.INJURY_SAFETY in known.signals
    return Step.SAFETY if hurt and Step.SAFETY not in known.asked else None


def acknowledgement(talk: Talk) -> str | None:
    """What answers the answer to how they are."""
    return "hurt" if talk.turn.awaited == Step.SAFETY else None


def hurt_just_now(talk: Talk) -> bool:
    """Whether "How are they now?" is due, which comes before every other word."""
    return Signal.INJURY_SAFETY in talk.turn.heard.signals and Step.SAFETY not in talk.asked


async def stays(talk: Talk) -> bool:
    """Stay with somebody in despair; whether this message calls for it, and for nothing else."""
    if Signal.SELF_HARM in talk.turn.heard.signals:
        await _stay(talk)
    elif talk.turn.awaited in BESIDE_THEM:
        talk.ask(Step.BESIDE)
    else:
        return False
    return True


async def _stay(talk: Talk) -> None:
    """The help line, a person, no case talk."""
    numbers = resources.policy().emergency.numbers(talk.turn.language)
    talk.slots |= {
        "next_step": Step.STAY.value,
        "crisis_line": numbers.crisis_line,
        "ambulance": numbers.ambulance,
    }
    await handoff.ask_for_human(
        talk.session,
        conversation_id=talk.turn.conversation_id,
        reason="danger",
        policy=resources.policy(),
        now=resources.now(),
    )
