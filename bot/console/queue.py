"""The live queue: who waits, whom the reader holds, whom the assistant is talking to, all open cases."""

from nicegui import ui

from bot import conversation
from bot.console.board import Snapshot
from bot.console.components import marks
from bot.console.components.buttons import lasting
from bot.console.components.cases import case_row, link_to_case
from bot.console.components.day_left import DayLeft
from bot.console.components.keyed import KeyedList
from bot.console.components.secrecy import grade_tag
from bot.console.layout import BOARD_TOPICS, frame
from bot.console.news import on_news
from bot.console.visit import Visit, staff_page
from ledger.views.queue import ConversationRow
from ledger.views.rows import CaseRow
from ledger.vocabulary import Holding

PATH = "/desk"


@staff_page(PATH)
async def queue(visit: Visit) -> None:
    """What an agent works from; everything on it follows the database."""
    say = visit.texts
    with frame(visit, say("nav.queue"), here=PATH), ui.element("div").classes("qt-columns"):
        with ui.element("div"):
            waiting = _conversations(visit, "queue.waiting")
            mine = _conversations(visit, "queue.mine")
            held = _conversations(visit, "queue.held")
            assistant = _conversations(visit, "queue.with_assistant")
        with ui.element("div"):
            left = DayLeft(visit)
            cases = KeyedList[CaseRow](
                lambda case: case.number,
                lambda case: case_row(visit, case),
                heading=say("queue.open_cases"),
                empty=say("queue.no_cases"),
            )

    def show(board: Snapshot) -> None:
        waiting.show(board.queue.waiting)
        mine.show([row for row in board.queue.held if row.holder_id == visit.staff.id])
        held.show([row for row in board.queue.held if row.holder_id != visit.staff.id])
        assistant.show(board.queue.with_assistant)
        cases.show(board.queue.cases)
        left.show(board.queue.cases)

    async def refresh() -> None:
        show(await visit.board.read())

    on_news(visit.desk, refresh, *BOARD_TOPICS)
    await refresh()


def _conversations(visit: Visit, heading: str) -> KeyedList[ConversationRow]:
    return KeyedList[ConversationRow](
        lambda row: row.id,
        lambda row: _conversation(visit, row),
        heading=visit.texts(heading),
        empty=visit.texts(f"{heading}_none"),
    )


def _conversation(visit: Visit, row: ConversationRow) -> None:
    say = visit.texts
    with ui.element("div").classes("qt-line"):
        name = row.customer or say("customer.unnamed", id=row.id)
        ui.link(name, f"/desk/conversations/{row.id}").classes("qt-strong")
        if row.demo:
            marks.demo(say)
        if row.drill:
            marks.drill(say)
        if row.special:
            marks.green_channel(say)
        grade_tag(say, row.secret_grade)
        marks.tag(say.word("channel", row.channel))
        if row.emotion:
            marks.emotion(say, row.emotion)
        for number in row.cases:
            link_to_case(number)
        ui.space()
        _who(visit, row)
    unsaid = "secrecy.words_hidden" if row.secret_grade else "case.no_words"
    ui.label(row.words or say(unsaid)).classes("qt-dim qt-snippet")


def _who(visit: Visit, row: ConversationRow) -> None:
    say = visit.texts
    if row.holding is Holding.HUMAN:
        if row.holder_id != visit.staff.id:
            ui.label(say("queue.held_by", name=row.holder or "")).classes("qt-dim")
        return
    if row.waiting_since:
        reason = say.word("handoff", row.reason or "customer_asked")
        ui.label(say("queue.waiting_since", at=visit.when(row.waiting_since), reason=reason)).classes(
            "qt-dim"
        )
    waiting = row.holding is Holding.WAITING
    look = "unelevated color=primary" if waiting else "outline color=primary"
    ui.button(say("talk.take"), on_click=lasting(lambda: take(visit, row.id))).props(
        f"{look} padding='2px 12px' no-caps"
    )


async def take(visit: Visit, conversation_id: int, *, force: bool = False) -> None:
    """Take the conversation and open it, with ``force`` from whoever holds it; if refused, say who has it."""

    async def deed() -> bool:
        await conversation.take(visit.desk, conversation_id=conversation_id, staff=visit.staff, force=force)
        return True

    if await visit.act(deed):
        ui.navigate.to(f"/desk/conversations/{conversation_id}")
