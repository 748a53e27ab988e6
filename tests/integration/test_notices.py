"""Notices reach staff by each way on its own, over real SMTP and HTTP, and every delivery is on record."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import notices
from bot.channels.telegram import TelegramChannel
from bot.desk import Desk
from ledger.db import Database
from ledger.models import Case, Customer, Department, Entry, Notice, Staff
from ledger.policy import Email, Notices, Webhook
from ledger.services import clocks, entries, staff
from ledger.services.notices import tell
from ledger.services.special import words_for
from ledger.vocabulary import CaseType, ClockKind, Language, NoticeKind, NoticeState, Role, Way
from tests.emulator.desk import later, make_desk
from tests.emulator.server import Emulator, running

NUMBER = "QT-2026-000123"
CHAT = "9001"


@dataclass
class Mailbox:
    """An SMTP server's memory; ``refusal`` is answered instead of taking a mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusal: str | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


@dataclass
class Robot:
    """A group robot's memory; ``answers`` are given in order, then it takes everything."""

    url: str = ""
    calls: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    async def hear(self, request: Request) -> JSONResponse:
        self.calls.append((dict(request.query_params), await request.json()))
        status, body = self.answers.pop(0) if self.answers else (200, {"errcode": 0, "errmsg": "ok"})
        return JSONResponse(body, status)


@pytest.fixture
def mailbox(unused_tcp_port: int) -> Any:
    memory = Mailbox()
    controller = Controller(memory, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    yield memory
    controller.stop()


@pytest.fixture
async def robot(unused_tcp_port_factory: Any) -> AsyncIterator[Robot]:
    memory, port = Robot(), unused_tcp_port_factory()
    app = Starlette(routes=[Route("/robot/send", memory.hear, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn gives no event
        await asyncio.sleep(0.01)
    memory.url = f"http://127.0.0.1:{port}/robot/send?key=robot-key"
    yield memory
    server.should_exit = True
    await serving


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with running() as started:
        yield started


@pytest.fixture
async def desk(
    database: Database,
    tmp_path: Path,
    emulator: Emulator,
    mailbox: Mailbox,
    unused_tcp_port: int,
    robot: Robot,
) -> AsyncIterator[Desk]:
    """A desk with every way: Telegram, an SMTP server, a robot of each template."""
    hooks = tuple(
        Webhook(name=name, url=SecretStr(robot.url), template=name, secret=SecretStr("SEC"))  # type: ignore[arg-type]
        for name in ("json", "wecom", "dingtalk")
    )
    server = Email(host="127.0.0.1", port=unused_tcp_port, security="none", sender="Desk <desk@desk.example>")
    made = make_desk(
        database, tmp_path, notices=Notices(email=server, webhooks=hooks), telegram_api_base_url=emulator.url
    )
    channel = TelegramChannel(made, "4242:test-token", patience=1, long_poll=1)
    made.channels["telegram"] = channel
    await channel.start()
    yield made
    await channel.stop()


@pytest.fixture
async def duty(desk: Desk) -> Staff:
    """A supervisor who reads English, has an address and a linked chat."""
    async with desk.database.transaction() as session:
        created = await staff.create(
            session,
            username="dana",
            name="Dana Reyes",
            role=Role.SUPERVISOR,
            language=Language.EN,
            email="dana@desk.example",
            now=desk.now(),
        )
        code = await staff.link_code(session, staff=created.staff)
        return await staff.link_telegram(session, code=code, chat=CHAT, now=desk.now())


@pytest.fixture
async def told(desk: Desk, duty: Staff) -> dict[str, Notice]:
    """The notices of a special user, by way (webhooks by name)."""
    now = desk.now()
    async with desk.database.transaction() as session:
        customer = Customer(created_at=now, name="李娜", phone="13800000000")
        department = await session.scalar(select(Department).where(Department.key == "brand_operations"))
        session.add(customer)
        await session.flush()
        case = Case(
            number=NUMBER,
            pass_code="x",
            type=CaseType.COMPLAINT,
            customer_id=customer.id,
            channel="web",
            department=department,
            narrative="冰箱修了三次",
            opened_at=now,
            special_since=now,
            special_reasons=[
                {
                    "code": "media_threat",
                    "words": words_for("media_threat"),
                    "at": now.isoformat(),
                    "message_id": 1,
                }
            ],
        )
        session.add(case)
        await session.flush()
        await entries.record(session, case=case, actor=entries.ASSISTANT, action="case.opened", now=now)
        clock = await clocks.start(
            session, case=case, kind=ClockKind.HEADQUARTERS, policy=desk.policy, now=now
        )
        written = await tell(
            session,
            kind=NoticeKind.SPECIAL_USER,
            people=[duty],
            round="test",
            policy=desk.policy,
            now=now,
            case=case,
            clock=clock,
        )
        return {_name(notice): notice for notice in written}


def _name(notice: Notice) -> str:
    return str(notice.address) if notice.way is Way.WEBHOOK else notice.way.value


async def row(desk: Desk, notice: Notice) -> Notice:
    async with desk.database.transaction() as session:
        return await session.get_one(Notice, notice.id)


async def waiting_jobs(desk: Desk, notice: Notice) -> Sequence[Any]:
    """When the notice is to be sent again, for every job that waits; the first try's job has no time."""
    query = text(
        "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'notices.send'"
        " AND (args->>'notice_id')::bigint = :id AND scheduled_at IS NOT NULL ORDER BY id"
    )
    async with desk.database.transaction() as session:
        return (await session.scalars(query, {"id": notice.id})).all()


async def test_the_console_has_its_notice_at_once(desk: Desk, told: dict[str, Notice]) -> None:
    assert (await row(desk, told["console"])).state is NoticeState.SENT


async def test_telegram_gets_number_reasons_due_time_link_and_a_button(
    desk: Desk, told: dict[str, Notice], emulator: Emulator
) -> None:
    await notices.send(desk, told["telegram"].id)
    (sent,) = emulator.telegram.sent(chat=CHAT)
    assert NUMBER in sent.text
    assert "From: web chat" in sent.text
    assert words_for("media_threat")["en"] in sent.text
    assert "headquarters' acknowledgement" in sent.text
    assert f"{desk.settings.address}/desk/complaints/{NUMBER}" in sent.text
    ((button,),) = sent.arguments["reply_markup"]["inline_keyboard"]
    assert button["callback_data"] == f"ack:{NUMBER}"
    found = await row(desk, told["telegram"])
    assert (found.state, found.attempts) == (NoticeState.SENT, 1)
    assert found.sent_at is not None


@pytest.mark.parametrize("way", ["telegram", "email", "json", "wecom", "dingtalk"])
async def test_no_way_tells_more_of_the_customer_than_needed(
    way: str, desk: Desk, told: dict[str, Notice], emulator: Emulator, mailbox: Mailbox, robot: Robot
) -> None:
    await notices.send(desk, told[way].id)
    said = [call.text for call in emulator.telegram.sent()] + [mail.get_content() for mail in mailbox.mails]
    everything = " ".join([*said, *(str(body) for _, body in robot.calls)])
    assert NUMBER in everything
    assert not any(word in everything for word in ("李娜", "13800000000", "冰箱"))


async def test_email_is_a_plain_letter_to_the_person(
    desk: Desk, told: dict[str, Notice], mailbox: Mailbox
) -> None:
    await notices.send(desk, told["email"].id)
    (mail,) = mailbox.mails
    assert mail["To"] == "dana@desk.example"
    assert mail["Subject"].startswith(f"Special user {NUMBER}")
    assert mail.get_content().startswith("Dana Reyes,")
    assert (await row(desk, told["email"])).state is NoticeState.SENT


@pytest.mark.parametrize("template", ["wecom", "dingtalk"])
async def test_group_robots_get_their_own_form(
    template: str, desk: Desk, told: dict[str, Notice], robot: Robot
) -> None:
    await notices.send(desk, told[template].id)
    ((query, body),) = robot.calls
    assert body["msgtype"] == "markdown"
    assert NUMBER in str(body["markdown"])
    assert query["key"] == "robot-key"
    assert ("sign" in query) is (template == "dingtalk")


async def test_a_failure_is_recorded_and_tried_again_later(
    desk: Desk, told: dict[str, Notice], robot: Robot
) -> None:
    robot.answers = [(500, {})]
    now = desk.now()
    desk.now = lambda: now
    await notices.send(desk, told["json"].id)
    found = await row(desk, told["json"])
    assert (found.state, found.attempts, found.error) == (NoticeState.PENDING, 1, "answered 500")
    assert await waiting_jobs(desk, told["json"]) == [now + notices.PAUSES[0]]
    await notices.send(desk, told["json"].id)
    found = await row(desk, told["json"])
    assert (found.state, found.attempts, found.error) == (NoticeState.SENT, 2, None)


async def test_a_robot_that_answers_200_with_an_error_is_tried_again(
    desk: Desk, told: dict[str, Notice], robot: Robot
) -> None:
    robot.answers = [(200, {"errcode": 310000, "errmsg": "sign not match"})]
    await notices.send(desk, told["dingtalk"].id)
    found = await row(desk, told["dingtalk"])
    assert (found.state, found.error) == (NoticeState.PENDING, "refused with errcode 310000")


async def test_after_the_last_try_it_is_given_up_and_stands_in_the_ledger(
    desk: Desk, told: dict[str, Notice], mailbox: Mailbox
) -> None:
    mailbox.refusal = "451 try later"
    for _ in range(len(notices.PAUSES) + 1):
        await notices.send(desk, told["email"].id)
    found = await row(desk, told["email"])
    assert (found.state, found.attempts) == (NoticeState.FAILED, len(notices.PAUSES) + 1)
    assert len(await waiting_jobs(desk, told["email"])) == len(notices.PAUSES)
    async with desk.database.transaction() as session:
        entry = await session.scalar(select(Entry).where(Entry.action == "notice.failed"))
        assert entry is not None
        assert entry.after == {
            "way": "email",
            "kind": "special_user",
            "to": "dana",
            "attempts": found.attempts,
        }
        assert await entries.verify(session) is None


async def test_what_is_hopeless_is_given_up_at_once(
    desk: Desk, told: dict[str, Notice], emulator: Emulator
) -> None:
    emulator.telegram.fail("sendMessage", "forbidden")
    await notices.send(desk, told["telegram"].id)
    assert (await row(desk, told["telegram"])).state is NoticeState.FAILED
    assert await waiting_jobs(desk, told["telegram"]) == []


async def test_one_way_failing_hinders_no_other(
    desk: Desk, told: dict[str, Notice], emulator: Emulator, mailbox: Mailbox, robot: Robot
) -> None:
    emulator.telegram.fail("sendMessage", "gateway", times=9)
    mailbox.refusal = "451 try later"
    for notice in told.values():
        await notices.send(desk, notice.id)
    states = {name: (await row(desk, notice)).state for name, notice in told.items()}
    assert states.pop("telegram") is states.pop("email") is NoticeState.PENDING
    assert set(states.values()) == {NoticeState.SENT}


async def test_a_settled_notice_is_not_sent_again(desk: Desk, told: dict[str, Notice], robot: Robot) -> None:
    await notices.send(desk, told["json"].id)
    await notices.send(desk, told["json"].id)
    assert len(robot.calls) == 1


async def test_a_notice_that_comes_late_says_who_has_it_and_asks_for_nothing(
    desk: Desk, told: dict[str, Notice], duty: Staff, emulator: Emulator
) -> None:
    async with desk.database.transaction() as session:
        await clocks.acknowledge(session, number=NUMBER, staff=duty, now=desk.now())
    await notices.send(desk, told["telegram"].id)
    (sent,) = emulator.telegram.sent(chat=CHAT)
    assert sent.text.startswith(f"{NUMBER} was acknowledged by Dana Reyes")
    assert "reply_markup" not in sent.arguments


async def test_a_disabled_colleague_is_told_nothing(
    desk: Desk, told: dict[str, Notice], emulator: Emulator
) -> None:
    async with desk.database.transaction() as session:
        await staff.disable(session, username="dana", now=desk.now())
    await notices.send(desk, told["telegram"].id)
    await notices.send(desk, told["email"].id)
    assert emulator.telegram.sent() == []
    assert (await row(desk, told["email"])).state is NoticeState.FAILED


async def test_secrets_stay_out_of_logs_and_records(
    desk: Desk, told: dict[str, Notice], robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    robot.answers = [(500, {}), (200, {"errcode": 1})]
    for name in ("json", "dingtalk"):
        await notices.send(desk, told[name].id)
    errors = [str((await row(desk, told[name])).error) for name in ("json", "dingtalk")]
    recorded = caplog.text + " ".join(errors)
    assert "robot-key" not in recorded
    assert "SEC" not in recorded


async def test_a_time_on_another_day_says_which(
    desk: Desk, told: dict[str, Notice], emulator: Emulator
) -> None:
    later(desk, timedelta(days=-3))
    await notices.send(desk, told["telegram"].id)
    (sent,) = emulator.telegram.sent(chat=CHAT)
    assert re.search(r"Due: [A-Z][a-z]{2} \d+ \d\d:\d\d", sent.text)


@pytest.mark.parametrize(
    ("kind", "round", "page", "words"),
    [
        (NoticeKind.ALARM, "telegram:7", "/desk", "could not be taken"),
        (NoticeKind.ALARM, "engine:2026-11-22T06", "/desk", "cannot answer"),
        (NoticeKind.ALARM, "something:new", "/desk", "look in the console"),
        (NoticeKind.HUMAN_WANTED, "conversation:12:2026", "/desk/conversations/12", "waiting for a person"),
    ],
)
async def test_a_notice_about_no_case_says_what_it_is_about_and_where(
    kind: NoticeKind, round: str, page: str, words: str, desk: Desk, duty: Staff, emulator: Emulator
) -> None:
    async with desk.database.transaction() as session:
        written = await tell(
            session, kind=kind, people=[duty], round=round, policy=desk.policy, now=desk.now()
        )
    (notice,) = (one for one in written if one.way is Way.TELEGRAM)
    await notices.send(desk, notice.id)
    (sent,) = emulator.telegram.sent(chat=CHAT)
    assert words in sent.text
    assert sent.text.endswith(f"{desk.settings.address}{page}")
    assert "reply_markup" not in sent.arguments
