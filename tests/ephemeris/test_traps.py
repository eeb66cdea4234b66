"""The traps of the Swiss Ephemeris that DEFINITIONS.md 1 lists, each held by a test.

What the library itself does is asked in a thread of its own, because its state is per thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swisseph as swe

from app.astrology.angles import norm, separation, signed_arc
from app.astrology.bodies import HYPOTHETICAL, LUNAR_POINTS, Angle, Body
from app.astrology.calendar import CalendarChoice, julian_day, read_civil
from app.astrology.chart import Conventions, Instant
from app.astrology.errors import NoSuchPosition, OutsideEphemeris, PolarHouses
from app.astrology.frame import (
    TROPICAL,
    Ayanamsa,
    AyanamsaName,
    Frame,
    Theory,
    UniversalTime,
    View,
)
from app.astrology.houses import (
    DIVIDING_LONGITUDE,
    LETTER_OF,
    HouseBy,
    HouseRule,
    HouseSystem,
)
from app.astrology.moment import moment_of
from app.astrology.place import Place
from app.astrology.search import IntArray, roots
from app.astrology.sky import LATITUDE, LONGITUDE, SPEED, FloatArray, Position, positions_at
from app.ephemeris.files import DATA
from app.ephemeris.missing import ORBITS_FILE, STARS_FILE
from app.ephemeris.numbers import STAR_BOUND
from app.ephemeris.swiss import SwissEphemeris
from tests.ephemeris import oracle

MOMENT_A = 2451545.25
SAN_DIEGO = Place(32.716667, -117.15)
"""Chart A of DEFINITIONS.md: 2000-01-01 18:00 UT, 32.716667 north, 117.15 west."""
SEEN = [body for body in Body if body is not Body.EARTH]
PLANETS_AND_MOON = (Body.SUN, Body.MOON, Body.MARS, Body.PLUTO, Body.TRUE_NODE, Body.CHIRON)
LAHIRI = Ayanamsa(AyanamsaName.LAHIRI)
SIDEREAL = Frame(ayanamsa=LAHIRI)
HELIOCENTRIC = Frame(center=View.HELIOCENTRIC)
TOPOCENTRIC = Frame(center=View.TOPOCENTRIC, observer=SAN_DIEGO)

SIX_DECIMALS = 6e-7
"""Degrees: half a unit of the last decimal that DEFINITIONS.md prints, and a tenth for its own."""
SAME = 1e-9
"""Degrees within which two ways through one library agree."""


def longitudes(
    ephemeris: SwissEphemeris, frame: Frame = TROPICAL, moment: float = MOMENT_A
) -> list[float]:
    return [position.longitude for position in positions_at(moment, SEEN, ephemeris, frame)]


# UTC and UT1


def test_utc_vs_ut1_differ_by_a_third_of_a_second_in_2000(ephemeris: SwissEphemeris) -> None:
    """`julday(UTC)` is 2451545.25, `utc_to_jd` UT1 2451545.2500041: 0.355 s."""
    moment = moment_of("2000-01-01", "18:00", zone="UTC", longitude=0.0)
    published = ephemeris.universal_time(moment, UniversalTime.UTC_AS_UT1)
    converted = ephemeris.universal_time(moment, UniversalTime.UTC_TO_UT1)
    assert published == 2451545.25
    assert (converted - published) * 86_400.0 == pytest.approx(0.355, abs=0.001)


@pytest.mark.parametrize("year", [1300, 1950, 1972, 1985, 2016, 2026, 2300])
def test_utc_vs_ut1_is_converted_there_and_back(year: int, ephemeris: SwissEphemeris) -> None:
    for month in range(1, 13):
        moment = moment_of(f"{year}-{month:02d}-01", "00:00:00.3", zone="UTC", longitude=0.0)
        converted = ephemeris.universal_time(moment, UniversalTime.UTC_TO_UT1)
        assert ephemeris.utc(converted) == pytest.approx(moment.jd_utc, abs=1e-3 / 86_400.0)


# Missing files


@pytest.mark.parametrize("body", [Body.SUN, Body.CHIRON, Body.VESTA, Body.TRUE_NODE], ids=str)
def test_missing_file_is_told_for_each_body_and_never_replaced(body: Body, tmp_path: Path) -> None:
    """1700 with `sepl_18` only: the library gives the Sun by Moshier, retflag 260, silently."""
    (tmp_path / "sepl_18.se1").symlink_to(DATA / "sepl_18.se1")
    moment = oracle.julian_day(1700, 1, 1, 0.0)

    def silently() -> int:
        swe.set_ephe_path(str(tmp_path))
        return int(swe.calc_ut(moment, swe.SUN, oracle.SWISS | oracle.SPEED)[1])

    assert oracle.in_own_thread(silently) == 260

    def ours() -> None:
        SwissEphemeris([tmp_path]).positions((moment,), (body,))

    with pytest.raises(OutsideEphemeris, match=r"_12\.se1"):
        oracle.in_own_thread(ours)


def test_missing_file_of_the_moon_of_2400_01_20_is_told(ephemeris: SwissEphemeris) -> None:
    moment = oracle.julian_day(2400, 1, 20, 0.0)
    with pytest.raises(OutsideEphemeris, match=r"semo_24\.se1"):
        ephemeris.positions((moment,), (Body.MOON,))
    with pytest.raises(OutsideEphemeris, match=r"seas_24\.se1"):
        ephemeris.positions((moment,), (Body.CHIRON,))


# Heliocentric zeros


@pytest.mark.parametrize("body", [Body.SUN, *sorted(LUNAR_POINTS)], ids=str)
def test_heliocentric_sun_nodes_and_apogees_are_refused_and_not_zero(
    body: Body, ephemeris: SwissEphemeris
) -> None:
    with pytest.raises(NoSuchPosition) as refused:
        ephemeris.positions((MOMENT_A,), (Body.MARS, body), HELIOCENTRIC)
    assert refused.value.details == {
        "field": "planets",
        "center": "HELIOCENTRIC",
        "got": body.value,
    }
    assert ("; ask for EARTH" in refused.value.message) == (body is Body.SUN)


def test_heliocentric_zeros_are_what_the_library_would_have_said() -> None:
    def zeros() -> list[float]:
        swe.set_ephe_path(str(DATA))
        flags = oracle.SWISS | swe.FLG_HELCTR
        return [swe.calc_ut(MOMENT_A, number, flags)[0][0] for number in (0, 10, 11)]

    assert oracle.in_own_thread(zeros) == [0.0, 0.0, 0.0]


def test_heliocentric_earth_stands_opposite_the_sun(ephemeris: SwissEphemeris) -> None:
    """Within the aberration of the Sun, 20.5 arc seconds, that the Sun itself cannot see."""
    (earth,) = positions_at(MOMENT_A, (Body.EARTH,), ephemeris, HELIOCENTRIC)
    assert separation(earth.longitude, 280.623780 - 180.0) < 21.0 / 3600.0
    assert earth.distance == pytest.approx(0.9833, abs=1e-4)


def test_heliocentric_earth_alone_is_asked_for_from_elsewhere(ephemeris: SwissEphemeris) -> None:
    for frame in (TROPICAL, TOPOCENTRIC, Frame(center=Body.EARTH)):
        with pytest.raises(NoSuchPosition):
            ephemeris.positions((MOMENT_A,), (Body.EARTH,), frame)


@pytest.mark.parametrize("center", sorted(LUNAR_POINTS | HYPOTHETICAL), ids=str)
def test_no_one_stands_on_a_point_that_is_no_body(center: Body, ephemeris: SwissEphemeris) -> None:
    """`calc_pctr` takes them for the barycentre of the solar system."""
    with pytest.raises(NoSuchPosition, match="no body to stand on"):
        ephemeris.positions((MOMENT_A,), (Body.MARS,), Frame(center=center))


def test_the_earth_as_a_center_is_geocentric(ephemeris: SwissEphemeris) -> None:
    assert longitudes(ephemeris, Frame(center=Body.EARTH)) == longitudes(ephemeris)


@pytest.mark.parametrize("center", [Body.MARS, Body.JUPITER, Body.MOON, Body.CHIRON], ids=str)
def test_planet_centred_positions_do_not_take_the_nutation_of_another_date(
    center: Body, ephemeris: SwissEphemeris
) -> None:
    """`calc_pctr` after a call for 2100 was 17 arc seconds off. Rounding differs by 3e-9."""
    frame = Frame(center=center)
    ephemeris.positions((MOMENT_A,), PLANETS_AND_MOON)
    fresh = ephemeris.positions((MOMENT_A,), (Body.SUN,), frame)[0, 0, LONGITUDE]
    for other in (2488069.5, 2415020.5, 2200000.5):
        ephemeris.positions((other,), PLANETS_AND_MOON)
        again = ephemeris.positions((MOMENT_A,), (Body.SUN,), frame)[0, 0, LONGITUDE]
        assert separation(again, fresh) < 1e-8


def test_the_sun_seen_from_mars_is_opposite_to_mars_seen_from_the_sun(
    ephemeris: SwissEphemeris,
) -> None:
    """But for the aberration of an observer on Mars, which 40 arc seconds would exceed."""
    (sun,) = positions_at(MOMENT_A, (Body.SUN,), ephemeris, Frame(center=Body.MARS))
    (mars,) = positions_at(MOMENT_A, (Body.MARS,), ephemeris, HELIOCENTRIC)
    assert separation(sun.longitude, mars.longitude + 180.0) < 40.0 / 3600.0
    assert sun.distance == pytest.approx(mars.distance, abs=1e-4)


# Sidereal


def test_sidereal_value_is_the_one_with_nutation(ephemeris: SwissEphemeris) -> None:
    """`get_ayanamsa_ut` 23.857102 is without nutation, `get_ayanamsa_ex_ut` 23.853233 with it."""
    value = ephemeris.ayanamsa(MOMENT_A, LAHIRI)
    assert value == pytest.approx(23.853233, abs=SIX_DECIMALS)
    nutation = ephemeris.obliquity(MOMENT_A).nutation_in_longitude
    assert value - nutation == pytest.approx(23.857102, abs=SIX_DECIMALS)


PROJECTED = {
    *(AyanamsaName.J2000, AyanamsaName.J1900, AyanamsaName.B1950),
    AyanamsaName.GALALIGN_MARDYKS,
}
"""These the library projects on the ecliptic of their own epoch, so that no value is subtracted."""


@pytest.mark.parametrize("name", sorted(set(AyanamsaName) - PROJECTED), ids=str)
def test_sidereal_positions_and_cusps_are_tropical_minus_that_value(
    name: AyanamsaName, ephemeris: SwissEphemeris
) -> None:
    ayanamsa = Ayanamsa(name, 2433282.42346, 24.042044)
    frame = Frame(ayanamsa=ayanamsa)
    value = ephemeris.ayanamsa(MOMENT_A, ayanamsa)
    both = zip(longitudes(ephemeris), longitudes(ephemeris, frame), strict=True)
    assert all(separation(tropical - value, sidereal) < SAME for tropical, sidereal in both)
    plain = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS)
    drawn = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS, frame)
    pairs = [*zip(plain.cusps, drawn.cusps, strict=True)]
    pairs += [(plain.angles[angle], drawn.angles[angle]) for angle in Angle]
    assert all(separation(tropical - value, sidereal) < SAME for tropical, sidereal in pairs)


def test_the_sidereal_sun_of_chart_a_is_that_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    (sun,) = positions_at(MOMENT_A, (Body.SUN,), ephemeris, SIDEREAL)
    assert sun.longitude == pytest.approx(256.770547, abs=SIX_DECIMALS)


@pytest.mark.parametrize(("in_ut", "days"), [(False, 0.0), (True, 63.829 / 86_400.0)])
def test_a_user_ayanamsa_has_its_value_at_its_epoch(
    ephemeris: SwissEphemeris, *, in_ut: bool, days: float
) -> None:
    """Mean, so nutation is added; in UT the epoch is 63.8 s later. It grows by 50.3" a year."""
    user = Ayanamsa(AyanamsaName.USER, MOMENT_A - days + 63.829 / 86_400.0, 20.0, in_ut)
    nutation = ephemeris.obliquity(MOMENT_A).nutation_in_longitude
    assert ephemeris.ayanamsa(MOMENT_A, user) == pytest.approx(20.0 + nutation, abs=1e-8)
    later = ephemeris.obliquity(MOMENT_A + 3652.5).nutation_in_longitude
    grown = ephemeris.ayanamsa(MOMENT_A + 3652.5, user) - later - 20.0
    assert grown * 360.0 == pytest.approx(50.3, abs=0.1)


def test_sidereal_equatorial_coordinates_are_never_sidereal(ephemeris: SwissEphemeris) -> None:
    """The library with both flags gives the Sun of A 281.558770/-23.013629."""
    for frame in (TROPICAL, SIDEREAL):
        ascension, declination = ephemeris.equatorial((MOMENT_A,), (Body.SUN,), frame)[0, 0, :2]
        assert ascension == pytest.approx(281.554443, abs=SIX_DECIMALS)
        assert declination == pytest.approx(-23.012365, abs=SIX_DECIMALS)
    plain = ephemeris.equatorial((MOMENT_A,), SEEN)
    assert ephemeris.equatorial((MOMENT_A,), SEEN, SIDEREAL).tolist() == plain.tolist()


def test_sidereal_houses_shift_cusps_but_not_the_armc(ephemeris: SwissEphemeris) -> None:
    plain = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.KOCH)
    drawn = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.KOCH, SIDEREAL)
    assert drawn.armc == plain.armc
    assert drawn.armc == pytest.approx(253.55348499, abs=1e-8)


def test_sidereal_houses_by_whole_sign_are_cut_again_on_the_sidereal_ascendant(
    ephemeris: SwissEphemeris,
) -> None:
    """The ascendant of A, 335.6, is 311.8 by Lahiri: 300, 330, 0 and so on."""
    cusps = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.WHOLE_SIGN, SIDEREAL).cusps
    assert list(cusps) == [norm(300.0 + 30.0 * house) for house in range(12)]


# State left behind


@pytest.mark.parametrize(
    "frame",
    [
        *(Frame(ayanamsa=Ayanamsa(name, 2451545.0, 23.0)) for name in AyanamsaName),
        TOPOCENTRIC,
        HELIOCENTRIC,
        Frame(center=Body.MARS),
        Frame(Theory.MOSHIER),
    ],
    ids=lambda frame: str(frame.ayanamsa.name if frame.ayanamsa else frame.center),
)
def test_state_left_behind_by_one_request_is_nothing_to_the_next(
    frame: Frame, ephemeris: SwissEphemeris
) -> None:
    """To the last bit. `SIDBIT_PREC_ORIG`, which we never set, would change even the obliquity."""

    def tropical() -> tuple[Any, ...]:
        return (
            ephemeris.positions((MOMENT_A,), SEEN).tolist(),
            ephemeris.equatorial((MOMENT_A,), SEEN).tolist(),
            ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.PLACIDUS, speeds=True),
            ephemeris.obliquity(MOMENT_A),
            ephemeris.ayanamsa(MOMENT_A, LAHIRI),
            ephemeris.sidereal_time(MOMENT_A),
            ephemeris.delta_t(MOMENT_A),
        )

    before = tropical()
    ephemeris.positions((MOMENT_A,), (Body.MOON,), frame)
    ephemeris.divide(MOMENT_A, Place(10.0, 50.0), HouseSystem.KOCH, frame)
    assert tropical() == before
    with pytest.raises(OutsideEphemeris):
        ephemeris.positions((4_000_000.5,), (Body.MOON,), frame)
    assert tropical() == before


def test_a_topocentric_moon_is_up_to_a_degree_off_and_its_node_is_not(
    ephemeris: SwissEphemeris,
) -> None:
    bodies = (Body.MOON, Body.NORTH_NODE, Body.TRUE_NODE)
    plain = positions_at(MOMENT_A, bodies, ephemeris)
    seen = positions_at(MOMENT_A, bodies, ephemeris, TOPOCENTRIC)
    moon, mean_node, true_node = (
        separation(a.longitude, b.longitude) for a, b in zip(plain, seen, strict=True)
    )
    assert 0.1 < moon < 1.0
    assert (mean_node, true_node) == (0.0, 0.0)
    high = Frame(center=View.TOPOCENTRIC, observer=Place(32.716667, -117.15, 5000.0))
    (raised,) = positions_at(MOMENT_A, (Body.MOON,), ephemeris, high)
    assert 0.0 < separation(raised.longitude, seen[0].longitude) < 0.01


# Obliquity, sidereal time


def test_obliquity_of_houses_is_the_true_one(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 0; with the mean one angles are wrong by up to 9.2 arc seconds."""
    tilt = ephemeris.obliquity(MOMENT_A)
    assert tilt.true == pytest.approx(23.43767518, abs=1e-8)
    assert tilt.mean == pytest.approx(23.43927935, abs=1e-8)
    assert tilt.nutation_in_longitude == pytest.approx(-0.00386909, abs=1e-8)
    assert tilt.true == pytest.approx(tilt.mean + tilt.nutation_in_obliquity, abs=1e-12)
    angles = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.EQUAL).angles
    turn = math.radians(253.55348499)
    midheaven = math.atan2(math.sin(turn), math.cos(turn) * math.cos(math.radians(tilt.true)))
    assert separation(angles[Angle.MC], math.degrees(midheaven)) < 1e-7


def test_sidereal_time_has_the_step_of_its_model_at_2050(ephemeris: SwissEphemeris) -> None:
    """-1.9 arc seconds within the second before 2050-01-01 00:00, and no smoothing of it."""
    start = oracle.julian_day(2050, 1, 1, 0.0)
    second = 1.0 / 86_400.0
    ours = [ephemeris.sidereal_time(start + step * second) for step in (-2, -1, 0, 1)]

    def directly() -> list[float]:
        swe.set_ephe_path(str(DATA))
        return [swe.sidtime(start + step * second) * 15.0 for step in (-2, -1, 0, 1)]

    assert ours == oracle.in_own_thread(directly)
    steady, across, after = (b - a for a, b in pairwise(ours))
    assert (across - steady) * 3600.0 == pytest.approx(-1.9, abs=0.1)
    # A Julian day of 2050 has a unit of 40 microseconds, 6e-4 arc seconds of turning.
    assert (after - steady) * 3600.0 == pytest.approx(0.0, abs=2e-3)


def test_sidereal_time_of_greenwich_is_its_armc(ephemeris: SwissEphemeris) -> None:
    division = ephemeris.divide(MOMENT_A, Place(51.5, 0.0), HouseSystem.EQUAL)
    assert separation(ephemeris.sidereal_time(MOMENT_A), division.armc) < SAME


# Houses


def test_sunshine_houses_are_two_systems_whose_letters_differ_by_case() -> None:
    assert LETTER_OF[HouseSystem.SUNSHINE] == "I"
    assert LETTER_OF[HouseSystem.SUNSHINE_MAKRANSKY] == "i"


def test_sunshine_houses_are_made_with_the_declination_of_their_sun(
    ephemeris: SwissEphemeris,
) -> None:
    """`houses_armc` without it silently gives 19.26 in place of 22.82 for cusp 2 of A."""
    for system in (HouseSystem.SUNSHINE, HouseSystem.SUNSHINE_MAKRANSKY):
        ephemeris.divide(MOMENT_A + 180.0, SAN_DIEGO, system)  # another Sun before
        cusps = ephemeris.divide(MOMENT_A, SAN_DIEGO, system).cusps
        assert separation(cusps[1], 22.82) < 0.005


def test_sunshine_positions_have_the_sun_of_their_own_moment(ephemeris: SwissEphemeris) -> None:
    """`swe.house_pos` takes the Sun of the last division, whichever that was."""
    (moon,) = positions_at(MOMENT_A, (Body.MOON,), ephemeris)
    arguments = (MOMENT_A, SAN_DIEGO, HouseSystem.SUNSHINE, [moon])
    fresh = ephemeris.house_positions(*arguments)
    ephemeris.divide(MOMENT_A + 180.0, SAN_DIEGO, HouseSystem.SUNSHINE)
    assert ephemeris.house_positions(*arguments) == fresh


def test_gauquelin_has_36_sectors_that_run_clockwise(ephemeris: SwissEphemeris) -> None:
    division = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.GAUQUELIN, speeds=True)
    assert len(division.cusps) == len(division.cusp_speeds) == 36
    assert all(signed_arc(a, b) < 0.0 for a, b in pairwise(division.cusps))
    quarters = [division.cusps[index] for index in (0, 9, 18, 27)]
    for cusp, angle in zip(quarters, (Angle.ASC, Angle.MC, Angle.DESC, Angle.IC), strict=True):
        assert separation(cusp, division.angles[angle]) < SAME


@pytest.mark.parametrize(
    "system", [HouseSystem.PLACIDUS, HouseSystem.KOCH, HouseSystem.GAUQUELIN], ids=str
)
@pytest.mark.parametrize("latitude", [70.0, -70.0, 90.0, -90.0])
def test_polar_houses_are_refused_by_latitude_even_where_the_library_gives_numbers(
    system: HouseSystem, latitude: float, ephemeris: SwissEphemeris
) -> None:
    """`house_pos` does not raise at latitude 70."""
    place = Place(latitude, 20.0)
    (sun,) = positions_at(MOMENT_A, (Body.SUN,), ephemeris)
    tilt, letter = ephemeris.obliquity(MOMENT_A).true, LETTER_OF[system].encode()
    number = partial(swe.house_pos, 100.0, 70.0, tilt, (sun.longitude, 0.0), letter)
    assert oracle.in_own_thread(number) >= 1.0
    for frame in (TROPICAL, SIDEREAL):
        with pytest.raises(PolarHouses):
            ephemeris.divide(MOMENT_A, place, system, frame)
    with pytest.raises(PolarHouses):
        ephemeris.house_positions(MOMENT_A, place, system, [sun])


def test_polar_houses_of_makransky_are_refused_at_89_9(ephemeris: SwissEphemeris) -> None:
    with pytest.raises(PolarHouses, match="SUNSHINE_MAKRANSKY houses are undefined"):
        ephemeris.divide(MOMENT_A, Place(89.9, 0.0), HouseSystem.SUNSHINE_MAKRANSKY)


def test_polar_charts_with_places_by_position_are_refused_too(ephemeris: SwissEphemeris) -> None:
    conventions = Conventions(house_rule=HouseRule(HouseBy.POSITION))
    instant = Instant(MOMENT_A, Place(70.0, 0.0), conventions, ephemeris)
    with pytest.raises(PolarHouses):
        instant.divide_as_agreed(HouseSystem.PLACIDUS)


# Angles


def azimuth_of(longitude: float, armc: float, latitude: float, obliquity: float) -> float:
    """Degrees from north through east of a point on the ecliptic."""
    slant, along, north = map(math.radians, (obliquity, longitude, latitude))
    declination = math.asin(math.sin(slant) * math.sin(along))
    ascension = math.atan2(math.cos(slant) * math.sin(along), math.cos(along))
    turned = math.radians(armc) - ascension
    east = -math.cos(declination) * math.sin(turned)
    ahead = math.cos(north) * math.sin(declination)
    ahead -= math.sin(north) * math.cos(declination) * math.cos(turned)
    return norm(math.degrees(math.atan2(east, ahead)))


@pytest.mark.parametrize("latitude", [-66.0, -33.8688, -5.0, 5.0, 32.716667, 66.0])
def test_vertex_stands_due_west_in_both_hemispheres(
    latitude: float, ephemeris: SwissEphemeris
) -> None:
    tilt = ephemeris.obliquity(MOMENT_A).true
    for step in range(12):
        moment = MOMENT_A + step / 12.0
        division = ephemeris.divide(moment, Place(latitude, 0.0), HouseSystem.EQUAL)
        vertex = division.angles[Angle.VERTEX]
        # The obliquity moves by 1e-5 degrees within the day.
        assert separation(azimuth_of(vertex, division.armc, latitude, tilt), 270.0) < 1e-3
        assert division.angles[Angle.ANTI_VERTEX] == norm(vertex + 180.0)


def test_vertex_is_undefined_at_the_equator(ephemeris: SwissEphemeris) -> None:
    """The library says 0 degrees there."""
    angles = ephemeris.divide(MOMENT_A, Place(0.0, 20.0), HouseSystem.PLACIDUS).angles
    assert Angle.VERTEX not in angles
    assert Angle.ANTI_VERTEX not in angles
    assert len(angles) == len(Angle) - 2
    near = ephemeris.divide(MOMENT_A, Place(1e-9, 20.0), HouseSystem.PLACIDUS).angles
    assert Angle.VERTEX in near


# Points


def test_interpolated_apogee_and_perigee_are_not_opposite(ephemeris: SwissEphemeris) -> None:
    """The perigee of A is 92.0335, not 259.1602 + 180: 167.1 degrees apart."""
    bodies = (
        *(Body.LILITH_INTERPOLATED, Body.PRIAPUS_INTERPOLATED),
        *(Body.LILITH, Body.PRIAPUS, Body.LILITH_TRUE, Body.PRIAPUS_TRUE),
    )
    apogee, perigee, *others = longitudes_of(bodies, ephemeris)
    assert apogee == pytest.approx(259.160249, abs=SIX_DECIMALS)
    assert perigee == pytest.approx(92.0335, abs=5e-5)
    assert separation(apogee, perigee) == pytest.approx(167.1, abs=0.05)
    mean, mean_perigee, osculating, osculating_perigee = others
    for axis in ((mean, mean_perigee), (osculating, osculating_perigee)):
        assert separation(*axis) == pytest.approx(180.0, abs=1e-12)  # one rounding


def longitudes_of(bodies: tuple[Body, ...], ephemeris: SwissEphemeris) -> list[float]:
    return [position.longitude for position in positions_at(MOMENT_A, bodies, ephemeris)]


@pytest.mark.parametrize(
    ("opposite", "body"),
    [
        (Body.SOUTH_NODE, Body.NORTH_NODE),
        (Body.TRUE_SOUTH_NODE, Body.TRUE_NODE),
        (Body.PRIAPUS, Body.LILITH),
        (Body.PRIAPUS_TRUE, Body.LILITH_TRUE),
    ],
)
def test_opposites_are_turned_in_longitude_latitude_and_on_the_equator(
    opposite: Body, body: Body, ephemeris: SwissEphemeris
) -> None:
    for ask in (ephemeris.positions, ephemeris.equatorial):
        first, second = ask((MOMENT_A,), (body, opposite))[0]
        assert second[LONGITUDE] == norm(first[LONGITUDE] + 180.0)
        assert second[LATITUDE] == -first[LATITUDE]
        assert second[SPEED] == first[SPEED]


def speed_of(ephemeris: SwissEphemeris, body: Body) -> Callable[[float], float]:
    return lambda moment: float(ephemeris.positions((moment,), (body,))[0, 0, SPEED])


def turning_of(ephemeris: SwissEphemeris, body: Body, half: float) -> Callable[[float], float]:
    """Degrees that a body moves from some days before a moment to as many after it."""

    def moved(moment: float) -> float:
        before, after = ephemeris.positions((moment - half, moment + half), (body,))[:, 0, 0]
        return signed_arc(before, after)

    return moved


def root_of(function: Callable[[float], float], start: float, end: float) -> float:
    """Where one function of time changes its sign."""

    def of_all(moments: FloatArray, _: IntArray) -> FloatArray:
        return np.array([function(moment) for moment in moments.tolist()])

    return float(roots(of_all, np.array([start]), np.array([end]))[0])


@pytest.mark.parametrize(
    ("body", "start", "end", "half", "most"),
    [
        (Body.MERCURY, 2461095.0, 2461100.0, 0.01, 1.0),
        (Body.PLUTO, 2461160.0, 2461175.0, 0.05, 10.0),
    ],
)
def test_speeds_vanish_at_a_station_and_near_the_turn_of_longitude(
    body: Body, start: float, end: float, half: float, most: float, ephemeris: SwissEphemeris
) -> None:
    """A station is the zero of FLG_SPEED: 0.2 s from the turn for Mercury, 4.5 s for Pluto."""
    station = root_of(speed_of(ephemeris, body), start, end)
    assert abs(speed_of(ephemeris, body)(station)) < 1e-7
    turn = root_of(turning_of(ephemeris, body, half), start, end)
    assert abs(station - turn) * 86_400.0 < most
    before, after = ephemeris.positions((station - 0.1, station + 0.1), (body,))[:, 0, SPEED]
    assert before > 0.0 > after


# Calendar


@pytest.mark.parametrize(
    ("date", "calendar", "day"),
    [
        ("1900-02-29", CalendarChoice.JULIAN, 2415091.5),
        ("-0043-03-15", CalendarChoice.JULIAN, 1705425.5),
        ("-0043-03-15", CalendarChoice.AUTO, 1705425.5),
        ("-0043-03-15", CalendarChoice.GREGORIAN, 1705427.5),
    ],
)
def test_calendar_dates_that_datetime_cannot_hold_have_their_julian_day(
    date: str, calendar: CalendarChoice, day: float
) -> None:
    assert julian_day(read_civil(date, "00:00", calendar)) == day


# Fictitious bodies


@pytest.mark.parametrize("body", sorted(HYPOTHETICAL), ids=str)
def test_fictitious_bodies_need_the_file_of_their_elements(body: Body, tmp_path: Path) -> None:
    """Without `seorbel.txt` those from 55 on fail, and Kronos is 15 arc seconds off in silence."""
    for file in DATA.glob("*.se1"):
        (tmp_path / file.name).symlink_to(file)

    def without() -> None:
        SwissEphemeris([tmp_path]).positions((MOMENT_A,), (body,))

    with pytest.raises(OutsideEphemeris) as refused:
        oracle.in_own_thread(without)
    assert refused.value.details == {
        "field": "planets",
        "body": body.value,
        "missing_files": [ORBITS_FILE],
        "got": body,
    }


def test_fictitious_white_moon_is_that_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    assert longitudes_of((Body.WHITE_MOON,), ephemeris) == [
        pytest.approx(242.251953, abs=SIX_DECIMALS)
    ]
    made = ephemeris.provenance((Body.WHITE_MOON,))
    assert made.files == ("sepl_18.se1", "semo_18.se1", ORBITS_FILE)


ZEUS_BEHIND_THE_SUN = 2452547.45
"""2002-09-29 22:48, in the midst of the hour and a half in which bent light would run back."""


def test_fictitious_bodies_have_no_light_for_the_sun_to_bend(ephemeris: SwissEphemeris) -> None:
    def from_the_library(flags: int) -> float:
        return float(swe.calc_ut(ZEUS_BEHIND_THE_SUN, oracle.NUMBERS[Body.ZEUS], flags)[0][3])

    with_it = oracle.in_own_thread(lambda: from_the_library(oracle.SWISS | oracle.SPEED))
    (row,) = ephemeris.positions((ZEUS_BEHIND_THE_SUN,), (Body.ZEUS,))
    assert with_it < 0.0 < float(row[0, SPEED])


def test_true_positions_in_horizontal_houses_are_refused(ephemeris: SwissEphemeris) -> None:
    """`swe.house_pos` 2.10.03 counts them against the cusps of `swe.houses` in the south."""
    sun = Position(Body.SUN, 280.0)
    with pytest.raises(NoSuchPosition, match="use house_by LONGITUDE"):
        ephemeris.house_positions(MOMENT_A, Place(-33.9, 18.4), HouseSystem.HORIZONTAL, [sun])


def test_true_positions_in_houses_of_longitude_are_refused(ephemeris: SwissEphemeris) -> None:
    """`swe.house_pos` 2.10.03 tells 1.0 all through the second half of a house 12 of Porphyry.

    And it knows the signs of the tropical zodiac alone.
    """
    neptune = Position(Body.NEPTUNE, 303.2)
    tilt, armc = ephemeris.obliquity(MOMENT_A).true, 253.55348499
    flat = partial(swe.house_pos, armc, SAN_DIEGO.latitude, tilt, (303.2, 0.0), b"S")
    assert oracle.in_own_thread(flat) == 1.0
    for system in DIVIDING_LONGITUDE:
        with pytest.raises(NoSuchPosition, match="a true position among them is its longitude"):
            ephemeris.house_positions(MOMENT_A, SAN_DIEGO, system, [neptune])


# Stars behind a zodiac

BEYOND_MOSHIER = 3000000.0
"""A Julian day of the year 3501: the Moshier theory ends with the year 3000."""
BEFORE_THE_FILES = 1000000.0


@pytest.mark.parametrize("name", sorted(STAR_BOUND), ids=str)
@pytest.mark.parametrize(
    ("theory", "moment"),
    [(Theory.MOSHIER, BEYOND_MOSHIER), (Theory.SWISS, BEFORE_THE_FILES)],
)
def test_stars_of_a_zodiac_beyond_the_ephemeris_are_refused_by_every_call(
    name: AyanamsaName, theory: Theory, moment: float, ephemeris: SwissEphemeris
) -> None:
    """The library itself would fall back, fail, or count houses from an older zodiac."""
    ayanamsa = Ayanamsa(name)
    frame = Frame(theory, ayanamsa=ayanamsa)
    for asked in (
        lambda: ephemeris.ayanamsa(moment, ayanamsa, theory),
        lambda: ephemeris.divide(moment, SAN_DIEGO, HouseSystem.PLACIDUS, frame),
        lambda: ephemeris.divide(moment, SAN_DIEGO, HouseSystem.PLACIDUS, frame, speeds=True),
        lambda: ephemeris.positions((moment,), (Body.NORTH_NODE,), frame),
    ):
        with pytest.raises(OutsideEphemeris):
            asked()


def test_stars_of_a_zodiac_are_seen_by_the_theory_that_was_asked_for(
    ephemeris: SwissEphemeris,
) -> None:
    """Moshier's Earth moves a little otherwise, and with it the aberration of Spica."""
    citra = Ayanamsa(AyanamsaName.TRUE_CITRA)
    swiss, moshier = (ephemeris.ayanamsa(MOMENT_A, citra, theory) for theory in Theory)
    assert 1e-7 < abs(swiss - moshier) < 1e-4
    for theory, value in ((Theory.SWISS, swiss), (Theory.MOSHIER, moshier)):
        frame = Frame(theory, ayanamsa=citra)
        plain = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.KOCH, Frame(theory))
        drawn = ephemeris.divide(MOMENT_A, SAN_DIEGO, HouseSystem.KOCH, frame)
        assert separation(plain.ascendant - value, drawn.ascendant) < SAME


def test_stars_of_a_zodiac_that_moshier_reaches_are_answered_beyond_the_files(
    ephemeris: SwissEphemeris,
) -> None:
    value = ephemeris.ayanamsa(BEFORE_THE_FILES, Ayanamsa(AyanamsaName.TRUE_CITRA), Theory.MOSHIER)
    assert 300.0 < value < 360.0


def test_stars_of_a_zodiac_need_their_catalogue(tmp_path: Path) -> None:
    for file in DATA.glob("*.se1"):
        (tmp_path / file.name).symlink_to(file)

    def asked() -> float:
        return SwissEphemeris([tmp_path]).ayanamsa(MOMENT_A, Ayanamsa(AyanamsaName.TRUE_CITRA))

    with pytest.raises(OutsideEphemeris) as refused:
        oracle.in_own_thread(asked)
    assert refused.value.details is not None
    assert refused.value.details["missing_files"] == [STARS_FILE]
