"""Accounts of staff, their passwords, tokens and Telegram links."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.session import in_transaction
from ledger.services import staff
from ledger.vocabulary import Language, Role

users = typer.Typer(help="Accounts of staff.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="USER")]
Password = Annotated[str | None, typer.Option(help="Default: a one-time password, which is printed.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.add_typer(users, name="user")
    app.command()(token)


@users.command()
def add(
    username: Username,
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    name: Annotated[str | None, typer.Option(help="What customers are told. Default: the user name.")] = None,
    department: Annotated[str | None, typer.Option(help="A department's key in policy.yml.")] = None,
    email: Annotated[str | None, typer.Option()] = None,
    language: Annotated[Language, typer.Option(help="Of the console.")] = Language.ZH_HANS,
    password: Password = None,
) -> None:
    """Open an account."""

    async def work(session: AsyncSession) -> staff.Created:
        return await staff.create(
            session,
            username=username,
            role=role,
            name=name,
            department=department,
            email=email,
            language=language,
            password=password,
            now=datetime.now(UTC),
        )

    created = in_transaction(work)
    typer.echo(f"{created.staff.username}: {created.staff.role}")
    if created.one_time_password is not None:
        typer.echo(f"one-time password: {created.one_time_password}")


@users.command("list")
def list_(disabled: Annotated[bool, typer.Option("--all", help="The disabled ones too.")] = False) -> None:
    """List accounts: user name, role, name, and whether disabled."""

    async def work(session: AsyncSession) -> list[str]:
        people = await staff.list_staff(session, disabled=disabled)
        return [
            f"{one.username}\t{one.role}\t{one.name}" + ("\tdisabled" if one.disabled_at else "")
            for one in people
        ]

    for line in in_transaction(work):
        typer.echo(line)


@users.command()
def disable(username: Username) -> None:
    """Close an account: sessions and tokens end at once."""

    async def work(session: AsyncSession) -> None:
        await staff.disable(session, username=username, now=datetime.now(UTC))

    in_transaction(work)
    typer.echo(f"{username}: disabled")


@users.command("password")
def change_password(username: Username, password: Password = None) -> None:
    """Give a new password: a one-time one, or the one you name."""

    async def work(session: AsyncSession) -> str | None:
        now = datetime.now(UTC)
        if password is None:
            return await staff.reset_password(session, username=username, now=now)
        await staff.set_password(session, username=username, password=password, now=now)
        return None

    one_time = in_transaction(work)
    typer.echo(f"{username}: password changed" if one_time is None else f"one-time password: {one_time}")


@users.command()
def link(username: Username) -> None:
    """Print the code by which this person links their Telegram account: `/link CODE` to the bot."""

    async def work(session: AsyncSession) -> str:
        return await staff.link_code(session, staff=await staff.by_username(session, username))

    typer.echo(f"/link {in_transaction(work)}")


def token(
    username: Username,
    revoke: Annotated[bool, typer.Option("--revoke", help="End all tokens of this person instead.")] = False,
) -> None:
    """Print a token for the staff API; it is shown this once."""

    async def work(session: AsyncSession) -> str:
        person, now = await staff.by_username(session, username), datetime.now(UTC)
        if not revoke:
            return await staff.issue_token(session, staff=person, now=now)
        return f"{username}: {await staff.revoke_tokens(session, staff=person, now=now)} tokens revoked"

    typer.echo(in_transaction(work))
