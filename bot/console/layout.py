"""The frame of every staff page: where one can go, and what must be seen at once."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from nicegui import ui
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.console import theme
from bot.console.board import Snapshot
from bot.console.components import marks
from bot.console.components.cases import link_to_case
from bot.console.components.clocks import acknowledge_button, countdown
from bot.console.components.going import switch_duty
from bot.console.components.keyed import KeyedList
from bot.console.components.unanswered import Unanswered
from bot.console.menu import AT_HAND, GROUPS, Page
from bot.console.news import on_news
from bot.console.visit import ACCOUNT, AWAY, Visit
from ledger.services import attendance
from ledger.views.rows import CaseRow
from ledger.vocabulary import Role

ALERTS = 3
BOARD_TOPICS = ("case", "clock", "conversation", "message", "notice")


@contextmanager
def frame(visit: Visit, title: str, *, here: str = "") -> Iterator[None]:
    """Header, alerts and the page's own content, called ``title``; ``here`` is the page's path."""
    theme.dress()
    ui.page_title(f"{title} · {visit.texts('brand.name')}")
    with ui.header().classes("qt-header"):
        ui.link(visit.texts("brand.name"), "/desk").classes("qt-brand")
        with ui.element("nav").classes("qt-nav").props(f'aria-label="{visit.texts("nav.label")}"'):
            for page in AT_HAND:
                _entry(visit, page, here)
            for key, pages in GROUPS.items():
                if open_to := [page for page in pages if visit.may(page.role)]:
                    _group(visit, key, open_to, here)
        ui.space()
        _person(visit)
    _alerts(visit, title)
    _stay(visit)
    with ui.element("div").classes("qt-page"):
        ui.label(title).classes("qt-title").props("role=heading aria-level=1")
        yield


def _entry(visit: Visit, page: Page, here: str) -> None:
    text, current = visit.texts(page.key), page.path == here
    with ui.link(target=page.path).classes("qt-here" if current else "") as link:
        link.props(f'aria-label="{text}"' + (" aria-current=page" if current else ""))
        ui.icon(page.icon)
        ui.label(text)


def _group(visit: Visit, key: str, pages: Sequence[Page], here: str) -> None:
    """A menu of its own; all menus of the header bear one name, so that one is open at a time."""
    within = any(page.path == here for page in pages)
    with ui.element("details").classes("qt-group").props("name=menu"):
        with ui.element("summary").classes("qt-here" if within else ""):
            ui.label(visit.texts(key))
        with ui.element("div").classes("qt-group-pages"):
            for page in pages:
                _entry(visit, page, here)


def _person(visit: Visit) -> None:
    say = visit.texts

    async def switch(event: object) -> None:
        on_duty = not visit.staff.on_duty
        if await switch_duty(visit):
            visit.staff.on_duty = on_duty
        show()

    def show() -> None:
        duty.set_text(say("duty.on" if visit.staff.on_duty else "duty.off"))
        duty.classes(**{"add" if visit.staff.on_duty else "remove": "qt-on"})

    duty = ui.button(on_click=switch).props("flat dense no-caps").classes("qt-duty")
    duty.tooltip(say("duty.switch"))
    show()
    with (
        ui.button(visit.staff.name, icon="account_circle").props("flat no-caps").classes("qt-person"),
        ui.menu(),
    ):
        ui.menu_item(say("nav.account"), lambda: ui.navigate.to(ACCOUNT))
        ui.menu_item(say("nav.sign_out"), _sign_out)


def _sign_out() -> None:
    ui.run_javascript('fetch("/logout", {method: "POST"}).then(() => location.assign("/login"))')


def _stay(visit: Visit) -> None:
    """As long as the page is open its reader is not absent."""

    async def sign() -> None:
        with suppress(*AWAY, PoolExhausted):
            await visit.give_sign()

    ui.timer(attendance.sign_every(visit.desk.policy).total_seconds(), sign)


def _alerts(visit: Visit, title: str) -> None:
    """The red bars: nobody on duty, a policy that makes no sense, special users nobody acknowledged."""
    say = visit.texts
    with ui.element("div").classes("qt-alerts").props("role=alert"):
        nobody = ui.label(say("alert.nobody_on_duty")).classes("qt-alert")
        policy = ui.label().classes("qt-alert")
        unanswered = Unanswered(visit)
        with ui.element("div").classes("qt-special-bar") as bar:
            ui.label(say("alert.special_waiting")).classes("qt-strong")
            cases = KeyedList[CaseRow](
                lambda case: case.number, lambda case: _alert(visit, case, refresh), classes="qt-alert-list"
            )
            further = ui.link(target="/desk")
    known: set[str] | None = None

    def show(board: Snapshot) -> None:
        alerts = board.queue.alerts
        nobody.set_visibility(board.nobody_on_duty)
        fault = visit.desk.policy_fault if visit.staff.role is not Role.AGENT else None
        policy.set_text(say("alert.policy_not_in_force", fault=fault))
        policy.set_visibility(bool(fault))
        unanswered.show(board.loose_ends)
        cases.show(alerts[:ALERTS])
        further.set_text(say("alert.further", count=len(alerts) - ALERTS))
        further.set_visibility(len(alerts) > ALERTS)
        bar.set_visibility(bool(alerts))
        mark = f"({len(alerts)}) " if alerts else ""
        ui.page_title(f"{mark}{title} · {say('brand.name')}")

    async def refresh() -> None:
        """Whoever came while the page was open flares up; those of before stand in the bar."""
        nonlocal known
        board = await visit.board.read()
        show(board)
        waiting = {case.number for case in board.queue.alerts}
        for number in sorted(waiting - (waiting if known is None else known)):
            ui.notify(say("alert.special", number=number), type="negative", timeout=10000)
        known = waiting | (known or set())

    nobody.set_visibility(False)
    policy.set_visibility(False)
    bar.set_visibility(False)
    on_news(visit.desk, refresh, *BOARD_TOPICS)
    ui.timer(0, refresh, once=True, immediate=True)


def _alert(visit: Visit, case: CaseRow, then: Callable[[], Awaitable[None]]) -> None:
    look = "color=white text-color=negative padding='1px 9px'"
    with ui.element("div").classes("qt-alert"):
        link_to_case(case.number)
        if case.drill:
            marks.drill(visit.texts)
        why = visit.texts.words("signal", [reason["code"] for reason in case.reasons])
        if case.secret_grade:
            why = visit.texts.word("secret_grade", case.secret_grade)
        ui.label(why).classes("qt-snippet qt-roomy")
        if case.headquarters:
            countdown(visit, case.headquarters)
        acknowledge_button(visit, case.number, case.running, then, look=look)
