"""The case anthology (案例选编, playbook C1): what is true of a story before others read it."""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.anonymous import personal
from ledger.errors import Missing, PersonalDataLeft
from ledger.form_book import book
from ledger.models import Case, Form, FormStep
from ledger.services.retelling import people_of

KIND: Final = "anthology"
PUBLISHED: Final = "published"
PARTS: Final = ("title", "problem", "course", "turning_point", "opinion", "lesson")


async def nothing_personal(session: AsyncSession, *, form: Form, **_: Any) -> None:
    """Refuse a story in which the desk recognises who somebody is.

    Raises:
        PersonalDataLeft: names the words.
    """
    case = await session.get_one(Case, form.case_id)
    people = await people_of(session, case)
    told = "\n".join(form.filled.get(part) or "" for part in PARTS)
    if left := personal(told, people=people):
        raise PersonalDataLeft("; ".join(dict.fromkeys(left)))


async def checked_whole(session: AsyncSession, *, form: Form, step: FormStep, **_: Any) -> None:
    """Refuse to publish before the second reader has looked for everything there is to look for.

    Raises:
        Missing: names what was not looked for.
        PersonalDataLeft: names the words.
    """
    asked = book()[form.kind].steps[step.name].fields["checked"].options
    if lacking := [name for name in asked if name not in step.entered["checked"]]:
        raise Missing(", ".join(lacking))
    await nothing_personal(session, form=form)
