"""Item 17, aftercare and revisit (善后、回访, playbook A1, D5): its sentence clause by clause.

"Revisit by policy, opinion in depth, rekindling watched (same customer, same matter, keywords), remedy
follow-up."
"""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot import watch
from ledger.errors import Missing, NotExtendable, NotThisStep
from ledger.heard import Heard
from ledger.lists import LISTS, Row
from ledger.mentions import NewMention
from ledger.models import Case, Clock, Drill, Form, FormStep, Mention, Staff
from ledger.services import cases, clocks, group_cases, mentions, register
from ledger.services import staff as accounts
from ledger.services.case_lock import case_numbered
from ledger.views.aftercare import Aftermath, aftermath
from ledger.vocabulary import (
    CaseStatus,
    Category,
    ClockKind,
    Feeling,
    MentionKind,
    Remedy,
    Role,
    SecretGrade,
    Severity,
    Signal,
    Stage,
)
from tests.ledger_world import COMPLAINT, LedgerWorld

IN_DEPTH = {"right": "接电话的人很耐心", "wrong": "等了三天", "hoped": "下次提前说", "again": "perhaps"}
FRIDGE = {"entity": "product", "value": "fridge", "said": "冰箱"}
WASHER = {"entity": "product", "value": "washing_machine", "said": "洗衣机"}


def order(number: str) -> dict[str, Any]:
    return {"entity": "order_number", "value": number, "said": number}


def heard(*facts: dict[str, Any], **differs: Any) -> Heard:
    return replace(COMPLAINT, entities=facts, **differs)


@pytest.fixture
async def wang(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("wang", name="王芳")


@pytest.fixture
async def zhao(desk_ledger: LedgerWorld) -> Staff:
    return await desk_ledger.staff("zhao", name="赵敏", role=Role.SUPERVISOR)


async def solved(
    world: LedgerWorld, by: Staff, words: str = "冰箱坏了", *facts: dict[str, Any], **differs: Any
) -> tuple[int, str]:
    """A complaint that was solved: the conversation, and its number."""
    conversation = await world.conversation()
    hearing = await world.says(conversation, words, heard(*facts, **differs))
    assert hearing is not None
    await world.resolve(hearing.number, by)
    return conversation, hearing.number


async def severe(world: LedgerWorld, by: Staff) -> tuple[int, str]:
    return await solved(world, by, "老人在店里摔骨折了", signals=(Signal.INJURY_SAFETY,))


async def owed(world: LedgerWorld, by: Staff) -> tuple[int, str]:
    """A mild complaint whose customer was promised what they asked for."""
    return await solved(world, by, "冰箱坏了，给我换新的", remedies=(Remedy.REPLACEMENT,))


async def closed(world: LedgerWorld, conversation: int, rating: int = 5) -> None:
    message = await world.message(conversation, "可以")
    await world.do(
        lambda session: cases.rate(
            session, message_id=message, rating=rating, policy=world.policy, now=world.now
        )
    )


async def papers(world: LedgerWorld) -> list[Form]:
    return await world.all(select(Form).where(Form.kind == "aftercare").order_by(Form.id))


async def paper(world: LedgerWorld) -> Form:
    (found,) = await papers(world)
    return found


async def contact(world: LedgerWorld, form: Form, by: Staff) -> None:
    await world.step(form.number, "contact", by, contacted_on=f"{world.now:%Y-%m-%d}", way="phone")


async def answer(world: LedgerWorld, form: Form, by: Staff, reply: str = "content") -> None:
    await world.step(form.number, "reply", by, reply=reply, said="收到了，谢谢")


async def listed(world: LedgerWorld, key: str) -> list[Row]:
    return await world.do(
        lambda session: LISTS[key].find(session, policy=world.policy, now=world.now, department=None)
    )


async def told_of(world: LedgerWorld, kind: str) -> list[str | None]:
    return [who for told, who, _ in await world.told() if told == kind]


async def looked(world: LedgerWorld) -> None:
    """The watch looks once, as a desk's workers have it do every minute."""
    desk: Any = SimpleNamespace(database=world.database, policy=world.policy, now=lambda: world.now)
    await watch.look_for_rekindled(desk)


async def said_elsewhere(world: LedgerWorld, words: str, **differs: Any) -> None:
    """Somebody says something in public, and the assistant judges it."""
    values = {"external_id": words, "text": words, "published_at": world.now, "kind": MentionKind.POST}
    new = NewMention.model_validate(values | differs)
    await world.do(
        lambda session: mentions.take_in(
            session, source="monitor", mentions=[new], policy=world.policy, now=world.now
        )
    )
    (mention,) = await world.all(select(Mention).where(Mention.heard_at.is_(None)))
    await world.do(
        lambda session: mentions.judge(
            session, mention_id=mention.id, heard=COMPLAINT, policy=world.policy, now=world.now
        )
    )


async def read(world: LedgerWorld, number: str) -> Aftermath:
    found = await world.do(lambda session: aftermath(session, number, policy=world.policy, now=world.now))
    assert found is not None
    return found


async def one_person(world: LedgerWorld, one: str, other: str, by: Staff) -> None:
    """The customers of two cases are known to be one person."""
    ids = [(await world.case(number)).customer_id for number in (one, other)]
    await world.do(
        lambda session: register.link(
            session, customer_id=ids[0], other_id=ids[1], reason="同一个手机号", staff=by, now=world.now
        )
    )


def codes(row: Row) -> list[str]:
    return [reason.code for reason in row.reasons]


# Revisit by policy (回访).


async def test_the_revisit_follows_the_policys_clock_and_the_assistant_asks_before_it(desk_ledger, wang):
    _, number = await solved(desk_ledger, wang)
    revisit = await desk_ledger.clock(number, ClockKind.REVISIT)
    terms = desk_ledger.policy.clocks
    assert revisit.due_at == desk_ledger.now + terms.revisit
    asks = [job for job in await desk_ledger.jobs("clocks.remind") if job.args["round"] == clocks.ASK]
    assert [job.scheduled_at for job in asks] == [desk_ledger.now + terms.revisit_asks]


async def test_whoever_is_unhappy_has_the_case_again_and_nothing_is_followed_up_meanwhile(desk_ledger, wang):
    conversation, number = await owed(desk_ledger, wang)
    await closed(desk_ledger, conversation, rating=1)
    assert (await desk_ledger.case(number)).status is CaseStatus.OPEN
    assert (await paper(desk_ledger)).state == "set_aside"
    assert (await desk_ledger.clock(number, ClockKind.AFTERCARE)).stopped_at is not None


async def test_a_case_solved_again_is_followed_up_again(desk_ledger, wang):
    conversation, number = await owed(desk_ledger, wang)
    await closed(desk_ledger, conversation, rating=1)
    await desk_ledger.resolve(number, wang)
    assert [one.state for one in await papers(desk_ledger)] == ["set_aside", "owed"]


# Opinion in depth.


async def test_after_a_severe_case_somebody_asks_in_depth(desk_ledger, wang):
    await severe(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    with pytest.raises(Missing, match="right, wrong, hoped, again"):
        await answer(desk_ledger, form, wang)
    await desk_ledger.fill(form.number, wang, **IN_DEPTH)
    await answer(desk_ledger, form, wang)
    assert (await paper(desk_ledger)).state == "answered"


async def test_stars_alone_are_no_visit_in_depth(desk_ledger, wang):
    conversation, _ = await severe(desk_ledger, wang)
    await closed(desk_ledger, conversation)
    assert (await paper(desk_ledger)).state == "owed"


async def test_what_was_right_and_wrong_stands_on_the_case(desk_ledger, wang):
    _, number = await severe(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await desk_ledger.fill(form.number, wang, **IN_DEPTH)
    await answer(desk_ledger, form, wang)
    (shown,) = (await read(desk_ledger, number)).papers
    assert IN_DEPTH.items() <= shown.values.items()
    assert shown.steps[-1].entered == {"reply": "content", "said": "收到了，谢谢"}


async def test_the_ledger_keeps_that_they_answered_and_not_their_words(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await answer(desk_ledger, form, wang)
    last = [entry for entry in await desk_ledger.entries(number) if entry.action == "form.step"][-1]
    assert last.after is not None
    assert (last.after["reply"], last.after["said"]) == ("content", "…")


async def test_a_rating_told_on_the_phone_counts_as_one_given_in_the_chat(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await desk_ledger.fill(form.number, wang, rating=4)
    await answer(desk_ledger, form, wang)
    case = await desk_ledger.case(number)
    assert (case.rating, case.stage) == (4, Stage.CLOSED)


async def test_a_rating_of_seven_is_refused_and_changes_nothing(desk_ledger, wang):
    await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await desk_ledger.fill(form.number, wang, rating=7)
    with pytest.raises(Missing):
        await answer(desk_ledger, form, wang)
    assert (await paper(desk_ledger)).state == "contacted"


# Remedy follow-up (善后).


@pytest.mark.parametrize(
    ("differs", "opens"),
    [
        ({}, False),
        ({"remedies": (Remedy.EXPLANATION,)}, False),
        ({"remedies": (Remedy.REFUND,)}, True),
        ({"signals": (Signal.MEDIA_THREAT,)}, True),
        ({"signals": (Signal.INJURY_SAFETY,)}, True),
        ({"category": Category.PRIVACY_LEAK}, True),
        ({"signals": (Signal.GROUP_EVENT,)}, True),
    ],
)
async def test_it_opens_by_itself_where_the_policy_says_that_somebody_is_owed_a_contact(
    desk_ledger, wang, differs, opens
):
    await solved(desk_ledger, wang, **differs)
    found = await papers(desk_ledger)
    assert [one.opened_by_id for one in found] == ([None] if opens else [])


async def test_who_only_moves_together_with_a_group_is_contacted_too(desk_ledger, wang):
    group = await desk_ledger.complains("我们一百多人在门口", signals=(Signal.GROUP_EVENT,))
    member = await desk_ledger.complains("我也是被骗的")
    (form,) = await desk_ledger.all(select(Form).where(Form.kind == "group_event"))
    assert form.case_id == (await desk_ledger.case(group.number)).id
    await desk_ledger.do(lambda session: _linked(session, form.number, member.number, wang, desk_ledger))
    await desk_ledger.resolve(member.number, wang)
    assert [one.case_id for one in await papers(desk_ledger)] == [(await desk_ledger.case(member.number)).id]


async def _linked(session: Any, form: str, number: str, by: Staff, world: LedgerWorld) -> None:
    await group_cases.link(session, form=form, number=number, staff=by, now=world.now)


async def test_it_fills_itself_with_the_wish_the_remedy_and_who_sees_to_it(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    (shown,) = (await read(desk_ledger, number)).papers
    known = {name: shown.values[name] for name in ("wish", "remedy", "outcome", "who")}
    assert known == {"wish": ["replacement"], "remedy": "replacement", "outcome": "换了新机", "who": "wang"}


async def test_it_has_a_clock_of_its_own_that_reminds_whoever_sees_to_it(desk_ledger, wang, zhao):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await desk_ledger.fill(form.number, wang, who="zhao")
    clock = await desk_ledger.clock(number, ClockKind.AFTERCARE)
    terms = desk_ledger.policy.deadlines[ClockKind.AFTERCARE]
    assert (clock.form_id, clock.due_at) == (form.id, desk_ledger.now + terms.length)
    desk_ledger.later(days=4)
    await desk_ledger.do(
        lambda session: clocks.remind(
            session, clock_id=clock.id, round="86400s", policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    assert set(await told_of(desk_ledger, "reminder")) == {"wang", "zhao"}


async def test_not_done_by_the_day_it_is_breached_as_every_clock(desk_ledger, wang, zhao):
    _, number = await owed(desk_ledger, wang)
    desk_ledger.later(days=5)
    await desk_ledger.falls_due(await desk_ledger.clock(number, ClockKind.AFTERCARE))
    assert (await desk_ledger.clock(number, ClockKind.AFTERCARE)).breached_at is not None
    assert set(await told_of(desk_ledger, "breach")) == {"wang", "zhao"}


async def test_it_is_on_the_days_end_when_it_is_due(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    desk_ledger.later(days=5)
    (row,) = await listed(desk_ledger, "day_end")
    due = {reason.values["clock"] for reason in row.reasons if reason.code == "overdue"}
    assert (row.number, ClockKind.AFTERCARE in due) == (number, True)


async def test_another_day_agreed_with_the_customer_is_kept_with_its_reason(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await desk_ledger.step(form.number, "put_off", wang, until="2026-12-05", reason="新机缺货，客户同意等")
    clock = await desk_ledger.clock(number, ClockKind.AFTERCARE)
    assert clock.due_at is not None
    assert clock.due_at.astimezone(desk_ledger.policy.organisation.time_zone).isoformat()[:10] == "2026-12-05"
    with pytest.raises(NotExtendable):
        await desk_ledger.step(form.number, "put_off", wang, until="2027-12-05", reason="再等等")


async def test_it_is_done_only_when_the_customers_answer_is_on_record(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    with pytest.raises(NotThisStep):
        await answer(desk_ledger, form, wang)
    await desk_ledger.step(form.number, "not_reached", wang, what="响了三次没人接")
    await contact(desk_ledger, form, wang)
    with pytest.raises(Missing, match="said"):
        await desk_ledger.step(form.number, "reply", wang, reply="content")
    assert (await desk_ledger.clock(number, ClockKind.AFTERCARE)).stopped_at is None
    await answer(desk_ledger, form, wang)
    clock = await desk_ledger.clock(number, ClockKind.AFTERCARE)
    assert (clock.stopped_by_id, clock.breached_at) == (wang.id, None)


async def test_nobody_is_contacted_with_a_remedy_that_is_not_known(desk_ledger, wang):
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, "要曝光你们", signals=(Signal.MEDIA_THREAT,))
    assert hearing is not None
    await desk_ledger.do(
        lambda session: cases.resolve(
            session,
            number=hearing.number,
            remedy="",
            outcome="已说明",
            root_cause="误会",
            staff=wang,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    with pytest.raises(Missing, match="remedy"):
        await contact(desk_ledger, await paper(desk_ledger), wang)


async def test_a_content_answer_to_the_assistant_ends_it_by_itself(desk_ledger, wang):
    conversation, _ = await owed(desk_ledger, wang)
    await closed(desk_ledger, conversation, rating=5)
    form = await paper(desk_ledger)
    (step,) = await desk_ledger.all(select(FormStep).where(FormStep.form_id == form.id))
    assert (form.state, step.by_id, form.filled["rating"]) == ("answered", None, 5)


async def test_who_declines_the_remedy_has_the_case_again(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await answer(desk_ledger, form, wang, reply="declines")
    assert (await desk_ledger.case(number)).status is CaseStatus.OPEN
    assert (await paper(desk_ledger)).state == "answered"


async def test_the_list_shows_what_is_owed_whose_it_is_and_until_when(desk_ledger, wang):
    _, number = await owed(desk_ledger, wang)
    (row,) = await listed(desk_ledger, "remedies")
    clock = await desk_ledger.clock(number, ClockKind.AFTERCARE)
    assert (row.owner, row.due_at) == ("王芳", clock.due_at)
    assert row.reasons[0].values == {"what": "replacement", "case": number, "state": "aftercare.owed"}
    form = await paper(desk_ledger)
    await contact(desk_ledger, form, wang)
    await answer(desk_ledger, form, wang)
    assert await listed(desk_ledger, "remedies") == []


async def test_a_leaks_remedy_is_told_on_no_list(desk_ledger, wang):
    await solved(desk_ledger, wang, "我的身份证号被你们泄露了", category=Category.PRIVACY_LEAK)
    (row,) = await listed(desk_ledger, "remedies")
    assert row.reasons[0].values["what"] == "…"


# Rekindling watched (避免死灰复燃): same customer, same matter.


async def again(
    world: LedgerWorld, conversation: int, words: str, *facts: dict[str, Any], **differs: Any
) -> str:
    """The same customer complains anew, ten days later."""
    world.later(days=10)
    other = await world.another_conversation(conversation)
    hearing = await world.says(other, words, heard(*facts, **differs))
    assert hearing is not None
    return hearing.number


async def test_the_same_customer_with_the_same_matter_is_told_to_who_solved_it(desk_ledger, wang):
    conversation, first = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    assert second != first
    await looked(desk_ledger)
    assert await told_of(desk_ledger, "rekindled") == ["wang"]
    (entry,) = [one for one in await desk_ledger.entries(first) if one.action == "case.rekindled"]
    assert entry.after == {"complaint": second, "signs": ["category", "product", "keyword"]}


async def test_it_is_told_once_however_often_is_looked(desk_ledger, wang):
    conversation, first = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    for _ in range(3):
        await looked(desk_ledger)
        desk_ledger.later(minutes=1)
    assert await told_of(desk_ledger, "rekindled") == ["wang"]
    assert (await desk_ledger.actions(first)).count("case.rekindled") == 1


@pytest.mark.parametrize(
    ("words", "facts", "differs", "found"),
    [
        ("冰箱又坏了", [FRIDGE], {}, ["category", "product", "keyword"]),
        ("单号还是那个", [order("DD123456")], {"category": Category.FEE_DISPUTE}, ["order_number"]),
        ("还是没解决", [], {"signals": (Signal.REPEAT_UNRESOLVED,)}, ["category", "unresolved"]),
        ("洗衣机漏水", [WASHER], {}, None),
        ("收费不对", [], {"category": Category.FEE_DISPUTE}, None),
    ],
)
async def test_what_is_the_same_matter_is_said_sign_by_sign(desk_ledger, wang, words, facts, differs, found):
    conversation, first = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE, order("DD123456"))
    second = await again(desk_ledger, conversation, words, *facts, **differs)
    rows = await listed(desk_ledger, "rekindled")
    if found is None:
        assert rows == []
        return
    (row,) = rows
    assert row.number == first
    assert codes(row) == ["came_again", *(f"again_{sign}" for sign in found)]
    assert row.reasons[0].values["case"] == second


async def test_another_customer_with_the_same_matter_is_nobody_coming_again(desk_ledger, wang):
    await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    desk_ledger.later(days=10)
    await desk_ledger.says(await desk_ledger.conversation(), "冰箱坏了", heard(FRIDGE))
    assert await listed(desk_ledger, "rekindled") == []


async def test_who_is_known_as_one_person_is_the_same_customer(desk_ledger, wang, zhao):
    _, first = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    desk_ledger.later(days=10)
    hearing = await desk_ledger.says(await desk_ledger.conversation("telegram"), "冰箱坏了", heard(FRIDGE))
    assert hearing is not None
    await one_person(desk_ledger, first, hearing.number, zhao)
    assert [row.number for row in await listed(desk_ledger, "rekindled")] == [first]


async def test_after_the_policys_window_it_is_another_matter(desk_ledger, wang):
    conversation, _ = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    desk_ledger.later(days=desk_ledger.policy.aftercare.rekindling.within.days)
    await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    assert await listed(desk_ledger, "rekindled") == []


async def test_what_a_drill_plays_rekindles_nothing_real(desk_ledger, wang):
    conversation, _ = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    moments = {"started_at": desk_ledger.now, "seen_at": desk_ledger.now}
    async with desk_ledger.database.transaction() as session:
        drill = Drill(name="315", digest="", script={}, faster=60, cast=False, **moments)
        session.add(drill)
        await session.flush()
        (await case_numbered(session, second)).drill_id = drill.id
    await looked(desk_ledger)
    assert await told_of(desk_ledger, "rekindled") == []
    assert await listed(desk_ledger, "rekindled") == []


async def test_it_leaves_the_list_when_the_new_complaint_is_solved(desk_ledger, wang):
    conversation, _ = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    await desk_ledger.resolve(second, wang)
    assert await listed(desk_ledger, "rekindled") == []


async def test_both_cases_carry_the_sign(desk_ledger, wang):
    conversation, first = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    (sign,) = (await read(desk_ledger, first)).again
    assert sign.complaint is not None
    assert sign.complaint.number == second
    (earlier,) = (await read(desk_ledger, second)).earlier
    assert (earlier.before.number, earlier.before.outcome) == (first, "换了新机")


async def test_whoever_solved_it_answers_the_new_complaint_too(desk_ledger, wang):
    li = await desk_ledger.staff("li", name="李雷")
    conversation, _ = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    await off_duty(desk_ledger, wang)
    await desk_ledger.on_duty("after_sales", li)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    assert (await desk_ledger.case(second)).owner_id == li.id
    await off_duty(desk_ledger, wang, on=True)
    await looked(desk_ledger)
    assert (await desk_ledger.case(second)).owner_id == wang.id
    assert sorted(filter(None, await told_of(desk_ledger, "rekindled"))) == ["li", "wang"]
    (passed,) = [one for one in await desk_ledger.entries(second) if one.action == "case.assigned"]
    assert passed.reason == "rekindled"


async def test_it_stays_with_whoever_has_answered_the_new_complaint_already(desk_ledger, wang):
    li = await desk_ledger.staff("li", name="李雷")
    conversation, _ = await solved(desk_ledger, wang, "冰箱坏了", FRIDGE)
    await off_duty(desk_ledger, wang)
    await desk_ledger.on_duty("after_sales", li)
    second = await again(desk_ledger, conversation, "冰箱又坏了", FRIDGE)
    await off_duty(desk_ledger, wang, on=True)
    await desk_ledger.do(
        lambda session: cases.progress(
            session, number=second, text="在查了", staff=li, policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    await looked(desk_ledger)
    assert (await desk_ledger.case(second)).owner_id == li.id


async def off_duty(world: LedgerWorld, person: Staff, on: bool = False) -> None:
    async def switch(session: Any) -> None:
        known = await accounts.by_username(session, person.username)
        await accounts.set_on_duty(session, staff=known, on_duty=on, now=world.now)

    await world.do(switch)


async def test_of_a_graded_case_a_list_says_only_that_it_is_so(desk_ledger, wang):
    conversation, _ = await solved(
        desk_ledger, wang, "冰箱的 APP 泄露了我的信息", FRIDGE, category=Category.PRIVACY_LEAK
    )
    await again(desk_ledger, conversation, "冰箱又泄露信息", FRIDGE, category=Category.PRIVACY_LEAK)
    (row,) = await listed(desk_ledger, "rekindled")
    assert codes(row) == ["came_again"]
    (case,) = await desk_ledger.all(select(Case).where(Case.number == row.number))
    assert case.secret_grade is SecretGrade.CONFIDENTIAL


# Rekindling watched: keywords, in what is said elsewhere.


async def test_a_post_that_names_the_case_is_told_to_who_solved_it(desk_ledger, wang):
    _, number = await solved(desk_ledger, wang)
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, "他们把我打发了")
    (mention,) = await desk_ledger.all(select(Mention))
    await desk_ledger.do(
        lambda session: mentions.link(
            session,
            mention_id=mention.id,
            number=number,
            staff=wang,
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert await told_of(desk_ledger, "rekindled") == ["wang"]
    (row,) = await listed(desk_ledger, "rekindled")
    assert (row.number, codes(row)) == (number, ["named_elsewhere"])


@pytest.mark.parametrize(
    ("words", "signs"),
    [
        ("订单 DD123456 到现在没人管", ["order_number"]),
        ("又一台冰箱起火了", ["product", "risk"]),
        ("冰箱不错", None),
        ("今天天气好", None),
    ],
)
async def test_a_post_with_the_cases_keywords_is_told_with_its_signs(desk_ledger, wang, words, signs):
    _, number = await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD123456"))
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, words)
    assert await told_of(desk_ledger, "rekindled") == (["wang"] if signs else [])
    rows = [(row.number, codes(row)) for row in await listed(desk_ledger, "rekindled")]
    assert rows == ([(number, ["resembles", *(f"again_{one}" for one in signs)])] if signs else [])


async def test_a_post_is_about_the_case_it_is_most_like(desk_ledger, wang):
    _, first = await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD123456"))
    await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD1234567"))
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, "订单 DD123456，冰箱起火没人管")
    assert [row.number for row in await listed(desk_ledger, "rekindled")] == [first]


async def test_a_post_that_is_like_many_cases_is_about_none_of_them(desk_ledger, wang):
    for _ in range(desk_ledger.policy.aftercare.rekindling.alike_at_most + 1):
        await solved(desk_ledger, wang, "冰箱起火了", FRIDGE)
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, "又一台冰箱起火了")
    assert await told_of(desk_ledger, "rekindled") == []


async def test_praise_and_what_was_said_before_it_was_solved_rekindle_nothing(desk_ledger, wang):
    await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD123456"))
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, "DD123456 处理得很快", feeling=Feeling.POSITIVE)
    await said_elsewhere(desk_ledger, "DD123456 冰箱起火", published_at=desk_ledger.now - timedelta(days=3))
    assert await told_of(desk_ledger, "rekindled") == []
    assert await listed(desk_ledger, "rekindled") == []


async def test_what_many_say_within_the_policys_time_is_told_once(desk_ledger, wang):
    await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD123456"))
    desk_ledger.later(days=2)
    for place in range(3):
        await said_elsewhere(desk_ledger, f"DD123456 没人管 {place}")
    assert await told_of(desk_ledger, "rekindled") == ["wang"]
    again = desk_ledger.policy.aftercare.rekindling.told_again_after
    desk_ledger.later(seconds=again.total_seconds())
    await said_elsewhere(desk_ledger, "DD123456 还是没人管")
    assert await told_of(desk_ledger, "rekindled") == ["wang", "wang"]


async def test_a_post_leaves_the_list_after_the_policys_days(desk_ledger, wang):
    await solved(desk_ledger, wang, "冰箱起火了", FRIDGE, order("DD123456"))
    desk_ledger.later(days=2)
    await said_elsewhere(desk_ledger, "DD123456 没人管")
    desk_ledger.later(seconds=desk_ledger.policy.aftercare.rekindling.mentions_for.total_seconds())
    assert await listed(desk_ledger, "rekindled") == []


async def test_severity_and_clock_are_the_policys(desk_ledger, wang):
    _, number = await severe(desk_ledger, wang)
    assert (await desk_ledger.case(number)).severity is Severity.SEVERE
    found = await desk_ledger.all(select(Clock).where(Clock.kind == ClockKind.AFTERCARE))
    assert [clock.length for clock in found] == [desk_ledger.policy.deadlines[ClockKind.AFTERCARE].length]
