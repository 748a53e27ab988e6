"""A reporter who does not say so (疑似暗访, playbook B10): looked for after a turn, told to the spokesperson.

Nothing changes for the customer: no case is opened or graded for it, and the assistant does not know.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Form, Message
from ledger.policy import Policy
from ledger.services import conversations, forms
from ledger.undercover import judge, suspected
from ledger.vocabulary import Author

KIND: Final = "journalist"


async def watch(session: AsyncSession, *, conversation_id: int, policy: Policy, now: datetime) -> Form | None:
    """Open the journalist form if the customer's messages look like an interview; once a conversation.

    For whoever found that the latest message bears a sign (``ledger.undercover.bears_a_sign``).
    """
    rule = policy.undercover
    said = select(Message.text).where(
        Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER
    )
    found = judge((await session.scalars(said.order_by(Message.id.desc()).limit(rule.last))).all(), rule)
    if not suspected(found, rule):
        return None
    await conversations.lock(session, conversation_id)
    case = await conversations.current_case(session, conversation_id, hold=True)
    known = Form.filled["conversation"].as_integer() == conversation_id
    if case is not None:
        known |= Form.case_id == case.id
    if await session.scalar(select(Form.id).where(Form.kind == KIND, known).limit(1)):
        return None
    signs = [sign.value for sign in found.counted]
    filled = {"likely_undercover": True, "signs": signs, "conversation": conversation_id}
    return await forms.open_by_itself(session, kind=KIND, case=case, filled=filled, policy=policy, now=now)
