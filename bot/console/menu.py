"""Where one can go in the console, in the order it is offered; each group opens as a menu of its own."""

from typing import Final, NamedTuple

from ledger.vocabulary import Role


class Page(NamedTuple):
    """A page of the menu; ``key`` is its text, ``role`` who may open it."""

    path: str
    key: str
    icon: str
    role: Role


AT_HAND: Final = (
    Page("/desk", "nav.queue", "forum", Role.AGENT),
    Page("/desk/new", "nav.new_complaint", "add_call", Role.AGENT),
)
"""What an agent needs all day stands in the header itself."""

GROUPS: Final[dict[str, tuple[Page, ...]]] = {
    "nav.follow": (
        Page("/desk/forms", "nav.forms", "assignment", Role.AGENT),
        Page("/desk/day", "nav.day", "event_available", Role.AGENT),
        Page("/supervise/lists", "nav.lists", "checklist", Role.SUPERVISOR),
        Page("/supervise/reports", "nav.reports", "summarize", Role.AGENT),
        Page("/supervise/delays", "nav.delays", "hourglass_bottom", Role.SUPERVISOR),
    ),
    "nav.knowledge": (
        Page("/desk/customers", "nav.customers", "contact_page", Role.AGENT),
        Page("/desk/contacts", "nav.contacts", "contact_phone", Role.AGENT),
        Page("/desk/anthology", "nav.anthology", "menu_book", Role.AGENT),
        Page("/desk/law", "nav.law", "gavel", Role.AGENT),
        Page("/supervise/statements", "nav.statements", "campaign", Role.SUPERVISOR),
    ),
    "nav.judge": (
        Page("/supervise/transcripts", "nav.transcripts", "manage_search", Role.SUPERVISOR),
        Page("/supervise", "nav.figures", "insights", Role.SUPERVISOR),
        Page("/supervise/opinion", "nav.opinion", "travel_explore", Role.SUPERVISOR),
        Page("/supervise/warnings", "nav.warnings", "ssid_chart", Role.SUPERVISOR),
        Page("/supervise/guard", "nav.guard", "shield", Role.SUPERVISOR),
        Page("/supervise/drills", "nav.drills", "theater_comedy", Role.SUPERVISOR),
        Page("/supervise/audit", "nav.audit", "policy", Role.SUPERVISOR),
    ),
    "nav.manage": (
        Page("/supervise/roster", "nav.roster", "calendar_month", Role.SUPERVISOR),
        Page("/supervise/staff", "nav.staff", "groups", Role.ADMINISTRATOR),
        Page("/supervise/policy", "nav.policy", "tune", Role.ADMINISTRATOR),
        Page("/supervise/status", "nav.status", "monitor_heart", Role.ADMINISTRATOR),
    ),
}
"""Following up (督办), what one looks up (资料), judging (研判), running the desk (管理)."""

PAGES: Final = (*AT_HAND, *(page for pages in GROUPS.values() for page in pages))
