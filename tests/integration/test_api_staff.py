"""The staff's API: closed by default, then what each route does."""

import asyncio
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from bot import api
from ledger.models import Staff
from ledger.vocabulary import Role
from tests.served_desk import PASSWORD, ServedDesk

CUSTOMERS = "/api/v1/chat"
SIGN_IN = ("POST", "/api/v1/session")
ENTERED = {
    "channel": "phone",
    "narrative": "冰箱修了三次都没修好",
    "category": "product_quality",
    "remedies": ["refund"],
    "phone": "13800138000",
    "consented": True,
}


def staff_routes() -> list[tuple[str, str]]:
    """Method and address of every route of the API that is not the customers'."""
    app = FastAPI()
    for router in api.routers:
        app.include_router(router)
    paths = app.openapi()["paths"]
    routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    return [
        (method, path)
        for method, path in routes
        if path.startswith("/api/") and not path.startswith(CUSTOMERS) and (method, path) != SIGN_IN
    ]


@pytest.fixture
async def agent(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff())


@pytest.fixture
async def supervisor(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff("lin", Role.SUPERVISOR, "林主任"))


async def enter(served: ServedDesk, header: dict[str, str], **changes: Any) -> str:
    answer = await served.client.post("/api/v1/complaints", json={**ENTERED, **changes}, headers=header)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["complaint"]["number"])


async def test_without_a_credential_every_route_of_the_staff_is_closed(served: ServedDesk) -> None:
    routes = staff_routes()
    for method, path in routes:
        address = re.sub(r"{\w+}", "1", path.replace("{number}", "QT-2026-000001"))
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "qingting_session=wrong"}):
            answer = await served.client.request(method, address, headers=header)

            assert answer.status_code == 401, (method, path, header)
            assert answer.headers["content-type"] == "application/problem+json"
    assert len(routes) >= 16


async def test_a_customers_token_opens_nothing_of_the_staff(served: ServedDesk) -> None:
    visitor = await served.visitor()

    answer = await served.client.get("/api/v1/complaints", headers=visitor.header)

    assert answer.status_code == 401


async def test_a_phone_complaint_is_entered_and_read_with_everything_about_it(
    served: ServedDesk, agent: dict[str, str]
) -> None:
    answer = await served.client.post("/api/v1/complaints", json=ENTERED, headers=agent)

    number = answer.json()["complaint"]["number"]
    assert answer.headers["location"] == f"/api/v1/complaints/{number}"
    detail = (await served.client.get(f"/api/v1/complaints/{number}", headers=agent)).json()
    assert detail["complaint"]["owner"] == "王芳"
    assert detail["complaint"]["category"] == "product_quality"
    assert detail["narrative"] == ENTERED["narrative"]
    assert detail["customer"]["phone"]
    assert [entry["position"] for entry in detail["entries"]] == list(range(1, len(detail["entries"]) + 1))
    assert {clock["kind"] for clock in detail["clocks"]} >= {"first_response"}
    assert set(detail) >= {"tasks", "conversations", "transcript", "pass_code"}


async def test_special_users_stand_first(served: ServedDesk, agent: dict[str, str]) -> None:
    special = await enter(served, agent, signals=["media_threat"])
    plain = await enter(served, agent, phone="13900139000")

    items = (await served.client.get("/api/v1/complaints", headers=agent)).json()["items"]

    assert [(item["number"], item["special"]) for item in items] == [(special, True), (plain, False)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=open", 2),
        ("state=resolved", 0),
        ("special=true", 1),
        ("special=false", 1),
        ("category=product_quality", 1),
        ("category=fee_dispute", 1),
        ("owner=me", 2),
        ("owner=none", 0),
        ("q=冰箱", 1),
        ("q=冰箱 没修好", 1),
        ("q=100%25", 0),
        ("type=contact", 0),
        ("channel=walk_in", 1),
        ("opened_before=2020-01-01T00:00:00Z", 0),
        ("department=nowhere", 0),
    ],
)
async def test_the_list_is_narrowed_by_what_is_asked(
    served: ServedDesk, agent: dict[str, str], query: str, found: int
) -> None:
    await enter(served, agent)
    await enter(
        served,
        agent,
        narrative="多收了我一百块,不退我就找记者",
        category="fee_dispute",
        channel="walk_in",
        signals=["media_threat"],
        phone="13900139000",
    )

    answer = await served.client.get(f"/api/v1/complaints?{query}", headers=agent)

    assert len(answer.json()["items"]) == found


@pytest.mark.parametrize("sort", ["-opened_at", "opened_at", "due_at", "-severity"])
async def test_pages_follow_one_another_without_gap_or_double(
    served: ServedDesk, agent: dict[str, str], sort: str
) -> None:
    numbers = {await enter(served, agent, phone=f"1380013800{last}") for last in range(5)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2, "sort": sort} | ({"cursor": cursor} if cursor else {})
        page = (await served.client.get("/api/v1/complaints", params=query, headers=agent)).json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next"]

    assert len(seen) == 5
    assert set(seen) == numbers


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ('[1, "2026-01-01T00:00:00+00:00", 3]', 200),  # nobody stands there, but it is a place of this list
        ("[1, 2, 3]", 422),
        ('[9, "2026-01-01T00:00:00+00:00", 3]', 422),
        ('[1, "2026-01-01T00:00:00", 3]', 422),
        ('[1, "2026-01-01T00:00:00+00:00", NaN]', 422),
        ('["a", "b", "c"]', 422),
        ("{}", 422),
        ("!!", 422),
    ],
)
async def test_a_cursor_of_somebody_elses_making_is_refused(
    served: ServedDesk, agent: dict[str, str], place: str, status: int
) -> None:
    cursor = urlsafe_b64encode(place.encode()).decode()
    answer = await served.client.get("/api/v1/complaints", params={"cursor": cursor}, headers=agent)
    assert answer.status_code == status


async def test_an_unknown_number_is_not_found(served: ServedDesk, agent: dict[str, str]) -> None:
    for method, what in (("GET", ""), ("POST", "/acknowledge")):
        answer = await served.client.request(method, f"/api/v1/complaints/QT-1-1{what}", headers=agent)

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_headquarters_clock_is_stopped_in_the_name_of_who_acknowledges(
    served: ServedDesk, agent: dict[str, str], supervisor: dict[str, str]
) -> None:
    number = await enter(served, agent, signals=["media_threat"])
    running = await clocks(served, agent, state="open", kind="headquarters")

    refused = await served.client.post(f"/api/v1/complaints/{number}/acknowledge", headers=agent)
    answer = await served.client.post(f"/api/v1/complaints/{number}/acknowledge", headers=supervisor)

    assert [clock["complaint"] for clock in running] == [number]
    assert refused.status_code == 403
    assert (answer.status_code, answer.json()["stopped_by"]) == (200, "林主任")
    (stopped,) = await clocks(served, agent, state="stopped", kind="headquarters")
    assert stopped | {"kind": "headquarters", "stopped_by": "林主任", "breached_at": None} == stopped
    assert await clocks(served, agent, state="open", kind="headquarters") == []


async def clocks(served: ServedDesk, header: dict[str, str], **query: str) -> list[dict[str, Any]]:
    answer = await served.client.get("/api/v1/clocks", params=query, headers=header)
    return list(answer.json()["items"])


async def test_what_waits_for_nobody_cannot_be_acknowledged(
    served: ServedDesk, agent: dict[str, str], supervisor: dict[str, str]
) -> None:
    number = await enter(served, agent)

    answer = await served.client.post(f"/api/v1/complaints/{number}/acknowledge", headers=supervisor)

    assert answer.status_code == 409


async def test_a_case_is_worked_solved_and_taken_up_again(served: ServedDesk, agent: dict[str, str]) -> None:
    number = await enter(served, agent)
    solution = {"remedy": "refund", "outcome": "已退款", "root_cause": "配件缺货"}

    async def post(what: str, body: dict[str, str]) -> Any:
        return await served.client.post(f"/api/v1/complaints/{number}/{what}", json=body, headers=agent)

    told = await post("progress", {"text": "配件明天到"})
    solved = await post("resolve", solution)
    twice = await post("resolve", solution)
    again = await post("reopen", {"reason": "又坏了"})

    assert [answer.status_code for answer in (told, solved, twice, again)] == [200, 200, 409, 200]
    assert (solved.json()["state"], again.json()["state"]) == ("resolved", "open")


async def test_a_revisit_by_phone_closes_the_case_or_reopens_it(
    served: ServedDesk, agent: dict[str, str]
) -> None:
    number = await enter(served, agent)
    address = f"/api/v1/complaints/{number}"
    solution = {"remedy": "refund", "outcome": "退款已到账", "root_cause": "配件缺货"}
    await served.client.post(f"{address}/resolve", json=solution, headers=agent)

    unhappy = await served.client.post(
        f"{address}/revisit", json={"rating": 1, "opinion": "还是坏的"}, headers=agent
    )
    too_early = await served.client.post(f"{address}/revisit", json={"rating": 5}, headers=agent)
    await served.client.post(f"{address}/resolve", json=solution, headers=agent)
    content = await served.client.post(f"{address}/revisit", json={"rating": 5}, headers=agent)

    assert (unhappy.json()["state"], too_early.status_code) == ("open", 409)
    assert (content.json()["state"], content.json()["stage"]) == ("resolved", "closed")
    assert await clocks(served, agent, state="open", kind="revisit") == []


async def test_a_promised_call_is_a_task_with_a_clock_until_it_is_made(
    served: ServedDesk, agent: dict[str, str]
) -> None:
    number = await enter(served, agent)
    due = datetime.now(UTC) + timedelta(hours=2)

    promised = await served.client.post(
        f"/api/v1/complaints/{number}/tasks",
        json={"note": "回电说明", "due_at": due.isoformat()},
        headers=agent,
    )
    (clock,) = await clocks(served, agent, state="open", kind="promised_call")
    done = await served.client.post(
        f"/api/v1/tasks/{promised.json()['id']}/done", json={"note": "说好了"}, headers=agent
    )

    assert promised.status_code == 201
    assert datetime.fromisoformat(clock["due_at"]) == due
    assert done.json()["done_by"] == "王芳"
    assert await clocks(served, agent, state="open", kind="promised_call") == []


async def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told_who(
    served: ServedDesk, agent: dict[str, str], supervisor: dict[str, str]
) -> None:
    visitor = await served.visitor()
    address = f"/api/v1/conversations/{visitor.conversation}/take"

    answers = await asyncio.gather(
        *(served.client.post(address, headers=header) for header in (agent, supervisor))
    )

    winner, loser = sorted(answers, key=lambda answer: answer.status_code)
    assert (winner.status_code, loser.status_code) == (200, 409)
    assert winner.json()["holder"] == loser.json()["holder"]


async def test_only_the_holder_speaks_and_hands_back(served: ServedDesk, agent: dict[str, str]) -> None:
    visitor = await served.visitor()
    address = f"/api/v1/conversations/{visitor.conversation}"

    early = await served.client.post(f"{address}/messages", json={"text": "您好"}, headers=agent)
    await served.client.post(f"{address}/take", headers=agent)
    sent = await served.client.post(f"{address}/messages", json={"text": "您好"}, headers=agent)
    back = await served.client.post(f"{address}/release", headers=agent)
    read = await served.client.get(address, headers=agent)

    assert [answer.status_code for answer in (early, sent, back)] == [409, 202, 200]
    assert (read.json()["holding"], read.json()["holder"]) == ("bot", None)
    assert sent.json()["id"] in [line["id"] for line in read.json()["messages"]]


async def test_an_unknown_conversation_is_not_found(served: ServedDesk, agent: dict[str, str]) -> None:
    for method, what in (("GET", ""), ("POST", "/take"), ("POST", "/release")):
        answer = await served.client.request(method, f"/api/v1/conversations/999{what}", headers=agent)

        assert answer.status_code == 404


async def sign_in(served: ServedDesk, password: str = PASSWORD, username: str = "wang") -> Any:
    given = {"username": username, "password": password}
    return await served.client.post("/api/v1/session", json=given)


async def test_a_session_is_opened_by_password_and_ended(served: ServedDesk) -> None:
    await served.staff()

    opened = await sign_in(served)
    cookie = opened.headers["set-cookie"].lower()
    inside = await served.client.get("/api/v1/session")
    ended = await served.client.delete("/api/v1/session", headers={"Sec-Fetch-Site": "same-origin"})
    outside = await served.client.get("/api/v1/session")

    assert (opened.status_code, opened.json()["role"]) == (201, "agent")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (inside.json()["username"], ended.status_code, outside.status_code) == ("wang", 204, 401)


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(served: ServedDesk) -> None:
    await served.staff()

    wrong, unknown = await sign_in(served, "wrong"), await sign_in(served, username="nobody")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_a_password_cannot_be_found_by_trying(served: ServedDesk) -> None:
    await served.staff()

    for _ in range(5):
        await sign_in(served, "wrong")
    answer = await sign_in(served)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"X-Requested-With": "fetch"}, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({}, 403),
    ],
)
async def test_a_change_by_cookie_must_come_from_our_own_pages(
    served: ServedDesk, header: dict[str, str], status: int
) -> None:
    await served.staff()
    await sign_in(served)

    answer = await served.client.post("/api/v1/conversations/999/take", headers=header)

    assert answer.status_code == status


async def test_a_password_somebody_else_has_seen_must_be_changed_first(served: ServedDesk) -> None:
    person: Staff = await served.staff()
    async with served.desk.database.transaction() as session:
        (await session.get_one(Staff, person.id)).must_change_password = True
    await sign_in(served)
    own = {"Sec-Fetch-Site": "same-origin"}

    before = await served.client.get("/api/v1/complaints")
    change = {"current": PASSWORD, "new": "another-password-now"}
    changed = await served.client.post("/api/v1/session/password", json=change, headers=own)
    after = await served.client.get("/api/v1/complaints")

    assert (before.status_code, before.json()["code"]) == (403, "password_change_needed")
    assert (changed.status_code, after.status_code) == (200, 200)


@pytest.mark.parametrize("path", ["complaints/QT%00", "conversations/99999999999999999999"])
async def test_what_the_ledger_cannot_hold_is_refused_as_such(served: ServedDesk, path: str) -> None:
    header = await served.token_of(await served.staff())

    answer = await served.client.get(f"/api/v1/{path}", headers=header)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_clock_that_stands_still_has_no_due_time_and_says_what_is_left(
    served: ServedDesk, agent: dict[str, str]
) -> None:
    number = await enter(served, agent)
    path = f"/api/v1/complaints/{number}"
    await served.client.post(f"{path}/progress", json={"text": "在查"}, headers=agent)
    waiting = await served.client.post(f"{path}/wait", json={"reason": "等收据"}, headers=agent)
    assert waiting.json()["waiting"]["reason"] == "等收据"
    page = {"complaint": number, "state": "open", "limit": 1}
    first = (await served.client.get("/api/v1/clocks", params=page, headers=agent)).json()
    rest = {**page, "limit": 50, "cursor": first["next"]}
    listed = (
        first["items"]
        + (await served.client.get("/api/v1/clocks", params=rest, headers=agent)).json()["items"]
    )
    assert (listed[-1]["kind"], listed[-1]["due_at"]) == ("progress_update", None)
    assert 86_000 < listed[-1]["left"] <= 86_400
    assert (await served.client.post(f"{path}/wait", json={"reason": "x"}, headers=agent)).status_code == 409
    gone_on = await served.client.post(f"{path}/go-on", headers=agent)
    assert gone_on.json()["waiting"] is None
    assert (await served.client.post(f"{path}/go-on", headers=agent)).status_code == 409
