"""What the ledger refuses, at a glance. The docstring of an error is its message.

* LedgerError
  - PolicyError
  - PolicyNotWritable
  - NotFound
      + NoSuchCase
      + NoSuchStaff
      + NoSuchDepartment
      + NoSuchTask
      + NoSuchMessage
      + NoSuchCustomer
      + NoSuchForm
      + NoSuchWave
      + NoSuchList
      + NoSuchMention
      + NoSuchReport
      + NoSuchRequest
      + NoSuchAudit
      + NoSuchDelay
      + NoSuchContact
  - NotAllowed
      + NeedToKnow
      + SecondPerson
  - AlreadyDone
      + AlreadyAcknowledged
      + AlreadyResolved
      + NotResolved
      + NotSpecial
      + AlreadyWaiting
      + NotWaiting
      + AlreadyOpen
      + NotThisStep
      + NotExtendable
      + TooMany
      + StepBarred
      + AlreadyLinked
      + DrillUnderWay
      + NoDelegate
      + AlreadyGraded
      + AlreadyAsked
      + NotCarriedOut
      + AlreadyOnePerson
      + StillOpen
      + NothingChanged
      + PolicyChangedMeanwhile
  - Missing
  - WrongValue
      + NotFitToSay
      + PersonalDataLeft
  - UnreadableFile
  - BadLines
  - Taken
  - SignInRefused
  - PasswordTooShort
  - CodeExpired
"""

from collections.abc import Sequence
from datetime import datetime

from ledger.vocabulary import SecretGrade


class LedgerError(Exception):
    """The ledger refused."""

    def __init__(self, detail: str | None = None) -> None:
        message = (type(self).__doc__ or "").strip()
        super().__init__(f"{message} ({detail})" if detail else message)
        self.detail = detail


class PolicyError(LedgerError):
    """The policy file cannot be used."""


class PolicyNotWritable(LedgerError):  # noqa: N818
    """The desk may not write the policy's file; it is changed where it lies."""


class NotFound(LedgerError):  # noqa: N818
    """There is no such thing."""


class NoSuchCase(NotFound):
    """There is no case with this number."""


class NoSuchStaff(NotFound):
    """There is no such member of staff."""


class NoSuchDepartment(NotFound):
    """There is no such department."""


class NoSuchTask(NotFound):
    """There is no such task."""


class NoSuchMessage(NotFound):
    """There is no such message of a customer."""


class NoSuchForm(NotFound):
    """There is no such form."""


class NoSuchWave(NotFound):
    """There is no such warning, or it is over."""


class NoSuchList(NotFound):
    """There is no such list."""


class NoSuchMention(NotFound):
    """There is no such mention."""


class NoSuchReport(NotFound):
    """There is no such report, or not for this person."""


class NoSuchRequest(NotFound):
    """Nothing waits for an answer here."""


class NoSuchAudit(NotFound):
    """There is no such audit."""


class NoSuchDelay(NotFound):
    """There is no such clock, or it was not breached."""


class NoSuchContact(NotFound):
    """There is no such contact."""


class NoSuchCustomer(NotFound):
    """There is no such customer."""


class NotAllowed(LedgerError):  # noqa: N818
    """This person may not do that."""


class SecondPerson(NotAllowed):
    """A second person has to do this: not the one who brought the form here or filled it in."""


class NeedToKnow(NotAllowed):
    """It is graded, and its words are for those who need to know them."""

    def __init__(self, number: str, grade: SecretGrade, ask: Sequence[str]) -> None:
        super().__init__(f"{number}; ask {', '.join(ask)}" if ask else number)
        self.number = number
        self.grade = grade
        self.ask = tuple(ask)


class AlreadyDone(LedgerError):  # noqa: N818
    """The case is not in a state that allows this."""


class AlreadyAcknowledged(AlreadyDone):
    """Somebody has acknowledged it already."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(by)
        self.by = by
        self.at = at


class AlreadyResolved(AlreadyDone):
    """The case is not open any more."""


class NotResolved(AlreadyDone):
    """The case is still open."""


class NotSpecial(AlreadyDone):
    """Nothing waits for headquarters here."""


class AlreadyWaiting(AlreadyDone):
    """The case waits for its customer already."""


class NotWaiting(AlreadyDone):
    """The case does not wait for its customer."""


class AlreadyOpen(AlreadyDone):
    """Such a form is open already."""


class NotThisStep(AlreadyDone):
    """The form is not where this step begins."""


class TooMany(AlreadyDone):
    """There are as many as there may be."""


class NotExtendable(AlreadyDone):
    """This clock cannot be put off so far, or not once more."""


class StepBarred(AlreadyDone):
    """What stands in the form bars this step."""


class AlreadyLinked(AlreadyDone):
    """The mention belongs to a case already."""


class DrillUnderWay(AlreadyDone):
    """A drill is under way already."""


class WrongValue(LedgerError):  # noqa: N818
    """What was entered does not fit its field."""


class AlreadyOnePerson(AlreadyDone):
    """Linked they are already, or not linked at all."""


class StillOpen(AlreadyDone):
    """A case of theirs is open: they could not be answered any more."""


class NoDelegate(AlreadyDone):
    """The head is away: name who takes over first."""


class NotFitToSay(WrongValue):
    """A statement says what nobody may say."""


class AlreadyGraded(AlreadyDone):
    """It has this grade already, or a higher one; to lower it takes a second person."""


class AlreadyAsked(AlreadyDone):
    """Such a request waits for an answer already, or was granted."""


class NotCarriedOut(AlreadyDone):
    """The audit has not been carried out, or is published already."""


class NothingChanged(AlreadyDone):
    """It says so already."""


class PolicyChangedMeanwhile(AlreadyDone):
    """Somebody else has changed the policy's file in the meantime."""


class PersonalDataLeft(WrongValue):
    """A story for others tells who somebody is."""


class Missing(LedgerError):  # noqa: N818
    """Something that must be said is empty."""


class UnreadableFile(LedgerError):  # noqa: N818
    """The file cannot be read as CSV, JSON lines or XLSX."""


class BadLines(LedgerError):  # noqa: N818
    """Lines of the file cannot be used."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        """``faults``: the number of each such line in the file, and a code for what is wrong with it."""
        super().__init__("; ".join(f"{line}: {why}" for line, why in faults[:20]))
        self.faults = tuple(faults)


class Taken(LedgerError):  # noqa: N818
    """The name is taken."""


class SignInRefused(LedgerError):  # noqa: N818
    """The name or the password is wrong."""


class PasswordTooShort(LedgerError):  # noqa: N818
    """The password needs at least ten characters."""


class CodeExpired(LedgerError):  # noqa: N818
    """The code is wrong or has been used."""
