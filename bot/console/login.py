"""Signing in, and setting a new password by link."""

from fastapi import Request
from nicegui import ui

from bot.console import theme
from bot.console.session import HOME, RESET, own_path
from bot.console.texts import Texts, texts
from bot.console.visit import LOGIN, speak
from ledger.vocabulary import Language

NOTES = {"refused": "login.refused", "wait": "login.wait", "changed": "login.changed"}


@ui.page(LOGIN)
async def login(request: Request, next: str = HOME, error: str = "") -> None:
    """Name and password."""
    say = _preferred(request)
    with _sheet(say, say("login.title"), LOGIN, NOTES.get(error)):
        _field(say("login.username"), "username", "text", "username")
        _field(say("login.password"), "password", "password", "current-password")
        _hidden("next", own_path(next))
        _submit(say("login.submit"))


@ui.page(RESET)
async def reset(request: Request, secret: str = "", error: str = "") -> None:
    """A new password, by the link an administrator gave."""
    say = _preferred(request)
    note = f"error.{error}" if f"error.{error}" in say.entries else None
    with _sheet(say, say("login.new_password"), RESET, note):
        _field(say("login.new_password"), "password", "password", "new-password")
        _hidden("secret", secret)
        _submit(say("login.set_password"))


def _sheet(say: Texts, title: str, action: str, note: str | None) -> ui.element:
    theme.dress()
    speak(say.language)
    ui.page_title(f"{title} · {say('brand.name')}")
    with ui.element("div").classes("qt-card qt-sign-in"):
        ui.label(say("brand.name")).classes("qt-title").props("role=heading aria-level=1")
        ui.label(say("brand.line")).classes("qt-dim")
        if note:
            ui.label(say(note, who="")).classes("qt-error").props("role=alert")
        return ui.element("form").props(f"method=post action={action}")


def _field(label: str, name: str, kind: str, autocomplete: str) -> None:
    with ui.element("label"):
        ui.label(label)
        ui.element("input").props(f"name={name} type={kind} autocomplete={autocomplete} required")


def _hidden(name: str, value: str) -> None:
    field = ui.element("input").props(f"type=hidden name={name}")
    field.props["value"] = value


def _submit(text: str) -> None:
    with ui.element("button").props("type=submit"):
        ui.label(text)


def _preferred(request: Request) -> Texts:
    """The texts of the first language the browser asks for that the console has."""
    for wanted in request.headers.get("accept-language", "").split(","):
        tag = wanted.split(";")[0].strip().lower()
        if tag.startswith("en"):
            return texts(Language.EN)
        if tag in ("zh-tw", "zh-hk", "zh-mo") or tag.startswith("zh-hant"):
            return texts(Language.ZH_HANT)
        if tag.startswith("zh"):
            return texts(Language.ZH_HANS)
    return texts(Language.ZH_HANS)
