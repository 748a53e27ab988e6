"""The clauses of a message, each long enough to say something by itself."""

import re

# Not the stop inside "3.15" or "kundendienst.example".
_ENDS = re.compile(r"(?<=[。！？!?；;，,\n])|(?<=\.)\s+")
_HAN = re.compile(r"[㐀-鿿]")
_WORD = re.compile(r"[A-Za-z']+")
_LEAST = 12


def clauses(text: str) -> list[str]:
    """The text in parts that end at a stop or a comma; what is too short goes with what follows it."""
    parts: list[str] = []
    pending = ""
    for piece in _ENDS.split(text):
        pending = f"{pending} {piece}".strip()
        if _weight(pending) >= _LEAST:
            parts.append(pending)
            pending = ""
    if pending and parts:
        parts[-1] = f"{parts[-1]} {pending}"
    return parts or [text]


def _weight(text: str) -> int:
    """Its length in Chinese characters; an English word says about as much as two of them."""
    return len(_HAN.findall(text)) + 2 * len(_WORD.findall(text))
