"""Departments: who heads them, who stands in, who is on duty (playbook B4)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.cli.session import in_transaction
from bot.decoding import decoded
from ledger.models import Department, Staff
from ledger.policy import load_policy
from ledger.services import departments, rostering, staff
from ledger.vocabulary import Language

app = typer.Typer(help="Departments: head, delegate, duty list.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its key in policy.yml.")]
Person = Annotated[str | None, typer.Argument(metavar="[USER]", help="Without one: nobody.")]
People = Annotated[list[str] | None, typer.Argument(metavar="[USER]...", help="First told first.")]


@app.command("list")
def list_() -> None:
    """List departments: key, name, head, delegate, duty list."""
    for line in in_transaction(_lines):
        typer.echo(line)


@app.command()
def head(department: Key, username: Person = None) -> None:
    """Name the head of a department."""
    _change(lambda session: _set_head(session, department, username))


@app.command()
def delegate(department: Key, username: Person = None) -> None:
    """Name who stands in for the head."""
    _change(lambda session: _set_delegate(session, department, username))


@app.command()
def duty(department: Key, usernames: People = None) -> None:
    """Replace the duty list."""
    _change(lambda session: _set_duty(session, department, usernames or []))


@app.command()
def roster(file: Annotated[Path, typer.Argument(help="CSV: department, when, from, to, username.")]) -> None:
    """Replace the rosters of the departments in a file; a faulty line changes nothing."""

    async def work(session: AsyncSession) -> list[str]:
        return await rostering.import_rosters(
            session,
            text=decoded(file.read_bytes()),
            by=None,
            policy=load_policy(settings.load().policy),
            now=datetime.now(UTC),
        )

    for key in in_transaction(work):
        typer.echo(key)


def _change(work: Callable[[AsyncSession], Awaitable[Department]]) -> None:
    async def change_and_tell(session: AsyncSession) -> str:
        return await _line(session, await work(session))

    typer.echo(in_transaction(change_and_tell))


async def _set_head(session: AsyncSession, key: str, username: str | None) -> Department:
    person = await _person(session, username)
    return await departments.set_head(session, key=key, head=person, by=None, now=datetime.now(UTC))


async def _set_delegate(session: AsyncSession, key: str, username: str | None) -> Department:
    person = await _person(session, username)
    return await departments.set_delegate(session, key=key, delegate=person, by=None, now=datetime.now(UTC))


async def _set_duty(session: AsyncSession, key: str, usernames: list[str]) -> Department:
    people = [await staff.by_username(session, username) for username in usernames]
    return await departments.set_duty(session, key=key, contacts=people, by=None, now=datetime.now(UTC))


async def _person(session: AsyncSession, username: str | None) -> Staff | None:
    return await staff.by_username(session, username) if username else None


async def _lines(session: AsyncSession) -> list[str]:
    return [await _line(session, one) for one in await departments.list_departments(session)]


async def _line(session: AsyncSession, department: Department) -> str:
    on_list = await departments.contacts_of(session, department)
    people = [
        await _username(session, department.head_id),
        await _username(session, department.delegate_id),
        ", ".join(person.username for person in on_list) or "-",
    ]
    return "\t".join([department.key, department.names[Language.EN], *people])


async def _username(session: AsyncSession, staff_id: int | None) -> str:
    person = await session.get(Staff, staff_id) if staff_id else None
    return person.username if person else "-"
