"""The lunation and the eclipses before a birth, and the degrees that they leave in its chart."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from app.astrology.almanac import Almanac, Eclipse, EclipseOf
from app.astrology.bodies import Body
from app.astrology.chart import Instant
from app.astrology.eclipses import lunation_of
from app.astrology.frame import Frame
from app.astrology.names import Name
from app.astrology.sky import Position
from app.astrology.syzygy import Lunation, Syzygy, SyzygyRule, last_syzygy


class FullMoonDegree(Name):
    """Whose degree a full Moon leaves: the Moon's, or that of the light above the horizon.

    Ptolemy, Tetrabiblos III.2, takes the light above the earth; whether at the full Moon or at the
    birth is read both ways.
    """

    MOON = "MOON"
    ABOVE_AT_SYZYGY = "ABOVE_AT_SYZYGY"
    ABOVE_AT_BIRTH = "ABOVE_AT_BIRTH"


class Degree(NamedTuple):
    """A lunation as the chart sees it: both lights, and the one whose degree counts."""

    syzygy: Syzygy
    sun: Position
    moon: Position
    chosen: Position


class PrenatalEclipse(NamedTuple):
    """An eclipse with the degree of its light at the lunation, and when it was greatest."""

    eclipse: Eclipse
    lunation: float
    at_lunation: Position
    at_greatest: Position


def prenatal_syzygy(instant: Instant, rule: SyzygyRule, light: FullMoonDegree) -> Degree:
    """The new or full Moon that a birth follows, in the zodiac of that moment."""
    syzygy = last_syzygy(instant.moment, rule, instant.ephemeris, instant.conventions.frame)
    sun, moon = _seen(instant, syzygy.moment).place_points((Body.SUN, Body.MOON))
    chosen = sun if _takes_the_sun(instant, syzygy, light) else moon
    return Degree(syzygy, sun, moon, chosen)


def prenatal_eclipse(instant: Instant, of: EclipseOf, almanac: Almanac) -> PrenatalEclipse:
    """The last solar or lunar eclipse, anywhere on the Earth, that was greatest before a birth."""
    frame = instant.conventions.frame
    found = almanac.eclipse(instant.moment, of, backwards=True, theory=frame.theory)
    light = Body.SUN if of is EclipseOf.SUN else Body.MOON
    lunation = lunation_of(found, almanac, frame.theory)
    (at_lunation,) = _seen(instant, lunation).place_points((light,))
    (at_greatest,) = _seen(instant, found.greatest).place_points((light,))
    return PrenatalEclipse(found, lunation, at_lunation, at_greatest)


def _takes_the_sun(instant: Instant, syzygy: Syzygy, light: FullMoonDegree) -> bool:
    if syzygy.kind is Lunation.NEW_MOON:
        return True
    if light is FullMoonDegree.MOON:
        return False
    at_birth = light is FullMoonDegree.ABOVE_AT_BIRTH
    then = instant if at_birth else _seen(instant, syzygy.moment)
    return then.is_day(then.angles().armc)


def _seen(instant: Instant, moment: float) -> Instant:
    """The chart's place at another moment, with positions as seen from the Earth's centre."""
    conventions = instant.conventions
    frame = Frame(conventions.frame.theory, ayanamsa=conventions.frame.ayanamsa)
    return replace(instant, moment=moment, conventions=replace(conventions, frame=frame))
