"""The tables of the ledger, one noun a file."""

from ledger.models.access import Access
from ledger.models.audit import Audit
from ledger.models.base import Base
from ledger.models.case import Case, case_conversations
from ledger.models.clock import Clock, Task
from ledger.models.conversation import Conversation
from ledger.models.customer import Customer, Identity
from ledger.models.department import Department, DutyContact
from ledger.models.drill import Drill
from ledger.models.duty_shift import DutyShift
from ledger.models.effect import Effect
from ledger.models.entry import Entry
from ledger.models.fact import Fact
from ledger.models.figure_day import FigureDay
from ledger.models.form import Form, FormStep
from ledger.models.form_case import FormCase
from ledger.models.lowering import EntryGrade, Lowering
from ledger.models.mention import Mention
from ledger.models.message import Attachment, Edit, Message
from ledger.models.notice import Notice
from ledger.models.opinion_day import OpinionDay
from ledger.models.outside_contact import ContactVisit, OutsideContact
from ledger.models.report import Report
from ledger.models.sign_in import SignIn
from ledger.models.staff import Credential, Staff
from ledger.models.view import View
from ledger.models.wait import Wait
from ledger.models.wave import Wave

__all__ = [
    "Access",
    "Attachment",
    "Audit",
    "Base",
    "Case",
    "Clock",
    "ContactVisit",
    "Conversation",
    "Credential",
    "Customer",
    "Department",
    "Drill",
    "DutyContact",
    "DutyShift",
    "Edit",
    "Effect",
    "Entry",
    "EntryGrade",
    "Fact",
    "FigureDay",
    "Form",
    "FormCase",
    "FormStep",
    "Identity",
    "Lowering",
    "Mention",
    "Message",
    "Notice",
    "OpinionDay",
    "OutsideContact",
    "Report",
    "SignIn",
    "Staff",
    "Task",
    "View",
    "Wait",
    "Wave",
    "case_conversations",
]
