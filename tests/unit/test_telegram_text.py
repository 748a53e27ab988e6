"""What Telegram's limits and habits make of a text."""

import pytest
from telegram import User

from bot.channels.base import Button
from bot.channels.telegram.outbound import LONGEST, cut, keyboard
from bot.channels.telegram.people import language_of
from bot.channels.telegram.webhook import address_of, path_of
from ledger.vocabulary import Language


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_is_one_piece() -> None:
    assert list(cut("好的。")) == ["好的。"]


@pytest.mark.parametrize(
    "text", ["很长的一句话。" * 2000, "no breaks" * 1500, "🙂" * 5000, "a line\n" * 1500 + " " * 5000]
)
def test_a_long_text_is_cut_into_pieces_that_fit_and_loses_nothing(text: str) -> None:
    pieces = list(cut(text))
    assert all(0 < units(piece) <= LONGEST for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_it_is_cut_between_sentences() -> None:
    assert all(piece.endswith("。") for piece in cut("很长的一句话。" * 2000))


def test_a_button_fits_whatever_it_says() -> None:
    markup = keyboard(2**62, [Button("换新", "我想换一台新的" * 30)])
    assert markup is not None
    data = str(markup.inline_keyboard[0][0].callback_data)
    assert len(data.encode()) <= 64


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh-hans", Language.ZH_HANS),
        ("zh", Language.ZH_HANS),
        ("zh-hant", Language.ZH_HANT),
        ("zh-TW", Language.ZH_HANT),
        ("en-GB", Language.EN),
        ("de", Language.EN),
        (None, None),
    ],
)
def test_the_app_tells_which_script_its_owner_reads(code: str | None, language: Language | None) -> None:
    assert language_of(User(1, "Li Na", is_bot=False, language_code=code)) is language


def test_the_webhook_is_served_where_its_public_address_leads() -> None:
    assert path_of("https://desk.example/hooks/tg") == "/hooks/tg"
    assert path_of("https://desk.example") == "/telegram/webhook"
    assert address_of("https://desk.example") == "https://desk.example/telegram/webhook"
    assert address_of("https://desk.example/hooks/tg") == "https://desk.example/hooks/tg"
