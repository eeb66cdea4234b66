"""Eclipses against NASA's canons, timeanddate.com and DEFINITIONS.md, by two methods."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pytest
import swisseph as swe

from app.astrology.almanac import EclipseOf
from app.astrology.angles import separation
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from tests.calculations.asking import ask
from tests.ephemeris import oracle
from tests.reference import Case, case, cases

SECOND, MINUTE = 1.0 / 86_400.0, 1.0 / 1440.0
FIVE_DECIMALS = 6e-6
CANON_GAMMA = 2e-4
"""The canons print four decimals, and took the Moon's centre of figure where we take its mass."""
CANON_DURATION = 3.0
"""Seconds: the canons take another radius of the Moon for total eclipses."""
AROUND = case("timeanddate-eclipses-1999-2000")


def julian_day(text: str) -> float:
    date, _, time = text.rstrip("Z").partition("T")
    year, month, day = map(int, date.split("-"))
    hour, minute, second = (float(part) for part in f"{time}:00".split(":")[:3])
    return oracle.julian_day(year, month, day, hour + minute / 60.0 + second / 3600.0)


def first(kind: str, search_from: str, ephemeris: SwissAlmanac, **more: Any) -> dict[str, Any]:
    year = int(search_from[:4])
    request = {"start_date": search_from[:10], "end_date": f"{year}-12-31", "types": [kind], **more}
    return dict(ask("eclipses", request, ephemeris).data["eclipses"][kind.lower()][0])


def contacts(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {row["name"]: row["julian_day"] for row in rows}


def duration(text: str) -> float:
    """Seconds of 06m51s."""
    minutes, seconds = text.rstrip("s").split("m")
    return int(minutes) * 60.0 + int(seconds)


@pytest.mark.parametrize("published", cases("solar_eclipse_global"), ids=str)
def test_solar_eclipses_are_those_of_the_canon(published: Case, ephemeris: SwissAlmanac) -> None:
    expect, within = published.expect, published.tolerance
    found = first("SOLAR", published.input["search_from"], ephemeris)
    terrestrial = found["julian_day"] + ephemeris.delta_t(found["julian_day"]) * SECOND
    late = abs(terrestrial - julian_day(expect["greatest_td"]))
    assert late < within["seconds"] * SECOND
    assert found["type"] == expect["type"].upper()
    assert found["saros_series"] == expect["saros"]
    assert found["magnitude"] == pytest.approx(expect["magnitude"], abs=within["magnitude"])
    place = found["greatest_at"]
    assert place["latitude"] == pytest.approx(expect["lat"], abs=within["deg"])
    assert place["longitude"] == pytest.approx(expect["lon"], abs=within["deg"])
    assert found["gamma"] == pytest.approx(expect["gamma"], abs=CANON_GAMMA)
    seconds = duration(expect["central_duration"])
    assert found["central_duration"] == pytest.approx(seconds, abs=CANON_DURATION)


@pytest.mark.parametrize("published", cases("lunar_eclipse"), ids=str)
def test_lunar_eclipses_are_those_of_the_canon(published: Case, ephemeris: SwissAlmanac) -> None:
    expect, within = published.expect, published.tolerance
    found = first("LUNAR", published.input["search_from"], ephemeris)
    late = abs(found["julian_day"] - julian_day(expect["greatest_ut"]))
    assert late < within["minutes"] * MINUTE
    assert found["type"] == expect["type"].upper()
    assert found["saros_series"] == expect["saros"]
    umbral, penumbral = expect["umbral_mag"], expect["penumbral_mag"]
    assert found["magnitude"] == pytest.approx(umbral, abs=within["magnitude"])
    assert found["penumbral_magnitude"] == pytest.approx(penumbral, abs=within["magnitude"])
    seen = contacts(found["contacts"])
    for phase in ("partial", "total"):
        written = expect[f"semi_{phase}"]
        assert (f"{phase}_begin" in seen) is (written != "-")
        if written != "-":
            half = (seen[f"{phase}_end"] - seen[f"{phase}_begin"]) / 2.0 / MINUTE
            assert half == pytest.approx(float(written.rstrip("m")), abs=within["minutes"])


@pytest.mark.parametrize("which", list(AROUND.expect))
def test_eclipses_around_a_date_are_those_of_timeanddate(
    which: str, ephemeris: SwissAlmanac
) -> None:
    direction, light = which.split("_")
    of = EclipseOf.SUN if light == "solar" else EclipseOf.MOON
    moment = julian_day(AROUND.input["reference_utc"])
    found = ephemeris.eclipse(moment, of, backwards=direction == "previous")
    kind, when = AROUND.expect[which]
    assert found.kind == kind.upper()
    assert abs(found.greatest - julian_day(when)) < AROUND.tolerance["minutes"] * MINUTE


# DEFINITIONS.md 1 and 6


def test_the_eclipse_of_august_2026_is_that_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = first("SOLAR", "2026-07-01", ephemeris)
    assert found["date"] == "2026-08-12T17:45:59.2Z"
    assert found["lunation"]["time"] == "2026-08-12T17:36:45.3Z"
    assert found["lunation"]["longitude"] == pytest.approx(140.03292, abs=FIVE_DECIMALS)
    assert found["magnitude"] == pytest.approx(1.03952, abs=FIVE_DECIMALS)
    assert found["greatest_at"]["latitude"] == pytest.approx(65.1653, abs=6e-5)
    assert found["greatest_at"]["longitude"] == pytest.approx(-25.1048, abs=6e-5)
    assert (found["saros_series"], found["saros_member"]) == (126, 48)
    # NASA's page of this eclipse, by the same canon, prints 0.8977.
    assert found["gamma"] == pytest.approx(0.8977, abs=CANON_GAMMA)


def test_totality_in_burgos_and_sunset_in_barcelona_are_those_of_the_definitions(
    ephemeris: SwissAlmanac,
) -> None:
    burgos = first("SOLAR", "2026-07-01", ephemeris, latitude=42.344, longitude=-3.6969)["local"]
    assert (burgos["type"], burgos["obscuration"]) == ("TOTAL", 1.0)
    times = {row["name"]: row["time"] for row in burgos["contacts"]}
    assert times["total_begin"] == "2026-08-12T18:28:26.4Z"
    assert times["total_end"] == "2026-08-12T18:30:10.4Z"
    barcelona = {"latitude": 41.3851, "longitude": 2.1734}
    seen = first("SOLAR", "2026-07-01", ephemeris, **barcelona)["local"]
    assert seen["type"] == "PARTIAL"
    assert seen["magnitude"] == pytest.approx(0.99702, abs=FIVE_DECIMALS)
    assert seen["maximum"] == "2026-08-12T18:29:19.1Z"
    assert {r["name"]: r["time"][:19] for r in seen["contacts"]}["set"] == "2026-08-12T18:52:05"


def test_the_lunar_eclipse_of_august_2026_is_that_of_the_definitions(
    ephemeris: SwissAlmanac,
) -> None:
    san_diego = {"latitude": 32.716667, "longitude": -117.15}
    found = first("LUNAR", "2026-07-01", ephemeris, **san_diego)
    assert found["magnitude"] == pytest.approx(0.92992, abs=FIVE_DECIMALS)
    assert found["penumbral_magnitude"] == pytest.approx(1.96459, abs=FIVE_DECIMALS)
    assert (found["saros_series"], found["saros_member"]) == (138, 29)
    times = {row["name"]: row["time"] for row in found["local"]["contacts"]}
    assert times["rise"] == "2026-08-28T02:13:46.9Z"
    tokyo = first("LUNAR", "2026-07-01", ephemeris, latitude=35.69, longitude=139.69)
    assert tokyo["local"]["visible"] is False
    assert tokyo["magnitude"] == found["magnitude"]


def test_the_four_eclipses_of_2026_are_found(ephemeris: SwissAlmanac) -> None:
    """CONTRACT.md has them from the Moshier theory, some seconds off."""
    request = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    found = ask("eclipses", request, ephemeris).data["eclipses"]
    assert [(row["date"][:16], row["type"]) for row in found["solar"]] == [
        ("2026-02-17T12:11", "ANNULAR"),
        ("2026-08-12T17:45", "TOTAL"),
    ]
    assert [(row["date"][:16], row["type"]) for row in found["lunar"]] == [
        ("2026-03-03T11:33", "TOTAL"),
        ("2026-08-28T04:12", "PARTIAL"),
    ]


# A second method


def shadow_distance(moment: float) -> float:
    """Distance of the Moon's shadow axis from the Earth's centre, in Earth radii.

    From spherical coordinates alone: by the sine rule in the triangle of Earth, Moon and Sun.
    """
    flags = oracle.SWISS | swe.FLG_EQUATORIAL
    (a1, d1, r1), (a2, d2, r2) = (
        swe.calc_ut(moment, body, flags)[0][:3] for body in (swe.SUN, swe.MOON)
    )
    d1, d2, turned = math.radians(d1), math.radians(d2), math.radians(a2 - a1)
    haversine = math.sin((d2 - d1) / 2) ** 2
    haversine += math.cos(d1) * math.cos(d2) * math.sin(turned / 2) ** 2
    apart = 2.0 * math.asin(math.sqrt(haversine))
    side = math.sqrt(r1 * r1 + r2 * r2 - 2.0 * r1 * r2 * math.cos(apart))
    return float(r1 * r2 * math.sin(apart) / side) * 149_597_870.7 / 6_378.137


def test_the_greatest_eclipse_is_where_the_axis_passes_closest(ephemeris: SwissAlmanac) -> None:
    found = first("SOLAR", "2026-07-01", ephemeris)

    def closest() -> tuple[float, float]:
        swe.set_ephe_path(str(DATA))
        low, high = found["julian_day"] - 0.05, found["julian_day"] + 0.05
        for _ in range(60):
            a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
            low, high = (a, high) if shadow_distance(a) > shadow_distance(b) else (low, b)
        return low, shadow_distance(low)

    moment, distance = oracle.in_own_thread(closest)
    assert abs(found["gamma"]) == pytest.approx(distance, abs=1e-6)
    # The distance is flat at its minimum: within five seconds it changes by less than 1e-6.
    assert abs(moment - found["julian_day"]) < 5.0 * SECOND


def test_sun_and_moon_stand_together_or_opposite_at_the_lunation(ephemeris: SwissAlmanac) -> None:
    request = {"start_date": "2020-01-01", "end_date": "2024-12-31"}
    found = ask("eclipses", request, ephemeris).data["eclipses"]
    rows = [(0.0, row) for row in found["solar"]] + [(180.0, row) for row in found["lunar"]]

    def apart(moment: float) -> float:
        swe.set_ephe_path(str(DATA))
        sun, moon = (swe.calc_ut(moment, body, oracle.SWISS)[0][0] for body in (0, 1))
        return separation(sun, moon)

    for angle, row in rows:
        moment = row["lunation"]["julian_day"]
        assert oracle.in_own_thread(partial(apart, moment)) == pytest.approx(angle, abs=1e-6)
        assert abs(moment - row["julian_day"]) < 20.0 * MINUTE
