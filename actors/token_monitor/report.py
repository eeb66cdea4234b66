"""What the token monitor tells of itself; outlives its restarts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from math import floor, inf, isfinite
from uuid import UUID

from app.accounts.token_states import TokenState, days_until, state_at
from app.storage.token_alerts import WatchedToken
from app.telemetry.metrics import Counts, Labels, Metrics

DAYS_GAUGE = "nocturna_token_days_until_expiry"
ALERTS = "nocturna_token_alerts_total"
MOST_TOLD = 20
"""Tokens that a status names; each is a line of /health?detail, which the event loop writes."""


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """One token now; `days_left` in whole days, negative after the end, None without one."""

    token_id: UUID
    name: str | None
    state: TokenState
    days_left: int | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class MonitorStatus:
    """The tokens that are watched, and the worst state among those that are not replaced.

    `looked_at` is when they were last read, in seconds since 1970; the state is `error` while
    they cannot be. `numbers` tells by state how many there are in all, and `tokens` the
    `MOST_TOLD` of them whose end is nearest, before or after it.
    """

    state: TokenState
    looked_at: float | None
    numbers: dict[str, int]
    tokens: tuple[TokenStatus, ...]


@dataclass(slots=True)
class MonitorReport:
    """The tokens as last read, and what was told of them; judged by the clock whenever asked."""

    alerts: Counts
    clock: Callable[[], float]
    watched: tuple[WatchedToken, ...] = field(default=())
    looked_at: float | None = None
    well: bool = True

    @classmethod
    def of(cls, metrics: Metrics, clock: Callable[[], float] = time.time) -> MonitorReport:
        alerts = metrics.counts(ALERTS, "Alerts before the end of service tokens", "threshold")
        report = cls(alerts, clock)
        metrics.gauge(
            DAYS_GAUGE,
            "Days until a service token expires, negative after; without label the least of those "
            "that are not replaced",
            report.days,
            "token_id",
        )
        return report

    def status(self) -> MonitorStatus:
        """All of it as of now; two thousand tokens take a millisecond."""
        now = self.clock()
        found = Counter((state_at(token.ends, now), token.replaced) for token in self.watched)
        states = {TokenState.HEALTHY, *(state for state, replaced in found if not replaced)}
        if not self.well:
            states.add(TokenState.ERROR)
        worst = max(states, key=list(TokenState).index)
        numbers = {state.value: found[state, False] + found[state, True] for state, _ in found}
        nearest = nsmallest(MOST_TOLD, self.watched, key=lambda token: _distance(token, now))
        tokens = tuple(_status(token, now) for token in nearest)
        return MonitorStatus(worst, self.looked_at, numbers, tokens)

    def days(self) -> Mapping[Labels, float]:
        """Days left by token, and the least of all under no label; empty without an end."""
        now = self.clock()
        left: dict[Labels, float] = {}
        least: list[float] = []
        for token in self.watched:
            if token.ends is not None and isfinite(token.ends):
                days = left[(str(token.id),)] = days_until(token.ends, now)
                if not token.replaced:
                    least.append(days)
        return {**left, (): min(least)} if least else left


def _distance(token: WatchedToken, now: float) -> float:
    """Seconds from the end of a token, whichever side of it; infinite where there is none."""
    return inf if token.ends is None else abs(token.ends - now)


def _status(token: WatchedToken, now: float) -> TokenStatus:
    state = state_at(token.ends, now)
    has_end = token.ends is not None and state is not TokenState.ERROR
    days = floor(days_until(token.ends or 0.0, now)) if has_end else None
    return TokenStatus(token.id, token.name, state, days, token.replaced)
