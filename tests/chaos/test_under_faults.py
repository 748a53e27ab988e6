"""The short form: a crowd, a dozen faults, and an audit; ``make chaos`` is the long one."""

from tests.chaos.plan import draw
from tests.chaos.run import run
from tests.chaos.table import lines

# Two desks and a database that die, but not the one engine, which takes long to come back.
SEED = 43


async def test_under_load_and_faults_every_promise_is_kept() -> None:
    plan = draw(SEED, messages=100, faults=12, seconds=15, engines=1)
    outcome = await run(plan)
    told = "\n".join(lines(outcome))
    assert outcome.findings.violations == (), told
    assert outcome.findings.figures.sent == plan.messages, told
    assert outcome.faults.total() == len(plan.faults), told
