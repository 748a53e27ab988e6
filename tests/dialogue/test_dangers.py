"""Threats and dangers in ordinary talk: who is special is found, and who is only angry is left in peace."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.nlu.patterns import found
from ledger.special import SPECIAL_SIGNALS
from ledger.vocabulary import Signal
from tests.assistant import Assistant

PROBES = Path(__file__).resolve().parents[1] / "data" / "danger_probes.jsonl"
"""Messages of our own, with what makes their sender special; nothing was mended by the part `held`."""

Probe = dict[str, Any]


async def heard(assistant: Assistant) -> list[Probe]:
    """The probes, each with the special signals that were heard in it as `heard`."""
    probes = [json.loads(line) for line in PROBES.read_text(encoding="utf-8").splitlines()]
    async with httpx.AsyncClient(base_url=assistant.url, timeout=30) as client:
        for probe in probes:
            token, text = {"token": assistant.token}, {"text": probe["text"]}
            answer = await client.post("/model/parse", params=token, json=text)
            probe["heard"] = SPECIAL_SIGNALS.intersection(answer.json()["signals"])
    return probes


def of_part(probes: list[Probe], part: str) -> list[Probe]:
    return [probe for probe in probes if probe["part"] == part]


@pytest.mark.parametrize(("part", "alarms", "missed"), [("develop", 1, 0), ("held", 4, 1)])
async def test_few_are_taken_for_special_and_few_special_are_missed(
    assistant: Assistant, part: str, alarms: int, missed: int
) -> None:
    probes = of_part(await heard(assistant), part)
    ordinary = [probe["text"] for probe in probes if not probe["signals"] and probe["heard"]]
    special = [probe["text"] for probe in probes if probe["signals"] and not probe["heard"]]
    assert len(probes) > 50
    assert (len(ordinary) <= alarms, len(special) <= missed) == (True, True), (ordinary, special)


async def test_nobody_is_accused_of_extortion_without_words_that_say_it(assistant: Assistant) -> None:
    """The conduct form opens by it (playbook B8): the evidence is in the text, never a guess."""
    accused = [probe["text"] for probe in await heard(assistant) if Signal.EXTORTION in probe["heard"]]
    assert accused
    assert all("extortion" in found("signals", text) for text in accused)
    assert not any("extortion" in probe["heard"] for probe in await heard(assistant) if not probe["signals"])
