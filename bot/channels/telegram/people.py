"""Who is at the other end of an update, and which language the app says they read."""

from typing import Final

from telegram import User

from ledger.vocabulary import Language

TRADITIONAL: Final = ("hant", "tw", "hk", "mo")


def language_of(user: User | None) -> Language | None:
    """From the app's language; None when it says nothing."""
    code = (user.language_code or "").lower() if user else ""
    if not code:
        return None
    if not code.startswith("zh"):
        return Language.EN
    return Language.ZH_HANT if code.endswith(TRADITIONAL) else Language.ZH_HANS


def name_of(user: User | None) -> str | None:
    """The name the person shows to others."""
    return user.full_name if user else None
