"""The shape of a log line, for our own lines and those of libraries, on a terminal and off it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from app.telemetry.logs import LONGEST_MESSAGE, LogSetup, log_setup
from tests.server import ROOT

SCRIPT = """
import logging, sys
from app.telemetry.logs import LogSetup, configure, logger

configure(LogSetup("mercury", "INFO", as_json=sys.argv[1] == "json"))
log = logger("here")
log.debug("too quiet")
log.info("plain")
log.info("with context", request_id="r1", user_id="u1", number=7, service="other", message="mine")
logging.getLogger("library").warning("%s of %s", "half", "two")
logging.getLogger("library").error("first line\\nborn 1977-07-31")
logging.getLogger("library").error("x" * 10_000)
try:
    try:
        int("born 1977-07-31")
    except ValueError as error:
        raise KeyError("born 1977-07-31") from error
except KeyError as error:
    log.exception("ours")
    logging.getLogger("library").exception("theirs")
    log.error("given", exc_info=error)
raise RuntimeError("born 1977-07-31")
"""
LAST_LINE = SCRIPT.count("\n")


def written(log_format: str) -> str:
    """What a process of its own writes; this one keeps the log handlers of pytest."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, log_format],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


@pytest.fixture(scope="module")
def lines() -> dict[str, dict[str, Any]]:
    """Lines by message."""
    events = [json.loads(line) for line in written("json").splitlines()]
    return {event["message"]: event for event in events}


def test_a_line_has_timestamp_level_service_message_and_context(
    lines: dict[str, dict[str, Any]],
) -> None:
    line = lines["plain"]
    assert list(line) == ["timestamp", "level", "service", "message", "context"]
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None
    assert (line["level"], line["service"]) == ("INFO", "mercury")
    assert line["context"] == {"request_id": None, "user_id": None}


def test_keywords_become_context_and_cannot_replace_what_is_fixed(
    lines: dict[str, dict[str, Any]],
) -> None:
    line = lines["with context"]
    assert line["service"] == "mercury"
    assert line["context"] == {
        "request_id": "r1",
        "user_id": "u1",
        "number": 7,
        "service": "other",
        "message": "mine",
    }


def test_a_line_below_the_level_is_left_out(lines: dict[str, dict[str, Any]]) -> None:
    assert "too quiet" not in lines


def test_lines_of_libraries_have_the_same_shape(lines: dict[str, dict[str, Any]]) -> None:
    line = lines["half of two"]
    assert list(line) == ["timestamp", "level", "service", "message", "context"]
    assert line["level"] == "WARNING"


def test_of_a_librarys_message_the_first_line_is_kept(lines: dict[str, dict[str, Any]]) -> None:
    assert lines["first line"]["level"] == "ERROR"


def test_a_librarys_message_is_bounded(lines: dict[str, dict[str, Any]]) -> None:
    assert "x" * LONGEST_MESSAGE in lines
    assert max(map(len, lines)) == LONGEST_MESSAGE


@pytest.mark.parametrize("message", ["ours", "theirs", "given"])
def test_an_exception_is_told_by_type_place_and_cause(
    lines: dict[str, dict[str, Any]], message: str
) -> None:
    found, cause = lines[message]["context"]["exception"].split(" from ")
    assert found.startswith("KeyError at <string>:")
    assert cause.startswith("ValueError at <string>:")


def test_an_uncaught_exception_has_the_same_shape(lines: dict[str, dict[str, Any]]) -> None:
    line = lines["uncaught error"]
    assert line["level"] == "CRITICAL"
    assert line["context"]["exception"] == f"RuntimeError at <string>:{LAST_LINE}"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_the_text_of_an_exception_is_in_no_line(log_format: str) -> None:
    assert "1977-07" not in written(log_format)  # a time may end in any digits


def test_on_a_terminal_lines_are_for_people() -> None:
    text = written("console")
    assert "plain" in text
    assert '"message"' not in text
    assert "number" in text
    assert "KeyError" in text


@pytest.mark.parametrize(
    ("log_format", "terminal", "as_json"),
    [
        ("json", True, True),
        ("json", False, True),
        ("console", True, False),
        ("console", False, False),
        ("auto", True, False),
        ("auto", False, True),
    ],
)
def test_auto_is_for_people_on_a_terminal_and_json_elsewhere(
    monkeypatch: pytest.MonkeyPatch, log_format: str, *, terminal: bool, as_json: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert log_setup("s", "INFO", log_format) == LogSetup("s", "INFO", as_json)


REQUESTS = """
import asyncio, logging
from app.telemetry.logs import LogSetup, acting, configure, in_request, logger

configure(LogSetup("mercury", "INFO", as_json=True))
log = logger("here")

async def later(done):
    log.info("while it lasts")
    await done.wait()
    log.info("after its end", acting=acting())

async def main():
    done = asyncio.Event()
    log.info("before")
    with in_request(lambda: ("r1", "u1")):
        log.info("ours", acting=acting())
        log.info("of another", user_id="u2")
        logging.getLogger("library").warning("theirs")
        task = asyncio.create_task(later(done))
        await asyncio.sleep(0)
    log.info("behind")
    done.set()
    await task

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def contexts() -> dict[str, Any]:
    """Contexts by message, of lines in and around a request."""
    done = subprocess.run(
        [sys.executable, "-c", REQUESTS],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    events = [json.loads(line) for line in done.stderr.splitlines()]
    return {event["message"]: event["context"] for event in events}


@pytest.mark.parametrize("message", ["ours", "theirs", "while it lasts"])
def test_a_line_inside_a_request_carries_its_ids(contexts: dict[str, Any], message: str) -> None:
    found = contexts[message]
    assert (found["request_id"], found["user_id"]) == ("r1", "u1")


def test_a_line_may_name_another_user(contexts: dict[str, Any]) -> None:
    assert contexts["of another"] == {"request_id": "r1", "user_id": "u2"}


@pytest.mark.parametrize("message", ["before", "behind", "after its end"])
def test_no_line_outside_a_request_carries_its_ids(contexts: dict[str, Any], message: str) -> None:
    found = contexts[message]
    assert (found["request_id"], found["user_id"]) == (None, None)


def test_whoever_acts_is_the_user_of_the_request_or_somebody_at_a_shell(
    contexts: dict[str, Any],
) -> None:
    assert contexts["ours"]["acting"] == "u1"
    assert contexts["after its end"]["acting"] == "command line"


LEVELS = """
import logging, sys
from app.telemetry.logs import LogSetup, configure

configure(LogSetup("mercury", sys.argv[1], as_json=True))
for level in ("debug", "info", "warning", "error"):
    for name in ("aiocache.base", "library"):
        getattr(logging.getLogger(name), level)("%s of %s", level, name)
"""


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("DEBUG", {"aiocache.base": ["warning", "error"], "library": ["debug", "info"]}),
        ("ERROR", {"aiocache.base": ["error"], "library": []}),
    ],
)
def test_the_cache_tells_no_digests_of_requests(level: str, told: dict[str, list[str]]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEVELS, level],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    of_cache = [line.split()[0] for line in lines if line.endswith("aiocache.base")]
    others = [line.split()[0] for line in lines if line.endswith("library")]
    assert of_cache == told["aiocache.base"]
    assert others[: len(told["library"])] == told["library"]
