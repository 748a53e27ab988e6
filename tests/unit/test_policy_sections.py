"""The policy's file is edited section by section: the rest stays as it was, and secrets stay hidden."""

import pytest

from bot.settings import PROJECT
from ledger.errors import PolicyError
from ledger.policy import Policy
from ledger.policy.hidden import hidden, secret_keys, shown
from ledger.policy.sections import section_of, with_section

SHIPPED = (PROJECT / "policy.yml").read_text(encoding="utf-8")
SMALL = """# About the whole.

# Above one.
one: 1 # beside it
# below it

# Above two,
# in two lines.
two:
  a: 1

three: [3]
"""
MAIL = """# notices
notices:
  email: {host: h, password: "hunter2", sender: s}
  # {name: x, secret: 'old one'}
"""


def test_a_section_is_its_lines_with_the_comment_above_it() -> None:
    assert section_of(SMALL, "one") == "# Above one.\none: 1 # beside it\n# below it\n"
    assert section_of(SMALL, "two") == "# Above two,\n# in two lines.\ntwo:\n  a: 1\n"
    assert section_of(SMALL, "four") is None


def test_a_section_is_replaced_and_nothing_else() -> None:
    changed = with_section(SMALL, "two", "# Other words.\ntwo: {a: 2}")
    assert changed == SMALL.replace(
        "# Above two,\n# in two lines.\ntwo:\n  a: 1\n", "# Other words.\ntwo: {a: 2}\n"
    )


def test_every_section_stands_in_the_shipped_policy() -> None:
    assert [key for key in Policy.model_fields if section_of(SHIPPED, key) is None] == []


@pytest.mark.parametrize("key", ["organisation", "calendars", "notices", next(reversed(Policy.model_fields))])
def test_what_is_not_changed_is_put_back_as_it_was(key: str) -> None:
    assert with_section(SHIPPED, key, section_of(SHIPPED, key) or "") == SHIPPED


def test_a_section_that_was_left_out_is_added_at_the_end() -> None:
    assert with_section(SMALL, "four", "four: 4") == f"{SMALL}\nfour: 4\n"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("two: 1\nfour: 4", "this section and no other"),
        ("three: 1", "this section and no other"),
        ("", "this section and no other"),
        ("two:\n  a: 1\n b: 2", "line 3, column 2"),
        ("two: {a: &x 1, b: *x}", "alias, line 1, column 19"),
        ("two: " + "[" * 5000, "no YAML"),
        ("two: " + "1" * 200_000, "longer than"),
    ],
)
def test_what_is_not_this_section_is_refused_and_says_why(typed: str, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        with_section(SMALL, "two", typed)


def test_the_secrets_of_the_policy_are_known_from_its_parts() -> None:
    assert secret_keys() == {
        "notices": frozenset({"password", "url", "secret"}),
        "opinion": frozenset({"token"}),
    }


def test_a_secret_is_a_mark_in_values_and_in_what_is_commented_out() -> None:
    text, kept = hidden(MAIL, "notices")
    assert kept == ['"hunter2"', "'old one'"]
    assert "hunter2" not in text
    assert "old one" not in text
    assert 'password: "•••1"' in text


def test_a_mark_becomes_its_secret_again_wherever_it_went_with_its_key() -> None:
    text, kept = hidden(MAIL, "notices")
    assert shown(text, "notices", kept) == MAIL
    moved = shown("notices: {email: {password: •••1}}", "notices", kept)
    assert moved == 'notices: {email: {password: "hunter2"}}'


@pytest.mark.parametrize(
    "typed", ["notices: {email: {host: •••1}}", "notices: {email: {password: •••3}}", "# •••1"]
)
def test_a_mark_where_no_secret_stands_is_refused(typed: str) -> None:
    with pytest.raises(PolicyError, match="is a secret"):
        shown(typed, "notices", hidden(MAIL, "notices")[1])


def test_the_name_of_a_variable_hides_nothing_and_stays() -> None:
    text = 'opinion: {sources: [{name: m, token: "${OPINION_TOKEN}"}]}\n'
    assert hidden(text, "opinion") == (text, [])
    assert "•••1" in hidden(text.replace("${", "x${"), "opinion")[0]
