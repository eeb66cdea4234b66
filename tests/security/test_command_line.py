"""`run.py token` beside a server: a row for every token, or one clear line and status 1."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest

import run
from app.calculations.birth import EXAMPLE
from app.security.secrets import KEY_FILE, SigningKeys
from app.security.tokens import Claims, Kind, issue
from tests.server import ROOT, SERVICE_USER, RunningServer, token
from tests.web.raw import OWN

DAY = 86_400


def command(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a shell sees of `run.py` with these arguments and this environment alone."""
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments],
        cwd=ROOT,
        env=dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def in_process(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int | str | None, str, str]:
    """The same without a process of its own, which takes half a second."""
    try:
        status: int | str | None = run.main(list(arguments))
    except SystemExit as leaving:
        status = leaving.code
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@dataclass(frozen=True, slots=True)
class Installation:
    """A server that makes its own key, and commands on its data."""

    server: RunningServer
    directory: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command(*arguments, environment={"NOCTURNA_DATA_DIR": str(self.directory)})

    def create(self, *arguments: str) -> str:
        done = self.run("token", "create", *arguments)
        assert done.returncode == 0, done.stderr
        (line,) = done.stdout.splitlines()
        return line

    def accepted(self, presented: str) -> int:
        headers = {"Authorization": f"Bearer {presented}"}
        return self.server.post(OWN, EXAMPLE, headers=headers, scopes=()).status_code

    def checked(self, presented: str) -> tuple[int, dict[str, Any]]:
        done = self.run("token", "check", presented)
        assert len(presented) < 10 or presented not in done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, told

    def forged(self, **claims: Any) -> str:
        """What is signed with the key of this installation, and has no row."""
        key = (self.directory / KEY_FILE).read_text().strip()
        values: dict[str, Any] = {
            "subject": SERVICE_USER,
            "kind": Kind.SERVICE,
            "scopes": frozenset({"calculations", "admin"}),
            "token_id": "c0ffee00-0000-4000-8000-00000000000f",
            "session_id": None,
            "issued_at": time.time(),
            "expires_at": time.time() + DAY,
            **claims,
        }
        return issue(SigningKeys(key, (key,)), Claims(**values))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("own")
    with RunningServer(directory, {"NOCTURNA_SECRET_KEY": ""}) as running:
        yield Installation(running, directory)


def claims_of(secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(secret, options={"verify_signature": False})
    return claims


def test_a_token_made_while_the_server_runs_is_accepted(installation: Installation) -> None:
    secret = installation.create("--days", "7", "--scope", "calculations,admin")
    claims = claims_of(secret)
    assert claims["scope"] == "calculations,admin"
    assert claims["exp"] - claims["iat"] == 7 * DAY
    assert installation.accepted(secret) == 200
    assert installation.accepted(token()) == 401  # of the key of the other tests


def test_a_token_made_before_the_first_start_is_accepted(tmp_path: Path) -> None:
    done = command("token", "create", environment={"NOCTURNA_DATA_DIR": str(tmp_path)})
    assert (tmp_path / KEY_FILE).exists()
    with RunningServer(tmp_path, {"NOCTURNA_SECRET_KEY": ""}) as server:
        assert Installation(server, tmp_path).accepted(done.stdout.strip()) == 200


def test_a_token_that_was_revoked_is_refused_at_once(installation: Installation) -> None:
    secret = installation.create()
    assert installation.accepted(secret) == 200
    done = installation.run("token", "revoke", claims_of(secret)["token_id"], "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert installation.accepted(secret) == 401
    status, told = installation.checked(secret)
    assert (status, told["status"]) == (1, "revoked")


def test_a_renewed_token_and_its_successor_are_both_accepted(installation: Installation) -> None:
    old = installation.create()
    done = installation.run("token", "renew", claims_of(old)["token_id"], "--force")
    (new,) = done.stdout.splitlines()
    assert installation.accepted(old) == installation.accepted(new) == 200


def test_what_was_created_passes_the_check(installation: Installation) -> None:
    status, told = installation.checked(installation.create("--days", "10"))
    assert (status, told["status"]) == (0, "valid")
    assert told["days_until_expiry"] == 9


def test_the_right_key_alone_makes_no_token(installation: Installation) -> None:
    now = time.time()
    forgeries = {
        "unknown": installation.forged(),
        "expired": installation.forged(issued_at=now - 2 * DAY, expires_at=now - DAY),
        "refused": installation.forged(token_id=None, expires_at=None),
    }
    for status, secret in forgeries.items():
        assert installation.accepted(secret) == 401
        code, told = installation.checked(secret)
        assert (code, told["valid"], told["status"]) == (1, False, status)
        assert told["row"] is None


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "a.b.c",
        "\u00e9.\u00e9.\u00e9",
        "A" * 100_000,
        base64.b64encode(b"{}").decode(),
        token(),
    ],
    ids=["empty", "a letter", "three letters", "accents", "long", "base64", "another key"],
)
def test_garbage_is_no_token(installation: Installation, garbage: str) -> None:
    status, told = installation.checked(garbage)
    assert (status, told["valid"], told["status"]) == (1, False, "refused")
    assert told["signature"] == "not ours"
    assert told["claims"] == {}
    assert told["row"] is None
    assert len(told["reason"]) < 200


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--days", "many"), "invalid int value: 'many'"),
        (("--days", "1.5"), "invalid int value: '1.5'"),
        (("--days", ""), "invalid int value: ''"),
        (("--days",), "expected one argument"),
        (("--scope", "root"), "scope must be one or more of calculations, admin"),
        (("--scope", ""), "scope must be one or more of calculations, admin"),
        (("--scope", ","), "scope must be one or more of calculations, admin"),
        (("--scope", "calculations,root"), "got 'calculations,root'"),
        (("--nothing",), "unrecognized arguments: --nothing"),
    ],
)
def test_a_wrong_command_line_is_one_clear_line_and_status_1(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    status, printed, complaint = in_process(capsys, "token", "create", *arguments)
    assert (status, printed) == (1, "")
    (line,) = complaint.splitlines()
    assert line.startswith("nocturna: ")
    assert says in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--days", "0"), "days must be within 1..3650, got 0"),
        (("--days", "-5"), "days must be within 1..3650, got -5"),
        (("--days", "3651"), "days must be within 1..3650, got 3651"),
        (("--days", "9" * 30), "days must be within 1..3650"),
        (("--name", "x" * 101), "name must be at most 100 characters"),
        (("--eternal",), "NOCTURNA_ALLOW_ETERNAL_TOKENS"),
    ],
)
def test_what_the_rules_forbid_is_one_clear_line_and_status_1(
    installation: Installation, arguments: tuple[str, ...], says: str
) -> None:
    done = installation.run("token", "create", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("nocturna: ")
    assert says in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), "invalid choice: 'nothing'"),
        (("token",), "required"),
        (("token", "nothing"), "invalid choice"),
        (("token", "check"), "required: token"),
        (("token", "revoke"), "required: token_id"),
        (("serve", "now"), "unrecognized arguments: now"),
    ],
)
def test_a_command_that_is_none_is_one_clear_line_and_status_1(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    status, printed, complaint = in_process(capsys, *arguments)
    assert (status, printed) == (1, "")
    (line,) = complaint.splitlines()
    assert says in line
    assert "--help" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("revoke", "x"), "TOKEN_ID must be an id as `token list` shows it, got 'x'"),
        (("renew", "x"), "TOKEN_ID must be an id as `token list` shows it, got 'x'"),
        (("renew", "x", "--expiring"), "TOKEN_ID must be left out beside --expiring"),
    ],
)
def test_an_id_that_is_none_is_one_clear_line_and_status_1(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    status, printed, complaint = in_process(capsys, "token", *arguments)
    assert (status, printed) == (1, "")
    (line,) = complaint.splitlines()
    assert says in line


def test_serve_is_what_happens_without_a_command() -> None:
    parser = run._parser()
    assert parser.parse_args(["serve"]).command is parser.parse_args([]).command


def test_help_tells_the_scopes(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, _ = in_process(capsys, "token", "create", "--help")
    assert status == 0
    assert "calculations, admin" in printed


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        (
            {"NOCTURNA_SECRET_KEY": "too-short-and-secret"},
            "NOCTURNA_SECRET_KEY must be at least 32 ",
        ),
        ({"SECRET_KEY": "too-short-and-secret"}, "nocturna: SECRET_KEY must be"),
        ({"NOCTURNA_PORT": "many"}, "NOCTURNA_PORT must be a whole number"),
        ({"NOCTURNA_ENVIRONMENT": "production"}, "production needs NOCTURNA_SECRET_KEY"),
        ({"NOCTURNA_DATA_DIR": "/proc/nocturna"}, "set NOCTURNA_DATA_DIR"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_clear_line_and_status_1(
    environment: dict[str, str], says: str
) -> None:
    done = command("token", "create", environment=environment)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert says in line
    assert "too-short-and-secret" not in line
