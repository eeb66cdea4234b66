"""Passwords as argon2id hashes, made and checked in threads of their own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import Overloaded

TIME_COST, MEMORY_KIB, PARALLELISM = 2, 19_456, 1
"""OWASP's floor for argon2id: about 20 ms and 19 MiB each."""
LONGEST_PASSWORD = 1024
"""Characters; hashing reads all of them."""
RETRY_SOON = 1
NICENESS = 10
"""Of the threads: a password can wait for a core, whoever serves all others cannot."""
_T = TypeVar("_T")


class Passwords:
    """At most `waiting` passwords wait for one of the threads; enter it to use it."""

    def __init__(self, workers: int, waiting: int) -> None:
        self._hasher = PasswordHasher(TIME_COST, MEMORY_KIB, PARALLELISM)
        self._nobody = self._hasher.hash("")
        self._threads = ThreadPoolExecutor(
            workers, thread_name_prefix="passwords", initializer=_step_back
        )
        self._most = workers + waiting
        self._under_way = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hashed(self, password: str) -> str:
        """The hash to store; raises Overloaded."""
        return await self._away(lambda: self._hasher.hash(password))

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password; takes as long for None, which none matches.

        Raises Overloaded.
        """
        return await self._away(lambda: self._matches(password, hashed))

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with less effort than new ones are."""
        return self._hasher.check_needs_rehash(hashed)

    def _matches(self, password: str, hashed: str | None) -> bool:
        try:
            self._hasher.verify(self._nobody if hashed is None else hashed, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async def _away(self, work: Callable[[], _T]) -> _T:
        if self._under_way >= self._most:
            msg = "too many passwords wait to be checked; try again in a second"
            raise Overloaded(msg, retry_after=RETRY_SOON)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def _step_back() -> None:
    """Let every other thread of the machine go first; Linux has a priority for each."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
