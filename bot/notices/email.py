"""Notices as plain e-mail by SMTP."""

from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

import aiosmtplib

from bot.desk import Desk
from bot.notices.errors import Hopeless, NoticeError
from bot.notices.letter import Letter
from bot.notices.texts import say
from ledger.models import Notice
from ledger.policy import Email

SECONDS = 15


async def send(desk: Desk, notice: Notice, letter: Letter) -> None:
    """Send the notice to the person's address through the policy's server. Raises NoticeError."""
    server = desk.policy.notices.email
    if server is None or notice.staff is None or not notice.staff.email:
        raise Hopeless("no mail server, or no address")
    greeting = say("email.greeting", letter.language, name=notice.staff.name)
    message = compose(server.sender, notice.staff.email, letter, greeting)
    try:
        await _deliver(server, message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Hopeless("the address is refused") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NoticeError(type(error).__name__) from error


def compose(sender: str, to: str, letter: Letter, greeting: str) -> EmailMessage:
    """The mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, letter.title
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or None)
    message.set_content(f"{greeting}\n\n{letter.text}\n")
    return message


async def _deliver(server: Email, message: EmailMessage) -> None:
    await aiosmtplib.send(
        message,
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password.get_secret_value() if server.password else None,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        timeout=SECONDS,
    )
