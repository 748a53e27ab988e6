"""The commands: what they print, and what they say when they cannot."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.__main__ import main
from bot.cli.session import in_transaction
from ledger.models import Staff
from ledger.policy import Policy
from ledger.services import departments, staff

Command = Callable[..., str]


@pytest.fixture
def qingting(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command; what it printed, or its one line of complaint."""
    monkeypatch.setenv("QINGTING_DATABASE_URL", database_url)
    monkeypatch.setenv("QINGTING_HOME", str(tmp_path))

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["qingting", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        if ended.value.code:
            assert said.out == ""
            assert said.err.count("\n") == 1, said.err
        return (said.err if ended.value.code else said.out).strip()

    return run


def test_an_account_is_opened_with_a_one_time_password(qingting: Command) -> None:
    said = qingting("user", "add", "wang", "--role", "supervisor", "--name", "王芳")
    assert said.splitlines()[0] == "wang: supervisor"
    assert said.splitlines()[1].startswith("one-time password: ")
    assert qingting("user", "list") == "wang\tsupervisor\t王芳"


def test_a_name_is_given_once(qingting: Command) -> None:
    qingting("user", "add", "wang")
    assert qingting("user", "add", "wang") == "The name is taken. (wang)"


def test_a_disabled_account_is_listed_on_request(qingting: Command) -> None:
    qingting("user", "add", "wang")
    qingting("user", "disable", "wang")
    assert qingting("user", "list") == ""
    assert qingting("user", "list", "--all").endswith("disabled")


def test_a_password_is_changed_to_a_one_time_one_or_to_ones_own(qingting: Command) -> None:
    qingting("user", "add", "wang")
    assert qingting("user", "password", "wang").startswith("one-time password: ")
    assert (
        qingting("user", "password", "wang", "--password", "correct-horse-battery")
        == "wang: password changed"
    )


def test_telegram_is_linked_by_a_code(qingting: Command) -> None:
    qingting("user", "add", "wang")
    assert qingting("user", "link", "wang").startswith("/link ")


def test_nobody_has_no_token(qingting: Command) -> None:
    assert "nobody" in qingting("token", "nobody")


def test_a_token_stands_for_its_owner(qingting: Command, database_url: str) -> None:
    qingting("user", "add", "wang")
    secret = qingting("token", "wang")

    async def bearer(session: AsyncSession) -> Staff | None:
        return await staff.by_credential(session, secret=secret, kind="token", now=datetime.now(UTC))

    found = in_transaction(bearer)
    assert found is not None
    assert found.username == "wang"


def test_lost_tokens_are_revoked(qingting: Command) -> None:
    qingting("user", "add", "wang")
    qingting("token", "wang")
    assert qingting("token", "wang", "--revoke") == "wang: 1 tokens revoked"


def test_the_ledger_is_proved_and_its_seal_recognised(qingting: Command) -> None:
    qingting("user", "add", "wang")
    said = qingting("ledger", "verify")
    assert said.startswith("The ledger is whole.")
    seal = said.rsplit(" ", 1)[1]
    assert qingting("ledger", "verify", "--seal", seal).startswith("The ledger is whole.")
    number, digest = seal.split(":")
    forged = f"{number}:{digest[::-1]}"
    assert "not the ledger that the seal was put on" in qingting("ledger", "verify", "--seal", forged)


def test_an_unreachable_database_is_one_line(qingting: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGTING_DATABASE_URL", "postgresql://me@127.0.0.1:1/desk")
    assert qingting("user", "list").startswith("QINGTING_DATABASE_URL cannot be reached")


def test_a_department_is_given_its_people(qingting: Command, policy: Policy) -> None:
    async def create(session: AsyncSession) -> None:
        await departments.sync(session, policy=policy, now=datetime.now(UTC))

    in_transaction(create)
    qingting("user", "add", "wang")
    qingting("department", "delegate", "headquarters", "wang")
    assert qingting("department", "duty", "headquarters", "wang").split("\t")[2:] == ["-", "wang", "wang"]
    assert qingting("department", "duty", "headquarters").split("\t")[2:] == ["-", "wang", "-"]
    assert "headquarters" in qingting("department", "list").splitlines()[0]


def test_a_report_is_printed_in_the_language_asked_for(qingting: Command) -> None:
    said = qingting("report", "daily", "--day", "2026-11-23", "--language", "en")
    assert said.startswith("# Daily report · 2026-11-23 · the whole desk")
    assert "- No new complaints." in said
    assert qingting("report", "daily", "--department", "x") == "There is no such department. (x)"
