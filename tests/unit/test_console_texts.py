"""The console speaks three languages alike, and every word the desk may show has a text."""

import re
import string
from pathlib import Path

import hanzidentifier
import pytest

import bot.console
import ledger.lists
import ledger.reports
import ledger.services
from bot.console.texts import Texts, texts
from bot.console.visit import refusal
from ledger import errors, vocabulary
from ledger.handoff import AlreadyHeld
from ledger.lists import LISTS
from ledger.policy import Policy
from ledger.vocabulary import Language, NoticeState

CODE = Path(bot.console.__file__).parent
CALLS = "say|texts|Field|_button|_choice|_day|_conversations|_chart"
KEY = re.compile(rf"""(?:{CALLS})\(\s*(?:visit, )?"([a-z_]+\.\w+)\"""")
CODES = re.compile(r'\bcode ?= ?"(\w+)"(?: if .* else "(\w+)")?')
SECTIONS = re.compile(r'[Ss]ection\((?:key=)?"(\w+)"')
FIGURES = re.compile(r'"(report_figure\.\w+)"')
KINDS = {
    "stage": vocabulary.Stage,
    "severity": vocabulary.Severity,
    "case_type": vocabulary.CaseType,
    "case_status": vocabulary.CaseStatus,
    "crisis_type": vocabulary.CrisisType,
    "category": vocabulary.Category,
    "signal": vocabulary.Signal,
    "remedy": vocabulary.Remedy,
    "fact": vocabulary.FactKind,
    "clock_kind": vocabulary.ClockKind,
    "notice_kind": vocabulary.NoticeKind,
    "language": vocabulary.Language,
    "holding": vocabulary.Holding,
    "author": vocabulary.Author,
    "actor": vocabulary.ActorKind,
    "role": vocabulary.Role,
    "way": vocabulary.Way,
    "delivery": vocabulary.Delivery,
    "mention_kind": vocabulary.MentionKind,
    "feeling": vocabulary.Feeling,
    "policy_section": Policy.model_fields,
    "contact_kind": vocabulary.ContactKind,
    "view_kind": vocabulary.ViewKind,
}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", [Language.ZH_HANS, Language.ZH_HANT])
def test_every_language_has_the_same_texts_with_the_same_values(language: Language) -> None:
    ours, english = texts(language).entries, texts(Language.EN).entries
    assert ours.keys() == english.keys()
    assert [key for key in english if fields_of(ours[key]) != fields_of(english[key])] == []


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 cases"), (1, "1 case"), ("1", "1 case"), (12, "12 cases")]
)
def test_a_number_brings_its_word_for_one_or_for_more(count: object, said: str) -> None:
    assert Texts(Language.EN, {"x": "{count} {count:case|cases}"})("x", count=count) == said


@pytest.mark.parametrize("language", [Language.ZH_HANS, Language.ZH_HANT])
def test_no_text_is_in_the_other_script(language: Language) -> None:
    entries = texts(language).entries
    mixed = [
        key
        for key, text in entries.items()
        if not key.startswith("language.")
        and hanzidentifier.has_chinese(text)
        and hanzidentifier.identify(text) not in (hanzidentifier.BOTH, _script(language))
    ]
    assert mixed == []


def _script(language: Language) -> int:
    return hanzidentifier.SIMPLIFIED if language is Language.ZH_HANS else hanzidentifier.TRADITIONAL


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_the_vocabulary_has_a_text(kind: str) -> None:
    assert [word for word in KINDS[kind] if f"{kind}.{word}" not in texts(Language.EN).entries] == []


def test_every_key_the_pages_ask_for_exists() -> None:
    asked = {key for page in CODE.rglob("*.py") for key in KEY.findall(page.read_text("utf-8"))}
    assert len(asked) > 100
    assert asked - texts(Language.EN).entries.keys() == set()


def test_every_list_and_every_reason_to_be_on_one_has_words() -> None:
    files = Path(ledger.lists.__file__).parent.glob("*.py")
    codes = {code for file in files for found in CODES.findall(file.read_text("utf-8")) for code in found}
    assert codes >= {"came", "overdue", "due_today"}
    wanted = {f"{kind}.{key}" for kind in ("list", "list_about") for key in LISTS}
    assert wanted | {f"list_reason.{code}" for code in codes if code} <= texts(Language.EN).entries.keys()


def test_everything_a_report_may_say_has_words() -> None:
    files = [file.read_text("utf-8") for file in Path(ledger.reports.__file__).parent.glob("*.py")]
    said = {code for file in files for found in CODES.findall(file) for code in found if code}
    wanted = {f"report.{kind}" for kind in vocabulary.ReportKind}
    wanted |= {f"report_section.{key}" for file in files for key in SECTIONS.findall(file)}
    wanted |= {key for file in files for key in FIGURES.findall(file)}
    known = texts(Language.EN).entries
    assert {"overdue", "cleared"} <= said
    assert wanted <= known.keys()
    assert [code for code in said if not {f"report_says.{code}", f"list_reason.{code}"} & known.keys()] == []


def test_every_refusal_of_the_ledger_has_words() -> None:
    say = texts(Language.EN)
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LedgerError)
    ]
    beyond = (errors.LedgerError, errors.PolicyError)
    spoken = [kind for kind in kinds if kind not in beyond]
    assert [k for k in spoken if not any(f"error.{base.__name__}" in say.entries for base in k.__mro__)] == []


def test_who_was_faster_is_named() -> None:
    assert refusal(texts(Language.ZH_HANS), AlreadyHeld("王芳")) == "王芳已经接手了。"


def test_a_word_nobody_translated_is_shown_as_it_is() -> None:
    assert Texts(Language.EN, {}).word("category", "new_kind") == "new_kind"


ACTION = re.compile(r'"((?:case|clock|contact|conversation|evidence|form|message|special|stage|task)\.\w+)"')


def test_every_action_in_a_cases_book_has_words() -> None:
    services = Path(ledger.services.__file__).parent
    actions = {name for file in services.glob("*.py") for name in ACTION.findall(file.read_text("utf-8"))}
    assert "case.opened" in actions
    actions |= {f"notice.{state}" for state in (NoticeState.SENT, NoticeState.FAILED)}
    assert {f"action.{name}" for name in actions} - texts(Language.EN).entries.keys() == set()
