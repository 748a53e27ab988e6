"""The short form of `qingting bench desk`: what it counts, never how fast it was."""

import io
import os
from pathlib import Path

from rich.console import Console

from bot.bench.desk import Audit, bench_desk
from bot.runtime.steps import Steps
from bot.settings import PROJECT, Settings

TEXTS = PROJECT / "tests" / "data" / "own_eval.jsonl"


async def test_two_desks_with_two_engines_answer_every_message_once(tmp_path: Path) -> None:
    measured = bench_desk(
        Settings(home=tmp_path),
        TEXTS,
        limit=24,
        rounds=1,
        at_once=[8],
        engines=[2],
        desks=2,
        beside_stock=False,
        steps=Steps(Console(file=io.StringIO())),
    )
    [report] = [report async for report in measured]
    [side] = report.sides
    assert len(side.answers) == side.sent == 24
    assert report.audits == {"desk, 2 engines": Audit(accepted=24, lost=0, doubled=0, chain_whole=True)}
    assert not os.listdir(tmp_path)
