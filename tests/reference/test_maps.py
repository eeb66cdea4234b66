"""Lines, parans, directions and sectors of chart A (DEFINITIONS.md 1 and 9), computed twice."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin, tan
from typing import Any

import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import Body
from app.astrology.place import Place
from app.calculations.shapes import instant_text
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.ephemeris import oracle
from tests.reference.test_definitions import CHART_A, FOUR_DECIMALS, MOMENT_A, SAN_DIEGO

FIVE_DECIMALS, SIX_DECIMALS = 6e-6, 1.1e-6
"""Degrees: a little over half a unit of the last decimal that DEFINITIONS.md prints."""
NAMES = ["SUN", "MOON", "MARS", "JUPITER", "SATURN"]


def lines(ephemeris: SwissAlmanac, **changes: Any) -> Any:
    return ask("astrocartography", {**CHART_A, "planets": NAMES, **changes}, ephemeris).data


def points_of(data: Any, planet: str, line: str) -> list[list[float]]:
    for feature in data["lines"]["features"]:
        if feature["properties"] == {"planet": planet, "line": line}:
            geometry = feature["geometry"]
            whole = geometry["type"] == "LineString"
            parts = [geometry["coordinates"]] if whole else geometry["coordinates"]
            return [point for part in parts for point in part]
    raise KeyError(planet, line)


def longitude_at(
    ephemeris: SwissAlmanac, planet: str, line: str, latitude: float, **changes: Any
) -> float:
    """A band starts at its southern latitude exactly."""
    data = lines(ephemeris, south=latitude, north=latitude + 1.0, **changes)
    found = [point for point in points_of(data, planet, line) if point[1] == round(latitude, 6)]
    return found[0][0]


# Astrocartography


@pytest.mark.parametrize(("planet", "longitude"), [("SUN", -89.149042), ("JUPITER", 13.173594)])
def test_meridian_lines_of_chart_a(planet: str, longitude: float, ephemeris: SwissAlmanac) -> None:
    data = lines(ephemeris)
    for line, turn in (("MC", 0.0), ("IC", 180.0)):
        for point in points_of(data, planet, line):
            assert separation(point[0], longitude + turn) < SIX_DECIMALS


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, -179.14904), (32.716667, -163.31535), (51.5, -146.87575), (-33.8688, 164.28788)],
)
def test_the_rising_line_of_the_sun_of_chart_a(
    latitude: float, longitude: float, ephemeris: SwissAlmanac
) -> None:
    found = longitude_at(ephemeris, "SUN", "ASC", latitude)
    assert found == pytest.approx(longitude, abs=FIVE_DECIMALS)


def test_jupiter_rises_elsewhere_than_its_degree(ephemeris: SwissAlmanac) -> None:
    body = longitude_at(ephemeris, "JUPITER", "ASC", 51.5)
    degree = longitude_at(ephemeris, "JUPITER", "ASC", 51.5, projection="IN_ZODIACO")
    assert body == pytest.approx(-87.78571, abs=FIVE_DECIMALS)
    assert degree == pytest.approx(-89.79836, abs=FIVE_DECIMALS)
    there = {**CHART_A, "latitude": 51.5, "longitude": body}
    angles = ask("houses", there, ephemeris).data["angles"]
    assert angles["ASC"] == pytest.approx(29.5558, abs=FOUR_DECIMALS)


@pytest.mark.parametrize("projection", ["IN_MUNDO", "IN_ZODIACO"])
def test_on_every_line_the_library_puts_the_body_on_its_angle(
    projection: str, ephemeris: SwissAlmanac
) -> None:
    data = lines(ephemeris, latitude_step=10.0, south=-60.0, north=60.0, projection=projection)
    samples = [
        (planet, line, Place(latitude, longitude))
        for planet in NAMES
        for line in ("MC", "IC", "ASC", "DESC")
        for longitude, latitude in points_of(data, planet, line)
    ]
    flat = projection == "IN_ZODIACO"
    seen = oracle.in_own_thread(
        lambda: [
            oracle.azimuth_and_altitude(MOMENT_A, place, Body[planet], on_ecliptic=flat)
            for planet, _, place in samples
        ]
    )
    declinations = {row["planet"]: row["declination"] for row in data["bodies"]}
    assert len(samples) > 150
    for (planet, line, place), (azimuth, altitude) in zip(samples, seen, strict=True):
        if line in {"ASC", "DESC"}:
            assert altitude == pytest.approx(0.0, abs=2e-6)  # coordinates have six decimals
            assert (azimuth < 180.0) is (line == "ASC")
        else:
            upper = line == "MC"
            off = place.latitude - declinations[planet] * (1.0 if upper else -1.0)
            culmination = (90.0 - abs(off)) * (1.0 if upper else -1.0)
            assert altitude == pytest.approx(culmination, abs=2e-6)
            assert abs(sin(radians(azimuth)) * cos(radians(altitude))) < 1e-7


# Parans


@pytest.mark.parametrize(
    ("upper", "other", "line", "latitude"),
    [
        ("SUN", "JUPITER", "ASC", 54.679534),
        ("MOON", "MARS", "ASC", -48.646434),
        ("SUN", "MOON", "DESC", 69.401684),
    ],
)
def test_paran_latitudes_of_chart_a(
    upper: str, other: str, line: str, latitude: float, ephemeris: SwissAlmanac
) -> None:
    rows = lines(ephemeris, include_parans=True)["parans"]
    (found,) = [
        row["latitude"]
        for row in rows
        if (upper, "MC", other, line)
        in {
            (row["planet1"], row["line1"], row["planet2"], row["line2"]),
            (row["planet2"], row["line2"], row["planet1"], row["line1"]),
        }
    ]
    assert found == pytest.approx(latitude, abs=SIX_DECIMALS)


def test_at_every_paran_the_library_puts_both_bodies_on_their_angles(
    ephemeris: SwissAlmanac,
) -> None:
    rows = lines(ephemeris, include_parans=True)["parans"]
    samples = [
        (row[f"line{which}"], Place(row["latitude"], row["longitude"]), Body[row[f"planet{which}"]])
        for row in rows
        for which in (1, 2)
    ]
    seen = oracle.in_own_thread(
        lambda: [oracle.azimuth_and_altitude(MOMENT_A, place, body) for _, place, body in samples]
    )
    assert len(samples) > 80
    for (line, _, _), (azimuth, altitude) in zip(samples, seen, strict=True):
        if line in {"ASC", "DESC"}:
            assert altitude == pytest.approx(0.0, abs=1e-7)
            assert (azimuth < 180.0) is (line == "ASC")
        else:
            assert abs(sin(radians(azimuth)) * cos(radians(altitude))) < 1e-8


# Local space


@pytest.mark.parametrize(
    ("planet", "azimuth", "altitude"),
    [
        ("SUN", 150.639933, 28.193841),
        ("MOON", 215.919663, None),
        ("MARS", 107.968753, None),
        ("JUPITER", 57.968703, -27.226449),
    ],
)
def test_directions_of_chart_a(
    planet: str, azimuth: float, altitude: float | None, ephemeris: SwissAlmanac
) -> None:
    request = {**CHART_A, "planets": [planet], "include_lines": False}
    (row,) = ask("local-space", request, ephemeris).data["positions"]
    assert row["azimuth"] == pytest.approx(azimuth, abs=SIX_DECIMALS)
    if altitude is not None:
        assert row["altitude"] == pytest.approx(altitude, abs=SIX_DECIMALS)


def test_directions_are_those_of_the_library_all_over_the_earth(ephemeris: SwissAlmanac) -> None:
    for moment, place in oracle.random_births(12, seed=9):
        rows = ask(
            "local-space",
            {
                "date": _text(moment),
                "latitude": place.latitude,
                "longitude": place.longitude,
                "planets": NAMES,
                "include_lines": False,
            },
            ephemeris,
        )
        born = rows.computed_for["julian_day"]
        for row in rows.data["positions"]:
            body = Body[row["planet"]]
            azimuth, altitude = oracle.in_own_thread(
                lambda body=body, born=born, place=place: oracle.azimuth_and_altitude(  # type: ignore[misc]
                    born, place, body
                )
            )
            assert row["altitude"] == pytest.approx(altitude, abs=1e-7)
            assert separation(row["azimuth"], azimuth) * cos(radians(altitude)) < 1e-7


def _text(moment: float) -> str:
    """The moment to a tenth of a second; the request's own instant is then what counts."""
    return instant_text(moment)


# Gauquelin


@pytest.mark.parametrize(
    ("planet", "method", "topocentric", "position"),
    [
        ("MOON", 0, True, 13.14108),
        ("MOON", 0, False, 13.08422),
        ("MARS", 0, True, 1.46922),
        ("SATURN", 0, True, 31.83117),
        ("MOON", 3, True, 13.15231),
    ],
)
def test_sectors_of_chart_a(
    planet: str, method: int, position: float, ephemeris: SwissAlmanac, *, topocentric: bool
) -> None:
    request = {**CHART_A, "planets": [planet], "method": method, "topocentric": topocentric}
    (row,) = ask("gauquelin-sectors", request, ephemeris).data["sectors"]
    assert row["position"] == pytest.approx(position, abs=FIVE_DECIMALS)


def test_placidus_sectors_are_parts_of_semi_arcs(ephemeris: SwissAlmanac) -> None:
    """From rising to setting 18 sectors, and 18 from setting to rising, by topocentric places."""
    request = {**CHART_A, "planets": NAMES}
    for row in ask("gauquelin-sectors", request, ephemeris).data["sectors"]:
        body = Body[row["planet"]]
        ascension, declination = oracle.in_own_thread(
            lambda body=body: oracle.seen_on_equator(MOMENT_A, SAN_DIEGO, body)  # type: ignore[misc]
        )
        local = oracle.in_own_thread(lambda: oracle.sidereal_time(MOMENT_A)) + SAN_DIEGO.longitude
        lean = tan(radians(SAN_DIEGO.latitude)) * tan(radians(declination))
        diurnal = 90.0 + degrees(asin(lean))
        since_rising = norm(signed_arc(ascension, local) + diurnal)
        if since_rising <= 2.0 * diurnal:
            expected = 1.0 + 18.0 * since_rising / (2.0 * diurnal)
        else:
            night = 360.0 - 2.0 * diurnal
            expected = 19.0 + 18.0 * (since_rising - 2.0 * diurnal) / night
        assert row["position"] == pytest.approx(expected, abs=1e-6)
