"""The failures of late, which is what opens a circuit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from aiobreaker.state import CircuitBreakerState
from aiobreaker.storage.memory import CircuitMemoryStorage

from app.resilience.policy import BreakerPolicy


class CallWindow(CircuitMemoryStorage):
    """The counter of aiobreaker's state machine: failures in a sliding window.

    It keeps as many moments as it takes to decide, whatever the traffic: the last `failures`
    failures and the last `min_throughput` calls.
    """

    def __init__(self, policy: BreakerPolicy, clock: Callable[[], float]) -> None:
        super().__init__(CircuitBreakerState.CLOSED)
        self._seconds = policy.window
        self._clock = clock
        self._calls: deque[float] = deque(maxlen=policy.min_throughput)
        self._failures: deque[float] = deque(maxlen=policy.failures)

    def note_call(self) -> None:
        """A call has ended well."""
        self._calls.append(self._clock())

    def increment_counter(self) -> None:
        """A call has failed."""
        now = self._clock()
        self._calls.append(now)
        self._failures.append(now)

    def reset_counter(self) -> None:
        self._calls.clear()
        self._failures.clear()

    @property
    def failures(self) -> int:
        """Failures within the window; counted no further than to the threshold."""
        start = self._clock() - self._seconds
        while self._failures and self._failures[0] <= start:
            self._failures.popleft()
        return len(self._failures)

    @property
    def counter(self) -> int:
        """The failures that count: none while there are too few calls to judge."""
        full = len(self._calls) == self._calls.maxlen
        enough = full and self._calls[0] > self._clock() - self._seconds
        return self.failures if enough else 0
