"""Tries the engine's lean ways in Rasa's environment: `python -m tests.integration.serving_probe URL TARGET`.

What was seen goes into TARGET as JSON; `test_engine_serving.py` says what it must be.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import SQLTrackerStore
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from ruamel.yaml import YAML
from sqlalchemy import create_engine, event

from bot.nlu.features import _blocks, _rows, vectorizer
from bot.nlu.serve import refusal
from bot.nlu.serving.domain import TrainedDomain, read_once
from bot.nlu.serving.graph import StraightRunner
from bot.nlu.serving.memory import EventMemory, Overtaken
from bot.nlu.serving.remote import RemoteDeed

DOMAIN = Domain.from_dict({"slots": {"case": {"type": "any", "mappings": [{"type": "custom"}]}}})
SPOKEN = BotUttered("Sorry to hear that", {"buttons": []}, {"utter_action": "utter_sorry", "model_id": "m"})


def told(sender: str = "1") -> DialogueStateTracker:
    """A conversation in which both have spoken."""
    tracker = DialogueStateTracker(sender, DOMAIN.slots)
    parse = {"text": "broken", "intent": {"name": "complain"}, "entities": [], "emotion": 2}
    heard = UserUttered("broken", parse["intent"], [], parse, message_id="7")
    for one in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
        tracker.update(one)
    for one in (heard, SPOKEN, SlotSet("case", {"number": "QT-1"}), ActionExecuted("action_listen")):
        tracker.update(one)
    return tracker


class Server:
    """Stands for the action server; keeps what it is asked, and over how many connections."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.connections: set[Any] = set()
        self._answer = answer

    async def webhook(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.connections.add(request.transport)
        return web.json_response(self._answer)


async def deeds() -> dict[str, Any]:
    good = await deed({"events": [{"event": "slot", "name": "case", "value": 1}], "responses": []})
    return {**good, "unknown event": (await deed({"events": [{"event": "magic"}], "responses": []}))["error"]}


async def deed(answer: dict[str, Any]) -> dict[str, Any]:
    server, app = Server(answer), web.Application()
    app.router.add_post("/webhook", server.webhook)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    action = RemoteDeed("action_hear", EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
    given = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}), told(), DOMAIN
    events, error = [], None
    try:
        for _ in range(3):
            events = [event.as_dict() for event in await action.run(*given)]
    except ValueError as failed:
        error = str(failed)
    await RemoteDeed._open_line().close()
    await runner.cleanup()
    return {
        "question": server.asked[0],
        "connections": len(server.connections),
        "slots": [(event["name"], event["value"]) for event in events],
        "error": error,
    }


@contextmanager
def counted(store: EventMemory) -> Iterator[list[str]]:
    """What the server is asked meanwhile, beginnings and ends of transactions included."""
    lines: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        lines.append(statement.split()[0])

    def ended(connection: Any) -> None:
        if not connection.connection.autocommit:
            lines.append("END")

    for engine in (store.engine, store._alone):
        event.listen(engine, "before_cursor_execute", note)
        event.listen(engine, "commit", ended)
        event.listen(engine, "rollback", ended)
    yield lines
    for engine in (store.engine, store._alone):
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", ended)
        event.remove(engine, "rollback", ended)


def same(one: Any, other: Any) -> bool:
    return [event.as_dict() for event in one.events] == [event.as_dict() for event in other.events]


async def memory(url: str) -> dict[str, Any]:
    os.environ["POSTGRESQL_SCHEMA"] = "engine"
    store, rasas = EventMemory(DOMAIN, host=url), SQLTrackerStore(DOMAIN, host=url)
    seen: dict[str, Any] = {}
    with counted(store) as seen["opening"]:
        first = await store.get_or_create_tracker("1", append_action_listen=False)
    first.update_with_events(list(told().events), DOMAIN)
    with counted(store) as seen["saving"]:
        await store.save(first)
    with counted(store) as seen["reading"]:
        read = await store.retrieve("1")
    seen["read as by Rasa's own store"] = same(read, await rasas.retrieve("1"))
    seen["events"] = [event.type_name for event in read.events]
    read.update(UserUttered("more", {"name": "add"}, message_id="8"))
    await store.save(read)
    seen["after more"] = len((await store.retrieve("1")).events)
    await store.save(told("2"))
    seen["one not read before"] = same(await store.retrieve("2"), await rasas.retrieve("2"))
    seen["overtaken"] = await overtaken(store)
    seen["after the server closed all"] = await cut_off(store, url)
    return seen


async def overtaken(store: EventMemory) -> bool:
    ours, theirs = await store.retrieve("1"), await store.retrieve("1")
    for tracker in (ours, theirs):
        tracker.update(SlotSet("case", None))
    await store.save(theirs)
    before = len((await store.retrieve("1")).events)
    try:
        await store.save(ours)
    except Overtaken:
        return len((await store.retrieve("1")).events) == before
    return False


async def cut_off(store: EventMemory, url: str) -> bool:
    with create_engine(url).connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    await asyncio.sleep(0.2)
    return await store.retrieve("1") is not None


class Adding(GraphComponent):  # type: ignore[misc]
    """Adds one to what it is given, and keeps count."""

    ran = 0

    @classmethod
    def create(cls, *_: Any, **__: Any) -> "Adding":
        return cls()

    def add(self, one: int, other: int = 0) -> int:
        Adding.ran += 1
        return one + other + 1


def graph() -> dict[str, Any]:
    def node(**needs: str) -> SchemaNode:
        return SchemaNode(
            needs=needs, uses=Adding, constructor_name="create", fn="add", config={}, eager=True
        )

    nodes = {"left": node(one="given"), "right": node(one="given"), "both": node(one="left", other="right")}
    schema = GraphSchema({**nodes, "not asked for": node(one="both")})
    runs = {}
    for name, runner in (("dask", DaskGraphRunner), ("straight", StraightRunner)):
        made = runner.create(schema, None, ExecutionContext(schema, "model"))
        Adding.ran = 0
        runs[name] = [made.run({"given": given}, ["both"]) for given in (1, 5)], Adding.ran
    return runs


class Folder:
    """Stands for the store of a model's parts: one folder of one part."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def read_from(self, _: Any) -> Iterator[Path]:
        yield self.path


def domain() -> dict[str, Any]:
    """A domain that training wrote, as Rasa loads it and as we do; and whether reading made it slower."""
    responses = {f"utter_{number}": [{"text": f"yes {number} 你好"}] for number in range(300)}
    written = {"version": "3.1", "responses": responses, "session_config": {"session_expiration_time": 0}}
    with TemporaryDirectory() as place:
        Domain.from_dict(written | DOMAIN.as_dict()).persist(Path(place) / "domain.yml")
        theirs = Domain.from_path(place)
        read_once()
        ours = TrainedDomain.load({}, Folder(Path(place)), None).provide_inference()
        tags = tags_after((Path(place) / "domain.yml").read_text())
    return {"same": ours.as_dict() == theirs.as_dict(), "longer": tags - tags_after("a: b")}


def tags_after(text: str) -> int:
    """How many tags a scalar may have once ``text`` was read."""
    reader = YAML(typ="safe", pure=True)
    reader.load(text)
    return sum(len(tags) for tags in reader.resolver.versioned_resolver.values())


def hearing() -> float:
    """How far our row of features is from what scikit-learn's own vectorizer says, at the most."""
    texts = [
        "The fridge broke AGAIN, again!!",
        "冰箱又坏了，冰箱修了三次没人管",
        "你们的客服骂人，我要找记者",
    ]
    trained = vectorizer().fit([*texts, *texts])
    ours = _rows(_blocks(trained), [*texts, "", "冰箱 new words 12345"])
    theirs = trained.transform([*texts, "", "冰箱 new words 12345"])
    return float(abs(ours - theirs).max())


def main() -> None:
    """Try everything once."""
    logging.disable(logging.WARNING)
    url, target = sys.argv[1:]
    seen = {
        "deeds": asyncio.run(deeds()),
        "memory": asyncio.run(memory(url)),
        "graph": graph(),
        "domain": domain(),
        "hearing": hearing(),
        "refusals": {
            "of another Rasa": refusal("3.7.0"),
            "of this one": refusal("3.6.21"),
        },
    }
    Path(target).write_text(json.dumps(seen))


if __name__ == "__main__":
    main()
