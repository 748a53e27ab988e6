"""Questions about the desk itself: how complaints work here, and whether this is a robot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from actions import casework, people, resources, statement, week, wording
from actions.base import LedgerAction, Talk
from ledger import hours
from ledger.policy import Policy
from ledger.services import cases, handoff
from ledger.services.cases import CaseStatusView
from ledger.vocabulary import CaseStatus, Language, Topic


class ActionAnswer(LedgerAction):
    """Answer a question about procedure in a sentence or two, then come back to what was open."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_answer"

    async def act(self, talk: Talk) -> None:
        """The anger in it first, then the answer; what has none goes to a person, word for word.

        What the whole company says on it stands before what the assistant knows.
        """
        await casework.hear_danger(talk)
        casework.acknowledge_anger(talk)
        if not await statement.answer(talk):
            await _answer_itself(talk)
        talk.come_back()


class ActionOwnUp(LedgerAction):
    """Are you a robot? Yes; and when a person is there. Who was that just now? A colleague, by name."""

    def name(self) -> str:
        """The name the rules use."""
        return "action_own_up"

    async def act(self, talk: Talk) -> None:
        """Say so, with the offer of a person and the time that takes."""
        casework.acknowledge_anger(talk)
        asked_of_people = wording.asks_who_spoke(talk.turn.text)
        colleague = await people.last_to_write(talk) if asked_of_people else None
        if colleague:
            talk.say("utter_respond_colleague", person=colleague)
        else:
            _own_up(talk)
        talk.come_back()


def _own_up(talk: Talk) -> None:
    policy, now = resources.policy(), resources.now()
    script = f"utter_respond_robot_{people.presence(policy, now)}"
    talk.say(script, **people.opening(talk.turn, policy, now))


async def _answer_itself(talk: Talk) -> None:
    turn = talk.turn
    if topic := turn.heard.topic or (Topic.TIMES if wording.asks_when(turn.text) else None):
        await answer(talk, topic)
    else:
        await _pass_on(talk)


async def answer(talk: Talk, topic: Topic) -> None:
    """Say what there is to say on a topic, with what policy and ledger hold at this moment."""
    known = Known(resources.policy(), resources.now(), talk.turn.language, await _open_case(talk))
    talk.say(
        known.script(topic),
        **known.times(),
        **known.of_the_case(),
        **people.opening(talk.turn, known.policy, known.now),
        hours=week.spoken(known.policy.hours, known.language),
        megabytes=known.policy.limits.file_megabytes,
        written=known.written(topic),
    )


async def _pass_on(talk: Talk) -> None:
    await handoff.ask_for_human(
        talk.session,
        conversation_id=talk.turn.conversation_id,
        reason="question",
        policy=resources.policy(),
        now=resources.now(),
    )
    talk.say("utter_respond_about_general")


async def _open_case(talk: Talk) -> CaseStatusView | None:
    view = await cases.status(talk.session, conversation_id=talk.turn.conversation_id)
    return view if view and view.status == CaseStatus.OPEN else None


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are made of; ``case`` is the asker's open one."""

    policy: Policy
    now: datetime
    language: Language
    case: CaseStatusView | None

    def script(self, topic: Topic) -> str:
        """The script of a topic: what the organisation wrote itself goes first."""
        if topic is Topic.HOURS:
            return f"utter_respond_about_hours_{people.presence(self.policy, self.now)}"
        return f"utter_respond_about_{topic}{'_written' if self.written(topic) else ''}"

    def written(self, topic: Topic) -> str:
        """What the organisation wrote on a topic; empty when it wrote nothing."""
        texts = {Topic.REFUND: self.policy.answers.refund, Topic.ESCALATE: self.policy.answers.regulator}
        return (texts.get(topic) or {}).get(self.language, "")

    def times(self) -> dict[str, str]:
        """How long things take, and when a complaint made now is answered first."""
        clocks = self.policy.clocks
        return {
            "first_response": self._length(clocks.first_response),
            "progress": self._length(clocks.progress_update),
            "revisit": self._length(clocks.revisit),
            "due": self._moment(self._first_answer()),
        }

    def of_the_case(self) -> dict[str, str | bool]:
        """Who answers and by when: of the open case, or of one that is filed now."""
        named = (self.case.owner or self.case.department) if self.case else None
        person = wording.spaced(named or wording.words("team", self.language), self.language)
        return {"has_case": self.case is not None, "person": person, "by": self._by()}

    def _by(self) -> str:
        if self.case is None:
            return self._until(self._first_answer())
        return self._until(datetime.fromisoformat(self.case.due_at) if self.case.due_at else None)

    def _until(self, due: datetime | None) -> str:
        """``今天 15:30 前``; what is overdue is due now, what has no time comes when it is known."""
        said: dict[str, str] = wording.words("by", self.language)
        if due is None:
            return said["open"]
        return said["until"].format(at=self._moment(due)) if due > self.now else said["now"]

    def _first_answer(self) -> datetime:
        return hours.working_time_after(self.policy.calendar(), self.now, self.policy.clocks.first_response)

    def _moment(self, at: datetime) -> str:
        return wording.moment(at, self.now, self.policy, self.language)

    def _length(self, length: timedelta) -> str:
        return wording.duration(length, self.language)
