"""Forms over HTTP: opened, filled in, led further; what is refused says what is missing or who may."""

from typing import Any

import pytest

from ledger.vocabulary import Role
from tests.served_desk import ServedDesk

ASKED = {"kind": "resources", "filled": {"department": "售后部", "wanted": "压缩机十台"}}


@pytest.fixture
async def agent(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff())


@pytest.fixture
async def supervisor(served: ServedDesk) -> dict[str, str]:
    return await served.token_of(await served.staff("lin", Role.SUPERVISOR, "林主任"))


async def opened(served: ServedDesk, header: dict[str, str], **differs: Any) -> dict[str, Any]:
    answer = await served.client.post("/api/v1/forms", json={**ASKED, **differs}, headers=header)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_form_is_opened_filled_in_and_led_to_its_end(served: ServedDesk, agent, supervisor) -> None:
    number = (await opened(served, agent))["line"]["number"]
    address = f"/api/v1/forms/{number}"
    filled = {"filled": {"wanted": "压缩机二十台"}}
    changed = await served.client.patch(address, json=filled, headers=agent)
    assert changed.json()["values"]["wanted"] == "压缩机二十台"
    granted = await served.client.post(f"{address}/steps/grant", json={}, headers=supervisor)
    assert granted.json()["line"]["state"] == "granted"
    listed = await served.client.get("/api/v1/forms", headers=agent)
    assert listed.json()["items"] == []


async def test_a_step_that_asks_for_more_says_what(served: ServedDesk, agent, supervisor) -> None:
    number = (await opened(served, agent, filled={}))["line"]["number"]
    refused = await served.client.post(f"/api/v1/forms/{number}/steps/grant", json={}, headers=supervisor)
    assert (refused.status_code, "wanted" in refused.json()["detail"]) == (422, True)
    forbidden = await served.client.post(f"/api/v1/forms/{number}/steps/grant", json={}, headers=agent)
    assert forbidden.status_code == 403
    no_reason = await served.client.post(f"/api/v1/forms/{number}/steps/refuse", json={}, headers=supervisor)
    assert (no_reason.status_code, "reason" in no_reason.json()["detail"]) == (422, True)


async def test_a_form_of_a_case_is_not_opened_about_none(served: ServedDesk, agent) -> None:
    answer = await served.client.post("/api/v1/forms", json={"kind": "nothing"}, headers=agent)
    assert answer.status_code == 404
    assert (await served.client.get("/api/v1/forms/ZY-2026-999999", headers=agent)).status_code == 404
