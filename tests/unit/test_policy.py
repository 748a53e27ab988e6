"""The policy is read once, and a mistake in it is told in one line."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from ledger.errors import PolicyError
from ledger.parts import read_duration, write_duration
from ledger.policy import load_policy
from ledger.vocabulary import Category, ClockKind, Language

DEFAULT = Path(__file__).parents[2] / "policy.yml"


@pytest.fixture
def written():
    """The default policy, to be spoilt."""
    return yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))


@pytest.fixture
def fault(tmp_path):
    """What is said about a policy."""

    def say(content) -> str:
        path = tmp_path / "policy.yml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        with pytest.raises(PolicyError) as refused:
            load_policy(path)
        return str(refused.value)

    return say


def test_the_default_policy_tells_headquarters_within_half_an_hour():
    policy = load_policy(DEFAULT)
    assert policy.clocks.length(ClockKind.HEADQUARTERS) == timedelta(minutes=30)
    assert policy.headquarters.names[Language.EN] == "Headquarters"


def test_every_category_has_a_department():
    policy = load_policy(DEFAULT)
    assert set(policy.matrix.categories) == set(Category)


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800)]
)
def test_durations_are_written_as_people_write_them(written, seconds):
    assert read_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("nonsense", ["", "30", "m30", "-5m", "1.5h", 30, None])
def test_what_is_no_duration_is_refused(nonsense):
    with pytest.raises(ValueError, match="no duration"):
        read_duration(nonsense)


def test_a_wrong_duration_is_named_with_its_place(written, fault):
    written["clocks"]["headquarters"] = "half an hour"
    line = fault(written)
    assert "clocks.headquarters: 'half an hour' is no duration" in line
    assert "\n" not in line


def test_an_unknown_word_is_refused(written, fault):
    written["clocks"]["headquaters"] = "30m"
    assert "clocks.headquaters" in fault(written)


def test_an_unknown_time_zone_is_refused(written, fault):
    written["organisation"]["time_zone"] = "Beijing"
    assert "'Beijing' is no time zone" in fault(written)


def test_a_name_in_one_language_only_is_refused(written, fault):
    written["departments"][1]["names"] = {"en": "Service"}
    assert "departments.1.names: no text in zh-Hans, zh-Hant" in fault(written)


def test_there_is_exactly_one_headquarters(written, fault):
    written["departments"][1]["headquarters"] = True
    assert "exactly one department must be headquarters" in fault(written)


def test_the_matrix_names_only_departments_that_exist(written, fault):
    written["matrix"]["categories"]["other"] = "nowhere"
    assert "unknown departments: nowhere" in fault(written)


def test_a_category_without_department_is_refused(written, fault):
    del written["matrix"]["categories"]["privacy_leak"]
    assert "no department for privacy_leak" in fault(written)


def test_numbers_are_those_of_the_region_somebody_writes_from():
    emergency = load_policy(DEFAULT).emergency
    assert emergency.numbers(Language.ZH_HANS).crisis_line == "12356"
    assert emergency.numbers(Language.ZH_HANT).crisis_line == "1925"
    assert emergency.numbers(Language.EN) == emergency.regions[emergency.default]


def test_numbers_as_they_were_written_once_are_refused_in_one_line(written, fault):
    written["emergency"] = {"ambulance": "120", "police": "110", "crisis_line": "12356"}
    assert "emergency: the numbers stand by region now" in fault(written)


def test_a_region_without_numbers_is_refused(written, fault):
    written["emergency"]["by_language"]["en"] = "AU"
    assert "emergency: no numbers for AU" in fault(written)


@pytest.mark.parametrize(
    ("part", "value"),
    [("press", "spokesperson"), ("demands", "decided_by"), ("officials", "departments")],
)
def test_journeys_end_at_departments_that_exist(written, fault, part, value):
    written[part][value] = ["nobody"] if part == "officials" else "nobody"
    assert "unknown departments: nobody" in fault(written)


def test_a_holding_statement_is_there_in_every_language(written, fault):
    del written["press"]["holding_statement"]["zh-Hant"]
    assert "press.holding_statement: no text in zh-Hant" in fault(written)


def test_escalation_goes_up_in_time(written, fault):
    written["escalation"]["steps"].reverse()
    assert "order of their time" in fault(written)


def test_urging_never_stands_still(written, fault):
    written["escalation"]["urge_every"] = "0s"
    assert "escalation.urge_every" in fault(written)


def test_the_assistant_asks_before_the_revisit_is_overdue(written, fault):
    written["clocks"]["revisit_asks"] = "9d"
    assert "revisit_asks must come before revisit" in fault(written)


def test_nobody_closes_as_they_open(written, fault):
    written["hours"]["week"]["monday"] = ["09:00-09:00"]
    assert "closes when it opens" in fault(written)


def test_a_department_names_a_calendar_that_exists(written, fault):
    written["departments"][1]["calendar"] = "night_shift"
    assert "unknown calendars: night_shift" in fault(written)


def test_holidays_nobody_knows_are_refused(written, fault):
    written["hours"]["holidays"] = "XX"
    assert "hours.holidays: no holidays are known for 'XX'" in fault(written)


@pytest.mark.parametrize("how", ["in_opening_hours", "pause_while_waiting"])
@pytest.mark.parametrize("kind", ["headquarters", "promised_call"])
def test_what_must_not_pause_cannot_be_made_to(written, fault, how, kind):
    written["clocks"][how] = [kind]
    assert f"{kind} never pauses" in fault(written)


@pytest.mark.parametrize("written_as", ["90s", "0s", "1h30m", "2d", "1d2h3m4s"])
def test_a_duration_is_written_as_it_is_read(written_as):
    assert read_duration(write_duration(read_duration(written_as))) == read_duration(written_as)


def test_a_broken_file_is_one_line(fault):
    line = fault("clocks: [unclosed")
    assert "policy.yml" in line
    assert "\n" not in line


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(PolicyError, match="No such file"):
        load_policy(tmp_path / "policy.yml")


def test_an_empty_file_is_refused(fault):
    assert "policy" in fault("")


def test_secrets_come_from_the_environment(written, tmp_path, monkeypatch):
    monkeypatch.setenv("WECOM_KEY", "s3cret")
    written["notices"]["webhooks"] = [{"name": "duty", "url": "https://robot.example/?key=${WECOM_KEY}"}]
    path = tmp_path / "policy.yml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    hook = load_policy(path).notices.webhook("duty")
    assert hook.url.get_secret_value() == "https://robot.example/?key=s3cret"
    assert "s3cret" not in repr(hook)


def test_a_secret_the_environment_lacks_is_named(written, fault, monkeypatch):
    monkeypatch.delenv("WECOM_KEY", raising=False)
    written["notices"]["webhooks"] = [{"name": "duty", "url": "https://robot.example/?key=${WECOM_KEY}"}]
    assert "the environment has no WECOM_KEY" in fault(written)


def test_a_fault_does_not_repeat_a_secret(written, fault):
    written["notices"]["email"] = {"host": "h", "port": 0, "password": "s3cret", "sender": "a@b.example"}
    assert "s3cret" not in fault(written)


C3 = {
    ClockKind.LEAK_TO_LEAD: timedelta(hours=8),
    ClockKind.LEAK_TO_AUTHORITY: timedelta(hours=24),
    ClockKind.MISSING_TOP_GRADE: timedelta(days=10),
    ClockKind.MISSING_ITEM: timedelta(days=60),
    ClockKind.PUBLIC_STATEMENT: timedelta(hours=24),
    ClockKind.FINDINGS: timedelta(hours=48),
    ClockKind.PETITION_REGISTERED: timedelta(days=15),
    ClockKind.PETITION_CLOSED: timedelta(days=60),
    ClockKind.REVIEW_ASKED: timedelta(days=30),
    ClockKind.REVIEW_DECIDED: timedelta(days=30),
}


@pytest.mark.parametrize("kind", C3)
def test_the_shipped_deadlines_are_those_of_the_rule_book(kind):
    assert load_policy(DEFAULT).length(kind) == C3[kind]


def test_a_petition_may_be_put_off_once_by_thirty_days():
    extension = load_policy(DEFAULT).deadlines[ClockKind.PETITION_CLOSED].extension
    assert extension is not None
    assert (extension.times, extension.at_most) == (1, timedelta(days=30))


def test_a_policy_of_an_older_release_is_read_with_the_shipped_deadlines(written, tmp_path):
    del written["deadlines"]
    path = tmp_path / "policy.yml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    assert load_policy(path).deadlines == load_policy(DEFAULT).deadlines


def test_a_deadline_without_a_length_is_named(written, fault):
    del written["deadlines"]["findings"]
    assert "no length for findings" in fault(written)


def test_a_deadline_tells_departments_that_exist(written, fault):
    written["deadlines"]["findings"]["tells"] = ["nobody"]
    assert "unknown departments: nobody" in fault(written)


def test_the_length_of_a_clock_of_every_case_stands_elsewhere(written, fault):
    written["deadlines"]["headquarters"] = {"length": "1h"}
    assert "headquarters belongs elsewhere" in fault(written)
