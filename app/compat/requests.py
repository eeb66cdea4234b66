"""Parts of legacy requests: births, options, and the base that all share.

The models validate what callers send, so that refusals name fields as the callers do, and they
are the requests that the published description shows.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, FailFast, Field

from app.calculations.birth import Latitude, Longitude
from app.calculations.fields import AspectName, CalendarName, HouseSystemName, Points
from app.calculations.request import CalculationRequest


class LegacyRequest(CalculationRequest):
    """Unknown fields are dropped, null is the same as left out, and numbers may be text."""

    model_config = ConfigDict(extra="ignore")


class LegacyBirth(LegacyRequest):
    """Date, time and place."""

    date: Annotated[str, Field(description="YYYY-MM-DD, or a full ISO date-time", max_length=64)]
    time: Annotated[
        str | None,
        Field(description="HH:MM:SS or HH:MM; left out where `date` holds it", max_length=64),
    ] = None
    latitude: Latitude
    longitude: Longitude
    timezone: Annotated[
        str, Field(description="IANA zone, or an offset such as +05:30", max_length=64)
    ] = "UTC"
    fold: Annotated[
        int | None,
        Field(ge=0, le=1, description="Which of the two, where a local time came twice; else 0"),
    ] = None
    calendar: Annotated[
        CalendarName | None, Field(description="AUTO is Julian before 1582-10-15")
    ] = None


class LegacyChart(LegacyBirth):
    """A birth, and the houses that it is divided by."""

    house_system: Annotated[
        HouseSystemName | None, Field(description="Left out or empty: PLACIDUS")
    ] = None


Aspects = Annotated[tuple[AspectName, ...], FailFast(), Field(max_length=32)]
Multiplier = Annotated[float, Field(ge=0.1, le=3.0, description="Scales every orb")]


class LegacyOptions(LegacyRequest):
    """Which points and aspects are wanted, and how wide the orbs are."""

    planets: Annotated[Points, Field(description="Empty: those of the operation")] = ()
    aspects: Annotated[Aspects, Field(description="Empty: those of the operation")] = ()
    orb_multiplier: Multiplier = 1.0
