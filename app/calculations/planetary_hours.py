"""The 24 planetary hours of a day, and that of a moment."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.planetary_hours import (
    LORDS,
    WEEKDAYS,
    PlanetaryHour,
    SolarDay,
    first_sunrise,
    hour_at,
    planetary_hours,
    solar_day_around,
    solar_day_from,
    weekday_of,
)
from app.astrology.risings import Sky
from app.calculations.air import AirChoice
from app.calculations.birth import EXAMPLE, Birth, BirthRequest
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.civil_day import CivilDay, civil_day, has_instant
from app.calculations.fields import named
from app.calculations.provenance import computed_for
from app.calculations.shapes import instant_text

_MINUTES_OF_AN_HOUR_OF_TWELVE = 1440.0 / 12.0


class WeekdayRule(Name):
    """Whose date names the weekday of a sunrise: that of the zone, or of the place's mean time."""

    ZONE = "ZONE"
    LOCAL_MEAN_TIME = "LOCAL_MEAN_TIME"


class PlanetaryHoursRequest(AirChoice, BirthRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the first instant of that day, which the answer is about as a whole"
    )

    weekday_by: Annotated[
        Annotated[WeekdayRule, *named(WeekdayRule)],
        Field(description="Whose date the sunrise has: of `timezone`, or by the longitude"),
    ] = WeekdayRule.ZONE


class PlanetaryHourReply(TypedDict):
    """One hour: a twelfth of the day or of the night."""

    number: Annotated[int, Field(description="1 to 24, from the sunrise on")]
    ruler: str
    is_day: bool
    start: Annotated[str, Field(description="UTC")]
    end: str
    local_start: Annotated[str, Field(description="On the clocks of `timezone`")]
    local_end: str


class PlanetaryHoursReply(TypedDict):
    weekday: Annotated[str, Field(description="Of the sunrise that begins the day")]
    day_ruler: str
    sunrise: str
    sunset: str
    next_sunrise: str
    day_hour_minutes: Annotated[float, Field(description="Length of each hour of the day")]
    night_hour_minutes: float
    hours: list[PlanetaryHourReply]
    current: Annotated[
        PlanetaryHourReply | None, Field(description="The hour of the moment; null for a date only")
    ]


@calculation(
    "planetary-hours",
    example=EXAMPLE,
    sources=(Source("Vettius Valens, Anthology I.10"),),
)
def planetary_hours_of(
    request: PlanetaryHoursRequest, ephemeris: Almanac
) -> Answer[PlanetaryHoursReply]:
    """The 24 planetary hours from a sunrise to the next, their rulers, and the moment's own.

    Day and night are each divided by twelve. The first hour belongs to the lord of the weekday
    on which the Sun rose, and the others follow in the Chaldean order from Saturn to the Moon:
    before sunrise it is still the day before. With a date and no time it is the day of that
    date's sunrise. Sunrise is that of the upper limb in mean air unless asked otherwise. In the
    polar day and night, where the Sun does not rise and set, there are no such hours.
    """
    date = civil_day(request, ephemeris)
    moment = request.birth(ephemeris) if has_instant(request) else None
    day = _solar_day(request, date, moment, ephemeris)
    by_longitude = request.weekday_by is WeekdayRule.LOCAL_MEAN_TIME
    weekday = weekday_of(date.day_number(day.sunrise, by_longitude=by_longitude))
    hours = planetary_hours(day, weekday)
    reply: PlanetaryHoursReply = {
        "weekday": WEEKDAYS[weekday],
        "day_ruler": LORDS[weekday],
        "sunrise": instant_text(day.sunrise),
        "sunset": instant_text(day.sunset),
        "next_sunrise": instant_text(day.next_sunrise),
        "day_hour_minutes": (day.sunset - day.sunrise) * _MINUTES_OF_AN_HOUR_OF_TWELVE,
        "night_hour_minutes": (day.next_sunrise - day.sunset) * _MINUTES_OF_AN_HOUR_OF_TWELVE,
        "hours": [_reply(hour, date) for hour in hours],
        "current": None if moment is None else _current(hours, moment, date),
    }
    definitions = {**request.air_definitions(), "weekday_by": request.weekday_by}
    birth = moment or date.first
    provenance = computed_for(birth, (Body.SUN,), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _solar_day(
    request: PlanetaryHoursRequest, date: CivilDay, moment: Birth | None, ephemeris: Almanac
) -> SolarDay:
    sky = Sky(ephemeris, date.first.place, request.air(), request.ephemeris)
    if moment is not None:
        return solar_day_around(moment.julian_day, sky)
    return solar_day_from(first_sunrise(date.start, date.end, sky), sky)


def _current(hours: list[PlanetaryHour], moment: Birth, date: CivilDay) -> PlanetaryHourReply:
    return _reply(hour_at(moment.julian_day, hours), date)


def _reply(hour: PlanetaryHour, date: CivilDay) -> PlanetaryHourReply:
    return {
        "number": hour.number,
        "ruler": hour.ruler,
        "is_day": hour.by_day,
        "start": instant_text(hour.start),
        "end": instant_text(hour.end),
        "local_start": date.local_text(hour.start),
        "local_end": date.local_text(hour.end),
    }
