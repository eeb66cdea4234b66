"""Passwords whose checks are counted, for names that nobody has as well."""

from __future__ import annotations

import threading
from typing import Literal

from argon2 import PasswordHasher

from app.security.passwords import MEMORY_KIB, PARALLELISM, TIME_COST, Passwords


class _Counting(PasswordHasher):
    """Counts in whatever thread it works."""

    def __init__(self) -> None:
        super().__init__(TIME_COST, MEMORY_KIB, PARALLELISM)
        self.verifications = 0
        self._lock = threading.Lock()

    def verify(
        self,
        hash: str | bytes,  # noqa: A002 - as argon2 calls it
        password: str | bytes,
    ) -> Literal[True]:
        with self._lock:
            self.verifications += 1
        return super().verify(hash, password)


class CountedPasswords(Passwords):
    """Passwords as the server checks them."""

    def __init__(self, workers: int, waiting: int) -> None:
        super().__init__(workers, waiting)
        self._hasher = self.hasher = _Counting()


def verifications(passwords: Passwords) -> int:
    """How many checks were made of passwords that are counted."""
    assert isinstance(passwords, CountedPasswords)
    return passwords.hasher.verifications
