"""Reading the policy's file.

Durations are written ``90s``, ``30m``, ``1h30m``, ``2d``; text may hold ``${NAME}``, which is taken from the
environment, so that no secret stands in the file.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from ledger.errors import PolicyError
from ledger.policy.policy import LATER_SECTIONS, Policy

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")

SHIPPED: Final = Path(__file__).parents[2] / "policy.yml"


def load_policy(path: Path) -> Policy:
    """The policy in the YAML file ``path``; later sections that it leaves out are the shipped ones.

    Raises:
        PolicyError: it cannot be read, or something in it is wrong; one line that says what and where.
    """
    written = _read(path)
    if isinstance(written, dict):
        written = {**_left_out(), **written}
    try:
        return Policy.model_validate(expanded(written, os.environ))
    except KeyError as error:
        raise PolicyError(f"{path}: the environment has no {error.args[0]}") from None
    except ValidationError as error:
        raise PolicyError(f"{path}: {first_fault(error)}") from None


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: {_no_yaml(error)}") from None


@cache
def _left_out() -> dict[str, Any]:
    """What the shipped policy says where an older file is silent."""
    shipped = _read(SHIPPED)
    return {name: shipped[name] for name in LATER_SECTIONS if name in shipped}


def _no_yaml(error: Exception) -> str:
    """What is wrong with the writing, and where, without the line itself, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'it is no YAML in UTF-8'}{place}"


def expanded(written: Any, environment: Mapping[str, str]) -> Any:
    """``written`` with every ``${NAME}`` in its texts taken from ``environment``, or KeyError."""
    if isinstance(written, str):
        return VARIABLE.sub(lambda found: environment[found[1]], written)
    if isinstance(written, dict):
        return {key: expanded(value, environment) for key, value in written.items()}
    if isinstance(written, list):
        return [expanded(value, environment) for value in written]
    return written


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, and where, without the value, which may be a secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or "policy"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}"
