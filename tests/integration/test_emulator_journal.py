"""The emulated platform is killed and knows what it knew."""

from pathlib import Path

from tests.emulator import journal, updates
from tests.emulator.journal import Remembering, Tail
from tests.emulator.methods import call


async def test_a_platform_that_was_killed_still_has_what_it_was_sent_and_what_is_on_its_way(
    tmp_path: Path,
) -> None:
    first = Remembering(tmp_path / "journal")
    await updates.write(first, 7, "taken")
    await updates.write(first, 7, "waits")
    await first.pending(offset=1001, limit=10, seconds=0)
    sent = await call(first, "sendMessage", {"chat_id": 7, "text": "您好"})
    second = Remembering(tmp_path / "journal")
    assert [one["message"]["text"] for one in second.waiting()] == ["waits"]
    assert second.confirmed_offset == 1001
    assert [one.text for one in second.sent(chat=7)] == ["您好"]
    assert second.new_message_id() > sent["message_id"]
    assert await second.inject({}) == 1002


async def test_what_was_cut_off_in_writing_was_never_acknowledged(tmp_path: Path) -> None:
    platform = Remembering(tmp_path / "journal")
    await call(platform, "sendMessage", {"chat_id": 7, "text": "您好"})
    with (tmp_path / "journal").open("a") as file:
        file.write('{"what": "call", "call": {"met')
    assert len(journal.calls(tmp_path / "journal")) == 1


async def test_a_tail_counts_as_the_journal_grows(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "journal")
    assert tail.sent_to("7") == 0
    platform = Remembering(tmp_path / "journal")
    for number in (1, 2):
        await call(platform, "sendMessage", {"chat_id": 7, "text": "您好"})
        assert tail.sent_to("7") == number
