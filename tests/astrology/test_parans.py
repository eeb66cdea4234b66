"""Parans: crossings of lines, and stars that come to an angle with a body."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from app.astrology.almanac import HorizonEvent
from app.astrology.astrocartography import MapLine, OnEquator, horizon_longitudes, meridian_of
from app.astrology.bodies import Body
from app.astrology.frame import TROPICAL
from app.astrology.parans import (
    DEGREES_OF_A_DAY,
    DayEvent,
    day_events,
    event_times,
    paran_latitudes,
    star_parans,
)
from app.astrology.place import Place
from tests.doubles import LinearEphemeris, Motion

A, B = OnEquator(Body.SUN, 40.0, 15.0), OnEquator(Body.MARS, 100.0, -20.0)
SIDEREAL_TIME = 33.0
MERIDIANS, HORIZONS = (MapLine.MC, MapLine.IC), (MapLine.ASC, MapLine.DESC)


def longitude_on(place: OnEquator, line: MapLine, latitude: float) -> float:
    if line in MERIDIANS:
        return meridian_of(place, line, SIDEREAL_TIME)
    return float(horizon_longitudes(place, line, SIDEREAL_TIME, np.array([latitude]))[0])


def apart(first: MapLine, second: MapLine, latitude: float) -> float:
    gap = longitude_on(A, first, latitude) - longitude_on(B, second, latitude)
    return (gap + 180.0) % 360.0 - 180.0


def crossings_by_search(first: MapLine, second: MapLine) -> list[float]:
    """Latitudes where two lines meet, by halving; both bodies cross the horizon up to 70."""
    latitudes = np.linspace(-69.99, 69.99, 2001)
    gaps = [apart(first, second, latitude) for latitude in latitudes]
    found = []
    for low, high, a, b in zip(latitudes, latitudes[1:], gaps, gaps[1:], strict=False):
        if a * b < 0.0 and abs(a) + abs(b) < 90.0:
            left, right = low, high
            for _ in range(60):
                middle = (left + right) / 2.0
                left, right = (
                    (middle, right) if apart(first, second, middle) * a > 0.0 else (left, middle)
                )
            found.append(float(left))
    return found


def test_every_crossing_is_found_by_a_search_for_roots_too() -> None:
    found = paran_latitudes([A, B], SIDEREAL_TIME)
    pairs = [*product(MERIDIANS, HORIZONS), *product(HORIZONS, MapLine)]
    for first, second in pairs:
        closed = [
            row.latitude
            for row in found
            if abs(row.latitude) < 69.9
            and (
                (row.first, row.first_line, row.second_line) == (A.body, first, second)
                or (row.first, row.first_line, row.second_line) == (B.body, second, first)
            )
        ]
        assert sorted(closed) == pytest.approx(crossings_by_search(first, second), abs=1e-9)


def test_both_lines_of_a_paran_pass_through_its_place() -> None:
    by_body = {A.body: A, B.body: B}
    for row in paran_latitudes([A, B], SIDEREAL_TIME):
        for body, line in ((row.first, row.first_line), (row.second, row.second_line)):
            off = longitude_on(by_body[body], line, row.latitude) - row.longitude
            assert (off + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-6)


def test_a_pair_has_six_crossings_and_their_latitudes_come_in_opposites() -> None:
    latitudes = sorted(row.latitude for row in paran_latitudes([A, B], SIDEREAL_TIME))
    assert len(latitudes) == 6
    assert latitudes == pytest.approx([-latitude for latitude in reversed(latitudes)])


def test_bodies_in_one_place_and_on_the_equator_have_no_parans_of_their_own() -> None:
    assert (
        paran_latitudes([OnEquator(Body.SUN, 10.0, 0.0), OnEquator(Body.MOON, 10.0, 0.0)], 0.0)
        == []
    )


# At a place


def test_a_star_on_the_equator_rises_and_sets_six_hours_from_its_meridian() -> None:
    times = event_times(np.array([100.0]), np.array([0.0]), 50.0, 0.0)
    assert times[0].tolist() == pytest.approx([10.0, 190.0, 100.0, 280.0])


def test_a_low_horizon_lets_a_star_rise_earlier() -> None:
    geometric, seen = (
        event_times(np.array([100.0]), np.array([0.0]), 0.0, altitude)[0]
        for altitude in (0.0, -0.5)
    )
    assert geometric[0] - seen[0] == pytest.approx(0.5)
    assert seen[1] - geometric[1] == pytest.approx(0.5)
    assert seen[2] == geometric[2]


def test_a_star_that_never_sets_only_culminates() -> None:
    times = event_times(np.array([100.0]), np.array([80.0]), 50.0, 0.0)
    assert np.isnan(times[0]).tolist() == [True, True, False, False]


SKY = LinearEphemeris({Body.SUN: Motion(10.0), Body.MOON: Motion(10.0, 13.0)}, midheaven=0.0)


def test_a_still_body_crosses_where_its_right_ascension_says() -> None:
    events = day_events((Body.SUN,), 1000.0, Place(0.0, 0.0), 0.0, SKY, TROPICAL)
    days = {row.event: (row.moment - 1000.0) * DEGREES_OF_A_DAY for row in events}
    assert days == pytest.approx(
        {
            HorizonEvent.RISE: -80.0,
            HorizonEvent.SET: 100.0,
            HorizonEvent.CULMINATION: 10.0,
            HorizonEvent.ANTICULMINATION: -170.0,
        }
    )


def test_the_moon_moves_on_until_it_culminates() -> None:
    sky = LinearEphemeris({Body.MOON: Motion(90.0, 13.0)}, midheaven=0.0, epoch=1000.0)
    events = day_events((Body.MOON,), 1000.0, Place(0.0, 0.0), 0.0, sky, TROPICAL)
    (noon,) = [row for row in events if row.event is HorizonEvent.CULMINATION]
    assert noon.moment - 1000.0 == pytest.approx(90.0 / (DEGREES_OF_A_DAY - 13.0), abs=1e-9)


def test_a_body_that_never_sets_has_no_rising() -> None:
    sky = LinearEphemeris({Body.SUN: Motion(10.0, declination=23.0)}, midheaven=0.0)
    events = day_events((Body.SUN,), 0.0, Place(75.0, 0.0), 0.0, sky, TROPICAL)
    assert {row.event for row in events} == {
        HorizonEvent.CULMINATION,
        HorizonEvent.ANTICULMINATION,
    }


def test_stars_within_the_orb_of_a_body_are_parans() -> None:
    times = np.array([[10.0, 190.0, 100.0, 280.0], [np.nan, np.nan, 359.5, 179.5]])
    setting = DayEvent(Body.VENUS, HorizonEvent.SET, 5.0, 280.75)
    rising = DayEvent(Body.MARS, HorizonEvent.RISE, 6.0, 0.25)
    found = star_parans(times, (setting, rising), 1.0)
    assert [(row.star, row.star_event, row.other, row.orb) for row in found] == [
        (0, HorizonEvent.ANTICULMINATION, setting, -0.75),
        (1, HorizonEvent.CULMINATION, rising, -0.75),
    ]
    assert star_parans(times, (setting, rising), 0.7) == []
