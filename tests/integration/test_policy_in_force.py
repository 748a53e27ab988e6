"""A policy is changed without a restart, told in the ledger, and one that makes no sense changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions import resources
from bot.condition import condition
from bot.desk import Desk
from bot.policy_watch import PolicyWatch
from bot.problem import Problem
from bot.settings import PROJECT
from bot.visitors import Doorkeeper
from ledger.policy_file import PolicyFile
from ledger.views.visitors import Visitor
from ledger.vocabulary import Language
from tests.emulator.desk import make_desk
from tests.ledger_world import NOON, LedgerWorld
from tests.stand_ins import eventually

WRITTEN = (PROJECT / "policy.yml").read_text(encoding="utf-8")
SECRET = "hunter2-hunter2"
MAIL = (
    "notices:\n  email: {host: smtp.example.com, port: 587, username: desk, "
    f'password: "{SECRET}", sender: desk@example.com}}'
)
CHANGED = "policy.changed"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The policy of this test."""
    return write(tmp_path / "policy.yml")


@pytest.fixture
async def watch(desk_ledger: LedgerWorld, file: Path, tmp_path: Path) -> "Watched":
    """A desk that has read it."""
    return await watched(desk_ledger, file, tmp_path)


class Watched:
    """A desk and what watches its policy; ``look`` is what it does every second."""

    def __init__(self, desk: Desk, file: Path) -> None:
        self.desk = desk
        self.watch = PolicyWatch(desk, PolicyFile(file))

    async def look(self) -> None:
        await self.watch.look()


async def watched(world: LedgerWorld, file: Path, home: Path) -> Watched:
    made = Watched(make_desk(world.database, home), file)
    await made.watch.start()
    await made.watch.stop()
    return made


def write(file: Path, old: str = "", new: str = "", age: float = 5.0) -> Path:
    """Write the policy with one thing changed, as if that had been ``age`` seconds ago."""
    assert old in WRITTEN
    file.write_text(WRITTEN.replace(old, new, 1) if old else WRITTEN, encoding="utf-8")
    write.moment += 1_000_000_000  # type: ignore[attr-defined]
    moment = write.moment  # type: ignore[attr-defined]
    if age:
        os.utime(file, ns=(moment, moment))
    return file


write.moment = 1_700_000_000_000_000_000  # type: ignore[attr-defined]


async def changes(world: LedgerWorld) -> list[tuple[dict, dict]]:  # type: ignore[type-arg]
    return [
        (entry.before or {}, entry.after or {})
        for entry in await world.entries("desk")
        if entry.action == CHANGED
    ]


async def test_what_is_changed_is_in_force_and_in_the_ledger(
    desk_ledger: LedgerWorld, watch: Watched, file: Path
) -> None:
    write(file, "headquarters: 30m", "headquarters: 20m")
    await watch.look()
    assert watch.desk.policy.clocks.headquarters.total_seconds() == 1200
    assert (await changes(desk_ledger))[1:] == [
        ({"clocks.headquarters": "30m"}, {"clocks.headquarters": "20m"})
    ]


async def test_the_first_policy_is_in_the_ledger_as_a_whole(desk_ledger: LedgerWorld, watch: Watched) -> None:
    [(before, after)] = await changes(desk_ledger)
    assert before == {}
    assert after["hours.week.monday"] == ["09:00-18:00"]
    assert after["escalation.urge_every"] == "10m"


async def test_what_several_desks_read_is_told_once(
    desk_ledger: LedgerWorld, watch: Watched, file: Path, tmp_path: Path
) -> None:
    other = await watched(desk_ledger, file, tmp_path)
    write(file, "nudge_after: 15m", "nudge_after: 5m")
    await watch.look()
    await other.look()
    assert len(await changes(desk_ledger)) == 2
    assert other.desk.policy == watch.desk.policy


async def test_what_was_changed_while_the_desk_was_down_is_told_when_it_starts(
    desk_ledger: LedgerWorld, watch: Watched, file: Path, tmp_path: Path
) -> None:
    write(file, "nudge_after: 15m", "nudge_after: 5m")
    await watched(desk_ledger, file, tmp_path)
    assert (await changes(desk_ledger))[-1] == ({"silence.nudge_after": "15m"}, {"silence.nudge_after": "5m"})


async def test_what_is_changed_back_is_a_change(desk_ledger: LedgerWorld, watch: Watched, file: Path) -> None:
    for old, new in (("nudge_after: 15m", "nudge_after: 5m"), ("", "")):
        write(file, old, new)
        await watch.look()
    assert (await changes(desk_ledger))[-1] == ({"silence.nudge_after": "5m"}, {"silence.nudge_after": "15m"})


async def test_a_file_that_makes_no_sense_changes_nothing_and_is_a_warning(
    desk_ledger: LedgerWorld, watch: Watched, file: Path
) -> None:
    before = watch.desk.policy
    write(file, "headquarters: 30m", "headquarters: soon")
    await watch.look()
    assert watch.desk.policy is before
    assert watch.desk.policy_fault
    assert "clocks.headquarters: 'soon' is no duration" in watch.desk.policy_fault
    assert "policy_not_in_force" in (await condition(watch.desk)).warnings
    write(file)
    await watch.look()
    assert watch.desk.policy_fault is None
    assert "policy_not_in_force" not in (await condition(watch.desk)).warnings
    assert len(await changes(desk_ledger)) == 1


async def test_a_file_that_is_gone_changes_nothing(watch: Watched, file: Path) -> None:
    before = watch.desk.policy
    os.remove(file)
    await watch.look()
    assert watch.desk.policy is before
    assert "No such file" in (watch.desk.policy_fault or "")


def test_what_a_visitor_may_send_follows_the_policy(watch: Watched) -> None:
    limits = watch.desk.policy.limits.model_copy(update={"message_length": 3, "messages_a_minute": 1})
    doorkeeper = Doorkeeper(watch.desk.policy.limits)
    visitor = Visitor(1, "somebody", Language.EN)
    doorkeeper.let_write(watch.desk, visitor)
    doorkeeper.follow(limits)
    with pytest.raises(Problem):
        doorkeeper.readable("四个汉字")
    with pytest.raises(Problem):
        [doorkeeper.let_write(watch.desk, visitor) for _ in range(2)]


async def test_a_file_that_is_being_written_is_left_alone(watch: Watched, file: Path) -> None:
    write(file, "headquarters: 30m", "headquarters: soon", age=0)
    await watch.look()
    assert watch.desk.policy_fault is None


async def test_a_new_department_is_there_when_its_policy_is_in_force(
    desk_ledger: LedgerWorld, watch: Watched, file: Path
) -> None:
    hall = "  - {key: front_hall, names: {zh-Hans: 大厅, zh-Hant: 大廳, en: Front hall}}\n"
    write(file, "  - {key: technology,", f"{hall}  - {{key: technology,")
    await watch.look()
    assert "department.created" in await desk_ledger.actions("desk")
    assert {department.key for department in watch.desk.policy.departments} >= {"front_hall"}


async def test_no_secret_is_in_the_ledger(desk_ledger: LedgerWorld, watch: Watched, file: Path) -> None:
    write(file, "notices:", MAIL)
    await watch.look()
    email = watch.desk.policy.notices.email
    assert email
    assert email.password
    assert email.password.get_secret_value() == SECRET
    [_, (_, after)] = await changes(desk_ledger)
    assert after["notices.email.host"] == "smtp.example.com"
    assert SECRET not in str([entry.after for entry in await desk_ledger.entries("desk")])


async def test_holidays_nobody_knows_yet_are_a_warning(watch: Watched, file: Path) -> None:
    assert "holidays_unknown" not in (await condition(watch.desk)).warnings
    write(file, "  # holidays: CN", "  holidays: CN")
    watch.desk.now = lambda: NOON.replace(year=2098)
    await watch.look()
    assert "holidays_unknown" in (await condition(watch.desk)).warnings


@pytest.fixture
def of_actions(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The action server reads this test's policy."""
    monkeypatch.setenv("QINGTING_POLICY", str(file))
    resources.policy_file.cache_clear()
    yield file
    resources.policy_file.cache_clear()


def test_the_action_server_follows_too(of_actions: Path) -> None:
    assert resources.policy().silence.nudge_after.total_seconds() == 900
    write(of_actions, "nudge_after: 15m", "nudge_after: 5m")
    assert resources.policy().silence.nudge_after.total_seconds() == 300
    write(of_actions, "nudge_after: 15m", "nudge_after: soon")
    assert resources.policy().silence.nudge_after.total_seconds() == 300


async def test_a_running_desk_sees_the_change_by_itself(
    desk_ledger: LedgerWorld, file: Path, tmp_path: Path
) -> None:
    desk = make_desk(desk_ledger.database, tmp_path)
    watch = PolicyWatch(desk, PolicyFile(file))
    await watch.start()
    write(file, "nudge_after: 15m", "nudge_after: 5m")
    await eventually(lambda: desk.policy.silence.nudge_after.total_seconds() == 300)
    await watch.stop()
