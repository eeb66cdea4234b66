"""What time lords share: a birth, a moment of life, and instants as answers show them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.astrology.chart import Instant
from app.astrology.sky import Ephemeris
from app.calculations.birth import Birth
from app.calculations.charts import ChartData, Date, Fold, Time, ZoneName, moment_of_day
from app.calculations.conventions import SkyChoice, require_earth
from app.calculations.shapes import instant_text
from app.errors import InvalidInput

Instants = Annotated[str, Field(description="UTC")]


class Told(dict[float, str]):
    """Instants as answers show them, by Julian day: where one stretch ends another starts."""

    def __missing__(self, julian_day: float) -> str:
        self[julian_day] = text = instant_text(julian_day)
        return text


class LifeRequest(SkyChoice):
    """A birth and a moment of the life that began with it."""

    natal_chart: Annotated[ChartData, Field(description="The birth that the life began with")]
    target_time: Time = None
    target_timezone: ZoneName = None
    target_fold: Fold = None

    def natal(self, birth: Birth, sky: Ephemeris) -> Instant:
        """The birth under its conventions; raises InvalidInput."""
        require_earth(self.center, "angles")
        return self.instant(birth, sky)

    def moment_of_life(self, birth: Birth, sky: Ephemeris, date: str) -> Birth:
        """The moment asked about; raises InvalidInput for one before the birth."""
        target = moment_of_day(
            self.natal_chart,
            sky,
            field="target_date",
            date=date,
            time=self.target_time,
            timezone=self.target_timezone,
            fold=self.target_fold,
        )
        if target.julian_day < birth.julian_day:
            expected = f"not before the birth, {birth.moment.utc_text}; give target_time that day"
            raise InvalidInput.of("target_date", expected, target.moment.utc_text)
        return target


class MaybeLifeRequest(LifeRequest):
    """The same where the moment may be left out."""

    target_date: Annotated[
        Date | None, Field(description="The moment that `current` is told for; null: none")
    ] = None

    def maybe_moment(self, birth: Birth, sky: Ephemeris) -> Birth | None:
        """The moment asked about, None without one; raises InvalidInput."""
        if self.target_date is not None:
            return self.moment_of_life(birth, sky, self.target_date)
        for field in ("target_time", "target_timezone", "target_fold"):
            if (given := getattr(self, field)) is not None:
                raise InvalidInput.of(field, "left out without target_date", given)
        return None
