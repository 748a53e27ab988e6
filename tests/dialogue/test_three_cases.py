"""Three severe cases, played from the first message to the last word of the ledger (docs/three-cases.md)."""

from pathlib import Path

import pytest

from ledger.services.entries import DESK
from ledger.vocabulary import Severity, Stage
from tests.assistant import Assistant
from tests.dialogue.played import Script, played, scripts
from tests.dialogue.three_cases import Story, story_of, told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
async def test_a_severe_case_ends_closed_with_a_review_that_another_person_approved(
    script: Script, assistant: Assistant, home: Path
) -> None:
    story = await story_of(await played(script, assistant, home))
    assert story.main.complaint.severity is Severity.SEVERE
    assert [one.complaint.stage for one in story.details] == [Stage.CLOSED] * len(story.details)
    _was_reviewed(story)
    assert [one.kind for one in story.clocks if one.stopped_at is None] == []
    assert [one.line.number for one in story.papers if one.line.closed_at is None] == statements_of(story)
    assert story.broken is None
    page = "\n".join(told(1, story))
    assert [number for number, _ in story.books if number not in page and number != DESK] == []


def _was_reviewed(story: Story) -> None:
    (review,) = [one for one in story.papers if one.line.kind == "review"]
    assert review.line.state == "approved"
    for field in ("root_cause", "responsibility", "improvements", "plan_update"):
        assert review.values[field]
    proposed, approved = (
        next(s.by for s in review.steps if s.name == name) for name in ("propose", "approve")
    )
    assert proposed != approved
    assert "seen" in {one.line.state for one in story.papers if one.line.kind == "improvement"}


def statements_of(story: Story) -> list[str]:
    """What stays in force when the case is over."""
    return [one.line.number for one in story.papers if one.line.kind == "statement"]
