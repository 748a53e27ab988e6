"""``python -m tests.chaos [--seed N]``: the long form; ends with 1 when a promise was broken."""

import argparse
import asyncio
import random
import sys
from pathlib import Path

from tests.chaos.plan import draw
from tests.chaos.run import run
from tests.chaos.table import lines


def main() -> int:
    """Run, print, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--keep", type=Path, help="an empty folder in which everything is left as it is then")
    wish = parser.parse_args()
    plan = draw(wish.seed, messages=wish.messages, faults=wish.faults, seconds=wish.seconds)
    print(f"seed {plan.seed}: {plan.messages} messages, {len(plan.faults)} faults", flush=True)
    outcome = asyncio.run(run(plan, keep=wish.keep))
    print("\n".join(lines(outcome)))
    return 1 if outcome.findings.violations else 0


if __name__ == "__main__":
    sys.exit(main())
