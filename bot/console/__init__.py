"""The console: the pages agents, supervisors and administrators work with (docs/console.md)."""

from fastapi import FastAPI
from nicegui import app as screens
from nicegui import ui

from bot.auth import Guard

# A page registers itself when it is imported.
from bot.console import (  # noqa: F401
    account,
    anthology,
    audit,
    complaint,
    contact,
    contacts,
    conversation,
    customer,
    customers,
    day,
    delays,
    drills,
    figures,
    form,
    forms,
    law,
    lists,
    login,
    new_complaint,
    opinion,
    overrides,
    policy,
    policy_section,
    queue,
    reports,
    roster,
    session,
    staff,
    statements,
    status,
    transcripts,
    warnings,
)
from bot.console.away import away
from bot.console.board import Board
from bot.console.visit import AWAY
from bot.desk import Desk


def mount(app: FastAPI, desk: Desk) -> None:
    """Put the console on ``app``, once a process, after every other route: NiceGUI takes what is left."""
    screens.state.desk, screens.state.board = desk, Board(desk)
    # One count of wrong passwords for the console and the API.
    app.state.guard = screens.state.guard = Guard()
    app.include_router(session.router)
    for kind in AWAY:
        screens.add_exception_handler(kind, away)
    ui.run_with(app, title="倾听 Qingting", show_welcome_message=False, tailwind=False, reconnect_timeout=30)
