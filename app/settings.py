"""Every setting: one table of names, defaults, aliases and reasons.

`NOCTURNA_X` wins over an alias, the environment over a `.env` file. `.env.example` lists all.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import __version__
from app.wire import decode

PREFIX = "NOCTURNA_"
CLIENT_NAMES = tuple(
    PREFIX + name for name in ("API_URL", "SERVICE_TOKEN", "TIMEOUT", "MAX_RETRIES", "CACHE_TTL")
)
"""Variables that clients of this server read, and that may stand in the same file."""


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
        ge=2,
        le=256,
    )
    pool_capacity: int = setting(
        "POOL_CAPACITY",
        4096,
        "Requests in or before the workers at once; a full pool answers 503 "
        "(4096 natal charts are about half a second of two cores)",
        ge=1,
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
        "Seconds of one instant request after which its worker is replaced",
        gt=0,
    )
    answer_cache_bytes: int = setting(
        "ANSWER_CACHE_BYTES", 4_000_000, "Memory for answers that last (about 400 charts)", ge=0
    )
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES", 1_048_576, "Longest request body; a longer one is 413", ge=1024
    )
    token_cache_size: int = setting(
        "TOKEN_CACHE_SIZE", 10_000, "Verified tokens remembered, about 1 kB each", ge=1
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

    @field_validator("ephemeris_path", mode="before")
    @classmethod
    def _directories(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(Path(part) for part in value.split(os.pathsep) if part)

    @field_validator(
        "metrics_token", "source_url", "secret_key", "secret_key_previous", "workers", mode="before"
    )
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _empty_is_the_default(cls, value: Any) -> Any:
        return cls.model_fields["data_dir"].default if value == "" else value

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
    def worker_count(self) -> int:
        return self.workers or max(2, os.cpu_count() or 1)


def environment_names() -> list[str]:
    """Every `NOCTURNA_` name, in the order of the table."""
    return [_names(field)[0] for field in Settings.model_fields.values()]


def unknown_names(environment: Mapping[str, str | None]) -> Iterable[str]:
    """A warning for each `NOCTURNA_` variable that is no setting, with the nearest one that is."""
    known = [*environment_names(), *CLIENT_NAMES]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _names(field: Any) -> list[str]:
    return [str(choice) for choice in field.validation_alias.choices]
