"""What the organisation wrote itself is told as it stands (policy `answers`)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.answer import Known
from bot.nlu.book import read
from ledger import guard
from ledger.policy import Answers, Policy, load_policy
from ledger.services.cases import CaseStatusView
from ledger.vocabulary import Language, Topic

ROOT = Path(__file__).resolve().parents[2]
POLICY = load_policy(ROOT / "policy.yml")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in the organisation's zone
PROCEDURE = {
    Language.ZH_HANS: "七天内凭订单号全额退款。",
    Language.ZH_HANT: "七天內憑訂單編號全額退款。",
    Language.EN: "With the order number you will get your money back in seven days.",
}
WRITTEN = POLICY.model_copy(update={"answers": Answers(refund=PROCEDURE, regulator=PROCEDURE)})
BOOK = read([ROOT / "data/scripts/about.yml"])


def known(
    policy: Policy = POLICY, language: Language = Language.EN, case: CaseStatusView | None = None
) -> Known:
    return Known(policy, NOW, language, case)


def case(due_at: str | None, owner: str | None = "Dana Reyes") -> CaseStatusView:
    return CaseStatusView(
        number="QT-2026-000001",
        status="open",
        type="complaint",
        category="fee_dispute",
        stage="respond",
        owner=owner,
        department="客户服务部",
        opened_at="2026-11-23T03:00:00+00:00",
        due_at=due_at,
        answered=False,
        last_progress=None,
        last_progress_at=None,
        outcome=None,
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", [Topic.REFUND, Topic.ESCALATE])
def test_what_the_organisation_wrote_is_told_as_it_stands(topic: Topic, language: Language) -> None:
    assert known(WRITTEN, language).written(topic) == PROCEDURE[language]
    assert known(WRITTEN, language).script(topic) == f"utter_respond_about_{topic}_written"


@pytest.mark.parametrize("topic", Topic)
def test_what_it_did_not_write_has_an_answer_all_the_same(topic: Topic) -> None:
    assert known().written(topic) == ""
    assert known().script(topic) in BOOK


def test_its_own_words_are_no_promise_of_the_assistants() -> None:
    reply = f"{PROCEDURE[Language.EN]} If you have the order number at hand, send it along."
    assert guard.check(reply)
    assert not guard.check(WRITTEN.answers.cut_from(reply))
    assert guard.check(WRITTEN.answers.cut_from(f"{reply} We will refund you."))


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        ("2026-11-23T07:30:00+00:00", "by 15:30 today"),
        ("2026-11-23T03:30:00+00:00", "now"),
        (None, "once it has been looked into"),
    ],
)
def test_until_when_is_what_the_ledger_holds(due_at: str | None, said: str) -> None:
    assert known(case=case(due_at)).of_the_case() == {"has_case": True, "person": "Dana Reyes", "by": said}


@pytest.mark.parametrize(
    ("language", "person", "by"),
    [
        (Language.ZH_HANS, "客服团队", "今天 13:00 前"),
        (Language.ZH_HANT, "客服團隊", "今天 13:00 前"),
        (Language.EN, "our team", "by 13:00 today"),
    ],
)
def test_without_a_case_it_is_when_one_filed_now_is_answered_first(
    language: Language, person: str, by: str
) -> None:
    assert known(language=language).of_the_case() == {"has_case": False, "person": person, "by": by}


def test_who_has_no_owner_yet_is_the_departments() -> None:
    assert (
        known(language=Language.ZH_HANS, case=case(None, owner=None)).of_the_case()["person"] == "客户服务部"
    )
