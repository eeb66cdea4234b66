"""The make targets for tokens and administrators: in the container when one is up, else here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.server import ROOT

DOCKER = """#!/bin/sh
case "$*" in
  "compose ps --quiet --status running nocturna") echo "$CONTAINER" ;;
  *) printf '<%s>' "$@"; exit 7 ;;
esac
"""
TARGETS = {
    "service-token-create": "<token><create>",
    "service-token-create-custom DAYS=90": "<token><create><--days><90>",
    "service-token-create-eternal": "<token><create><--eternal>",
    "service-token-list": "<token><list>",
    "service-token-revoke TOKEN_ID=1-2": "<token><revoke><1-2>",
    "service-token-check TOKEN=a.b.c": "<token><check><a.b.c>",
    "docker-token-check": "<token><renew><--check-only>",
    "docker-token-renew": "<token><renew><--expiring>",
    "docker-token-renew TOKEN_ID=1-2": "<token><renew><1-2>",
    "docker-token-force-renew": "<token><renew><--force>",
    "docker-token-force-renew TOKEN_ID=1-2": "<token><renew><--force><1-2>",
    "docker-token-eternal": "<token><renew><--force><--eternal>",
    "docker-token-custom DAYS=90": "<token><renew><--force><--days><90>",
    "admin-create EMAIL=ada@example.com": "<user><create><--admin><ada@example.com>",
    "admin-promote NAME=ada": "<user><promote><ada>",
    "admin-list": "<user><list>",
}


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """A directory with a `docker` that says what it was asked."""
    program = tmp_path / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    return tmp_path


def make(docker: Path, *arguments: str, container: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],  # noqa: S607 - wherever it is
        cwd=ROOT,
        env={"PATH": f"{docker}:{os.environ['PATH']}", "CONTAINER": container},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(("target", "arguments"), TARGETS.items(), ids=TARGETS)
def test_a_target_runs_in_the_container_that_is_up(
    docker: Path, target: str, arguments: str
) -> None:
    done = make(docker, *target.split(), container="c0ffee")
    told = "<compose><exec><--no-TTY><nocturna><python><run.py>"
    assert done.stdout == told + arguments
    assert done.returncode != 0  # as the command in the container


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_the_same_command_here(docker: Path, target: str) -> None:
    planned = make(docker, "--dry-run", *target.split())
    assert planned.returncode == 0, planned.stderr
    in_container, _, here = planned.stdout.partition("fi;")
    command = in_container.rpartition("python run.py")[2].partition(";")[0].strip()
    assert here.rstrip().endswith(f".venv/bin/python run.py {command}")


@pytest.mark.parametrize(
    ("target", "missing"),
    [
        ("service-token-revoke", "TOKEN_ID"),
        ("service-token-check", "TOKEN"),
        ("admin-create", "EMAIL"),
        ("admin-promote", "NAME"),
    ],
)
def test_a_target_that_lacks_its_argument_says_which(
    docker: Path, target: str, missing: str
) -> None:
    done = make(docker, target, container="c0ffee")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"make {target} {missing}=" in done.stderr
