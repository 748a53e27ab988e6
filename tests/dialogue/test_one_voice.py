"""Item 13, one voice (统一口径, playbook D1): what the real assistant says while a statement is in force."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.models import Staff
from ledger.policy import load_policy
from ledger.services import staff
from ledger.vocabulary import Role
from tests import statements
from tests.assistant import Assistant, Customer
from tests.policies import DEFAULT
from tests.statements import RECALL

Make = Callable[..., Customer]
POLICY = load_policy(Path(DEFAULT))
ASKED = {
    "zh-Hans": ("你们的云母滤芯过滤出来的水有味道，孩子喝了三天", "text_zh_hans"),
    "zh-Hant": ("你們的雲母濾芯濾出來的水有味道，孩子喝了三天", "text_zh_hant"),
    "en": ("The water from your mica filter smells, and my child drank it for three days.", "text_en"),
}
JOURNALIST = "我是新京报记者,想了解一下你们云母滤芯的事"


async def somebody(assistant: Assistant, name: str, role: Role) -> Staff:
    async with assistant.database.transaction() as session:
        made = await staff.create(
            session, username=name, role=role, now=datetime.now(UTC), password="long enough"
        )
        return made.staff


@pytest.fixture(scope="module")
async def voice(assistant: Assistant) -> AsyncIterator[str]:
    """A statement in force, which ends with these tests."""
    author = await somebody(assistant, "voice-author", Role.SUPERVISOR)
    approver = await somebody(assistant, "voice-approver", Role.SUPERVISOR)
    now = datetime.now(UTC)
    until = (now + timedelta(days=30)).date().isoformat()
    number = await statements.approved(assistant.database, author, approver, POLICY, now, until=until)
    yield number
    await statements.step(assistant.database, number, "withdraw", approver, POLICY, now, reason="over")


@pytest.mark.parametrize("language", ASKED)
async def test_who_writes_about_the_subject_hears_the_statement_in_their_language_once(
    customer: Make, voice: str, language: str
) -> None:
    someone = customer(language)
    words, field = ASKED[language]
    text = await someone.say(words)
    assert text.count(RECALL[field]) == 1
    assert f"utter_respond_statement:{voice}" in someone.scripts
    first = someone.scripts.index(f"utter_respond_statement:{voice}")
    assert someone.scripts[0].startswith("utter_acknowledge")
    assert first > 0
    assert RECALL[field] not in await someone.say(words)


async def test_a_question_on_the_subject_is_answered_with_it_however_often_it_is_asked(
    customer: Make, voice: str
) -> None:
    someone = customer()
    for question in ("云母滤芯是怎么处理的？", "云母滤芯能退款吗？"):
        assert RECALL["text_zh_hans"] in await someone.say(question)


async def test_who_writes_about_something_else_does_not_hear_it(customer: Make, voice: str) -> None:
    assert RECALL["text_zh_hans"] not in await customer().say("你们的冰箱修了三次都没修好")


async def test_a_journalist_hears_the_holding_statement_alone(customer: Make, voice: str) -> None:
    someone = customer()
    text = await someone.say(JOURNALIST)
    assert RECALL["text_zh_hans"] not in text
    assert POLICY.press.holding_statement["zh-Hans"] in text


async def test_a_journalist_hears_a_statement_for_the_press_instead_of_the_holding_one(
    assistant: Assistant, customer: Make, voice: str
) -> None:
    now = datetime.now(UTC)
    author = await somebody(assistant, "press-author", Role.AGENT)
    approver = await somebody(assistant, "press-approver", Role.SUPERVISOR)
    number = await statements.approved(
        assistant.database, author, approver, POLICY, now, topic="云母壶", words="云母壶", press=True,
        until=(now + timedelta(days=3)).date().isoformat(),
    )  # fmt: skip
    someone = customer()
    text = await someone.say(JOURNALIST.replace("滤芯", "壶"))
    await statements.step(assistant.database, number, "withdraw", approver, POLICY, now, reason="over")
    assert RECALL["text_zh_hans"] in text
    assert POLICY.press.holding_statement["zh-Hans"] not in text
