"""People and departments, for administrators: accounts, heads, delegates, who is on duty."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.components import forms, marks
from bot.console.components.forms import Field
from bot.console.layout import frame
from bot.console.session import RESET
from bot.console.visit import Visit, staff_page
from ledger.models import Department, Staff
from ledger.services import departments
from ledger.services import staff as accounts
from ledger.vocabulary import Language, Role

T = TypeVar("T")
PATH = "/supervise/staff"


@staff_page(PATH, role=Role.ADMINISTRATOR)
async def staff(visit: Visit) -> None:
    """Who works here, and who is told of what (playbook B3, B4)."""
    say = visit.texts
    with frame(visit, say("nav.staff"), here=PATH):
        with ui.element("div").classes("qt-actions"):
            add = ui.button(say("staff.add"), icon="person_add").props("unelevated no-caps")
        secret = ui.label().classes("qt-card qt-strong")
        secret.set_visibility(False)
        with ui.element("div").classes("qt-columns"):
            people = ui.element("div").classes("qt-list")
            places = ui.element("div").classes("qt-list")
    page = _Page(visit, secret, people, places)
    add.on_click(page.add)
    await page.refresh()


class _Page:
    """The two lists, and what an administrator does with them."""

    def __init__(self, visit: Visit, secret: ui.label, people: ui.element, places: ui.element) -> None:
        self.visit, self._secret, self._people, self._places = visit, secret, people, places

    async def refresh(self) -> None:
        """Read people and departments again."""
        async with self.visit.desk.database.transaction() as session:
            people = await accounts.list_staff(session, disabled=True)
            places = await departments.list_departments(session)
            duty = {place.id: await departments.contacts_of(session, place) for place in places}
        self._people.clear()
        with self._people:
            for person in people:
                self._person(person)
        active = {person.id: person for person in people if person.disabled_at is None}
        self._places.clear()
        with self._places:
            for place in places:
                self._place(place, active, duty[place.id])

    def _person(self, person: Staff) -> None:
        say = self.visit.texts
        with ui.element("div").classes("qt-row"), ui.element("div").classes("qt-line"):
            ui.label(person.name).classes("qt-strong")
            ui.label(person.username).classes("qt-dim")
            marks.tag(say.word("role", person.role), "calm")
            if person.disabled_at:
                marks.tag(say("staff.disabled"), "grave")
            else:
                marks.tag(say("duty.on" if person.on_duty else "duty.off"))
                ui.space()
                self._deeds(person)

    def _deeds(self, person: Staff) -> None:
        with ui.element("div").classes("qt-actions"):
            self._button("staff.reset", lambda: self._reset(person))
            self._button("staff.reset_link", lambda: self._reset_link(person))
            if person.id != self.visit.staff.id:
                self._button("staff.disable", lambda: self._disable(person))

    def _button(self, key: str, press: Callable[[], Awaitable[None]]) -> None:
        ui.button(self.visit.texts(key), on_click=press).props("flat dense no-caps")

    def _place(self, place: Department, people: dict[int, Staff], duty: Sequence[Staff]) -> None:
        say = self.visit.texts
        with ui.element("div").classes("qt-row"):
            with ui.element("div").classes("qt-line"):
                ui.label(place.names.get(say.language, place.key)).classes("qt-strong")
                if place.headquarters:
                    marks.tag(say("staff.headquarters"), "calm")
            with ui.element("div").classes("qt-filters"):
                self._head(place, people)
                self._delegate(place, people)
            self._duty(place, people, duty)

    def _head(self, place: Department, people: dict[int, Staff]) -> None:
        async def choose(session: AsyncSession, chosen: int | None) -> None:
            await departments.set_head(session, key=place.key, head=people.get(chosen or 0), **self._by())

        self._choice("staff.head", people, place.head_id, choose)

    def _delegate(self, place: Department, people: dict[int, Staff]) -> None:
        async def choose(session: AsyncSession, chosen: int | None) -> None:
            delegate = people.get(chosen or 0)
            await departments.set_delegate(session, key=place.key, delegate=delegate, **self._by())

        self._choice("staff.delegate", people, place.delegate_id, choose)

    def _duty(self, place: Department, people: dict[int, Staff], duty: Sequence[Staff]) -> None:
        async def choose(session: AsyncSession, chosen: list[int]) -> None:
            contacts = [people[key] for key in chosen if key in people]
            await departments.set_duty(session, key=place.key, contacts=contacts, **self._by())

        chosen = [person.id for person in duty if person.id in people]
        self._choice("staff.duty", people, chosen, choose, several=True).props("use-chips").classes("qt-wide")

    def _choice(
        self,
        label: str,
        people: dict[int, Staff],
        chosen: Any,
        choose: Callable[[AsyncSession, Any], Awaitable[None]],
        *,
        several: bool = False,
    ) -> ui.select:
        names = {key: person.name for key, person in people.items()}
        known = chosen if several or chosen in names else None

        async def changed(event: Any) -> None:
            await self._do(lambda session: choose(session, event.value))

        return ui.select(
            names,
            label=self.visit.texts(label),
            value=known,
            multiple=several,
            clearable=not several,
            on_change=changed,
        ).props("outlined dense")

    def _by(self) -> dict[str, Any]:
        return {"by": self.visit.staff, "now": self.visit.now}

    async def _do(self, deed: Callable[[AsyncSession], Awaitable[T]]) -> T | None:
        async def act() -> T:
            async with self.visit.desk.database.transaction() as session:
                return await deed(session)

        return await self.visit.act(act, done=self.visit.texts("form.saved"))

    def _tell(self, text: str) -> None:
        self._secret.set_text(text)
        self._secret.set_visibility(True)

    async def add(self) -> None:
        """Open an account and show its one-time password, once."""
        say = self.visit.texts
        async with self.visit.desk.database.transaction() as session:
            places = await departments.list_departments(session)
        options = {place.key: place.names.get(say.language, place.key) for place in places}
        fields = {
            "username": Field("staff.username"),
            "name": Field("customer.name"),
            "role": Field("staff.role", "choice", say.options("role"), Role.AGENT.value),
            "department": Field("case.department", "choice", options, required=False),
            "email": Field("customer.email", required=False),
            "language": Field("new.language", "choice", say.options("language"), say.language.value),
        }
        entered = await forms.ask(say, say("staff.add"), say("form.save"), fields)
        if entered is None:
            return
        created = await self._do(
            lambda session: accounts.create(
                session,
                username=entered["username"],
                name=entered["name"],
                role=Role(entered["role"]),
                department=entered["department"],
                email=entered["email"] or None,
                language=Language(entered["language"]),
                **self._by(),
            )
        )
        if created:
            self._tell(
                say("staff.one_time", name=created.staff.username, password=created.one_time_password or "")
            )
            await self.refresh()

    async def _reset(self, person: Staff) -> None:
        password = await self._do(
            lambda session: accounts.reset_password(session, username=person.username, **self._by())
        )
        if password:
            self._tell(self.visit.texts("staff.one_time", name=person.username, password=password))

    async def _reset_link(self, person: Staff) -> None:
        secret = await self._do(
            lambda session: accounts.issue_reset(session, staff=person, now=self.visit.now)
        )
        if secret:
            host = self.visit.desk.policy.organisation.address or self.visit.desk.settings.address
            address = f"{host}{RESET}?secret={secret}"
            self._tell(self.visit.texts("staff.link_made", name=person.name, address=address))

    async def _disable(self, person: Staff) -> None:
        await self._do(lambda session: accounts.disable(session, username=person.username, **self._by()))
        await self.refresh()
