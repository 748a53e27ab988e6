"""Pages, health, numbers, the description of the API, and what every answer bears."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT
from ledger.db import Database
from ledger.vocabulary import Language
from tests.served_desk import ServedDesk, serving

TEXTS = yaml.safe_load((PROJECT / "bot" / "web" / "texts.yml").read_text(encoding="utf-8"))


async def test_the_chat_page_may_run_nothing_but_our_own(served: ServedDesk) -> None:
    answer = await served.client.get("/")

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy


async def test_other_sites_may_frame_the_chat_only_if_they_are_named(
    database_url: str, tmp_path: Path
) -> None:
    named = {"embed_origins": ("https://shop.example",)}
    async with serving(database_url, tmp_path, settings=named) as served:
        embed, page = await served.client.get("/embed"), await served.client.get("/")

    assert "frame-ancestors 'self' https://shop.example" in embed.headers["content-security-policy"]
    assert "shop.example" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/nothing", "/web/chat.js", "/docs"])
async def test_every_answer_bears_the_security_headers(served: ServedDesk, path: str) -> None:
    headers = (await served.client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/widget.js", "/web/chat.js", "/web/chat.css", "/web/icon.svg", "/status"])
async def test_assets_are_served_by_us(served: ServedDesk, path: str) -> None:
    assert (await served.client.get(path)).status_code == 200


async def test_the_pages_texts_come_in_every_language(served: ServedDesk) -> None:
    texts = (await served.client.get("/texts.json")).json()

    assert set(texts["languages"]) == set(texts["organisation"]) == {language.value for language in Language}


def test_every_language_says_the_same_things() -> None:
    keys = {language: list(texts) for language, texts in TEXTS.items()}

    assert keys["zh-Hans"] == keys["zh-Hant"] == keys["en"]


@pytest.mark.parametrize("key", TEXTS["en"])
def test_a_text_is_filled_with_the_same_values_in_every_language(key: str) -> None:
    names = [set(re.findall(r"\{(\w+)\}", TEXTS[language][key])) for language in TEXTS]

    assert names[0] == names[1] == names[2]


async def test_the_desk_is_ready_and_warns_that_nobody_is_on_duty(served: ServedDesk) -> None:
    answer = await served.client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "warnings": ["nobody_on_duty"]})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_monitor_may_ask_for_the_head_alone(served: ServedDesk, path: str) -> None:
    assert (await served.client.head(path)).status_code == 200


async def test_without_its_engine_the_desk_is_not_ready(served: ServedDesk) -> None:
    served.engine.away = True

    answer = await served.client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "warnings": ["nobody_on_duty"], "reasons": ["engine"]}


async def test_without_its_actions_the_desk_is_not_ready(served: ServedDesk) -> None:
    served.engine.lame = True

    answer = await served.client.get("/readyz")

    assert (answer.status_code, answer.json()["reasons"]) == (503, ["actions"])


async def test_without_its_database_the_desk_is_not_ready_but_alive(served: ServedDesk) -> None:
    served.desk.database = Database("postgresql+psycopg://nobody@/nothing?host=/nonexistent")

    ready, alive = await asyncio.gather(served.client.get("/readyz"), served.client.get("/healthz"))

    assert (ready.status_code, ready.json()["reasons"]) == (503, ["database"])
    assert alive.status_code == 200


async def test_the_numbers_count_what_there_is(served: ServedDesk) -> None:
    visitor = await served.visitor()
    await visitor.says("冰箱坏了", "a")
    await visitor.reads_until(2)

    numbers = (await served.client.get("/metrics")).text

    assert "qingting_messages_unsettled 0.0" in numbers
    assert re.search(r'qingting_messages_received_total\{channel="web"} [1-9]', numbers)
    assert re.search(r'qingting_turns_total\{end="handled"} [1-9]', numbers)
    assert "process_resident_memory_bytes" in numbers
    assert "冰箱" not in numbers


async def test_the_description_loads_nothing_from_elsewhere(served: ServedDesk) -> None:
    page = (await served.client.get("/docs")).text

    assert "https://" not in page.replace("http://127.0.0.1", "")


async def test_the_description_covers_every_route_of_the_contract(served: ServedDesk) -> None:
    paths: dict[str, Any] = json.loads((await served.client.get("/openapi.json")).text)["paths"]

    for method, path in (
        ("post", "/api/v1/chat/sessions"),
        ("post", "/api/v1/chat/messages"),
        ("get", "/api/v1/chat/messages"),
        ("post", "/api/v1/chat/files"),
        ("get", "/api/v1/complaints"),
        ("get", "/api/v1/complaints/{number}"),
        ("post", "/api/v1/conversations/{conversation_id}/take"),
        ("post", "/api/v1/conversations/{conversation_id}/release"),
        ("post", "/api/v1/conversations/{conversation_id}/messages"),
        ("post", "/api/v1/complaints/{number}/acknowledge"),
        ("post", "/api/v1/complaints/{number}/progress"),
        ("post", "/api/v1/complaints/{number}/resolve"),
        ("post", "/api/v1/complaints/{number}/reopen"),
        ("get", "/api/v1/clocks"),
    ):
        described = paths[path][method]
        assert described["description"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/chat/messages", 405), ("POST", "/api/v1/clocks", 405)],
)
async def test_an_address_that_is_not_there_gets_a_problem_document(
    served: ServedDesk, method: str, path: str, status: int
) -> None:
    answer = await served.client.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_status_is_told_for_number_and_pass_code_together(served: ServedDesk) -> None:
    header = await served.token_of(await served.staff())
    entered = await served.client.post(
        "/api/v1/complaints",
        json={"channel": "phone", "narrative": "冰箱坏了", "category": "product_quality"},
        headers=header,
    )
    number, code = entered.json()["complaint"]["number"], entered.json()["pass_code"]

    async def look_up(pass_code: str) -> Any:
        key = {"number": f" {number.lower()} ", "pass_code": pass_code}
        return await served.client.post("/api/v1/chat/status", json=key)

    right, wrong = await look_up(code), await look_up("wrong")
    assert (right.status_code, right.json()["number"], right.json()["owner"]) == (200, number, "王芳")
    assert wrong.status_code == 404
    assert [(await look_up("guess")).status_code for _ in range(9)][-1] == 429
