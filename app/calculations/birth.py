"""A birth as callers give it, and as the sky needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.astrology.calendar import CalendarChoice
from app.astrology.moment import Moment, moment_of
from app.astrology.place import Place
from app.astrology.sky import Ephemeris, Theory, UniversalTime
from app.astrology.zones import LocalMeanTime
from app.calculations.fields import (
    CalendarName,
    LocalMeanTimeName,
    TheoryName,
    UniversalTimeName,
)
from app.calculations.request import CalculationRequest

Latitude = Annotated[float, Field(ge=-90.0, le=90.0, description="Degrees, north positive")]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0, description="Degrees, east positive")]


@dataclass(frozen=True, slots=True)
class Birth:
    """A moment at a place; `julian_day` in UT1."""

    moment: Moment
    julian_day: float
    place: Place
    universal_time: UniversalTime
    theory: Theory


class BirthRequest(CalculationRequest):
    """Date, time and place of a birth or an event."""

    date: Annotated[
        str,
        Field(
            description="YYYY-MM-DD; years before 1 are astronomical (-0043 is 44 BC)",
            max_length=64,
        ),
    ]
    time: Annotated[
        str | None,
        Field(
            description="HH:MM or HH:MM:SS, local; left out when `date` is a full ISO date-time",
            max_length=64,
        ),
    ] = None
    latitude: Latitude
    longitude: Longitude
    timezone: Annotated[
        str,
        Field(
            description="IANA zone such as Europe/Paris, or an offset such as +05:30", max_length=64
        ),
    ] = "UTC"
    fold: Annotated[
        int | None,
        Field(
            ge=0,
            le=1,
            description="Which of the two, when clocks were set back and a local time came twice",
        ),
    ] = None
    calendar: Annotated[
        CalendarName,
        Field(description="AUTO is Julian before 1582-10-15"),
    ] = CalendarChoice.AUTO
    local_mean_time: Annotated[
        LocalMeanTimeName,
        Field(description="Whose meridian, before standard time: the birthplace's or the city's"),
    ] = LocalMeanTime.BIRTHPLACE
    universal_time: Annotated[
        UniversalTimeName,
        Field(description="UTC_AS_UT1 as published tables do, or converted with leap seconds"),
    ] = UniversalTime.UTC_AS_UT1
    ephemeris: Annotated[
        TheoryName,
        Field(
            description="Swiss Ephemeris files, or the coarser Moshier theory outside their range"
        ),
    ] = Theory.SWISS

    def birth(self, sky: Ephemeris) -> Birth:
        """The birth as an instant and a place; raises InvalidInput for times that never were."""
        moment = moment_of(
            self.date,
            self.time,
            zone=self.timezone,
            fold=self.fold,
            calendar=self.calendar,
            local_mean_time=self.local_mean_time,
            longitude=self.longitude,
        )
        return Birth(
            moment,
            sky.universal_time(moment, self.universal_time),
            Place(self.latitude, self.longitude),
            self.universal_time,
            self.ephemeris,
        )


EXAMPLE = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.0060,
    "timezone": "America/New_York",
}
"""A birth for examples: mid-January 1990 in New York."""
