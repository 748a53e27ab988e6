"""In what a message may have ended, as conditions on its row ``m``."""

from typing import Final

# A reply that nobody took back stands for the turn that the message was answered in.
ANSWERED: Final = """EXISTS (
    SELECT 1 FROM messages reply WHERE reply.reply_to_id = m.turn_id AND reply.delivery IN ('sent', 'unknown')
)"""
ALARMED: Final = """EXISTS (
    SELECT 1 FROM messages reply WHERE reply.reply_to_id = m.turn_id AND reply.script LIKE 'desk_engine_down%'
)"""
# A person held the conversation, or was called to it, at some moment between the message and its settling; or
# one took the word before the reply was out.
WITH_PERSON: Final = """(coalesce((
    SELECT e.after ->> 'holding' <> 'bot' FROM entries e
    WHERE (e.after ->> 'conversation')::bigint = m.conversation_id AND e.after ? 'holding'
      AND e.at <= m.settled_at ORDER BY e.id DESC LIMIT 1
), false) OR EXISTS (
    SELECT 1 FROM entries e
    WHERE (e.after ->> 'conversation')::bigint = m.conversation_id AND e.before ->> 'holding' <> 'bot'
      AND e.at BETWEEN m.at AND m.settled_at
) OR EXISTS (
    SELECT 1 FROM messages reply JOIN witness.deliveries d ON d.message_id = reply.id
    WHERE reply.reply_to_id = m.turn_id AND d.delivery = 'dropped' AND d.holding = 'human'
))"""
