"""What storage raises, beside the errors that every caller may see."""

from __future__ import annotations

from app.errors import AppError, CannotStart, Unavailable


class CannotOpenStorage(CannotStart):
    """Storage cannot be used as things are; the text says what to do."""


class DatabaseUnavailable(Unavailable):
    """No connection, or it broke: the fault of the database; only this one trips a breaker."""


class DiskFull(Unavailable):
    """The database is there and has no room for what was to be written; it can still be read."""


class RedisUnavailable(Unavailable):
    """No usable answer from Redis, whatever the reason; only this one trips its breaker."""


class Contended(Unavailable):
    """Another transaction was in the way; nothing was done, and a new attempt may succeed."""


class Conflict(AppError):
    """A constraint of the schema, by its name, does not let this row stand beside another."""

    code = "CONFLICT"

    def __init__(self, constraint: str) -> None:
        super().__init__("this conflicts with what is stored already")
        self.constraint = constraint


class StatementRefused(Exception):
    """A statement of ours that the database does not take: a fault in our code, never a value."""

    def __init__(self, sqlstate: str, constraint: str | None = None) -> None:
        place = f" at {constraint}" if constraint else ""
        super().__init__(f"the database refused a statement, SQLSTATE {sqlstate}{place}")
        self.sqlstate = sqlstate
        self.constraint = constraint
