"""The trace that a piece of work belongs to: services that are asked on its way are told of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str | None] = ContextVar("trace", default=None)


@contextmanager
def in_trace(trace_id: str | None) -> Iterator[None]:
    """A block that belongs to a trace, and so do the tasks that it starts; None for no trace."""
    token = _trace.set(trace_id)
    try:
        yield
    finally:
        _trace.reset(token)


def trace_id() -> str | None:
    """The trace of what is being done, None outside of any."""
    return _trace.get()
