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
from ledger.policy.sections import no_yaml

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")

PLAINLY: Final = {
    "extra_forbidden": "there is no such key; docs/policy.md has all of them",
    "missing": "it must be there",
}

SHIPPED: Final = Path(__file__).parents[2] / "policy.yml"


def load_policy(path: Path) -> Policy:
    """The policy in the YAML file ``path``; later sections that it leaves out are the shipped ones.

    Raises:
        PolicyError: it cannot be read, or something in it is wrong; one line that says what and where.
    """
    try:
        return read_policy(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: {no_yaml(error)}") from None
    except PolicyError as error:
        raise PolicyError(f"{path}: {error.detail}") from None


def read_policy(text: str) -> Policy:
    """The policy that ``text`` says, as ``load_policy``. Raises PolicyError, which names no file."""
    try:
        written = yaml.safe_load(text)
        if isinstance(written, dict):
            written = {**_left_out(), **written}
        return Policy.model_validate(expanded(written, os.environ))
    except yaml.YAMLError as error:
        raise PolicyError(no_yaml(error)) from None
    except KeyError as error:
        raise PolicyError(f"the environment has no {error.args[0]}") from None
    except ValidationError as error:
        raise PolicyError(first_fault(error)) from None


@cache
def _left_out() -> dict[str, Any]:
    """What the shipped policy says where an older file is silent."""
    shipped = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return {name: shipped[name] for name in LATER_SECTIONS if name in shipped}


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
    told = PLAINLY.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    return f"{place}: {told}"
