"""The customer's API, as a program or the widget uses it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger.db import Database
from ledger.vocabulary import Author
from tests import policies
from tests.served_desk import ServedDesk, serving

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
HTML = b"<html><script>alert(1)</script></html>"


async def test_a_session_is_opened_with_an_empty_object(served: ServedDesk) -> None:
    answer = await served.client.post("/api/v1/chat/sessions", json={})

    assert answer.status_code == 201
    assert set(answer.json()) == {"token", "conversation"}


async def test_a_session_is_opened_without_any_body(served: ServedDesk) -> None:
    assert (await served.client.post("/api/v1/chat/sessions")).status_code == 201


async def test_what_is_said_is_answered_in_order(served: ServedDesk) -> None:
    visitor = await served.visitor()

    said = await visitor.says("冰箱坏了", "a")

    assert said.status_code == 202
    first, second = await visitor.reads_until(2)
    assert first | {"id": said.json()["id"], "author": "customer", "text": "冰箱坏了"} == first
    assert second | {"author": "bot", "text": "记下了:冰箱坏了", "stage": "listen", "buttons": []} == second
    assert second["id"] > first["id"]


async def test_the_same_client_id_twice_is_one_message_and_one_answer(served: ServedDesk) -> None:
    visitor = await served.visitor()

    once, again = await asyncio.gather(visitor.says("冰箱坏了", "a"), visitor.says("冰箱坏了", "a"))

    assert once.json() == again.json()
    await visitor.reads_until(2)
    assert len(await visitor.reads(wait=1)) == 2


async def test_a_reader_who_waits_is_told_as_soon_as_there_is_something(served: ServedDesk) -> None:
    visitor = await served.visitor()
    waiting = asyncio.create_task(visitor.reads(wait=20))
    await asyncio.sleep(0.2)

    await visitor.says("在吗", "a")

    async with asyncio.timeout(5):
        assert (await waiting)[0]["text"] == "在吗"


async def test_a_reader_who_waits_for_nothing_gets_an_empty_list(served: ServedDesk) -> None:
    visitor = await served.visitor()

    assert await visitor.reads(wait=0.2) == []


async def test_nobody_reads_another_ones_conversation(served: ServedDesk) -> None:
    one, other = await served.visitor(), await served.visitor()
    await one.says("只给您看", "a")

    assert await other.reads() == []


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
async def test_without_the_right_token_nothing_is_read(served: ServedDesk, header: dict[str, str]) -> None:
    answer = await served.client.get("/api/v1/chat/messages", headers=header)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_token_itself_is_kept_nowhere(served: ServedDesk) -> None:
    visitor = await served.visitor()

    async with served.desk.database.transaction() as session:
        rows = (await session.connection()).exec_driver_sql("SELECT to_jsonb(c) FROM conversations c")
        assert visitor.token not in str((await rows).all())


async def test_a_message_that_is_too_long_is_refused_with_the_limit(served: ServedDesk) -> None:
    visitor = await served.visitor()

    fits = await visitor.says("长" * 10_000, "fits")
    answer = await visitor.says("长" * 10_001, "a")

    assert fits.status_code == 202
    assert (answer.status_code, answer.json()["limit"]) == (413, 10_000)


async def test_a_body_without_end_is_not_read(served: ServedDesk) -> None:
    visitor = await served.visitor()

    announced = await visitor.says("长" * 1_000_000, "a")
    unannounced = await served.client.post(
        "/api/v1/chat/messages", content=_some(2_000_000), headers=visitor.header
    )

    assert (announced.status_code, unannounced.status_code) == (413, 413)
    assert unannounced.json()["code"] == "message_too_long"


async def _some(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 50_000):
        yield b" " * 50_000


@pytest.mark.parametrize("text", ["", "  \n", "\x00"])
async def test_a_message_needs_words(served: ServedDesk, text: str) -> None:
    answer = await (await served.visitor()).says(text, "a")

    assert (answer.status_code, answer.json()["code"]) == (422, "message_empty")


async def test_what_is_missing_is_named(served: ServedDesk) -> None:
    visitor = await served.visitor()

    answer = await served.client.post("/api/v1/chat/messages", json={"text": "x"}, headers=visitor.header)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "body.client_id"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_flood_is_held_off_and_nothing_of_it_is_lost(database_url: str, tmp_path: Path) -> None:
    policy = policies.at_once()
    policy = policy.model_copy(update={"limits": policy.limits.model_copy(update={"messages_a_minute": 3})})
    async with serving(database_url, tmp_path, policy=policy) as served:
        visitor = await served.visitor()
        answers = [await visitor.says(f"第{number}条", f"m{number}") for number in range(5)]

        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert int(answers[3].headers["retry-after"]) == answers[3].json()["retry_after"] > 0
        assert len([line for line in await visitor.reads_until(6) if line["author"] == "customer"]) == 3


async def test_a_photo_is_kept_and_handed_out_to_its_sender_only(served: ServedDesk) -> None:
    visitor, stranger = await served.visitor(), await served.visitor()

    sent = await served.client.post(
        "/api/v1/chat/files",
        files={"file": ("../冰箱.png", PNG, "text/html")},
        data={"text": "就是这里", "client_id": "p"},
        headers=visitor.header,
    )

    assert sent.status_code == 202
    line = (await visitor.reads())[0]
    (file,) = line["files"]
    assert (line["text"], file["name"], file["media_type"], file["size"]) == (
        "就是这里",
        "冰箱.png",
        "image/png",
        len(PNG),
    )
    got = await served.client.get(f"/api/v1/chat/files/{file['id']}", headers=visitor.header)
    assert (got.content, got.headers["content-type"]) == (PNG, "image/png")
    assert got.headers["x-content-type-options"] == "nosniff"
    refused = await served.client.get(f"/api/v1/chat/files/{file['id']}", headers=stranger.header)
    assert refused.status_code == 404


async def test_a_file_is_what_its_bytes_are_and_not_what_it_is_called(served: ServedDesk) -> None:
    visitor = await served.visitor()

    answer = await served.client.post(
        "/api/v1/chat/files", files={"file": ("photo.png", HTML, "image/png")}, headers=visitor.header
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "file_kind")


async def test_a_document_comes_as_a_download(served: ServedDesk) -> None:
    visitor = await served.visitor()
    await served.client.post(
        "/api/v1/chat/files", files={"file": ("发票.pdf", b"%PDF-1.7 ...", "x/y")}, headers=visitor.header
    )

    (file,) = (await visitor.reads())[0]["files"]
    got = await served.client.get(f"/api/v1/chat/files/{file['id']}", headers=visitor.header)

    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in got.headers["content-security-policy"]


async def test_a_file_that_is_too_large_is_refused(served: ServedDesk) -> None:
    visitor = await served.visitor()
    megabytes = served.desk.policy.limits.file_megabytes

    answers = [
        await served.client.post(
            "/api/v1/chat/files",
            files={"file": ("a.png", PNG + b"\x00" * size, "image/png")},
            headers=visitor.header,
        )
        for size in (megabytes * 1_000_000, megabytes * 1_000_000 + 200_000)
    ]

    assert [answer.status_code for answer in answers] == [413, 413]


async def test_while_the_database_is_away_the_sender_is_told_to_try_again(served: ServedDesk) -> None:
    visitor = await served.visitor()
    served.desk.database = Database("postgresql+psycopg://nobody@/nothing?host=/nonexistent")

    answer = await visitor.says("在吗", "a")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "5"


async def test_every_message_says_who_wrote_it(served: ServedDesk) -> None:
    visitor = await served.visitor()
    header = await served.token_of(await served.staff())
    address = f"/api/v1/conversations/{visitor.conversation}"
    await visitor.says("找人", "a")
    await visitor.reads_until(2)

    await served.client.post(f"{address}/take", headers=header)
    await served.client.post(f"{address}/messages", json={"text": "我是王芳"}, headers=header)

    lines = await visitor.reads_until(4)
    assert [line["author"] for line in lines] == [Author.CUSTOMER, Author.BOT, Author.SYSTEM, Author.AGENT]
    assert lines[3]["name"] == "王芳"
