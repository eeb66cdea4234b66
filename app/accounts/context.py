"""What all work on accounts needs: the database, the keys, the passwords, the rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.accounts.locks import Locks
from app.accounts.repetitions import Repetitions
from app.accounts.turns import Turns
from app.security.passwords import Passwords
from app.security.secrets import SigningKeys
from app.settings import Settings
from app.storage.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Accounts:
    """`clock` tells seconds since 1970; `locks` are those that were told of.

    `turns` are those of logins that wait in this process, `repetitions` the requests that do.
    """

    postgres: Postgres
    keys: SigningKeys
    passwords: Passwords
    settings: Settings
    clock: Callable[[], float] = time.time
    locks: Locks = field(default_factory=Locks)
    turns: Turns = field(default_factory=Turns)
    repetitions: Repetitions = field(default_factory=Repetitions)

    def moment(self) -> datetime:
        """Now, by the clock."""
        return datetime.fromtimestamp(self.clock(), UTC)
