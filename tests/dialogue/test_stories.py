"""Every story, talked through with the real engine, the real actions and the real ledger."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from ledger.services import guarding
from tests.assistant import Assistant, Customer
from tests.dialogue.manners import as_told, ill_mannered, said_twice
from tests.dialogue.stories import POLICY, Answered, Story, cases_of, stories, talk

Make = Callable[..., Customer]
LONG = 10
"""Turns from which a conversation is a long one."""
FURIOUS = 2
"""The level of emotion heard in at least two messages of somebody furious."""


@pytest.mark.parametrize("story", stories(), ids=str)
async def test_story(assistant: Assistant, customer: Make, story: Story) -> None:
    someone = customer(story.language)
    answers = [answered async for answered in talk(story, someone)]
    wrong = [_told(answered, fault) for answered in answers for fault in await _faults(assistant, answered)]
    wrong += [f"said twice: {sentence}" for sentence in said_twice(answers)]
    wrong += await _not_in_the_ledger(someone, story)
    assert not wrong, "\n\n".join(wrong)


def test_there_are_sixteen_stories_of_every_script_and_four_long_ones() -> None:
    told = stories()
    written = Counter(story.language for story in told)
    long = Counter(story.language for story in told if len(story.lines) >= LONG)
    assert set(written) == {"zh-Hans", "zh-Hant", "en"}
    assert min(written.values()) >= 16
    assert min(long[language] for language in written) >= 4


def test_every_story_has_a_name_of_its_own() -> None:
    names = [story.name for story in stories()]
    assert len(names) == len(set(names))


async def _faults(assistant: Assistant, answered: Answered) -> list[str]:
    return [*as_told(answered), *ill_mannered(answered), *await _forbidden(assistant, answered)]


async def _forbidden(assistant: Assistant, answered: Answered) -> Sequence[str]:
    """What the guard would have held back (playbook A6)."""
    async with assistant.database.transaction() as session:
        found = [
            finding
            for bubble in answered.bubbles
            for finding in await guarding.read(
                session,
                text=bubble.text,
                conversation_id=answered.conversation,
                staff=None,
                policy=POLICY,
                now=datetime.now(UTC),
            )
        ]
    return [f"the guard finds {finding.rule}: {finding.excerpt}" for finding in found]


async def _not_in_the_ledger(someone: Customer, story: Story) -> list[str]:
    """What the ledger should hold of the conversation's first case, and does not."""
    if not story.ledger:
        return []
    cases, expected = await cases_of(someone), dict(story.ledger)
    count = expected.pop("cases", 1)
    if len(cases) != count:
        return [f"{len(cases)} cases"]
    held = {name: getattr(cases[0], name) for name in expected}
    wrong = [name for name, value in expected.items() if not _holds(held[name], value)]
    return [f"ledger: {name} is {held[name]}" for name in wrong]


def _holds(held: object, value: object) -> bool:
    return set(value) <= set(held) if isinstance(value, list) and isinstance(held, list) else held == value


def _told(answered: Answered, fault: str) -> str:
    scripts = ", ".join(answered.scripts)
    return f"{fault}\n  {answered.said or answered.line.desk}\n  → {answered.text}\n  ({scripts})"
