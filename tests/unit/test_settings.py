"""The environment: every variable of the contract, and what a wrong value says."""

from pathlib import Path

import pytest

from bot import settings
from bot.settings import SettingsError

VARIABLES = [
    "QINGTING_HOME",
    "QINGTING_HOST",
    "QINGTING_PORT",
    "QINGTING_DATABASE_URL",
    "QINGTING_ENGINE_URLS",
    "QINGTING_ENGINES",
    "QINGTING_ENGINE_TOKEN",
    "QINGTING_ADMIN_PASSWORD",
    "QINGTING_POLICY",
    "QINGTING_EMBED_ORIGINS",
    "QINGTING_HUNG_AFTER",
    "QINGTING_DISK_RESERVE",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_API_BASE_URL",
    "TELEGRAM_WEBHOOK_URL",
    "TELEGRAM_WEBHOOK_SECRET",
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_the_variables_are_those_of_the_contract_and_the_origins_that_may_embed() -> None:
    assert [field.validation_alias for field in settings.Settings.model_fields.values()] == VARIABLES


def test_defaults_serve_this_machine_only() -> None:
    found = settings.load()
    assert found.address == "http://127.0.0.1:8000"
    assert found.home == settings.PROJECT / ".qingting"
    assert found.database_url is None
    assert found.engine_urls == ()


def test_variables_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "HOST", "PORT", "POLICY", "DATABASE_URL"):
        monkeypatch.setenv(name, "9")
    assert settings.load() == settings.Settings(home=settings.PROJECT / ".qingting")


def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGTING_PORT", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    found = settings.load()
    assert found.port == 8000
    assert found.telegram_bot_token is None


def test_paths_become_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QINGTING_HOME", "data")
    assert settings.load().home == tmp_path / "data"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_database_address_may_name_any_driver(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("QINGTING_DATABASE_URL", f"{scheme}://me:s3cret@db.example:5433/desk")
    assert settings.load().database_url == "postgresql+psycopg://me:s3cret@db.example:5433/desk"


def test_engines_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGTING_ENGINE_URLS", "http://a:5005/, http://b:5005")
    assert settings.load().engine_urls == ("http://a:5005", "http://b:5005")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QINGTING_PORT", "eighty"),
        ("QINGTING_PORT", "0"),
        ("QINGTING_PORT", "70000"),
        ("QINGTING_DATABASE_URL", "mysql://me@host/desk"),
        ("QINGTING_DATABASE_URL", "postgresql://me@host"),
        ("QINGTING_DATABASE_URL", "nonsense"),
        ("QINGTING_ENGINE_URLS", "localhost:5005"),
        ("TELEGRAM_BOT_TOKEN", "no colon here"),
        ("TELEGRAM_API_BASE_URL", "ftp://host"),
        ("TELEGRAM_WEBHOOK_URL", "https://"),
        ("TELEGRAM_WEBHOOK_SECRET", "spaces are not allowed"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_hides_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert str(caught.value).startswith(f"{name} m")
    assert "\n" not in str(caught.value)
    assert value not in str(caught.value)


def test_a_webhook_without_a_secret_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://desk.example")
    with pytest.raises(
        SettingsError, match=r"^TELEGRAM_WEBHOOK_SECRET must be set with TELEGRAM_WEBHOOK_URL$"
    ):
        settings.load()


def test_secrets_do_not_show_in_a_printed_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGTING_DATABASE_URL", "postgresql://me:s3cret@host/desk")
    monkeypatch.setenv("QINGTING_ENGINE_TOKEN", "t0ken")
    monkeypatch.setenv("QINGTING_ADMIN_PASSWORD", "passw0rd")
    shown = repr(settings.load())
    assert not any(secret in shown for secret in ("s3cret", "t0ken", "passw0rd"))


@pytest.mark.parametrize("name", ["QINGTING_HUNG_AFTER", "QINGTING_DISK_RESERVE"])
def test_a_number_is_a_whole_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "soon")
    with pytest.raises(SettingsError, match=f"^{name} must be a whole number, 0 or more$"):
        settings.load()
