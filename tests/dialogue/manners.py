"""What must hold of every answer in every story: each rule gives what breaks it, in words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.dialogue.stories import Answered

ONLY = {"zh-Hans": "这们说记问么时", "zh-Hant": "這們說記問麼時", "en": "aeiou"}
"""Characters that only one Chinese script has; English answers hold no Han character at all."""
BUBBLES = 2
LONGEST = {"han": 120, "words": 75}
OUR_WORD = "utter_respond_confirm"
WITH_OUR_WORD = {"han": 160, "words": 110}
"""Han characters and English words of an answer; longer where number, name and time are given in it."""
HAN = re.compile(r"[㐀-鿿]")
WORD = re.compile(r"[A-Za-z'’]+")
SENTENCE = re.compile(r"(?<=[。！？!?；])|(?<=[.?!;])\s+|\n")
NUMBERS = re.compile(r"QT-\d{4}-\d{6}|\d{1,2}:\d{2}|\b[A-Z0-9]{6,8}\b")
ANSWERED = {
    "utter_listen_contact": "contact",
    "utter_listen_remedy": "remedy",
    "utter_listen_headcount": "people",
    "utter_listen_place": "place",
}
"""What each question asks for: once that is told, it is not asked."""


def as_told(answered: Answered) -> Iterator[str]:
    """What its line says of an answer and does not hold."""
    line, text = answered.line, answered.text
    if bool(answered.bubbles) is line.silent:
        yield "silent" if not line.silent else "answered, though it should be left alone"
    yield from (f"does not speak {script}" for script in line.scripts if script not in answered.scripts)
    yield from (f"does not show {stage}" for stage in line.stages if stage not in answered.stages)
    yield from (f"does not say {said}" for said in line.says if said not in text)
    yield from (f"says {said}" for said in line.never if said in text)
    yield from (f"does not offer {title}" for title in line.buttons if title not in answered.buttons)


def ill_mannered(answered: Answered) -> Iterator[str]:
    """In their language, one question at most, brief, not shouting, and nothing asked that was told."""
    text = answered.text
    if len(answered.bubbles) > BUBBLES:
        yield "more bubbles than one can read"
    if len(re.findall("[?？]", text)) > 1:
        yield "more than one question"
    if set(text) & set("!！"):
        yield "an exclamation mark"
    most = WITH_OUR_WORD if OUR_WORD in answered.scripts else LONGEST
    if len(HAN.findall(text)) > most["han"] or len(WORD.findall(text)) > most["words"]:
        yield "long"
    if foreign := _foreign(text, answered.language):
        yield f"not {answered.language}: {foreign}"
    for script, fact in ANSWERED.items():
        if script in answered.scripts and fact in answered.known:
            yield f"asks for what was told: {fact}"


def said_twice(answers: Sequence[Answered]) -> list[str]:
    """Sentences that were said more than once in a conversation."""
    said = Counter(sentence for answered in answers for sentence in sentences(answered.text))
    return [sentence for sentence, times in said.items() if times > 1]


def sentences(text: str) -> list[str]:
    """The sentences of an answer, numbers and times left out: they differ where the words do not."""
    parts = (NUMBERS.sub("#", part).strip() for part in SENTENCE.split(text))
    return [part for part in parts if len(part) > 1]


def _foreign(text: str, language: str) -> str:
    if language == "en":
        return "".join(HAN.findall(text))
    other = "zh-Hant" if language == "zh-Hans" else "zh-Hans"
    return "".join(sorted(set(text) & set(ONLY[other])))
