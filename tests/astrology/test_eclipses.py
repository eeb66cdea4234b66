"""Shadows that miss the Earth's centre by a known distance, and degrees that hit a chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest

from app.astrology.almanac import Almanac, Eclipse, EclipseKind, EclipseOf
from app.astrology.aspects import AspectKind
from app.astrology.bodies import Angle, Body, Celestial
from app.astrology.eclipses import EARTH_RADIUS, eclipses_between, gamma, hits
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import TROPICAL, Frame, Theory
from app.astrology.sky import FloatArray, Position

MOON_AWAY = 60.0 * EARTH_RADIUS


def eclipse(of: EclipseOf, greatest: float = 0.0) -> Eclipse:
    return Eclipse(of, EclipseKind.TOTAL, greatest, 1.0, None, 1, 1, (), None)


@dataclass(frozen=True)
class Shadows:
    """A Sun far away on the equator, a Moon at a declination, an eclipse every 150 days."""

    moon_ascension: float = 0.0
    moon_declination: float = 0.0
    last_day: float = 1e9

    def equatorial(
        self,
        moments: tuple[float, ...],
        bodies: tuple[Celestial, ...],  # noqa: ARG002 - the protocol
        frame: Frame = TROPICAL,  # noqa: ARG002 - the protocol
    ) -> FloatArray:
        sun = [0.0, 0.0, 1e9, 0.0, 0.0, 0.0]
        moon = [self.moon_ascension, self.moon_declination, MOON_AWAY, 0.0, 0.0, 0.0]
        return np.array([[sun, moon]] * len(moments))

    def positions(
        self,
        moments: tuple[float, ...],
        bodies: tuple[Celestial, ...],
        frame: Frame = TROPICAL,
    ) -> FloatArray:
        if max(moments) > self.last_day:
            raise OutsideEphemeris("no file")
        return self.equatorial(moments, bodies, frame)

    def eclipse(
        self,
        moment: float,
        of: EclipseOf,
        *,
        theory: Theory = Theory.SWISS,  # noqa: ARG002 - the protocol
    ) -> Eclipse:
        following = (moment // 150.0 + 1.0) * 150.0
        if following > self.last_day:
            raise OutsideEphemeris("no file")
        return eclipse(of, following)


def days(start: float, end: float, last_day: float = 1e9) -> list[float]:
    sky = cast("Almanac", Shadows(last_day=last_day))
    return [one.greatest for one in eclipses_between(start, end, EclipseOf.SUN, sky)]


@pytest.mark.parametrize(("declination", "side"), [(0.5, 1.0), (-0.5, -1.0)])
def test_gamma_of_a_solar_eclipse_is_how_far_north_the_axis_passes(
    declination: float, side: float
) -> None:
    """The Sun's rays are parallel, so the axis misses by 60 radii times the sine."""
    sky = cast("Almanac", Shadows(moon_declination=declination))
    expected = side * 60.0 * float(np.sin(np.radians(0.5)))
    assert gamma(eclipse(EclipseOf.SUN), sky) == pytest.approx(expected, abs=1e-5)


def test_gamma_of_a_lunar_eclipse_is_the_moons_distance_from_the_shadows_axis() -> None:
    sky = cast("Almanac", Shadows(moon_ascension=180.0, moon_declination=-0.25))
    expected = -60.0 * float(np.sin(np.radians(0.25)))
    assert gamma(eclipse(EclipseOf.MOON), sky) == pytest.approx(expected, abs=1e-5)


def test_eclipses_of_a_span_are_those_greatest_within_it() -> None:
    assert days(140.0, 460.0) == [150.0, 300.0, 450.0]
    assert days(140.0, 450.0) == [150.0, 300.0]
    assert days(151.0, 299.0) == []


def test_a_span_may_end_where_the_files_end() -> None:
    assert days(0.5, 320.0, last_day=330.0) == [150.0, 300.0]


def test_a_span_beyond_the_files_is_refused() -> None:
    with pytest.raises(OutsideEphemeris):
        days(0.5, 400.0, last_day=330.0)


def test_hits_come_closest_first_and_across_the_seam() -> None:
    natal = [
        Position(Body.MARS, 2.0),
        Position(Angle.ASC, 359.5),
        Position(Body.VENUS, 178.0),
        Position(Body.SATURN, 90.0),
    ]
    kinds = (AspectKind.CONJUNCTION, AspectKind.OPPOSITION)
    found = hits(Position(Body.SUN, 359.0), natal, kinds, 3.0)
    assert [(hit.second.point, hit.rule.name, hit.orb) for hit in found] == [
        (Angle.ASC, "CONJUNCTION", 0.5),
        (Body.VENUS, "OPPOSITION", 1.0),
        (Body.MARS, "CONJUNCTION", 3.0),
    ]
