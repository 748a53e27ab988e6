"""Going off duty: a head names who takes over first (指定代理人接管, playbook B4)."""

from nicegui import ui

from bot.console.components import forms
from bot.console.components.forms import Field
from bot.console.visit import Visit
from ledger.services import departments
from ledger.services import staff as accounts


async def switch_duty(visit: Visit) -> bool:
    """Turn the reader's own switch; who must not go yet is asked for a delegate. Whether it was turned."""
    going, say = visit.staff.on_duty, visit.texts
    async with visit.desk.database.transaction() as session:
        alone = await departments.left_alone_by(session, visit.staff, visit.now) if going else []
        people = {one.id: one for one in await accounts.list_staff(session)}
    delegate = None
    if alone:
        names = say("format.and").join(place.names.get(say.language, place.key) for place in alone)
        ui.notify(say("going.about", departments=names), type="warning", textColor="white", multi_line=True)
        others = {key: one.name for key, one in people.items() if one.on_duty and key != visit.staff.id}
        entered = await forms.ask(
            say, say("going.title"), say("going.submit"), {"who": Field("going.who", "choice", others)}
        )
        if entered is None:
            return False
        delegate = people[entered["who"]]

    async def turn() -> bool:
        async with visit.desk.database.transaction() as session:
            known = await accounts.by_username(session, visit.staff.username)
            if delegate is not None:
                await accounts.hand_over(session, staff=known, delegate=delegate, now=visit.now)
            else:
                await accounts.set_on_duty(session, staff=known, on_duty=not going, now=visit.now)
        return True

    done = say("going.done", name=delegate.name) if delegate else None
    return bool(await visit.act(turn, done=done))
