"""The scripts: every one in three languages, described, and without what nobody may say (playbook A6)."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from actions import wording as names
from actions.steps import QUESTIONS, Step, question
from bot.nlu.book import Wording, read
from ledger.vocabulary import Category, Language, Remedy

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data" / "scripts").glob("*.yml"))
STAGES = {"listen", "acknowledge", "respond", "feedback", "revisit"}
FREQUENT = ("utter_listen_story", "utter_listen_remedy", "utter_listen_contact", "utter_listen_greet",
            "utter_respond_added", "utter_acknowledge_repeat", "utter_acknowledge_anger")  # fmt: skip
FORBIDDEN = {
    Language.ZH_HANS: (
        "亲爱的|完全理解|深表|抱歉|冷静|按规定|一定赔|保证|操作不当|耐心等待|很重要|但是|，不过|。不过|没听懂|您的错"
    ),
    Language.ZH_HANT: (
        "親愛的|完全理解|深表|抱歉|冷靜|依規定|一定賠|保證|操作不當|耐心等待|很重要|但是|視頻|信息|質量|短信"
    ),
    Language.EN: "however|our policy|calm down|inconvenience|dear customer|we understand|guarantee|valued",
}
SHOUTED = re.compile("[!\uff01]")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[㐀-鿿]")
CAPITAL = {"name", "number", "case_number", "mirror", "told", "known", "what", "promise", "outcome"}
BEGINS_A_SENTENCE = re.compile(r"(?:^|[.?] )\{(\w+)\}")
HALF_WIDTH = re.compile(r"[㐀-鿿}][,;:?!]|[,;:?!][㐀-鿿]")


def by_language(wordings: Iterable[Wording]) -> dict[Language, list[Wording]]:
    sorted_out: dict[Language, list[Wording]] = defaultdict(list)
    for wording in wordings:
        sorted_out[Language(wording.language)].append(wording)
    return sorted_out


BOOK = read(FILES)
SCRIPTS = {name: entry.wordings for name, entry in BOOK.items()}


def texts(name: str) -> list[tuple[Language, str]]:
    return [(Language(wording.language), wording.text) for wording in SCRIPTS[name]]


def forbidden(language: Language) -> list[str]:
    return FORBIDDEN[language].split("|")


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_spoken_in_three_languages_in_as_many_wordings(name: str) -> None:
    counts = {language: len(spoken) for language, spoken in by_language(SCRIPTS[name]).items()}
    assert counts.keys() == set(Language)
    assert len(set(counts.values())) == 1, counts


@pytest.mark.parametrize("name", SCRIPTS)
def test_placeholders_and_buttons_are_the_same_in_every_language(name: str) -> None:
    spoken = by_language(SCRIPTS[name])
    used = [
        {found for wording in wordings for found in PLACEHOLDER.findall(wording.text)}
        for wordings in spoken.values()
    ]
    buttons = [[len(each.buttons) for each in wordings] for wordings in spoken.values()]
    assert used.count(used[0]) == len(used)
    assert buttons.count(buttons[0]) == len(buttons)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_says_what_nobody_may_say(name: str) -> None:
    for language, text in texts(name):
        assert not [word for word in forbidden(language) if word in text.lower()], text
        assert not SHOUTED.search(text), text


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_written_in_their_own_script(name: str) -> None:
    for language, text in texts(name):
        chinese = language is not Language.EN
        assert bool(HAN.search(text)) is chinese, text
        assert not (chinese and HALF_WIDTH.search(text)), text


@pytest.mark.parametrize("name", SCRIPTS)
def test_english_sentences_begin_with_a_capital(name: str) -> None:
    for text in (text for language, text in texts(name) if language is Language.EN):
        assert set(BEGINS_A_SENTENCE.findall(text)) <= CAPITAL, text
        assert not re.search(r"(?:^|[.?] )[a-z]", text), text


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_stand_where_a_latin_one_may(name: str) -> None:
    assert not [text for _, text in texts(name) if re.search(r"[㐀-鿿]\{(?:person|who)\}", text)]


def test_every_script_of_the_assistant_belongs_to_a_stage() -> None:
    assert {name.split("_")[1] for name in SCRIPTS if name.startswith("utter_")} <= STAGES


def test_no_sentence_stands_twice() -> None:
    spoken = [said for name in SCRIPTS for said in texts(name)]
    assert len(spoken) == len(set(spoken))


@pytest.mark.parametrize("name", FREQUENT)
def test_what_is_said_often_can_be_said_in_three_ways(name: str) -> None:
    assert all(len(spoken) >= 3 for spoken in by_language(SCRIPTS[name]).values())


def test_every_kind_of_complaint_has_its_acknowledgement_calm_and_hot() -> None:
    for category in Category:
        tones = {wording.circumstance for wording in SCRIPTS[f"utter_acknowledge_{category}"]}
        assert tones == {"calm", "hot"}


def test_every_open_question_can_be_asked_again() -> None:
    assert {question(step) for step in QUESTIONS} <= SCRIPTS.keys()
    assert question(Step.CONFIRM) is None


@pytest.mark.parametrize("language", Language)
def test_every_word_of_the_vocabulary_has_a_name_in_a_sentence(language: Language) -> None:
    assert names.words("matters", language).keys() == set(Category)
    assert names.words("remedies", language).keys() == set(Remedy)


def test_every_question_topic_has_its_answer() -> None:
    topics = [*names._wording()["topics"], names.NO_TOPIC]
    assert {f"utter_respond_about_{topic}" for topic in topics} <= SCRIPTS.keys()
