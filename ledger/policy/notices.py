"""The ways notices to staff go."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from ledger.parts import IN_ORDER, Part
from ledger.vocabulary import Language, NoticeKind


class Email(Part):
    """The SMTP server notices go through."""

    host: str
    port: int = Field(gt=0, lt=65536)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str


class Webhook(Part):
    """A group robot or another program that is told; ``template`` is the form of the JSON it expects.

    ``name`` is how the ledger refers to it, since ``url`` bears its secret. ``secret`` signs (DingTalk).
    ``kinds`` empty: every kind of notice.
    """

    name: str
    url: SecretStr
    template: Literal["json", "wecom", "dingtalk"] = "json"
    secret: SecretStr | None = None
    language: Language = Language.ZH_HANS
    kinds: Annotated[frozenset[NoticeKind], IN_ORDER] = frozenset()


class Notices(Part):
    """The ways notices go besides the console and Telegram; what is absent is not used."""

    email: Email | None = None
    webhooks: tuple[Webhook, ...] = ()

    def webhook(self, name: str) -> Webhook | None:
        """The webhook called ``name``."""
        return next((hook for hook in self.webhooks if hook.name == name), None)
