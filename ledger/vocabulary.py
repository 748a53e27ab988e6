"""The words the desk classifies with, as they stand in the database, in the API and in the model's output.

Playbook A1 (stages), A7 (remedies), A8 (categories), B5 (severity); docs/assistant.md says what the signals
and the levels of emotion mean.
"""

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """The script a customer reads."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"


class Kind(StrEnum):
    """What a message is, seen alone."""

    COMPLAINT = "complaint"
    INQUIRY = "inquiry"
    STATUS = "status"
    HUMAN = "human"
    CHAT = "chat"
    OTHER = "other"


class Category(StrEnum):
    """Kinds of complaint (playbook A8)."""

    PRODUCT_QUALITY = "product_quality"
    SERVICE_QUALITY = "service_quality"
    STAFF_ATTITUDE = "staff_attitude"
    FEE_DISPUTE = "fee_dispute"
    MIS_SELLING = "mis_selling"
    PRIVACY_LEAK = "privacy_leak"
    SAFETY_ACCIDENT = "safety_accident"
    FACILITY_ENVIRONMENT = "facility_environment"
    OTHER = "other"


class Signal(StrEnum):
    """Danger and need heard in the words of a message."""

    MEDIA_THREAT = "media_threat"
    REGULATOR_THREAT = "regulator_threat"
    LEGAL_THREAT = "legal_threat"
    GROUP_EVENT = "group_event"
    INJURY_SAFETY = "injury_safety"
    SELF_HARM = "self_harm"
    VIOLENCE_THREAT = "violence_threat"
    EXTORTION = "extortion"
    REPEAT_UNRESOLVED = "repeat_unresolved"
    VULNERABLE = "vulnerable"
    SPECIAL_IDENTITY = "special_identity"
    WANTS_HUMAN = "wants_human"
    COMPENSATION_DEMAND = "compensation_demand"


class Remedy(StrEnum):
    """What the customer wants (playbook A7)."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    APOLOGY = "apology"
    EXPLANATION = "explanation"
    COMPENSATION = "compensation"
    DISCIPLINE = "discipline"
    OTHER = "other"


class Hardship(StrEnum):
    """What makes it hurt, the gravest first: what an answer names before anything else (playbook A3, A4)."""

    TRAPPED = "trapped"
    IGNORED_PAIN = "ignored_pain"
    PREGNANT = "pregnant"
    CHILD = "child"
    ELDER = "elder"
    ILL = "ill"
    FRIGHTENED = "frightened"
    HUMILIATED = "humiliated"
    DECEIVED = "deceived"
    RUINED_OCCASION = "ruined_occasion"
    FAMILY = "family"
    MONEY_LOST = "money_lost"
    SPOILED = "spoiled"
    OVERCHARGED = "overcharged"
    TIME_LOST = "time_lost"
    PROMISE_BROKEN = "promise_broken"
    RUNAROUND = "runaround"
    UNANSWERED = "unanswered"
    REPEATED = "repeated"
    WAITED = "waited"


class Topic(StrEnum):
    """What a question about the desk itself is about."""

    HOW = "how"
    TIMES = "times"
    OWNER = "owner"
    PRIVACY = "privacy"
    ANONYMOUS = "anonymous"
    EVIDENCE = "evidence"
    COST = "cost"
    HOURS = "hours"
    LANGUAGES = "languages"
    REFUND = "refund"
    COMPENSATION = "compensation"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"
    PETITION = "petition"


class FactKind(StrEnum):
    """What a customer tells that is kept as a fact of the case (playbook A7, B9, B10, C2)."""

    AMOUNT = "amount"
    DATE = "date"
    DURATION = "duration"
    TIMES = "times"
    PEOPLE = "people"
    VEHICLES = "vehicles"
    INJURED = "injured"
    DEAD = "dead"
    PRODUCT = "product"
    PLACE = "place"
    PERSON = "person"
    ORDER_NUMBER = "order_number"
    OUTLET = "outlet"
    COLUMN = "column"
    PRESS_CARD = "press_card"
    AUTHORITY = "authority"


class Stage(StrEnum):
    """The five steps of handling (playbook A1), in order, and the end."""

    LISTEN = "listen"
    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"
    FEEDBACK = "feedback"
    REVISIT = "revisit"
    CLOSED = "closed"


class Severity(StrEnum):
    """How bad a case is (playbook B5)."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Aspect(StrEnum):
    """What a point of a grade is about: what the public cares about (playbook B7), how far it goes (B5)."""

    HARM = "harm"
    PERSONAL_SAFETY = "personal_safety"
    PROPERTY = "property"
    INFORMATION_SECURITY = "information_security"
    AVAILABILITY = "availability"
    RESPECT_AND_CARE = "respect_and_care"
    SERVICE_AND_VALUE = "service_and_value"
    STRIKING = "striking"
    PEOPLE = "people"
    SPREAD = "spread"
    COURSE = "course"


class Likelihood(StrEnum):
    """How likely a matter is to spread beyond who complained."""

    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"


class Risk(StrEnum):
    """The five levels of risk (风险五级, playbook B5, C6), the least first."""

    VERY_LOW = "very_low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


class WarningLevel(StrEnum):
    """The four levels of early warning (四级预警, playbook B5), the least first."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class WaveKind(StrEnum):
    """What the complaints of a wave have in common."""

    CATEGORY = "category"
    PLACE = "place"
    PRODUCT = "product"
    TOPIC = "topic"


class SecretGrade(StrEnum):
    """How secret a case or an entry is, the gravest first: 绝密, 机密, 秘密 (playbook C6); most have none."""

    TOP_SECRET = "top_secret"  # noqa: S105 — a grade, not a password
    SECRET = "secret"  # noqa: S105
    CONFIDENTIAL = "confidential"


class ViewKind(StrEnum):
    """What a member of staff looked at (playbook C6)."""

    CASE = "case"
    CONVERSATION = "conversation"
    FILE = "file"
    CUSTOMER = "customer"
    EXPORT = "export"
    FORM = "form"
    CONTACT = "contact"


class ContactKind(StrEnum):
    """Whom the desk keeps in touch with outside, to know them before a crisis (playbook D6)."""

    REGULATOR = "regulator"
    CONSUMER_ASSOCIATION = "consumer_association"
    MEDIA = "media"
    POLICE = "police"
    GOVERNMENT = "government"
    PARTNER = "partner"


class SignInKind(StrEnum):
    """How somebody proved who they are, or failed to: the network log (playbook C6)."""

    OPENED = "opened"
    REFUSED = "refused"
    THROTTLED = "throttled"
    TOKEN = "token"  # noqa: S105 — a kind, not a token


class CaseType(StrEnum):
    """A complaint, or a contact: a special user who has not complained."""

    COMPLAINT = "complaint"
    CONTACT = "contact"


class CrisisType(StrEnum):
    """What kind of crisis a case is, or may become (playbook B3, its table)."""

    MEDIA_EXPOSURE = "media_exposure"
    COMPETITOR_DISTURBANCE = "competitor_disturbance"
    DEALER_DISTURBANCE = "dealer_disturbance"
    PRODUCT_COMPLAINT = "product_complaint"
    LONG_UNRESOLVED = "long_unresolved"
    AUTHORITIES = "authorities"


class CaseStatus(StrEnum):
    """Where a case stands in its closed loop (playbook C1)."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Delivery(StrEnum):
    """How far a message of ours got on its way to the customer.

    ``unknown`` is the honest state when the platform may or may not have it; ``dropped`` when somebody else
    took the word before it was sent.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


ON_ITS_WAY: Final = (Delivery.PENDING, Delivery.SENDING)
"""What has been stored and has not left the house."""


class Holding(StrEnum):
    """Who speaks for the desk in a conversation.

    ``waiting``: a person was asked for and has not come yet; until then the assistant goes on listening,
    since silence is what nobody may meet with. ``human``: a person holds it and the assistant is silent.
    """

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"


class ClockKind(StrEnum):
    """The clocks of playbook C3; those from ``leak_to_lead`` on are started by a form."""

    HEADQUARTERS = "headquarters"
    FIRST_RESPONSE = "first_response"
    PROGRESS_UPDATE = "progress_update"
    PROMISED_CALL = "promised_call"
    REVISIT = "revisit"
    GREEN_CHANNEL = "green_channel"
    LEAK_TO_LEAD = "leak_to_lead"
    LEAK_TO_AUTHORITY = "leak_to_authority"
    MISSING_TOP_GRADE = "missing_top_grade"
    MISSING_ITEM = "missing_item"
    PUBLIC_STATEMENT = "public_statement"
    FINDINGS = "findings"
    PETITION_REGISTERED = "petition_registered"
    PETITION_CLOSED = "petition_closed"
    REVIEW_ASKED = "review_asked"
    REVIEW_DECIDED = "review_decided"
    FORM_DUE = "form_due"
    PURSUIT = "pursuit"
    ROLL_CALL = "roll_call"
    AFTERCARE = "aftercare"


class Role(StrEnum):
    """What a member of staff may do; each includes the ones before it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Way(StrEnum):
    """How a notice reaches a member of staff."""

    CONSOLE = "console"
    TELEGRAM = "telegram"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Circle(StrEnum):
    """Whom a form tells (playbook B1, B3, B4, D2)."""

    OWNER = "owner"
    DEPARTMENT = "department"
    HEADQUARTERS = "headquarters"
    SPOKESPERSON = "spokesperson"
    OFFICIALS = "officials"
    SUPERVISORS = "supervisors"
    TEAM = "team"


class NoticeKind(StrEnum):
    """Why staff are told."""

    SPECIAL_USER = "special_user"
    REMINDER = "reminder"
    BREACH = "breach"
    ESCALATION = "escalation"
    URGING = "urging"
    HUMAN_WANTED = "human_wanted"
    HOLD_LOST = "hold_lost"
    TASK_DUE = "task_due"
    GRADED = "graded"
    CRISIS = "crisis"
    WAVE = "wave"
    ALARM = "alarm"
    REPORT = "report"
    FORM = "form"
    ACCESS_ASKED = "access_asked"
    TEAM = "team"
    REKINDLED = "rekindled"


class ReportKind(StrEnum):
    """Reports of a period (docs/reports.md)."""

    DAILY = "daily"
    OPINION = "opinion"
    OPINION_WEEK = "opinion_week"


class NoticeState(StrEnum):
    """How far a notice got."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class MentionKind(StrEnum):
    """Where something is said about us, in the order in which a grumble spreads (playbook B6)."""

    POST = "post"
    BYSTANDER = "bystander"
    BIG_ACCOUNT = "big_account"
    PRESS = "press"


class Feeling(StrEnum):
    """What words feel about us (playbook C5, C8)."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class RekindlingSign(StrEnum):
    """What shows that a solved matter has come up again (playbook D5)."""

    CATEGORY = "category"
    ORDER_NUMBER = "order_number"
    PRODUCT = "product"
    PLACE = "place"
    KEYWORD = "keyword"
    RISK = "risk"
    UNRESOLVED = "unresolved"


class ActorKind(StrEnum):
    """Who did what a ledger entry tells."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    STAFF = "staff"
    SYSTEM = "system"
