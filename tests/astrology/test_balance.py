"""Balance of elements and of the sky, under a sky whose positions are known by hand."""

from __future__ import annotations

import pytest

from app.astrology.balance import (
    ELEMENT_OF,
    MODALITY_OF,
    POLARITY_OF,
    Element,
    Quadrant,
    Side,
    WeightScheme,
    shares,
    sides,
    weights_of,
)
from app.astrology.bodies import Angle, Body, Celestial, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, Zodiac
from app.astrology.houses import HouseBy
from app.astrology.place import Place
from app.astrology.zodiac import SIGNS, Sign
from tests.doubles import LinearEphemeris, Motion

EQUATOR = Place(0.0, 0.0)


def sky(latitude: float = 0.0, **longitudes: float) -> LinearEphemeris:
    motions: dict[Celestial, Motion] = {
        Body[name]: Motion(at, latitude=latitude) for name, at in longitudes.items()
    }
    return LinearEphemeris(motions, ascendant=0.0, midheaven=270.0)


def around(
    ephemeris: LinearEphemeris,
    *points: Point,
    place: Place = EQUATOR,
    by: HouseBy = HouseBy.POSITION,
    conventions: Conventions | None = None,
) -> list[Side]:
    return sides(Instant(0.0, place, conventions or Conventions(), ephemeris), points, by)


def test_signs_have_their_elements_modalities_and_polarities() -> None:
    assert [ELEMENT_OF[sign] for sign in (Sign.ARIES, Sign.LEO, Sign.PISCES)] == [
        *("FIRE", "FIRE", "WATER")
    ]
    assert [MODALITY_OF[sign] for sign in SIGNS[:3]] == ["CARDINAL", "FIXED", "MUTABLE"]
    assert [POLARITY_OF[sign] for sign in SIGNS[:2]] == ["POSITIVE", "NEGATIVE"]
    for table, each in ((ELEMENT_OF, 3), (MODALITY_OF, 4), (POLARITY_OF, 6)):
        told = [table[sign] for sign in SIGNS]
        assert {told.count(one) for one in told} == {each}


def test_points_count_by_scheme_or_by_own_weight() -> None:
    points = (Body.SUN, Body.MARS, Angle.ASC)
    assert weights_of(points, WeightScheme.EQUAL, {}) == dict.fromkeys(points, 1.0)
    double = weights_of(points, WeightScheme.LUMINARIES_DOUBLE, {Body.SUN: 0.5})
    assert double == {Body.SUN: 0.5, Body.MARS: 1.0, Angle.ASC: 2.0}


def test_shares_tell_points_and_weights_of_every_group() -> None:
    element: dict[Point, Element | None] = {
        Body.SUN: Element.FIRE,
        Body.MOON: Element.FIRE,
        Body.MARS: None,
    }
    found = shares(Element, element, element.__getitem__, dict.fromkeys(element, 1.5))
    assert found[0] == (Element.FIRE, (Body.SUN, Body.MOON), 3.0)
    assert [share.weight for share in found] == [3.0, 0, 0, 0]


@pytest.mark.parametrize("by", list(HouseBy))
@pytest.mark.parametrize(
    ("longitude", "quadrant"),
    [(10.0, "FIRST"), (100.0, "SECOND"), (190.0, "THIRD"), (300.0, "FOURTH")],
)
def test_quadrants_are_counted_as_houses_are(longitude: float, quadrant: str, by: HouseBy) -> None:
    (side,) = around(sky(SUN=longitude), Body.SUN, by=by)
    assert side.quadrant is Quadrant[quadrant]


def test_a_body_north_of_the_ecliptic_is_up_before_its_degree() -> None:
    # The degree is 2 degrees under the horizon of 60 N, the body with its latitude above it.
    ephemeris = sky(latitude=10.0, MOON=2.0)
    north = Place(60.0, 0.0)
    assert around(ephemeris, Body.MOON, place=north, by=HouseBy.LONGITUDE)[0].above is False
    assert around(ephemeris, Body.MOON, place=north)[0].above is True


@pytest.mark.parametrize("by", list(HouseBy))
def test_angles_are_on_neither_side_of_what_they_lie_on(by: HouseBy) -> None:
    east, culminating = around(sky(), Angle.ASC, Angle.MC, by=by)
    assert (east.above, east.east, east.quadrant) == (None, True, None)
    assert (culminating.above, culminating.east, culminating.quadrant) == (True, None, None)


def test_the_zodiac_does_not_move_the_horizon() -> None:
    sidereal = Conventions(Frame(ayanamsa=Ayanamsa(AyanamsaName.LAHIRI)), Zodiac.SIDEREAL)
    ephemeris = sky(SUN=10.0, MOON=359.0)
    plain = around(ephemeris, Body.SUN, Body.MOON)
    assert around(ephemeris, Body.SUN, Body.MOON, conventions=sidereal) == plain
