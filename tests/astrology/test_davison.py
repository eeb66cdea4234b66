"""The moment and the place between two births."""

from __future__ import annotations

from math import acos, cos, degrees, radians, sin

import pytest

from app.astrology.chart import Conventions, Instant
from app.astrology.davison import (
    DavisonPlace,
    DavisonTime,
    davison_charts,
    mean_moment,
    middles_of,
)
from app.astrology.frame import Frame, Theory, View
from app.astrology.place import Place
from tests.doubles import LinearEphemeris

LONDON, SYDNEY = Place(51.5074, -0.1278, 30.0), Place(-33.8688, 151.2093, 10.0)
ARITHMETIC, SPHERICAL = DavisonPlace.ARITHMETIC, DavisonPlace.SPHERICAL


class LateEphemeris(LinearEphemeris):
    """Terrestrial time runs away from universal time by a second a day."""

    def delta_t(self, moment: float, theory: Theory = Theory.SWISS) -> float:  # noqa: ARG002 - the protocol
        return moment - 1000.0


def distance(a: Place, b: Place) -> float:
    """Degrees of the great circle between two places, by the cosine rule."""
    one, other = radians(a.latitude), radians(b.latitude)
    apart = radians(a.longitude - b.longitude)
    return degrees(acos(sin(one) * sin(other) + cos(one) * cos(other) * cos(apart)))


def instant(moment: float, place: Place, sky: LinearEphemeris | None = None) -> Instant:
    return Instant(moment, place, Conventions(), sky or LinearEphemeris())


def test_the_moment_is_halfway() -> None:
    first, second = instant(1000.0, LONDON), instant(1003.5, SYDNEY)
    assert mean_moment(first, second, DavisonTime.JD_UT) == 1001.75


def test_terrestrial_time_is_the_same_where_delta_t_is_constant() -> None:
    first, second = instant(1000.0, LONDON), instant(1003.5, SYDNEY)
    assert mean_moment(first, second, DavisonTime.JD_TT) == pytest.approx(1001.75, abs=1e-9)


def test_the_mean_of_terrestrial_times_has_the_mean_of_both_as_its_own() -> None:
    sky = LateEphemeris()
    first, second = instant(1000.0, LONDON, sky), instant(3000.0, SYDNEY, sky)
    moment = mean_moment(first, second, DavisonTime.JD_TT)
    terrestrial = moment + sky.delta_t(moment) / 86_400.0
    assert terrestrial == pytest.approx((1000.0 + 3000.0 + 2000.0 / 86_400.0) / 2.0, abs=1e-9)


def test_the_arithmetic_middle_takes_the_shorter_arc_of_longitude() -> None:
    (middle,) = middles_of(Place(10.0, 170.0, 100.0), Place(30.0, -160.0, 300.0), ARITHMETIC)
    assert middle == Place(20.0, -175.0, 200.0)


def test_the_spherical_middle_is_as_far_from_both_births_and_on_the_way() -> None:
    (middle,) = middles_of(LONDON, SYDNEY, SPHERICAL)
    half = distance(LONDON, SYDNEY) / 2.0
    assert distance(LONDON, middle) == pytest.approx(half, abs=1e-9)
    assert distance(SYDNEY, middle) == pytest.approx(half, abs=1e-9)


@pytest.mark.parametrize("rule", DavisonPlace)
def test_the_middle_of_one_place_is_that_place(rule: DavisonPlace) -> None:
    (middle,) = middles_of(LONDON, LONDON, rule)
    assert middle.latitude == pytest.approx(LONDON.latitude)
    assert middle.longitude == pytest.approx(LONDON.longitude)


@pytest.mark.parametrize("rule", DavisonPlace)
def test_the_middle_does_not_depend_on_who_comes_first(rule: DavisonPlace) -> None:
    (one,), (other,) = middles_of(LONDON, SYDNEY, rule), middles_of(SYDNEY, LONDON, rule)
    assert (one.latitude, one.longitude) == pytest.approx((other.latitude, other.longitude))


def test_opposite_meridians_have_two_arithmetic_middles() -> None:
    middles = middles_of(Place(50.0, -30.0), Place(10.0, 150.0), ARITHMETIC)
    assert middles == (Place(30.0, 60.0), Place(30.0, -120.0))
    assert middles_of(Place(10.0, 150.0), Place(50.0, -30.0), ARITHMETIC) == middles


def test_opposite_meridians_have_one_spherical_middle_beyond_the_pole() -> None:
    (middle,) = middles_of(Place(50.0, -30.0), Place(10.0, 150.0), SPHERICAL)
    assert (middle.latitude, middle.longitude) == pytest.approx((70.0, 150.0))


def test_antipodes_have_two_spherical_middles_on_the_equator() -> None:
    first, second = Place(40.0, -74.0), Place(-40.0, 106.0)
    middles = middles_of(first, second, SPHERICAL)
    assert middles == (Place(0.0, 16.0), Place(0.0, -164.0))
    assert [distance(first, middle) for middle in middles] == pytest.approx([90.0, 90.0])


def test_a_topocentric_observer_stands_at_the_middle() -> None:
    conventions = Conventions(Frame(center=View.TOPOCENTRIC, observer=LONDON))
    first = Instant(0.0, LONDON, conventions, LinearEphemeris())
    (chart,) = davison_charts(first, instant(2.0, SYDNEY), DavisonTime.JD_UT, ARITHMETIC)
    assert chart.moment == 1.0
    assert chart.conventions.frame.observer == chart.place
    assert first.conventions.frame.observer == LONDON
