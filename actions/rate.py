"""How it was solved, in the customer's eyes (A1 revisit): a rating, an opinion; unhappy reopens."""

from actions import feelings, resources, wording
from actions.base import LedgerAction, Talk, Turn
from actions.steps import Step
from ledger.heard import Heard
from ledger.services import cases
from ledger.vocabulary import Kind

WORST = 1
BEST = 5
ASKS = "utter_revisit_rating"
"""The script that asks for a number."""
VISIT = ("utter_revisit_how_is_it", ASKS)
"""What the visit says."""
SURE = 0.6
"""From which confidence on a complaint its writer is taken to be unhappy without being asked for a number."""


class ActionRate(LedgerAction):
    """Record the rating or the opinion."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_rate"

    async def act(self, talk: Talk) -> None:
        """Record it; unhappy reopens the case, and one question follows."""
        turn = talk.turn
        if turn.awaited == Step.RATING and not _judges(turn):
            return talk.say(ASKS)
        rating = rating_of(turn.heard) if turn.awaited != Step.OPINION else None
        rated = await cases.rate(
            talk.session,
            message_id=turn.message_id,
            policy=resources.policy(),
            now=resources.now(),
            rating=rating,
            opinion=turn.text if turn.awaited == Step.OPINION or not turn.heard.values("rating") else None,
        )
        if rated:
            return _answer(talk, rated, rating)
        talk.slots["next_step"] = None
        if turn.heard.values("rating"):
            talk.say("utter_revisit_nothing_to_rate")
        else:
            talk.followup = "action_hear"


def rating_of(heard: Heard) -> int | None:
    """The rating that was given, in digits or in words; None when only an opinion was."""
    given = heard.values("rating")
    if given:
        return min(max(int(given[0]), WORST), BEST)
    if heard.kind is Kind.COMPLAINT or heard.emotion >= feelings.HOT or heard.intent == "deny":
        return WORST
    return None


def _judges(turn: Turn) -> bool:
    """Whether a message says how content its writer is, or merely that they are there, or that it works."""
    heard = turn.heard
    if heard.values("rating"):
        return True
    calm = heard.emotion < feelings.HOT
    unsure = heard.kind is Kind.COMPLAINT and heard.confidence < SURE
    if calm and (unsure or wording.says_it_is_mended(turn.text)):
        return False
    return heard.intent not in ("greet", "affirm", "thank", "goodbye")


def _answer(talk: Talk, rated: cases.Rated, rating: int | None) -> None:
    asked_once = talk.turn.said[-2:] == VISIT
    if talk.turn.awaited == Step.RATING and rating is None and asked_once:
        talk.say(ASKS)  # kind words are kept, and are no number yet
    elif talk.turn.awaited == Step.OPINION or rating is None:
        talk.say("utter_revisit_opinion_noted")
        talk.slots["next_step"] = None
    else:
        mood = "reopened" if rated.reopened else "thanks"
        talk.say(f"utter_revisit_{mood}", case_number=rated.number)
        talk.slots["next_step"] = Step.OPINION.value
