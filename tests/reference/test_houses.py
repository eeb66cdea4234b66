"""Cusps and angles against published tables and the values of DEFINITIONS.md."""

from __future__ import annotations

import math
from typing import Any

import pytest

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import Angle
from app.astrology.calendar import CalendarChoice, civil_of_julian_day, julian_day, read_civil
from app.astrology.errors import PolarHouses
from app.astrology.houses import HouseSystem
from app.astrology.place import Place
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import Asked, ask
from tests.reference import Case, case

SWETEST = case("swetest-placidus-13N78E")
POLAR = case("polar-placidus-67N")
CUSP_EDGE = case("cusp-edge-jhalawar")
EQUAL = case("full-circle-equal-houses")
SIDEREAL_TIME = case("meeus-sidereal-1987-04-10")
OBLIQUITY = case("meeus-obliquity-1987-04-10")
NATAL = case("astrocom-sandiego-natal")

CHART_A = {"date": "2000-01-01T18:00:00Z", "latitude": 32.716667, "longitude": -117.15}
SAN_DIEGO = Place(32.716667, -117.15)
MOMENT_A = 2451545.25
ARMC_A, TRUE_OBLIQUITY_A, MEAN_OBLIQUITY_A = 253.55348499, 23.43767518, 23.43927935

FOUR_DECIMALS, SIX_DECIMALS = 6e-5, 6e-7
"""Degrees: half a unit of the last decimal that DEFINITIONS.md prints, and a tenth for its own."""

SEVENTH_AT_DESCENDANT = set(HouseSystem) - {
    *(HouseSystem.WHOLE_SIGN, HouseSystem.VEHLOW, HouseSystem.EQUAL_MC, HouseSystem.EQUAL_ARIES),
    *(HouseSystem.MORINUS, HouseSystem.MERIDIAN, HouseSystem.HORIZONTAL, HouseSystem.SRIPATI),
}

CUSPS_OF_A = {
    "KOCH": (12.6107, 46.9428, 277.2254, 303.3338, FOUR_DECIMALS),
    "REGIOMONTANUS": (19.2613, 52.0595, 275.1291, 299.5518, FOUR_DECIMALS),
    "CAMPANUS": (25.0421, 55.5737, 272.2749, 295.3624, FOUR_DECIMALS),
    "PLACIDUS": (17.994521, 49.948495, 277.550211, 302.459946, SIX_DECIMALS),
}
"""DEFINITIONS.md 2: cusps 2, 3, 11 and 12, and how exactly they are printed."""


def cusps(answer: Asked) -> list[float]:
    return [house["longitude"] for house in answer.data["houses"]]


def utc_of(moment: float) -> str:
    """A Julian day as ISO date-time, to the millisecond."""
    return f"{civil_of_julian_day(moment, CalendarChoice.GREGORIAN).text}Z"


def ascendant(armc: float, latitude: float, obliquity: float) -> float:
    """The rising point of the ecliptic, by Meeus, Astronomical Algorithms, chapter 14."""
    turn, slant, north = (math.radians(angle) for angle in (armc, obliquity, latitude))
    below = -(math.sin(turn) * math.cos(slant) + math.tan(north) * math.sin(slant))
    return norm(math.degrees(math.atan2(math.cos(turn), below)))


def seen(longitude: float, armc: float, latitude: float) -> tuple[float, float]:
    """Hour angle (east negative) and altitude of a point on the ecliptic of chart A, in degrees."""
    slant, along, north = map(math.radians, (TRUE_OBLIQUITY_A, longitude, latitude))
    declination = math.asin(math.sin(slant) * math.sin(along))
    ascension = math.atan2(math.cos(slant) * math.sin(along), math.cos(along))
    hour_angle = math.radians(armc) - ascension
    height = math.sin(north) * math.sin(declination)
    height += math.cos(north) * math.cos(declination) * math.cos(hour_angle)
    return signed_arc(0.0, math.degrees(hour_angle)), math.degrees(math.asin(height))


@pytest.mark.parametrize("given", [SWETEST], ids=str)
def test_placidus_cusps_are_those_of_swetest(given: Case, ephemeris: SwissEphemeris) -> None:
    birth = {"date": given.input["utc"], "latitude": given.input["lat"]}
    answer = ask("houses", {**birth, "longitude": given.input["lon"]}, ephemeris)
    for number, published in given.expect["cusps_deg"].items():
        apart = separation(cusps(answer)[int(number) - 1], published)
        assert apart <= given.tolerance["cusps_deg"], f"cusp {number} of {given}"
    assert answer.computed_for["julian_day"] == given.input["jd_ut"]


@pytest.mark.parametrize("given", [SWETEST], ids=str)
def test_delta_t_is_that_of_swetest(given: Case, ephemeris: SwissEphemeris) -> None:
    birth = {"date": given.input["utc"], "latitude": 13.0, "longitude": 78.0}
    made = ask("houses", birth, ephemeris).computed_for
    apart = abs(made["delta_t"] - given.expect["delta_t_s"])
    assert apart <= given.tolerance["delta_t_s"], given
    terrestrial = made["julian_day"] + made["delta_t"] / 86_400.0
    # A Julian day of our time is a double with a unit of 4.7e-10.
    assert terrestrial == pytest.approx(given.expect["jd_tt"], abs=1e-8)


@pytest.mark.parametrize("given", [POLAR], ids=str)
@pytest.mark.parametrize("system", ["PLACIDUS", "KOCH"])
def test_undefined_houses_are_a_typed_refusal(
    system: str, given: Case, ephemeris: SwissEphemeris
) -> None:
    place = Place(given.input["lat"], given.input["lon"])
    with pytest.raises(PolarHouses):
        ephemeris.divide(given.input["jd_ut"], place, HouseSystem[system])
    birth = {
        "date": utc_of(given.input["jd_ut"]),
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    answer = ask("houses", {**birth, "house_system": system}, ephemeris)
    assert answer.status == 422
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert answer.error["details"]["field"] == "house_system"
    assert f"{system} houses are undefined at latitude 67.5035662" in answer.error["message"]
    assert "choose another house_system such as PORPHYRY" in answer.error["message"]


DISORDERLY = [
    ("SUNSHINE", "2000-01-01T00:00:00Z", 70.0),
    ("SUNSHINE", "2000-06-22T10:00:00Z", -69.6493),
    ("TOPOCENTRIC", "2000-01-01T14:00:00Z", 70.0),
    ("SUNSHINE_MAKRANSKY", "2000-01-01T14:00:00Z", 70.0),
]


@pytest.mark.parametrize(("system", "date", "latitude"), DISORDERLY)
def test_cusps_that_divide_nothing_near_the_poles_are_undefined(
    system: str, date: str, latitude: float, ephemeris: SwissEphemeris
) -> None:
    birth = {"date": date, "latitude": latitude, "longitude": 0.0, "house_system": system}
    refused = ask("houses", birth, ephemeris)
    assert (refused.status, refused.error["code"]) == (422, "CALCULATION_ERROR")
    assert refused.error["details"]["field"] == "house_system"
    assert f"{system} houses are undefined at latitude {latitude}" in refused.error["message"]
    assert "let polar be FALLBACK or FLAG" in refused.error["message"]
    flagged = ask("houses", {**birth, "polar": "FLAG"}, ephemeris).data
    assert (flagged["undefined"], flagged["houses"]) == (True, [])
    other = ask("houses", {**birth, "polar": "FALLBACK"}, ephemeris).data
    assert (other["undefined"], other["system"]) == (True, "PORPHYRY")
    assert (
        other["houses"] == ask("houses", {**birth, "house_system": "O"}, ephemeris).data["houses"]
    )


@pytest.mark.parametrize("system", ["EQUAL", "WHOLE_SIGN", "CAMPANUS", "REGIOMONTANUS"])
def test_the_other_systems_answer_where_placidus_cannot(
    system: str, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 2: at that place the ascendant is 156.68 and the midheaven 48.236."""
    place = Place(POLAR.input["lat"], POLAR.input["lon"])
    division = ephemeris.divide(POLAR.input["jd_ut"], place, HouseSystem[system])
    assert separation(division.ascendant, 156.68) <= 0.005, POLAR  # printed to a hundredth
    assert separation(division.midheaven, 48.236) <= 0.0005, POLAR  # and to a thousandth


def test_positions_without_houses_are_answered_inside_the_polar_circles(
    ephemeris: SwissEphemeris,
) -> None:
    birth = {"date": "2000-06-22T10:00:00Z", "latitude": 69.6493, "longitude": 18.956}
    request = {**birth, "planets": ["SUN", "ASC", "MC"]}
    answer = ask("planetary-positions", request, ephemeris)
    assert [row["house"] for row in answer.data["positions"]] == [None, None, None]
    refused = ask("planetary-positions", {**request, "house_system": "P"}, ephemeris)
    assert refused.error["code"] == "CALCULATION_ERROR"


@pytest.mark.parametrize("given", [CUSP_EDGE], ids=str)
@pytest.mark.parametrize("zodiac", ["TROPICAL", "SIDEREAL", "DRACONIC"])
@pytest.mark.parametrize(
    "system", [system for system in HouseSystem if system is not HouseSystem.GAUQUELIN], ids=str
)
def test_a_point_exactly_on_a_cusp_gets_a_house(
    system: HouseSystem, zodiac: str, given: Case, ephemeris: SwissEphemeris
) -> None:
    """The descendant is cusp 7, and no rounding loses it, sidereal as in the case or not."""
    birth = {
        "date": given.input["local"],
        "timezone": given.input["tz"],
        "latitude": given.input["lat"],
        "longitude": given.input["lon"],
        "house_system": system,
        "planets": ["ASC", "MC", "DESC", "IC", "SUN", "MOON"],
        "zodiac": zodiac,
        "ayanamsa": given.input["ayanamsa"],
    }
    answer = ask("natal-chart", birth, ephemeris)
    houses = {row["planet"]: row["house"] for row in answer.data["positions"]}
    assert all(1 <= house <= 12 for house in houses.values()), given
    if system in SEVENTH_AT_DESCENDANT:
        assert answer.data["angles"]["DESC"] == cusps(answer)[6], given
        assert (houses["ASC"], houses["DESC"]) == (1, 7), given


@pytest.mark.parametrize("given", [EQUAL], ids=str)
def test_equal_houses_are_equal_all_round_the_circle(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    birth = {
        "date": given.input["utc"],
        "latitude": given.input["lat"],
        "longitude": given.input["lon"],
        "house_system": given.input["house_system"],
    }
    answer = ask("houses", birth, ephemeris)
    apart = separation(answer.data["angles"]["ASC"], given.expect["asc_deg"])
    assert apart <= given.tolerance["deg"], given
    drawn = cusps(answer)
    for house in range(12):
        size = norm(drawn[(house + 1) % 12] - drawn[house])
        assert size == pytest.approx(given.expect["size_deg"], abs=1e-9), given


@pytest.mark.parametrize("system", CUSPS_OF_A)
def test_chart_a_has_the_cusps_of_the_definitions(system: str, ephemeris: SwissEphemeris) -> None:
    *published, tolerance = CUSPS_OF_A[system]
    answer = ask("houses", {**CHART_A, "house_system": system}, ephemeris)
    drawn = cusps(answer)
    for number, longitude in zip((2, 3, 11, 12), published, strict=True):
        assert separation(drawn[number - 1], longitude) <= tolerance, f"cusp {number}"
        opposite = drawn[(number + 5) % 12]
        assert separation(opposite, longitude + 180.0) <= tolerance, f"opposite of {number}"
    assert drawn[0] == answer.data["angles"]["ASC"]
    assert drawn[9] == answer.data["angles"]["MC"]


def test_equal_and_whole_sign_houses_of_chart_a_follow_its_ascendant(
    ephemeris: SwissEphemeris,
) -> None:
    """From the ascendant itself, 335.610473, and from the sign that holds it, Pisces at 330."""
    equal = cusps(ask("houses", {**CHART_A, "house_system": "E"}, ephemeris))
    assert separation(equal[0], 335.61047292) <= 1e-8
    assert separation(equal[3], 65.61047292) <= 1e-8
    whole = cusps(ask("houses", {**CHART_A, "house_system": "W"}, ephemeris))
    assert whole == [norm(330.0 + 30.0 * house) for house in range(12)]


def test_chart_a_has_its_angles_armc_and_vertex(ephemeris: SwissEphemeris) -> None:
    division = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS)
    assert separation(division.ascendant, 335.61047292) <= 1e-8
    assert separation(division.midheaven, 254.84544105) <= 1e-8
    assert separation(division.armc, ARMC_A) <= 1e-8
    assert (
        separation(division.angles[Angle.VERTEX], 169.305211) <= SIX_DECIMALS
    )  # due west, not its opposite


def test_a_placidus_cusp_cuts_the_semi_arc_in_thirds(ephemeris: SwissEphemeris) -> None:
    """First principles, DEFINITIONS.md 2: MD/SA of cusp 11 of chart A is 24.666784/74.000354."""
    longitude = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS).cusps[10]
    slant, along = math.radians(TRUE_OBLIQUITY_A), math.radians(longitude)
    declination = math.asin(math.sin(slant) * math.sin(along))
    ascension = math.degrees(math.atan2(math.cos(slant) * math.sin(along), math.cos(along)))
    difference = math.asin(math.tan(math.radians(SAN_DIEGO.latitude)) * math.tan(declination))
    semi_arc = 90.0 + math.degrees(difference)
    meridian_distance = separation(norm(ascension), ARMC_A)
    assert meridian_distance == pytest.approx(24.666784, abs=1e-6)
    assert semi_arc == pytest.approx(74.000354, abs=1e-6)
    # The library ends its iteration at 1/360000 of a degree.
    assert meridian_distance / semi_arc == pytest.approx(1.0 / 3.0, abs=1e-7)


def test_the_ascendant_is_made_with_the_true_obliquity(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 1, obliquity: the mean one is wrong by up to 9.2 arc seconds."""
    found = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.EQUAL).ascendant
    assert separation(found, ascendant(ARMC_A, SAN_DIEGO.latitude, TRUE_OBLIQUITY_A)) <= 1e-7
    wrong = ascendant(ARMC_A, SAN_DIEGO.latitude, MEAN_OBLIQUITY_A)
    assert separation(found, wrong) > 1e-4


@pytest.mark.parametrize("given", [OBLIQUITY], ids=str)
def test_the_polar_limit_follows_the_obliquity_of_meeus(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    moment = julian_day(read_civil(*given.input["tt"].split("T")))
    with pytest.raises(PolarHouses) as refused:
        ephemeris.divide(moment, Place(70.0, 0.0), HouseSystem.KOCH)
    limit = (refused.value.details or {})["latitude_limit"]
    assert abs(90.0 - limit - given.expect["true_deg"]) <= given.tolerance["deg"], given


@pytest.mark.parametrize("given", [SIDEREAL_TIME], ids=str)
def test_the_armc_of_greenwich_is_its_apparent_sidereal_time(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    """Astronomical Algorithms, example 12.a, with the nutation in right ascension."""
    moment = julian_day(read_civil(*given.input["utc"].removesuffix("Z").split("T")))
    armc = ephemeris.divide(moment, Place(51.5, 0.0), HouseSystem.EQUAL).armc
    apart = separation(armc, given.expect["apparent_gst_days"] * 360.0)
    assert apart * 240.0 <= given.tolerance["seconds"], given


@pytest.mark.parametrize("given", [NATAL], ids=str)
def test_the_armc_of_a_place_is_its_published_sidereal_time(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    place = Place(given.input["lat"], given.input["lon"])
    armc = ephemeris.divide(given.expect["jd_ut"], place, HouseSystem.PLACIDUS).armc
    hours, minutes, seconds = map(int, given.expect["local_sidereal_time"].split(":"))
    published = (hours * 3600 + minutes * 60 + seconds) / 240.0
    assert separation(armc, published) * 240.0 <= given.tolerance["sidereal_s"], given


@pytest.mark.parametrize("system", ["EQUAL", "CAMPANUS", "REGIOMONTANUS"])
@pytest.mark.parametrize("latitude", [-80.0, -70.0, -50.0, 0.0, 50.0, 67.5, 70.0, 89.0])
def test_the_ascendant_is_always_the_rising_point(
    latitude: float, system: str, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 1, polar: on the horizon and in the east, wherever the midheaven is."""
    for step in range(48):
        division = ephemeris.divide(
            MOMENT_A + step / 48.0, Place(latitude, 0.0), HouseSystem[system]
        )
        hour_angle, altitude = seen(division.ascendant, division.armc, latitude)
        assert -180.0 < hour_angle < 0.0
        assert abs(altitude) < 1e-4  # the obliquity moves by 1e-5 degrees in a day


@pytest.mark.parametrize(("latitude", "sinks"), [(50.0, False), (66.0, False), (70.0, True)])
def test_the_midheaven_culminates_even_under_the_horizon(
    latitude: float, ephemeris: SwissEphemeris, *, sinks: bool
) -> None:
    """DEFINITIONS.md 1, polar: at 70 degrees north and ARMC 270 it is under the horizon."""
    lowest = 90.0
    for step in range(48):
        division = ephemeris.divide(MOMENT_A + step / 48.0, Place(latitude, 0.0), HouseSystem.EQUAL)
        hour_angle, altitude = seen(division.midheaven, division.armc, latitude)
        assert abs(hour_angle) < 1e-4
        lowest = min(lowest, altitude)
    assert (lowest < 0.0) == sinks


@pytest.mark.parametrize("system", ["CAMPANUS", "REGIOMONTANUS"])
def test_a_midheaven_under_the_horizon_gives_way_to_the_point_above_it(
    system: str, ephemeris: SwissEphemeris
) -> None:
    """Swiss Ephemeris 2.10.03 turns cusp 10 of these two systems around inside polar circles.

    The lower end of the meridian's ecliptic then has the hour angle 180, and houses run backwards.
    """
    turned = 0
    for step in range(48):
        moment, place = MOMENT_A + step / 48.0, Place(70.0, 0.0)
        division = ephemeris.divide(moment, place, HouseSystem[system])
        culminating = ephemeris.divide(moment, place, HouseSystem.EQUAL).midheaven
        hour_angle, altitude = seen(division.midheaven, division.armc, place.latitude)
        assert altitude > 0.0
        if abs(hour_angle) > 90.0:
            turned += 1
            assert separation(division.midheaven, culminating + 180.0) < 1e-9
            assert norm(division.cusps[3] - division.cusps[0]) > 180.0
        else:
            assert separation(division.midheaven, culminating) < 1e-9
    assert 0 < turned < 24


def test_utc_is_taken_as_ut1_unless_conversion_is_asked_for(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 1: 0.355 seconds or 5.3 arc seconds of ARMC at chart A."""
    published = ask("houses", CHART_A, ephemeris)
    converted = ask("houses", {**CHART_A, "universal_time": "utc_to_ut1"}, ephemeris)
    assert published.computed_for["julian_day"] == 2451545.25
    assert published.computed_for["definitions"]["universal_time"] == "UTC_AS_UT1"
    assert converted.computed_for["julian_day"] == pytest.approx(2451545.2500041, abs=5e-8)
    assert converted.computed_for["definitions"]["universal_time"] == "UTC_TO_UT1"
    moved: Any = converted.data["angles"]["MC"] - published.data["angles"]["MC"]
    assert 4.0 < moved * 3600.0 < 6.0  # the midheaven keeps up with the ARMC to 8 per cent


@pytest.mark.parametrize("date", ["-4712-01-01", "1100-06-15", "1971-12-31", "9999-12-31"])
def test_conversion_to_ut1_reaches_every_year(date: str, ephemeris: SwissEphemeris) -> None:
    """Before 1972 the library takes UTC for UT1, as the clocks then did within a second."""
    birth = {"date": date, "time": "12:00", "latitude": 1.0, "longitude": 2.0}
    answer = ask("houses", {**birth, "universal_time": "UTC_TO_UT1"}, ephemeris)
    plain = ask("houses", birth, ephemeris)
    apart = answer.computed_for["julian_day"] - plain.computed_for["julian_day"]
    assert abs(apart) * 86_400.0 < (1e-3 if date < "1972" else 1e9)


@pytest.mark.parametrize(
    ("date", "calendar", "julian"),
    [
        ("1900-02-29T00:00", "JULIAN", 2415091.5),
        ("-0043-03-15T12:00", "JULIAN", 1705426.0),
        ("-0043-03-15T12:00", "AUTO", 1705426.0),
        ("-0043-03-15T12:00", "GREGORIAN", 1705428.0),
        ("1582-10-04T12:00", "AUTO", 2299160.0),
        ("1582-10-15T12:00", "AUTO", 2299161.0),
    ],
)
def test_a_date_of_either_calendar_has_the_julian_day_of_the_definitions(
    date: str, calendar: str, julian: float, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 1, calendar; the reform by Meeus, chapter 7."""
    birth = {"date": date, "calendar": calendar, "latitude": 41.9, "longitude": 12.5}
    made = ask("houses", birth, ephemeris).computed_for
    assert made["julian_day"] == julian
    expected = calendar if calendar != "AUTO" else ("JULIAN", "GREGORIAN")[date > "1582-10-10"]
    assert made["calendar"] == expected
