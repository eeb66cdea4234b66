"""POST /api/stateless/natal-chart: points keyed by name, exactly as CONTRACT.md 1.5 and 1.7."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import separation
from app.astrology.bodies import STANDARD_POINTS, Body
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask, birth
from tests.doubles import LinearEphemeris, Motion

NATAL = "stateless/natal-chart"
TWELVE = [point.value for point in STANDARD_POINTS]

POSITION = {
    "longitude": float,
    "latitude": float,
    "distance": float,
    "speed": float,
    "is_retrograde": bool,
}
ASPECT = {
    "planet1": str,
    "planet2": str,
    "angle": float,
    "orb": float,
    "aspect_type": str,
    "applying": bool,
    "strength": float,
    "is_partile": bool,
    "is_exact": bool,
}
"""CONTRACT.md 1.5, shapes PNat and ANat: names, JSON types and order."""

SKY = LinearEphemeris(
    {
        point: Motion(longitude, speed)
        for point, longitude, speed in zip(
            STANDARD_POINTS,
            [0.0, 119.5, 355.0, 180.0, 84.0, 17.0, 33.0, 49.0, 200.0, 216.0, 232.0, 248.0],
            [1.0, 13.0, 2.0, 1.2, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, -0.05, 0.11],
            strict=True,
        )
    },
    epoch=2447907.3125,
)
"""Twelve points at the moment of the example."""


def natal(**changes: Any) -> dict[str, Any]:
    return dict(ask(NATAL, birth(**changes), SKY).data)


def aspect(first: str, second: str, **changes: Any) -> dict[str, Any]:
    """The only aspect between two points."""
    (found,) = natal(planets=[first, second], **changes)["aspects"]["aspects"]
    return dict(found)


def test_a_chart_has_planets_houses_and_aspects(ephemeris: SwissEphemeris) -> None:
    answer = ask(NATAL, birth(), ephemeris)
    assert list(answer.body) == ["success", "data", "error"]
    assert list(answer.data) == ["planets", "houses", "aspects"]


def test_planets_are_keyed_by_name(ephemeris: SwissEphemeris) -> None:
    planets = ask(NATAL, birth(), ephemeris).data["planets"]
    assert list(planets) == TWELVE
    for position in planets.values():
        assert {name: type(value) for name, value in position.items()} == POSITION
        assert list(position) == list(POSITION)


def test_houses_are_cusps_angles_and_the_systems_name(ephemeris: SwissEphemeris) -> None:
    houses = ask(NATAL, birth(), ephemeris).data["houses"]
    assert list(houses) == ["cusps", "angles", "system"]
    assert len(houses["cusps"]) == 12
    assert all(isinstance(cusp, float) for cusp in houses["cusps"])
    assert list(houses["angles"]) == ["ASC", "MC", "DESC", "IC"]
    assert houses["system"] == "PLACIDUS"
    assert houses["angles"]["ASC"] == houses["cusps"][0]


def test_aspects_are_a_list_inside_an_object(ephemeris: SwissEphemeris) -> None:
    aspects = ask(NATAL, birth(), ephemeris).data["aspects"]
    assert list(aspects) == ["aspects"]
    assert aspects["aspects"]
    for found in aspects["aspects"]:
        assert {name: type(value) for name, value in found.items()} == ASPECT
        assert list(found) == list(ASPECT)
        assert found["aspect_type"] == found["aspect_type"].lower()
        assert 0.0 <= found["strength"] <= 1.0


def test_the_angle_of_an_aspect_is_the_separation_of_its_points(ephemeris: SwissEphemeris) -> None:
    data = ask(NATAL, birth(), ephemeris).data
    places = {name: position["longitude"] for name, position in data["planets"].items()}
    for found in data["aspects"]["aspects"]:
        apart = separation(places[found["planet1"]], places[found["planet2"]])
        assert found["angle"] == pytest.approx(apart, abs=1e-12)


def test_an_aspect_tells_orb_strength_and_whether_it_applies() -> None:
    assert aspect("SUN", "MOON") == {
        "planet1": "SUN",
        "planet2": "MOON",
        "angle": 119.5,
        "orb": 0.5,
        "aspect_type": "trine",
        "applying": True,
        "strength": 0.9375,
        "is_partile": True,
        "is_exact": False,
    }
    coming = aspect("SUN", "MERCURY")
    assert (coming["orb"], coming["applying"], coming["is_partile"]) == (5.0, True, False)
    leaving = aspect("SUN", "MARS")
    assert (leaving["orb"], leaving["applying"], leaving["aspect_type"]) == (6.0, False, "square")
    exact = aspect("SUN", "VENUS")
    assert (exact["is_exact"], exact["is_partile"], exact["applying"]) == (True, True, False)
    assert exact["strength"] == 1.0


def test_a_partile_aspect_is_within_a_degree() -> None:
    """CONTRACT.md 1.5: orb up to 1, the degree itself included."""
    for longitude, partile in ((91.0, True), (91.001, False)):
        sky = LinearEphemeris({Body.SUN: Motion(0.0), Body.MOON: Motion(longitude)})
        request = birth(planets=["SUN", "MOON"])
        (found,) = ask(NATAL, request, sky).data["aspects"]["aspects"]
        assert found["is_partile"] is partile


@pytest.mark.parametrize(
    ("written", "system"),
    [
        (None, "PLACIDUS"),
        ("", "PLACIDUS"),
        ("placidus", "PLACIDUS"),
        ("koch", "KOCH"),
        ("w", "WHOLE_SIGN"),
        ("whole-sign", "WHOLE_SIGN"),
        ("Regiomontanus", "REGIOMONTANUS"),
    ],
)
def test_the_house_system_is_heard(
    written: str | None, system: str, ephemeris: SwissEphemeris
) -> None:
    houses = ask(NATAL, birth(house_system=written), ephemeris).data["houses"]
    assert houses["system"] == system
    own = ask("houses", birth(house_system=system), ephemeris).data
    assert houses["cusps"] == [house["longitude"] for house in own["houses"]]
    assert houses["angles"] == own["angles"]


def test_named_planets_alone_are_answered_in_any_case(ephemeris: SwissEphemeris) -> None:
    data = ask(NATAL, birth(planets=["moon", "true_node", "mc"]), ephemeris).data
    assert list(data["planets"]) == ["MOON", "TRUE_NODE", "MC"]
    assert data["planets"]["MC"]["longitude"] == data["houses"]["angles"]["MC"]


def test_the_chart_is_that_of_the_catalogue(ephemeris: SwissEphemeris) -> None:
    own = ask("natal-chart", birth(), ephemeris)
    legacy = ask(NATAL, birth(), ephemeris)
    assert legacy.computed_for == own.computed_for
    places = {row["planet"]: row["longitude"] for row in own.data["positions"]}
    assert {name: row["longitude"] for name, row in legacy.data["planets"].items()} == places
    kinds = [row["aspect_type"].lower() for row in own.data["aspects"]]
    assert [row["aspect_type"] for row in legacy.data["aspects"]["aspects"]] == kinds


def test_a_chart_of_the_polar_circle_is_a_calculation_error(ephemeris: SwissEphemeris) -> None:
    answer = ask(NATAL, birth(latitude=-80), ephemeris)
    assert (answer.status, answer.error["code"]) == (422, "CALCULATION_ERROR")
