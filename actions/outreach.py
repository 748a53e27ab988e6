"""Speaking first: progress, the outcome, the visit afterwards, a nudge (A1 feedback, revisit)."""

from datetime import datetime

from actions import casework, resources, wording
from actions.base import LedgerAction, Talk
from actions.steps import Step, question

END_MARKS = ".\u3002!\uff01;\uff1b, \uff0c"


class ActionReportProgress(LedgerAction):
    """Report progress, as promised."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_report_progress"

    async def act(self, talk: Talk) -> None:
        """Say what happened and when the next word comes."""
        turn = talk.turn
        due = turn.told("next_due")
        talk.say(
            "utter_feedback_progress" if due else "utter_feedback_progress_only",
            number=turn.told("number"),
            person=_person(talk),
            news=_clause(turn.told("text")),
            due=_moment(talk, due) if due else "",
        )


class ActionReportOutcome(LedgerAction):
    """Tell the decision first, the reason in plain words, what else is open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_report_outcome"

    async def act(self, talk: Talk) -> None:
        """Say it."""
        turn = talk.turn
        talk.say(
            "utter_feedback_resolved",
            number=turn.told("number"),
            person=_person(talk),
            remedy=_remedy(talk),
            outcome=wording.sentence(_clause(turn.told("outcome"))),
        )
        talk.slots["next_step"] = None


class ActionRevisit(LedgerAction):
    """Ask how it is now that it is solved: a visit, not a survey."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_revisit"

    async def act(self, talk: Talk) -> None:
        """Ask about their thing, then for one rating."""
        talk.say("utter_revisit_how_is_it", what=_what(talk), when=_day(talk))
        talk.say("utter_revisit_rating")
        talk.slots["next_step"] = Step.RATING.value


class ActionNudge(LedgerAction):
    """After silence: one gentle nudge; after more silence, file what is known and say so."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_nudge"

    async def act(self, talk: Talk) -> None:
        """Nudge once, then file."""
        turn = talk.turn
        if not turn.nudged and question(turn.awaited):
            talk.say("utter_listen_nudge")
            talk.slots["nudged"] = True
            return
        talk.say("utter_respond_filed")
        if turn.case and Step.CONFIRM not in talk.asked:
            talk.say("utter_respond_confirm")
            talk.ask(Step.CONFIRM)


def _what(talk: Talk) -> str:
    """Their thing: in their own words if this is the case we talked about, else by what it was about."""
    turn = talk.turn
    ours = turn.case if turn.case and turn.case.number == turn.told("number") else None
    if said := casework.said_back(ours.narrative if ours else "", turn.language, whole=True):
        return str(wording.words("told_then", turn.language)).format(said=said)
    matter = wording.words("matters", turn.language)[turn.told("what") or "other"]
    return str(wording.words("about", turn.language)).format(matter=matter)


def _day(talk: Talk) -> str:
    when = talk.turn.told("when")
    at = datetime.fromisoformat(when) if when else resources.now()
    return wording.day(at, resources.now(), resources.policy(), talk.turn.language)


def _clause(written: str | None) -> str:
    """What staff wrote, ready to stand inside a sentence of ours."""
    return (written or "").strip().rstrip(END_MARKS)


def _remedy(talk: Talk) -> str:
    """What was given: one of the kinds we have words for, or what staff wrote."""
    written = _clause(talk.turn.told("remedy"))
    return str(wording.words("remedies", talk.turn.language).get(written, written))


def _person(talk: Talk) -> str:
    language = talk.turn.language
    return wording.spaced(talk.turn.told("name") or str(wording.words("team", language)), language)


def _moment(talk: Talk, at: str) -> str:
    return wording.moment(datetime.fromisoformat(at), resources.now(), resources.policy(), talk.turn.language)
