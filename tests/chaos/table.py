"""The table of a run."""

from collections.abc import Iterator
from dataclasses import asdict

from tests.chaos.run import Outcome

LONGEST = 40


def lines(outcome: Outcome) -> Iterator[str]:
    """What happened and what came of it, a line each."""
    plan, figures = outcome.plan, asdict(outcome.findings.figures)
    yield f"seed {plan.seed}: {plan.desks} desks, {plan.engines} engines, {outcome.seconds:.0f} s under load"
    yield f"at rest after {outcome.rest:.0f} s more"
    yield ""
    yield from (f"{name.replace('_', ' '):<14}{number:>6}" for name, number in figures.items())
    yield ""
    yield f"{'faults':<14}{outcome.faults.total():>6}"
    yield from (f"  {kind:<12}{number:>6}" for kind, number in sorted(outcome.faults.items()))
    yield ""
    broken = outcome.findings.violations
    yield f"{len(broken)} broken promises" if broken else "every promise kept"
    yield from (f"  {violation}" for violation in broken[:LONGEST])
