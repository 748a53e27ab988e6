"""What the organisation has decided: who answers for what, within what time, and who is told when it fails.

Read from ``policy.yml`` and passed to every service as ``policy``; one room of decisions a file.
"""

from ledger.policy.aftercare import Aftercare, Rekindling
from ledger.policy.clocks import Clocks, Deadline, Escalation, Extension, Revisit, Rung, Step
from ledger.policy.contacts import Contacts
from ledger.policy.departments import DepartmentPolicy, Matrix, Organisation
from ledger.policy.grading import Grading, Plan, Rarity, RiskMatrix, Waves
from ledger.policy.group_events import GroupEvents
from ledger.policy.hurried import hurried
from ledger.policy.limits import Limits, Watchdog
from ledger.policy.lists import Lists, NailHouseholds, Unexplained
from ledger.policy.loading import load_policy
from ledger.policy.notices import Email, Notices, Webhook
from ledger.policy.opinion import Opinion, Source, Topic
from ledger.policy.outside import Emergency, Numbers, Officials, Press
from ledger.policy.policy import Policy
from ledger.policy.reports import Schedule
from ledger.policy.secrecy import Secrecy
from ledger.policy.talking import Anger, Answers, Capacity, Demands, Handoff, Listening, Silence
from ledger.policy.team import Team, TeamRole
from ledger.policy.undercover import Undercover

__all__ = [
    "Aftercare",
    "Anger",
    "Answers",
    "Capacity",
    "Clocks",
    "Contacts",
    "Deadline",
    "Demands",
    "DepartmentPolicy",
    "Email",
    "Emergency",
    "Escalation",
    "Extension",
    "Grading",
    "GroupEvents",
    "Handoff",
    "Limits",
    "Listening",
    "Lists",
    "Matrix",
    "NailHouseholds",
    "Notices",
    "Numbers",
    "Officials",
    "Opinion",
    "Organisation",
    "Plan",
    "Policy",
    "Press",
    "Rarity",
    "Rekindling",
    "Revisit",
    "RiskMatrix",
    "Rung",
    "Schedule",
    "Secrecy",
    "Silence",
    "Source",
    "Step",
    "Team",
    "TeamRole",
    "Topic",
    "Undercover",
    "Unexplained",
    "Watchdog",
    "Waves",
    "Webhook",
    "hurried",
    "load_policy",
]
