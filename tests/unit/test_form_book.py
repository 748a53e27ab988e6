"""Every form of the rule book makes sense, in three languages alike, and leads to an end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hanzidentifier
import pytest
import yaml
from pydantic import ValidationError

from ledger import form_book
from ledger.form_book import FormDefinition, book
from ledger.services.form_effects import EFFECTS
from ledger.services.known import SOURCES
from ledger.vocabulary import ClockKind, Language

KINDS = sorted(book())
PLAIN: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "forms" / "told.yml").read_text(encoding="utf-8")
)


def names_in(written: Any) -> Iterator[dict[Language, str]]:
    """Every text of a definition, in its three languages."""
    if isinstance(written, dict):
        if set(written) == set(Language):
            yield written
        else:
            for value in written.values():
                yield from names_in(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from names_in(value)


def reachable(form: FormDefinition) -> set[str]:
    found, ahead = set(), [form.first]
    while ahead:
        state = ahead.pop()
        found.add(state)
        ahead += [step.to for _, step in form.steps_from(state) if step.to and step.to not in found]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_is_reached_and_an_end_follows_from_each(kind: str) -> None:
    form = book()[kind]
    assert reachable(form) == set(form.states)
    stuck = [name for name, state in form.states.items() if not state.end and not list(form.steps_from(name))]
    assert stuck == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_form_fills_itself_from_is_known(kind: str) -> None:
    asked = {field.known for field in book()[kind].fields.values() if field.known}
    assert asked <= SOURCES


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_step_does_exists(kind: str) -> None:
    assert {step.does for step in book()[kind].steps.values() if step.does} <= set(EFFECTS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_puts_a_clock_off_asks_until_when_and_why(kind: str) -> None:
    extending = [step for step in book()[kind].steps.values() if step.extends]
    assert [step for step in extending if "until" not in step.fields or not step.reason] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_in_the_other_script(kind: str) -> None:
    texts = list(names_in(book()[kind].model_dump()))
    assert len(texts) > 5
    scripts = {Language.ZH_HANS: hanzidentifier.SIMPLIFIED, Language.ZH_HANT: hanzidentifier.TRADITIONAL}
    mixed = [
        names[language]
        for names in texts
        for language, script in scripts.items()
        if hanzidentifier.has_chinese(names[language])
        and hanzidentifier.identify(names[language]) not in (hanzidentifier.BOTH, script)
    ]
    assert mixed == []


def test_no_two_forms_share_the_letters_of_their_numbers() -> None:
    prefixes = [form.prefix for form in book().values()]
    assert sorted(set(prefixes)) == sorted(prefixes)
    assert "QT" not in prefixes


def test_every_further_clock_is_stopped_where_it_is_started() -> None:
    for kind, form in book().items():
        started = {clock for step in form.steps.values() for clock in step.starts} | set(form.starts)
        stopped = {clock for step in form.steps.values() for clock in step.stops}
        assert stopped <= started | {ClockKind.FORM_DUE}, kind
        assert ClockKind.HEADQUARTERS not in started, kind


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"steps": {"agree": {"from": ["nowhere"], "names": PLAIN["names"]}}}, "no such state: nowhere"),
        (
            {"steps": {"agree": {"from": ["open"], "needs": ["x"], "names": PLAIN["names"]}}},
            "no such field: x",
        ),
        ({"steps": {"agree": {"from": ["agreed"], "names": PLAIN["names"]}}}, "nothing leads on from an end"),
        (
            {"states": {"open": {"names": PLAIN["names"]}, "agreed": {"names": PLAIN["names"]}}},
            "no state ends it",
        ),
        ({"fields": {"a": {"kind": "choice", "names": PLAIN["names"]}}}, "a choice has some"),
        (
            {"fields": {"a": {"asked_in": ["later"], "names": PLAIN["names"]}}},
            "fields.a: no such state: later",
        ),
        (
            {"steps": {"agree": {"from": ["open"], "needs_at": {"severe": ["x"]}, "names": PLAIN["names"]}}},
            "no such field: x",
        ),
        ({"names": {"zh-Hans": "单", "en": "Form"}}, "no text in zh-Hant"),
        ({"opens_itself": [{}]}, "a trigger without a condition"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_with_the_reason(spoilt: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FormDefinition.model_validate({**PLAIN, **spoilt})


def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.yml").write_text("prefix: odd", encoding="utf-8")
    monkeypatch.setattr(form_book, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"odd\.yml"):
        form_book.book.__wrapped__()
