"""Item 2, routing (分派, playbook A2, B1, B3, B4): who answers, who takes part, who stands in."""

from datetime import time, timedelta
from typing import Any

import pytest

from ledger.crisis import recognised
from ledger.errors import BadLines, Missing, NoDelegate, NotAllowed
from ledger.heard import Heard
from ledger.models import Staff
from ledger.services import callbacks, cases, circle, crisis, departments, rostering
from ledger.services import staff as accounts
from ledger.services.rostering import Shift
from ledger.views import complaints
from ledger.views.handovers import first_responsible, holdings
from ledger.views.routing import Routing, routing
from ledger.vocabulary import Category, ClockKind, CrisisType, Kind, Language, Role, Signal
from tests.ledger_world import CHAT, LedgerWorld

MONDAY = 0
OFFICIAL = Heard("add_information", 0.9, Language.ZH_HANS, Kind.OTHER, None, (Signal.SPECIAL_IDENTITY,))


async def routed(desk: LedgerWorld, number: str) -> Routing:
    return await desk.do(
        lambda session: routing(session, number=number, told=frozenset(), policy=desk.policy, now=desk.now)
    )


async def kind_of(desk: LedgerWorld, number: str) -> CrisisType | None:
    return (await routed(desk, number)).crisis


async def head(desk: LedgerWorld, key: str, person: Staff, delegate: Staff | None = None) -> None:
    async def name(session: Any) -> None:
        await departments.set_head(session, key=key, head=person, by=None, now=desk.now)
        if delegate:
            await departments.set_delegate(session, key=key, delegate=delegate, by=None, now=desk.now)

    await desk.do(name)


async def off_duty(desk: LedgerWorld, person: Staff) -> None:
    await desk.do(lambda session: accounts.set_on_duty(session, staff=person, on_duty=False, now=desk.now))


async def roster(desk: LedgerWorld, key: str, *shifts: Shift) -> None:
    await desk.do(
        lambda session: rostering.set_roster(
            session, key=key, shifts=shifts, by=None, policy=desk.policy, now=desk.now
        )
    )


async def on_duty(desk: LedgerWorld, key: str) -> list[str]:
    async def read(session: Any) -> list[str]:
        place = await departments.department(session, key)
        return [person.username for person in await departments.duty(session, place, desk.now)]

    return await desk.do(read)


# Crisis type x category -> departments


@pytest.mark.parametrize(
    ("words", "differs", "kind"),
    [
        ("冰箱坏了", {}, CrisisType.PRODUCT_COMPLAINT),
        ("我要找记者", {"signals": (Signal.MEDIA_THREAT,)}, CrisisType.MEDIA_EXPOSURE),
        ("来了五次都没解决", {"signals": (Signal.REPEAT_UNRESOLVED,)}, CrisisType.LONG_UNRESOLVED),
        ("我是你们的经销商,货款不退", {}, CrisisType.DEALER_DISTURBANCE),
        ("we are your former dealer and you owe us", {}, CrisisType.DEALER_DISTURBANCE),
        ("我是你们同行,等着瞧", {}, CrisisType.COMPETITOR_DISTURBANCE),
        ("你们经销商骗人", {}, CrisisType.PRODUCT_COMPLAINT),
    ],
)
async def test_the_kind_of_crisis_is_read_off_what_the_case_holds(
    desk_ledger: LedgerWorld, words: str, differs: dict[str, Any], kind: CrisisType
) -> None:
    hearing = await desk_ledger.complains(words, **differs)
    assert await kind_of(desk_ledger, hearing.number) is kind


async def test_an_authority_is_a_kind_of_its_own_and_told_to_the_group(desk_ledger: LedgerWorld) -> None:
    message_id = await desk_ledger.message(await desk_ledger.conversation(), "这里是市场监管局")
    hearing = await desk_ledger.hear(message_id, OFFICIAL)
    assert hearing
    await desk_ledger.do(
        lambda session: callbacks.report_official(
            session, message_id=message_id, policy=desk_ledger.policy, now=desk_ledger.now
        )
    )
    found = await routed(desk_ledger, hearing.number)
    assert found.crisis is CrisisType.AUTHORITIES
    assert {place.key: place.parts for place in found.places}["headquarters"] == ("group",)
    assert [place.key for place in found.places][:2] == ["technology", "systems_management"]


async def test_a_case_open_for_too_long_becomes_a_long_unresolved_problem_by_itself(
    desk_ledger: LedgerWorld,
) -> None:
    person = await desk_ledger.staff("shen", name="沈")
    await desk_ledger.on_duty("after_sales", person)
    hearing = await desk_ledger.complains("发票金额不对", category=Category.FEE_DISPUTE)
    desk_ledger.later(days=8)
    look = lambda session: crisis.recognise_old(  # noqa: E731
        session, policy=desk_ledger.policy, now=desk_ledger.now
    )
    assert (await desk_ledger.do(look), await desk_ledger.do(look)) == (1, 0)
    assert (await desk_ledger.case(hearing.number)).crisis_type is CrisisType.LONG_UNRESOLVED
    assert ("crisis", "shen", "console") in await desk_ledger.told()


async def test_a_reopened_case_is_a_long_unresolved_problem(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains()
    person = await desk_ledger.staff("wang")
    await desk_ledger.resolve(hearing.number, person)
    await desk_ledger.do(
        lambda session: cases.reopen(
            session, number=hearing.number, reason="又坏了", staff=person,
            policy=desk_ledger.policy, now=desk_ledger.now,
        )
    )  # fmt: skip
    assert await kind_of(desk_ledger, hearing.number) is CrisisType.LONG_UNRESOLVED


async def test_every_department_of_the_table_is_told_and_shown_with_its_part(
    desk_ledger: LedgerWorld,
) -> None:
    for key in ("sales", "marketing", "after_sales", "customer_service"):
        await desk_ledger.on_duty(key, await desk_ledger.staff(key))
    hearing = await desk_ledger.complains("我是你们的经销商", category=Category.FEE_DISPUTE)
    found = await routed(desk_ledger, hearing.number)
    assert {place.key: place.parts for place in found.places} == {
        "customer_service": ("has_it", "solves"),
        "sales": ("leads", "solves"),
        "marketing": ("takes_part",),
        "after_sales": ("takes_part",),
    }
    told = {who for kind, who, _ in await desk_ledger.told() if kind == "crisis"}
    assert told == {"sales", "marketing", "after_sales"}


async def test_the_category_decides_with_the_kind_who_is_concerned(desk_ledger: LedgerWorld) -> None:
    answering = desk_ledger.policy.matrix.answering
    usual = CrisisType.PRODUCT_COMPLAINT
    assert answering(usual, Category.PRODUCT_QUALITY).leads == "after_sales"
    assert answering(usual, Category.PRIVACY_LEAK).leads == "technology"
    assert answering(CrisisType.MEDIA_EXPOSURE, Category.PRIVACY_LEAK).departments == (
        "brand_operations", "marketing", "public_relations",
    )  # fmt: skip


async def test_nobody_is_told_of_an_everyday_complaint(desk_ledger: LedgerWorld) -> None:
    for key in ("sales", "customer_service"):
        await desk_ledger.on_duty(key, await desk_ledger.staff(key))
    await desk_ledger.complains()
    assert "crisis" not in {kind for kind, _, _ in await desk_ledger.told()}


async def test_a_supervisor_sets_the_kind_with_a_reason_and_nothing_overrules_it(
    desk_ledger: LedgerWorld,
) -> None:
    await desk_ledger.on_duty("sales", await desk_ledger.staff("sales"))
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation)
    assert hearing
    lead = await desk_ledger.staff("lead", Role.SUPERVISOR)

    async def set_it(who: Staff, reason: str) -> None:
        await desk_ledger.do(
            lambda session: crisis.set_by_hand(
                session, number=hearing.number, crisis=CrisisType.COMPETITOR_DISTURBANCE, reason=reason,
                staff=who, policy=desk_ledger.policy, now=desk_ledger.now,
            )
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        await set_it(await desk_ledger.staff("agent"), "像同行")
    with pytest.raises(Missing):
        await set_it(lead, " ")
    await set_it(lead, "同一批账号")
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert (entry.action, entry.reason, entry.actor) == ("crisis.set", "同一批账号", "lead")
    assert ("crisis", "sales", "console") in await desk_ledger.told()
    await desk_ledger.says(conversation, "我要找记者", signals=(Signal.MEDIA_THREAT,))
    assert await kind_of(desk_ledger, hearing.number) is CrisisType.COMPETITOR_DISTURBANCE


async def test_a_policy_without_kinds_of_crisis_routes_by_category_as_before(
    desk_ledger: LedgerWorld,
) -> None:
    matrix = desk_ledger.policy.matrix.model_copy(update={"crisis": {}})
    desk_ledger.policy = desk_ledger.policy.model_copy(update={"matrix": matrix})
    hearing = await desk_ledger.complains("我是你们的经销商")
    assert [place.key for place in (await routed(desk_ledger, hearing.number)).places] == ["after_sales"]


# Head, delegate, duty roster by calendar


async def test_the_roster_says_who_is_on_duty_and_the_list_only_without_one(desk_ledger: LedgerWorld) -> None:
    day, night = await desk_ledger.staff("day"), await desk_ledger.staff("night")
    listed = await desk_ledger.staff("listed")
    await desk_ledger.on_duty("after_sales", listed)
    assert await on_duty(desk_ledger, "after_sales") == ["listed"]
    await roster(
        desk_ledger,
        "after_sales",
        Shift("day", MONDAY, time(9), time(18)),
        Shift("night", MONDAY, time(22), time(6)),
    )
    # It is Monday, 12:00 in Shanghai.
    assert await on_duty(desk_ledger, "after_sales") == ["day"]
    desk_ledger.later(hours=7)
    assert await on_duty(desk_ledger, "after_sales") == []
    desk_ledger.later(hours=9)
    assert await on_duty(desk_ledger, "after_sales") == ["night"]
    desk_ledger.later(hours=2)
    assert await on_duty(desk_ledger, "after_sales") == []
    await off_duty(desk_ledger, day)
    await off_duty(desk_ledger, night)
    desk_ledger.later(days=6, hours=6)
    assert await on_duty(desk_ledger, "after_sales") == []


async def test_a_day_with_shifts_of_its_own_does_not_follow_the_week(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("week")
    await desk_ledger.staff("spare")
    today = desk_ledger.now.date()
    await roster(
        desk_ledger,
        "sales",
        Shift("week", MONDAY, time(9), time(18)),
        Shift("spare", today, time(9), time(18)),
    )
    assert await on_duty(desk_ledger, "sales") == ["spare"]
    desk_ledger.later(days=7)
    assert await on_duty(desk_ledger, "sales") == ["week"]


async def test_a_roster_comes_from_a_file_and_a_bad_one_changes_nothing(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")

    async def take(text: str) -> list[str]:
        return await desk_ledger.do(
            lambda session: rostering.import_rosters(
                session, text=text, by=None, policy=desk_ledger.policy, now=desk_ledger.now
            )
        )

    head_line = "department,when,from,to,username\n"
    with pytest.raises(BadLines) as refused:
        await take(
            head_line
            + "sales,周一,09:00,18:00,wang\nsales,someday,9,18,wang\nnone,monday,09:00,18:00,nobody\n"
        )
    assert refused.value.faults == ((3, "when"), (4, "department"), (4, "username"))
    assert await on_duty(desk_ledger, "sales") == []
    assert await take(head_line + "sales,周一,09:00,18:00,wang\nsales,2026-12-01,22:00,24:00,wang\n") == [
        "sales"
    ]
    assert await on_duty(desk_ledger, "sales") == ["wang"]
    entry = (await desk_ledger.entries("desk"))[-1]
    assert (entry.action, entry.after["shifts"][0]) == ("department.roster", "monday 09:00-18:00 wang")


# Away without a delegate is refused


async def test_a_head_who_goes_without_a_delegate_is_refused_and_may_name_one_there(
    desk_ledger: LedgerWorld,
) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await head(desk_ledger, "sales", wang)
    with pytest.raises(NoDelegate):
        await off_duty(desk_ledger, wang)
    with pytest.raises(NoDelegate):
        await desk_ledger.do(lambda session: accounts.disable(session, username="wang", now=desk_ledger.now))
    await desk_ledger.do(
        lambda session: accounts.hand_over(session, staff=wang, delegate=li, now=desk_ledger.now)
    )
    named, gone = (await desk_ledger.entries("desk"))[-2:]
    assert (named.action, named.actor, named.after["staff"]) == ("department.delegate", "wang", "li")
    assert (gone.action, gone.after["to"]) == ("staff.on_duty", ["li"])


async def test_who_stands_in_may_not_go_either_while_the_head_is_away(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await head(desk_ledger, "sales", wang, li)
    await off_duty(desk_ledger, wang)
    with pytest.raises(NoDelegate):
        await off_duty(desk_ledger, li)
    with pytest.raises(NoDelegate):
        await desk_ledger.do(
            lambda session: departments.set_delegate(
                session, key="sales", delegate=None, by=None, now=desk_ledger.now
            )
        )


async def test_a_head_who_is_rostered_away_needs_a_delegate(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await head(desk_ledger, "sales", wang)
    shift = Shift("wang", MONDAY, time(9), time(11))
    with pytest.raises(NoDelegate):
        await roster(desk_ledger, "sales", shift)
    await head(desk_ledger, "sales", wang, li)
    await roster(desk_ledger, "sales", shift)

    async def answering(session: Any) -> list[str]:
        place = await departments.department(session, "sales")
        return [one.username for one in await circle.head_of(session, place, desk_ledger.now)]

    assert await desk_ledger.do(answering) == ["li"]


async def test_what_waits_for_a_head_who_is_away_goes_to_the_delegate(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await head(desk_ledger, "after_sales", wang, li)
    hearing = await desk_ledger.complains()
    assert hearing.owner == "wang"
    await off_duty(desk_ledger, wang)
    desk_ledger.later(hours=2)
    await desk_ledger.falls_due(await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE))
    assert {who for kind, who, _ in await desk_ledger.told() if kind == "breach"} >= {"wang", "li"}


# Same person for a returning customer when on duty


async def test_a_returning_customer_meets_the_same_person_while_on_duty_and_the_book_says_why(
    desk_ledger: LedgerWorld,
) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await desk_ledger.on_duty("after_sales", wang, li)
    conversation = await desk_ledger.conversation()
    first = await desk_ledger.says(conversation)
    assert first
    chosen = []
    for away in (False, True):
        if away:
            await off_duty(desk_ledger, wang)
        hearing = await desk_ledger.says(await desk_ledger.another_conversation(conversation))
        assert hearing
        opened = (await desk_ledger.entries(hearing.number))[0]
        chosen.append((hearing.owner, opened.after["because"]))
    assert first.owner == "wang"
    assert chosen == [("wang", "known_to_customer"), ("li", "fewest_cases")]


async def test_the_same_person_is_not_met_outside_their_shift(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await desk_ledger.on_duty("after_sales", wang, li)
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation)
    await roster(
        desk_ledger,
        "after_sales",
        Shift("wang", MONDAY, time(9), time(13)),
        Shift("li", MONDAY, time(13), time(18)),
    )
    desk_ledger.later(hours=2)
    again = await desk_ledger.says(await desk_ledger.another_conversation(conversation))
    assert again
    assert again.owner == "li"


# One first-responsible person, and the history of hand-overs


async def test_passing_on_keeps_the_first_responsible_on_record_with_how_long_each_had_it(
    desk_ledger: LedgerWorld,
) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await desk_ledger.on_duty("after_sales", wang)
    hearing = await desk_ledger.complains()
    desk_ledger.later(minutes=30)
    await desk_ledger.do(
        lambda session: cases.assign(
            session, number=hearing.number, reason="懂压缩机", staff=wang, owner=li, now=desk_ledger.now
        )
    )
    desk_ledger.later(hours=2)
    found = await desk_ledger.do(lambda session: complaints.complaint(session, hearing.number))
    assert found
    held = holdings(found.entries, found.clocks, now=desk_ledger.now)
    assert first_responsible(held) == "wang"
    assert [(one.owner, one.given_by, one.reason, one.lasted(desk_ledger.now)) for one in held] == [
        ("wang", "assistant", "fewest_cases", timedelta(minutes=30)),
        ("li", "wang", "懂压缩机", timedelta(hours=2)),
    ]


# Green channel


async def test_a_special_users_case_goes_to_all_departments_at_once_each_with_a_clock(
    desk_ledger: LedgerWorld,
) -> None:
    for key in ("brand_operations", "marketing", "public_relations"):
        await desk_ledger.on_duty(key, await desk_ledger.staff(key))
    hearing = await desk_ledger.complains("我要找记者", signals=(Signal.MEDIA_THREAT,))
    [opened] = [
        one for one in await desk_ledger.entries(hearing.number) if one.action == "green_channel.opened"
    ]
    assert opened.after["departments"] == [
        "after_sales", "brand_operations", "marketing", "public_relations",
    ]  # fmt: skip
    found = await routed(desk_ledger, hearing.number)
    due = {place.key: place.due_at for place in found.places if place.due_at}
    by = desk_ledger.now + desk_ledger.policy.routing.green_channel
    assert due == dict.fromkeys(("brand_operations", "marketing", "public_relations"), by)
    told = {who for kind, who, _ in await desk_ledger.told() if kind in ("crisis", "special_user")}
    assert told == {"brand_operations", "marketing", "public_relations"}


async def test_what_a_department_answers_stops_its_clock_and_not_the_first_response(
    desk_ledger: LedgerWorld,
) -> None:
    marketing = await desk_ledger.staff("mei")
    await desk_ledger.on_duty("marketing", marketing)
    hearing = await desk_ledger.complains("我要找记者", signals=(Signal.MEDIA_THREAT,))
    clock = next(
        one for one in await desk_ledger.clocks(hearing.number, ClockKind.GREEN_CHANNEL) if one.task_id
    )
    await desk_ledger.do(
        lambda session: cases.complete(
            session, task_id=clock.task_id, note="可以", staff=marketing, now=desk_ledger.now
        )
    )
    stopped = [one.stopped_at for one in await desk_ledger.clocks(hearing.number, ClockKind.GREEN_CHANNEL)]
    assert stopped.count(desk_ledger.now) == 1
    assert (await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE)).stopped_at is None


async def test_the_channel_opens_once_and_calls_who_comes_to_be_concerned(desk_ledger: LedgerWorld) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, "我要自杀", signals=(Signal.SELF_HARM,))
    assert hearing
    await desk_ledger.says(conversation, "真的", signals=(Signal.SELF_HARM,))
    opened = (await desk_ledger.actions(hearing.number)).count("green_channel.opened")
    before = len(await desk_ledger.clocks(hearing.number, ClockKind.GREEN_CHANNEL))
    await desk_ledger.says(conversation, "我要找记者", signals=(Signal.MEDIA_THREAT,))
    after = len(await desk_ledger.clocks(hearing.number, ClockKind.GREEN_CHANNEL))
    assert (opened, after - before) == (1, 3)


async def test_a_contact_that_shows_nothing_is_no_crisis(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.says(
        await desk_ledger.conversation(), "您好", CHAT, signals=(Signal.SPECIAL_IDENTITY,)
    )
    assert hearing
    case = await desk_ledger.case(hearing.number)
    after = desk_ledger.policy.routing.unresolved_after
    assert recognised(case, unresolved_after=after, now=desk_ledger.now) is None
