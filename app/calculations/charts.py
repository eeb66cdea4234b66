"""Charts inside requests: a birth of its own, and moments that a chart is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from pydantic import Field

from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.birth import NOW, Birth, BirthRequest
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
) -> Birth:
    """Another moment at the birth's place, under its calendar and ephemeris.

    Without a time it is midnight, or the time that `date` holds. `field` is what refusals name:
    `field` for the date, and for the time, zone and fold the same with `date` replaced.
    """
    timed = time is not None or holds_time(date)
    written = {
        "date": date,
        "time": time if timed else "00:00:00",
        "timezone": timezone or birth.timezone,
        # A day begins with its first midnight, where it has two.
        "fold": fold if timed or fold is not None else 0,
    }
    asked = birth.model_copy(update=written)
    try:
        return asked.known_birth(sky)
    except InvalidInput as error:
        stem = field.removesuffix("date")
        names = {name: f"{stem}{name}" for name in ("date", "time", "timezone", "fold")}
        raise error.renamed(names) from error


def holds_time(date: str) -> bool:
    """Whether a written date tells its time of day too."""
    return date.strip().lower() == NOW or _TIME_FOLLOWS(date) is not None


def divided(chart: Instant, system: HouseSystem) -> tuple[Division | None, Division]:
    """The chart's houses under the polar policy, or None, and a division for its angles."""
    houses = chart.divide_as_agreed(system)
    return houses, houses or chart.angles()
