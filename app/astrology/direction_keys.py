"""What turns arcs of direction into years of life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.astrology.bodies import Body
from app.astrology.frame import Frame
from app.astrology.names import Name
from app.astrology.progressions import NAIBOD_RATE
from app.astrology.sky import LONGITUDE, SPEED, Ephemeris, FloatArray

IntArray = npt.NDArray[np.int64]

_MORE_DAYS = 2
_STEPS = 4
"""Steps of Newton, more than enough for an arc that is nearly straight within a day."""


class DirectionKey(Name):
    """Years of life for an arc.

    PTOLEMY a degree a year, NAIBOD the Sun's mean motion of a day, CARDANO 59'12", USER any rate,
    STATIC the Sun's motion in right ascension on the day of birth. The dynamic keys take a year
    for every day that the Sun needed after birth for an arc, in right ascension (Placidus) or in
    longitude.
    """

    PTOLEMY = "PTOLEMY"
    NAIBOD = "NAIBOD"
    CARDANO = "CARDANO"
    USER = "USER"
    STATIC = "STATIC"
    DYNAMIC_RA = "DYNAMIC_RA"
    DYNAMIC_LONGITUDE = "DYNAMIC_LONGITUDE"


RATES: dict[DirectionKey, float] = {
    DirectionKey.PTOLEMY: 1.0,
    DirectionKey.NAIBOD: NAIBOD_RATE,
    DirectionKey.CARDANO: 59.2 / 60.0,
}
"""Degrees a year. Ptolemy, Tetrabiblos III.10; Naibod, Enarratio (1560)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many degrees a year."""

    degrees: float

    def years(self, arcs: FloatArray) -> FloatArray:
        """Years of life for arcs in degrees."""
        return arcs / self.degrees

    def arcs(self, years: FloatArray) -> FloatArray:
        """Degrees for years of life."""
        return years * self.degrees


@dataclass(frozen=True, slots=True)
class SunAfterBirth:
    """The Sun's way from birth, day after day: a day for a year.

    `degrees` and `speeds` are those of each day, from 0 at birth. Arcs beyond the last day are
    infinitely many years.
    """

    degrees: FloatArray
    speeds: FloatArray

    def years(self, arcs: FloatArray) -> FloatArray:
        """Years of life for arcs in degrees from 0 on."""
        day = self._day(np.searchsorted(self.degrees, arcs, side="right") - 1)
        part = (arcs - self.degrees[day]) / (self.degrees[day + 1] - self.degrees[day])
        for _ in range(_STEPS):
            part = part - (self._at(day, part) - arcs) / self.speeds[day]
        return np.where(arcs > self.degrees[-1], np.inf, day + part)

    def arcs(self, years: FloatArray) -> FloatArray:
        """Degrees for years of life within the days that are known."""
        day = self._day(years)
        return self._at(day, years - day)

    def _day(self, days: npt.NDArray[Any]) -> IntArray:
        whole: IntArray = np.clip(days, 0, len(self.degrees) - 2).astype(np.int64)
        return whole

    def _at(self, day: IntArray, part: FloatArray) -> FloatArray:
        """The cubic through two days with their speeds, `part` of the way."""
        start, end = self.degrees[day], self.degrees[day + 1]
        first, last = self.speeds[day], self.speeds[day + 1]
        way = end - start
        bend = (1.0 - part) * (first - way) + part * (way - last)
        found: FloatArray = start + way * part + part * (1.0 - part) * bend
        return found


Key = Rate | SunAfterBirth


def key_of(
    kind: DirectionKey,
    moment: float,
    longest: float,
    ephemeris: Ephemeris,
    frame: Frame,
    user_rate: float = 1.0,
) -> Key:
    """The key for a birth, good for `longest` years; `user_rate` in degrees a year is USER's."""
    if (rate := RATES.get(kind)) is not None:
        return Rate(rate)
    if kind is DirectionKey.USER:
        return Rate(user_rate)
    if kind is DirectionKey.STATIC:
        row = ephemeris.equatorial((moment,), (Body.SUN,), frame)[0, 0]
        return Rate(float(row[SPEED]))
    days = moment + np.arange(int(longest) + _MORE_DAYS + 1, dtype=np.float64)
    by_ascension = kind is DirectionKey.DYNAMIC_RA
    table = (ephemeris.equatorial if by_ascension else ephemeris.positions)(
        days, (Body.SUN,), frame
    )[:, 0]
    degrees = np.unwrap(table[:, LONGITUDE], period=360.0)
    return SunAfterBirth(degrees - degrees[0], table[:, SPEED])
