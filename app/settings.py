"""Every setting: one table of names, defaults, aliases and reasons.

`NOCTURNA_X` wins over an alias, the environment over a `.env` file. `.env.example` lists all.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import __version__
from app.wire import decode

PREFIX = "NOCTURNA_"
LEAST_WORKERS, MOST_WORKERS = 2, 256
CLIENT_NAMES = tuple(
    PREFIX + name for name in ("API_URL", "SERVICE_TOKEN", "TIMEOUT", "MAX_RETRIES", "CACHE_TTL")
)
"""Variables that clients of this server read, and that may stand in the same file."""


SECRETS = frozenset(
    {
        *("secret_key", "secret_key_previous", "admin_password", "identity_api_key"),
        *("metrics_token", "database_url", "redis_url", "redis_password", "identity_service_url"),
    }
)
"""Settings whose values are told to nobody; an address may hold a password."""


def setting(name: str, default: Any, reason: str, *aliases: str, **limits: Any) -> Any:
    """A field read from `NOCTURNA_<name>`, else from one of the aliases."""
    return Field(
        default,
        validation_alias=AliasChoices(PREFIX + name, *aliases),
        description=reason,
        **limits,
    )


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        env_file=".env",
        extra="ignore",
        case_sensitive=True,
        hide_input_in_errors=True,
    )

    service_name: str = setting(
        "SERVICE_NAME", "nocturna", "Name in logs and health", "SERVICE_NAME"
    )
    service_version: str = setting(
        "SERVICE_VERSION", __version__, "Version in health", "SERVICE_VERSION"
    )
    environment: Literal["development", "test", "production"] = setting(
        "ENVIRONMENT",
        "development",
        "production requires an explicit NOCTURNA_SECRET_KEY",
        "ENVIRONMENT",
    )
    host: str = setting("HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all")
    port: int = setting(
        "PORT", 8000, "Port to listen on", "SERVICE_PORT", "API_PORT", ge=0, le=65535
    )
    data_dir: Path = setting("DATA_DIR", Path("var"), "Where everything that is kept lives")
    database_url: str | None = setting(
        "DATABASE_URL",
        None,
        "A PostgreSQL server; left out, one of our own keeps its data in the data directory",
        "DATABASE_URL",
    )
    database_pool_size: int = setting(
        "DATABASE_POOL_SIZE", 10, "Connections to PostgreSQL", "DATABASE_POOL_SIZE", ge=1, le=1000
    )
    database_max_overflow: int = setting(
        "DATABASE_MAX_OVERFLOW",
        20,
        "Connections to PostgreSQL beyond these, under load",
        "DATABASE_MAX_OVERFLOW",
        ge=0,
        le=1000,
    )
    database_pool_timeout: float = setting(
        "DATABASE_POOL_TIMEOUT", 2.0, "Seconds a request waits for a free connection", gt=0
    )
    database_connect_timeout: float = setting(
        "DATABASE_CONNECT_TIMEOUT", 5.0, "Seconds to connect to PostgreSQL", gt=0
    )
    database_statement_timeout: float = setting(
        "DATABASE_STATEMENT_TIMEOUT",
        5.0,
        "Seconds of one SQL statement; each has an index and takes milliseconds",
        ge=0.001,
        le=86_400,
    )
    redis_url: str | None = setting(
        "REDIS_URL",
        None,
        "A Redis server, shared by several instances for caches and limits; none is needed. "
        "Without a database number in it: 1, in production 2",
        "REDIS_URL",
    )
    redis_host: str | None = setting(
        "REDIS_HOST", None, "A Redis server where no address is set", "REDIS_HOST"
    )
    redis_port: int = setting("REDIS_PORT", 6379, "Its port", "REDIS_PORT", ge=1, le=65535)
    redis_db: int | None = setting(
        "REDIS_DB", None, "Its database; left out: 1, in production 2", "REDIS_DB", ge=0
    )
    redis_password: str | None = setting("REDIS_PASSWORD", None, "Its password", "REDIS_PASSWORD")
    redis_max_connections: int = setting(
        "REDIS_MAX_CONNECTIONS", 10, "Connections to Redis", "REDIS_MAX_CONNECTIONS", ge=1, le=1000
    )
    redis_timeout: float = setting(
        "REDIS_TIMEOUT",
        1.0,
        "Seconds for an answer of Redis; what takes longer is done without it",
        "REDIS_SOCKET_TIMEOUT",
        gt=0,
    )
    redis_connect_timeout: float = setting(
        "REDIS_CONNECT_TIMEOUT",
        1.0,
        "Seconds to connect to Redis",
        "REDIS_SOCKET_CONNECT_TIMEOUT",
        gt=0,
    )
    cache_ttl: int = setting(
        "CACHE_TTL", 3600, "Seconds for which answers of long work are kept", "CACHE_TTL", ge=1
    )
    cache_bytes: int = setting(
        "CACHE_BYTES", 16_000_000, "Memory for answers of long work, before Redis", ge=0
    )
    secret_key: str | None = setting(
        "SECRET_KEY",
        None,
        "Signs tokens; made in the data directory when left out",
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        min_length=32,
    )
    secret_key_previous: str | None = setting(
        "SECRET_KEY_PREVIOUS",
        None,
        "Still accepted for verification after a change of key",
        min_length=32,
    )
    access_token_minutes: int = setting(
        "ACCESS_TOKEN_MINUTES",
        15,
        "Life of an access token; a revocation reaches every instance at once all the same",
        "ACCESS_TOKEN_EXPIRE_MINUTES",
        ge=1,
        le=1440,
    )
    refresh_token_days: int = setting(
        "REFRESH_TOKEN_DAYS",
        7,
        "Life of a refresh token",
        "REFRESH_TOKEN_EXPIRE_DAYS",
        ge=1,
        le=365,
    )
    refresh_token_rotation: Literal["compatible", "strict"] = setting(
        "REFRESH_TOKEN_ROTATION",
        "compatible",
        "At /api/auth/refresh: compatible keeps a refresh token valid until its end, strict gives "
        "a new one each time, as /api/v1/auth/refresh always does",
        "REFRESH_TOKEN_ROTATION",
    )
    refresh_grace_seconds: float = setting(
        "REFRESH_GRACE_SECONDS",
        30.0,
        "A replaced refresh token that comes again within this lost its answer; later it was "
        "stolen, and the session ends",
        ge=0,
        le=3600,
    )
    sessions_per_user: int = setting(
        "SESSIONS_PER_USER", 50, "Logins of one user that last; the oldest ends first", ge=1
    )
    allow_user_registration: bool = setting(
        "ALLOW_USER_REGISTRATION", True, "Whether people may register", "ALLOW_USER_REGISTRATION"
    )
    registration_requires_approval: bool = setting(
        "REGISTRATION_REQUIRES_APPROVAL",
        False,
        "Whether an admin approves each new user before the first login",
        "REGISTRATION_REQUIRES_APPROVAL",
    )
    max_users_limit: int | None = setting(
        "MAX_USERS_LIMIT",
        None,
        "Accounts at which registration ends; none: never. Those of people whom an identity "
        "service knows do not count",
        "MAX_USERS_LIMIT",
        ge=1,
    )
    charts_per_user: int = setting(
        "CHARTS_PER_USER", 100_000, "Stored charts of one account at most", ge=1
    )
    password_min_length: int = setting(
        "PASSWORD_MIN_LENGTH", 8, "Characters of a password at least", ge=1, le=128
    )
    password_workers: int | None = setting(
        "PASSWORD_WORKERS",
        None,
        "Threads that hash passwords, 19 MiB and 20 ms each; by default one for two cores, so that "
        "the others have one to themselves",
        ge=1,
        le=64,
    )
    password_waiting: int = setting(
        "PASSWORD_WAITING",
        100,
        "Passwords that may wait for that; more are refused with 503 (about a second)",
        ge=0,
    )
    login_failures: int = setting(
        "LOGIN_FAILURES", 5, "Failed logins to one account before it must wait", ge=1
    )
    login_failures_per_address: int = setting(
        "LOGIN_FAILURES_PER_ADDRESS",
        50,
        "Failed logins from one address before it must wait",
        ge=1,
    )
    login_window: float = setting(
        "LOGIN_WINDOW", 900.0, "Seconds for which a failed login counts", gt=0, le=86_400
    )
    admin_email: str = setting(
        "ADMIN_EMAIL", "admin@nocturna.service", "Of the first admin", "ADMIN_EMAIL"
    )
    admin_username: str = setting("ADMIN_USERNAME", "admin", "Of the first admin", "ADMIN_USERNAME")
    admin_password: str | None = setting(
        "ADMIN_PASSWORD",
        None,
        "Given, a fresh database gets an admin with it",
        "ADMIN_PASSWORD",
    )
    service_user_email: str = setting(
        "SERVICE_USER_EMAIL",
        "service@nocturna.internal",
        "Of the account that owns service tokens of the command line",
        "SERVICE_USER_EMAIL",
    )
    service_user_username: str = setting(
        "SERVICE_USER_USERNAME", "service_user", "Of the same", "SERVICE_USER_USERNAME"
    )
    allow_eternal_tokens: bool = setting(
        "ALLOW_ETERNAL_TOKENS", False, "Whether a service token may be made that never ends"
    )
    service_token_overlap_hours: float = setting(
        "SERVICE_TOKEN_OVERLAP_HOURS",
        24.0,
        "How long a renewed service token goes on beside its successor",
        ge=0,
        le=720,
    )
    token_check_time: str = setting(
        "TOKEN_CHECK_TIME",
        "09:00",
        "UTC time of the daily look at the ends of service tokens",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
    )
    token_alert_days: Annotated[tuple[Annotated[int, Field(ge=0, le=3650)], ...], NoDecode] = (
        setting(
            "TOKEN_ALERT_DAYS",
            (7, 3, 1, 0),
            "Days before the end of a service token to tell of it",
            max_length=20,
        )
    )
    rate_limit_window: int = setting(
        "RATE_LIMIT_WINDOW",
        60,
        "Seconds in which requests are counted for the limits below; 0 for a limit is none",
        "RATE_LIMIT_WINDOW",
        "INTENT_RATE_LIMIT_WINDOW",
        ge=1,
        le=86_400,
    )
    rate_limit_free: int = setting(
        "RATE_LIMIT_FREE",
        100,
        "Requests of a user of tier free",
        "RATE_LIMIT_FREE",
        "RATE_LIMIT_DEFAULT",
        "MAX_REQUESTS_PER_WINDOW",
        ge=0,
    )
    rate_limit_basic: int = setting(
        "RATE_LIMIT_BASIC",
        1000,
        "Requests of a user of tier basic",
        "RATE_LIMIT_BASIC",
        "RATE_LIMIT_PREMIUM",
        ge=0,
    )
    rate_limit_pro: int = setting(
        "RATE_LIMIT_PRO", 10_000, "Requests of a user of tier pro", "RATE_LIMIT_PRO", ge=0
    )
    rate_limit_service: int = setting(
        "RATE_LIMIT_SERVICE",
        0,
        "Requests of a service token, which speaks for a whole backend",
        ge=0,
    )
    rate_limit_auth: int = setting(
        "RATE_LIMIT_AUTH",
        300,
        "Requests of one address to register, log in and refresh, besides the throttle of logins; "
        "counted apart, also tokens from there that are refused",
        ge=0,
    )
    rate_limit_long_share: int = setting(
        "RATE_LIMIT_LONG_SHARE",
        10,
        "Long work, such as searches, has a limit of its own: the above divided by this",
        ge=1,
    )
    rate_limit_keys: int = setting(
        "RATE_LIMIT_KEYS", 100_000, "Callers counted at once, about 300 bytes each", ge=100
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = setting(
        "TRUSTED_PROXIES",
        (),
        "Addresses or networks of proxies whose X-Forwarded-For counts, separated by commas",
    )
    identity_service_url: str | None = setting(
        "IDENTITY_SERVICE_URL",
        None,
        "A service whose tokens are accepted too",
        "IDENTITY_SERVICE_URL",
        "AUTH_SERVICE_URL",
    )
    identity_endpoint: Literal["/auth/validate", "/verify"] = setting(
        "IDENTITY_ENDPOINT",
        "/auth/validate",
        "How it is asked: /auth/validate takes the token as bearer, /verify in a JSON body",
    )
    identity_api_key: str | None = setting(
        "IDENTITY_API_KEY", None, "Sent to it as X-API-Key", "AUTH_SERVICE_API_KEY"
    )
    identity_cache_seconds: float = setting(
        "IDENTITY_CACHE_SECONDS", 60.0, "How long its answer holds", gt=0, le=3600
    )
    identity_roles: dict[str, tuple[str, ...]] = setting(
        "IDENTITY_ROLES",
        {"user": ("calculations",), "admin": ("calculations", "admin")},
        "Its roles, and the scopes that each has here, as JSON",
    )
    identity_fallback: Literal["refuse", "local"] = setting(
        "IDENTITY_FALLBACK",
        "refuse",
        "While it is down, its tokens are refused with 503, or checked by our own key (local)",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = setting(
        "LOG_LEVEL", "INFO", "Least level that is logged", "LOG_LEVEL"
    )
    log_format: Literal["auto", "json", "console"] = setting(
        "LOG_FORMAT", "auto", "auto: for people on a terminal, JSON otherwise"
    )
    slow_request_seconds: float = setting(
        "SLOW_REQUEST_SECONDS", 1.0, "A request over this leaves a log line", gt=0
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = setting(
        "CORS_ORIGINS",
        ("http://localhost:3000", "http://localhost:5173"),
        "Origins of browsers that may call, a JSON array or separated by commas; * for any",
        "CORS_ORIGINS",
    )
    metrics_token: str | None = setting(
        "METRICS_TOKEN", None, "Bearer token that opens /metrics from other machines", min_length=16
    )
    source_url: str | None = setting(
        "SOURCE_URL",
        None,
        "Where users of this server get its source; the AGPL asks every public server to tell",
    )
    ephemeris_path: Annotated[tuple[Path, ...], NoDecode] = setting(
        "EPHEMERIS_PATH",
        (),
        "More directories of Swiss Ephemeris files, separated by colons",
        "EPHE_PATH",
    )
    workers: int | None = setting(
        "WORKERS",
        None,
        "Calculation processes; by default one per core, and at least two, "
        "because one of them never takes long work",
    )
    pool_capacity: int = setting(
        "POOL_CAPACITY",
        4096,
        "Requests in or before the workers at once, equal ones and parts of long work included; "
        "a full pool answers 503, but parts of what has begun wait for room "
        "(4096 natal charts are about a second of two cores)",
        ge=1,
    )
    pool_bytes: int = setting(
        "POOL_BYTES",
        32_000_000,
        "Bytes that the bodies of these may have in all, but for one that is alone; a full pool "
        "answers 503 (4096 plain natal charts bring half a million)",
        ge=1,
    )
    long_capacity: int = setting(
        "LONG_CAPACITY",
        64,
        "Requests of long work under way at once; more are 503 before any of it is computed, so "
        "that none is lost half-way. Each has at most two parts in or before the workers, the "
        "oldest go first, and 64 searches of a second are what one core can answer within "
        "LONG_REQUEST_DEADLINE",
        ge=1,
        le=1000,
    )
    request_deadline: float = setting(
        "REQUEST_DEADLINE", 10.0, "Seconds a caller waits for a calculation before 503", gt=0
    )
    long_request_deadline: float = setting(
        "LONG_REQUEST_DEADLINE",
        60.0,
        "Seconds a caller waits for long work, such as a search through years, before 503",
        gt=0,
    )
    worker_patience: float = setting(
        "WORKER_PATIENCE",
        5.0,
        "Seconds of one instant request after which its worker is replaced; of one part of long "
        "work, LONG_REQUEST_DEADLINE if that is more: by then nobody waits for it",
        gt=0,
    )
    answer_cache_bytes: int = setting(
        "ANSWER_CACHE_BYTES", 4_000_000, "Memory for answers that last (about 400 charts)", ge=0
    )
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES",
        1_048_576,
        "Longest request body; a longer one is 413. What is no calculation takes 65536 at most",
        ge=1024,
    )
    send_timeout: float = setting(
        "SEND_TIMEOUT",
        30.0,
        "Seconds without a byte taken of an answer that waits, after which its connection is ended",
        gt=0,
    )
    max_connections: int = setting(
        "MAX_CONNECTIONS",
        10_000,
        "Open connections of clients, about 30 kB each while idle and up to 1 MB while its client "
        "reads nothing; more are closed at once. Never more than the limit of open files allows",
        ge=1,
    )
    max_connections_per_address: int = setting(
        "MAX_CONNECTIONS_PER_ADDRESS",
        1000,
        "Of these from one address, so that one alone cannot take them all; 0 for no limit, as "
        "with TRUSTED_PROXIES, behind which many share one",
        ge=0,
    )
    token_cache_size: int = setting(
        "TOKEN_CACHE_SIZE", 10_000, "Verified tokens remembered, about 1 kB each", ge=1
    )
    circuit_failure_threshold: int = setting(
        "CIRCUIT_FAILURE_THRESHOLD",
        5,
        "Failures within the window after which a dependency is left alone",
        "CIRCUIT_FAILURE_THRESHOLD",
        "INTENT_CIRCUIT_FAILURE_THRESHOLD",
        ge=1,
        le=1000,
    )
    circuit_recovery_timeout: float = setting(
        "CIRCUIT_RECOVERY_TIMEOUT",
        60.0,
        "Seconds until it is tried again; PostgreSQL and Redis: 1",
        "CIRCUIT_RECOVERY_TIMEOUT",
        "INTENT_CIRCUIT_RECOVERY_TIMEOUT",
        gt=0,
    )
    circuit_half_open_timeout: float = setting(
        "CIRCUIT_HALF_OPEN_TIMEOUT",
        30.0,
        "Seconds of silence after which that try has failed",
        "CIRCUIT_HALF_OPEN_TIMEOUT",
        "INTENT_CIRCUIT_HALF_OPEN_TIMEOUT",
        gt=0,
    )
    circuit_failure_window: float = setting(
        "CIRCUIT_FAILURE_WINDOW",
        120.0,
        "Seconds for which a failure counts",
        "CIRCUIT_FAILURE_WINDOW",
        "INTENT_CIRCUIT_FAILURE_WINDOW",
        gt=0,
    )
    circuit_min_throughput: int = setting(
        "CIRCUIT_MIN_THROUGHPUT",
        5,
        "Calls within the window that it takes to judge",
        "CIRCUIT_MIN_THROUGHPUT",
        "INTENT_CIRCUIT_MIN_THROUGHPUT",
        ge=1,
        le=10_000,
    )
    outbound_retries: int = setting(
        "OUTBOUND_RETRIES",
        3,
        "Attempts after a failed first one, of calls that allow it",
        ge=0,
        le=20,
    )
    outbound_retry_delay: float = setting(
        "OUTBOUND_RETRY_DELAY", 1.0, "Longest first pause, in seconds; doubles each time", ge=0
    )
    outbound_retry_max_delay: float = setting(
        "OUTBOUND_RETRY_MAX_DELAY", 10.0, "Longest pause of all, in seconds", ge=0
    )
    outbound_connect_timeout: float = setting(
        "OUTBOUND_CONNECT_TIMEOUT", 5.0, "Seconds to connect to a dependency", gt=0
    )
    outbound_read_timeout: float = setting(
        "OUTBOUND_READ_TIMEOUT", 10.0, "Seconds of silence of a dependency", gt=0
    )
    outbound_write_timeout: float = setting(
        "OUTBOUND_WRITE_TIMEOUT",
        10.0,
        "Seconds to send a request; an attempt may take the sum of these three to its answer",
        gt=0,
    )
    outbound_timeout: float = setting(
        "OUTBOUND_TIMEOUT", 30.0, "Seconds of a call with all its attempts", gt=0
    )
    outbound_concurrency: int = setting(
        "OUTBOUND_CONCURRENCY", 32, "Calls to one dependency at once", ge=1
    )
    outbound_waiting: int = setting(
        "OUTBOUND_WAITING",
        128,
        "Calls that may wait for that; more are refused with 503 (four rounds of the above)",
        ge=0,
    )
    drain_seconds: float = setting(
        "DRAIN_SECONDS", 20.0, "Time for accepted requests after a stop signal", gt=0
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return tuple(decode(value))
        return tuple(origin.strip() for origin in value.split(",") if origin.strip())

    @field_validator("token_alert_days", "trusted_proxies", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("ephemeris_path", mode="before")
    @classmethod
    def _directories(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(Path(part) for part in value.split(os.pathsep) if part)

    @field_validator(
        "metrics_token",
        "source_url",
        "secret_key",
        "secret_key_previous",
        "workers",
        "password_workers",
        "database_url",
        "redis_url",
        "redis_host",
        "redis_db",
        "redis_password",
        "max_users_limit",
        "admin_password",
        "identity_service_url",
        "identity_api_key",
        mode="before",
    )
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _empty_is_the_default(cls, value: Any) -> Any:
        return cls.model_fields["data_dir"].default if value == "" else value

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _no_public_form(cls, value: str | None) -> str | None:
        """A random text: what looks like a key pair is refused by whoever signs with it."""
        if value is not None and ("-----BEGIN" in value or value.startswith(("ssh-", "ecdsa-"))):
            msg = "must be a random text, not the file of a key pair"
            raise ValueError(msg)
        return value

    @field_validator("workers")
    @classmethod
    def _one_for_short_work(cls, value: int | None) -> int | None:
        if value is not None and not LEAST_WORKERS <= value <= MOST_WORKERS:
            msg = (
                f"must be a whole number within {LEAST_WORKERS}..{MOST_WORKERS}, got {value}: one "
                "process never takes long work, so that short work need not wait for it, and "
                "another one does; leave it out for one per core"
            )
            raise ValueError(msg)
        return value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        """The address without the `+driver` that other libraries write into it."""
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        known = separator and scheme.partition("+")[0] in ("postgresql", "postgres")
        if not known or not _names_hosts(rest):
            msg = (
                "must look like postgresql://user:password@host:5432/database, with / : @ [ ] in "
                "the password written as %2F %3A %40 %5B %5D"
            )
            raise ValueError(msg)
        return f"postgresql://{rest}"

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _explicit_key_in_production(self) -> Settings:
        if self.environment == "production" and self.secret_key is None:
            msg = "production needs NOCTURNA_SECRET_KEY: at least 32 random characters"
            raise ValueError(msg)
        return self

    @property
    def redis_address(self) -> str | None:
        """Where Redis is; None without one."""
        if self.redis_url is not None or self.redis_host is None:
            return self.redis_url
        who = f":{quote(self.redis_password, safe='')}@" if self.redis_password else ""
        host = f"[{self.redis_host}]" if ":" in self.redis_host else self.redis_host
        database = "" if self.redis_db is None else f"/{self.redis_db}"
        return f"redis://{who}{host}:{self.redis_port}{database}"

    @property
    def long_patience(self) -> float:
        """Seconds of one part of long work after which its worker is replaced."""
        return max(self.worker_patience, self.long_request_deadline)

    @property
    def worker_count(self) -> int:
        return self.workers or max(2, os.cpu_count() or 1)

    @property
    def password_threads(self) -> int:
        return self.password_workers or max(1, (os.cpu_count() or 1) // 2)


def _names_hosts(address: str) -> bool:
    """Whether what follows the scheme can be taken apart; several hosts are divided by commas."""
    try:
        hosts = urlsplit(f"//{address}").netloc.rpartition("@")[2].split(",")
        return all(urlsplit(f"//{host}").port != 0 for host in hosts)
    except ValueError:
        return False


def environment_names() -> list[str]:
    """Every `NOCTURNA_` name, in the order of the table."""
    return [names_of(field)[0] for field in Settings.model_fields.values()]


def unknown_names(environment: Mapping[str, str | None]) -> Iterable[str]:
    """A warning for each `NOCTURNA_` variable that is no setting, with the nearest one that is."""
    known = [*environment_names(), *CLIENT_NAMES]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def names_of(field: Any) -> list[str]:
    """The variables that a field is read from, the first one that is set."""
    return [str(choice) for choice in field.validation_alias.choices]
