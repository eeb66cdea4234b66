"""The one table of settings: names, aliases, and what is refused."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings, environment_names, unknown_names
from tests.server import ROOT

KEY = "k" * 32
ALIASES = {
    "SERVICE_NAME": ("service_name", "mercury", "mercury"),
    "SERVICE_VERSION": ("service_version", "9.9.9", "9.9.9"),
    "SERVICE_PORT": ("port", "8001", 8001),
    "API_PORT": ("port", "8002", 8002),
    "ENVIRONMENT": ("environment", "test", "test"),
    "DATABASE_URL": (
        "database_url",
        "postgresql+asyncpg://me@db/nocturna",
        "postgresql://me@db/nocturna",
    ),
    "DATABASE_POOL_SIZE": ("database_pool_size", "5", 5),
    "DATABASE_MAX_OVERFLOW": ("database_max_overflow", "7", 7),
    "REDIS_URL": ("redis_url", "redis://cache:6379/3", "redis://cache:6379/3"),
    "REDIS_HOST": ("redis_host", "cache", "cache"),
    "REDIS_PORT": ("redis_port", "6380", 6380),
    "REDIS_DB": ("redis_db", "3", 3),
    "REDIS_PASSWORD": ("redis_password", "p/w", "p/w"),
    "REDIS_MAX_CONNECTIONS": ("redis_max_connections", "4", 4),
    "REDIS_SOCKET_TIMEOUT": ("redis_timeout", "2", 2.0),
    "REDIS_SOCKET_CONNECT_TIMEOUT": ("redis_connect_timeout", "3", 3.0),
    "CACHE_TTL": ("cache_ttl", "60", 60),
    "ACCESS_TOKEN_EXPIRE_MINUTES": ("access_token_minutes", "30", 30),
    "REFRESH_TOKEN_EXPIRE_DAYS": ("refresh_token_days", "30", 30),
    "REFRESH_TOKEN_ROTATION": ("refresh_token_rotation", "strict", "strict"),
    "ALLOW_USER_REGISTRATION": ("allow_user_registration", "false", False),
    "REGISTRATION_REQUIRES_APPROVAL": ("registration_requires_approval", "true", True),
    "MAX_USERS_LIMIT": ("max_users_limit", "9", 9),
    "ADMIN_EMAIL": ("admin_email", "a@b.example", "a@b.example"),
    "ADMIN_USERNAME": ("admin_username", "root", "root"),
    "ADMIN_PASSWORD": ("admin_password", "a long one", "a long one"),
    "SERVICE_USER_EMAIL": ("service_user_email", "a@b.example", "a@b.example"),
    "SERVICE_USER_USERNAME": ("service_user_username", "machine", "machine"),
    "RATE_LIMIT_WINDOW": ("rate_limit_window", "3600", 3600),
    "INTENT_RATE_LIMIT_WINDOW": ("rate_limit_window", "3600", 3600),
    "RATE_LIMIT_FREE": ("rate_limit_free", "5", 5),
    "RATE_LIMIT_DEFAULT": ("rate_limit_free", "5", 5),
    "MAX_REQUESTS_PER_WINDOW": ("rate_limit_free", "5", 5),
    "RATE_LIMIT_BASIC": ("rate_limit_basic", "5", 5),
    "RATE_LIMIT_PREMIUM": ("rate_limit_basic", "5", 5),
    "RATE_LIMIT_PRO": ("rate_limit_pro", "5", 5),
    "IDENTITY_SERVICE_URL": ("identity_service_url", "http://id:8001", "http://id:8001"),
    "AUTH_SERVICE_URL": ("identity_service_url", "http://id:8001", "http://id:8001"),
    "AUTH_SERVICE_API_KEY": ("identity_api_key", "key", "key"),
    "SECRET_KEY": ("secret_key", KEY, KEY),
    "JWT_SECRET_KEY": ("secret_key", KEY, KEY),
    "LOG_LEVEL": ("log_level", "DEBUG", "DEBUG"),
    "CORS_ORIGINS": ("cors_origins", '["https://a.example"]', ("https://a.example",)),
    "EPHE_PATH": ("ephemeris_path", "/usr/share/ephe", (Path("/usr/share/ephe"),)),
    "CIRCUIT_FAILURE_THRESHOLD": ("circuit_failure_threshold", "7", 7),
    "INTENT_CIRCUIT_FAILURE_THRESHOLD": ("circuit_failure_threshold", "7", 7),
    "CIRCUIT_RECOVERY_TIMEOUT": ("circuit_recovery_timeout", "90", 90.0),
    "INTENT_CIRCUIT_RECOVERY_TIMEOUT": ("circuit_recovery_timeout", "90", 90.0),
    "CIRCUIT_HALF_OPEN_TIMEOUT": ("circuit_half_open_timeout", "20", 20.0),
    "INTENT_CIRCUIT_HALF_OPEN_TIMEOUT": ("circuit_half_open_timeout", "20", 20.0),
    "CIRCUIT_FAILURE_WINDOW": ("circuit_failure_window", "240", 240.0),
    "INTENT_CIRCUIT_FAILURE_WINDOW": ("circuit_failure_window", "240", 240.0),
    "CIRCUIT_MIN_THROUGHPUT": ("circuit_min_throughput", "9", 9),
    "INTENT_CIRCUIT_MIN_THROUGHPUT": ("circuit_min_throughput", "9", 9),
}
"""Names of the seeds and of the public server: field, what is set, what is read."""

Environment = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def environment(monkeypatch: Environment, tmp_path: Path) -> Environment:
    """An environment without settings, in a directory without a `.env`."""
    for name in list(os.environ):
        if name.startswith("NOCTURNA_") or name in ALIASES:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def problem(**given: str) -> str:
    """Why these settings are refused: name and text."""
    with pytest.raises(ValidationError) as caught:
        Settings(**given)  # type: ignore[arg-type]  # names of the environment
    (finding,) = caught.value.errors()
    return f"{'.'.join(map(str, finding['loc']))}: {finding['msg']}"


def test_without_any_setting_everything_has_a_default() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path("var")
    assert settings.secret_key is None
    assert settings.environment == "development"
    assert settings.worker_count >= 2


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_read(environment: Environment, alias: str) -> None:
    field, text, value = ALIASES[alias]
    environment.setenv(alias, text)
    assert getattr(Settings(), field) == value


@pytest.mark.parametrize(
    ("alias", "name", "own", "value"),
    [
        ("SERVICE_NAME", "NOCTURNA_SERVICE_NAME", "venus", "venus"),
        ("SERVICE_PORT", "NOCTURNA_PORT", "9000", 9000),
        ("API_PORT", "NOCTURNA_PORT", "9000", 9000),
        ("ENVIRONMENT", "NOCTURNA_ENVIRONMENT", "development", "development"),
        ("SECRET_KEY", "NOCTURNA_SECRET_KEY", "o" * 32, "o" * 32),
        ("LOG_LEVEL", "NOCTURNA_LOG_LEVEL", "ERROR", "ERROR"),
        ("CORS_ORIGINS", "NOCTURNA_CORS_ORIGINS", "https://b.example", ("https://b.example",)),
    ],
)
def test_our_own_name_wins_over_an_alias(
    environment: Environment, alias: str, name: str, own: str, value: object
) -> None:
    field, text, _ = ALIASES[alias]
    environment.setenv(alias, text)
    environment.setenv(name, own)
    assert getattr(Settings(), field) == value


def test_of_two_aliases_the_first_wins(environment: Environment) -> None:
    environment.setenv("API_PORT", "8002")
    environment.setenv("SERVICE_PORT", "8001")
    assert Settings().port == 8001


def test_names_are_taken_in_upper_case_only(environment: Environment) -> None:
    environment.setenv("nocturna_port", "9000")
    environment.setenv("port", "9001")
    environment.setenv("PORT", "9002")
    assert Settings().port == 8000


def test_a_file_is_read_and_the_environment_wins_over_it(
    environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("NOCTURNA_PORT=9000\nNOCTURNA_HOST=0.0.0.0\nOTHER=1\n")
    environment.setenv("NOCTURNA_PORT", "9001")
    settings = Settings()
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)  # noqa: S104 - nothing listens


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ('["https://a.example","https://b.example"]', ("https://a.example", "https://b.example")),
        (' [ "https://a.example" ] ', ("https://a.example",)),
        ("[]", ()),
        ("https://a.example,https://b.example", ("https://a.example", "https://b.example")),
        (" https://a.example , https://b.example ,", ("https://a.example", "https://b.example")),
        ("https://a.example", ("https://a.example",)),
        ("*", ("*",)),
        ('["*"]', ("*",)),
        ("", ()),
    ],
)
def test_origins_are_a_json_array_or_separated_by_commas(
    environment: Environment, text: str, origins: tuple[str, ...]
) -> None:
    environment.setenv("NOCTURNA_CORS_ORIGINS", text)
    assert Settings().cors_origins == origins


@pytest.mark.parametrize("text", ['["https://a.example"', "[1]", "[null]", '[["a"]]', "[,]"])
def test_origins_that_are_none_are_refused(text: str) -> None:
    assert problem(NOCTURNA_CORS_ORIGINS=text).startswith("NOCTURNA_CORS_ORIGINS")


def test_directories_are_separated_by_colons(environment: Environment) -> None:
    environment.setenv("NOCTURNA_EPHEMERIS_PATH", "/a:/b::")
    assert Settings().ephemeris_path == (Path("/a"), Path("/b"))


@pytest.mark.parametrize(
    "name",
    [
        "METRICS_TOKEN",
        "SOURCE_URL",
        "SECRET_KEY",
        "SECRET_KEY_PREVIOUS",
        "WORKERS",
        "DATABASE_URL",
    ],
)
def test_an_empty_value_counts_as_left_out(environment: Environment, name: str) -> None:
    environment.setenv(f"NOCTURNA_{name}", "")
    assert getattr(Settings(), name.lower()) is None


@pytest.mark.parametrize("key", [None, ""])
def test_production_requires_a_key(environment: Environment, key: str | None) -> None:
    environment.setenv("NOCTURNA_ENVIRONMENT", "production")
    if key is not None:
        environment.setenv("NOCTURNA_SECRET_KEY", key)
    with pytest.raises(ValidationError, match="production needs NOCTURNA_SECRET_KEY"):
        Settings()
    environment.setenv("NOCTURNA_SECRET_KEY", KEY)
    assert Settings().secret_key == KEY


@pytest.mark.parametrize("alias", ["SECRET_KEY", "JWT_SECRET_KEY"])
def test_production_takes_a_key_by_an_alias(environment: Environment, alias: str) -> None:
    environment.setenv("ENVIRONMENT", "production")
    environment.setenv(alias, KEY)
    assert Settings().secret_key == KEY


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "many"),
        ("WORKERS", "1"),
        ("WORKERS", "257"),
        ("POOL_CAPACITY", "0"),
        ("LONG_CAPACITY", "0"),
        ("LONG_CAPACITY", "1001"),
        ("REQUEST_DEADLINE", "0"),
        ("REQUEST_DEADLINE", "nan"),
        ("WORKER_PATIENCE", "-1"),
        ("SLOW_REQUEST_SECONDS", "0"),
        ("MAX_BODY_BYTES", "1023"),
        ("TOKEN_CACHE_SIZE", "0"),
        ("ANSWER_CACHE_BYTES", "-1"),
        ("SECRET_KEY", "k" * 31),
        ("METRICS_TOKEN", "short"),
        ("CIRCUIT_FAILURE_THRESHOLD", "0"),
        ("CIRCUIT_RECOVERY_TIMEOUT", "0"),
        ("CIRCUIT_MIN_THROUGHPUT", "0"),
        ("OUTBOUND_RETRIES", "-1"),
        ("OUTBOUND_TIMEOUT", "0"),
        ("OUTBOUND_CONCURRENCY", "0"),
        ("DATABASE_URL", "mysql://me@db/nocturna"),
        ("DATABASE_URL", "nocturna"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_MAX_OVERFLOW", "-1"),
        ("DATABASE_STATEMENT_TIMEOUT", "0"),
        ("ENVIRONMENT", "staging"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_value_out_of_range_is_refused_by_the_name_that_was_set(name: str, text: str) -> None:
    assert problem(**{f"NOCTURNA_{name}": text}).startswith(f"NOCTURNA_{name}: ")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:a/secret@db/x",
        "postgresql://me:secret@db:port/x",
        "postgresql://me:secret@[::1/x",
        "mysql://me:secret@db/x",
        "db/x",
    ],
)
def test_an_address_that_cannot_be_taken_apart_is_refused_without_it(address: str) -> None:
    text = problem(NOCTURNA_DATABASE_URL=address)
    assert "must look like postgresql://user:password@host:5432/database" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:a%2Fsecret@db:5433/x",
        "postgresql://me@one:5432,two:5433/x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql://[::1]:5432/x",
    ],
)
def test_addresses_of_every_kind_are_taken(address: str) -> None:
    assert Settings(_env_file=None, NOCTURNA_DATABASE_URL=address).database_url == address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, None),
        ({"REDIS_PORT": "6380"}, None),
        ({"REDIS_HOST": "cache"}, "redis://cache:6379"),
        ({"REDIS_HOST": "cache", "REDIS_DB": ""}, "redis://cache:6379"),
        ({"REDIS_HOST": "cache", "REDIS_DB": "0"}, "redis://cache:6379/0"),
        ({"REDIS_HOST": "cache", "REDIS_PASSWORD": "p/w"}, "redis://:p%2Fw@cache:6379"),
        ({"REDIS_HOST": "::1", "REDIS_PORT": "6380", "REDIS_DB": "2"}, "redis://[::1]:6380/2"),
        ({"REDIS_HOST": "cache", "REDIS_URL": "redis://other"}, "redis://other"),
    ],
)
def test_redis_is_where_its_address_or_its_parts_say(
    environment: Environment, given: dict[str, str], address: str | None
) -> None:
    for name, value in given.items():
        environment.setenv(name, value)
    assert Settings().redis_address == address


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(NOCTURNA_SECRET_KEY="my-short-secret")  # noqa: S106 - it is refused
    assert "my-short-secret" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # this is the point


def test_every_setting_has_a_name_of_ours_and_a_reason() -> None:
    names = environment_names()
    assert len(names) == len(set(names)) == len(Settings.model_fields)
    for name, (field, info) in zip(names, Settings.model_fields.items(), strict=True):
        assert name == f"NOCTURNA_{field.upper()}"
        assert info.description


def test_no_alias_leads_to_two_settings() -> None:
    aliases: Counter[str] = Counter()
    for info in Settings.model_fields.values():
        choices: Any = info.validation_alias
        aliases.update(map(str, choices.choices))
    assert [name for name, times in aliases.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("NOCTURNA_PROT", "NOCTURNA_PORT"),
        ("NOCTURNA_CORS_ORIGIN", "NOCTURNA_CORS_ORIGINS"),
        ("NOCTURNA_SECRETKEY", "NOCTURNA_SECRET_KEY"),
        ("NOCTURNA_DATADIR", "NOCTURNA_DATA_DIR"),
    ],
)
def test_an_unknown_name_of_ours_is_warned_of_with_the_nearest_one(name: str, nearest: str) -> None:
    (warning,) = unknown_names({name: "secret value", "PATH": "/bin", "NOCTURNA_PORT": "1"})
    assert warning == f"{name} is not a setting; did you mean {nearest}?"


def test_an_unknown_name_like_no_other_is_warned_of_too() -> None:
    (warning,) = unknown_names({"NOCTURNA_": "x"})
    assert warning.startswith("NOCTURNA_ is not a setting")


def test_names_of_others_and_of_clients_are_not_warned_of() -> None:
    names = ("PATH", "SECRET_KEY", "NOCTURNA_API_URL", "NOCTURNA_SERVICE_TOKEN")
    assert list(unknown_names(dict.fromkeys((*names, *environment_names()), ""))) == []


def test_the_example_file_lists_every_setting_once_and_nothing_else() -> None:
    text = (ROOT / ".env.example").read_text()
    listed = re.findall(r"^#? ?(NOCTURNA_[A-Z_]+)=", text, re.MULTILINE)
    assert Counter(listed) == Counter(environment_names())
    assert set(re.findall(r"NOCTURNA_[A-Z_]+", text)) == set(environment_names())


def test_the_example_file_changes_nothing_until_it_is_edited(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert Settings() == Settings(_env_file=None)


def test_the_example_file_shows_the_defaults(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    (tmp_path / ".env").write_text(re.sub(r"^# (NOCTURNA_)", r"\1", text, flags=re.MULTILINE))
    assert Settings() == Settings(_env_file=None)


@pytest.mark.parametrize("key", [f"-----BEGIN PUBLIC KEY-----\n{KEY}", f"ssh-rsa {KEY}"])
def test_the_file_of_a_key_pair_is_no_secret_key(environment: Environment, key: str) -> None:
    environment.setenv("NOCTURNA_SECRET_KEY", key)
    assert "random text" in problem()


def test_aliases_of_the_example_file_are_aliases() -> None:
    text = (ROOT / ".env.example").read_text().replace("\n# ", " ")
    told = {
        name.strip() for group in re.findall(r"also ([A-Z_, ]+)", text) for name in group.split(",")
    }
    assert told == set(ALIASES)


@pytest.mark.parametrize(
    ("patience", "deadline", "told"), [(5.0, 60.0, 60.0), (5.0, 0.4, 5.0), (30.0, 300.0, 300.0)]
)
def test_a_worker_has_until_nobody_waits_for_a_part_of_long_work(
    patience: float, deadline: float, told: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOCTURNA_WORKER_PATIENCE", str(patience))
    monkeypatch.setenv("NOCTURNA_LONG_REQUEST_DEADLINE", str(deadline))
    assert Settings().long_patience == told
