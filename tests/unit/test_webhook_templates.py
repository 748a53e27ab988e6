"""The JSON that group robots and other programs get."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from bot.notices.letter import escaped
from bot.notices.templates import accepted, body, dingtalk_signature
from bot.notices.webhook import address
from ledger.policy import Webhook

VALUES: dict[str, Any] = {
    "kind": "special_user",
    "title": "特殊用户 QT-2026-000123",
    "text": "…",
    "markdown": "**特殊用户** {not a place}",
    "organisation": "倾听",
    "number": "QT-2026-000123",
    "reasons": ["要找记者"],
    "channel": "web",
    "department": None,
    "due_at": "2026-11-22T08:00:00+00:00",
    "acknowledged": False,
    "link": "https://desk.example/desk/complaints/QT-2026-000123",
}


def test_plain_json_keeps_the_types_of_its_values() -> None:
    filled = body("json", VALUES)
    assert filled["reasons"] == ["要找记者"]
    assert filled["acknowledged"] is False
    assert filled["department"] is None
    assert filled["event"] == "special_user"


def test_wecom_gets_its_markdown_message() -> None:
    assert body("wecom", VALUES) == {
        "msgtype": "markdown",
        "markdown": {"content": "**特殊用户** {not a place}"},
    }


def test_dingtalk_gets_a_title_with_the_organisation_for_the_robots_keyword() -> None:
    filled = body("dingtalk", VALUES)
    assert filled["msgtype"] == "markdown"
    assert filled["markdown"]["title"] == "倾听 特殊用户 QT-2026-000123"
    assert filled["markdown"]["text"] == VALUES["markdown"]


def test_text_from_outside_is_never_read_as_a_template() -> None:
    assert body("json", VALUES | {"title": "{link}"})["title"] == "{link}"


def test_the_dingtalk_signature_is_the_one_the_robot_checks() -> None:
    query = parse_qs(dingtalk_signature("SEC-of-the-robot", 1_700_000_000_000))
    expected = hmac.new(b"SEC-of-the-robot", b"1700000000000\nSEC-of-the-robot", hashlib.sha256).digest()
    assert query == {"timestamp": ["1700000000000"], "sign": [base64.b64encode(expected).decode()]}


@pytest.mark.parametrize(
    ("url", "joined"), [("https://robot.example/send?access_token=t", "&"), ("https://robot.example", "?")]
)
def test_a_signed_address_keeps_what_it_had(url: str, joined: str) -> None:
    hook = Webhook(name="duty", url=SecretStr(url), template="dingtalk", secret=SecretStr("SEC"))
    signed = address(hook, datetime(2026, 11, 22, tzinfo=UTC))
    assert signed.startswith(f"{url}{joined}timestamp=1795305600000&sign=")
    assert parse_qs(urlsplit(signed).query)["sign"]


@pytest.mark.parametrize("template", ["json", "wecom"])
def test_only_dingtalk_is_signed(template: str) -> None:
    hook = Webhook(
        name="duty",
        url=SecretStr("https://robot.example"),
        template=template,  # type: ignore[arg-type]
        secret=SecretStr("SEC"),
    )
    assert address(hook, datetime(2026, 11, 22, tzinfo=UTC)) == "https://robot.example"


def test_a_robot_that_answers_200_with_an_error_code_has_not_taken_it() -> None:
    assert accepted("dingtalk", {"errcode": 0, "errmsg": "ok"})
    assert not accepted("dingtalk", {"errcode": 310000, "errmsg": "sign not match"})
    assert not accepted("wecom", {})
    assert accepted("json", {})


def test_words_in_markdown_call_on_nobody_and_open_nothing() -> None:
    assert escaped("@all [点我](https://x)") == "＠all ［点我］(https://x)"
    assert not set(escaped("<@everyone> **`#|_")) & set("<>@*`#|_")
