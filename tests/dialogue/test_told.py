"""What a real message tells stands in the ledger as facts, heard by the trained model."""

from collections.abc import Callable

from sqlalchemy import select

from ledger.models import Case, Fact, case_conversations
from ledger.moments import resolve
from ledger.policy import load_policy
from tests.assistant import Customer
from tests.ledger_world import POLICY

STORY = {
    "zh-Hans": "上周三在人民路店买的冰箱，花了一万二，修了三次还是不制冷，我请了三天假在家等",
    "zh-Hant": "上禮拜三在板橋門市買的冰箱，花了NT$12,000，修了三次還是不冷，我請了三天假在家等",
    "en": "I bought a fridge at the Elm Street store last Wednesday for 12,000 dollars, it was repaired "
    "three times and is still warm, and I waited three days at home",
}
CORRECTION = {"zh-Hans": "不对，是上周四", "zh-Hant": "不對，是上禮拜四", "en": "No, it was last Thursday"}
TOLD = {"date", "place", "product", "amount", "times", "duration"}


async def facts(person: Customer) -> list[Fact]:
    of_case = (
        select(Fact)
        .join(Case)
        .join(case_conversations, case_conversations.c.case_id == Case.id)
        .where(case_conversations.c.conversation_id == person.conversation)
        .order_by(Fact.id)
    )
    async with person.assistant.database.transaction() as session:
        return list(await session.scalars(of_case))


async def test_what_a_message_tells_stands_in_the_ledger(customer: Callable[..., Customer]) -> None:
    for language, story in STORY.items():
        person = customer(language)
        await person.say(story)
        told = {fact.kind.value: fact for fact in await facts(person)}
        assert told.keys() >= TOLD, language
        assert told["times"].value == 3
        assert told["duration"].value == "P3D"
        assert told["product"].value == "fridge"
        assert told["amount"].value["amount"] == "12000"
        assert "repeated" in person.heard["hardships"]


async def test_a_correction_takes_the_place_of_what_was_told(customer: Callable[..., Customer]) -> None:
    zone = load_policy(POLICY).organisation.time_zone
    for language, story in STORY.items():
        person = customer(language)
        await person.say(story)
        await person.say(CORRECTION[language])
        wrong, right = (fact for fact in await facts(person) if fact.kind == "date")
        thursday = "-W-4" if language == "en" else "-P1W-4"
        assert right.value == resolve(thursday, right.at.astimezone(zone))
        assert wrong.replaced_by_id == right.id
