"""The guard over HTTP: asked before, and read afterwards."""

import pytest

from ledger.vocabulary import Role
from tests.served_desk import ServedDesk


@pytest.fixture
async def agent(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff())


@pytest.fixture
async def supervisor(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff("lin", Role.SUPERVISOR, "林主任"))


async def test_words_are_read_before_they_are_sent(served: ServedDesk, agent: dict[str, str]) -> None:
    words = {"text": "好的。我們一定會賠償您。", "language": "zh-Hant"}

    answer = await served.client.post("/api/v1/guard", json=words, headers=agent)

    [found] = answer.json()["findings"]
    assert answer.status_code == 200
    assert found["rule"] == "promise"
    assert words["text"][found["start"] : found["end"]] == found["excerpt"]
    assert found["name"] == "私自承諾"
    assert found["reason"]
    assert found["better"]


async def test_nothing_is_found_in_a_good_sentence(served: ServedDesk, agent: dict[str, str]) -> None:
    words = {"text": "您要的是退款，我写在第一行了。"}

    answer = await served.client.post("/api/v1/guard", json=words, headers=agent)

    assert answer.json() == {"findings": []}


async def test_an_override_is_sent_and_supervisors_read_it(
    served: ServedDesk, agent: dict[str, str], supervisor: dict[str, str]
) -> None:
    visitor = await served.visitor()
    await visitor.says("冰箱坏了", "1")
    await visitor.reads_until(2)
    talk = f"/api/v1/conversations/{visitor.conversation}"
    await served.client.post(f"{talk}/take", headers=agent)

    sent = await served.client.post(f"{talk}/messages", json={"text": "请您冷静一下。"}, headers=agent)

    assert sent.status_code == 202
    read = (await served.client.get("/api/v1/guard/overrides", headers=supervisor)).json()
    [line] = read["items"]
    assert line["who"] == "王芳"
    assert line["held_back"] is False
    assert (line["conversation"], line["message"]) == (visitor.conversation, sent.json()["id"])
    assert line["findings"] == [{"rule": "order_about_feelings", "excerpt": "冷静"}]
    assert read["next"] is None


async def test_overrides_are_for_supervisors(served: ServedDesk, agent: dict[str, str]) -> None:
    answer = await served.client.get("/api/v1/guard/overrides", headers=agent)

    assert answer.status_code == 403
