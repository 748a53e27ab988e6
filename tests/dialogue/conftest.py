"""Fixtures of the dialogue tests: the assistant, started once for all of them."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.runtime.postgres import EmbeddedServer
from bot.runtime.training import Model
from tests.assistant import Assistant, Customer, running
from tests.conftest import TEMPLATE


@pytest.fixture(scope="session")
async def assistant(
    migrated: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Assistant]:
    """The engine with the trained model, the action server, and one database for all conversations."""
    place = tmp_path_factory.mktemp("assistant")
    model = Model()
    if model.stale:
        await model.train(place / "training.log")
    migrated.copy_database(TEMPLATE, "assistant")
    async with running(migrated.url("assistant"), place) as started:
        yield started


@pytest.fixture
def customer(assistant: Assistant) -> Callable[..., Customer]:
    """Makes customers, each in a conversation of their own."""
    return assistant.customer
