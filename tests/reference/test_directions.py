"""Primary directions: DEFINITIONS.md 8 for chart A, Ptolemy's example, and Swiss Ephemeris."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin, tan
from typing import Any

import numpy as np
import pytest

from app.astrology.angles import norm, separation
from app.astrology.aspects import AspectKind
from app.astrology.bodies import Angle, Body
from app.astrology.direction_arcs import (
    DirectionRules,
    DirectionSpace,
    Ray,
    Sphere,
    direct_arcs,
)
from app.astrology.house_space import DirectionMethod, place_of
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.astrology.sky import Position
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris.oracle import house_position_under
from tests.reference.test_definitions import CHART_A, MOMENT_A, SAN_DIEGO, SIX_DECIMALS

CLOSE = 1.5 * SIX_DECIMALS
"""Degrees: half of the sixth decimal that DEFINITIONS.md prints, with its own rounding."""
FIVE_DECIMALS, FOUR_DECIMALS = 6e-6, 6e-5

Row = dict[str, Any]


def asked(ephemeris: SwissEphemeris, **request: Any) -> dict[str, Any]:
    return dict(ask("directions", {"natal_chart": CHART_A, **request}, ephemeris).data)


def one(
    promissor: str,
    significator: str,
    ephemeris: SwissEphemeris,
    side: str | None = None,
    **more: Any,
) -> Row:
    """The one direction between two points, however old one must be for it."""
    request = {
        "promissors": [promissor],
        "significators": [significator],
        "aspects": ["CONJUNCTION"],
        "space": "MUNDANE",
        "max_age": 120.0,
        **more,
    }
    (row,) = [row for row in asked(ephemeris, **request)["directions"] if row["side"] == side]
    return dict(row)


# Speculum


def test_the_speculum_of_sun_and_mars(ephemeris: SwissEphemeris) -> None:
    rows = asked(ephemeris, promissors=["SUN", "MARS"], significators=["SUN"])["speculum"]
    sun, mars = rows
    expected = {
        "right_ascension": 281.554443,
        "declination": -23.012365,
        "ascensional_difference": -15.833692,
        "diurnal_semi_arc": 74.166308,
        "nocturnal_semi_arc": 105.833692,
        "meridian_distance": 28.000958,
        "proportion": 0.377543,
    }
    assert {key: sun[key] for key in expected} == pytest.approx(expected, abs=CLOSE)
    assert (sun["meridian"], sun["above_horizon"]) == ("MC", True)
    expected = {
        "right_ascension": 330.702462,
        "declination": -13.112351,
        "ascensional_difference": -8.605892,
        "diurnal_semi_arc": 81.394108,
        "meridian_distance": 77.148977,
    }
    assert {key: mars[key] for key in expected} == pytest.approx(expected, abs=CLOSE)


def test_the_speculum_south_of_the_equator(ephemeris: SwissEphemeris) -> None:
    chart_y = {"date": "1971-11-28T19:15:00Z", "latitude": -33.8688, "longitude": 151.2093}
    (sun,) = asked(ephemeris, natal_chart=chart_y, promissors=["SUN"], significators=["SUN"])[
        "speculum"
    ]
    assert sun["declination"] == pytest.approx(-21.295832, abs=CLOSE)
    assert sun["ascensional_difference"] == pytest.approx(15.166605, abs=CLOSE)
    assert sun["diurnal_semi_arc"] == pytest.approx(105.166605, abs=CLOSE)


# Arcs

MARS_TO_SUN = {
    "PLACIDUS_SEMI_ARC": (46.419214, 45.784303),
    "PLACIDUS_UNDER_THE_POLE": (46.444418, 45.808992),
    "REGIOMONTANUS": (44.805527, 44.015121),
    "CAMPANUS": (44.805527, 44.015121),
    "TOPOCENTRIC": (46.480313, None),
}
"""Mundane, and zodiacal without latitudes."""


@pytest.mark.parametrize(("method", "arcs"), MARS_TO_SUN.items())
def test_mars_comes_to_the_sun_by_every_method(
    method: str, arcs: tuple[float, float | None], ephemeris: SwissEphemeris
) -> None:
    mundane, zodiacal = arcs
    found = one("MARS", "SUN", ephemeris, method=method)
    assert found["arc"] == pytest.approx(mundane, abs=CLOSE)
    if zodiacal is not None:
        found = one("MARS", "SUN", ephemeris, method=method, space="ZODIACAL")
        assert found["arc"] == pytest.approx(zodiacal, abs=CLOSE)


def test_the_significator_may_keep_its_latitude(ephemeris: SwissEphemeris) -> None:
    rule = {"space": "ZODIACAL", "latitude_rule": "SIGNIFICATOR"}
    assert one("MARS", "SUN", ephemeris, **rule)["arc"] == pytest.approx(45.784399, abs=CLOSE)


@pytest.mark.parametrize(
    ("promissor", "significator", "arc"),
    [
        ("SATURN", "JUPITER", 13.299849),  # both under the earth
        ("JUPITER", "SUN", 94.240022),  # the promissor starts under the earth
        ("SUN", "MOON", 53.417079),  # across the midheaven
        ("SUN", "MC", 28.000958),
        ("JUPITER", "ASC", 34.748819),
        ("SATURN", "ASC", 46.941136),
    ],
)
def test_mundane_arcs_by_semi_arcs(
    promissor: str, significator: str, arc: float, ephemeris: SwissEphemeris
) -> None:
    assert one(promissor, significator, ephemeris)["arc"] == pytest.approx(arc, abs=CLOSE)


@pytest.mark.parametrize(
    ("promissor", "aspect", "side", "significator", "arc"),
    [
        ("MARS", "CONJUNCTION", None, "MC", 76.771214),
        ("JUPITER", "CONJUNCTION", None, "ASC", 33.505099),
        ("MARS", "SEXTILE", "DEXTER", "MC", 14.438153),
        ("MARS", "SEXTILE", "SINISTER", "ASC", 35.549696),  # printed 35.5497
    ],
)
def test_zodiacal_arcs_to_the_angles(
    promissor: str,
    aspect: str,
    side: str | None,
    significator: str,
    arc: float,
    ephemeris: SwissEphemeris,
) -> None:
    request = {"space": "ZODIACAL", "aspects": [aspect]}
    found = one(promissor, significator, ephemeris, side, **request)
    assert found["arc"] == pytest.approx(arc, abs=CLOSE)


def test_the_sun_is_carried_back_to_the_place_of_mars(ephemeris: SwissEphemeris) -> None:
    found = one("SUN", "MARS", ephemeris, include_converse=True)
    assert (found["direction"], found["arc"]) == ("CONVERSE", pytest.approx(42.297186, abs=CLOSE))


def test_the_other_converse_is_the_direct_one_with_roles_swapped(
    ephemeris: SwissEphemeris,
) -> None:
    found = one("SUN", "MARS", ephemeris, include_converse=True, converse_rule="ROLES_SWAPPED")
    assert (found["direction"], found["arc"]) == ("CONVERSE", pytest.approx(46.419214, abs=CLOSE))


# Years

YEARS = {
    "PTOLEMY": (46.4192, "2046-06-03", FOUR_DECIMALS),
    "NAIBOD": (47.09515, "2047-02-04", FIVE_DECIMALS),
    "STATIC": (46.419214 / 1.104080, None, 3e-5),
    "DYNAMIC_RA": (44.3609, None, FOUR_DECIMALS),
    "DYNAMIC_LONGITUDE": (45.6755, None, FOUR_DECIMALS),
    "CARDANO": (46.419214 / (59.2 / 60.0), None, 1e-6),
}


@pytest.mark.parametrize(("key", "expected"), YEARS.items())
def test_keys_turn_the_arc_of_mars_into_years(
    key: str, expected: tuple[float, str | None, float], ephemeris: SwissEphemeris
) -> None:
    age, date, tolerance = expected
    found = one("MARS", "SUN", ephemeris, key=key)
    assert found["age"] == pytest.approx(age, abs=tolerance)
    assert date is None or found["date"].startswith(date)


# The ascendant through the bounds


def test_the_ascendant_goes_through_the_bounds(ephemeris: SwissEphemeris) -> None:
    rows = asked(ephemeris, include_bounds=True)["bounds"]
    found = {row["longitude"]: row for row in rows}
    assert found[342.0]["arc"] == pytest.approx(4.40996, abs=FIVE_DECIMALS)
    assert (found[342.0]["sign"], found[342.0]["lord"]) == ("PISCES", "JUPITER")
    aries = found[0.0]
    assert aries["arc"] == pytest.approx(16.44652, abs=FIVE_DECIMALS)
    assert aries["age"] == pytest.approx(16.6860, abs=FOUR_DECIMALS)
    assert aries["date"].startswith("2016-09-08")


# Ptolemy's example: Aries 0 the place, Gemini 0 what comes to it, where the longest day has 14 h

ALEXANDRIA, TILT_OF_PTOLEMY = 30.3404, 23.855
"""Degrees: of the latitude with that day, and of the obliquity of his time."""


def meridian_over(culminating: float) -> float:
    """Right ascension of the midheaven while a degree of the ecliptic culminates."""
    turned, slant = radians(culminating), radians(TILT_OF_PTOLEMY)
    return norm(degrees(atan2(sin(turned) * cos(slant), cos(turned))))


@pytest.mark.parametrize(
    ("armc", "printed", "exact"),
    [
        (270.0, 46.0, 45.095),  # Aries rises
        (0.0, 58.0, 57.737),  # it culminates
        (90.0, 70.0, 70.379),  # it sets
        (meridian_over(48.0), 64.0, 64.120),  # Taurus 18 culminates
    ],
)
def test_ptolemys_example_of_four_positions(armc: float, printed: float, exact: float) -> None:
    sphere = Sphere(armc, TILT_OF_PTOLEMY, ALEXANDRIA)
    gemini = Ray(Position(Body.MARS, 60.0), AspectKind.CONJUNCTION, None)
    arc = direct_arcs([gemini], [Position(Body.SUN, 0.0)], sphere, DirectionRules())[0, 0]
    assert arc == pytest.approx(exact, abs=6e-4)
    assert arc == pytest.approx(printed, abs=1.0)  # he rounds the hour to 17 times


# Second method: the house that Swiss Ephemeris gives, once the sky has turned by the arc

SYSTEM_OF = {
    "PLACIDUS_SEMI_ARC": HouseSystem.PLACIDUS,
    "REGIOMONTANUS": HouseSystem.REGIOMONTANUS,
    "CAMPANUS": HouseSystem.CAMPANUS,
    "TOPOCENTRIC": HouseSystem.TOPOCENTRIC,
}
LIBRARY_STOPS = 1e-6
"""Houses within which the library ends its own iterations."""


@pytest.mark.parametrize("method", SYSTEM_OF)
@pytest.mark.parametrize(
    ("promissor", "significator"),
    [("MARS", "SUN"), ("SATURN", "JUPITER"), ("JUPITER", "SUN"), ("SUN", "MOON"), ("MOON", "MARS")],
)
def test_after_the_arc_the_promissor_is_in_the_house_of_the_significator(
    method: str, promissor: str, significator: str, ephemeris: SwissEphemeris
) -> None:
    system = SYSTEM_OF[method]
    bodies = (Body(promissor), Body(significator))
    moved, fixed = ephemeris.positions((MOMENT_A,), bodies)[0, :, :2].tolist()
    division = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.EQUAL)
    tilt = ephemeris.obliquity(MOMENT_A).true
    sphere = Sphere(division.armc, tilt, SAN_DIEGO.latitude)
    rules = DirectionRules(DirectionMethod(method), DirectionSpace.MUNDANE)
    ray = Ray(Position(bodies[0], *moved), AspectKind.CONJUNCTION, None)
    (arc,) = direct_arcs([ray], [Position(bodies[1], *fixed)], sphere, rules)[0]

    def house(turned: float, point: list[float]) -> float:
        armc = norm(division.armc + turned)
        return house_position_under(armc, SAN_DIEGO.latitude, tilt, system, (point[0], point[1]))

    there, here = house(float(arc), moved), house(0.0, fixed)
    assert separation(there * 30.0, here * 30.0) / 30.0 < LIBRARY_STOPS


def test_the_house_of_mars_after_the_arc_is_the_printed_one(ephemeris: SwissEphemeris) -> None:
    tilt = ephemeris.obliquity(MOMENT_A).true
    mars, sun = ephemeris.positions((MOMENT_A,), (Body.MARS, Body.SUN))[0, :, :2].tolist()
    for system, arc, printed in (
        (HouseSystem.PLACIDUS, 46.419214, 11.1326285),
        (HouseSystem.REGIOMONTANUS, 44.805527, 11.2526472),
    ):
        for turned, point in ((arc, mars), (0.0, sun)):
            armc = norm(253.55348499 + turned)
            found = house_position_under(
                armc, SAN_DIEGO.latitude, tilt, system, (point[0], point[1])
            )
            assert found == pytest.approx(printed, abs=1e-7)


def test_the_sun_has_the_printed_pole_of_placidus(ephemeris: SwissEphemeris) -> None:
    (sun,) = asked(ephemeris, promissors=["SUN"], significators=["SUN"])["speculum"]
    part = sun["ascensional_difference"] * sun["proportion"]
    assert part == pytest.approx(-5.977897, abs=CLOSE)
    place = place_of(
        DirectionMethod.PLACIDUS_UNDER_THE_POLE,
        np.array([sun["meridian_distance"]]),
        np.array([sun["declination"]]),
        SAN_DIEGO.latitude,
    )
    assert degrees(atan2(float(place.pole[0]), 1.0)) == pytest.approx(13.777253, abs=CLOSE)


def test_the_circle_of_position_has_the_printed_pole() -> None:
    """Zenith angle and pole of the Sun's circle, from the horizon's own coordinates."""
    hours, declination, latitude = map(radians, (28.000958, -23.012365, SAN_DIEGO.latitude))
    altitude = asin(
        sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hours)
    )
    zenith = atan2(cos(declination) * sin(hours), sin(altitude))
    assert degrees(zenith) == pytest.approx(42.447131, abs=2e-6)
    pole = asin(sin(latitude) * sin(zenith))
    assert degrees(pole) == pytest.approx(21.393957, abs=2e-6)
    oblique = [
        ascension - degrees(asin(tan(radians(down)) * tan(pole)))
        for ascension, down in ((330.702462, -13.112351), (281.554443, -23.012365))
    ]
    assert oblique[0] - oblique[1] == pytest.approx(44.805527, abs=3e-6)


def test_directed_angles_stand_over_the_natal_place(ephemeris: SwissEphemeris) -> None:
    """When Mars comes to the midheaven, its degree culminates."""
    found = one("MARS", "MC", ephemeris, space="ZODIACAL")
    reply = asked(ephemeris, target_date=found["date"], orb_years=0.0)
    mars = ephemeris.positions((MOMENT_A,), (Body.MARS,))[0, 0, 0]
    # Answers tell instants to a tenth of a second.
    assert reply["directed"]["angles"]["MC"] == pytest.approx(float(mars), abs=1e-7)
    assert reply["directed"]["arc"] == pytest.approx(76.771214, abs=CLOSE)


@pytest.mark.parametrize("latitude", [0.0, 51.5, -33.9])
def test_every_method_agrees_to_the_angles(latitude: float) -> None:
    place = Place(latitude, 0.0)
    sphere = Sphere(100.0, 23.44, place.latitude)
    ray = Ray(Position(Body.MARS, 220.0, 1.5), AspectKind.CONJUNCTION, None)
    angles = [Position(angle, 0.0) for angle in (Angle.ASC, Angle.MC, Angle.DESC, Angle.IC)]
    arcs = [
        direct_arcs([ray], angles, sphere, DirectionRules(method, DirectionSpace.MUNDANE))[0]
        for method in DirectionMethod
    ]
    assert np.ptp(np.stack(arcs), axis=0).max() < 1e-9
