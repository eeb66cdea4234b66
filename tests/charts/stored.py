"""Stored charts as values, for tests without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.calculations.catalogue import catalogue
from app.charts.merging import BIRTH_FIELDS, births_of
from app.storage.charts import SavedChart
from tests.calculations.asking import NEW_YORK

CHART_ID, OWNER = UUID(int=1), UUID(int=2)
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
BIRTH: Mapping[str, Any] = {
    **NEW_YORK,
    "altitude": 0.0,
    "fold": None,
    "calendar": "AUTO",
    "local_mean_time": "BIRTHPLACE",
    "universal_time": "UTC_AS_UT1",
    "ephemeris": "SWISS",
}
"""The birth of the examples as it is kept."""
WITHOUT_BIRTH = {"ephemeris", "lunations", "stations", "void-of-course"}
"""Calculations about the sky of any time: they have the clock and the place of a birth."""
WITH_DAYS = {"eclipses", "ingresses", "transit-search"}
"""Calculations about the sky of any time and a birth: the days of their spans have its clock."""
CONFIG = {
    "house_system": "koch",
    "aspects": ["trine", "Square"],
    "orbs": {"trine": 3.0, "square": 9.0, "sextile": 1.0},
}
"""As a client stores it: names in any case."""
LONDON: dict[str, Any] = {
    "date": "1985-06-21",
    "time": "08:15",
    "latitude": 51.5,
    "longitude": -0.12,
    "timezone": "Europe/London",
}
"""Somebody else's birth."""


def stored(config: Mapping[str, Any] | None = None, **birth: Any) -> SavedChart:
    """A chart that prefers what `config` says, its birth changed."""
    return SavedChart(
        id=CHART_ID,
        user_id=OWNER,
        name="Somebody",
        notes=None,
        birth={**BIRTH, **birth},
        config=config or {},
        place=None,
        timezone_source="given",
        julian_day=2447907.3125,
        utc="1990-01-15T19:30:00Z",
        version=1,
        created_at=_THEN,
        updated_at=_THEN,
    )


def rest_of(name: str) -> dict[str, Any]:
    """The example of an entry without its births."""
    entry = catalogue()[name]
    birth = {*BIRTH_FIELDS} if births_of(entry.request) == ("",) else {*births_of(entry.request)}
    return {key: value for key, value in entry.example.items() if key not in birth}


def whole_of(name: str) -> dict[str, Any]:
    """The same with the stored birth written out, as it is asked without a stored chart."""
    births = births_of(catalogue()[name].request)
    if not births:
        return {"timezone": NEW_YORK["timezone"], **rest_of(name)}
    if births == ("",):
        return {**rest_of(name), **NEW_YORK}
    zone = {"timezone": NEW_YORK["timezone"]} if name in WITH_DAYS else {}
    return {**zone, **rest_of(name), **dict(zip(births, (NEW_YORK, LONDON), strict=False))}
