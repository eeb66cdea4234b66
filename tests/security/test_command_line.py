"""`run.py token`: prints a token and nothing else, or one clear line and status 1."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import run
from app.calculations.birth import EXAMPLE
from app.security.secrets import KEY_FILE, SigningKeys
from app.security.tokens import create_service_token, principal_of
from tests.server import ROOT, SECRET, RunningServer, token
from tests.web.raw import OWN


def command(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a shell sees of `run.py` with these arguments and this environment alone."""
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments],
        cwd=ROOT,
        env={"NOCTURNA_SECRET_KEY": SECRET} if environment is None else dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
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


@pytest.fixture(autouse=True)
def known_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCTURNA_SECRET_KEY", SECRET)


@pytest.fixture(scope="module")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Path]]:
    """A server that makes its own key, and its data directory."""
    directory = tmp_path_factory.mktemp("own")
    with RunningServer(directory, {"NOCTURNA_SECRET_KEY": ""}) as running:
        yield running, directory


def accepted(server: RunningServer, presented: str) -> int:
    headers = {"Authorization": f"Bearer {presented}"}
    return server.post(OWN, EXAMPLE, headers=headers, scopes=()).status_code


def test_create_prints_only_the_token_on_standard_output() -> None:
    done = command("token", "create", "--days", "7", "--scope", "calculations,admin")
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert line.count(".") == 2
    principal = principal_of(line, SigningKeys(SECRET, (SECRET,)), time.time())
    assert principal.scopes == {"calculations", "admin"}
    assert 6.9 < (principal.expires_at - time.time()) / 86_400 <= 7
    (note,) = done.stderr.splitlines()
    assert note.startswith("scope calculations,admin, valid for 7 days, signed with the key of ")


def test_create_makes_a_month_of_calculations_by_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, printed, _ = in_process(capsys, "token", "create")
    assert status == 0
    principal = principal_of(printed.strip(), SigningKeys(SECRET, (SECRET,)), time.time())
    assert principal.scopes == {"calculations"}
    assert 29.9 < (principal.expires_at - time.time()) / 86_400 <= 30


def test_a_token_made_while_the_server_runs_is_accepted(
    own_key: tuple[RunningServer, Path],
) -> None:
    server, directory = own_key
    done = command("token", "create", environment={"NOCTURNA_DATA_DIR": str(directory)})
    assert accepted(server, done.stdout.strip()) == 200
    assert accepted(server, token()) == 401  # of the key of the other tests


def test_a_token_made_before_the_first_start_is_accepted(tmp_path: Path) -> None:
    done = command("token", "create", environment={"NOCTURNA_DATA_DIR": str(tmp_path)})
    assert (tmp_path / KEY_FILE).exists()
    with RunningServer(tmp_path, {"NOCTURNA_SECRET_KEY": ""}) as server:
        assert accepted(server, done.stdout.strip()) == 200


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--days", "0"), "days must be within 1..3650, got 0"),
        (("--days", "-5"), "days must be within 1..3650, got -5"),
        (("--days", "3651"), "days must be within 1..3650, got 3651"),
        (("--days", "9" * 30), "days must be within 1..3650"),
        (("--days", "many"), "invalid int value: 'many'"),
        (("--days", "1.5"), "invalid int value: '1.5'"),
        (("--days", ""), "invalid int value: ''"),
        (("--days",), "expected one argument"),
        (("--scope", "root"), "scope must be one of calculations, admin, got 'root'"),
        (("--scope", ""), "scope must be one of calculations, admin, got ''"),
        (("--scope", "calculations,"), "scope must be one of calculations, admin, got ''"),
        (("--scope", "calculations admin"), "got 'calculations admin'"),
        (("--nothing",), "unrecognized arguments: --nothing"),
    ],
)
def test_a_bad_life_or_scope_is_one_clear_line_and_status_1(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    status, printed, complaint = in_process(capsys, "token", "create", *arguments)
    assert status == 1
    assert printed == ""
    (line,) = complaint.splitlines()
    assert line.startswith("nocturna: ")
    assert says in line


def test_the_status_reaches_the_shell() -> None:
    done = command("token", "create", "--days", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nocturna: days must be within 1..3650, got 0\n"


def test_a_good_token_is_shown_with_what_it_may_do(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, complaint = in_process(capsys, "token", "check", token("admin", days=10))
    assert (status, complaint) == (0, "")
    shown = json.loads(printed)
    assert shown["valid"] is True
    assert shown["scope"] == ["admin"]
    assert shown["type"] == "service"
    assert shown["days_until_expiry"] == 9
    assert shown["expires_at"].endswith("+00:00")


def test_what_was_created_passes_the_check() -> None:
    made = command("token", "create").stdout.strip()
    done = command("token", "check", made)
    assert done.returncode == 0
    assert made not in done.stdout + done.stderr


def test_an_expired_token_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    old = token(days=1, now=time.time() - 90_000)
    status, printed, complaint = in_process(capsys, "token", "check", old)
    assert (status, printed) == (1, "")
    (line,) = complaint.splitlines()
    assert "expired" in line
    assert old not in line


def other_key() -> str:
    key = "another-key-of-more-than-thirty-two-characters"
    return create_service_token(
        SigningKeys(key, (key,)), days=1, scopes=("admin",), now=time.time()
    )


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "a.b.c",
        "\u00e9.\u00e9.\u00e9",
        "A" * 100_000,
        base64.b64encode(b"{}").decode(),
        other_key(),
    ],
    ids=["empty", "a letter", "three letters", "accents", "long", "base64", "another key"],
)
def test_garbage_is_one_clear_line_and_status_1(
    capsys: pytest.CaptureFixture[str], garbage: str
) -> None:
    status, printed, complaint = in_process(capsys, "token", "check", garbage)
    assert (status, printed) == (1, "")
    (line,) = complaint.splitlines()
    assert line.startswith("nocturna: the token is")
    assert len(line) < 200


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), "invalid choice: 'nothing'"),
        (("token",), "required"),
        (("token", "revoke"), "invalid choice"),
        (("token", "check"), "required: token"),
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
        ({"NOCTURNA_SECRET_KEY": "too-short-and-secret"}, "NOCTURNA_SECRET_KEY: "),
        ({"SECRET_KEY": "too-short-and-secret"}, "SECRET_KEY: "),
        ({"NOCTURNA_PORT": "many"}, "NOCTURNA_PORT: "),
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
