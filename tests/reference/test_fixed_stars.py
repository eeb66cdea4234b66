"""Stars of chart A and of published examples (DEFINITIONS.md 1 and 3)."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin, tan
from typing import Any

import pytest

from app.astrology.angles import separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.reference import case
from tests.reference.test_definitions import CHART_A, SAN_DIEGO

ANTARES = case("astrocom-sandiego-natal")
SIX_DECIMALS = 6e-7
A_SECOND = 1.0 / 3600.0

STARS_OF_A = {
    "ALDEBARAN": (69.790315, 0.86),
    "ALGOL": (56.168181, 2.12),
    "ALPHA_CENTAURI": (239.469909, -0.10),
    "ANTARES": (249.753450, 0.91),
    "ARCTURUS": (204.228212, -0.05),
    "BETELGEUSE": (88.756635, 0.42),
    "CANOPUS": (104.980253, -0.74),
    "CAPELLA": (81.859998, 0.08),
    "DENEB": (335.318677, 1.25),
    "FOMALHAUT": (333.852652, 1.16),
    "POLLUX": (113.217477, 1.14),
    "PROCYON": (115.787514, 0.37),
    "REGULUS": (149.829070, 1.40),
    "SIRIUS": (104.085316, -1.46),
    "SPICA": (203.836183, 0.97),
    "VEGA": (285.300348, 0.03),
}


def star(ephemeris: SwissAlmanac, name: str, **request: Any) -> dict[str, Any]:
    asked = {**CHART_A, "planets": ["SUN"], "stars": [name], **request}
    (row,) = ask("fixed-stars", asked, ephemeris).data["stars"]
    return dict(row)


@pytest.mark.parametrize("name", STARS_OF_A)
def test_stars_of_chart_a(name: str, ephemeris: SwissAlmanac) -> None:
    longitude, magnitude = STARS_OF_A[name]
    row = star(ephemeris, name)
    assert row["star"] == name
    assert row["longitude"] == pytest.approx(longitude, abs=SIX_DECIMALS)
    assert row["magnitude"] == pytest.approx(magnitude)


def test_antares_is_where_a_published_table_has_it(ephemeris: SwissAlmanac) -> None:
    expected, within = ANTARES.expect["lon_deg"]["Antares"], ANTARES.tolerance["lon_deg"]
    assert star(ephemeris, "ANTARES")["longitude"] == pytest.approx(expected, abs=within)


@pytest.mark.parametrize(
    ("place", "moment"),
    [("APPARENT", "2011-11-29T22:46:29Z"), ("MEAN", "2012-04-15T22:20:25Z")],
)
def test_regulus_enters_virgo(place: str, moment: str, ephemeris: SwissAlmanac) -> None:
    """Within what it moves in two seconds of time; the other place is seconds of arc away."""
    row = star(ephemeris, "REGULUS", date=moment, star_place=place)
    assert separation(row["longitude"], 150.0) < abs(row["speed"]) * 2.0 / 86400.0
    other = {"APPARENT": "MEAN", "MEAN": "APPARENT"}[place]
    row = star(ephemeris, "REGULUS", date=moment, star_place=other)
    assert separation(row["longitude"], 150.0) > 5.0 * A_SECOND


def test_theta_persei_is_where_meeus_computes_it(ephemeris: SwissAlmanac) -> None:
    """Meeus, Astronomical Algorithms (1998), examples 21.b and 23.a: 2028 November 13.19 TD.

    Within 0.3 seconds of arc: he has other constants and leaves out the star's parallax.
    """
    when = {"date": "2028-11-13T04:32:25Z"}  # 71 seconds before 4h 33m 36s
    mean = star(ephemeris, "Theta Persei", star_place="MEAN", **when)
    assert mean["right_ascension"] == pytest.approx(41.547214, abs=0.3 * A_SECOND)
    assert mean["declination"] == pytest.approx(49.348483, abs=0.3 * A_SECOND)
    apparent = star(ephemeris, "Theta Persei", **when)
    ascension = 15.0 * (2.0 + 46.0 / 60.0 + 14.390 / 3600.0)
    declination = 49.0 + 21.0 / 60.0 + 7.45 / 3600.0
    assert apparent["right_ascension"] == pytest.approx(ascension, abs=0.3 * A_SECOND)
    assert apparent["declination"] == pytest.approx(declination, abs=0.3 * A_SECOND)


def test_sirius_rises_heliacally_at_memphis(ephemeris: SwissAlmanac) -> None:
    """DEFINITIONS.md 6: day accuracy only; the same library with the same observer."""
    request = {
        "date": "2026-01-01T00:00:00Z",
        "latitude": 30.05,
        "longitude": 31.25,
        "altitude": 20.0,
        "stars": ["SIRIUS"],
        "heliacal_stars": ["SIRIUS"],
        "observer": {"temperature": 25.0, "humidity": 40.0, "age": 36.0},
    }
    rising, _ = ask("fixed-stars", request, ephemeris).data["heliacal"]
    assert rising["event"] == "MORNING_FIRST"
    assert rising["time"][:19] == "2026-08-07T02:38:15"


def test_stars_in_paran_stand_on_angles_with_their_planet(ephemeris: SwissAlmanac) -> None:
    """Computed again at the moment of each paran, by hour angles and altitudes."""
    data = ask("fixed-stars", {**CHART_A, "include_parans": True}, ephemeris).data
    places = {row["star"]: row for row in data["stars"]}
    assert len(data["parans"]) > 20
    for row in data["parans"]:
        moment = row["julian_day"]
        local = ephemeris.sidereal_time(moment) + SAN_DIEGO.longitude
        place = places[row["star"]]
        # The star crosses so many degrees of sidereal time after or before the planet.
        local += -row["orb"] if row["star_first"] else row["orb"]
        hour_angle = radians(local - place["right_ascension"])
        delta, phi = radians(place["declination"]), radians(SAN_DIEGO.latitude)
        altitude = degrees(asin(sin(phi) * sin(delta) + cos(phi) * cos(delta) * cos(hour_angle)))
        azimuth = atan2(sin(hour_angle), cos(hour_angle) * sin(phi) - tan(delta) * cos(phi))
        match row["star_event"]:
            case "RISE":
                assert altitude == pytest.approx(0.0, abs=1e-4)
                assert azimuth < 0.0  # from the south: in the east
            case "SET":
                assert altitude == pytest.approx(0.0, abs=1e-4)
                assert azimuth > 0.0
            case "CULMINATION":
                assert hour_angle % radians(360.0) == pytest.approx(0.0, abs=1e-6) or (
                    hour_angle % radians(360.0) == pytest.approx(radians(360.0), abs=1e-6)
                )
            case _:
                assert hour_angle % radians(360.0) == pytest.approx(radians(180.0), abs=1e-6)
