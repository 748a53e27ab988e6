"""Speaking first: progress, the outcome, the visit afterwards, a nudge (A1 feedback, revisit)."""

from datetime import datetime

from actions import resources, wording
from actions.base import LedgerAction, Talk
from actions.steps import Step, question


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
            news=turn.told("text"),
            due=_moment(talk, due) if due else "",
        )


class ActionReportOutcome(LedgerAction):
    """Tell the decision first, the reason in plain words, what else is open (voice.md)."""

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
            remedy=turn.told("remedy"),
            outcome=turn.told("outcome"),
        )
        talk.slots["next_step"] = None


class ActionRevisit(LedgerAction):
    """Ask how it is now that it is solved: a visit, not a survey."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_revisit"

    async def act(self, talk: Talk) -> None:
        """Ask about their thing, then for one rating."""
        turn = talk.turn
        values = {"number": turn.told("number"), "what": turn.told("what"), "when": turn.told("when")}
        talk.say("utter_revisit_how_is_it", **values)
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


def _person(talk: Talk) -> str:
    return talk.turn.told("name") or str(wording.words("team", talk.turn.language))


def _moment(talk: Talk, at: str) -> str:
    return wording.moment(datetime.fromisoformat(at), resources.now(), resources.policy(), talk.turn.language)
