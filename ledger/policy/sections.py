"""The policy's file as people write it: section by section, each with the comment above it.

A section is replaced by its lines, so that comments, order and spelling of all others stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import yaml

from ledger.errors import PolicyError

LONGEST: Final = 200_000
"""Characters of a file."""
Place = tuple[str, ...]
"""The keys that lead to a value."""


class _Plain(yaml.SafeLoader):
    """Reads nothing twice: an alias could hide where a secret stands, and make much of little."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="write it out instead of using an alias", problem_mark=mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class Block:
    """The section ``key``: lines ``first`` to before ``end``, from the comment above it to its last line."""

    key: str
    first: int
    end: int


def section_of(written: str, key: str) -> str | None:
    """The section's own text in the file's, or None if the file leaves it out. Raises PolicyError."""
    lines = written.splitlines(keepends=True)
    found = (block for block in _blocks(written) if block.key == key)
    return next(("".join(lines[block.first : block.end]) for block in found), None)


def with_section(written: str, key: str, typed: str) -> str:
    """The file's text with the section replaced, or added at the end.

    Raises:
        PolicyError: ``typed`` is no YAML, too long, or not this section alone; lines are counted in it.
    """
    composed(typed)
    block = next((block for block in _blocks(written) if block.key == key), None)
    lines, own = written.splitlines(keepends=True), typed.strip("\n").rstrip() + "\n"
    if block:
        new = "".join([*lines[: block.first], own, *lines[block.end :]])
    else:
        new = f"{written.rstrip()}\n\n{own}"
    before = [one.key for one in _blocks(written)]
    if [one.key for one in _blocks(new)] != (before if block else [*before, key]):
        raise PolicyError(f"{key}: write this section and no other here, beginning with {key}:")
    return new


def composed(text: str) -> yaml.Node | None:
    """What ``text`` says, each piece with its place in it.

    Raises:
        PolicyError: it is no YAML, has aliases, or is too long.
    """
    if len(text) > LONGEST:
        raise PolicyError(f"it is longer than {LONGEST} characters")
    try:
        return yaml.compose(text, Loader=_Plain)
    except (yaml.YAMLError, RecursionError) as error:
        raise PolicyError(no_yaml(error)) from None


def scalars(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[Place, yaml.Node]]:
    """Every single value below ``node`` with its keys; an item of a list has the key ``*``."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from scalars(item, (*place, "*"))
    elif node is not None:
        yield place, node


def no_yaml(error: Exception) -> str:
    """What is wrong with the writing, and where, without the line itself, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'it is no YAML in UTF-8'}{place}"


@lru_cache(maxsize=4)
def _blocks(written: str) -> tuple[Block, ...]:
    """The sections in their order."""
    root, lines = composed(written), written.splitlines()
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise PolicyError("write every section on lines of its own")
    keys = [key for key, _ in root.value]
    begins = [_comment_above(lines, key.start_mark.line) for key in keys]
    ends = [*begins[1:], len(lines)]
    return tuple(
        Block(str(key.value), begin, _without_blanks(lines, end))
        for key, begin, end in zip(keys, begins, ends, strict=True)
    )


def _comment_above(lines: list[str], line: int) -> int:
    while line and lines[line - 1].startswith("#"):
        line -= 1
    return line


def _without_blanks(lines: list[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end
