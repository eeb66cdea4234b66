"""Log lines that a thread writes, also to somebody who has stopped reading."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from app.telemetry.writing import ApartHandler, written_apart
from tests.server import LONG_ENOUGH

MOST = 10
LONG = "x" * 10_000
"""A line of which a pipe holds a few."""


@contextmanager
def logging_to_a_pipe() -> Iterator[tuple[logging.Logger, int]]:
    """The root logger, which writes to a pipe, and the end of that to read."""
    reading, writing = os.pipe()
    root, handler = logging.getLogger(), ApartHandler(writing, MOST)
    before, level = root.handlers.copy(), root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    try:
        yield root, reading
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        handler.close()
        os.close(writing)
        os.close(reading)


def lines_until(reading: int, end: str) -> list[str]:
    """What is written until a line ends so."""
    with os.fdopen(os.dup(reading)) as file:
        found = []
        for line in file:
            found.append(line.rstrip("\n"))
            if line.endswith(f"{end}\n"):
                break
    return found


def wait_until_written(handler: logging.Handler) -> None:
    """Wait for all lines of a handler whose reader reads."""
    assert isinstance(handler, ApartHandler)
    by = time.monotonic() + LONG_ENOUGH
    while not handler._lines.empty():
        assert time.monotonic() < by
        handler.flush()


def test_lines_are_written_in_their_order_by_another_thread() -> None:
    with logging_to_a_pipe() as (root, reading):
        for number in range(MOST):
            root.info("line %d", number)
        found = lines_until(reading, f" {MOST - 1}")
    assert found == [f"line {number}" for number in range(MOST)]


def test_nobody_waits_for_a_reader_who_has_stopped_and_the_gap_is_told() -> None:
    with logging_to_a_pipe() as (root, reading), ThreadPoolExecutor(1) as thread:
        for number in range(100):
            root.info("line %d %s", number, LONG)
        found = thread.submit(lines_until, reading, " dropped")
        wait_until_written(root.handlers[0])
        root.info("after")
        (*lines, after, told) = found.result(LONG_ENOUGH)
    assert after == "after"
    assert lines[0] == f"line 0 {LONG}"
    assert len(lines) < 100
    assert told == f"{100 - len(lines)} log lines were dropped"


def test_lines_that_nobody_can_read_any_more_are_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    handler = ApartHandler(writing, MOST)
    for _ in range(2 * MOST):
        handler.handle(logging.makeLogRecord({"msg": "into a closed pipe"}))
        handler.flush()
    assert handler._lines.empty()
    handler.close()
    os.close(writing)


def test_a_line_that_cannot_be_formatted_is_told_and_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with logging_to_a_pipe() as (root, reading):
        root.info("%d", "no number")
        root.info("the next one")
        assert lines_until(reading, "one") == ["the next one"]
    assert "Logging error" in capsys.readouterr().err


def test_the_end_of_the_block_gives_the_lines_back_to_who_had_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, os.fdopen(reading) as read:
        monkeypatch.setattr(sys, "stderr", stream)
        root, direct = logging.getLogger(), logging.StreamHandler()
        direct.setFormatter(logging.Formatter("as before: %(message)s"))
        monkeypatch.setattr(root, "handlers", [direct])
        with written_apart():
            root.warning("one")
        assert root.handlers == [direct]
        assert read.readline() == "as before: one\n"
