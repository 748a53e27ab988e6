"""What is secret by rule, who speaks alone, and how long looks and sign-ins are kept (playbook C6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from ledger.parts import Duration, Part
from ledger.vocabulary import Category, SecretGrade


class Secrecy(Part):
    """Secret grades and the logs around them.

    ``grades``: the grade a case gets by its category alone. ``single_line``: from this grade on one named
    person speaks with the customer (单线联系). ``same_view``: what is opened again within it is not written
    again. ``keep_views``, ``keep_sign_ins``: after so long they are deleted; half a year at the least, as the
    law asks of network logs.
    """

    grades: Mapping[Category, SecretGrade] = Field(default_factory=dict)
    single_line: SecretGrade = SecretGrade.SECRET
    same_view: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=30)
    keep_views: Annotated[Duration, Field(ge=timedelta(days=183))] = timedelta(days=1095)
    keep_sign_ins: Annotated[Duration, Field(ge=timedelta(days=183))] = timedelta(days=365)
