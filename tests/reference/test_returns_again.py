"""Returns against bisection on the library's own positions."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask
from tests.ephemeris.oracle import in_own_thread
from tests.reference.crossings import Observer, crossings, longitude

PLACE = {"latitude": 32.716667, "longitude": -117.15}
UTC = {"date": "2000-01-01T18:00:00Z", **PLACE}
LOCAL = {"date": "2000-01-01", "time": "10:00", "timezone": "America/Los_Angeles", **PLACE}
BIRTH = 2451545.25
SECOND = 1.0 / 86_400.0
HOME = Observer(32.716667, -117.15)
AWAY = Observer(-33.9, 151.2, 3000.0)


def asked(ephemeris: SwissAlmanac, natal: dict[str, Any], **more: Any) -> Asked:
    request = {"natal_chart": natal, "planets": ["SUN", "MOON"], **more}
    return ask("returns", request, ephemeris)


def days(ephemeris: SwissAlmanac, natal: dict[str, Any], **more: Any) -> list[float]:
    return [row["julian_day"] for row in asked(ephemeris, natal, **more).data["returns"]]


def natal_longitude(body: str, observer: Observer | None = None) -> float:
    return in_own_thread(lambda: longitude(body, BIRTH, observer))


@pytest.mark.parametrize("natal", [UTC, LOCAL], ids=["utc", "local"])
def test_years_in_a_row_have_every_solar_return_once(
    natal: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    every = crossings("SUN", natal_longitude("SUN"), BIRTH + 300.0, BIRTH + 14_780.0, step=1.0)
    assert len(every) == 40
    found = [
        day
        for year in range(2001, 2041)
        for day in days(ephemeris, natal, return_date=f"{year}-06-01")
    ]
    assert found == pytest.approx(every, abs=SECOND)
    at_once = days(ephemeris, natal, return_date="2001-06-01", count=40)
    assert at_once == pytest.approx(every, abs=SECOND)
    until = days(ephemeris, natal, return_date="2001-06-01", end_date="2039-06-01")
    assert until == pytest.approx(every[:39], abs=SECOND)


def test_a_solar_return_outside_its_calendar_year_is_told(ephemeris: SwissAlmanac) -> None:
    answer = asked(ephemeris, LOCAL, return_date="2027-06-01", count=3)
    assert [row["return_time"] for row in answer.data["returns"]] == [
        "2027-01-01T07:08:41.3Z",
        "2028-01-01T12:52:16.2Z",
        "2028-12-31T18:37:02.1Z",
    ]
    zone = "by the clocks of America/Los_Angeles"
    assert answer.meta["warnings"] == [
        f"the solar return of 2027, 2027-01-01T07:08:41.3Z, falls into 2026 {zone}",
        f"the solar return of 2029, 2028-12-31T18:37:02.1Z, falls into 2028 {zone}",
    ]
    assert asked(ephemeris, UTC, return_date="2027-06-01", count=2).meta["warnings"] == []


@pytest.mark.parametrize(
    "choice", [{}, {"zodiac": "SIDEREAL"}, {"precession": "CORRECTED"}], ids=str
)
@pytest.mark.parametrize("date", ["1250-12-30", "1850-12-20", "1999-12-31"])
def test_each_age_has_its_own_solar_return(
    date: str, choice: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    natal = {"date": date, "time": "12:00", **PLACE}
    (born,) = days(ephemeris, natal, return_date=date, **choice)
    birth = ask("natal-chart", natal, ephemeris).computed_for["julian_day"]
    assert born == pytest.approx(birth, abs=SECOND)
    for age in (1, 30, 300):
        later = f"{int(date[:4]) + age}-06-01"
        (day,) = days(ephemeris, natal, return_date=later, **choice)
        # Sidereal years are 20 minutes longer than tropical ones.
        assert abs(day - born - age * 365.2422) < 0.1 + 0.0145 * age


def test_an_end_before_the_return_of_the_year_leaves_none(ephemeris: SwissAlmanac) -> None:
    late = {"date": "2000-12-20T18:00:00Z", **PLACE}
    assert days(ephemeris, late, return_date="2026-06-01", end_date="2026-03-01") == []


@pytest.mark.parametrize(
    ("kind", "body", "step"), [("LUNAR", "MOON", 0.2), ("SOLAR", "SUN", 1.0)], ids=str
)
def test_a_topocentric_return_is_seen_from_its_own_place(
    kind: str, body: str, step: float, ephemeris: SwissAlmanac
) -> None:
    goal = natal_longitude(body, HOME)
    there = {name: getattr(AWAY, name) for name in AWAY._fields}
    asked_for = {"return_type": kind, "return_date": "2026-12-01", "year_rule": "NEXT"}
    answer = asked(ephemeris, UTC, **asked_for, center="TOPOCENTRIC", location=there)
    (row,) = answer.data["returns"]
    start = 2461375.5
    (first, *_) = crossings(body, goal, start, start + 40.0, step=step, observer=AWAY)
    assert row["julian_day"] == pytest.approx(first, abs=SECOND)
    seen = next(p for p in row["chart"]["positions"] if p["planet"] == body)
    assert separation(seen["longitude"], goal) < 1e-6
    assert row["longitude"] == pytest.approx(goal, abs=2e-6)
    assert answer.computed_for["definitions"]["altitude"] == 3000.0
    (home,) = days(ephemeris, UTC, **asked_for, center="TOPOCENTRIC")
    assert abs(home - row["julian_day"]) > 60.0 * SECOND


def test_a_year_of_profections_begins_at_the_topocentric_solar_return(
    ephemeris: SwissAlmanac,
) -> None:
    (day,) = days(ephemeris, UTC, return_date="2026-06-01", center="TOPOCENTRIC")
    request = {"natal_chart": UTC, "target_date": "2026-06-01", "center": "TOPOCENTRIC"}
    (found,) = ask("profections", request, ephemeris).data["profections"]
    assert found["annual"]["julian_days"][0] == pytest.approx(day, abs=SECOND)
    geocentric = days(ephemeris, UTC, return_date="2026-06-01")[0]
    assert abs(day - geocentric) > 10.0 * SECOND
