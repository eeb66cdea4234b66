"""What the token monitor tells of itself; outlives its restarts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import floor, isfinite
from uuid import UUID

from app.accounts.token_states import TokenState, days_until, state_at
from app.storage.token_alerts import WatchedToken
from app.telemetry.metrics import Counts, Labels, Metrics

DAYS_GAUGE = "nocturna_token_days_until_expiry"
ALERTS = "nocturna_token_alerts_total"


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
    """All tokens that are watched, and the worst state among those that are not replaced.

    `looked_at` is when they were last read, in seconds since 1970; the state is `error` while
    they cannot be.
    """

    state: TokenState
    looked_at: float | None
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
        now = self.clock()
        tokens = tuple(_status(token, now) for token in self.watched)
        states = [TokenState.HEALTHY, *(token.state for token in tokens if not token.replaced)]
        if not self.well:
            states.append(TokenState.ERROR)
        worst = max(states, key=list(TokenState).index)
        return MonitorStatus(worst, self.looked_at, tokens)

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


def _status(token: WatchedToken, now: float) -> TokenStatus:
    state = state_at(token.ends, now)
    has_end = token.ends is not None and state is not TokenState.ERROR
    days = floor(days_until(token.ends or 0.0, now)) if has_end else None
    return TokenStatus(token.id, token.name, state, days, token.replaced)
