"""Small marks with words: signals, emotions, severity, the green channel, stages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nicegui import ui

from bot.console.texts import Texts
from ledger.vocabulary import Language, Severity, Signal, Stage

GRAVE = frozenset(
    {
        Signal.MEDIA_THREAT,
        Signal.REGULATOR_THREAT,
        Signal.LEGAL_THREAT,
        Signal.GROUP_EVENT,
        Signal.INJURY_SAFETY,
        Signal.SELF_HARM,
        Signal.VIOLENCE_THREAT,
        Signal.EXTORTION,
    }
)


def tag(text: str, tone: str = "plain") -> ui.label:
    """A word in a small frame; ``tone`` is plain, calm, warn, grave or green."""
    return ui.label(text).classes(f"qt-tag qt-{tone}")


def green_channel(say: Texts) -> None:
    """The mark of a special user's case (playbook B1)."""
    tag(say("mark.green_channel"), "green")


def demo(say: Texts) -> None:
    """The mark of what `qingting demo` made up."""
    tag(say("mark.demo"), "made-up")


def drill(say: Texts) -> None:
    """The mark of what a drill plays: nobody outside has said it (playbook D3)."""
    tag(say("mark.drill"), "drill")


def signals(say: Texts, heard: Iterable[str]) -> None:
    """Signals as tags, the grave ones in red."""
    for signal in heard:
        tag(say.word("signal", signal), "grave" if signal in GRAVE else "warn")


def severity(say: Texts, value: Severity) -> None:
    """How bad the case is."""
    tones = {Severity.MILD: "plain", Severity.MODERATE: "warn", Severity.SEVERE: "grave"}
    tag(say.word("severity", value), tones[value])


def stage(say: Texts, value: Stage) -> None:
    """One of the five steps."""
    tag(say.word("stage", value), "calm")


def stages(say: Texts, current: Stage) -> None:
    """The five steps in a row, done ones filled, the present one marked."""
    steps = [step for step in Stage if step is not Stage.CLOSED]
    reached = list(Stage).index(current)
    with ui.element("ol").classes("qt-steps"):
        for place, step in enumerate(steps):
            state = "done" if place < reached else "now" if place == reached else "next"
            item = ui.element("li").classes(f"qt-step qt-step-{state}")
            if state == "now":
                item.props("aria-current=step")
            with item:
                ui.label(say.word("stage", step))


def path(names: Mapping[str, str], current: str) -> None:
    """Where a form stands on its path: the states before it done, the present one marked."""
    reached = list(names).index(current)
    with ui.element("ol").classes("qt-steps"):
        for place, (state, name) in enumerate(names.items()):
            look = "done" if place < reached else "now" if state == current else "next"
            item = ui.element("li").classes(f"qt-step qt-step-{look}")
            if look == "now":
                item.props("aria-current=step")
            with item:
                ui.label(name)


def emotion(say: Texts, level: int) -> None:
    """A level of emotion: a bar as high as it is, and the word."""
    with ui.element("span").classes("qt-emotion"):
        ui.element("span").classes(f"qt-bar qt-bar-{level}").props("aria-hidden=true")
        ui.label(say.word("emotion", level))


def trail(say: Texts, levels: Sequence[int]) -> None:
    """How the feeling went (playbook A9): a bar a message, and the first and last level in words."""
    if not levels:
        return
    words = say.word("emotion", levels[0])
    if levels[-1] != levels[0]:
        words = say("emotion_trail.from_to", first=words, last=say.word("emotion", levels[-1]))
    with ui.element("span").classes("qt-trail"):
        for level in levels[-24:]:
            ui.element("span").classes(f"qt-bar qt-bar-{level}").props("aria-hidden=true")
        ui.label(words)


def reasons(say: Texts, found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why a user is special, each in words with what the customer wrote."""
    return [reason_in_words(say, reason) for reason in found]


def reason_in_words(say: Texts, reason: Mapping[str, Any]) -> str:
    """``{"code", "words"}``: the code's name, and the words it was heard in."""
    name = say.word("signal", reason.get("code", ""))
    words = reason.get("words")
    if isinstance(words, Mapping):
        words = words.get(say.language) or words.get(Language.ZH_HANS)
    return say("special.reason", name=name, words=words) if words else name
