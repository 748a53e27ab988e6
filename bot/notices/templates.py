"""The JSON of a webhook notice, from the templates in ``webhooks.yml``."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

import yaml

FILE = Path(__file__).with_name("webhooks.yml")
ALONE: Final = re.compile(r"\{(\w+)\}")


def body(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of ``template``, filled with ``values``."""
    return dict(_filled(_templates()[template]["body"], values))


def accepted(template: str, answer: Mapping[str, Any]) -> bool:
    """Whether the receiver's ``answer`` (its JSON) says that it took the notice."""
    expected = _templates()[template].get("ok", {})
    return all(answer.get(key) == value for key, value in expected.items())


def dingtalk_signature(secret: str, milliseconds: int) -> str:
    """The query a signed DingTalk robot asks for: ``timestamp=…&sign=…``.

    The signature is HMAC-SHA256 over ``timestamp``, a line feed and the secret, keyed with the secret.
    """
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"


def _filled(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if not isinstance(node, str):
        return node
    alone = ALONE.fullmatch(node)
    return values[alone[1]] if alone else node.format_map(values)


@cache
def _templates() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))
