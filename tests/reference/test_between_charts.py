"""DEFINITIONS.md 4 and published composites, each with a second way to the same numbers."""

from __future__ import annotations

from math import atan2, cos, degrees, radians, sin, tan
from typing import Any

import pytest

from app.astrology.angles import norm, separation
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.calculations.two_births import houses, longitudes
from tests.reference import Case, case
from tests.reference.test_definitions import CHART_A, CHART_L, CHART_Y

CHART_B = {**CHART_A, "date": "2025-06-21T07:00:00Z"}
A_AND_B = {"chart1": CHART_A, "chart2": CHART_B}
L_AND_Y = {"chart1": CHART_L, "chart2": CHART_Y}
FIVE_DECIMALS, SIX_DECIMALS = 6e-6, 6e-7
"""Degrees: half a unit of the last decimal that DEFINITIONS.md prints, and a tenth for its own."""
ROUNDING = 1e-9
"""Degrees: the same arithmetic in another order."""
LAST_PLACE_OF_A_DAY = 4e-7
"""Degrees that angles turn in the last place of a Julian day, where a mean of two is rounded."""

MIDPOINT_COMPOSITE = case("astrocom-midpoint-composite")
PLANETS = (
    *("SUN", "MOON", "MERCURY", "VENUS", "MARS"),
    *("JUPITER", "SATURN", "URANUS", "NEPTUNE", "PLUTO"),
)

PLANETS_OF_B = {
    "SUN": 90.17085,
    "MOON": 33.09347,
    "MERCURY": 112.12886,
    "VENUS": 45.53810,
    "MARS": 152.21227,
    "JUPITER": 92.59972,
    "SATURN": 1.53452,
}
HOUSES_OF_B_IN_A = dict(zip(PLANETS, (4, 2, 5, 2, 6, 4, 1, 3, 1, 12), strict=True))


def answer(name: str, ephemeris: SwissEphemeris, **request: Any) -> Any:
    return ask(name, request, ephemeris).data


# synastry


def test_the_second_chart_has_its_planets(ephemeris: SwissEphemeris) -> None:
    found = longitudes(answer("synastry", ephemeris, **A_AND_B)["chart2"]["positions"])
    for planet, longitude in PLANETS_OF_B.items():
        assert found[planet] == pytest.approx(longitude, abs=FIVE_DECIMALS)


def test_its_planets_fall_into_the_houses_of_the_first(ephemeris: SwissEphemeris) -> None:
    data = answer("synastry", ephemeris, **A_AND_B, planets=PLANETS)
    assert houses(data["overlays"]["chart2_in_chart1"]) == HOUSES_OF_B_IN_A


def test_the_suns_are_opposed_with_their_orb(ephemeris: SwissEphemeris) -> None:
    (row,) = answer("synastry", ephemeris, **A_AND_B, planets=["SUN"], orbs={"OPPOSITION": 12})[
        "aspects"
    ]
    assert (row["aspect_type"], row["applying"]) == ("OPPOSITION", None)
    assert row["orb"] == pytest.approx(10.45293, abs=FIVE_DECIMALS)


def test_aspects_between_charts_are_those_of_their_longitudes(ephemeris: SwissEphemeris) -> None:
    data = answer("synastry", ephemeris, **A_AND_B)
    orbs = {0: 10.0, 60: 6.0, 90: 8.0, 120: 8.0, 180: 10.0}
    first, second = (longitudes(data[name]["positions"]) for name in ("chart1", "chart2"))
    expected = {
        (one, other, angle)
        for one, here in first.items()
        for other, there in second.items()
        for angle, orb in orbs.items()
        if abs(degrees(abs(atan2(sin(radians(there - here)), cos(radians(there - here))))) - angle)
        <= orb
    }
    found = {(row["planet1"], row["planet2"], row["angle"]) for row in data["aspects"]}
    assert found == expected


# composite


def test_the_composite_has_its_values(ephemeris: SwissEphemeris) -> None:
    data = answer(
        "composite", ephemeris, **A_AND_B, planets=["SUN", "MOON", "TRUE_NODE", "ASC", "MC"]
    )
    expected = {
        "SUN": 5.397317,
        "MOON": 309.709041,
        "TRUE_NODE": 58.068174,
        "ASC": 338.526657,
        "MC": 256.712561,
    }
    found = longitudes(data["positions"])
    for point, longitude in expected.items():
        assert found[point] == pytest.approx(longitude, abs=SIX_DECIMALS)
    assert data["angles"]["ASC"] == found["ASC"]


@pytest.mark.parametrize("published", [MIDPOINT_COMPOSITE], ids=str)
def test_a_published_composite_has_its_points(published: Case, ephemeris: SwissEphemeris) -> None:
    births = [_birth(published.input[key]) for key in ("a", "b")]
    data = answer(
        "composite",
        ephemeris,
        chart1=births[0],
        chart2=births[1],
        planets=[
            *PLANETS,
            "TRUE_NODE",
            "ASC",
        ],
    )
    expected = {
        **{planet.upper(): longitude for planet, longitude in published.expect["lon_deg"].items()},
        "TRUE_NODE": published.expect["true_node"],
        "ASC": published.expect["asc_deg"],
    }
    found = longitudes(data["positions"])
    assert found.keys() == expected.keys()
    for point, longitude in expected.items():
        assert separation(found[point], longitude) <= published.tolerance["lon_deg"], point


def _birth(written: Any) -> dict[str, Any]:
    date, _, time = written["local"].partition("T")
    return {
        "date": date,
        "time": time,
        "timezone": written["tz"],
        "latitude": written["lat"],
        "longitude": written["lon"],
        "house_system": written.get("house_system", "placidus"),
    }


def test_derived_houses_have_their_values(ephemeris: SwissEphemeris) -> None:
    data = answer("composite", ephemeris, **A_AND_B, houses="DERIVED")
    assert data["reference_latitude"] == 32.716667
    assert data["angles"]["ASC"] == pytest.approx(338.50616, abs=FIVE_DECIMALS)
    assert data["houses"][1]["longitude"] == pytest.approx(20.61448, abs=FIVE_DECIMALS)
    assert data["angles"]["MC"] == pytest.approx(256.712561, abs=SIX_DECIMALS)


@pytest.mark.parametrize("pair", [A_AND_B, L_AND_Y], ids=["A x B", "L x Y"])
def test_near_midpoints_are_where_the_sum_of_both_directions_points(
    pair: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    for row in answer("composite", ephemeris, **pair, planets=PLANETS)["positions"]:
        arms = [radians(row[name]) for name in ("longitude1", "longitude2")]
        middle = norm(degrees(atan2(sum(map(sin, arms)), sum(map(cos, arms)))))
        assert separation(row["longitude"], middle) < ROUNDING
        assert separation(row["far_longitude"], middle) == pytest.approx(180.0, abs=ROUNDING)


@pytest.mark.parametrize("latitude", [-33.8688, 0.0, 51.5074, 66.0])
def test_a_derived_ascendant_is_the_one_of_spherical_trigonometry(
    latitude: float, ephemeris: SwissEphemeris
) -> None:
    data = answer("composite", ephemeris, **L_AND_Y, houses="DERIVED", reference_latitude=latitude)
    days = [
        ask("natal-chart", chart, ephemeris).computed_for["julian_day"]
        for chart in (CHART_L, CHART_Y)
    ]
    tilt = radians(sum(ephemeris.obliquity(day).true for day in days) / 2)
    midheaven = radians(data["angles"]["MC"])
    armc = atan2(sin(midheaven) * cos(tilt), cos(midheaven))
    rising = atan2(cos(armc), -(sin(armc) * cos(tilt) + tan(radians(latitude)) * sin(tilt)))
    assert separation(data["angles"]["ASC"], norm(degrees(rising))) < 1e-7


def test_a_sidereal_composite_is_the_tropical_one_less_the_mean_ayanamsa(
    ephemeris: SwissEphemeris,
) -> None:
    for kind in ("MIDPOINT_ASC_MC", "DERIVED"):
        tropical = answer("composite", ephemeris, **A_AND_B, houses=kind)
        asked = ask("composite", {**A_AND_B, "houses": kind, "zodiac": "SIDEREAL"}, ephemeris)
        echoed = asked.computed_for["definitions"]
        mean = (echoed["ayanamsa_value"] + echoed["chart2"]["ayanamsa_value"]) / 2
        for one, other in zip(tropical["houses"], asked.data["houses"], strict=True):
            assert separation(one["longitude"] - mean, other["longitude"]) < ROUNDING
        before, after = (longitudes(data["positions"]) for data in (tropical, asked.data))
        for point, longitude in before.items():
            assert separation(longitude - mean, after[point]) < ROUNDING


# Davison


DAVISON = {
    "ARITHMETIC": (8.819300, 75.540750, 334.08285, 249.23153),
    "SPHERICAL": (28.672098, 104.796731, 9.68682, 276.24099),
}


@pytest.mark.parametrize(("place", "expected"), DAVISON.items())
def test_the_davison_chart_has_its_values(
    place: str, expected: tuple[float, ...], ephemeris: SwissEphemeris
) -> None:
    data = answer("davison", ephemeris, **L_AND_Y, davison_place=place)
    chart, (latitude, longitude, asc, mc) = data["chart"], expected
    assert chart["utc"] == "1967-03-16T23:52:30.0Z"
    assert chart["julian_day"] == pytest.approx(2439566.4947917, abs=1e-7)
    found = longitudes(chart["positions"])
    assert found["SUN"] == pytest.approx(355.701999, abs=SIX_DECIMALS)
    assert found["MOON"] == pytest.approx(58.770180, abs=SIX_DECIMALS)
    assert chart["latitude"] == pytest.approx(latitude, abs=SIX_DECIMALS)
    assert chart["longitude"] == pytest.approx(longitude, abs=SIX_DECIMALS)
    assert chart["angles"]["ASC"] == pytest.approx(asc, abs=FIVE_DECIMALS)
    assert chart["angles"]["MC"] == pytest.approx(mc, abs=FIVE_DECIMALS)
    assert data["ambiguous"] is False


def test_the_mean_of_terrestrial_times_is_six_tenths_of_a_second_off(
    ephemeris: SwissEphemeris,
) -> None:
    days = [
        answer("davison", ephemeris, **L_AND_Y, davison_time=time)["chart"]["julian_day"]
        for time in ("JD_UT", "JD_TT")
    ]
    assert (days[1] - days[0]) * 86_400.0 == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("place", DAVISON)
@pytest.mark.parametrize("center", ["GEOCENTRIC", "TOPOCENTRIC"])
def test_the_davison_chart_is_the_natal_chart_of_its_moment_and_place(
    place: str, center: str, ephemeris: SwissEphemeris
) -> None:
    choices = {"center": center, "planets": [*PLANETS, "ASC", "MC", "FORTUNE"]}
    chart = answer("davison", ephemeris, **L_AND_Y, **choices, davison_place=place)["chart"]
    natal = answer(
        "natal-chart",
        ephemeris,
        date="1967-03-16T23:52:30Z",
        latitude=chart["latitude"],
        longitude=chart["longitude"],
        **choices,
    )
    _same_wheel(chart, natal, LAST_PLACE_OF_A_DAY)
    assert chart["is_day"] is natal["is_day"]
    for one, other in zip(chart["aspects"], natal["aspects"], strict=True):
        assert one == {
            **other,
            **{
                name: pytest.approx(other[name], abs=LAST_PLACE_OF_A_DAY)
                for name in ("separation", "orb", "strength")
            },
        }


def _same_wheel(wheel: Any, natal: Any, tolerance: float = ROUNDING) -> None:
    for one, other in zip(wheel["positions"], natal["positions"], strict=True):
        assert (one["planet"], one["house"]) == (other["planet"], other["house"])
        assert separation(one["longitude"], other["longitude"]) < tolerance
    for one, other in zip(wheel["houses"], natal["houses"], strict=True):
        assert separation(one["longitude"], other["longitude"]) < tolerance
    for angle, degree in natal["angles"].items():
        assert separation(wheel["angles"][angle], degree) < tolerance


# relocation


@pytest.mark.parametrize(
    ("latitude", "longitude", "asc", "mc"),
    [
        (51.5074, -0.1278, 124.220357, 11.502374),
        (-33.8688, 151.2093, 268.922096, 160.405611),
    ],
)
@pytest.mark.parametrize("center", ["GEOCENTRIC", "TOPOCENTRIC"])
def test_a_relocated_chart_has_its_angles(
    latitude: float, longitude: float, asc: float, mc: float, center: str, ephemeris: SwissEphemeris
) -> None:
    place = {"new_latitude": latitude, "new_longitude": longitude}
    data = answer("relocation", ephemeris, **CHART_A, **place, center=center)
    angles = data["relocated"]["angles"]
    assert angles["ASC"] == pytest.approx(asc, abs=SIX_DECIMALS)
    assert angles["MC"] == pytest.approx(mc, abs=SIX_DECIMALS)


@pytest.mark.parametrize("center", ["GEOCENTRIC", "TOPOCENTRIC"])
def test_a_relocated_chart_is_the_natal_chart_of_that_instant_there(
    center: str, ephemeris: SwissEphemeris
) -> None:
    choices = {"center": center, "planets": [*PLANETS, "ASC", "MC", "FORTUNE"]}
    place = {"new_latitude": -33.8688, "new_longitude": 151.2093}
    data = answer("relocation", ephemeris, **CHART_A, **place, **choices)
    there = {**CHART_A, "latitude": -33.8688, "longitude": 151.2093}
    natal = answer("natal-chart", ephemeris, **there, **choices)
    _same_wheel(data["relocated"], natal)
    assert data["relocated"]["aspects"] == natal["aspects"]
    _same_wheel(data["birthplace"], answer("natal-chart", ephemeris, **CHART_A, **choices))


# transits and diurnal charts


def test_transits_are_the_sky_of_their_moment_over_the_natal_chart(
    ephemeris: SwissEphemeris,
) -> None:
    data = answer(
        "transits",
        ephemeris,
        natal_chart=CHART_A,
        transit_date="2025-06-21",
        transit_time="00:00:00",
        transit_timezone="America/Los_Angeles",
        planets=PLANETS,
    )
    sky = answer("planetary-positions", ephemeris, **CHART_B, planets=PLANETS)
    assert longitudes(data["transit_positions"]) == longitudes(sky["positions"])
    assert houses(data["transit_positions"]) == HOUSES_OF_B_IN_A
    _same_wheel(
        data["natal"],
        answer(
            "natal-chart",
            ephemeris,
            **CHART_A,
            planets=list(longitudes(data["natal"]["positions"])),
        ),
    )


def test_a_diurnal_chart_is_the_natal_chart_of_that_day(ephemeris: SwissEphemeris) -> None:
    points = [*PLANETS, "ASC", "MC"]
    data = answer(
        "diurnal", ephemeris, natal_chart=CHART_A, target_date="2025-06-21", planets=points
    )
    day = {**CHART_A, "date": "2025-06-21T18:00:00Z", "planets": points}
    natal = answer("natal-chart", ephemeris, **day)
    _same_wheel(data["chart"], natal)
    assert data["chart"]["aspects"] == natal["aspects"]
