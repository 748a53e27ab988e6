"""The command line: `qingting …`. Commands are thin; what they do is elsewhere."""

import sys

import typer

from bot.classify import ClassifyError
from bot.cli import (
    anthology,
    bench,
    book,
    contacts,
    demo,
    departments,
    desk,
    drills,
    hearing,
    keeping,
    opinion,
    people,
    register,
    report,
)
from bot.runtime.errors import StartError
from bot.settings import SettingsError
from ledger.errors import LedgerError

app = typer.Typer(
    help="Qingting (倾听): a complaint desk that listens first.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
desk.register(app)
people.register(app)
hearing.register(app)
demo.register(app)
keeping.register(app)
report.register(app)
app.add_typer(drills.app, name="drill")
app.add_typer(bench.app, name="bench")
app.add_typer(book.app, name="ledger")
app.add_typer(departments.app, name="department")
app.add_typer(opinion.app, name="opinion")
app.add_typer(anthology.app, name="anthology")
app.add_typer(register.app, name="register")
app.add_typer(contacts.app, name="contacts")


def main() -> None:
    """Run the command; what the person can mend is one line on stderr, and exit code 1."""
    try:
        app()
    except (SettingsError, StartError, LedgerError, ClassifyError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
