"""Which customers are one person (playbook C7): linked by a supervisor, and told apart again."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.models import Customer


async def members(session: AsyncSession, customer_id: int) -> list[int]:
    """The ids of all customers that are known to be the same person as this one, itself among them."""
    customer = await session.get_one(Customer, customer_id)
    if customer.person_id is None:
        return [customer_id]
    same = select(Customer.id).where(Customer.person_id == customer.person_id).order_by(Customer.id)
    return list(await session.scalars(same))


async def known_as(session: AsyncSession, customer: Customer) -> list[Customer]:
    """All customers that are known to be the same person, ``customer`` among them."""
    same = select(Customer).where(Customer.id.in_(await members(session, customer.id)))
    return list(await session.scalars(same.order_by(Customer.id)))
