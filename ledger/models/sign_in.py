"""The network log: who signed in from where, who was refused, which tokens were used (playbook C6)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger.models.base import Base, words
from ledger.models.staff import Staff
from ledger.vocabulary import SignInKind


class SignIn(Base):
    """One sign-in, or the use of a token, from ``address``.

    ``staff`` is None where the name is nobody's; the name itself is not kept, since it may be a password
    typed into the wrong field. Kept for ``secrecy.keep_sign_ins``.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[SignInKind] = mapped_column(words(SignInKind))
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)

    staff: Mapped[Staff | None] = relationship()
