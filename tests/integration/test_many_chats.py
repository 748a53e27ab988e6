"""A hundred open chats on one desk: everyone hears their own conversation, and nobody else's."""

import asyncio

import pytest

from bot.bench.chats import Report, open_chats
from bot.channels import web
from bot.channels.web import Ear, WebChannel
from tests.served_desk import ServedDesk
from tests.stand_ins import eventually

CHATS = 100


async def test_everyone_hears_their_own_conversation_and_nothing_else(served: ServedDesk) -> None:
    async with open_chats(served.url, CHATS, first=0) as chats:
        assert all(await asyncio.gather(*(chat.say() for chat in chats)))
        assert all(await asyncio.gather(*(chat.say() for chat in chats[::2])))
        await eventually(lambda: all(chat.is_its_own for chat in chats))


async def test_a_message_wakes_only_those_who_listen_to_its_conversation(
    served: ServedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[set[Ear]] = []
    wake = web._wake

    def noted(ears: set[Ear], *, typing: bool = False) -> None:
        woken.append(ears)
        wake(ears, typing=typing)

    async with open_chats(served.url, 20, first=0) as chats:
        monkeypatch.setattr(web, "_wake", noted)
        assert await chats[7].say()
        channel = served.desk.channels["web"]
        assert isinstance(channel, WebChannel)
        assert woken
        assert all(ears is channel._ears[chats[7].conversation] for ears in woken)


async def test_after_news_was_missed_everybody_reads_again_a_few_at_a_time(served: ServedDesk) -> None:
    async with open_chats(served.url, 60, first=0) as chats:
        read = [len(chat.read) for chat in chats]
        served.desk.live._spread({"topic": "missed"})
        assert await chats[-1].say()
        assert [len(chat.read) for chat in chats[:-1]] == read[:-1]


def test_the_table_tells_what_a_chat_costs() -> None:
    report = Report(
        chats=1010,
        opened_in=10.0,
        memory_before=100_000_000,
        memory_after=150_000_000,
        files_before=100,
        files_after=1100,
        few=[0.01] * 10,
        many=[0.02] * 10,
        wrote=20,
        answered=20,
    )
    lines = "\n".join(report.lines())
    assert "A chat: 50 kB of memory, 1.00 files, " in lines
    assert "10.0 ms to open." in lines
    assert "| message to answer at the socket, p50, ms | 10 | 20 |" in lines
