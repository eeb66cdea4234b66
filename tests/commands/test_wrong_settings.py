"""What is said of a setting that cannot be, by the name under which it was set."""

from __future__ import annotations

from pathlib import Path

import pytest

import run
from app.settings import SECRETS, Settings


def said(capsys: pytest.CaptureFixture[str]) -> str:
    assert run.main(["migrate"]) == 1
    return capsys.readouterr().err.removeprefix("nocturna: ").rstrip("\n")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A directory without settings of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NOCTURNA_PORT", "x", "a whole number within 0..65535, got 'x'"),
        ("SERVICE_PORT", "70000", "a whole number within 0..65535, got '70000'"),
        ("NOCTURNA_WORKERS", "257", "within 2..256, got 257: one process never"),
        ("NOCTURNA_WORKERS", "1", "a whole number within 2..256, got 1: one process never takes"),
        ("NOCTURNA_REDIS_TIMEOUT", "-1", "a number above 0, got '-1'"),
        ("NOCTURNA_CACHE_TTL", "soon", "a whole number of at least 1, got 'soon'"),
        ("ALLOW_USER_REGISTRATION", "maybe", "true or false, got 'maybe'"),
        ("LOG_LEVEL", "LOUD", "one of 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL', got"),
        ("JWT_SECRET_KEY", "short", "at least 32 characters"),
        ("DATABASE_URL", "mysql://me:hush@db", "must look like postgresql://"),
        ("NOCTURNA_IDENTITY_ROLES", "{x", "valid JSON"),
        ("CORS_ORIGINS", "[1", "must be valid"),
    ],
)
def test_a_setting_is_refused_by_the_name_that_was_set(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, value)
    line = said(capsys)
    assert line.startswith(f"{name} must ")
    assert words in line
    assert "should" not in line


def test_a_setting_of_the_file_has_a_name_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("API_PORT=x\n")
    assert said(capsys) == "API_PORT must be a whole number within 0..65535, got 'x'"


@pytest.mark.parametrize("field", sorted(SECRETS))
def test_no_secret_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], field: str
) -> None:
    assert field in Settings.model_fields
    monkeypatch.setenv("NOCTURNA_PORT", "x")
    monkeypatch.setenv(f"NOCTURNA_{field.upper()}", "hush:hush")
    assert "hush" not in said(capsys)
