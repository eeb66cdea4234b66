"""How much long work is begun at once.

What is too much is refused before a part of it is computed: what has begun is brought to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import Overloaded

RETRY_AFTER = 5
"""Seconds after which a place may well be free: most long work takes some."""


class Admission:
    """Places for long work; a request holds one while it waits for parts of its answer."""

    def __init__(self, most: int) -> None:
        self.held = 0
        self._most = most

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request; raises Overloaded when all are held."""
        if self.held >= self._most:
            msg = (
                "the server has as much long work, such as searches through years, as it takes on "
                f"at once: {self._most}; try again in {RETRY_AFTER} seconds"
            )
            raise Overloaded(msg, retry_after=RETRY_AFTER)
        with self.place_again():
            yield

    @contextmanager
    def place_again(self) -> Iterator[None]:
        """A place for one that had one before, and waited meanwhile for nothing but its reader.

        There is always one: what has begun is not refused.
        """
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1
