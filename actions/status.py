"""How a case stands, told to who filed it or knows its pass-code."""

import re
from datetime import datetime

from actions import casework, resources, wording
from actions.answer import answer
from actions.base import LedgerAction, Talk, Turn
from actions.steps import Step
from ledger.services import cases
from ledger.services.cases import CaseStatusView
from ledger.vocabulary import CaseStatus

CODE = re.compile(r"(?<![A-Za-z0-9-])(?=[A-Za-z0-9]*\d|[A-Z]{4})[A-Za-z0-9]{4,12}(?![A-Za-z0-9-])")


class ActionTellStatus(LedgerAction):
    """Tell how it goes."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_tell_status"

    async def act(self, talk: Talk) -> None:
        """Tell the case asked about, or ask which one."""
        await casework.hear_danger(talk)
        number = talk.turn.told("case_number") or _asked_before(talk.turn)
        code = pass_code(talk.turn.text, number)
        asker = talk.turn.conversation_id
        view = await cases.status(talk.session, conversation_id=asker, number=number, pass_code=code)
        if view:
            await cases.link(
                talk.session,
                conversation_id=asker,
                number=view.number,
                pass_code=code,
                now=resources.now(),
            )
            _tell(talk, view)
            talk.come_back()
        elif (topic := talk.turn.heard.topic) and number is None:
            await answer(talk, topic)  # "How long does it take?" of somebody without a case.
        else:
            _ask_which(talk, number, code)


def pass_code(text: str, number: str | None) -> str | None:
    """What in a text may be a pass-code: a word of letters and digits beside the case's number."""
    if number is None:
        return None
    rest = re.sub(r"(?i)qt-?\d{4}-?\d{6}", " ", text)
    found = CODE.search(rest)
    return found.group().upper() if found else None


def _asked_before(turn: Turn) -> str | None:
    """The number that was told before, when its pass-code was asked for."""
    return turn.status_number if turn.awaited == Step.STATUS else None


def _ask_which(talk: Talk, number: str | None, code: str | None) -> None:
    if number and code is None:
        talk.say("utter_feedback_which_code", case_number=number)
    else:
        talk.say("utter_feedback_not_found" if number else "utter_feedback_which_case")
    talk.slots |= {"next_step": Step.STATUS.value, "status_number": number}


def _tell(talk: Talk, view: CaseStatusView) -> None:
    turn = talk.turn
    who = casework.responsible(view.owner, view.department, turn.language)
    if turn.awaited != Step.STATUS:  # A pass-code in capitals is no shouting.
        casework.acknowledge_anger(talk)
    talk.say(
        f"utter_feedback_status_{_state(view, resources.now())}",
        number=view.number,
        person=wording.spaced(who, turn.language),
        since=_moment(turn, view.opened_at),
        due=_moment(turn, view.due_at),
        news=view.last_progress or "",
        news_at=_moment(turn, view.last_progress_at),
        outcome=view.outcome or "",
    )
    if turn.awaited == Step.STATUS:
        talk.slots["next_step"] = None


def _state(view: CaseStatusView, now: datetime) -> str:
    if view.status != CaseStatus.OPEN:
        return view.status
    if view.last_progress:
        return "progress" if view.due_at else "progress_only"
    if view.due_at is None:
        return "taken"
    return "open" if datetime.fromisoformat(view.due_at) > now else "late"


def _moment(turn: Turn, at: str | None) -> str:
    if at is None:
        return ""
    return wording.moment(datetime.fromisoformat(at), resources.now(), resources.policy(), turn.language)
