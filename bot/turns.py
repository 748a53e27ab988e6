"""The assistant's side of a conversation: answering, hearing, speaking first, and giving up honestly.

Every inbound message ends settled: answered, with a person, or both. Whoever holds the conversation is read
under its row's lock in the very transaction that stores the replies (docs/conversation.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import listening, meters, presence
from bot.bubbles import in_bubbles
from bot.desk import Desk
from bot.engine import EngineUnavailable, Turn
from bot.guarded import Guarded
from bot.own_words import about_person, own_words
from bot.stages import timed, took
from ledger import queue
from ledger.anger import calls_person
from ledger.heard import Heard
from ledger.models import Case, Conversation, Message
from ledger.services import (
    alarms,
    cases,
    conversations,
    drills,
    evidence,
    gathering,
    handoff,
    loose_ends,
    messages,
    silence,
    stages,
    undercover,
)
from ledger.services.gathering import Gathered
from ledger.services.messages import Reply
from ledger.services.silence import NUDGE
from ledger.undercover import bears_a_sign
from ledger.vocabulary import Author, Delivery, Holding, Kind, Stage

log = structlog.get_logger(__name__)

ORDER: Final = tuple(Stage)
# The stages our own words can show. Feedback begins with an update somebody gave and revisit with the visit,
# not with an answer about either: the ledger enters those stages with the deed.
SHOWN_BY_WORDS: Final = (Stage.LISTEN, Stage.ACKNOWLEDGE, Stage.RESPOND)
# What staff have the desk tell a customer is a person's word, and is said whoever holds the conversation.
STAFFS_WORD: Final = ("EXTERNAL_progress", "EXTERNAL_resolved")


class HeldByHuman(Exception):  # noqa: N818
    """A person holds the conversation; the assistant may not speak first now."""


async def handle(desk: Desk, message_id: int, *, in_line: bool = True) -> None:
    """Answer what is next in a message's conversation, as soon as the customer was heard out.

    Whose turn it is not (``in_line``) is only heard while others wait, unless somebody may be in danger.
    While a person holds the conversation it is only heard. Nothing is left: nothing is done. Raises
    EngineError: try again.
    """
    async with desk.database.reading() as session:
        arrived = await gathering.next_turn(session, message_id, desk.policy.listening)
    if arrived and arrived.last.heard_at is None:
        took("queued", (desk.now() - arrived.last.at).total_seconds())
    if arrived:
        await _stands(desk, arrived.conversation)
    gathered = await listening.heard_out(desk, arrived, in_line=in_line) if arrived else None
    if gathered is None:
        return
    if await listening.hear_each(desk, gathered.messages) and gathered.is_cut:
        gathered = await _read_again(desk, gathered)
    if not gathered.text:
        await _answer_without_words(desk, gathered)
    elif gathered.conversation.holding is Holding.HUMAN:
        await _hear(desk, gathered.last.id, gathered.text)
    else:
        await _answer(desk, gathered)
    if bears_a_sign(gathered.text):
        await _look_for_reporter(desk, gathered.conversation.id)
    meters.TURNS.labels("handled").inc()
    log.info("turn.handled", conversation=gathered.conversation.id, gathered=len(gathered.messages))


async def _look_for_reporter(desk: Desk, conversation_id: int) -> None:
    """After the turn, and only when its words give reason to (playbook B10)."""
    async with desk.database.transaction() as session:
        await undercover.watch(session, conversation_id=conversation_id, policy=desk.policy, now=desk.now())


async def give_up(desk: Desk, message_id: int) -> None:
    """The engine stayed away: a person is asked for and the customer told so; the words are heard later."""
    rule = desk.policy.listening
    async with desk.database.transaction() as session:
        failed = await gathering.next_turn(session, message_id, rule)
        if failed is None:
            return
        conversation, turn = await gathering.hold(session, failed.last.id)
        if not failed.is_bound and not rule.off:
            await gathering.bind(session, conversation.id)
            conversation, turn = await gathering.hold(session, failed.last.id)
        if conversation.holding is not Holding.HUMAN:
            await _call_person(desk, session, conversation, turn[-1])
        await gathering.settle(session, turn, rule, desk.now())
        await queue.defer(session, queue.HEAR_BELATEDLY, message_id=turn[-1].id)
    meters.TURNS.labels("given_up").inc()


async def hear_belatedly(desk: Desk, message_id: int) -> None:
    """Have a turn that nobody could hear in time reach the ledger after all. Raises EngineError."""
    async with desk.database.transaction() as session:
        conversation, turn = await gathering.hold(session, message_id)
    await _stands(desk, conversation)
    if await listening.hear_each(desk, turn):
        async with desk.database.transaction() as session:
            _, turn = await gathering.hold(session, message_id)
    if text := gathering.text_of(turn):
        await _hear(desk, turn[-1].id, text)


async def speak(
    desk: Desk, *, conversation_id: int, intent: str, entities: Mapping[str, Any], key: str
) -> None:
    """Have the assistant speak first, once for ``key``.

    Raises:
        HeldByHuman: not now.
        EngineError: try again.
    """
    client_id = f"proactive:{key}"
    async with desk.database.transaction() as session:
        conversation = await conversations.lock(session, conversation_id)
        if await messages.is_known(session, conversation_id, client_id):
            return
        if intent == NUDGE and not await silence.still_silent(session, conversation_id, key):
            return
    _may_speak(conversation, intent)
    replies = await desk.engine.trigger(
        conversation_id=conversation_id,
        key=key,
        intent=intent,
        entities=entities,
        language=conversation.language,
    )
    async with desk.database.transaction() as session:
        conversation = await conversations.lock(session, conversation_id)
        author = _may_speak(conversation, intent)
        await _say(
            desk,
            session,
            conversation,
            replies,
            author=author,
            client_id=client_id,
            staffs_word=intent in STAFFS_WORD,
        )


async def _stands(desk: Desk, conversation: Conversation) -> None:
    """Raises EngineUnavailable while a drill has the engine fail for its own conversations (playbook D3)."""
    if conversation.drill_id is None:
        return
    async with desk.database.reading() as session:
        if await drills.engine_is_away(session, drill_id=conversation.drill_id, now=desk.now()):
            raise EngineUnavailable("for the drill")


async def _read_again(desk: Desk, gathered: Gathered) -> Gathered:
    """What was heard in them decides which words the turn is made of."""
    async with desk.database.transaction() as session:
        _, turn = await gathering.hold(session, gathered.last.id)
    return replace(gathered, messages=tuple(turn))


async def _answer(desk: Desk, gathered: Gathered) -> None:
    conversation, last = gathered.conversation, gathered.last
    async with presence.shown(desk.channels.get(conversation.channel), gathered.address):
        with timed("engine"):
            turn = await desk.engine.turn(
                conversation_id=conversation.id,
                message_id=last.id,
                text=gathered.text,
                language=conversation.language,
            )
    with timed("settled"):
        async with desk.database.transaction() as session:
            conversation, answered = await gathering.hold(session, last.id)
            if answered[-1].settled_at is None:
                await _settle_turn(desk, session, conversation, answered, turn, gathered)


async def _settle_turn(
    desk: Desk,
    session: AsyncSession,
    conversation: Conversation,
    answered: Sequence[Message],
    turn: Turn,
    gathered: Gathered,
) -> None:
    _keep_heard(conversation, answered, turn.heard, desk.now())
    await gathering.settle(session, answered, desk.policy.listening, desk.now())
    message = answered[-1]
    if conversation.holding is Holding.HUMAN:
        await _drop(desk, session, conversation, message, turn.replies)
        return
    replies = list(turn.replies)
    if gathered.has_files:
        replies.insert(0, await _about_file(desk, session, conversation))
    if gathered.is_cut:
        replies.insert(0, await own_words(desk, session, conversation, "desk_much", count=len(answered)))
    if await _anger_persists(desk, session, conversation, turn.heard):
        await _ask_for_human(desk, session, conversation, "anger")
        replies.append(await about_person(desk, session, conversation, "desk_person_called"))
    await _say(desk, session, conversation, replies, reply_to_id=message.id)


def _keep_heard(conversation: Conversation, turn: Sequence[Message], heard: Heard, now: datetime) -> None:
    """What was heard in all of it is what a single message says; of several each has its own by now."""
    if len(turn) == 1:
        messages.note_heard(conversation, turn[0], heard, now)
    elif heard.language is not None:
        conversation.language = heard.language


async def _drop(
    desk: Desk,
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    replies: Sequence[Reply],
) -> None:
    """A person took the word while the reply was in the making: it is recorded, and never said."""
    await messages.store_replies(
        session,
        conversation=conversation,
        replies=replies,
        author=Author.BOT,
        reply_to_id=message.id,
        now=desk.now(),
        delivery=Delivery.DROPPED,
    )
    await queue.forget(session, conversation.id, message.id)


async def _answer_without_words(desk: Desk, gathered: Gathered) -> None:
    async with desk.database.transaction() as session:
        conversation, turn = await gathering.hold(session, gathered.last.id)
        if turn[-1].settled_at is not None:
            return
        await gathering.settle(session, turn, desk.policy.listening, desk.now())
        if conversation.holding is Holding.HUMAN:
            return
        if gathered.has_files:
            reply = await _about_file(desk, session, conversation)
        else:
            reply = await own_words(desk, session, conversation, "desk_unreadable")
        await _say(desk, session, conversation, [reply], reply_to_id=turn[-1].id)


async def _hear(desk: Desk, turn_id: int, text: str) -> None:
    """Nothing is said, but danger must be heard all the same (playbook B1)."""
    with timed("heard"):
        heard = await desk.engine.parse(text)
    now = desk.now()
    if _matters(heard):
        async with desk.database.transaction() as session:
            await cases.hear(session, message_id=turn_id, heard=heard, policy=desk.policy, now=now)
    async with desk.database.transaction() as session:
        conversation, turn = await gathering.hold(session, turn_id)
        _keep_heard(conversation, turn, heard, now)
        if turn[-1].settled_at is None:
            await gathering.settle(session, turn, desk.policy.listening, now)


def _matters(heard: Heard) -> bool:
    return bool(
        heard.kind is Kind.COMPLAINT
        or heard.signals
        or heard.remedies
        or heard.intent in ("add_information", "state_remedy")
    )


async def _call_person(
    desk: Desk, session: AsyncSession, conversation: Conversation, message: Message
) -> None:
    """Said once for as long as the conversation waits, however many messages find no engine."""
    said_already = conversation.handoff_reason in ("engine_down", loose_ends.UNANSWERED)
    await _ask_for_human(desk, session, conversation, "engine_down")
    await alarms.engine_is_down(session, policy=desk.policy, now=desk.now(), drill_id=conversation.drill_id)
    if not said_already:
        reply = await about_person(desk, session, conversation, "desk_engine_down")
        await _say(desk, session, conversation, [reply], reply_to_id=message.id)


async def _ask_for_human(desk: Desk, session: AsyncSession, conversation: Conversation, reason: str) -> None:
    await handoff.ask_for_human(
        session, conversation_id=conversation.id, reason=reason, policy=desk.policy, now=desk.now()
    )


async def _anger_persists(
    desk: Desk, session: AsyncSession, conversation: Conversation, heard: Heard
) -> bool:
    rule = desk.policy.anger
    if conversation.holding is not Holding.BOT or heard.emotion < rule.level:
        return False
    return calls_person(await messages.emotions(session, conversation.id, rule.call_after), rule)


async def _say(
    desk: Desk,
    session: AsyncSession,
    conversation: Conversation,
    replies: Sequence[Reply],
    *,
    author: Author = Author.BOT,
    reply_to_id: int | None = None,
    client_id: str | None = None,
    staffs_word: bool = False,
) -> None:
    """Store what may be said; a reply that breaks a rule of the guard is held back (docs/guard.md)."""
    guarded = Guarded(replies) if staffs_word else await Guarded.read(desk, session, conversation, replies)
    said = await messages.store_replies(
        session,
        conversation=conversation,
        replies=in_bubbles(guarded.replies),
        author=author,
        reply_to_id=reply_to_id,
        client_id=client_id,
        now=desk.now(),
        delivery=desk.stored_as(conversation.channel),
    )
    await guarded.record(desk, session, said)
    if any(row.stage for row in said):
        case = await conversations.current_case(session, conversation.id)
        if case is not None:
            await _enter_stages(desk, session, case, conversation, said)


async def _enter_stages(
    desk: Desk, session: AsyncSession, case: Case, conversation: Conversation, said: Sequence[Message]
) -> None:
    """A stage is entered with the words that show it; files sent before the case was open go on it then."""
    now = desk.now()
    for row in said:
        if row.stage in SHOWN_BY_WORDS and ORDER.index(row.stage) > ORDER.index(case.stage):
            await stages.enter_stage(session, case=case, stage=row.stage, evidence_message_id=row.id, now=now)
            await evidence.file(session, case=case, conversation_id=conversation.id, now=now)


async def _about_file(desk: Desk, session: AsyncSession, conversation: Conversation) -> Reply:
    case = await conversations.current_case(session, conversation.id)
    if case is None:
        return await own_words(desk, session, conversation, "desk_file_kept")
    await evidence.file(session, case=case, conversation_id=conversation.id, now=desk.now())
    return await own_words(desk, session, conversation, "desk_file_filed", number=case.number)


def _may_speak(conversation: Conversation, intent: str) -> Author:
    """In whose name. Raises HeldByHuman."""
    if conversation.holding is not Holding.HUMAN:
        return Author.BOT
    if intent in STAFFS_WORD:
        return Author.SYSTEM
    raise HeldByHuman
