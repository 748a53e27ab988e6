"""Comma-separated lines of a file, as imports read them; the first line names the columns."""

import csv
from collections.abc import Callable, Collection, Sequence
from io import StringIO
from typing import TypeVar

from ledger.errors import BadLines

T = TypeVar("T")


def read_lines(
    text: str,
    read: Callable[[dict[str, str]], T],
    *,
    needed: Sequence[str],
    known: Collection[str] | None = None,
) -> tuple[list[tuple[int, T]], list[tuple[int, str]]]:
    """What ``read`` makes of each line, by its number in the file, and what is wrong with the others.

    ``read`` raises ValueError with a code for what is wrong. ``known``: the columns there may be, if not any.

    Raises:
        BadLines: a column of ``needed`` is missing, or one is not ``known``; nothing was read.
    """
    rows = csv.DictReader(StringIO(text.lstrip("\ufeff")))
    names = rows.fieldnames or ()
    wrong = [f"column:{name}" for name in needed if name not in names]
    wrong += [f"unknown_column:{name}" for name in names if known is not None and name not in known]
    if wrong:
        raise BadLines([(1, why) for why in wrong])
    good: list[tuple[int, T]] = []
    faults: list[tuple[int, str]] = []
    for row in rows:
        try:
            good.append((rows.line_num, read(row)))
        except ValueError as error:
            faults.append((rows.line_num, str(error)))
    return good, faults
