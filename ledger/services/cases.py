"""The cases of the desk: everything a customer, the assistant or a member of staff does with one.

What the assistant calls takes ``message_id``, the inbound message it acts for, and acts once for it.
"""

from ledger.services.case_lock import case_numbered, lock
from ledger.services.contact import give_contact, refuse_contact
from ledger.services.flagging import flag
from ledger.services.grading import overrule
from ledger.services.hearing import Hearing, hear, new_matter, overhear
from ledger.services.linking import link
from ledger.services.rating import Rated, rate, revisited
from ledger.services.resolving import reopen, resolve
from ledger.services.staff_entry import enter_by_staff
from ledger.services.status import CaseStatusView, status
from ledger.services.tasks import complete, promise_call
from ledger.services.waiting import go_on, wait
from ledger.services.withdrawing import withdraw
from ledger.services.working import assign, progress

__all__ = [
    "CaseStatusView",
    "Hearing",
    "Rated",
    "assign",
    "case_numbered",
    "complete",
    "enter_by_staff",
    "flag",
    "give_contact",
    "go_on",
    "hear",
    "link",
    "lock",
    "new_matter",
    "overhear",
    "overrule",
    "progress",
    "promise_call",
    "rate",
    "refuse_contact",
    "reopen",
    "resolve",
    "revisited",
    "status",
    "wait",
    "withdraw",
]
