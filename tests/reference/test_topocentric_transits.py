"""Topocentric searches against the library's own positions, looked at every half an hour."""

from __future__ import annotations

import pytest
import swisseph as swe

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.ephemeris.oracle import in_own_thread
from tests.reference.crossings import Observer, crossings, longitude

PLACE = Observer(32.716667, -117.15)
NATAL = {
    "date": "2000-01-01T18:00:00Z",
    "latitude": PLACE.latitude,
    "longitude": PLACE.longitude,
}
MINUTES = 5.0 / 1440.0
ARC_SECOND = 1.0 / 3600.0
HALF_AN_HOUR = 1.0 / 48.0


def found(ephemeris: SwissAlmanac, body: str, goal: float, start: str, end: str) -> list[float]:
    """Julian days of the hits of a body at a degree, which an aspect to the natal Sun makes."""
    sun = in_own_thread(lambda: longitude("SUN", 2451545.25, PLACE))
    apart = (goal - sun + 180.0) % 360.0 - 180.0
    request = {
        "natal_chart": NATAL,
        "center": "TOPOCENTRIC",
        "start_date": start,
        "end_date": end,
        "planets": [body],
        "natal_points": ["SUN"],
        "aspects": [],
        "own_aspects": [{"name": "GOAL", "angle": abs(apart), "orb": 1.0}],
    }
    hits = ask("transit-search", request, ephemeris).data["hits"]
    return [
        hit["julian_day"]
        for hit in hits
        if abs((hit["longitude"] - goal + 180.0) % 360.0 - 180.0) < ARC_SECOND / 10.0
    ]


@pytest.mark.parametrize(
    ("body", "station", "side"),
    [
        ("MARS", 2461416.0, -1.0),  # 10 January 2027
        ("MARS", 2461497.0, 1.0),
        ("VENUS", 2461317.0, -1.0),
        ("JUPITER", 2461388.0, -1.0),
        ("NEPTUNE", 2461229.0, -1.0),
        ("MERCURY", 2461446.0, -1.0),
    ],
)
def test_every_pass_beside_a_topocentric_station_is_found(
    body: str, station: float, side: float, ephemeris: SwissAlmanac
) -> None:
    days = [station - 12.0 + part * HALF_AN_HOUR for part in range(24 * 48)]
    places = in_own_thread(lambda: [longitude(body, day, PLACE) for day in days])
    extreme = min(places) if side > 0.0 else max(places)
    start, end = days[0], days[-1]
    turns = [
        here
        for before, here, after in zip(places, places[1:], places[2:], strict=False)
        if (here - before) * (after - here) <= 0.0
    ]
    goals = [extreme + side * away * ARC_SECOND for away in (1.6, 3.0, 5.0, 12.0, 200.0)]
    # A station nearer than a second of arc is a touch, told once.
    clear = [goal for goal in goals if min(abs(goal - turn) for turn in turns) > 1.1 * ARC_SECOND]
    assert len(clear) > 1
    for goal in clear:
        told = found(ephemeris, body, goal, _date(start), _date(end))
        scanned = crossings(body, goal, start, end, step=HALF_AN_HOUR, observer=PLACE)
        # The library's own places with and without speeds are a millionth of a degree apart, which
        # takes a minute beside a station.
        assert told == pytest.approx(scanned, abs=MINUTES)


def test_mars_passes_a_degree_four_times_within_two_days(ephemeris: SwissAlmanac) -> None:
    """3 seconds of arc before the station of 10 January 2027."""
    told = found(ephemeris, "MARS", 160.428177, "2027-01-01", "2027-01-31")
    scanned = crossings("MARS", 160.428177, 2461406.5, 2461437.5, step=0.01, observer=PLACE)
    assert len(scanned) == 4
    assert told == pytest.approx(scanned, abs=MINUTES)


def _date(moment: float) -> str:
    """An instant in UTC."""
    year, month, day, hour = swe.revjul(moment)
    minutes = round(hour * 60.0)
    return f"{year}-{month:02d}-{day:02d}T{minutes // 60:02d}:{minutes % 60:02d}:00Z"
