"""An administrator changes a section of the policy: checked, previewed, written, told in the ledger."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from bot.policy_watch import PolicyWatch
from bot.settings import PROJECT
from ledger import policy_draft
from ledger.errors import (
    Missing,
    NotAllowed,
    NothingChanged,
    PolicyChangedMeanwhile,
    PolicyError,
    PolicyNotWritable,
)
from ledger.models import Entry, Staff
from ledger.policy import load_policy
from ledger.policy_draft import Draft, draft
from ledger.policy_file import PolicyFile
from ledger.services import policies
from ledger.services.entries import verify
from ledger.views.policy_changes import policy_at_first, policy_changes
from ledger.vocabulary import ActorKind, Role
from tests.emulator.desk import make_desk
from tests.ledger_world import LedgerWorld

WRITTEN = (PROJECT / "policy.yml").read_text(encoding="utf-8")
SECRET = "hunter2-hunter2"
MAIL = (
    "notices:\n  email: {host: smtp.example.com, port: 587, username: desk, "
    f'password: "{SECRET}", sender: desk@example.com}}'
)
OLD, NEW = "first_response: 1h #", "first_response: 2h #"


class Console:
    """An administrator at the console of a desk whose policy is ``file``."""

    def __init__(self, world: LedgerWorld, file: Path, staff: Staff) -> None:
        self.world, self.file, self.staff = world, file, staff
        self.in_force = load_policy(file)

    def opens(self, key: str) -> policy_draft.Section:
        return policy_draft.section(self.file, key)

    def drafts(self, key: str, old: str, new: str) -> Draft:
        section = self.opens(key)
        assert old in section.text
        typed = section.text.replace(old, new)
        return draft(self.file, key=key, typed=typed, digest=section.digest, in_force=self.in_force)

    async def saves(
        self, section: policy_draft.Section, old: str = "", new: str = "", reason: str = "客户等得太久"
    ) -> None:
        assert old in section.text
        change: dict[str, Any] = {
            "path": self.file,
            "section": section.key,
            "typed": section.text.replace(old, new) if old else section.text,
            "digest": section.digest,
            "in_force": self.in_force,
            "reason": reason,
            "staff": self.staff,
            "now": self.world.now,
        }
        await self.world.do(lambda session: policies.change(session, **change))

    async def changes(self) -> list[Entry]:
        return [entry for entry in await self.world.entries("desk") if entry.action == policies.CHANGED]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The policy of this test."""
    path = tmp_path / "policy.yml"
    path.write_text(WRITTEN, encoding="utf-8")
    return path


@pytest.fixture
async def console(desk_ledger: LedgerWorld, file: Path) -> Console:
    """The desk runs, and an administrator has come."""
    made = Console(desk_ledger, file, await desk_ledger.staff("root", Role.ADMINISTRATOR, name="管理员"))
    await desk_ledger.do(
        lambda session: policies.put_in_force(session, policy=made.in_force, now=desk_ledger.now)
    )
    return made


def test_the_preview_tells_each_key_as_it_is_and_as_it_would_be(console: Console) -> None:
    assert console.drafts("clocks", OLD, NEW).changes == {"clocks.first_response": ("1h", "2h")}


async def test_a_change_is_in_the_file_and_every_other_line_stays_as_it_was(console: Console) -> None:
    await console.saves(console.opens("clocks"), OLD, NEW)
    assert console.file.read_text(encoding="utf-8") == WRITTEN.replace(OLD, NEW)


async def test_the_entry_tells_who_changed_what_and_why(console: Console) -> None:
    await console.saves(console.opens("clocks"), OLD, NEW)
    [_, entry] = await console.changes()
    assert (entry.actor_kind, entry.actor, entry.reason) == (ActorKind.STAFF, "root", "客户等得太久")
    assert entry.before == {"clocks.first_response": "1h"}
    assert entry.after == {"clocks.first_response": "2h"}
    assert await console.world.do(verify) is None


async def test_the_running_desk_follows_and_records_it_no_second_time(
    console: Console, tmp_path: Path
) -> None:
    desk = make_desk(console.world.database, tmp_path)
    watch = PolicyWatch(desk, PolicyFile(console.file))
    await watch.start()
    await watch.stop()
    await console.saves(console.opens("clocks"), OLD, NEW)
    later = os.stat(console.file).st_mtime_ns - 10_000_000_000
    os.utime(console.file, ns=(later, later))
    await watch.look()
    assert desk.policy.clocks.first_response.total_seconds() == 7200
    assert len(await console.changes()) == 2


@pytest.mark.parametrize(
    ("key", "old", "new", "told"),
    [
        ("clocks", OLD, "first_response: soon #", "clocks.first_response: 'soon' is no duration; write 90s"),
        ("clocks", "revisit_asks: 2d", "revisit_asks: 9d", "clocks"),
        ("clocks", "first_response:", "first_respons:", "clocks.first_respons"),
        ("matrix", "fee_dispute: customer_service", "fee_dispute: nobody", "unknown departments: nobody"),
        ("departments", "headquarters: true", "headquarters: false", "exactly one department"),
        ("limits", "session: 12h", "session: ${PATH}", "limits.session: what comes from the environment"),
        ("organisation", "en: Qingting", "en: '${HOME}'", "organisation.names.en: what comes from"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_key_and_writes_nothing(
    console: Console, key: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(PolicyError, match=told) as refused:
        await console.saves(console.opens(key), old, new)
    assert str(console.file) not in str(refused.value)
    assert console.file.read_text(encoding="utf-8") == WRITTEN
    assert len(await console.changes()) == 1


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_only_an_administrator_changes_it(console: Console, role: Role) -> None:
    console.staff = await console.world.staff("other", role)
    with pytest.raises(NotAllowed):
        await console.saves(console.opens("clocks"), OLD, NEW)
    assert console.file.read_text(encoding="utf-8") == WRITTEN


async def test_a_change_without_a_reason_is_refused(console: Console) -> None:
    with pytest.raises(Missing):
        await console.saves(console.opens("clocks"), OLD, NEW, reason=" ")


async def test_what_says_the_same_is_no_change(console: Console) -> None:
    with pytest.raises(NothingChanged):
        await console.saves(console.opens("clocks"))


async def test_a_comment_is_a_change_with_its_reason_and_no_key(console: Console) -> None:
    await console.saves(console.opens("clocks"), "never sleeps", "never ever sleeps")
    [_, entry] = await console.changes()
    assert (entry.reason, entry.before, entry.after) == ("客户等得太久", {}, {})


async def test_who_opened_the_section_before_another_change_is_refused(console: Console) -> None:
    earlier = console.opens("silence")
    await console.saves(console.opens("clocks"), OLD, NEW)
    with pytest.raises(PolicyChangedMeanwhile):
        await console.saves(earlier, "15m", "10m")
    assert console.file.read_text(encoding="utf-8") == WRITTEN.replace(OLD, NEW)
    assert len(await console.changes()) == 2


async def test_of_two_who_save_at_once_one_is_refused(console: Console) -> None:
    both = [console.opens("silence"), console.opens("limits")]
    saved = [console.saves(both[0], "15m", "10m"), console.saves(both[1], "12h", "10h")]
    outcomes = await asyncio.gather(*saved, return_exceptions=True)
    assert [type(one) for one in outcomes if one] == [PolicyChangedMeanwhile]
    assert len(await console.changes()) == 2


async def test_a_file_changed_while_it_is_being_saved_is_not_overwritten(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    section, as_changed = console.opens("clocks"), WRITTEN.replace("nudge_after: 15m", "nudge_after: 5m")
    make = policy_draft.draft

    def slowly(*given: Any, **named: Any) -> Draft:
        made = make(*given, **named)
        console.file.write_text(as_changed, encoding="utf-8")
        return made

    monkeypatch.setattr(policies, "draft", slowly)
    with pytest.raises(PolicyChangedMeanwhile):
        await console.saves(section, OLD, NEW)
    assert console.file.read_text(encoding="utf-8") == as_changed
    assert len(await console.changes()) == 1


async def test_the_file_keeps_its_mode_and_leaves_nothing_beside_it(console: Console) -> None:
    console.file.chmod(0o640)
    await console.saves(console.opens("clocks"), OLD, NEW)
    assert console.file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(console.file.parent) == ["policy.yml"]


async def test_the_ends_of_lines_stay_those_of_the_file(console: Console) -> None:
    console.file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    await console.saves(console.opens("clocks"), OLD, NEW)
    assert console.file.read_bytes() == WRITTEN.replace(OLD, NEW).replace("\n", "\r\n").encode()


async def test_when_the_file_cannot_be_written_nothing_changes_and_nothing_is_recorded(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(policy_draft.os, "replace", busy)
    with pytest.raises(PolicyNotWritable, match="busy"):
        await console.saves(console.opens("clocks"), OLD, NEW)
    assert console.file.read_text(encoding="utf-8") == WRITTEN
    assert os.listdir(console.file.parent) == ["policy.yml"]
    assert len(await console.changes()) == 1


async def test_a_secret_is_neither_shown_nor_recorded_and_stays_what_it_was(console: Console) -> None:
    console.file.write_text(WRITTEN.replace("notices:", MAIL, 1), encoding="utf-8")
    console.in_force = load_policy(console.file)
    section = console.opens("notices")
    assert SECRET not in section.text
    await console.saves(section, "username: desk", "username: bureau")
    email = load_policy(console.file).notices.email
    assert email
    assert email.password
    assert email.password.get_secret_value() == SECRET
    assert SECRET not in str([(entry.before, entry.after) for entry in await console.changes()])


async def test_a_new_secret_is_recorded_as_changed_without_its_value(console: Console) -> None:
    console.file.write_text(WRITTEN.replace("notices:", MAIL, 1), encoding="utf-8")
    console.in_force = load_policy(console.file)
    await console.world.do(
        lambda session: policies.put_in_force(session, policy=console.in_force, now=console.world.now)
    )
    assert console.drafts("notices", '"•••1"', "another-one").secrets == ("notices.email.password",)
    await console.saves(console.opens("notices"), '"•••1"', "another-one")
    entry = (await console.changes())[-1]
    assert list(entry.after or {}) == ["notices.email.password"]
    assert "another-one" not in str(entry.after)
    again = await console.world.do(
        lambda session: policies.put_in_force(
            session, policy=load_policy(console.file), now=console.world.now
        )
    )
    assert again == []


async def test_a_kept_password_goes_to_no_other_server(console: Console) -> None:
    console.file.write_text(WRITTEN.replace("notices:", MAIL, 1), encoding="utf-8")
    console.in_force = load_policy(console.file)
    with pytest.raises(PolicyError, match="write it anew"):
        await console.saves(console.opens("notices"), "smtp.example.com", "elsewhere.example.com")


async def test_a_section_that_an_older_file_leaves_out_begins_as_shipped(console: Console) -> None:
    left_out = policy_draft.section(console.file, "drills").text
    console.file.write_text(WRITTEN.replace(left_out, ""), encoding="utf-8")
    section = console.opens("drills")
    assert (section.text, section.written) == (left_out, False)
    await console.saves(section, "90d", "30d")
    assert load_policy(console.file).drills.every.days == 30


async def test_the_history_tells_by_whom_or_that_it_was_the_file_newest_first(console: Console) -> None:
    await console.saves(console.opens("clocks"), OLD, NEW)
    console.world.later(hours=1)
    console.file.write_text(WRITTEN, encoding="utf-8")
    policy = load_policy(console.file)
    await console.world.do(
        lambda session: policies.put_in_force(session, policy=policy, now=console.world.now)
    )
    by_file, by_name, first = await console.world.do(policy_changes)
    assert (by_file.who, by_name.who, by_name.reason) == (None, "管理员", "客户等得太久")
    assert by_file.keys == ["clocks.first_response"]
    assert by_file.within("clocks")
    assert not by_file.within("limits")
    assert [one.whole for one in (by_file, by_name, first)] == [False, False, True]
    assert (await console.world.do(policy_at_first))["clocks.first_response"] == "1h"


async def test_a_machine_with_another_file_is_told_of_what_it_says_otherwise(console: Console) -> None:
    elsewhere = console.in_force
    await console.saves(console.opens("clocks"), OLD, NEW)
    assert await console.world.do(lambda session: policies.departing(session, elsewhere)) == [
        "clocks.first_response"
    ]
    here = load_policy(console.file)
    assert await console.world.do(lambda session: policies.departing(session, here)) == []


def test_what_the_desk_may_not_write_is_known_before(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy_draft.is_writable(console.file)
    monkeypatch.setattr(policy_draft.os, "access", lambda *_: False)
    assert not policy_draft.is_writable(console.file)
    with pytest.raises(PolicyNotWritable, match="read-only"):
        policy_draft.write(console.file, console.drafts("clocks", OLD, NEW))
