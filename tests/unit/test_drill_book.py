"""Drill files: the ten that ship can be played, in three languages alike, and a mistake is one line."""

from pathlib import Path

import hanzidentifier
import pytest

from bot.console.texts import texts
from bot.drills.report import planned
from bot.drills.words import Writer
from ledger.drill_book import SLOT, Aim, Drill, DrillFileError, Who, read, shipped
from ledger.policy import hurried, load_policy
from ledger.vocabulary import ClockKind, Language
from tests import policies

FILES = shipped()
SCRIPTS = {Language.ZH_HANS: hanzidentifier.SIMPLIFIED, Language.ZH_HANT: hanzidentifier.TRADITIONAL}
# So many of a hundred messages are nobody else's.
VARIED = 90
MISTAKES = {
    "lasts: 10m": ("lasts: soon", "lasts: 'soon' is no duration"),
    "says: [hello]": ("says: [nothing]", "words: nothing is written for nothing"),
    "over: 5m": ("over: 20m", "people: all come after the end"),
    "aim: answered": ("aim: applauded", "plan.0.aim: Input should be"),
    "zh-Hant: [您好]": ("en: [hello]", "words.hello"),
}
SMALL = """
names: {zh-Hans: 小, zh-Hant: 小, en: Small}
purpose: {zh-Hans: 试, zh-Hant: 試, en: To see}
briefing: {zh-Hans: 看, zh-Hant: 看, en: Watch}
lasts: 10m
faster: 60
people: [{name: all, count: 2, over: 5m, says: [hello]}]
plan: [{aim: answered, within: 30s}]
words: {hello: {zh-Hans: [您好], zh-Hant: [您好], en: [hello]}}
"""


def test_ten_drills_ship_among_them_the_day_of_315() -> None:
    assert len(FILES) == 10
    day = read(next(path for path in FILES if path.stem == "day_315")).drill
    special = [group for group in day.people if group.special and group.who is Who.CUSTOMER]
    complaints = sum(group.count for group in day.people)
    by_who = {who: sum(group.count for group in day.people if group.who is who) for who in Who}
    assert complaints == 500
    assert sum(group.count for group in special) == 30
    assert (by_who[Who.JOURNALIST], by_who[Who.CROWD]) == (2, 1)
    assert day.lasts.total_seconds() == 3600


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_drill_is_varied_planned_and_the_same_in_three_languages(path: Path) -> None:
    drill = read(path).drill
    said = [text for group in drill.people for text in _messages(drill, path.stem)[group.name]]
    assert len(set(said)) * 100 >= VARIED * len(said)
    assert {Aim.ANSWERED, Aim.NOBODY_LEFT} <= {goal.aim for goal in drill.plan}
    for name, wordings in drill.words.items():
        counts = {len(wordings[language]) for language in Language}
        assert len(counts) == 1, name
        for number in range(counts.pop()):
            slots = [set(SLOT.findall(wordings[language][number])) for language in SCRIPTS]
            assert slots[0] == slots[1], name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", SCRIPTS)
def test_no_drill_says_anything_in_the_other_script(path: Path, language: Language) -> None:
    drill = read(path).drill
    written = [*drill.words.values(), *drill.slots.values()]
    texts_there = [text for wordings in written for text in wordings[language]]
    texts_there += [names[language] for names in (drill.names, drill.purpose, drill.briefing)]
    fits = (hanzidentifier.BOTH, SCRIPTS[language])
    mixed = [text for text in texts_there if hanzidentifier.has_chinese(text)]
    assert [text for text in mixed if hanzidentifier.identify(text) not in fits] == []


@pytest.mark.parametrize("language", Language)
def test_every_goal_of_every_drill_is_a_sentence(language: Language) -> None:
    for path in FILES:
        drill = read(path).drill
        for goal in drill.plan:
            assert "{" not in planned(goal, drill, texts(language))


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_in_a_file_is_one_line_that_says_where(right: str, tmp_path: Path) -> None:
    wrong, said = MISTAKES[right]
    path = tmp_path / "small.yml"
    path.write_text(SMALL, encoding="utf-8")
    assert read(path).drill.takes.total_seconds() == 10
    path.write_text(SMALL.replace(right, wrong), encoding="utf-8")
    with pytest.raises(DrillFileError) as refused:
        read(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_same_seed_writes_the_same_words() -> None:
    drill = read(FILES[0]).drill
    assert _messages(drill, "one") == _messages(drill, "one") != _messages(drill, "two")


def test_those_who_come_over_a_time_come_within_it() -> None:
    for path in FILES:
        drill = read(path).drill
        for group in drill.people:
            arrivals = Writer(drill, "seed").arrivals(group)
            begins = group.at.total_seconds()
            assert len(arrivals) == group.count
            assert begins <= arrivals[0]
            assert arrivals[-1] <= begins + group.over.total_seconds()


def test_a_hurried_policy_divides_every_length_and_leaves_decisions_alone() -> None:
    policy = load_policy(policies.DEFAULT)
    quick = hurried(policy, 60)
    for kind in (ClockKind.HEADQUARTERS, ClockKind.FIRST_RESPONSE, ClockKind.LEAK_TO_LEAD):
        assert quick.length(kind) == policy.length(kind) / 60
        assert quick.reminders_of(kind) == tuple(ahead / 60 for ahead in policy.reminders_of(kind))
    assert quick.escalation.urge_every == policy.escalation.urge_every / 60
    assert quick.press.answers_within == policy.press.answers_within / 60
    assert [step.to for step in quick.escalation.steps] == [step.to for step in policy.escalation.steps]
    assert quick.matrix == policy.matrix
    assert quick.listening == policy.listening
    # It is played on a Sunday too.
    assert all(quick.calendar("after_sales").week[day] for day in quick.hours.week)
    assert len(quick.hours.week) == 7


def _messages(drill: Drill, seed: str) -> dict[str, list[str]]:
    writer = Writer(drill, seed)
    return {
        group.name: [
            writer.message(words, language) for language in writer.languages(group) for words in group.says
        ]
        for group in drill.people
    }
