"""Secrets in the policy's file, hidden from whoever edits a section elsewhere than in the file.

Each stands there as a mark (``•••1``) that says "as it is"; taken back, the mark becomes what it stood for,
if it is where a secret may stand. What is only the name of a variable, ``${NAME}``, hides nothing and stays.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, get_args

import yaml
from pydantic import BaseModel, SecretStr

from ledger.errors import PolicyError
from ledger.policy.policy import Policy
from ledger.policy.sections import composed, scalars

MARK: Final = re.compile(r"•••(\d+)")
VARIABLE_ALONE: Final = re.compile(r"""["']?\$\{\w+\}["']?""")


def hidden(text: str, section: str) -> tuple[str, list[str]]:
    """The text with marks instead of its secrets, and what each mark stands for. Raises PolicyError."""
    kept: list[str] = []
    pieces, last = [], 0
    for start, end in _spans(text, section):
        kept.append(text[start:end])
        pieces += [text[last:start], f'"•••{len(kept)}"']
        last = end
    return "".join([*pieces, text[last:]]), kept


def shown(typed: str, section: str, kept: Sequence[str]) -> str:
    """The text with its marks taken back for what they stand for.

    Raises:
        PolicyError: it is no YAML, or a mark stands where no secret may.
    """
    for start, end in reversed(list(_spans(typed, section))):
        mark = MARK.fullmatch(typed[start:end].strip("\"'"))
        if mark and 1 <= int(mark[1]) <= len(kept):
            typed = typed[:start] + kept[int(mark[1]) - 1] + typed[end:]
    if left := MARK.search(typed):
        raise PolicyError(f"{section}: {left[0]} is a secret; leave it where it stood, or write a new one")
    return typed


@cache
def secret_keys() -> dict[str, frozenset[str]]:
    """For each section the keys whose values are secrets."""
    return {
        name: keys
        for name, field in Policy.model_fields.items()
        if (keys := frozenset(_secret_keys(field.annotation)))
    }


def _secret_keys(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from [name] if _is_secret(field.annotation) else _secret_keys(field.annotation)
    for argument in get_args(annotation):
        yield from _secret_keys(argument)


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(argument) for argument in get_args(annotation))


def _spans(text: str, section: str) -> list[tuple[int, int]]:
    """Where secrets stand, in values and in what is commented out, in the order of the text."""
    if not (keys := secret_keys().get(section)):
        return []
    found = [(place, _span(text, node)) for place, node in scalars(composed(text))]
    values = [span for _, span in found]
    secrets = [span for place, span in found if place and place[-1] in keys]
    for span in _in_comments(text, keys):
        if not any(start < span[1] and span[0] < end for start, end in values):
            secrets.append(span)
    return sorted(span for span in secrets if not VARIABLE_ALONE.fullmatch(text[slice(*span)]))


def _span(text: str, node: yaml.Node) -> tuple[int, int]:
    start, end = node.start_mark.index, node.end_mark.index
    return start, start + len(text[start:end].rstrip())


def _in_comments(text: str, keys: frozenset[str]) -> Iterator[tuple[int, int]]:
    written = re.compile(rf"""\b(?:{"|".join(sorted(keys))}): *("[^"]*"|'[^']*'|[^\s,}}]+)""")
    for comment in re.finditer(r"#.*", text):
        for found in written.finditer(text, *comment.span()):
            yield found.span(1)
