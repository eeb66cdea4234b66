"""Natal charts against the tables of astro.com, and the charts of DEFINITIONS.md."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import separation, signed_arc
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.reference import Case, case

SAN_DIEGO = case("astrocom-sandiego-natal")
EINSTEIN = case("astrocom-einstein-lmt")

PRINTED = 1e-6
"""Degrees: DEFINITIONS.md prints six decimals, a unit of the last one for its rounding."""

CHART_A = {
    "date": "2000-01-01",
    "time": "18:00:00",
    "latitude": 32.716667,
    "longitude": -117.15,
    "planets": [
        *("SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN", "URANUS", "NEPTUNE"),
        *("PLUTO", "NORTH_NODE", "SOUTH_NODE", "TRUE_NODE", "LILITH", "LILITH_TRUE", "CHIRON"),
        *("ASC", "MC", "DESC", "IC"),
    ],
}
"""DEFINITIONS.md 0: JD 2451545.25, San Diego by day."""

LONGITUDES_OF_A = {
    "SUN": 280.623780,
    "MOON": 226.324613,
    "MERCURY": 272.278506,
    "VENUS": 241.868084,
    "MARS": 328.157222,
    "JUPITER": 25.263384,
    "SATURN": 40.390734,
    "URANUS": 314.821786,
    "NEPTUNE": 303.201911,
    "PLUTO": 251.463558,
    "NORTH_NODE": 125.027408,
    "SOUTH_NODE": 305.027408,
    "TRUE_NODE": 123.939960,
    "LILITH": 263.492165,
    "LILITH_TRUE": 253.417424,
}
LATITUDES_OF_A = {
    "SUN": 0.000226,
    "MOON": 5.119227,
    "MERCURY": -1.019104,
    "VENUS": 2.059290,
    "MARS": -1.064666,
    "JUPITER": -1.260897,
    "SATURN": -2.443667,
    "PLUTO": 10.855602,
}


def einstein(ephemeris: SwissEphemeris, **more: Any) -> Asked:
    birth = {
        "date": EINSTEIN.input["local"],
        "timezone": EINSTEIN.input["tz"],
        "latitude": EINSTEIN.input["lat"],
        "longitude": EINSTEIN.input["lon"],
    }
    return ask("natal-chart", {**birth, **more}, ephemeris)


@pytest.fixture(scope="module")
def chart_a(ephemeris: SwissEphemeris) -> dict[str, Any]:
    answer = ask("natal-chart", CHART_A, ephemeris)
    assert answer.computed_for["julian_day"] == 2451545.25
    return {row["planet"]: row for row in answer.data["positions"]}


@pytest.mark.parametrize("given", [SAN_DIEGO], ids=str)
def test_a_chart_of_astro_com_has_its_published_points(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    birth = {
        "date": given.input["local"],
        "timezone": given.input["tz"],
        "latitude": given.input["lat"],
        "longitude": given.input["lon"],
        "house_system": given.input["house_system"],
    }
    answer = ask("natal-chart", birth, ephemeris)
    positions = {row["planet"]: row["longitude"] for row in answer.data["positions"]}
    found = {
        "Sun": positions["SUN"],
        "Moon": positions["MOON"],
        "ASC": answer.data["angles"]["ASC"],
        "MC": answer.data["angles"]["MC"],
        "cusp2": answer.data["houses"][1]["longitude"],
    }
    for name, longitude in found.items():
        apart = separation(longitude, given.expect["lon_deg"][name])
        assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"


@pytest.mark.parametrize("given", [SAN_DIEGO], ids=str)
def test_a_chart_of_astro_com_has_its_published_moment(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    """Julian days are printed to a millionth, 0.09 s."""
    birth = {"latitude": given.input["lat"], "longitude": given.input["lon"]}
    answer = ask("houses", {**birth, "date": given.input["utc"]}, ephemeris)
    made = answer.computed_for
    assert made["julian_day"] == given.expect["jd_ut"]
    terrestrial = made["julian_day"] + made["delta_t"] / 86_400.0
    assert terrestrial == pytest.approx(given.expect["jd_tt"], abs=1e-6)


@pytest.mark.parametrize("given", [EINSTEIN], ids=str)
def test_a_birth_before_standard_time_has_the_angles_of_its_own_meridian(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    answer = einstein(ephemeris)
    positions = {row["planet"]: row["longitude"] for row in answer.data["positions"]}
    found = {**answer.data["angles"], "Moon": positions["MOON"]}
    for name, published in given.expect["lon_deg"].items():
        apart = separation(found[name], published)
        assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"
    assert answer.computed_for["local_mean_time"] == "BIRTHPLACE"


def test_the_mean_time_of_the_zones_city_gives_the_known_wrong_ascendant(
    ephemeris: SwissEphemeris,
) -> None:
    """The note of the case: with Berlin's mean time the ascendant is 8.92 degrees of Cancer.

    That was found with pytz, which cuts Berlin's +00:53:28 to +00:53: 28 s or 0.095 degrees.
    """
    answer = einstein(ephemeris, local_mean_time="ZONE")
    assert answer.computed_for["local_mean_time"] == "ZONE"
    assert answer.computed_for["utc_offset"] == "+00:53:28"
    assert separation(answer.data["angles"]["ASC"], 98.92) <= 0.1, EINSTEIN.source
    as_pytz = einstein(ephemeris, timezone="+00:53")
    # Printed to a hundredth of a degree.
    assert separation(as_pytz.data["angles"]["ASC"], 98.92) <= 0.005, EINSTEIN.source


@pytest.mark.parametrize(("planet", "longitude"), LONGITUDES_OF_A.items())
def test_chart_a_has_the_longitudes_of_the_definitions(
    planet: str, longitude: float, chart_a: dict[str, Any]
) -> None:
    assert separation(chart_a[planet]["longitude"], longitude) <= PRINTED


@pytest.mark.parametrize(("planet", "latitude"), LATITUDES_OF_A.items())
def test_chart_a_has_the_latitudes_of_the_definitions(
    planet: str, latitude: float, chart_a: dict[str, Any]
) -> None:
    assert chart_a[planet]["latitude"] == pytest.approx(latitude, abs=PRINTED)


def test_mean_and_true_node_and_lilith_are_told_apart(chart_a: dict[str, Any]) -> None:
    """DEFINITIONS.md 2: no majority for either, so both have a name of their own."""
    assert separation(chart_a["NORTH_NODE"]["longitude"], 125.027408) <= PRINTED
    assert separation(chart_a["TRUE_NODE"]["longitude"], 123.939960) <= PRINTED
    assert separation(chart_a["LILITH"]["longitude"], 263.492165) <= PRINTED
    assert separation(chart_a["LILITH_TRUE"]["longitude"], 253.417424) <= PRINTED
    assert chart_a["SOUTH_NODE"]["latitude"] == 0.0


def test_chart_a_has_its_angles_in_their_houses(chart_a: dict[str, Any]) -> None:
    """DEFINITIONS.md 0 prints eight decimals."""
    assert separation(chart_a["ASC"]["longitude"], 335.61047292) <= 1e-8
    assert separation(chart_a["MC"]["longitude"], 254.84544105) <= 1e-8
    angles = [chart_a[name]["house"] for name in ("ASC", "IC", "DESC", "MC")]
    assert angles == [1, 4, 7, 10]


def test_a_point_is_told_by_sign_and_truncated_parts(chart_a: dict[str, Any]) -> None:
    """280.623780 degrees are 10 degrees, 37 minutes and 25.6 seconds of Capricorn."""
    sun = chart_a["SUN"]
    assert (sun["sign"], sun["degree"], sun["minute"], sun["second"]) == ("CAPRICORN", 10, 37, 25)


@pytest.mark.parametrize(
    ("birth", "angles", "bodies"),
    [
        (
            {"date": "2000-01-01T08:00:00Z", "latitude": 32.716667, "longitude": -117.15},
            {"ASC": (191.19402, 1e-5), "MC": (102.091702, 1e-6)},
            {"SUN": 280.199014, "MOON": 221.318093},
        ),
        (
            {"date": "1962-07-03T04:30:00Z", "latitude": 51.5074, "longitude": -0.1278},
            {"ASC": (107.63272, 1e-5), "MC": (347.05898, 1e-5)},
            {},
        ),
        (
            {"date": "1971-11-28T19:15:00Z", "latitude": -33.8688, "longitude": 151.2093},
            {"ASC": (254.48942, 1e-5), "MC": (144.70045, 1e-5)},
            {},
        ),
    ],
    ids=["N", "L", "Y"],
)
def test_the_other_charts_of_the_definitions_have_their_points(
    birth: dict[str, Any],
    angles: dict[str, tuple[float, float]],
    bodies: dict[str, float],
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 0: by night, in the north and in the south; a unit of the last digit."""
    data = ask("natal-chart", birth, ephemeris).data
    positions = {row["planet"]: row["longitude"] for row in data["positions"]}
    for name, (longitude, unit) in angles.items():
        assert separation(data["angles"][name], longitude) <= unit
    for name, longitude in bodies.items():
        assert separation(positions[name], longitude) <= PRINTED


def aspect_of_a(first: str, second: str, ephemeris: SwissEphemeris) -> dict[str, Any]:
    """The only aspect between two planets of chart A."""
    request = {**CHART_A, "planets": [first, second]}
    (aspect,) = ask("aspects", request, ephemeris).data["aspects"]
    return dict(aspect)


def test_moon_and_uranus_of_chart_a_leave_their_square(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: exact at 14:58:49 UT, three hours before."""
    aspect = aspect_of_a("MOON", "URANUS", ephemeris)
    assert aspect["aspect_type"] == "SQUARE"
    assert aspect["separation"] == pytest.approx(88.497174, abs=PRINTED)
    assert aspect["orb"] == pytest.approx(1.502826, abs=PRINTED)
    assert aspect["applying"] is False


def test_saturn_and_uranus_of_chart_a_separate_though_they_meet_later(
    ephemeris: SwissEphemeris, chart_a: dict[str, Any]
) -> None:
    """DEFINITIONS.md 2: separating at the present speeds, exact after Saturn turns direct."""
    aspect = aspect_of_a("SATURN", "URANUS", ephemeris)
    assert aspect["aspect_type"] == "SQUARE"
    assert aspect["separation"] == pytest.approx(85.568948, abs=PRINTED)
    assert aspect["applying"] is False
    assert chart_a["SATURN"]["is_retrograde"] is True
    closing = chart_a["URANUS"]["speed"] - chart_a["SATURN"]["speed"]
    assert -closing == pytest.approx(-0.069942, abs=PRINTED)
    assert signed_arc(chart_a["URANUS"]["longitude"], chart_a["SATURN"]["longitude"]) > 0.0
