"""Progressions and solar arcs: DEFINITIONS.md 5, the chart of astro.com, and other ways to them."""

from __future__ import annotations

from functools import partial
from math import atan2, cos, degrees, radians, sin, tan
from typing import Any

import numpy as np
import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import Body
from app.astrology.houses import HouseSystem
from app.astrology.progressions import Circle, clock_of, sun_arcs
from app.astrology.solar_arc import ArcKey, moments_of_arcs
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.ephemeris.oracle import SWISS, in_own_thread, julian_day, positions_of
from tests.reference import Case, cases
from tests.reference.test_definitions import CHART_A, MOMENT_A, SAN_DIEGO, SIX_DECIMALS

TARGET = "2025-06-21"
TARGET_DAY = 2460847.5


EQUATORIAL = 2048
"""FLG_EQUATORIAL of the library's manual, section 2.4."""


def suns_of_days(days: int, flags: int) -> list[float]:
    """The Sun on each day after the birth of chart A; to be called inside `in_own_thread`."""
    return [positions_of(MOMENT_A + day, (Body.SUN,), flags)[0][0] for day in range(days)]


def progressed(ephemeris: SwissEphemeris, **more: Any) -> Asked:
    request = {"natal_chart": CHART_A, "progression_date": TARGET, "obliquity": "PROGRESSED"}
    return ask("progressions", {**request, **more}, ephemeris)


def directed(ephemeris: SwissEphemeris, **more: Any) -> Any:
    return ask("solar-arc", {"natal_chart": CHART_A, "target_date": TARGET, **more}, ephemeris).data


def longitudes(data: Any) -> dict[str, float]:
    return {row["planet"]: row["longitude"] for row in data["positions"]}


# Progressed moments


def test_the_progressed_moment_of_chart_a_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 5: p = 2451570.718717072, printed to a tenth of a millisecond."""
    data = progressed(ephemeris).data
    assert data["julian_day"] == pytest.approx(2451570.718717072, abs=2e-9)
    found = longitudes(data)
    assert separation(found["SUN"], 306.561476) <= SIX_DECIMALS
    assert separation(found["MOON"], 203.849124) <= SIX_DECIMALS


@pytest.mark.parametrize(
    ("kind", "month", "moment", "sun", "moon"),
    [
        ("TERTIARY", "TROPICAL", 2451885.7225978, 255.411387, 21.009694),
        ("MINOR", "TROPICAL", 2452241.0956419, 245.405051, 26.456605),
        ("TERTIARY", "SIDEREAL", None, 255.410387, None),
        ("TERTIARY", "SYNODIC", None, 229.657721, None),
    ],
)
def test_tertiary_and_minor_progressions_are_those_of_the_definitions(
    kind: str,
    month: str,
    moment: float | None,
    sun: float,
    moon: float | None,
    ephemeris: SwissEphemeris,
) -> None:
    data = progressed(ephemeris, progression_type=kind, month=month).data
    found = longitudes(data)
    assert separation(found["SUN"], sun) <= SIX_DECIMALS
    if moment is not None and moon is not None:
        assert data["julian_day"] == pytest.approx(moment, abs=6e-8)
        assert separation(found["MOON"], moon) <= SIX_DECIMALS


def test_converse_progressions_go_back_before_birth(ephemeris: SwissEphemeris) -> None:
    data = progressed(ephemeris, converse=True).data
    printed = julian_day(1999, 12, 7, 6 + 45 / 60 + 3 / 3600)
    assert abs(data["julian_day"] - printed) * 86400.0 <= 0.5
    assert data["julian_day"] == pytest.approx(2 * MOMENT_A - 2451570.718717072, abs=2e-9)
    # The definitions took the Sun of the whole second, 0.1 s away.
    assert separation(longitudes(data)["SUN"], 254.702040) <= 2e-6


def test_a_progressed_moment_is_as_far_in_its_year_as_life_is_in_tropical_years(
    ephemeris: SwissEphemeris,
) -> None:
    """CONTRACT.md 27 and 28: 35.987594 days, Sun 331.889276, arc 36.492824."""
    born = {"date": "1990-01-15T19:30:00Z", "latitude": 40.7128, "longitude": -74.006}
    request = {"natal_chart": born, "target_date": "2026-01-11"}
    data = ask("solar-arc", request, ephemeris).data
    assert data["years"] == pytest.approx(35.987594, abs=SIX_DECIMALS)
    assert data["arc"] == pytest.approx(36.492824, abs=SIX_DECIMALS)
    sun = next(row for row in data["positions"] if row["planet"] == "SUN")
    assert separation(sun["longitude"], 331.889276) <= SIX_DECIMALS


@pytest.mark.parametrize("given", cases("secondary_progression"), ids=str)
def test_the_progressed_chart_is_that_of_astro_com(given: Case, ephemeris: SwissEphemeris) -> None:
    natal = given.input["natal"]
    born = {"date": natal["utc"], "latitude": natal["lat"], "longitude": natal["lon"]}
    born["house_system"] = given.input["house_system"]
    request = {"natal_chart": born, "progression_date": given.input["target_utc"]}
    methods = {
        "naibod": "NAIBOD_RA",
        "solar_arc_in_longitude": "SOLAR_ARC_LONGITUDE",
        "daily_houses": "DAILY",
    }
    for published, method in methods.items():
        data = ask("progressions", {**request, "mc": method}, ephemeris).data
        terrestrial = data["julian_day"] + ephemeris.delta_t(data["julian_day"]) / 86400.0
        late = abs(terrestrial - given.expect["progressed_jd_tt"]) * 86400.0
        assert late <= given.tolerance["seconds"]
        found = longitudes(data)
        for name, longitude in given.expect["lon_deg"].items():
            assert separation(found[name.upper()], longitude) <= given.tolerance["lon_deg"]
        for cusp, longitude in given.expect["houses_by_mc_method"][published].items():
            drawn = data["houses"][int(cusp.removeprefix("cusp")) - 1]["longitude"]
            # Whole seconds of arc are printed, and every one of them is met.
            assert separation(drawn, longitude) <= 0.5 / 3600.0, f"{method} {cusp} of {given}"


# Progressed angles


@pytest.mark.parametrize(
    ("choice", "cusps"),
    [
        ({"mc": "SOLAR_ARC_LONGITUDE"}, {1: 17.546015, 2: 52.340419, 10: 280.783137}),
        ({"mc": "NAIBOD_RA"}, {1: 13.008102, 2: 48.871061, 10: 277.951954}),
        ({"mc": "DAILY"}, {1: 177.779289, 2: 205.035615, 10: 87.609664}),
        ({"mc": "SOLAR_ARC_RA"}, {1: 16.400414, 10: 280.064090}),
        ({"mc": "NAIBOD_LONGITUDE"}, {10: 279.948615}),
        ({"obliquity": "NATAL"}, {1: 17.545923, 2: 52.340296}),
    ],
)
def test_progressed_cusps_are_those_of_the_definitions(
    choice: dict[str, str], cusps: dict[int, float], ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 5."""
    answer = progressed(ephemeris, **choice)
    for number, longitude in cusps.items():
        drawn = answer.data["houses"][number - 1]["longitude"]
        # Cusps between the angles are found by iteration: two units of the last decimal.
        assert separation(drawn, longitude) <= 2e-6, number
    assert choice.items() <= answer.computed_for["definitions"].items()


def test_an_ascendant_moved_by_the_arc_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 5: 1.548169, as Stellium has it."""
    data = progressed(ephemeris, asc="SOLAR_ARC").data
    assert separation(data["angles"]["ASC"], 1.548169) <= SIX_DECIMALS
    assert separation(data["angles"]["DESC"], 181.548169) <= SIX_DECIMALS
    assert separation(data["houses"][0]["longitude"], 17.546015) <= SIX_DECIMALS


@pytest.mark.parametrize("method", ["SOLAR_ARC_LONGITUDE", "SOLAR_ARC_RA", "NAIBOD_RA", "DAILY"])
def test_the_progressed_ascendant_follows_from_its_midheaven_by_trigonometry(
    method: str, ephemeris: SwissEphemeris
) -> None:
    """A second way: tan ASC = cos ARMC / -(sin ARMC cos e + tan phi sin e)."""
    data = progressed(ephemeris, mc=method).data
    tilt = radians(ephemeris.obliquity(data["julian_day"]).true)
    armc, phi = radians(data["armc"]), radians(SAN_DIEGO.latitude)
    rising = atan2(cos(armc), -(sin(armc) * cos(tilt) + tan(phi) * sin(tilt)))
    assert separation(data["angles"]["ASC"], norm(degrees(rising))) < 1e-7
    midheaven = atan2(sin(armc), cos(armc) * cos(tilt))
    assert separation(data["angles"]["MC"], norm(degrees(midheaven))) < 1e-7


def test_the_midheaven_of_the_progressed_day_is_that_of_its_own_chart(
    ephemeris: SwissEphemeris,
) -> None:
    data = progressed(ephemeris, mc="DAILY").data
    own = ephemeris.divide(data["julian_day"], SAN_DIEGO, HouseSystem.PLACIDUS)
    drawn = [house["longitude"] for house in data["houses"]]
    assert max(map(separation, drawn, own.cusps)) < 1e-8


# Exact moments


@pytest.mark.parametrize(
    ("bodies", "at", "date", "hours", "within"),
    [
        ((Body.MOON,), 210.0, (2025, 12, 17), 2 + 46 / 60 + 20 / 3600, 1.0),
        ((Body.SUN, Body.MOON), 180.0, (2019, 6, 12), 19 + 3 / 60, 60.0),
        ((Body.SUN, Body.MOON), 0.0, (2034, 10, 17), 23 + 7 / 60, 60.0),
    ],
)
def test_progressed_events_are_when_the_definitions_say(
    bodies: tuple[Body, ...],
    at: float,
    date: tuple[int, int, int],
    hours: float,
    within: float,
) -> None:
    """DEFINITIONS.md 5: the Moon into Scorpio, and the progressed full and new moon.

    The library is asked directly at the moments that the clock tells, some seconds apart.
    """
    event, clock = julian_day(*date, hours), clock_of(MOMENT_A)

    def off(target: float) -> float:
        rows = positions_of(clock.progressed(target), bodies, SWISS)
        start = rows[0][0] if len(rows) > 1 else 0.0
        return signed_arc(start + at, rows[-1][0])

    seconds = within / 86400.0
    before, after = in_own_thread(lambda: (off(event - seconds), off(event + seconds)))
    assert before < 0.0 < after


def test_the_directed_midheaven_meets_the_sun_when_the_definitions_say(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 5: it needs 25.778339 degrees, on 2025-04-24 17:35:07."""
    request = {"planets": ["SUN", "MC"], "include_exact_time": True, "aspects": ["CONJUNCTION"]}
    rows = directed(ephemeris, **request)["aspects"]
    (row,) = [row for row in rows if (row["planet1"], row["planet2"]) == ("SUN", "MC")]
    assert row["exact_time"].startswith("2025-04-24T17:35:07")
    assert row["applying"] is False
    (found,) = moments_of_arcs((25.778339,), TARGET_DAY, ArcKey.TRUE, clock_of(MOMENT_A), ephemeris)
    # A unit of the last decimal is 31 seconds of life.
    assert found == pytest.approx(julian_day(2025, 4, 24, 17.5853), abs=31.0 / 86400.0)


# Solar arcs


@pytest.mark.parametrize(
    ("choice", "arc"),
    [
        ({}, 25.937696),
        ({"arc": "NAIBOD"}, 25.103174),
        ({"arc": "ONE_DEGREE"}, 25.468717),
        ({"measured_in": "RIGHT_ASCENSION"}, 27.394645),
        ({"arc": "USER", "user_rate": 1.0}, 25.468717),
    ],
)
def test_solar_arcs_of_chart_a_are_those_of_the_definitions(
    choice: dict[str, Any], arc: float, ephemeris: SwissEphemeris
) -> None:
    data = directed(ephemeris, **choice)
    assert data["arc"] == pytest.approx(arc, abs=SIX_DECIMALS)
    mars = next(row for row in data["positions"] if row["planet"] == "MARS")
    assert separation(mars["longitude"], norm(328.157222 + arc)) <= 2 * SIX_DECIMALS


def test_mars_directed_by_the_true_arc_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    assert separation(longitudes(directed(ephemeris))["MARS"], 354.094917) <= SIX_DECIMALS


def test_arcs_over_a_life_are_the_sun_day_after_day(ephemeris: SwissEphemeris) -> None:
    """A second way: the library's Sun summed up day by day, without folding."""
    years = np.arange(0.0, 121.0, 5.0)
    targets = MOMENT_A + years * 365.24219
    for along, flag in ((Circle.LONGITUDE, 0), (Circle.RIGHT_ASCENSION, EQUATORIAL)):
        found = sun_arcs(clock_of(MOMENT_A), targets, ephemeris, along=along)
        suns = in_own_thread(partial(suns_of_days, 121, SWISS | flag))
        steps = np.diff(suns) % 360.0
        assert found[:, 0] == pytest.approx(np.append(0.0, np.cumsum(steps))[::5], abs=1e-7)
