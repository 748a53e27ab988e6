"""What the model hears, without a desk."""

from pathlib import Path
from typing import Annotated

import typer

from bot import classify as reading

Source = Annotated[Path, typer.Option("--in", exists=True, dir_okay=False, help='Lines of {"id", "text"}.')]
Target = Annotated[Path, typer.Option("--out", dir_okay=False, help="The same lines with what is heard.")]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(classify)


def classify(source: Source, target: Target) -> None:
    """Judge a file of messages as live first messages would be judged."""
    typer.echo(f"{reading.classify(source, target)} messages", err=True)
