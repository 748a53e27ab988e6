"""What stands in a form, in words: for its page, and for the ledger's entries about it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.console.visit import Visit
from ledger.form_book import FormDefinition, FormField, StepDefinition, book
from ledger.form_values import moment_of
from ledger.services.forms import VEIL

KNOWN_WORDS: Final = {
    "case.category": "category",
    "case.severity": "severity",
    "case.signals": "signal",
    "case.remedies": "remedy",
}
"""Sources whose values are words of a vocabulary."""
NOTHING: Final[tuple[Any, ...]] = (None, "", [])


def in_words(visit: Visit, people: Mapping[str, str], field: FormField, value: Any) -> str:
    """A field's value for a reader; ``people`` are names by user name."""
    say = visit.texts
    if isinstance(value, list):
        return say("format.and").join(in_words(visit, people, field, one) for one in value)
    if isinstance(value, bool):
        return say("entry.yes" if value else "entry.no")
    if field.kind == "person":
        return people.get(value, str(value))
    if field.options and value in field.options:
        return field.options[value][say.language]
    if value == VEIL:
        return VEIL
    if field.kind == "moment" or (field.known or "").endswith("_at"):
        return visit.when(moment_of(value, visit.desk.policy.organisation.time_zone))
    return say.word(KNOWN_WORDS.get(field.known or "", "value"), value)


def fields_told(form: FormDefinition, after: Mapping[str, Any]) -> Mapping[str, FormField]:
    """The fields an entry about the form may tell of: its own, and those of the step that was taken."""
    step = form.steps.get(after.get("step", ""))
    return {**form.fields, **(step.fields if step else {})}


def booked(
    visit: Visit,
    people: Mapping[str, str],
    form: FormDefinition,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[tuple[str, str, str]]:
    """Where the form stands and each field an entry tells of: its name, what stood there, what does now."""

    def words(field: FormField, value: Any) -> str:
        return "" if value in NOTHING else in_words(visit, people, field, value)

    was, is_now = (_state(visit, form, one.get("state")) for one in (before, after))
    yield visit.texts.word("field", "state"), was, is_now
    for name, field in fields_told(form, after).items():
        was, is_now = words(field, before.get(name)), words(field, after.get(name))
        if was or is_now:
            yield field.names[visit.texts.language], was, is_now


def step_of_clock(name: str, kind: str | None) -> StepDefinition | None:
    """The step that stopped a clock of ``kind``: ``review.approve``, in older entries its own name alone.

    None when it was no form's.
    """
    paper, _, step = name.partition(".")
    if paper in book():
        return book()[paper].steps.get(step)
    for form in book().values():
        started = {*form.starts, *(clock for step in form.steps.values() for clock in step.starts)}
        if name in form.steps and kind in started:
            return form.steps[name]
    return None


def _state(visit: Visit, form: FormDefinition, state: str | None) -> str:
    found = form.states.get(state or "")
    return found.names[visit.texts.language] if found else ""
