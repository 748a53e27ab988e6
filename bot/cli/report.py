"""Reports on paper."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.cli.session import in_transaction
from bot.console.texts import texts
from bot.report_words import markdown
from bot.wording import Wording
from ledger.policy import load_policy
from ledger.services import reports
from ledger.services.departments import department as department_called
from ledger.views.reports import ReportLine, kept, line
from ledger.vocabulary import Language, ReportKind

Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is due on. Default: today.")
]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(report)


def report(
    kind: ReportKind,
    day: Day = None,
    department: Annotated[str | None, typer.Option(help="A department's key. Default: the desk.")] = None,
    language: Annotated[Language, typer.Option()] = Language.ZH_HANS,
) -> None:
    """Print a report as Markdown: the one that was made, else as it would be now (nobody is told)."""
    policy, now = load_policy(settings.load().policy), datetime.now(UTC)
    wanted = day.date() if day else now.astimezone(policy.organisation.time_zone).date()

    async def work(session: AsyncSession) -> ReportLine:
        if made := await kept(session, kind=kind, day=wanted, department=department):
            return made
        about = await department_called(session, department) if department else None
        found = await reports.preview(
            session, kind=kind, day=wanted, policy=policy, now=now, department=about
        )
        return line(found, department)

    typer.echo(markdown(Wording(texts(language), policy, now), in_transaction(work)), nl=False)
