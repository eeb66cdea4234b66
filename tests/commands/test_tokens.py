"""`run.py token …` on a real database: secrets on standard output, all else on standard error."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
import pytest

import run
from app.storage.postgres import connect_options, dedicated
from tests.commands.terminal import Terminal
from tests.server import ROOT, SECRET, in_a_thread
from tests.storage.conftest import dsn, migrated, server_dsn  # noqa: F401 - fixtures

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Done:
    status: int | str | None
    out: str
    err: str

    @property
    def secrets(self) -> list[str]:
        """The tokens that were printed, and nothing else may be."""
        lines = self.out.splitlines()
        assert all(line.count(".") == 2 and " " not in line for line in lines), self.out
        return lines


class Shell:
    """Runs commands in this process, in a thread without an event loop."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        self._capsys.readouterr()
        try:
            status: int | str | None = run.main(["token", *arguments])
        except SystemExit as leaving:
            status = leaving.code
        printed = self._capsys.readouterr()
        return Done(status, printed.out, printed.err)

    def create(self, *arguments: str) -> str:
        """The secret of a new token."""
        done = self("create", *arguments)
        assert done.status == 0, done.err
        (secret,) = done.secrets
        return secret


@pytest.fixture
def database(migrated: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """The address of the database that commands use."""
    monkeypatch.setenv("NOCTURNA_DATABASE_URL", migrated)
    monkeypatch.setenv("NOCTURNA_SECRET_KEY", SECRET)
    monkeypatch.setenv("NOCTURNA_LOG_LEVEL", "WARNING")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return migrated


@pytest.fixture
def shell(database: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    assert database
    return Shell(capsys)


def query(address: str, statement: str, *values: object) -> list[dict[str, Any]]:
    async def rows() -> list[dict[str, Any]]:
        async with dedicated(address, connect_options(60.0, 60.0)) as raw:
            return [dict(row) for row in await raw.fetch(statement, *values)]

    return in_a_thread(rows())


def claims_of(secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(secret, options={"verify_signature": False})
    return claims


def id_of(secret: str) -> str:
    return str(claims_of(secret)["token_id"])


def end_in(address: str, secret: str, days: int) -> None:
    """Make a token as old as one that ends some days from now."""
    query(
        address,
        "UPDATE service_tokens SET expires_at = now() + make_interval(days => $2), "
        "created_at = created_at - (expires_at - now() - make_interval(days => $2)) WHERE id = $1",
        id_of(secret),
        days,
    )


def test_create_prints_the_token_and_nothing_else(shell: Shell, database: str) -> None:
    done = shell("create")
    (secret,) = done.secrets
    claims = claims_of(secret)
    assert (claims["type"], claims["scope"]) == ("service", "calculations")
    assert claims["exp"] - claims["iat"] == 30 * DAY
    assert claims["token_id"] in done.err
    assert secret not in done.err
    (row,) = query(
        database,
        "SELECT u.email, t.scopes FROM service_tokens t JOIN users u ON u.id = t.user_id "
        "WHERE t.id = $1",
        claims["token_id"],
    )
    assert row == {"email": "service@nocturna.internal", "scopes": ["calculations"]}


def test_create_takes_a_life_scopes_and_a_name(shell: Shell) -> None:
    claims = claims_of(
        shell.create("--days", "7", "--scope", "calculations,admin", "--name", "backend")
    )
    assert claims["scope"] == "calculations,admin"
    assert claims["exp"] - claims["iat"] == 7 * DAY
    assert "backend" in shell("list").out


def test_an_eternal_token_needs_the_setting(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = shell("create", "--eternal")
    assert (refused.status, refused.out) == (1, "")
    assert "NOCTURNA_ALLOW_ETERNAL_TOKENS" in refused.err
    monkeypatch.setenv("NOCTURNA_ALLOW_ETERNAL_TOKENS", "true")
    assert "exp" not in claims_of(shell.create("--eternal"))
    assert "eternal" in shell("list").out


def test_list_tells_how_each_token_fares(shell: Shell, database: str) -> None:
    empty = shell("list")
    assert (empty.status, empty.out) == (0, "")
    assert "token create" in empty.err
    healthy, soon, over, revoked = [shell.create() for _ in range(4)]
    end_in(database, soon, 5)
    end_in(database, over, -1)
    shell("revoke", id_of(revoked), "--yes")
    lines = {line.split()[0]: line for line in shell("list").out.splitlines()}
    assert set(lines) == {id_of(secret) for secret in (healthy, soon, over)}
    assert "healthy" in lines[id_of(healthy)]
    assert "expiring_soon" in lines[id_of(soon)]
    assert "expired" in lines[id_of(over)]
    assert "last used never" in lines[id_of(healthy)]


def checked(shell: Shell, secret: str) -> tuple[int | str | None, dict[str, Any]]:
    done = shell("check", secret)
    assert not secret or secret not in done.out + done.err
    told: dict[str, Any] = json.loads(done.out)
    assert told["valid"] is (done.status == 0)
    return done.status, told


def test_check_tells_a_good_token(shell: Shell) -> None:
    status, told = checked(shell, shell.create("--days", "10", "--name", "backend"))
    assert (status, told["status"], told["signature"]) == (0, "valid", "ours")
    assert told["claims"]["scope"] == "calculations"
    assert told["days_until_expiry"] == 9
    assert told["row"]["state"] == "healthy"
    assert told["row"]["name"] == "backend"


def test_check_tells_why_a_token_is_no_good(shell: Shell, database: str) -> None:
    expired, revoked, unknown = [shell.create() for _ in range(3)]
    end_in(database, expired, -1)
    shell("revoke", id_of(revoked), "--yes")
    query(database, "DELETE FROM service_tokens WHERE id = $1", id_of(unknown))
    told = [checked(shell, secret) for secret in (expired, revoked, unknown, f"{unknown}x", "")]
    assert [(status, found["status"]) for status, found in told] == [
        (1, "expired"),
        (1, "revoked"),
        (1, "unknown"),
        (1, "refused"),
        (1, "refused"),
    ]
    assert [found["signature"] for _, found in told[2:4]] == ["ours", "not ours"]


def test_renew_prints_the_successors_of_what_ends_soon(shell: Shell, database: str) -> None:
    healthy, soon = shell.create(), shell.create("--days", "90", "--name", "backend")
    end_in(database, soon, 3)
    due = shell("renew", "--check-only")
    assert due.status == 1
    assert [line.split()[0] for line in due.out.splitlines()] == [id_of(soon)]
    done = shell("renew", "--expiring")
    (successor,) = done.secrets
    assert done.status == 0
    assert id_of(soon) in done.err
    assert checked(shell, successor)[1]["row"]["name"] == "backend"
    assert checked(shell, soon)[0] == 0  # for the overlap
    again = shell("renew")
    assert (again.status, again.out) == (0, "")
    assert "--force" in again.err
    assert shell("renew", "--check-only").status == 0
    assert checked(shell, healthy)[0] == 0


def test_renew_of_one_token_waits_for_its_last_days(shell: Shell) -> None:
    secret = shell.create()
    assert shell("renew", id_of(secret)).out == ""
    (early,) = shell("renew", id_of(secret), "--days-before-expiry", "31", "--days", "60").secrets
    claims = claims_of(early)
    assert claims["exp"] - claims["iat"] == 60 * DAY
    taken = shell("renew", id_of(secret), "--force")
    assert (taken.status, taken.out) == (1, "")
    assert id_of(early) in taken.err


def test_force_renews_the_only_token_and_asks_which_of_several(shell: Shell) -> None:
    first = shell.create()
    (second,) = shell("renew", "--force", "--days", "5").secrets
    assert claims_of(second)["exp"] - claims_of(second)["iat"] == 5 * DAY
    third = shell.create()
    refused = shell("renew", "--force")
    assert (refused.status, refused.out) == (1, "")
    assert id_of(second) in refused.err
    assert id_of(third) in refused.err
    assert id_of(first) not in refused.err
    assert shell("renew", id_of(third), "--force").secrets


def test_force_with_nothing_to_renew_says_how_to_make_a_token(shell: Shell) -> None:
    done = shell("renew", "--force")
    assert (done.status, done.out) == (0, "")
    assert "there is no service token to renew" in done.err
    assert "token create" in done.err
    assert "--force" not in done.err


def test_all_that_end_soon_are_renewed_in_one_run(shell: Shell, database: str) -> None:
    shell.create("--days", "5")
    query(
        database,
        """
        INSERT INTO service_tokens (id, user_id, name, token_digest, scopes, created_at, expires_at)
        SELECT gen_random_uuid(), user_id, 'n' || n, ('d' || n)::bytea, scopes, created_at,
            expires_at
        FROM service_tokens, generate_series(1, 149) n
        """,
    )
    assert len(shell("renew", "--check-only").out.splitlines()) == 150
    done = shell("renew", "--expiring", "--days", "30")
    assert (done.status, len(set(done.secrets))) == (0, 150)
    assert shell("renew", "--check-only").status == 0


def test_an_expired_token_is_renewed_too(shell: Shell, database: str) -> None:
    secret = shell.create()
    end_in(database, secret, -2)
    assert shell("renew").secrets


def test_nothing_is_renewed_against_the_rules(shell: Shell) -> None:
    secret = shell.create()
    refused = shell("renew", "--force", "--eternal")
    assert (refused.status, refused.out) == (1, "")
    assert "NOCTURNA_ALLOW_ETERNAL_TOKENS" in refused.err
    assert shell("renew", id_of(secret), "--force", "--days", "0").status == 1
    assert shell("renew", id_of(secret), "--force").secrets


@pytest.mark.parametrize(
    ("answer", "status", "after"), [("y\n", 0, "revoked"), ("n\n", 1, "valid"), ("\n", 1, "valid")]
)
def test_revoke_asks_on_a_terminal(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, after: str
) -> None:
    secret = shell.create("--name", "backend")
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    done = shell("revoke", id_of(secret))
    assert done.status == status
    assert "backend" in done.err
    assert "[y/N]" in done.err
    assert done.out == ""
    assert checked(shell, secret)[1]["status"] == after


def test_revoke_asks_nobody_without_a_terminal(shell: Shell) -> None:
    secret = shell.create()
    refused = shell("revoke", id_of(secret))
    assert (refused.status, refused.out) == (1, "")
    assert "--yes" in refused.err
    assert checked(shell, secret)[0] == 0
    assert shell("revoke", id_of(secret), "--yes").status == 0
    assert checked(shell, secret)[0] == 1


def test_a_token_that_is_not_there_is_one_line_and_status_1(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    unknown = str(uuid4())
    commands: list[Sequence[str]] = [
        ("revoke", unknown),
        ("revoke", unknown, "--yes"),
        ("renew", unknown),
        ("renew", unknown, "--force"),
    ]
    for command in commands:
        done = shell(*command)
        assert (done.status, done.out) == (1, "")
        (line,) = done.err.splitlines()
        assert "not found" in line


def test_what_the_command_line_needs_is_loaded_and_no_more() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, app.commands.tokens; print(*{n.partition('.')[0] for n in sys.modules})",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    loaded = set(done.stdout.split())
    assert "asyncpg" in loaded
    assert not loaded & {"numpy", "swisseph", "aiohttp", "actors", "prometheus_client"}


def test_a_token_is_read_from_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = shell.create()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    done = shell("check", "-")
    assert done.status == 0
    assert json.loads(done.out)["valid"] is True


def test_a_token_tells_what_its_owner_lacks(shell: Shell, database: str) -> None:
    secret = shell.create("--scope", "calculations,admin")
    query(database, "UPDATE user_roles SET role = 'user'")
    assert "calculations (of calculations,admin)" in shell("list").out
    query(database, "UPDATE users SET is_active = false")
    assert "disabled" in shell("list").out
    checked = shell("check", secret)
    assert checked.status == 1
    assert json.loads(checked.out)["status"] == "disabled"
