"""`run.py user …`, as somebody types it."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.accounts import administration, password_changes
from app.accounts.context import Accounts
from app.accounts.login import login
from app.accounts.sessions import Origin
from app.commands import users
from app.errors import BadRequest, Unauthenticated
from app.security.passwords import Passwords
from app.security.secrets import SigningKeys
from app.settings import Settings
from app.storage.postgres import Postgres
from app.storage.users import User, find_by_name
from tests.commands.terminal import Terminal
from tests.server import ROOT, SECRET
from tests.storage.conftest import LIMITS

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
EMAIL = "ada@example.com"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(dsn: str, tmp_path: Path) -> Run:
    """A command on an empty database, with the lines of its input."""

    def run_user(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "run.py"), "user", *arguments],
            cwd=tmp_path,
            env={
                "PATH": "/nonexistent",
                "NOCTURNA_DATABASE_URL": dsn,
                "NOCTURNA_DATA_DIR": str(tmp_path / "var"),
                "NOCTURNA_SECRET_KEY": SECRET,
                "NOCTURNA_LOG_FORMAT": "json",
            },
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run_user


def make(run: Run, email: str = EMAIL, *options: str) -> None:
    done = run("create", email, "--password-stdin", *options, given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr


async def found(dsn: str, name: str) -> User | None:
    async with Postgres(dsn, LIMITS) as postgres, postgres.connection() as connection:
        pair = await find_by_name(connection, name)
    return None if pair is None else pair[0]


async def test_an_account_is_made_listed_and_told_once(run: Run, dsn: str) -> None:
    done = run(
        *("create", EMAIL, "--username", "countess", "--admin", "--tier", "pro"),
        "--password-stdin",
        given=f"{PASSWORD}\n",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"countess <{EMAIL}> was made")
    assert PASSWORD not in done.stdout + done.stderr
    user = await found(dsn, "countess")
    assert user is not None
    assert (user.is_superuser, user.tier, user.email) == (True, "pro", EMAIL)
    again = run("create", EMAIL, "--password-stdin", given=f"{PASSWORD}\n")
    assert again.returncode == 1
    assert "already registered" in again.stderr
    listed = run("list", "--search", "COUNT")
    lines = [re.split(r"\s{2,}", line) for line in listed.stdout.splitlines()]
    assert lines[0] == ["id", "user name", "e-mail", "tier", "state", "since"]
    assert [line[1:5] for line in lines[1:]] == [["countess", EMAIL, "pro", "superuser"]]


async def test_states_are_changed_by_name_or_address(run: Run, dsn: str) -> None:
    make(run)
    for command, name, words in (
        ("disable", "ada", "is disabled"),
        ("enable", EMAIL, "is enabled"),
        ("approve", "ADA", "is approved"),
        ("promote", "ada", "is a superuser"),
    ):
        done = run(command, name)
        assert (done.returncode, done.stdout) == (0, f"ada {words}\n"), done.stderr
        assert EMAIL not in done.stderr
    user = await found(dsn, "ada")
    assert user is not None
    assert (user.is_active, user.is_approved, user.is_superuser) == (True, True, True)


def test_a_superuser_who_may_not_come_in_is_told_so(run: Run) -> None:
    make(run)
    run("disable", "ada")
    done = run("promote", "ada")
    assert (done.returncode, done.stdout) == (0, "ada is a superuser\n")
    assert "but is disabled: .venv/bin/python run.py user enable ada" in done.stderr


def test_the_service_account_stays(run: Run) -> None:
    make(run)
    for command in (("disable", "service_user"), ("delete", "service_user", "--yes")):
        done = run(*command)
        assert done.returncode == 1
        assert "owns the service tokens of the command line" in done.stderr


async def test_an_account_is_deleted_when_somebody_says_yes(run: Run, dsn: str) -> None:
    make(run)
    refused = run("delete", "ada")
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert await found(dsn, "ada") is not None
    done = run("delete", "ada", "--yes")
    assert (done.returncode, done.stdout) == (0, "ada was erased\n")
    assert await found(dsn, "ada") is None


async def test_a_reset_token_is_printed_alone_and_sets_a_password(run: Run, dsn: str) -> None:
    make(run)
    done = run("reset-password", "ada")
    assert done.returncode == 0
    secret = done.stdout.strip()
    assert re.fullmatch(r"[\w-]{43}", secret)
    assert "60 minutes" in done.stderr
    assert secret not in done.stderr
    keys = SigningKeys(SECRET, (SECRET,))
    with Passwords(1, 10) as passwords:
        async with Postgres(dsn, LIMITS) as postgres:
            accounts = Accounts(postgres, keys, passwords, Settings(_env_file=None))
            await password_changes.reset_password(accounts, secret, "another good password")
            with pytest.raises(Unauthenticated):
                await login(accounts, "ada", PASSWORD, Origin())
            await login(accounts, "ada", "another good password", Origin())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("promote", "nobody"), "there is no user nobody"),
        (("reset-password", "nobody"), "there is no user nobody"),
        (("create", "nonsense", "--password-stdin"), "email must be an e-mail address"),
        (("create", EMAIL), "--password-stdin"),
        (("create", EMAIL, "--tier", "gold", "--password-stdin"), "--tier"),
        (("create", EMAIL, "--username", "a@b", "--password-stdin"), "username must be"),
        (("create", EMAIL, "--password-stdin"), "password must be 8 to"),
        (("list", "--limit", "0"), "--limit"),
        ((), "required"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_1(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    done = run(*arguments, given="short\n")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_last_superuser_is_neither_disabled_nor_deleted(run: Run) -> None:
    make(run, EMAIL, "--admin")
    for arguments in (("disable", "ada"), ("delete", "ada", "--yes")):
        done = run(*arguments)
        assert done.returncode == 1
        assert "last superuser" in done.stderr


def test_a_terminal_is_asked_for_the_password_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "another one"])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("app.commands.users.getpass.getpass", lambda _: next(answers))
    assert users._password(from_input=False) == PASSWORD
    with pytest.raises(BadRequest, match="differ") as refusal:
        users._password(from_input=False)
    assert PASSWORD not in refusal.value.message


def test_a_long_list_is_read_in_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str | None, int]] = []

    async def page(_: Any, __: Any, cursor: str | None, limit: int) -> Any:
        asked.append((cursor, limit))
        return administration.Page([], "more" if len(asked) < 3 else None)

    def done(_: Settings, work: Callable[[Any], Any]) -> Any:
        with pytest.raises(StopIteration) as stopped:
            work(None).send(None)
        return stopped.value.value

    monkeypatch.setattr(administration, "page_of_users", page)
    monkeypatch.setattr(users, "run_on_accounts", done)
    options = argparse.Namespace(limit=1000, search=None)
    assert users.print_users(Settings(_env_file=None), options) == 0
    assert asked == [(None, 100), ("more", 100), ("more", 100)]
    assert capsys.readouterr().out.startswith("id")
