"""Whether the disk of the database has room, as far as what was refused tells."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.telemetry.logs import logger

LASTS_SECONDS = 60.0
"""For which a refusal counts, and between two lines of the log while writes are refused."""

_log = logger(__name__)


class Room:
    """Told of every write for which there was no room; `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused_at: float | None = None
        self._told_at: float | None = None

    @property
    def is_there(self) -> bool:
        """Whether no write was refused within `LASTS_SECONDS`."""
        return self._is_over(self._refused_at)

    def note_refusal(self) -> None:
        """A write was refused; the log tells of it once in `LASTS_SECONDS`."""
        self._refused_at = self._clock()
        if self._is_over(self._told_at):
            self._told_at = self._refused_at
            _log.error(
                "the disk of the database is full",
                what_to_do="make room on it; reads go on, and writes do as soon as there is room",
            )

    def _is_over(self, moment: float | None) -> bool:
        return moment is None or self._clock() - moment >= LASTS_SECONDS
