"""What the pool remembers: answers that last, and requests that killed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable

from app.wire import Outcome

Key = tuple[str, bytes]
"""An operation and the raw bytes of its request."""


class AnswerCache:
    """Lasting answers by raw request, least recently used out first, bounded in bytes."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._size = 0
        self._answers: OrderedDict[Key, Outcome] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def find(self, key: Key) -> Outcome | None:
        outcome = self._answers.get(key)
        if outcome is not None:
            self._answers.move_to_end(key)
        return outcome

    def keep(self, key: Key, outcome: Outcome) -> None:
        """Remember an answer; one that would fill a tenth of the cache is not worth the others."""
        weight = _weight(key, outcome)
        if weight * 10 > self._capacity or key in self._answers:
            return
        self._answers[key] = outcome
        self._size += weight
        while self._size > self._capacity:
            old_key, old = self._answers.popitem(last=False)
            self._size -= _weight(old_key, old)


def _weight(key: Key, outcome: Outcome) -> int:
    return len(key[1]) + len(outcome.fragment) + len(outcome.meta) + _OVERHEAD


_OVERHEAD = 600
"""Bytes of the Python objects around one entry."""


class Condemned:
    """Requests that killed two workers: refused for a while, so that they cannot kill a third.

    Kept by digest: a body may be long, and there may be many.
    """

    def __init__(self, seconds: float, most: int, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def add(self, key: Key) -> None:
        name = _digest(key)
        self._until[name] = self._clock() + self._seconds
        self._until.move_to_end(name)
        if len(self._until) > self._most:
            self._until.popitem(last=False)

    def __contains__(self, key: Key) -> bool:
        if not self._until:
            return False
        name = _digest(key)
        until = self._until.get(name)
        if until is None:
            return False
        if until <= self._clock():
            del self._until[name]
            return False
        return True


def _digest(key: Key) -> bytes:
    operation, body = key
    return hashlib.blake2b(operation.encode() + b"\0" + body, digest_size=16).digest()
