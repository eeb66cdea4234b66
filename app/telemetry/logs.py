"""Log lines: JSON for machines, readable on a terminal; never a token, never birth data."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog

LONGEST_MESSAGE = 500
"""Characters of a library's message."""
MOST_CAUSES, MOST_FRAMES = 4, 5
"""Of an exception: how far back, and how deep."""


Ids = Callable[[], tuple[str | None, str | None]]
"""Tells the id of a request and the id of its user, as far as they are known by now."""
_CACHE = "aiocache"
"""The library that tells the key of each answer it looks for, which is a digest of a request."""
COMMAND_LINE = "command line"
"""Who acts where there is no request."""


@dataclass(slots=True)
class _Request:
    """What tells of a request, until it is answered: tasks that it started may live longer."""

    ids: Ids | None


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


@contextmanager
def in_request(ids: Ids) -> Iterator[None]:
    """A block whose log lines carry the ids of a request, those of its tasks as well."""
    request = _Request(ids)
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
        request.ids = None


def acting() -> str | None:
    """The id of the user who asked for what is being done, or `COMMAND_LINE`."""
    request = _request.get()
    if request is None or request.ids is None:
        return COMMAND_LINE
    return request.ids()[1]


@dataclass(frozen=True, slots=True)
class LogSetup:
    """How a process logs; `as_json` is False on a terminal."""

    service: str
    level: str
    as_json: bool


def log_setup(service: str, level: str, log_format: str) -> LogSetup:
    """The setup of this process; format `auto` is JSON unless standard error is a terminal."""
    as_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    return LogSetup(service, level, as_json)


def configure(setup: LogSetup) -> None:
    """Send every log line of this process, the libraries' too, to standard error in one shape."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
        _with_request,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [_Shape(setup.service), structlog.processors.JSONRenderer()]
        if setup.as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_one_line, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=setup.level, force=True)
    logging.getLogger(_CACHE).setLevel(max(logging.WARNING, logging.root.level))
    sys.excepthook = _log_uncaught


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; keywords of a call become its context."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return log


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """The last words of a process, in the same shape and without values."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logger(__name__).critical("uncaught error", exc_info=error)


def _one_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's message without the values that some write below it, and not longer than needed.

    asyncio describes a failed task there, with the text of its exception.
    """
    event["event"] = str(event["event"]).partition("\n")[0][:LONGEST_MESSAGE]
    return event


def _without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception and its causes by type and place: their texts may hold what a caller sent."""
    found = event.pop("exc_info", None)
    if found:
        given = found[1] if isinstance(found, tuple) else found
        error = given if isinstance(given, BaseException) else sys.exc_info()[1]
        event["exception"] = " from ".join(map(_described, _chain(error)))
    return event


def _with_request(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An event with the ids of its request, unless it names others itself."""
    request = _request.get()
    if request is not None and request.ids is not None:
        request_id, user_id = request.ids()
        event.setdefault("request_id", request_id)
        event.setdefault("user_id", user_id)
    return event


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what caused it, the first `MOST_CAUSES`."""
    for _ in range(MOST_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _described(error: BaseException) -> str:
    frames = traceback.walk_tb(error.__traceback__)
    places = [f"{frame.f_code.co_filename}:{line}" for frame, line in frames][-MOST_FRAMES:]
    return " at ".join((type(error).__name__, *reversed(places)))


class _Shape:
    """Puts an event into the fixed shape: everything beside the four names goes into `context`."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(
        self, _: Any, __: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {
            "timestamp": event.pop("timestamp"),
            "level": str(event.pop("level")).upper(),
            "service": self._service,
            "message": event.pop("event"),
            "context": {"request_id": None, "user_id": None, **event},
        }
