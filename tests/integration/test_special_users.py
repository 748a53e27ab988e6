"""Special users (特殊用户): flagged with reasons in words, and headquarters told at that moment."""

from dataclasses import replace

import pytest
import yaml

from ledger.errors import AlreadyAcknowledged, Missing, NotAllowed, NotSpecial
from ledger.heard import Heard
from ledger.models import Clock, Staff
from ledger.policy import Email, Notices, Webhook
from ledger.queue import SEND_NOTICE
from ledger.services import cases, clocks, departments, staff
from ledger.services.special import REASONS
from ledger.special import SPECIAL_SIGNALS
from ledger.vocabulary import ClockKind, Kind, Language, NoticeKind, Role, Signal
from tests.ledger_world import LedgerWorld

THREAT = (Signal.MEDIA_THREAT, Signal.REGULATOR_THREAT, Signal.REPEAT_UNRESOLVED)
IN_DESPAIR = Heard("despair", 0.9, Language.ZH_HANS, Kind.OTHER, None, (Signal.SELF_HARM,), emotion=3)


@pytest.fixture
async def duty(desk_ledger: LedgerWorld) -> Staff:
    """Somebody on duty at headquarters."""
    person = await desk_ledger.staff("zhao", name="赵敏")
    await desk_ledger.on_duty("headquarters", person)
    return person


async def acknowledge(world: LedgerWorld, number: str, person: Staff) -> Clock:
    return await world.do(
        lambda session: clocks.acknowledge(session, number=number, staff=person, now=world.now)
    )


def test_every_special_signal_has_its_reason_in_three_languages() -> None:
    words = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    assert set(words) >= SPECIAL_SIGNALS
    assert all(set(said) == set(Language) for said in words.values())


async def test_a_plain_complaint_is_not_special(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains(signals=(Signal.WANTS_HUMAN, Signal.COMPENSATION_DEMAND))
    assert not hearing.special
    assert await desk_ledger.clocks(hearing.number, ClockKind.HEADQUARTERS) == []


async def test_a_threat_flags_the_case_with_reasons_in_words(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    assert hearing.newly_special
    assert hearing.reasons == ["media_threat", "regulator_threat"]
    case = await desk_ledger.case(hearing.number)
    assert case.special_since == desk_ledger.now
    assert case.special_reasons[0]["words"]["en"] == "Says they will go to the press or make it public"
    [entry] = [one for one in await desk_ledger.entries(hearing.number) if one.action == "special.flagged"]
    assert entry.reason == "表示要找媒体或上网曝光；表示已经或要向监管部门、消协、热线投诉"


async def test_headquarters_has_thirty_minutes_from_that_moment(
    desk_ledger: LedgerWorld, duty: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation)
    desk_ledger.later(minutes=7)
    hearing = await desk_ledger.says(conversation, "再不解决我找记者", signals=THREAT)
    clock = await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)
    assert clock.started_at == desk_ledger.now
    assert (clock.due_at - clock.started_at).total_seconds() == 1800


async def test_the_duty_contact_sees_it_in_the_console_at_once(desk_ledger: LedgerWorld, duty: Staff) -> None:
    await desk_ledger.complains(signals=THREAT)
    [notice] = await desk_ledger.notices()
    assert (notice.staff_id, notice.way, notice.state) == (duty.id, "console", "sent")
    assert await desk_ledger.jobs(SEND_NOTICE) == []


async def test_the_notice_goes_out_by_every_configured_way(desk_ledger: LedgerWorld) -> None:
    desk_ledger.policy = desk_ledger.policy.model_copy(
        update={
            "notices": Notices(
                email=Email(host="mail.example", port=25, sender="desk@mail.example"),
                webhooks=(Webhook(name="group", url="https://robot.example/secret"),),
            )
        }
    )
    person = await desk_ledger.staff("zhao", email="zhao@mail.example")
    code = await desk_ledger.do(lambda session: staff.link_code(session, staff=person))
    await desk_ledger.do(
        lambda session: staff.link_telegram(session, code=code, chat="42", now=desk_ledger.now)
    )
    await desk_ledger.on_duty("headquarters", person)
    await desk_ledger.complains(signals=THREAT)
    notices = {notice.way: notice for notice in await desk_ledger.notices()}
    assert set(notices) == {"console", "telegram", "email", "webhook"}
    assert notices["telegram"].address == "42"
    assert (notices["webhook"].staff_id, notices["webhook"].address) == (None, "group")
    jobs = {job.args["notice_id"] for job in await desk_ledger.jobs(SEND_NOTICE)}
    assert jobs == {notice.id for way, notice in notices.items() if way != "console"}


async def test_a_robot_may_want_only_some_kinds(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hook = Webhook(name="group", url="https://robot.example", kinds=frozenset({"breach"}))
    desk_ledger.policy = desk_ledger.policy.model_copy(update={"notices": Notices(webhooks=(hook,))})
    await desk_ledger.complains(signals=THREAT)
    assert [notice.way for notice in await desk_ledger.notices()] == ["console"]


async def test_the_department_a_threat_concerns_is_told_beforehand(
    desk_ledger: LedgerWorld, duty: Staff
) -> None:
    brand = await desk_ledger.staff("brand")
    await desk_ledger.on_duty("brand_operations", brand)
    await desk_ledger.complains(signals=(Signal.MEDIA_THREAT,))
    assert [who for _, who, _ in await desk_ledger.told()] == ["zhao", "brand"]


async def test_with_nobody_on_duty_everybody_above_the_agents_is_told(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("agent")
    await desk_ledger.staff("boss", Role.SUPERVISOR)
    await desk_ledger.staff("root", Role.ADMINISTRATOR)
    await desk_ledger.complains(signals=THREAT)
    assert {who for _, who, _ in await desk_ledger.told()} == {"boss", "root"}


async def test_the_same_threat_again_tells_nobody_twice(desk_ledger: LedgerWorld, duty: Staff) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, signals=THREAT)
    again = await desk_ledger.says(conversation, "我真的找记者", signals=THREAT)
    assert not again.newly_special
    assert len(await desk_ledger.notices()) == 1
    assert len(await desk_ledger.clocks(again.number, ClockKind.HEADQUARTERS)) == 1


async def test_a_graver_danger_is_told_on_the_same_clock(desk_ledger: LedgerWorld, duty: Staff) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, signals=THREAT)
    hearing = await desk_ledger.says(conversation, "我不想活了", signals=(Signal.SELF_HARM,))
    assert hearing.reasons == ["media_threat", "regulator_threat", "self_harm"]
    told = [notice for notice in await desk_ledger.notices() if notice.kind == NoticeKind.SPECIAL_USER]
    assert len(told) == 2
    assert len(await desk_ledger.clocks(hearing.number, ClockKind.HEADQUARTERS)) == 1
    assert (await desk_ledger.actions(hearing.number)).count("special.graver") == 1


async def test_a_graver_danger_after_the_acknowledgement_needs_another(
    desk_ledger: LedgerWorld, duty: Staff
) -> None:
    conversation = await desk_ledger.conversation()
    hearing = await desk_ledger.says(conversation, signals=THREAT)
    await acknowledge(desk_ledger, hearing.number, duty)
    desk_ledger.later(hours=2)
    await desk_ledger.says(conversation, "我不想活了", signals=(Signal.SELF_HARM,))
    first, second = await desk_ledger.clocks(hearing.number, ClockKind.HEADQUARTERS)
    assert first.stopped_by_id == duty.id
    assert (second.started_at, second.stopped_at) == (desk_ledger.now, None)


async def test_somebody_in_danger_who_does_not_complain_opens_a_contact(
    desk_ledger: LedgerWorld, duty: Staff
) -> None:
    hearing = await desk_ledger.says(await desk_ledger.conversation(), "不想活了", IN_DESPAIR)
    assert (hearing.type, hearing.opened, hearing.newly_special) == ("contact", True, True)
    assert hearing.severity == "severe"


async def test_who_was_special_before_is_special_again(desk_ledger: LedgerWorld, duty: Staff) -> None:
    conversation = await desk_ledger.conversation()
    await desk_ledger.says(conversation, signals=THREAT)
    message = await desk_ledger.message(conversation, "另外一件事")
    second = await desk_ledger.do(
        lambda session: cases.new_matter(
            session,
            message_id=message,
            heard=replace(IN_DESPAIR, kind=Kind.COMPLAINT, signals=()),
            policy=desk_ledger.policy,
            now=desk_ledger.now,
        )
    )
    assert second.reasons == ["special_before"]


async def test_staff_may_flag_by_their_own_judgement(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains()

    def flag(reason):
        return desk_ledger.do(
            lambda session: cases.flag(
                session,
                number=hearing.number,
                reason=reason,
                staff=duty,
                policy=desk_ledger.policy,
                now=desk_ledger.now,
            )
        )

    with pytest.raises(Missing):
        await flag("")
    await flag("市长的亲戚")
    case = await desk_ledger.case(hearing.number)
    assert case.special_reasons[0]["words"]["en"] == "市长的亲戚"
    assert await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)


async def test_acknowledging_stops_the_clock_in_a_persons_name(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    desk_ledger.later(minutes=5)
    clock = await acknowledge(desk_ledger, hearing.number, duty)
    assert (clock.stopped_by_id, clock.stopped_at) == (duty.id, desk_ledger.now)
    entry = (await desk_ledger.entries(hearing.number))[-1]
    assert (entry.action, entry.actor, entry.reason) == ("clock.stopped", "zhao", "acknowledged")


async def test_an_agent_elsewhere_may_not_acknowledge(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    stranger = await desk_ledger.staff("stranger")
    with pytest.raises(NotAllowed):
        await acknowledge(desk_ledger, hearing.number, stranger)
    assert (await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)).stopped_at is None


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
async def test_supervisors_and_administrators_may_acknowledge(desk_ledger: LedgerWorld, role: Role) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    person = await desk_ledger.staff("person", role)
    assert (await acknowledge(desk_ledger, hearing.number, person)).stopped_by_id == person.id


@pytest.mark.parametrize("office", ["head", "delegate"])
async def test_head_and_delegate_of_headquarters_may_acknowledge(
    desk_ledger: LedgerWorld, office: str
) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    person = await desk_ledger.staff("person")
    name_them = getattr(departments, f"set_{office}")
    await desk_ledger.do(
        lambda session: name_them(
            session, key="headquarters", by=None, now=desk_ledger.now, **{office: person}
        )
    )
    assert await acknowledge(desk_ledger, hearing.number, person)


async def test_a_disabled_account_may_not_acknowledge(desk_ledger: LedgerWorld) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    await desk_ledger.staff("boss", Role.SUPERVISOR)
    gone = await desk_ledger.do(lambda session: staff.disable(session, username="boss", now=desk_ledger.now))
    with pytest.raises(NotAllowed):
        await acknowledge(desk_ledger, hearing.number, gone)


async def test_the_second_to_acknowledge_is_told_who_was_first(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    await acknowledge(desk_ledger, hearing.number, duty)
    await acknowledge(desk_ledger, hearing.number, duty)
    boss = await desk_ledger.staff("boss", Role.SUPERVISOR)
    with pytest.raises(AlreadyAcknowledged) as told:
        await acknowledge(desk_ledger, hearing.number, boss)
    assert told.value.by == "赵敏"


async def test_an_ordinary_case_has_nothing_to_acknowledge(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains()
    with pytest.raises(NotSpecial):
        await acknowledge(desk_ledger, hearing.number, duty)


async def test_resolving_does_not_stop_headquarters_clock(desk_ledger: LedgerWorld, duty: Staff) -> None:
    hearing = await desk_ledger.complains(signals=THREAT)
    await desk_ledger.resolve(hearing.number, duty)
    assert (await desk_ledger.clock(hearing.number, ClockKind.HEADQUARTERS)).stopped_at is None
    assert (await desk_ledger.clock(hearing.number, ClockKind.FIRST_RESPONSE)).stopped_by_id == duty.id


async def test_nobody_on_duty_is_known(desk_ledger: LedgerWorld) -> None:
    assert await desk_ledger.do(lambda session: departments.nobody_on_duty(session, desk_ledger.now))
    person = await desk_ledger.staff("zhao")
    await desk_ledger.on_duty("headquarters", person)
    assert not await desk_ledger.do(lambda session: departments.nobody_on_duty(session, desk_ledger.now))
    await desk_ledger.do(
        lambda session: staff.set_on_duty(session, staff=person, on_duty=False, now=desk_ledger.now)
    )
    assert await desk_ledger.do(lambda session: departments.nobody_on_duty(session, desk_ledger.now))
