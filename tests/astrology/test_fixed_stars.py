"""Which points stars meet, by hand."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from app.astrology.almanac import Star
from app.astrology.aspects import AspectKind
from app.astrology.bodies import Angle, Body
from app.astrology.fixed_stars import Meeting, StarOrbs, StarPlaces, meetings
from app.astrology.sky import LONGITUDE, Position

BRIGHT, FAINT = Star("alAaa", "Bright", 0.5), Star("zeAaa", "Faint", 3.0)
CLUSTER = Star("M0", "Cluster", inf)


def places(*longitudes: float, stars: tuple[Star, ...] = (BRIGHT, FAINT)) -> StarPlaces:
    ecliptic = np.zeros((len(longitudes), 6))
    ecliptic[:, LONGITUDE] = longitudes
    return StarPlaces(stars, ecliptic, np.zeros((len(longitudes), 2)))


def met(found: list[Meeting]) -> list[tuple[int, str, str, float, bool | None]]:
    return [(row.star, str(row.point), row.kind.value, row.orb, row.applying) for row in found]


def test_a_point_ahead_separates_and_one_behind_applies() -> None:
    points = [Position(Body.SUN, 100.75, speed=1.0), Position(Body.MOON, 99.5, speed=13.0)]
    assert met(meetings(places(100.0, 200.0), points, StarOrbs())) == [
        (0, "MOON", "CONJUNCTION", 0.5, True),
        (0, "SUN", "CONJUNCTION", 0.75, False),
    ]


def test_a_retrograde_point_ahead_applies() -> None:
    points = [Position(Body.MARS, 100.75, speed=-0.25)]
    assert met(meetings(places(100.0, 200.0), points, StarOrbs()))[0][4] is True


def test_oppositions_are_told_apart_over_the_seam_of_the_zodiac() -> None:
    points = [Position(Body.SUN, 359.75, speed=1.0)]
    assert met(meetings(places(0.25, 180.0), points, StarOrbs())) == [
        (0, "SUN", "CONJUNCTION", 0.5, True),
        (1, "SUN", "OPPOSITION", 0.25, True),
    ]


def test_bright_stars_reach_farther() -> None:
    points = [Position(Body.SUN, 101.25), Position(Body.SATURN, 201.25)]
    assert [row.star for row in meetings(places(100.0, 200.0), points, StarOrbs())] == [0]
    wide = StarOrbs(orb=1.25, bright_orb=1.0)
    assert [row.star for row in meetings(places(100.0, 200.0), points, wide)] == [1]
    all_bright = StarOrbs(bright_magnitude=3.0)
    assert [row.star for row in meetings(places(100.0, 200.0), points, all_bright)] == [0, 1]


def test_the_orb_itself_is_inside() -> None:
    points = [Position(Body.SUN, 201.0)]
    assert len(meetings(places(100.0, 200.0), points, StarOrbs())) == 1


def test_what_has_no_magnitude_is_not_bright() -> None:
    assert StarOrbs().allowed(CLUSTER) == 1.0
    assert StarOrbs().allowed(BRIGHT) == 1.5


@pytest.mark.parametrize(
    "point", [Position(Angle.ASC, 100.5), Position(Body.SUN, 100.0, speed=1.0)]
)
def test_angles_and_exact_conjunctions_neither_apply_nor_separate(point: Position) -> None:
    (row,) = meetings(places(100.0, 200.0), [point], StarOrbs())
    assert row.kind is AspectKind.CONJUNCTION
    assert row.applying is None
