"""The values of DEFINITIONS.md for charts A, N, L and Y, through the public calculations."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import norm, separation
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.reference import Case, case

FORTUNE_BY_NIGHT = case("astrocom-sandiego-night-fortune")
NATAL = case("astrocom-sandiego-natal")
SWETEST = case("swetest-placidus-13N78E")

CHART_A = {"date": "2000-01-01T18:00:00Z", "latitude": 32.716667, "longitude": -117.15}
CHART_N = {**CHART_A, "date": "2000-01-01T08:00:00Z"}
CHART_L = {"date": "1962-07-03T04:30:00Z", "latitude": 51.5074, "longitude": -0.1278}
CHART_Y = {"date": "1971-11-28T19:15:00Z", "latitude": -33.8688, "longitude": 151.2093}
MOMENT_A = 2451545.25
SAN_DIEGO = Place(32.716667, -117.15)

FOUR_DECIMALS, SIX_DECIMALS = 6e-5, 6e-7
"""Degrees: half a unit of the last decimal that DEFINITIONS.md prints, and a tenth for its own."""
A_TENTH = 0.1
"""Seconds of time: DEFINITIONS.md prints exact times to one decimal, and so do answers."""

POINTS_OF_A = {
    "NORTH_NODE": 125.027408,
    "TRUE_NODE": 123.939960,
    "SOUTH_NODE": 305.027408,
    "TRUE_SOUTH_NODE": 303.939960,
    "LILITH": 263.492165,
    "LILITH_TRUE": 253.417424,
    "LILITH_INTERPOLATED": 259.160249,
    "PRIAPUS": 83.492165,
    "WHITE_MOON": 242.251953,
    "JUNO": 278.089182,
    "EAST_POINT": 342.164708,
    "VERTEX": 169.305211,
    "ANTI_VERTEX": 349.305211,
    "FORTUNE": 281.311305,
}
"""DEFINITIONS.md 2. PRIAPUS is the mean perigee that is also called Selena; WHITE_MOON is the
Avestan one."""

DECLINATIONS_OF_A = {
    "SUN": -23.012365,
    "MOON": -11.809892,
    "MERCURY": -24.436990,
    "VENUS": -18.515867,
    "MARS": -13.112351,
    "JUPITER": 8.599211,
    "SATURN": 12.614364,
    "URANUS": -17.016573,
    "NEPTUNE": -19.211242,
    "PLUTO": -11.395039,
}
"""DEFINITIONS.md 0."""

CUSPS_OF_A = {
    "KOCH": (12.6107, 46.9428, 277.2254, 303.3338),
    "REGIOMONTANUS": (19.2613, 52.0595, 275.1291, 299.5518),
    "CAMPANUS": (25.0421, 55.5737, 272.2749, 295.3624),
    "ALCABITIUS": (10.2931, 43.9651, 280.5797, 307.0618),
    "TOPOCENTRIC": (17.9922, 49.9221, 277.6077, 302.5075),
    "PORPHYRY": (8.6888, 41.7671, 281.7671, 308.6888),
    "PLACIDUS": (17.9945, 49.9485, 277.5502, 302.4599),
}
"""DEFINITIONS.md 2: cusps 2, 3, 11 and 12."""

SUNRISE = "2000-01-01T14:50:35.6Z"
"""The apparent sunrise of chart A's place, by DEFINITIONS.md 2."""


def rows(answer: Asked) -> dict[str, dict[str, Any]]:
    return {row["planet"]: row for row in answer.data["positions"]}


def placed(chart: dict[str, Any], ephemeris: SwissEphemeris, *points: str, **more: Any) -> Any:
    return rows(ask("planetary-positions", {**chart, "planets": points, **more}, ephemeris))


def seconds_of_day(text: str) -> float:
    hours, minutes, seconds = text.removesuffix("Z").partition("T")[2].split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds)


# Points


@pytest.mark.parametrize(("point", "longitude"), POINTS_OF_A.items())
def test_chart_a_has_the_points_of_the_definitions(
    point: str, longitude: float, ephemeris: SwissEphemeris
) -> None:
    (row,) = placed(CHART_A, ephemeris, point).values()
    assert separation(row["longitude"], longitude) <= SIX_DECIMALS
    assert ("hypothetical" in row) == (point == "WHITE_MOON")


def test_selena_is_the_white_moon_and_not_the_mean_perigee(ephemeris: SwissEphemeris) -> None:
    found = placed(CHART_A, ephemeris, "SELENA", "MEAN_PERIGEE")
    assert list(found) == ["WHITE_MOON", "PRIAPUS"]


@pytest.mark.parametrize(("planet", "declination"), DECLINATIONS_OF_A.items())
def test_chart_a_has_the_declinations_of_the_definitions(
    planet: str, declination: float, ephemeris: SwissEphemeris
) -> None:
    for zodiac in ("TROPICAL", "SIDEREAL", "DRACONIC"):
        asked = {"include_equatorial": True, "zodiac": zodiac}
        (row,) = placed(CHART_A, ephemeris, planet, **asked).values()
        assert row["declination"] == pytest.approx(declination, abs=SIX_DECIMALS)
        assert row["out_of_bounds"] is (planet == "MERCURY")


def test_mercury_of_chart_a_is_out_of_bounds_by_a_degree(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: by 0.999315, against the true obliquity."""
    (row,) = placed(CHART_A, ephemeris, "MERCURY", include_equatorial=True).values()
    beyond = abs(row["declination"]) - ephemeris.obliquity(MOMENT_A).true
    assert beyond == pytest.approx(0.999315, abs=SIX_DECIMALS)


def test_the_moon_of_march_2025_has_its_published_declination(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: 28.340006 on 2025-03-07 00:00."""
    chart = {**CHART_A, "date": "2025-03-07T00:00:00Z"}
    (row,) = placed(chart, ephemeris, "MOON", include_equatorial=True).values()
    assert row["declination"] == pytest.approx(28.340006, abs=SIX_DECIMALS)
    assert row["out_of_bounds"] is True


def test_the_sun_of_chart_y_has_its_declination(ephemeris: SwissEphemeris) -> None:
    (row,) = placed(CHART_Y, ephemeris, "SUN", include_equatorial=True).values()
    assert row["declination"] == pytest.approx(-21.295832, abs=SIX_DECIMALS)


@pytest.mark.parametrize(
    ("chart", "asc", "mc"),
    [
        (CHART_A, 335.61047292, 254.84544105),
        (CHART_N, 191.19402, 102.091702),
        (CHART_L, 107.63272, 347.05898),
        (CHART_Y, 254.48942, 144.70045),
    ],
    ids=["A", "N", "L", "Y"],
)
def test_angles_are_those_of_the_definitions_and_open_their_houses(
    chart: dict[str, Any], asc: float, mc: float, ephemeris: SwissEphemeris
) -> None:
    """Printed to five decimals or more."""
    found = placed(chart, ephemeris, "ASC", "MC", "DESC", "IC", house_system="PLACIDUS")
    assert separation(found["ASC"]["longitude"], asc) <= 6e-6
    assert separation(found["MC"]["longitude"], mc) <= 6e-6
    assert [row["house"] for row in found.values()] == [1, 10, 7, 4]


def test_chart_a_has_the_clock_and_the_tilt_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 0: ARMC, obliquity, nutation and delta T."""
    division = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS)
    assert division.armc == pytest.approx(253.55348499, abs=6e-9)
    tilt = ephemeris.obliquity(MOMENT_A)
    assert tilt.true == pytest.approx(23.43767518, abs=6e-9)
    assert tilt.mean == pytest.approx(23.43927935, abs=6e-9)
    assert tilt.nutation_in_longitude == pytest.approx(-0.00386909, abs=6e-9)
    assert ask("houses", CHART_A, ephemeris).computed_for["delta_t"] == pytest.approx(
        63.829, abs=5e-4
    )


# Lots and sect


def test_fortune_turns_around_by_night(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2 and the case of astro.com: 250.074942 by Paulus and Valens."""
    (row,) = placed(CHART_N, ephemeris, "FORTUNE").values()
    assert separation(row["longitude"], 250.074942) <= SIX_DECIMALS


@pytest.mark.parametrize("given", [FORTUNE_BY_NIGHT], ids=str)
def test_fortune_by_night_is_that_of_astro_com(given: Case, ephemeris: SwissEphemeris) -> None:
    birth = {
        "date": given.input["local"],
        "timezone": given.input["tz"],
        "latitude": given.input["lat"],
        "longitude": given.input["lon"],
        "planets": ["PART_OF_FORTUNE"],
        "house_system": given.input["house_system"],
    }
    answer = ask("natal-chart", birth, ephemeris)
    apart = separation(rows(answer)["FORTUNE"]["longitude"], given.expect["lon_deg"])
    assert apart <= given.tolerance["lon_deg"], given
    assert answer.data["is_day"] is False


@pytest.mark.parametrize("given", [NATAL], ids=str)
def test_juno_and_fortune_by_day_are_those_of_astro_com(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    birth = {"latitude": given.input["lat"], "longitude": given.input["lon"]}
    chart = {**birth, "date": given.input["utc"], "planets": ["JUNO", "FORTUNE"]}
    answer = ask("natal-chart", chart, ephemeris)
    for name, published in (("JUNO", "Juno"), ("FORTUNE", "part_of_fortune_day")):
        apart = separation(rows(answer)[name]["longitude"], given.expect["lon_deg"][published])
        assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"
    assert answer.data["is_day"] is True


def test_fortune_of_ptolemy_never_turns_around(ephemeris: SwissEphemeris) -> None:
    """Tetrabiblos III.10: ascendant + Moon - Sun by night too."""
    found = placed(CHART_N, ephemeris, "FORTUNE", "ASC", "SUN", "MOON", sect_reversal=False)
    sun, moon = found["SUN"]["longitude"], found["MOON"]["longitude"]
    expected = norm(found["ASC"]["longitude"] + moon - sun)
    assert separation(found["FORTUNE"]["longitude"], expected) < 1e-9
    by_day = placed(CHART_A, ephemeris, "FORTUNE", sect_reversal=False)["FORTUNE"]
    assert separation(by_day["longitude"], 281.311305) <= SIX_DECIMALS


@pytest.mark.parametrize(
    ("time", "sect", "is_day"),
    [
        (SUNRISE, "GEOMETRIC", False),
        ("2000-01-01T14:50:00Z", "APPARENT", False),
        ("2000-01-01T14:52:00Z", "GEOMETRIC", False),
        ("2000-01-01T14:52:00Z", "APPARENT", True),
        ("2000-01-01T14:55:18Z", "GEOMETRIC", False),
        ("2000-01-01T14:55:20Z", "GEOMETRIC", True),
    ],
)
def test_it_is_day_from_the_geometric_or_the_apparent_sunrise(
    time: str, sect: str, ephemeris: SwissEphemeris, *, is_day: bool
) -> None:
    """DEFINITIONS.md 1 and 2: geometric from 14:55:18.7, by the Naval Observatory 14:50:50.8."""
    answer = ask("natal-chart", {**CHART_A, "date": time, "sect": sect}, ephemeris)
    assert answer.data["is_day"] is is_day
    definitions = ask(
        "natal-chart", {**CHART_A, "sect": sect, "planets": ["FORTUNE"]}, ephemeris
    ).computed_for["definitions"]
    assert definitions["sect"] == sect


def test_the_sun_of_the_apparent_sunrise_is_in_the_first_house_still(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 2: ASC 279.33926, Sun 280.48969, house position 1.0334."""
    chart = {**CHART_A, "date": SUNRISE}
    for house_by in ("LONGITUDE", "POSITION"):
        asked = {"house_system": "PLACIDUS", "house_by": house_by}
        found = placed(chart, ephemeris, "ASC", "SUN", **asked)
        assert found["SUN"]["house"] == 1
        # DEFINITIONS.md keeps five decimals of a sunrise to 0.1 s, in which the ascendant moves 4".
        assert separation(found["ASC"]["longitude"], 279.33926) <= 5e-4
        assert separation(found["SUN"]["longitude"], 280.48969) <= 6e-6


# Houses


@pytest.mark.parametrize(
    ("asteroid", "by_longitude", "by_position"), [("JUNO", 11, 10), ("PALLAS", 6, 5)]
)
def test_a_point_of_high_latitude_has_another_house_by_position(
    asteroid: str, by_longitude: int, by_position: int, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 2: Juno 11 by longitude and 10.9140 by position, Pallas 6 and 5.3061."""
    for house_by, house in (("LONGITUDE", by_longitude), ("POSITION", by_position)):
        for zodiac in ("TROPICAL", "SIDEREAL", "DRACONIC"):
            asked = {"house_system": "PLACIDUS", "house_by": house_by, "zodiac": zodiac}
            (row,) = placed(CHART_A, ephemeris, asteroid, **asked).values()
            assert row["house"] == house


@pytest.mark.parametrize("name", ["JUNO", "PALLAS"])
def test_house_positions_are_those_of_the_definitions(name: str, ephemeris: SwissEphemeris) -> None:
    """In mundane space 30 degrees make a house: Juno 10.9140 stands at 297.42."""
    request = {**CHART_A, "planets": [name, "ASC"], "space": "MUNDANE"}
    own = [{"name": "ANY", "angle": 90.0, "orb": 30.0}, {"name": "WIDE", "angle": 150, "orb": 30}]
    (aspect,) = ask("aspects", {**request, "own_aspects": own}, ephemeris).data["aspects"]
    house = {"JUNO": 10.9140, "PALLAS": 5.3061}[name]
    expected = separation((house - 1.0) * 30.0, 0.0)
    assert aspect["separation"] == pytest.approx(expected, abs=30.0 * FOUR_DECIMALS)


STARTS_OF_ZODIACS = [
    {"zodiac": "TROPICAL"},
    {"zodiac": "SIDEREAL"},
    {"zodiac": "SIDEREAL", "ayanamsa": "FAGAN_BRADLEY"},
    {"zodiac": "DRACONIC"},
    {"zodiac": "DRACONIC", "draconic_node": "TRUE"},
]


@pytest.mark.parametrize("start", STARTS_OF_ZODIACS, ids=str)
@pytest.mark.parametrize("system", ["WHOLE_SIGN", "EQUAL_ARIES"])
def test_houses_of_signs_are_those_of_the_zodiac_by_position_too(
    system: str, start: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    """The house is the number of the sign, from that of the ascendant or from Aries."""
    points = [*DECLINATIONS_OF_A, "PALLAS", "ASC", "MC", "FORTUNE"]
    asked = {"house_system": system, "house_by": "POSITION", **start}
    found = placed(CHART_A, ephemeris, *points, **asked)
    first = found["ASC"]["longitude"] // 30.0 if system == "WHOLE_SIGN" else 0.0
    for row in found.values():
        assert row["house"] == (row["longitude"] // 30.0 - first) % 12.0 + 1.0, row["planet"]


@pytest.mark.parametrize("start", STARTS_OF_ZODIACS, ids=str)
def test_guests_stand_in_signs_of_the_hosts_zodiac_by_position_too(
    start: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    chart = {**CHART_A, "house_system": "WHOLE_SIGN"}
    pair = {"chart1": chart, "chart2": {**chart, "date": "1988-06-02T08:15:00Z"}, **start}
    by_longitude, by_position = (
        ask("synastry", {**pair, "house_by": rule}, ephemeris).data["overlays"]
        for rule in ("LONGITUDE", "POSITION")
    )
    assert by_position == by_longitude


@pytest.mark.parametrize("zodiac", ["TROPICAL", "SIDEREAL", "DRACONIC"])
def test_uranus_and_neptune_of_chart_a_are_in_the_twelfth_house_of_sripati(
    zodiac: str, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 2: at 314.82 and 303.20, between the middles of Porphyry's houses.

    These are 295.228 and 322.149, by its cusps 281.7671, 308.6888 and 335.6105.
    """
    asked = {"house_system": "SRIPATI", "house_by": "POSITION", "zodiac": zodiac}
    found = placed(CHART_A, ephemeris, "URANUS", "NEPTUNE", "ASC", **asked)
    assert [row["house"] for row in found.values()] == [12, 12, 1]


def test_mundane_aspects_among_houses_of_longitude_go_by_the_parts_of_them(
    ephemeris: SwissEphemeris,
) -> None:
    """Sripati: Neptune has passed 7.974 of 26.921 degrees of house 12, Uranus 19.594."""
    request = {**CHART_A, "planets": ["URANUS", "NEPTUNE"], "space": "MUNDANE"}
    own = [{"name": "ANY", "angle": 10.0, "orb": 10.0}]
    asked = {**request, "mundane_system": "SRIPATI", "own_aspects": own, "aspects": ["TRINE"]}
    (aspect,) = ask("aspects", asked, ephemeris).data["aspects"]
    assert aspect["separation"] == pytest.approx(30.0 * (19.594 - 7.974) / 26.921, abs=0.005)


def test_sectors_of_gauquelin_are_thirds_of_the_houses_of_placidus(
    ephemeris: SwissEphemeris,
) -> None:
    """Both divide the time from rising to culmination, the sectors by 9 and clockwise."""
    planets = [*DECLINATIONS_OF_A, "PALLAS", "JUNO", "ASC", "MC"]
    own = [{"name": f"A{angle}", "angle": angle, "orb": 10.0} for angle in range(10, 180, 20)]
    request = {**CHART_A, "planets": planets, "space": "MUNDANE", "own_aspects": own}
    sectors, houses = (
        ask("aspects", {**request, "mundane_system": system}, ephemeris).data["aspects"]
        for system in ("GAUQUELIN", "PLACIDUS")
    )
    assert len(sectors) == len(planets) * (len(planets) - 1) / 2
    for by_sector, by_house in zip(sectors, houses, strict=True):
        pair = ("planet1", "planet2")
        assert [by_sector[name] for name in pair] == [by_house[name] for name in pair]
        assert by_sector["separation"] == pytest.approx(by_house["separation"], abs=1e-6)


def test_one_answer_holds_the_cusps_of_all_systems_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    request = {**CHART_A, "house_system": "KOCH", "also": list(CUSPS_OF_A)}
    data = ask("houses", request, ephemeris).data
    assert [other["system"] for other in data["also"]] == list(CUSPS_OF_A)
    for other, published in zip(data["also"], CUSPS_OF_A.values(), strict=True):
        drawn = [house["longitude"] for house in other["houses"]]
        for number, longitude in zip((2, 3, 11, 12), published, strict=True):
            apart = separation(drawn[number - 1], longitude)
            assert apart <= FOUR_DECIMALS, f"cusp {number} of {other['system']}"
    assert data["houses"] == data["also"][0]["houses"]


def test_more_angles_of_chart_a_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    more = ask("houses", CHART_A, ephemeris).data["more_angles"]
    for name in ("VERTEX", "ANTI_VERTEX", "EAST_POINT"):
        assert separation(more[name], POINTS_OF_A[name]) <= SIX_DECIMALS
    names = {"VERTEX", "ANTI_VERTEX", "EAST_POINT", "POLAR_ASC"}
    assert set(more) == names | {"CO_ASC_KOCH", "CO_ASC_MUNKASEY"}
    equator = ask("houses", {**CHART_A, "latitude": 0.0}, ephemeris).data["more_angles"]
    assert set(equator) == set(more) - {"VERTEX", "ANTI_VERTEX"}


@pytest.mark.parametrize("given", [SWETEST], ids=str)
def test_cusps_of_a_chart_are_those_of_swetest(given: Case, ephemeris: SwissEphemeris) -> None:
    birth = {"date": given.input["utc"], "latitude": given.input["lat"]}
    chart = ask("natal-chart", {**birth, "longitude": given.input["lon"]}, ephemeris).data
    for number, published in given.expect["cusps_deg"].items():
        found = chart["houses"][int(number) - 1]["longitude"]
        assert separation(found, published) <= given.tolerance["cusps_deg"], f"{number} of {given}"


# Zodiacs


@pytest.mark.parametrize(("node", "longitude"), [("TRUE", 156.683820), ("MEAN", 155.596372)])
def test_the_draconic_sun_of_chart_a_counts_from_its_node(
    node: str, longitude: float, ephemeris: SwissEphemeris
) -> None:
    request = {**CHART_A, "planets": ["SUN"], "zodiac": "DRACONIC", "draconic_node": node}
    answer = ask("planetary-positions", request, ephemeris)
    assert separation(rows(answer)["SUN"]["longitude"], longitude) <= SIX_DECIMALS
    definitions = answer.computed_for["definitions"]
    assert (definitions["zodiac"], definitions["draconic_node"]) == ("DRACONIC", node)
    published = POINTS_OF_A["NORTH_NODE" if node == "MEAN" else "TRUE_NODE"]
    assert separation(definitions["draconic_start"], published) <= SIX_DECIMALS


def test_a_sidereal_answer_tells_the_value_that_was_subtracted(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 1: 23.853233 with nutation, Sun 256.770547."""
    request = {**CHART_A, "planets": ["SUN"], "zodiac": "SIDEREAL"}
    answer = ask("planetary-positions", request, ephemeris)
    assert separation(rows(answer)["SUN"]["longitude"], 256.770547) <= SIX_DECIMALS
    definitions = answer.computed_for["definitions"]
    assert definitions["ayanamsa"] == "LAHIRI"
    assert definitions["ayanamsa_value"] == pytest.approx(23.853233, abs=SIX_DECIMALS)


# Aspects


def aspect_between(
    first: str, second: str, chart: dict[str, Any], ephemeris: SwissEphemeris, **more: Any
) -> dict[str, Any]:
    request = {**chart, "planets": [first, second], "include_exact_time": True, **more}
    (aspect,) = ask("aspects", request, ephemeris).data["aspects"]
    return dict(aspect)


def test_the_square_of_moon_and_uranus_was_exact_three_hours_before(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 2: separation 88.497174, exact 2000-01-01 14:58:49.2."""
    aspect = aspect_between("MOON", "URANUS", CHART_A, ephemeris)
    assert aspect["separation"] == pytest.approx(88.497174, abs=SIX_DECIMALS)
    assert aspect["orb"] == pytest.approx(1.502826, abs=SIX_DECIMALS)
    assert aspect["applying"] is False
    assert aspect["exact_time"].startswith("2000-01-01T14:58:")
    apart = seconds_of_day(aspect["exact_time"]) - seconds_of_day("2000-01-01T14:58:49.2Z")
    assert abs(apart) <= A_TENTH + 1e-6


def test_a_separating_square_tells_its_last_exactness_and_not_the_next(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 2: Saturn separates from Uranus, though exact again on 2000-05-13."""
    aspect = aspect_between("SATURN", "URANUS", CHART_A, ephemeris, exact_window=183)
    assert aspect["separation"] == pytest.approx(85.568948, abs=SIX_DECIMALS)
    assert aspect["applying"] is False
    assert aspect["exact_time"] is None or aspect["exact_time"] < "2000-01-01T18"


def test_the_square_of_saturn_and_uranus_is_exact_in_may(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: 2000-05-13 08:33:30.2. Closing 0.15 degrees a day, 1e-8 are 6 ms."""
    in_may = {**CHART_A, "date": "2000-05-01T00:00:00Z"}
    aspect = aspect_between("SATURN", "URANUS", in_may, ephemeris)
    assert aspect["applying"] is True
    assert aspect["exact_time"].startswith("2000-05-13T08:33:")
    apart = seconds_of_day(aspect["exact_time"]) - seconds_of_day("2000-05-13T08:33:30.2Z")
    assert abs(apart) <= A_TENTH + 1e-6


@pytest.mark.parametrize("date", ["2026-06-15T00:00:00Z", "2026-06-19T17:00:00Z"])
def test_a_refranation_is_never_exact(date: str, ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: Mercury reaches 59.044583 from Mars on 2026-06-19 17:54:33 and turns."""
    aspect = aspect_between("MERCURY", "MARS", {**CHART_A, "date": date}, ephemeris)
    assert aspect["aspect_type"] == "SEXTILE"
    assert aspect["applying"] is True
    assert aspect["exact_time"] is None


def test_a_refranation_reaches_its_published_separation(ephemeris: SwissEphemeris) -> None:
    chart = {**CHART_A, "date": "2026-06-19T17:54:33Z"}
    aspect = aspect_between("MERCURY", "MARS", chart, ephemeris)
    assert aspect["separation"] == pytest.approx(59.044583, abs=SIX_DECIMALS)


def test_parallels_of_chart_a_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: Moon parallel Pluto 0.414853, Mars contraparallel Saturn 0.497987."""
    for zodiac in ("TROPICAL", "SIDEREAL"):
        request = {**CHART_A, "include_parallels": True, "zodiac": zodiac}
        found = {
            (row["planet1"], row["planet2"]): row
            for row in ask("aspects", request, ephemeris).data["parallels"]
        }
        moon, mars = found["MOON", "PLUTO"], found["MARS", "SATURN"]
        assert moon["aspect_type"] == "PARALLEL"
        assert moon["orb"] == pytest.approx(0.414853, abs=SIX_DECIMALS)
        assert mars["aspect_type"] == "CONTRAPARALLEL"
        assert mars["orb"] == pytest.approx(0.497987, abs=SIX_DECIMALS)
        assert moon["declination1"] == pytest.approx(-11.809892, abs=SIX_DECIMALS)
