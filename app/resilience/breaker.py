"""A circuit breaker: a dependency that keeps failing is left alone, then tried by one call.

aiobreaker has the state machine. Around it stands what it lacks: a sliding window, one probe at a
time, a clock that never steps, and the caller's own exception.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from types import TracebackType
from typing import Self

from aiobreaker.circuitbreaker import CircuitBreaker
from aiobreaker.state import CircuitBreakerError, CircuitBreakerState

from app.errors import ExternalServiceError, Unavailable
from app.resilience.policy import BreakerPolicy
from app.resilience.window import CallWindow
from app.telemetry.logs import logger

Errors = tuple[type[Exception], ...]
OnChange = Callable[[str, "State", "State"], None]
"""Told the name, the state before and the state after."""

FAULTS: Errors = (OSError, ExternalServiceError)
"""Faults of a dependency: TimeoutError, ConnectionError, no route and no such name are OSErrors."""

PROBE_WAIT = 1.0
"""Seconds to wait for another's probe: it mostly ends at once, whatever it is allowed."""

DEFAULT = BreakerPolicy()

_log = logger(__name__)


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


_WORDS = {
    CircuitBreakerState.CLOSED: State.CLOSED,
    CircuitBreakerState.OPEN: State.OPEN,
    CircuitBreakerState.HALF_OPEN: State.HALF_OPEN,
}


class CircuitOpen(Unavailable):
    """Refused without a call; `until` is on the breaker's clock, `retry_after` in whole seconds."""

    def __init__(self, name: str, until: float, seconds: float) -> None:
        retry_after = max(1, math.ceil(seconds))
        super().__init__(
            f"{name} is not available, try again in {retry_after} s", retry_after=retry_after
        )
        self.name = name
        self.until = until


class Verdict(Enum):
    """What one call tells of the dependency."""

    GOOD = auto()
    BAD = auto()
    NEITHER = auto()


@dataclass(slots=True)
class Tally:
    """Passages since the start.

    `neither` were cancelled or failed by the caller's own mistake, `late` ended after the circuit
    had changed, `rejected` were never let in.
    """

    good: int = 0
    bad: int = 0
    neither: int = 0
    late: int = 0
    rejected: int = 0


class Guard:
    """One passage through a breaker: `async with` it once, around a call or a whole stream.

    It holds no timer and no task, so it may stand in an async generator that several tasks drive.
    """

    __slots__ = ("_breaker", "_judged", "generation", "is_probe")

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self._judged: Verdict | None = None
        self.generation = 0
        self.is_probe = False

    async def __aenter__(self) -> Self:
        self._breaker.admit(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._breaker.settle(self, self.verdict(error), error)

    @property
    def is_late(self) -> bool:
        """Whether the circuit has changed since: what becomes of this call no longer counts."""
        return self._breaker.generation != self.generation

    def progress(self) -> None:
        """A sign of life; the probe's time starts again."""
        self._breaker.renew(self)

    def judge(self, verdict: Verdict) -> None:
        """Count this call so, whatever it ends with."""
        self._judged = verdict

    def verdict(self, error: BaseException | None) -> Verdict:
        """What this call tells of the dependency when it ends with `error`."""
        return self._breaker.verdict(error) if self._judged is None else self._judged


class _Machine(CircuitBreaker):
    """aiobreaker's state machine without its wall clock."""

    @property
    def opens_at(self) -> None:
        return None

    def open(self) -> None:
        self.state = self._state_storage.state = CircuitBreakerState.OPEN


class Breaker:
    """Guards the calls to one dependency.

    `trips_on` are its faults. `answers` are exceptions that it can only raise alive, such as a
    violated constraint: they count as calls that went well. All others count as neither, and so
    does a cancellation.
    """

    def __init__(
        self,
        name: str,
        policy: BreakerPolicy = DEFAULT,
        *,
        trips_on: Errors = FAULTS,
        answers: Errors = (),
        clock: Callable[[], float] = time.monotonic,
        on_change: OnChange | None = None,
    ) -> None:
        self.name = name
        self.policy = policy
        self.tally = Tally()
        self.generation = 0
        self.forced = False
        self.opened_at: float | None = None  # on the clock, of the outage that lasts
        self.last_error: str | None = None  # its type: the text may hold what a caller sent
        self._trips_on = trips_on
        self._answers = answers
        self._clock = clock
        self._on_change = on_change
        self._window = CallWindow(policy, clock)
        self._machine = _Machine(fail_max=policy.failures, state_storage=self._window)
        self._probe: Guard | None = None
        self._lease = 0.0  # until when the probe may be silent
        self._open_until = 0.0
        self._changes: list[tuple[State, State]] = []

    @property
    def state(self) -> State:
        """One plain word; open until somebody calls, also when it is time for a probe."""
        self._expire_probe()
        self._announce()
        return self._word()

    @property
    def failures(self) -> int:
        """Failures within the window, counted no further than to the threshold."""
        return self._window.failures

    @property
    def until(self) -> float | None:
        """On the clock: from when a call makes sense; None when it does now."""
        now = self._clock()
        match self.state:
            case State.OPEN if now < self._open_until:
                return self._open_until
            case State.HALF_OPEN if self._probe is not None:
                return min(self._lease, now + PROBE_WAIT)
            case _:
                return None

    @property
    def retry_after(self) -> float:
        """Seconds until a call makes sense."""
        until = self.until
        return 0.0 if until is None else max(0.0, until - self._clock())

    def guard(self) -> Guard:
        """Around a call: raises CircuitOpen on entry, and lets every exception pass unchanged."""
        return Guard(self)

    def reset(self) -> None:
        """Close and forget, by hand; calls under way count no more."""
        self.forced = False
        self._turn(self._machine.close, always=True)
        self._announce()

    def force_open(self, seconds: float | None = None) -> None:
        """Refuse all calls, by hand: for `seconds` and then until a probe, or until a reset."""
        self.last_error = "forced"
        self._turn(self._machine.open, always=True)
        self.forced = True
        self._open_until = math.inf if seconds is None else self._clock() + seconds
        self._announce()

    def admit(self, guard: Guard) -> None:
        """Let a guard in, one at a time while half open; raises CircuitOpen."""
        self._expire_probe()
        now = self._clock()
        if self._word() is State.OPEN and now >= self._open_until:
            self.forced = False
            self._turn(self._machine.half_open)
        if self._word() is State.HALF_OPEN and self._probe is None:
            self._probe, self._lease = guard, now + self.policy.half_open
            guard.is_probe = True
        guard.generation = self.generation
        self._announce()
        if not guard.is_probe and self._word() is not State.CLOSED:
            self.tally.rejected += 1
            raise self._rejection(now)

    def verdict(self, error: BaseException | None) -> Verdict:
        """What the end of a call tells of the dependency."""
        if error is None:
            return Verdict.GOOD
        if isinstance(error, self._trips_on):
            return Verdict.BAD
        return Verdict.GOOD if isinstance(error, self._answers) else Verdict.NEITHER

    def settle(self, guard: Guard, verdict: Verdict, error: BaseException | None) -> None:
        """Count how a guarded call ended, unless the circuit has changed since it began."""
        self._expire_probe()
        tally = self.tally
        if guard.is_late:
            tally.late += 1
        elif verdict is Verdict.GOOD:
            tally.good += 1
            self._window.note_call()
            self._turn(self._machine.state.on_success)
        elif verdict is Verdict.BAD:
            tally.bad += 1
            self.last_error = type(error).__name__
            self._fail()
        else:
            tally.neither += 1
            if self._probe is guard:
                self._probe = None  # the next caller is the probe
        self._announce()

    def renew(self, guard: Guard) -> None:
        """Give the probe its whole time again; only if it is still the probe."""
        self._expire_probe()
        if self._probe is guard:
            self._lease = self._clock() + self.policy.half_open
        self._announce()

    def _word(self) -> State:
        return _WORDS[self._machine.current_state]

    def _rejection(self, now: float) -> CircuitOpen:
        until = self.until
        at = now if until is None else until
        seconds = self.policy.recovery if math.isinf(at) else at - now
        return CircuitOpen(self.name, at, seconds)

    def _expire_probe(self) -> None:
        """A probe that was silent for too long has failed, then; it need not have noticed."""
        if self._probe is not None and self._clock() >= self._lease:
            self.tally.bad += 1
            self.last_error = TimeoutError.__name__
            self._fail(self._lease)

    def _fail(self, at: float | None = None) -> None:
        def trip() -> None:
            with suppress(CircuitBreakerError):  # the caller gets the exception that was raised
                self._machine.state.on_failure(None)

        self._window.increment_counter()
        self._turn(trip)
        if at is not None:
            self._open_until = at + self.policy.recovery

    def _turn(self, action: Callable[[], None], *, always: bool = False) -> None:
        """Let the state machine act; a new state makes all calls under way late."""
        old = self._word()
        action()
        new = self._word()
        if new is old and not always:
            return
        self.generation += 1
        self._probe = None
        if new is State.OPEN:
            now = self._clock()
            self._open_until = now + self.policy.recovery
            self.opened_at = now if self.opened_at is None else self.opened_at
        if new is not old:
            self._changes.append((old, new))

    def _announce(self) -> None:
        """Tell of changes when all is settled, so that a listener may ask or act."""
        while self._changes:
            old, new = self._changes.pop(0)
            self._log_change(old, new)
            if self._on_change is None:
                continue
            try:
                self._on_change(self.name, old, new)
            except Exception:  # noqa: BLE001 - it must not reach a caller whose call went well
                _log.exception("a listener to circuits failed", dependency=self.name)

    def _log_change(self, old: State, new: State) -> None:
        """One line an outage and one a recovery; a probe that fails is part of the outage."""
        if old is State.CLOSED:
            _log.warning("dependency is out", dependency=self.name, error=self.last_error)
        elif new is State.CLOSED:
            opened_at, self.opened_at = self.opened_at, None
            seconds = 0.0 if opened_at is None else self._clock() - opened_at
            _log.info("dependency is back", dependency=self.name, after_seconds=round(seconds, 1))
