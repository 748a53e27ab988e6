"""The script book's content: three languages alike, nothing twice, and nothing that nobody may say (A6)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from actions import wording as names
from actions.steps import QUESTIONS, Step, question
from bot.nlu.book import DOUBTED, Wording, read
from bot.nlu.choosing import sentences
from bot.nlu.writing import Writing
from ledger import guard
from ledger.vocabulary import Category, Hardship, Language, Remedy, Topic

ROOT = Path(__file__).resolve().parents[2]
BOOK = read(sorted((ROOT / "data" / "scripts").glob("*.yml")))
SPEAKERS = [
    *(ROOT / "actions").glob("*.py"),
    *(ROOT / "bot").glob("*.py"),
    ROOT / "ledger/services/gathering.py",
    *(ROOT / "data/stories").glob("*.yml"),
]
STAGES = {"listen", "acknowledge", "respond", "feedback", "revisit"}
OFTEN = re.compile(
    r"utter_acknowledge_(?!stay|another|disarm)|utter_listen_(greet|thank|goodbye|praise|story|remedy|contact|nudge|pause)$"
    r"|utter_respond_(added|greet|thank|goodbye|praise|okay|spokesperson|corrected.*|contact_refused|disbelief)$"
    r"|utter_respond_(human|robot)_|utter_respond_about_general$"
    r"|utter_feedback_(progress$|status_(?!withdrawn)|which_case|not_found)|desk_file_filed"
)
"""What can come more than once in a conversation."""
DISBELIEVED = {
    "acknowledge": ("anger", "demand", "threat", "headquarters"),
    "listen": ("story", "remedy", "contact", "nudge", "headcount"),
    "respond": ("confirm", "added", "contact_taken", "press", "filed", "human_open", "human_closed",
                "human_waiting", "robot_open", "robot_closed", "about_owner",
                "about_times", "about_privacy", "about_refund"),
    "feedback": ("progress", "resolved", "status_open", "status_late", "status_taken", "status_progress",
                 "status_resolved"),
    "revisit": ("reopened", "rating"),
}  # fmt: skip
HOLLOW = {
    Language.ZH_HANS: "亲爱的|亲[，,]|完全理解|深表|抱歉|冷静|按规定|耐心等待|很重要|没听懂|带来的不便",
    Language.ZH_HANT: "親愛的|完全理解|深表|抱歉|冷靜|依規定|耐心等候|耐心等待|很重要|造成的不便|尊敬的",
    Language.EN: "however|our policy|calm down|inconvenience|dear customer|we understand|valued|apologi[sz]e",
}
MAINLAND = "視頻|信息|質量|短信|屏幕|軟件|登錄|投訴電話|賬|咱們|落實|渠道"
"""Words that stand in traditional characters and are still not said in Taiwan or Hong Kong."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
FILLED = {
    "mirror", "noted", "wanted", "known", "threats", "ambulance", "crisis_line", "police", "told", "matter",
    "wish", "promise", "case_number", "pass_code", "number", "news", "news_at", "person", "due", "remedy",
    "outcome", "opening", "what", "when", "first_response", "name",
    "other_matter", "right", "one", "other", "details", "holding", "decides",
    "by", "count", "hours", "megabytes", "progress", "revisit", "written",
}  # fmt: skip
OPENS_A_SENTENCE = {
    "mirror",
    "noted",
    "told",
    "known",
    "what",
    "promise",
    "outcome",
    "number",
    "holding",
    "decides",
    "case_number",
    "name",
    "written",
}
"""Values that begin with a capital in English."""
HALF_WIDTH = re.compile(r"[㐀-鿿][,;:?!]|[,;:?!][㐀-鿿]")
LONGEST = {Language.ZH_HANS: 80, Language.ZH_HANT: 85, Language.EN: 48}
"""Characters of Chinese, words of English."""
STAYING = {Language.ZH_HANS: 100, Language.ZH_HANT: 100, Language.EN: 60}
"""The same for who does not want to live: help lines and a person must stand in one message."""
SAID = [(name, wording) for name, entry in BOOK.items() for wording in entry.wordings]


def spoken(name: str, language: Language) -> list[Wording]:
    return [wording for wording in BOOK[name].wordings if wording.language == language]


def texts(language: Language) -> Iterator[tuple[str, str]]:
    return ((name, wording.text) for name, wording in SAID if wording.language == language)


def shape(wordings: Iterable[Wording]) -> Counter[tuple[str | None, int]]:
    return Counter((wording.circumstance, len(wording.buttons)) for wording in wordings)


def own(text: str) -> str:
    """What the book itself says: without values that are sentences of their own."""
    return re.sub(r"\{(?:mirror|noted|known|told|what|promise|holding|written)\}", " ", text).strip()


def length(text: str, language: Language) -> int:
    bare = PLACEHOLDER.sub("", text)
    return len(bare.split()) if language is Language.EN else len(bare)


@pytest.mark.parametrize("name", BOOK)
def test_an_entry_is_the_same_in_every_language(name: str) -> None:
    simplified, *others = (spoken(name, language) for language in Language)
    for other in others:
        assert shape(other) == shape(simplified)
        assert values_of(other) == values_of(simplified)


def values_of(wordings: Iterable[Wording]) -> set[str]:
    return {found for wording in wordings for found in PLACEHOLDER.findall(wording.text)}


@pytest.mark.parametrize("name", BOOK)
def test_there_is_always_another_way_to_say_it(name: str) -> None:
    least = 4 if OFTEN.match(name) and not name.endswith(DOUBTED) else 3
    assert min(Counter((each.language, each.circumstance) for each in BOOK[name].wordings).values()) >= least


@pytest.mark.parametrize("language", Language)
def test_no_sentence_stands_twice_in_the_book(language: Language) -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for name, text in texts(language):
        for sentence in sentences(own(text)):
            if PLACEHOLDER.sub("", sentence).strip(" ，,"):
                where[sentence.casefold()].add(f"{name}: {text}")
    assert {sentence: found for sentence, found in where.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", Language)
def test_nothing_hollow_is_said_and_nobody_shouts(language: Language) -> None:
    for name, text in texts(language):
        assert not re.search(HOLLOW[language], text.lower()), (name, text)
        assert not re.search("[!\uff01]", text), (name, text)
    assert not [text for _, text in texts(Language.ZH_HANT) if re.search(MAINLAND, text)]


def test_the_guard_finds_nothing_to_hold_back() -> None:
    found = {wording.text: guard.check(wording.text) for _, wording in SAID}
    assert {text: findings for text, findings in found.items() if findings} == {}


@pytest.mark.parametrize("language", Language)
def test_an_answer_is_brief_and_asks_one_thing_at_most(language: Language) -> None:
    for name, text in texts(language):
        longest = STAYING if name == "utter_acknowledge_stay" else LONGEST
        assert len(sentences(own(text))) <= 4, (name, text)
        assert len(re.findall("[?\uff1f]", text)) <= 1, (name, text)
        assert length(text, language) <= longest[language], (name, text)


@pytest.mark.parametrize("language", Language)
def test_every_text_is_written_in_its_own_script(language: Language) -> None:
    people = (
        (name, said[language])
        for name, entry in BOOK.items()
        for said in (entry.situation, entry.doubt)
        if said
    )
    for name, text in (*texts(language), *people):
        scripts = Writing(text).scripts
        foreign = {
            Language.ZH_HANS: scripts["zh-Hant"],
            Language.ZH_HANT: scripts["zh-Hans"],
            Language.EN: scripts.total(),
        }
        assert not foreign[language], (name, text)
        assert language is Language.EN or not HALF_WIDTH.search(text), (name, text)


def test_each_script_has_its_own_quotation_marks() -> None:
    foreign = {Language.ZH_HANS: '[「」"]', Language.ZH_HANT: '[“”"]', Language.EN: '[「」"]'}
    assert [
        text for script in Language for _, text in texts(script) if re.search(foreign[script], text)
    ] == []


@pytest.mark.parametrize("name", BOOK)
def test_english_sentences_begin_with_a_capital(name: str) -> None:
    for text in (wording.text for wording in spoken(name, Language.EN)):
        opening = re.findall(r"(?:^|[.?] )\{(\w+)\}", text)
        assert set(opening) <= OPENS_A_SENTENCE, text
        assert not re.search(r"(?:^|[.?] |\{mirror\})[a-z]", text), text


@pytest.mark.parametrize("name", BOOK)
def test_every_text_ends_like_a_sentence(name: str) -> None:
    assert not [
        each.text
        for each in BOOK[name].wordings
        if not re.search(r"[。？.?”」]$|\{noted\}$|\{promise\}$|\{holding\}$|\{written\}$", each.text)
    ]


@pytest.mark.parametrize("name", BOOK)
def test_names_stand_where_a_latin_one_may(name: str) -> None:
    assert not [
        each.text for each in BOOK[name].wordings if re.search(r"[㐀-鿿]\{(?:person|who)\}", each.text)
    ]


def test_only_what_is_filled_in_stands_in_braces() -> None:
    assert {found for _, wording in SAID for found in PLACEHOLDER.findall(wording.text)} <= FILLED


@pytest.mark.parametrize("stage", DISBELIEVED)
def test_who_does_not_believe_it_gets_an_answer(stage: str) -> None:
    disbelieved = {f"utter_{stage}_{name}" for name in DISBELIEVED[stage]}
    assert {name for name in disbelieved if not BOOK[name].doubt} == set()


@pytest.mark.parametrize("name", [name for name in BOOK if name.endswith(DOUBTED)])
def test_an_answer_to_a_doubt_needs_nothing_filled_in(name: str) -> None:
    assert not values_of(BOOK[name].wordings)


def test_every_script_of_the_assistant_belongs_to_a_stage() -> None:
    assert {name.split("_")[1] for name in BOOK if name.startswith("utter_")} <= STAGES


@pytest.mark.parametrize("feeling", [*Category, *Hardship])
def test_every_kind_of_complaint_and_every_hardship_is_acknowledged_calm_and_hot(feeling: str) -> None:
    wordings = BOOK[f"utter_acknowledge_{feeling}"].wordings
    assert {wording.circumstance for wording in wordings} == {"calm", "hot"}
    assert all(
        wording.text.startswith("{mirror}") and wording.text.endswith("{noted}") for wording in wordings
    )


def test_every_open_question_can_be_asked_again() -> None:
    assert {question(step) for step in QUESTIONS} <= BOOK.keys()
    assert question(Step.CONFIRM) is None


@pytest.mark.parametrize("language", Language)
def test_every_word_of_the_vocabulary_has_a_name_in_a_sentence(language: Language) -> None:
    assert names.words("matters", language).keys() == set(Category)
    assert names.words("remedies", language).keys() == set(Remedy)


def test_every_question_topic_has_its_answer() -> None:
    plain = {*Topic, "general"} - {Topic.HOURS}
    topics = plain | {"hours_open", "hours_closed", "refund_written", "escalate_written"}
    asked = {f"utter_respond_about_{topic}" for topic in topics}
    assert {name for name in asked if name not in BOOK or not BOOK[name].doubt} == set()


def named() -> set[str]:
    """The names of scripts in code and rules, as patterns where a part is chosen when it is said."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SPEAKERS)
    found = set(re.findall(r"\b((?:utter|desk)_(?:[a-z_]|\{[^}]*\})+)", code))
    found -= {"utter_message", "utter_action"}  # Rasa's own words
    return {re.sub(r"\{[^}]*\}", "[a-z_]+", name) for name in found if not name.endswith("_")}


def test_every_script_is_spoken_and_every_script_that_is_spoken_is_there() -> None:
    entries = {name.removesuffix(DOUBTED).removesuffix("_later") for name in BOOK} | BOOK.keys()
    missing = {name for name in named() if not any(re.fullmatch(name, entry) for entry in entries)}
    unspoken = {
        entry
        for entry in BOOK
        if not re.fullmatch("|".join(named()), entry.removesuffix(DOUBTED).removesuffix("_later"))
    }
    assert (missing, unspoken) == (set(), set())
