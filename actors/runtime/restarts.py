"""How soon and how often a crashed actor comes back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Exponential backoff with full jitter, and a limit on restarts per window; in seconds.

    Keep `window` above the sum of all pauses (26 s by default), or a fault that never goes away
    is retried for ever.
    """

    initial: float = 0.1
    factor: float = 2.0
    longest: float = 5.0
    max_restarts: int = 10
    window: float = 60.0


class RestartBudget:
    """The restarts that one actor still has; the backoff relaxes as its crashes age out."""

    def __init__(self, policy: RestartPolicy, random: Callable[[], float]) -> None:
        self.policy = policy
        self._random = random
        self._crashes: deque[float] = deque()

    @property
    def crashes(self) -> int:
        """Crashes within the window that ended with the last one."""
        return len(self._crashes)

    def pause_after_crash(self, now: float) -> float | None:
        """Seconds to wait before the next restart, or None when there have been too many."""
        self._crashes.append(now)
        while self._crashes[0] <= now - self.policy.window:
            self._crashes.popleft()
        if self.crashes > self.policy.max_restarts:
            return None
        pause = self.policy.initial * self.policy.factor ** (self.crashes - 1)
        return self._random() * min(self.policy.longest, pause)
