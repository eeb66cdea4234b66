"""One look at all service tokens: note what is due, tell of it, and see what is watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from actors.token_monitor.states import alert_text
from app.accounts.token_states import days_until
from app.storage.postgres import Postgres
from app.storage.token_alerts import (
    FIRST,
    Place,
    TokenAlert,
    WatchedToken,
    find_next_unannounced,
    insert_due,
    list_watched,
)
from app.telemetry.logs import logger

PAGE = 1000
"""Tokens that one statement judges: some milliseconds."""
MOST_PAGES, MOST_ANNOUNCED = 1000, 1000
"""Of one look; the rest comes with the next."""
MOST_WATCHED = 1000
"""Tokens with an end whose days left are told, the same of eternal ones; about 200 bytes each."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look has found; `more` says that there are alerts left to tell of."""

    watched: tuple[WatchedToken, ...]
    more: bool


async def look(
    postgres: Postgres, thresholds: Sequence[int], now: float, told: Callable[[TokenAlert], None]
) -> Sight:
    """What is there at `now`, seconds since 1970, once each alert that was due is told of.

    Raises what the database raises; what was noted or told before that stays so.
    """
    moment = datetime.fromtimestamp(now, UTC)
    await _note(postgres, thresholds, moment)
    more = await _announce(postgres, now, told)
    async with postgres.connection() as connection:
        found = await list_watched(connection, moment, MOST_WATCHED)
    ending = [token for token in found if token.ends is not None]
    eternal = [token for token in found if token.ends is None]
    return Sight((*ending[:MOST_WATCHED], *eternal), more)


async def _note(postgres: Postgres, thresholds: Sequence[int], now: datetime) -> None:
    """A row for each threshold that was passed."""
    until = now + timedelta(days=max(thresholds, default=0))
    place: Place | None = FIRST
    for _ in range(MOST_PAGES):
        if place is None:
            return
        async with postgres.transaction() as connection:
            place = await insert_due(connection, thresholds, now, until, place, PAGE)


async def _announce(postgres: Postgres, now: float, told: Callable[[TokenAlert], None]) -> bool:
    """Whether some are left. Each is told within the transaction that says so: at least once.

    It is told twice only if the process dies between the two, or the commit is lost; in the other
    order it would be told never.
    """
    moment = datetime.fromtimestamp(now, UTC)
    for _ in range(MOST_ANNOUNCED):
        async with postgres.transaction() as connection:
            alert = await find_next_unannounced(connection, moment)
            if alert is None:
                return False
            if alert.holds:
                _tell(alert, now)
        if alert.holds:
            told(alert)
    return True


def _tell(alert: TokenAlert, now: float) -> None:
    _log.warning(
        alert_text(alert.ends, now),
        token_id=str(alert.token_id),
        token_name=alert.token_name,
        days_left=round(days_until(alert.ends, now), 2),
        threshold_days=alert.threshold_days,
    )
