"""The OpenAPI description, turned against the server that it describes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import LONG_ENOUGH, RunningServer, token

BRIEF, LONG = 3, 30
"""Requests that are generated for each operation, beside its examples."""
COVERAGE = "coverage"
"""The phase that tries every bound of every field: some 34,000 requests."""


def attack(server: RunningServer, examples: int, directory: Path, *more_phases: str) -> str:
    """What schemathesis reports; raises AssertionError for any failed check."""
    server.get("/openapi.json")  # made in the first second or so, for longer than a tool may wait
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {token()}"),
        *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
        *("--checks", "response_schema_conformance,response_headers_conformance"),
        *("--max-examples", str(examples)),
        *("--phases", ",".join(("examples", *more_phases, "fuzzing"))),
        *("--request-timeout", str(LONG_ENOUGH), "--suppress-health-check", "too_slow"),
        *("--seed", "1", "--no-color", "--exclude-path", "/docs"),
    )
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_every_operation_answers_as_it_is_described(server: RunningServer, tmp_path: Path) -> None:
    assert " passed" in attack(server, BRIEF, tmp_path)


@pytest.mark.soak
def test_every_operation_answers_so_for_long(server: RunningServer, tmp_path: Path) -> None:
    print(attack(server, LONG, tmp_path, COVERAGE)[-600:])
