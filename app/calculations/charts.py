"""Charts inside requests: a birth of its own, and moments that a chart is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from app.astrology.calendar import CalendarChoice
from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.astrology.zones import LocalMeanTime
from app.calculations.birth import NOW, Birth, BirthRequest, require_time
from app.calculations.conventions import HouseRules, SkyChoice, require_earth
from app.calculations.fields import HouseSystemName
from app.errors import InvalidInput

_TIME_FOLLOWS = re.compile(r"[0-9][Tt ]").search
"""The end of a day and the sign that a time of day begins."""


class ChartData(BirthRequest):
    """A birth or an event inside a request, with the houses that it is divided by."""

    house_system: Annotated[
        HouseSystemName, Field(description="How the houses of this chart are divided")
    ] = HouseSystem.PLACIDUS

    def timed(self, field: str, sky: Ephemeris) -> Birth:
        """The birth as an instant and a place; `field` is what refusals name.

        Raises InvalidInput for a time that never was or that nobody knows.
        """
        with _inside(field):
            return self.known_birth(sky)

    def born(self, field: str, sky: Ephemeris) -> Birth:
        """The same, where the noon of the day stands for a time that nobody knows."""
        with _inside(field):
            return self.birth(sky)


@contextmanager
def _inside(field: str) -> Iterator[None]:
    """Refusals name a field inside another one."""
    try:
        yield
    except InvalidInput as error:
        raise error.inside(field) from error


class ChartsRequest(HouseRules, SkyChoice):
    """What all charts of a request are measured from, and how their points find houses."""

    def chart_of(self, birth: Birth, sky: Ephemeris, *, angles_move: bool = False) -> Instant:
        """A birth under the request's conventions; raises InvalidInput."""
        require_earth(self.center, "houses")
        return self.instant(birth, sky, **self.house_conventions(), angles_move=angles_move)


Date = Annotated[
    str,
    Field(description="YYYY-MM-DD, or a full ISO date-time, or now", max_length=64),
]
Time = Annotated[
    str | None,
    Field(description="HH:MM or HH:MM:SS; left out: midnight", max_length=64),
]
Fold = Annotated[
    int | None,
    Field(ge=0, le=1, description="Which of the two, when a written local time comes twice"),
]
ZoneName = Annotated[
    str | None,
    Field(description="IANA zone or offset; left out: that of the birth", max_length=64),
]


def moment_of_day(  # noqa: PLR0913 - how a moment is written
    birth: BirthRequest,
    sky: Ephemeris,
    *,
    field: str,
    date: str,
    time: str | None = None,
    timezone: str | None = None,
    fold: int | None = None,
    last: bool = False,
    calendar: CalendarChoice = CalendarChoice.AUTO,
    place: Place | None = None,
) -> Birth:
    """Another moment at the birth's place or at a `place` of its own, under the same ephemeris.

    The calendar of the birth is its own. Without a time it is that which `date` holds, or else
    the day's first instant, its `last` second if that is asked for. `field` is what refusals name:
    `field` for the date, and for the time, zone and fold the same with `date` replaced.
    """
    written = {"date": date, "time": time, "fold": fold, "calendar": calendar}
    asked = birth.model_copy(update={**written, **_clocks(birth, timezone, place)})
    try:
        require_time(time)
        whole = time is None and not holds_time(date)
        found = asked.at(asked.edge_of_day(last=last, fold=fold) if whole else asked.moment(), sky)
        return replace(found, place=place) if place else found
    except InvalidInput as error:
        stem = field.removesuffix("date")
        names = {name: f"{stem}{name}" for name in ("date", "time", "timezone", "fold")}
        raise error.renamed(names) from error


def _clocks(birth: BirthRequest, timezone: str | None, place: Place | None) -> dict[str, Any]:
    """Whose clocks a moment is read by: the birth's, those of a place, or of a zone's own city."""
    if timezone is None:
        return {}
    if place is not None and (place.latitude, place.longitude) != (birth.latitude, birth.longitude):
        return {"timezone": timezone, "longitude": place.longitude}
    if timezone.lower() == birth.timezone.lower():
        return {}
    return {"timezone": timezone, "local_mean_time": LocalMeanTime.ZONE}


def holds_time(date: str) -> bool:
    """Whether a written date tells its time of day too."""
    date = date.strip(" ")
    return date.lower() == NOW or _TIME_FOLLOWS(date) is not None


def divided(chart: Instant, system: HouseSystem) -> tuple[Division | None, Division]:
    """The chart's houses under the polar policy, or None, and a division for its angles."""
    houses = chart.divide_as_agreed(system)
    return houses, houses or chart.angles()
