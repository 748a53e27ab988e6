"""The default policy as most tests want it: what they say is all they say."""

from pathlib import Path

from bot.settings import PROJECT
from ledger.policy import Listening, Policy, load_policy

DEFAULT = PROJECT / "policy.yml"


def at_once() -> Policy:
    """The default policy, every message answered by itself as soon as it is there."""
    return listening(longest="0s")


def listening(**durations: object) -> Policy:
    """The default policy, with other durations of listening."""
    policy = load_policy(DEFAULT)
    changed = {**policy.listening.model_dump(), **durations}
    return policy.model_copy(update={"listening": Listening.model_validate(changed)})


def write_at_once(path: Path) -> Path:
    """The policy of ``at_once`` as a file."""
    written, default = DEFAULT.read_text(encoding="utf-8"), "longest: 15s"
    assert default in written
    path.write_text(written.replace(default, "longest: 0s"), encoding="utf-8")
    return path
