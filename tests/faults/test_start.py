"""A server that cannot start says why in one line, what to do, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.processes import workers_started_by
from tests.server import ROOT, SECRET


@dataclass(frozen=True, slots=True)
class _Failure:
    """How a start ended."""

    pid: int
    status: int
    output: str
    lines: list[str]


def _failed_start(tmp_path: Path, environment: Mapping[str, str]) -> _Failure:
    """What becomes of a start in this environment, which has to end by itself."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py")],
        cwd=tmp_path,  # where no `.env` is
        env={
            "PATH": "/nonexistent",
            "NOCTURNA_PORT": "0",
            "NOCTURNA_WORKERS": "2",
            "NOCTURNA_DATA_DIR": str(tmp_path / "data"),
            "NOCTURNA_LOG_FORMAT": "json",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = process.communicate(timeout=300)
    finally:
        process.kill()
    return _Failure(process.pid, process.returncode, output, errors.splitlines())


def _refusal(failure: _Failure) -> str:
    """The one complaint that a failed start leaves, beside lines of what it did before."""
    assert failure.status == 1
    assert failure.output == ""
    (line,) = [line for line in failure.lines if '"level": "INFO"' not in line]
    assert line.startswith("nocturna: ")
    return line.removeprefix("nocturna: ")


def _unwritable(tmp_path: Path) -> Path:
    """A directory that cannot be made: for root, to whom nothing is forbidden, below a file."""
    obstacle = tmp_path / "obstacle"
    if os.geteuid() == 0:
        obstacle.touch()
    else:
        obstacle.mkdir(mode=0o500)
    return obstacle / "data"


def test_a_port_in_use_is_named_with_the_setting_to_change(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        failure = _failed_start(tmp_path, {"NOCTURNA_PORT": str(port)})
    line = _refusal(failure)
    assert line.startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert "address already in use" in line.lower()
    assert line.endswith("set NOCTURNA_PORT or NOCTURNA_HOST to another one")
    assert workers_started_by(failure.pid) == []


def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    failure = _failed_start(tmp_path, {"NOCTURNA_HOST": "203.0.113.7"})  # for documentation
    line = _refusal(failure)
    assert line.startswith("cannot listen on 203.0.113.7:0: ")
    assert line.endswith("set NOCTURNA_PORT or NOCTURNA_HOST to another one")


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    directory = _unwritable(tmp_path)
    line = _refusal(_failed_start(tmp_path, {"NOCTURNA_DATA_DIR": str(directory)}))
    assert line.startswith(f"cannot keep a key in {directory}: ")
    assert line.endswith("set NOCTURNA_DATA_DIR to a directory with room that you own")


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_an_ephemeris_path_that_is_no_directory_is_named(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / kind
    environment = {"NOCTURNA_EPHEMERIS_PATH": f"{tmp_path}:{path}", "NOCTURNA_SECRET_KEY": SECRET}
    line = _refusal(_failed_start(tmp_path, environment))
    assert line == f"NOCTURNA_EPHEMERIS_PATH names {path}, which is no directory"


def test_production_without_a_key_is_refused(tmp_path: Path) -> None:
    line = _refusal(_failed_start(tmp_path, {"NOCTURNA_ENVIRONMENT": "production"}))
    assert "production needs NOCTURNA_SECRET_KEY: at least 32 random characters" in line
    assert not (tmp_path / "data").exists()


def test_each_wrong_setting_is_named_and_no_secret_is_repeated(tmp_path: Path) -> None:
    environment = {"NOCTURNA_PORT": "99999", "NOCTURNA_SECRET_KEY": "short-secret"}
    failure = _failed_start(tmp_path, environment)
    assert failure.status == 1
    assert failure.lines == [
        "nocturna: NOCTURNA_PORT must be a whole number within 0..65535, got '99999'",
        "NOCTURNA_SECRET_KEY must be at least 32 characters",
    ]
    assert "short-secret" not in "".join(failure.lines)
