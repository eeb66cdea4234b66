"""How patient we are with an outbound dependency: every number, its default and its reason.

Times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.settings import Settings

STORE_RECOVERY = 1.0
"""Pause before PostgreSQL and Redis are tried again: both restart within about a second."""


def _require(fine: bool, name: str, expected: str, got: object) -> None:  # noqa: FBT001
    if not fine:
        raise ValueError(f"{name} must be {expected}, got {got}")


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a circuit opens, and how it closes again."""

    failures: int = 5  # within the window, to open
    recovery: float = 60.0  # from opening to the first probe
    half_open: float = 30.0  # silence of a probe that makes it a failure
    window: float = 120.0
    min_throughput: int = 5  # calls within the window, below which nothing opens

    def __post_init__(self) -> None:
        _require(self.failures >= 1, "failures", "1 or more", self.failures)
        _require(self.min_throughput >= 1, "min_throughput", "1 or more", self.min_throughput)
        _require(self.recovery > 0, "recovery", "above 0", self.recovery)
        _require(self.half_open > 0, "half_open", "above 0", self.half_open)
        _require(self.window > 0, "window", "above 0", self.window)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses between attempts: any length up to `first`, doubled each time up to `longest`."""

    retries: int = 3  # attempts after the first one
    first: float = 1.0
    longest: float = 10.0

    def __post_init__(self) -> None:
        _require(self.retries >= 0, "retries", "0 or more", self.retries)
        _require(self.first >= 0, "first", "0 or more", self.first)
        _require(self.longest >= 0, "longest", "0 or more", self.longest)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Of one attempt; its sum is the longest that an attempt may take to its first answer."""

    connect: float = 5.0
    read: float = 10.0  # of a stream: of each of its items
    write: float = 10.0

    def __post_init__(self) -> None:
        for name, value in (("connect", self.connect), ("read", self.read), ("write", self.write)):
            _require(value > 0, name, "above 0", value)

    @property
    def answer(self) -> float:
        return self.connect + self.write + self.read

    def at_most(self, seconds: float) -> Timeouts:
        """The same, none longer than `seconds`."""
        return Timeouts(
            min(self.connect, seconds), min(self.read, seconds), min(self.write, seconds)
        )


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """How much we ask of a dependency at once, and how many callers may wait for that."""

    concurrency: int = 32
    waiting: int = 128  # more are refused at the door
    rate: int | None = None  # starts within each `per`, for those who count our calls
    per: float = 60.0

    def __post_init__(self) -> None:
        _require(self.concurrency >= 1, "concurrency", "1 or more", self.concurrency)
        _require(self.waiting >= 0, "waiting", "0 or more", self.waiting)
        _require(self.rate is None or self.rate >= 1, "rate", "1 or more", self.rate)
        _require(self.per > 0, "per", "above 0", self.per)


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """Everything about one dependency."""

    breaker: BreakerPolicy = BreakerPolicy()
    retry: RetryPolicy = RetryPolicy()
    timeouts: Timeouts = Timeouts()
    throttle: ThrottlePolicy = ThrottlePolicy()
    total: float = 30.0  # a call with all its attempts and pauses; a caller's deadline may be less
    patience: float = 5.0
    """A caller whose own deadline ends an attempt blames the dependency only after this long:
    neither may a hasty caller open the circuit for all, nor a dependency that hangs stay hidden
    because every caller leaves before our timeouts."""

    def __post_init__(self) -> None:
        _require(self.total > 0, "total", "above 0", self.total)
        _require(self.patience >= 0, "patience", "0 or more", self.patience)

    @classmethod
    def of(cls, settings: Settings) -> OutboundPolicy:
        """The policy of services, as set for all of them."""
        return cls(
            BreakerPolicy(
                settings.circuit_failure_threshold,
                settings.circuit_recovery_timeout,
                settings.circuit_half_open_timeout,
                settings.circuit_failure_window,
                settings.circuit_min_throughput,
            ),
            RetryPolicy(
                settings.outbound_retries,
                settings.outbound_retry_delay,
                settings.outbound_retry_max_delay,
            ),
            Timeouts(
                settings.outbound_connect_timeout,
                settings.outbound_read_timeout,
                settings.outbound_write_timeout,
            ),
            ThrottlePolicy(settings.outbound_concurrency, settings.outbound_waiting),
            settings.outbound_timeout,
        )

    def for_store(self) -> OutboundPolicy:
        """The same for PostgreSQL and Redis, which are tried again sooner."""
        return replace(self, breaker=replace(self.breaker, recovery=STORE_RECOVERY))
