"""The policy, section by section, and how it came to be what it is: for administrators."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import marks
from bot.console.components.policy import history
from bot.console.layout import frame
from bot.console.visit import Visit, staff_page
from ledger.errors import PolicyError
from ledger.policy import Policy, load_policy
from ledger.policy.flat import flat
from ledger.policy.loading import SHIPPED
from ledger.policy_draft import comment_above, is_writable
from ledger.services import policies
from ledger.views.policy_changes import PAGE, PolicyChange, policy_at_first, policy_changes
from ledger.vocabulary import Role

PATH: Final = "/supervise/policy"
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Standard:
    """What the policy in force is compared with; ``suffix`` leads to the words for it.

    It is the shipped policy, or, where that very file is the one in force, what each key said at first.
    """

    values: Mapping[str, Any]
    suffix: str

    def differing(self, in_force: Mapping[str, Any], section: str) -> int:
        """How many keys of the section say something else."""
        keys = {key for key in (*self.values, *in_force) if key.partition(".")[0] == section}
        return sum(self.values.get(key) != in_force.get(key) for key in keys)


async def standard_of(visit: Visit, session: AsyncSession) -> Standard:
    """What to compare with."""
    if visit.desk.settings.policy.resolve() == SHIPPED.resolve():
        return Standard(await policy_at_first(session), "_first")
    return Standard(await asyncio.to_thread(_shipped), "")


@cache
def _shipped() -> Mapping[str, Any]:
    return flat(load_policy(SHIPPED))


@staff_page(PATH, role=Role.ADMINISTRATOR)
async def policy(visit: Visit, before: int | None = None) -> None:
    """All sections with what is unlike shipped, and the changes, a page of them at a time."""
    async with visit.desk.database.transaction() as session:
        standard = await standard_of(visit, session)
        found = await policy_changes(session, before=before)
        departing = await policies.departing(session, visit.desk.policy)
    comments = await asyncio.to_thread(_comments, visit.desk.settings.policy)
    say = visit.texts
    with frame(visit, say("nav.policy"), here=PATH):
        ui.label(say("policy.about", file=visit.desk.settings.policy.name)).classes("qt-dim")
        _warnings(visit, departing)
        with ui.element("div").classes("qt-columns"):
            with ui.element("div"), ui.element("div").classes("qt-list qt-policy-sections"):
                _sections(visit, standard, comments)
            with ui.element("div"):
                _changes(visit, found)


def _warnings(visit: Visit, departing: Sequence[str]) -> None:
    say = visit.texts
    if departing:
        named = say("format.and").join([*departing[:NAMED], *(["…"] if len(departing) > NAMED else [])])
        ui.label(say("policy.departs", keys=named)).classes("qt-error")
    if not is_writable(visit.desk.settings.policy):
        ui.label(say("policy.read_only")).classes("qt-card")


def _comments(path: Path) -> Mapping[str, str]:
    """What the file says above each section; nothing where it cannot be read."""
    try:
        return {key: comment_above(path, key) for key in Policy.model_fields}
    except PolicyError:
        return {}


def _sections(visit: Visit, standard: Standard, comments: Mapping[str, str]) -> None:
    say, in_force = visit.texts, flat(visit.desk.policy)
    for key in Policy.model_fields:
        with ui.link(target=f"{PATH}/{key}").classes("qt-row qt-way"):
            with ui.element("div").classes("qt-line"):
                ui.label(say.word("policy_section", key)).classes("qt-strong")
                ui.label(key).classes("qt-code qt-dim")
                ui.space()
                if count := standard.differing(in_force, key):
                    marks.tag(say(f"policy.differs{standard.suffix}", count=count), "warn")
            if comment := comments.get(key):
                ui.label(comment).classes("qt-dim qt-said")


def _changes(visit: Visit, found: Sequence[PolicyChange]) -> None:
    say = visit.texts
    with ui.element("h2").classes("qt-heading"):
        ui.label(say("policy.history"))
    if not found:
        ui.label(say("policy.no_history")).classes("qt-empty")
    with ui.element("div").classes("qt-list"):
        history(visit, found)
    if len(found) == PAGE:
        ui.link(say("policy.earlier"), f"{PATH}?before={found[-1].position}")
