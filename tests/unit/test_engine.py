"""The client of the engine, against an engine that is not there, or not well."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from bot.engine import (
    ActionFailed,
    Engine,
    EngineRefused,
    EngineUnavailable,
    NothingSaid,
    TurnFailed,
    speakable,
)
from ledger.vocabulary import Language, Stage

HEARD = {"intent": {"name": "complain", "confidence": 0.8}, "kind": "complaint", "emotion": 2}
REPLY = {"text": "记下了。", "buttons": [], "script": "utter_listen_story", "stage": "listen"}
QUESTION: dict[str, Any] = {"conversation_id": 1, "message_id": 7, "text": "坏了", "language": Language.EN}


def engine(answer: Callable[[httpx.Request], httpx.Response], *urls: str) -> Engine:
    return Engine(urls or ["http://one"], "secret", transport=httpx.MockTransport(answer))


def answers(status: int, body: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=body)


async def test_a_turn_gives_replies_and_what_was_heard() -> None:
    turn = await engine(answers(200, {"replies": [REPLY], "heard": HEARD})).turn(**QUESTION)
    assert turn.heard.emotion == 2
    assert [(reply.text, reply.stage) for reply in turn.replies] == [("记下了。", Stage.LISTEN)]


async def test_every_request_bears_the_token_and_the_conversation() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"replies": [REPLY], "heard": HEARD})

    await engine(answer).turn(**QUESTION)
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert json.loads(seen[0].content) == {
        "conversation": "1",
        "message_id": 7,
        "text": "坏了",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, ActionFailed), (500, TurnFailed), (401, EngineRefused), (404, EngineRefused)],
)
async def test_a_failure_is_told_by_its_kind(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await engine(answers(status, {"error": "no"})).turn(**QUESTION)


async def test_silence_is_a_failure() -> None:
    with pytest.raises(NothingSaid):
        await engine(answers(200, {"replies": [], "heard": HEARD})).turn(**QUESTION)


@pytest.mark.parametrize("failure", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_an_engine_that_failed_costs_the_next_turns_of_its_conversations_nothing(
    failure: type[httpx.TransportError],
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if request.url.host == "two":
            raise failure("away", request=request)
        return httpx.Response(200, json={"replies": [REPLY], "heard": HEARD})

    engines = engine(answer, "http://one", "http://two")
    with suppress(EngineUnavailable):
        await engines.turn(**QUESTION)
    asked.clear()
    await engines.turn(**QUESTION)
    assert asked == ["one"]


async def test_an_engine_that_failed_is_asked_again_when_no_other_is_there() -> None:
    answers = iter([httpx.ConnectError("refused"), None])

    def answer(request: httpx.Request) -> httpx.Response:
        if error := next(answers):
            raise error
        return httpx.Response(200, json={"replies": [REPLY], "heard": HEARD})

    alone = engine(answer)
    with pytest.raises(EngineUnavailable):
        await alone.turn(**QUESTION)
    assert (await alone.turn(**QUESTION)).replies


async def test_the_next_engine_is_asked_when_one_takes_no_connection() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "two":
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={"replies": [REPLY], "heard": HEARD})

    turn = await engine(answer, "http://one", "http://two").turn(**QUESTION)
    assert turn.replies


async def test_nobody_else_is_asked_after_a_connection_broke_in_the_middle() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(EngineUnavailable):
        await engine(answer, "http://one", "http://two").turn(**QUESTION)
    assert len(asked) == 1


async def test_without_any_engine_it_is_unavailable() -> None:
    with pytest.raises(EngineUnavailable):
        await Engine([], "secret").parse("坏了")


@pytest.mark.parametrize(
    ("said", "heard"), [("/restart", "restart"), (" //intent{}", "intent{}"), ("/", "…"), ("a/b", "a/b")]
)
def test_a_customer_gives_no_commands(said: str, heard: str) -> None:
    assert speakable(said) == heard


@pytest.mark.parametrize("figure", ["1", "三", "9,", "１"])
def test_an_endless_run_of_figures_is_cut_and_what_stands_around_it_stays(figure: str) -> None:
    heard = speakable(f"我的号码是{figure * 5000}，请回电")
    assert len(heard) < 60
    assert heard.startswith(f"我的号码是{figure}")
    assert heard.endswith("，请回电")


def test_numbers_that_people_write_are_heard_as_they_stand() -> None:
    said = "卡号 6222 0212 3456 7890 123，订单 20261122-0001-99，一共一千二百三十四元五角"
    assert speakable(said) == said
