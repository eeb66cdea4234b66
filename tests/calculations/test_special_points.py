"""Special points through the public calculation."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import norm, separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask, birth

LUNAR = {"north_node", "south_node", "lilith_mean", "lilith_true", "lilith_interpolated", "selena"}


def asked(ephemeris: SwissAlmanac, **request: Any) -> Asked:
    return ask("special-points", birth(**request), ephemeris)


def test_what_is_not_asked_for_is_left_out(ephemeris: SwissAlmanac) -> None:
    assert set(asked(ephemeris).data) == {*LUNAR, "syzygy", "dodecatemoria"}
    bare = asked(
        ephemeris,
        include_nodes=False,
        include_lilith=False,
        include_selena=False,
        include_syzygy=False,
        include_dodecatemoria=False,
    )
    assert bare.data == {}
    assert "selena" not in bare.computed_for["definitions"]
    no_lilith = asked(ephemeris, include_lilith=False).data
    assert LUNAR & set(no_lilith) == {"north_node", "south_node", "selena"}


@pytest.mark.parametrize(
    ("name", "kind", "planet"),
    [
        ("north_node", "MEAN", "NORTH_NODE"),
        ("south_node", "MEAN", "SOUTH_NODE"),
        ("lilith_mean", "MEAN", "LILITH"),
        ("lilith_true", "OSCULATING", "LILITH_TRUE"),
        ("lilith_interpolated", "INTERPOLATED", "LILITH_INTERPOLATED"),
        ("selena", "HYPOTHETICAL", "WHITE_MOON"),
    ],
)
def test_a_point_tells_how_it_is_found(
    name: str, kind: str, planet: str, ephemeris: SwissAlmanac
) -> None:
    row = asked(ephemeris).data[name]
    assert (row["type"], row["planet"]) == (kind, planet)
    assert row["speed"] != 0.0


def test_the_true_node_takes_the_place_of_the_mean_one(ephemeris: SwissAlmanac) -> None:
    mean, true = asked(ephemeris), asked(ephemeris, use_true_node=True)
    assert true.data["north_node"]["type"] == true.data["south_node"]["type"] == "TRUE"
    assert mean.data["north_node"]["longitude"] != true.data["north_node"]["longitude"]
    assert true.computed_for["definitions"]["node"] == "TRUE"
    for answer in (mean, true):
        north, south = (answer.data[f"{end}_node"]["longitude"] for end in ("north", "south"))
        assert separation(norm(north + 180.0), south) < 1e-9


def test_selena_is_one_of_two(ephemeris: SwissAlmanac) -> None:
    white = asked(ephemeris)
    assert white.data["selena"]["hypothetical"] is True
    assert white.computed_for["definitions"]["selena"] == "WHITE_MOON"
    perigee = asked(ephemeris, selena="MEAN_PERIGEE")
    assert (perigee.data["selena"]["type"], perigee.data["selena"]["planet"]) == (
        "MEAN_OPPOSITE",
        "PRIAPUS",
    )
    assert perigee.computed_for["definitions"]["selena"] == "MEAN_PERIGEE"


def test_selena_is_the_same_among_points_and_special_points(ephemeris: SwissAlmanac) -> None:
    (row,) = ask("natal-chart", birth(planets=["SELENA"]), ephemeris).data["positions"]
    selena = asked(ephemeris).data["selena"]
    assert (row["planet"], row["longitude"]) == (selena["planet"], selena["longitude"])


def test_only_the_interpolated_perigee_is_not_opposite(ephemeris: SwissAlmanac) -> None:
    data = asked(ephemeris, include_perigees=True).data
    apart = {
        kind: separation(data[f"lilith_{kind}"]["longitude"], data[f"perigee_{kind}"]["longitude"])
        for kind in ("mean", "true", "interpolated")
    }
    assert apart["mean"] == pytest.approx(180.0, abs=1e-9)
    assert apart["true"] == pytest.approx(180.0, abs=1e-9)
    assert apart["interpolated"] < 179.0


def test_the_vertex_is_missing_on_the_equator(ephemeris: SwissAlmanac) -> None:
    names = [row["planet"] for row in asked(ephemeris, include_angles=True).data["angles"]]
    assert names == ["VERTEX", "ANTI_VERTEX", "EAST_POINT"]
    equator = asked(ephemeris, include_angles=True, latitude=0.0, house_system="EQUAL").data
    assert [row["planet"] for row in equator["angles"]] == ["EAST_POINT"]
    assert equator["angles"][0]["house"] in range(1, 13)


def test_houses_are_told_when_a_system_is_given(ephemeris: SwissAlmanac) -> None:
    assert asked(ephemeris).data["north_node"]["house"] is None
    data = asked(ephemeris, house_system="PLACIDUS").data
    assert data["north_node"]["house"] in range(1, 13)


def test_nodes_of_planets_are_opposite_as_seen_from_the_sun_alone(
    ephemeris: SwissAlmanac,
) -> None:
    for center, opposite in (("HELIOCENTRIC", True), ("GEOCENTRIC", False)):
        answer = asked(ephemeris, orbits=["MARS", "VENUS", "MARS"], orbit_center=center)
        assert [row["planet"] for row in answer.data["orbits"]] == ["MARS", "VENUS"]
        for row in answer.data["orbits"]:
            apart = separation(row["north_node"]["longitude"], row["south_node"]["longitude"])
            assert (abs(apart - 180.0) < 1e-4) is opposite
        assert answer.computed_for["definitions"]["orbit_center"] == center


def test_orbits_stand_in_the_zodiac_that_is_asked_for(ephemeris: SwissAlmanac) -> None:
    tropical = asked(ephemeris, orbits=["SATURN"]).data["orbits"][0]["perihelion"]
    answer = asked(ephemeris, orbits=["SATURN"], zodiac="SIDEREAL")
    sidereal = answer.data["orbits"][0]["perihelion"]
    ayanamsa = answer.computed_for["definitions"]["ayanamsa_value"]
    assert sidereal["longitude"] == pytest.approx(tropical["longitude"] - ayanamsa, abs=1e-9)
    slower = tropical["speed"] - sidereal["speed"]
    assert slower == pytest.approx(_slower_in_the_sidereal_zodiac(ephemeris), abs=1e-7)
    draconic = asked(ephemeris, orbits=["SATURN"], zodiac="DRACONIC").data["orbits"][0]
    assert draconic["perihelion"]["speed"] > 0.05


def _slower_in_the_sidereal_zodiac(ephemeris: SwissAlmanac) -> float:
    """Degrees a day by which the library's own speed of Saturn is less: precession, nutation."""
    tropical, sidereal = (
        ask("planetary-positions", birth(planets=["SATURN"], zodiac=zodiac), ephemeris).data
        for zodiac in ("TROPICAL", "SIDEREAL")
    )
    slower: float = tropical["positions"][0]["speed"] - sidereal["positions"][0]["speed"]
    return slower


def test_mean_elements_of_pluto_are_not_known(ephemeris: SwissAlmanac) -> None:
    refused = asked(ephemeris, orbits=["PLUTO"])
    assert refused.error["code"] == "CALCULATION_ERROR"
    assert "osculating" in refused.error["message"]
    known = asked(ephemeris, orbits=["PLUTO"], orbit_elements="OSCULATING")
    assert known.data["orbits"][0]["north_node"]["longitude"] == pytest.approx(110.3, abs=0.5)
    assert known.computed_for["definitions"]["orbit_elements"] == "OSCULATING"


def test_the_lunation_before_the_birth_is_told_with_its_degree(ephemeris: SwissAlmanac) -> None:
    answer = asked(ephemeris)
    found = answer.data["syzygy"]
    assert found["kind"] == "FULL_MOON"  # 1990-01-11
    assert found["date"].startswith("1990-01-11T04:56")
    assert found["light"] == "MOON"
    assert found["longitude"] == found["moon_longitude"]
    assert found["sign"] == "CANCER"
    assert separation(found["sun_longitude"], norm(found["moon_longitude"] + 180.0)) < 1e-7
    new = asked(ephemeris, syzygy_rule="NEW_MOON")
    assert new.data["syzygy"]["date"].startswith("1989-12-28T03:19")
    assert new.computed_for["definitions"]["syzygy_rule"] == "NEW_MOON"
    above = asked(ephemeris, full_moon_degree="ABOVE_AT_BIRTH")
    assert above.data["syzygy"]["light"] == "SUN"
    assert above.data["syzygy"]["longitude"] == found["sun_longitude"]
    assert above.computed_for["definitions"]["full_moon_degree"] == "ABOVE_AT_BIRTH"


def test_a_topocentric_chart_has_the_same_lunation(ephemeris: SwissAlmanac) -> None:
    here = asked(ephemeris, center="TOPOCENTRIC").data["syzygy"]
    assert here == asked(ephemeris).data["syzygy"]


def test_the_eclipses_before_the_birth_are_told(ephemeris: SwissAlmanac) -> None:
    solar, lunar = asked(ephemeris, include_eclipses=True).data["eclipses"]
    assert (solar["of"], solar["kind"]) == ("SUN", "PARTIAL")
    assert solar["date"].startswith("1989-08-31T05:3")
    assert (lunar["of"], lunar["kind"]) == ("MOON", "TOTAL")
    assert lunar["date"].startswith("1989-08-17T03:0")
    for row in (solar, lunar):
        assert row["longitude"] != row["longitude_at_greatest"]
        assert separation(row["longitude"], row["longitude_at_greatest"]) < 1.0


def test_twelfth_parts_and_decans_may_be_chosen(ephemeris: SwissAlmanac) -> None:
    plain = asked(ephemeris, planets=["SUN", "ASC"])
    sun, asc = plain.data["dodecatemoria"]
    assert (sun["planet"], asc["planet"]) == ("SUN", "ASC")
    assert sun["decan"] == 3
    assert sun["decan_sign"] == "VIRGO"
    assert sun["decan_ruler"] == "SUN"
    other = asked(ephemeris, planets=["SUN"], twelfth_part="THIRTEEN", decans="TRIPLICITY")
    (row,) = other.data["dodecatemoria"]
    assert row["decan_ruler"] == "MERCURY"
    place = sun["original_longitude"]
    assert separation(row["longitude"] - sun["longitude"], place % 30.0) < 1e-9
    definitions = other.computed_for["definitions"]
    assert (definitions["twelfth_part"], definitions["decans"]) == ("THIRTEEN", "TRIPLICITY")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"selena": "MOON"}, "selena"),
        ({"orbits": ["SUN"]}, "orbits.0"),
        ({"orbits": ["MARS"] * 9}, "orbits"),
        ({"orbit_center": "LUNAR"}, "orbit_center"),
        ({"orbit_elements": "TRUE"}, "orbit_elements"),
        ({"syzygy_rule": "NEXT"}, "syzygy_rule"),
        ({"full_moon_degree": "SUN"}, "full_moon_degree"),
        ({"twelfth_part": 12}, "twelfth_part"),
        ({"decans": "INDIAN"}, "decans"),
        ({"include_nodes": 1}, "include_nodes"),
        ({"house_system": "GAUQUELIN"}, "house_system"),
        ({"center": "MARS"}, "center"),
        ({"time": "unknown"}, "time"),
    ],
)
def test_bad_values_are_refused_by_name(
    request_: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = asked(ephemeris, **request_)
    assert answer.status == 422
    assert answer.error["details"]["errors"][0]["field"] == field
