"""The environment of the desk, read once and typed (docs/operations.md lists every variable).

A wrong value ends in one SettingsError that names the variable and what it may be.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).resolve().parent.parent
DRIVER = "postgresql+psycopg"
TELEGRAM = "https://api.telegram.org"
# Each needs a core of its own, and memory.
MOST_ENGINES = 64


class SettingsError(Exception):
    """A variable of the environment has a value that cannot be used; the message is the line to show."""


class Settings(BaseSettings):
    """What the operator may set. Paths are absolute, addresses have no slash at the end."""

    # The prefix is for what `populate_by_name` would read besides the aliases: HOME, HOST, PORT.
    model_config = SettingsConfigDict(
        env_prefix="QINGTING_", extra="ignore", frozen=True, env_ignore_empty=True, populate_by_name=True
    )

    home: Path = Field(default=PROJECT / ".qingting", validation_alias="QINGTING_HOME")
    host: str = Field(default="127.0.0.1", validation_alias="QINGTING_HOST")
    port: int = Field(default=8000, validation_alias="QINGTING_PORT")
    database_url: str | None = Field(default=None, validation_alias="QINGTING_DATABASE_URL", repr=False)
    engine_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="QINGTING_ENGINE_URLS"
    )
    engines: int = Field(default=1, validation_alias="QINGTING_ENGINES")
    engine_token: SecretStr | None = Field(default=None, validation_alias="QINGTING_ENGINE_TOKEN")
    admin_password: SecretStr | None = Field(default=None, validation_alias="QINGTING_ADMIN_PASSWORD")
    policy: Path = Field(default=PROJECT / "policy.yml", validation_alias="QINGTING_POLICY")
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="QINGTING_EMBED_ORIGINS"
    )
    hung_after: int = Field(default=30, validation_alias="QINGTING_HUNG_AFTER")
    disk_reserve: int = Field(default=1000, validation_alias="QINGTING_DISK_RESERVE")
    telegram_bot_token: SecretStr | None = Field(default=None, validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_api_base_url: str = Field(default=TELEGRAM, validation_alias="TELEGRAM_API_BASE_URL")
    telegram_webhook_url: str | None = Field(default=None, validation_alias="TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: SecretStr | None = Field(
        default=None, validation_alias="TELEGRAM_WEBHOOK_SECRET"
    )

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the desk."""
        return address_here(self.host, self.port)

    @property
    def logs(self) -> Path:
        """The folder of log files, one for each part."""
        return self.home / "logs"

    @field_validator("home", "policy")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().resolve()

    @field_validator("port", mode="before")
    @classmethod
    def _port(cls, value: Any) -> int:
        if not re.fullmatch(r"\d{1,5}", str(value)) or not 1 <= int(value) <= 65535:
            raise ValueError("must be a port number from 1 to 65535")
        return int(value)

    @field_validator("hung_after", "disk_reserve", mode="before")
    @classmethod
    def _count(cls, value: Any) -> int:
        if not re.fullmatch(r"\d{1,9}", str(value)):
            raise ValueError("must be a whole number, 0 or more")
        return int(value)

    @field_validator("engines", mode="before")
    @classmethod
    def _number_of_engines(cls, value: Any) -> int:
        if not re.fullmatch(r"\d{1,3}", str(value)) or not 1 <= int(value) <= MOST_ENGINES:
            raise ValueError(f"must be a number from 1 to {MOST_ENGINES}")
        return int(value)

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        """Whatever driver was written, ours is meant; `postgres://` is taken as well."""
        if value is None:
            return None
        try:
            url = make_url(value)
        except ArgumentError:
            url = None
        if url is None or url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
            raise ValueError("must look like postgresql://user:password@host:5432/database")
        return url.set(drivername=DRIVER).render_as_string(hide_password=False)

    @field_validator("engine_urls", "embed_origins", mode="before")
    @classmethod
    def _engines(cls, value: Any) -> tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(_address(part) for part in parts if part.strip())

    @field_validator("telegram_api_base_url", "telegram_webhook_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)

    @field_validator("telegram_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value()):
            raise ValueError("must look like 123456:ABC-def, as @BotFather gives it")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("may hold 1 to 256 letters, digits, _ and -")
        return value

    @model_validator(mode="after")
    def _webhook_is_guarded(self) -> Self:
        if self.telegram_webhook_url is not None and self.telegram_webhook_secret is None:
            raise ValueError("TELEGRAM_WEBHOOK_SECRET must be set with TELEGRAM_WEBHOOK_URL")
        return self


def load() -> Settings:
    """The settings of this process. Raises SettingsError, one line for all that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_line(found) for found in error.errors())) from None


def _address(value: str) -> str:
    address = value.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", address):
        raise ValueError("must be an address such as http://127.0.0.1:5005")
    return address


def _line(found: Any) -> str:
    """Names the variable and the rule, never the value: it may be a secret."""
    return " ".join([*map(str, found["loc"][:1]), found["msg"].removeprefix("Value error, ")])


def address_here(host: str, port: int) -> str:
    """Where a program on this machine finds what listens on ``host`` and ``port``."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 — compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
