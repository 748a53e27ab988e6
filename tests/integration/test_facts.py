"""What a customer tells is kept as facts of the case, and corrected when they correct it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ledger.models import Case, Fact
from ledger.services import entries, facts
from ledger.services.hearing import Hearing
from ledger.vocabulary import Category, Signal
from tests.ledger_world import COMPLAINT, LedgerWorld


def entity(kind: str, value: Any, said: str = "") -> dict[str, Any]:
    return {"entity": kind, "value": value, "said": said or str(value)}


TUESDAY, WEDNESDAY = entity("date", "-P1W-2", "上周二"), entity("date", "-P1W-3", "上周三")


async def tells(desk: LedgerWorld, talk: int, *told: dict[str, Any], **differs: Any) -> Hearing:
    hearing = await desk.says(talk, "话", entities=told, **differs)
    assert hearing is not None
    return hearing


def said(hearing: Hearing) -> list[str]:
    return [fact["said"] for fact in hearing.facts]


async def kept(desk: LedgerWorld, number: str) -> list[Fact]:
    return await desk.all(select(Fact).join(Case).where(Case.number == number).order_by(Fact.id))


async def test_a_fact_is_kept_with_the_words_and_what_they_come_to(desk_ledger: LedgerWorld) -> None:
    hearing = await tells(
        desk_ledger, await desk_ledger.conversation(), WEDNESDAY, entity("times", 3, "三次")
    )
    assert hearing.facts == [
        {"kind": "date", "said": "上周三", "value": "2026-11-18"},
        {"kind": "times", "said": "三次", "value": 3},
    ]


async def test_the_same_fact_told_again_stands_once(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, entity("times", 3, "三次"), entity("times", 3, "第三次"))
    assert said(await tells(desk_ledger, talk, entity("times", 3, "三回"))) == ["三次"]


async def test_how_many_a_crowd_has_is_what_was_told_last(desk_ledger: LedgerWorld) -> None:
    talk, crowd = await desk_ledger.conversation(), (Signal.GROUP_EVENT,)
    await tells(desk_ledger, talk, entity("people", 80, "八十人"), entity("place", "阳光花园"), signals=crowd)
    hearing = await tells(desk_ledger, talk, entity("people", 120, "120人"), entity("place", "东门"))
    assert sorted(said(hearing)) == sorted(["阳光花园", "120人", "东门"])


async def test_of_one_customer_two_numbers_of_people_both_stand(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, entity("people", 3, "三个人"))
    assert said(await tells(desk_ledger, talk, entity("people", 5, "五个人"))) == ["三个人", "五个人"]


async def test_a_message_heard_twice_tells_its_facts_once(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    hearing = await tells(desk_ledger, talk, TUESDAY)
    (fact,) = await kept(desk_ledger, hearing.number)
    await desk_ledger.hear(fact.message_id, COMPLAINT)
    assert len(await kept(desk_ledger, hearing.number)) == 1


async def test_what_is_too_long_for_a_fact_is_left_in_the_story(desk_ledger: LedgerWorld) -> None:
    endless = entity("outlet", "".join(chr(0x4E00 + place) for place in range(4000)))
    assert said(await tells(desk_ledger, await desk_ledger.conversation(), endless, TUESDAY)) == ["上周二"]


async def test_contacts_and_ratings_are_no_facts(desk_ledger: LedgerWorld) -> None:
    told = [entity("phone", "+8613800138000"), entity("email", "a@example.com"), entity("rating", "5")]
    assert said(await tells(desk_ledger, await desk_ledger.conversation(), *told)) == []


async def test_a_correction_replaces_the_latest_fact_of_its_kind(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, entity("date", "--03", "三月"), TUESDAY, entity("times", 2, "两次"))
    corrected = await tells(desk_ledger, talk, WEDNESDAY, intent="correct")
    assert said(corrected) == ["三月", "两次", "上周三"]


async def test_a_correction_replaces_the_fact_that_it_names(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, TUESDAY, entity("date", "--03", "三月"))
    assert said(await tells(desk_ledger, talk, TUESDAY, WEDNESDAY, intent="correct")) == ["三月", "上周三"]


async def test_a_correction_of_what_was_never_told_is_a_new_fact(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk)
    assert said(await tells(desk_ledger, talk, WEDNESDAY, intent="correct")) == ["上周三"]


@pytest.mark.parametrize("heard_first", [True, False])
@pytest.mark.parametrize("intent", ["correct", "add_information"])
async def test_a_correction_may_come_before_or_after_the_hearing(
    desk_ledger: LedgerWorld, heard_first: bool, intent: str
) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, TUESDAY)
    message = await desk_ledger.message(talk, "不对,是上周三")
    heard = replace(COMPLAINT, intent=intent, entities=(WEDNESDAY,))

    async def correct() -> list[dict[str, Any]]:
        return await desk_ledger.do(
            lambda session: facts.correct(
                session, message_id=message, heard=heard, policy=desk_ledger.policy, now=desk_ledger.now
            )
        )

    if heard_first:
        await desk_ledger.hear(message, heard)
    replaced = await correct()
    hearing = await desk_ledger.hear(message, heard)
    assert hearing is not None
    assert replaced == [
        {
            "kind": "date",
            "before": {"said": "上周二", "value": "2026-11-17"},
            "after": {"said": "上周三", "value": "2026-11-18"},
        }
    ]
    assert await correct() == replaced
    assert [fact.said for fact in await kept(desk_ledger, hearing.number)] == ["上周二", "上周三"]
    assert (await desk_ledger.actions(hearing.number)).count("case.corrected") == 1


async def test_the_book_says_what_became_of_what(desk_ledger: LedgerWorld) -> None:
    talk = await desk_ledger.conversation()
    await tells(desk_ledger, talk, TUESDAY, entity("person", "Dave"))
    hearing = await tells(desk_ledger, talk, WEDNESDAY, entity("person", "Dan"), intent="correct")
    date, person = (
        entry for entry in await desk_ledger.entries(hearing.number) if entry.action == "case.corrected"
    )
    assert date.before == {"date": "2026-11-17"}
    assert date.after is not None
    assert date.after["date"] == "2026-11-18"
    assert person.before == {"person": "…"}
    assert await desk_ledger.do(entries.verify) is None


async def test_a_correction_without_a_case_changes_nothing(desk_ledger: LedgerWorld) -> None:
    message = await desk_ledger.message(await desk_ledger.conversation(), "不对,是上周三")
    assert (
        await desk_ledger.do(
            lambda session: facts.correct(
                session, message_id=message, heard=COMPLAINT, policy=desk_ledger.policy, now=desk_ledger.now
            )
        )
        == []
    )


async def test_the_further_troubles_of_one_message_stand_beside_the_first(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains(further=(Category.STAFF_ATTITUDE, Category.PRODUCT_QUALITY))
    assert hearing.category == Category.PRODUCT_QUALITY
    assert hearing.further_categories == [Category.STAFF_ATTITUDE]
