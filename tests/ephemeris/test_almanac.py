"""The almanac against the library called directly, and that nothing of a call stays behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
import swisseph as swe

from app.astrology.almanac import (
    Air,
    Almanac,
    EclipseKind,
    EclipseOf,
    HeliacalEvent,
    HorizonEvent,
    Limb,
    Star,
)
from app.astrology.angles import norm, separation
from app.astrology.bodies import Asteroid, Body
from app.astrology.errors import NoSuchPosition, OutsideEphemeris, PolarHouses
from app.astrology.frame import TROPICAL, Ayanamsa, AyanamsaName, Frame, Theory, View
from app.astrology.place import Place
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from app.ephemeris.missing import STARS_FILE
from app.ephemeris.numbers import NUMBER_OF, THEORY_FLAG
from tests.ephemeris import oracle

MOMENT = 2451545.25
SAN_DIEGO = Place(32.716667, -117.15)
TROMSO = Place(69.6492, 18.9553)
LAHIRI = Frame(ayanamsa=Ayanamsa(AyanamsaName.LAHIRI))
TOPOCENTRIC = Frame(center=View.TOPOCENTRIC, observer=SAN_DIEGO)
SIRIUS = Star("alCMa", "Sirius", -1.46)
ANTARES = Star("alSco", "Antares", 0.91)
LAST_DAY = oracle.julian_day(2399, 12, 31, 0.0)
AFTER = oracle.julian_day(2400, 6, 1, 0.0)
SECOND = 1.0 / 86_400.0
FIVE_DECIMALS = 5e-6


def ask(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the library answers in a thread of its own, with the shipped files."""

    def work() -> Any:
        swe.set_ephe_path(str(DATA))
        return call(*arguments)

    return oracle.in_own_thread(work)


def at(hours: int, minutes: int, seconds: float, *date: int) -> float:
    year, month, day = date or (2000, 1, 1)
    return oracle.julian_day(year, month, day, hours + minutes / 60.0 + seconds / 3600.0)


# Stars


def test_every_star_stands_in_the_catalogue_once(ephemeris: SwissAlmanac) -> None:
    stars = ephemeris.stars()
    assert len(stars) == len({star.key for star in stars}) == 1117
    assert ephemeris.stars() is stars


def test_a_star_has_its_first_name_and_its_others(ephemeris: SwissAlmanac) -> None:
    by_key = {star.key: star for star in ephemeris.stars()}
    assert by_key["alCen"].name == "Rigil Kentaurus"
    assert "Toliman" in by_key["alCen"].aliases
    assert by_key["alTau"] == Star("alTau", "Aldebaran", 0.86, ("Rohini",))
    assert by_key["deAnd"].name == "deAnd"
    assert by_key["etUMi"].name == "Anwar al Farkadain"
    assert by_key["SgrA*"].magnitude == inf


def test_the_library_finds_each_star_by_its_key(ephemeris: SwissAlmanac) -> None:
    stars = ephemeris.stars()

    def found() -> list[tuple[str, float]]:
        swe.set_ephe_path(str(DATA))
        return [
            (
                swe.fixstar2_ut(f",{star.key}", MOMENT, oracle.SWISS)[1].split(",")[1],
                swe.fixstar2_mag(f",{star.key}")[0],
            )
            for star in stars
        ]

    for star, (key, magnitude) in zip(stars, oracle.in_own_thread(found), strict=True):
        assert key == star.key or (star.key, key) == ("zePscA", "zePsc")  # the same place
        assert magnitude == star.magnitude or (star.magnitude == inf and magnitude > 999.0)


@pytest.mark.parametrize(
    ("frame", "flags"),
    [
        (TROPICAL, oracle.SWISS),
        (Frame(Theory.MOSHIER), oracle.MOSHIER),
        (Frame(center=View.HELIOCENTRIC), oracle.SWISS | swe.FLG_HELCTR),
    ],
)
def test_star_places_are_those_of_the_library(
    frame: Frame, flags: int, ephemeris: SwissAlmanac
) -> None:
    moments, stars = (MOMENT, MOMENT + 40_000.0), (SIRIUS, ANTARES)
    ours = ephemeris.star_positions(moments, stars, frame)
    equatorial = ephemeris.star_equatorial(moments, stars, frame)
    for row, moment in enumerate(moments):
        for column, star in enumerate(stars):
            asked = (swe.fixstar2_ut, f",{star.key}", moment)
            assert tuple(ours[row, column]) == ask(*asked, flags | oracle.SPEED)[0]
            there = ask(*asked, flags | oracle.SPEED | swe.FLG_EQUATORIAL)[0]
            assert tuple(equatorial[row, column]) == there


def test_antares_is_where_the_definitions_have_it(ephemeris: SwissAlmanac) -> None:
    place = ephemeris.star_positions((MOMENT,), (ANTARES,))[0, 0, 0]
    assert place == pytest.approx(249.753333, abs=1e-3)


def test_sidereal_stars_are_tropical_ones_less_the_ayanamsa(ephemeris: SwissAlmanac) -> None:
    (plain,) = ephemeris.star_positions((MOMENT,), (SIRIUS,))[0]
    (sidereal,) = ephemeris.star_positions((MOMENT,), (SIRIUS,), LAHIRI)[0]
    start = ephemeris.ayanamsa(MOMENT, Ayanamsa(AyanamsaName.LAHIRI))
    assert separation(norm(plain[0] - start), sidereal[0]) < 1e-7
    same = ephemeris.star_equatorial((MOMENT,), (SIRIUS,), LAHIRI)
    assert same.tolist() == ephemeris.star_equatorial((MOMENT,), (SIRIUS,)).tolist()


def test_stars_are_not_seen_from_another_planet(ephemeris: SwissAlmanac) -> None:
    with pytest.raises(NoSuchPosition, match="not from MARS"):
        ephemeris.star_positions((MOMENT,), (SIRIUS,), Frame(center=Body.MARS))


def test_a_star_that_nobody_knows_is_refused(ephemeris: SwissAlmanac) -> None:
    with pytest.raises(OutsideEphemeris, match="no place of Nobody"):
        ephemeris.star_positions((MOMENT,), (Star("noSuch", "Nobody", 1.0),))


def test_without_its_file_the_catalogue_is_refused_by_name(tmp_path: Path) -> None:
    def stars() -> Any:
        return SwissAlmanac([tmp_path]).stars()

    with pytest.raises(OutsideEphemeris) as refused:
        oracle.in_own_thread(stars)
    assert refused.value.details is not None
    assert refused.value.details["missing_files"] == [STARS_FILE]


# Horizons: DEFINITIONS.md 1


@pytest.mark.parametrize(
    ("air", "rise"),
    [
        (Air(temperature=0.0), at(14, 50, 35.6)),
        (Air(), at(14, 50, 52.4)),
        (Air(temperature=0.0, limb=Limb.CENTER), at(14, 52, 2.5)),
        (Air(refraction=False), at(14, 53, 52.2)),
        (Air(pressure=0.0), at(14, 53, 52.2)),
        (Air(limb=Limb.CENTER, refraction=False, geocentric=True), at(14, 55, 18.7)),
        (Air(limb=Limb.CENTER, refraction=False, altitude=-6.0), at(14, 23, 40.6)),
    ],
    ids=["0 degrees", "15 degrees", "centre", "no refraction", "no air", "hindu", "civil"],
)
def test_sunrise_is_the_one_of_its_air(air: Air, rise: float, ephemeris: SwissAlmanac) -> None:
    found = ephemeris.horizon_event(MOMENT - 0.5, Body.SUN, HorizonEvent.RISE, SAN_DIEGO, air)
    assert found == pytest.approx(rise, abs=0.06 * SECOND)


def test_the_sun_of_midsummer_does_not_rise_in_tromso_but_culminates(
    ephemeris: SwissAlmanac,
) -> None:
    day = oracle.julian_day(2026, 6, 21, 0.0)
    assert ephemeris.horizon_event(day, Body.SUN, HorizonEvent.RISE, TROMSO) is None
    assert ephemeris.horizon_event(day, Body.SUN, HorizonEvent.SET, TROMSO) is None
    noon = ephemeris.horizon_event(day, Body.SUN, HorizonEvent.CULMINATION, TROMSO)
    assert noon is not None
    assert 0.0 < noon - day < 1.0


@pytest.mark.parametrize(
    ("body", "event", "moment"),
    [
        (Body.SUN, HorizonEvent.CULMINATION, at(19, 52, 2.5)),
        (Body.MOON, HorizonEvent.RISE, at(10, 21, 55.6)),
        (Body.MOON, HorizonEvent.SET, at(21, 40, 55.7)),
    ],
)
def test_events_of_chart_a_are_those_of_the_definitions(
    body: Body, event: HorizonEvent, moment: float, ephemeris: SwissAlmanac
) -> None:
    """DEFINITIONS.md 6."""
    found = ephemeris.horizon_event(at(8, 0, 0.0), body, event, SAN_DIEGO)
    assert found == pytest.approx(moment, abs=0.06 * SECOND)


def test_the_next_event_lies_ahead_wherever_and_whenever_one_asks(
    ephemeris: SwissAlmanac,
) -> None:
    source = random.Random(3)  # noqa: S311 - no secret
    bodies = (Body.SUN, Body.MOON, Body.VENUS, Body.PLUTO, SIRIUS)
    for moment, place in oracle.random_births(150, seed=11):
        body, event = source.choice(bodies), source.choice(list(HorizonEvent))
        found = ephemeris.horizon_event(moment, body, event, place)
        assert found is None or 0.0 <= found - moment <= 2.2
        if event in {HorizonEvent.CULMINATION, HorizonEvent.ANTICULMINATION}:
            assert found is not None
            assert found - moment < 1.1
        if found is not None:
            again = ephemeris.horizon_event(found - 0.01, body, event, place)
            assert again == pytest.approx(found, abs=0.5 * SECOND)


@pytest.mark.parametrize("body", [Body.EARTH, Body.SOUTH_NODE])
def test_what_does_not_rise_is_refused(body: Body, ephemeris: SwissAlmanac) -> None:
    with pytest.raises(NoSuchPosition, match="no risings"):
        ephemeris.horizon_event(MOMENT, body, HorizonEvent.RISE, SAN_DIEGO)


def test_refraction_lifts_a_star_at_the_horizon_and_no_air_does_not(
    ephemeris: SwissAlmanac,
) -> None:
    assert ephemeris.apparent_altitude(0.0, SAN_DIEGO) == pytest.approx(0.48, abs=0.02)
    assert ephemeris.apparent_altitude(0.0, SAN_DIEGO, Air(refraction=False)) == 0.0
    assert ephemeris.apparent_altitude(-5.0, SAN_DIEGO) == -5.0


# Heliacal phases and sectors: DEFINITIONS.md 6 and 9


def test_sirius_rises_heliacally_when_the_definitions_say(ephemeris: SwissAlmanac) -> None:
    start, cairo = oracle.julian_day(2026, 7, 1, 0.0), Place(30.05, 31.25, 20.0)
    found = ephemeris.heliacal(
        start,
        SIRIUS,
        HeliacalEvent.MORNING_FIRST,
        cairo,
        Air(temperature=25.0),
        (40.0, 36.0, 1.0),
    )
    assert found == pytest.approx(at(2, 38, 15.0, 2026, 8, 7), abs=0.1 * SECOND)


@pytest.mark.parametrize(
    ("body", "event", "place"),
    [
        (Body.MARS, HeliacalEvent.EVENING_FIRST, SAN_DIEGO),
        (Body.MOON, HeliacalEvent.MORNING_FIRST, SAN_DIEGO),
        (SIRIUS, HeliacalEvent.MORNING_FIRST, Place(85.0, 0.0)),
    ],
)
def test_phases_that_a_body_does_not_have_are_none(
    body: Body | Star, event: HeliacalEvent, place: Place, ephemeris: SwissAlmanac
) -> None:
    assert ephemeris.heliacal(MOMENT, body, event, place, Air(), (40.0, 36.0, 1.0)) is None


def test_phases_of_what_eyes_do_not_see_are_refused(ephemeris: SwissAlmanac) -> None:
    event = HeliacalEvent.MORNING_FIRST
    with pytest.raises(NoSuchPosition, match="no heliacal phases"):
        ephemeris.heliacal(MOMENT, Body.PLUTO, event, SAN_DIEGO, Air(), (40.0, 36.0, 1.0))


@pytest.mark.parametrize(
    ("body", "method", "topocentric", "sector"),
    [
        (Body.MOON, 0, True, 13.14108),
        (Body.MOON, 0, False, 13.08422),
        (Body.MOON, 3, True, 13.15231),
        (Body.MARS, 0, True, 1.46922),
        (Body.SATURN, 0, True, 31.83117),
    ],
)
def test_sectors_are_those_of_the_definitions(
    body: Body, method: int, *, topocentric: bool, sector: float, ephemeris: SwissAlmanac
) -> None:
    found = ephemeris.gauquelin_sector(MOMENT, body, SAN_DIEGO, method, topocentric=topocentric)
    assert found == pytest.approx(sector, abs=FIVE_DECIMALS)


@pytest.mark.parametrize("theory", Theory)
@pytest.mark.parametrize("topocentric", [True, False])
@pytest.mark.parametrize("method", [0, 1])
def test_sectors_by_houses_are_the_librarys_to_the_last_digit(
    method: int, theory: Theory, ephemeris: SwissAlmanac, *, topocentric: bool
) -> None:
    flags = THEORY_FLAG[theory] | (swe.FLG_TOPOCTR if topocentric else 0)
    bodies = (Body.SUN, Body.MOON, Body.MERCURY, Body.PLUTO, Body.NORTH_NODE)
    for days in range(0, 20_000, 997):
        moment, place = MOMENT - days * 1.1, Place(-60.0 + days / 170.0, -175.0 + days / 60.0)
        for body in bodies:
            ours = ephemeris.gauquelin_sector(
                moment, body, place, method, topocentric=topocentric, theory=theory
            )
            theirs = swe.gauquelin_sector(
                moment,
                NUMBER_OF[body],
                method,
                (place.longitude, place.latitude, place.altitude),
                0.0,
                0.0,
                flags,
            )
            swe.set_topo(0.0, 0.0, 0.0)
            assert ours == theirs


@pytest.mark.parametrize(
    ("method", "air"),
    [
        (2, Air(limb=Limb.CENTER, refraction=False)),
        (3, Air(temperature=0.0, limb=Limb.CENTER)),
        (4, Air(refraction=False)),
        (5, Air(temperature=0.0)),
    ],
)
@pytest.mark.parametrize(
    ("event", "last"), [(HorizonEvent.RISE, 37.0), (HorizonEvent.SET, 19.0)], ids=str
)
def test_sectors_by_rising_and_setting_begin_at_the_very_crossing(
    method: int, air: Air, event: HorizonEvent, last: float, ephemeris: SwissAlmanac
) -> None:
    """Where the Sun sets at midnight the library's own sectors jump, minutes off."""
    reykjavik = Place(64.1466, -21.9426)
    moment = oracle.julian_day(2026, 6, 20, 12.0)
    crossing = ephemeris.horizon_event(moment, Body.SUN, event, reykjavik, air)
    assert crossing is not None

    def sector(seconds: float) -> float:
        at = crossing + seconds * SECOND
        return ephemeris.gauquelin_sector(at, Body.SUN, reykjavik, method, topocentric=True)

    assert last - 0.1 < sector(-30.0) < sector(-1.0) < last
    assert sector(1.0) == pytest.approx(last if last < 37.0 else 1.0, abs=1e-2)
    assert sector(1.0) > 1.0


def test_sectors_are_refused_where_they_are_undefined(ephemeris: SwissAlmanac) -> None:
    """The library gives numbers for the first two methods there."""
    for method in (0, 1):
        with pytest.raises(PolarHouses, match="sectors are undefined"):
            ephemeris.gauquelin_sector(MOMENT, Body.SUN, TROMSO, method, topocentric=True)
    with pytest.raises(NoSuchPosition, match="does not cross"):
        ephemeris.gauquelin_sector(MOMENT, Body.SUN, TROMSO, 3, topocentric=True)


@pytest.mark.parametrize("method", [0, 2])
def test_a_sector_without_its_file_is_not_told_as_a_body_that_does_not_cross(
    method: int, ephemeris: SwissAlmanac
) -> None:
    with pytest.raises(OutsideEphemeris, match=r"put se00433s?\.se1 into") as refused:
        ephemeris.gauquelin_sector(MOMENT, Asteroid(433), SAN_DIEGO, method, topocentric=True)
    assert str(DATA) not in str(refused.value)


def test_a_star_without_its_file_has_no_sector_and_no_phase(tmp_path: Path) -> None:
    for file in DATA.glob("*.se1"):
        (tmp_path / file.name).symlink_to(file)

    def sector() -> float:
        almanac = SwissAlmanac([tmp_path])
        return almanac.gauquelin_sector(MOMENT, SIRIUS, SAN_DIEGO, 2, topocentric=True)

    def phase() -> float | None:
        almanac, eyes = SwissAlmanac([tmp_path]), (40.0, 36.0, 1.0)
        first = HeliacalEvent.MORNING_FIRST
        return almanac.heliacal(MOMENT, SIRIUS, first, SAN_DIEGO, Air(), eyes)

    for asked in (sector, phase):
        with pytest.raises(OutsideEphemeris) as refused:
            oracle.in_own_thread(asked)
        assert str(tmp_path) not in str(refused.value)


# Orbits and looks


def test_phases_and_orbits_are_those_of_the_library(ephemeris: SwissAlmanac) -> None:
    moon = ephemeris.phenomena(MOMENT, Body.MOON)
    assert moon == ask(swe.pheno_ut, MOMENT, swe.MOON, oracle.SWISS)[:5]
    assert moon.illumination == pytest.approx(0.210297, abs=1e-6)
    flags = oracle.SWISS | oracle.SPEED
    for heliocentric, bit in ((True, swe.FLG_HELCTR), (False, 0)):
        for osculating, method in ((True, swe.NODBIT_OSCU), (False, swe.NODBIT_MEAN)):
            ours = ephemeris.orbit_points(
                MOMENT, Body.MARS, osculating=osculating, heliocentric=heliocentric
            )
            assert ours == ask(swe.nod_aps_ut, MOMENT, swe.MARS, method, flags | bit)
    mean = ephemeris.orbit_points(MOMENT, Body.MARS, osculating=False, heliocentric=True)
    assert mean.ascending[0] == pytest.approx(49.554, abs=5e-4)
    assert mean.descending[0] == pytest.approx(229.554, abs=5e-4)


@pytest.mark.parametrize(
    ("body", "osculating"),
    [
        (Body.SUN, True),
        (Body.MOON, True),
        (Body.NORTH_NODE, True),
        (Body.CUPIDO, True),
        (Body.PLUTO, False),
        (Body.CHIRON, False),
    ],
)
def test_orbits_that_are_not_known_are_refused(
    body: Body, *, osculating: bool, ephemeris: SwissAlmanac
) -> None:
    """For Pluto the library takes osculating elements for mean ones without a word."""
    with pytest.raises(NoSuchPosition, match="no nodes and apsides"):
        ephemeris.orbit_points(MOMENT, body, osculating=osculating, heliocentric=True)


@pytest.mark.parametrize("body", [Body.EARTH, Body.LILITH, Body.CUPIDO])
def test_what_has_no_light_has_no_phase(body: Body, ephemeris: SwissAlmanac) -> None:
    with pytest.raises(NoSuchPosition, match="no disc or light"):
        ephemeris.phenomena(MOMENT, body)


# Eclipses: DEFINITIONS.md 1 and 6


def test_the_solar_eclipse_of_2026_is_that_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = ephemeris.eclipse(oracle.julian_day(2026, 7, 1, 0.0), EclipseOf.SUN)
    assert found.kind is EclipseKind.TOTAL
    assert found.greatest == pytest.approx(at(17, 45, 59.2, 2026, 8, 12), abs=0.1 * SECOND)
    assert found.magnitude == pytest.approx(1.03952, abs=FIVE_DECIMALS)
    assert (found.saros_series, found.saros_member) == (126, 48)
    assert found.greatest_at is not None
    assert found.greatest_at.latitude == pytest.approx(65.1653, abs=5e-5)
    assert found.greatest_at.longitude == pytest.approx(-25.1048, abs=5e-5)
    assert [name for name, _ in found.contacts] == [
        "partial_begin",
        "total_begin",
        "center_line_begin",
        "center_line_end",
        "total_end",
        "partial_end",
    ]
    assert [moment for _, moment in found.contacts] == sorted(m for _, m in found.contacts)


def test_a_total_eclipse_is_seen_from_burgos(ephemeris: SwissAlmanac) -> None:
    found = ephemeris.eclipse(oracle.julian_day(2026, 7, 1, 0.0), EclipseOf.SUN)
    seen = ephemeris.local_eclipse(found, Place(42.344, -3.6969))
    assert seen is not None
    assert seen.kind is EclipseKind.TOTAL
    contacts = dict(seen.contacts)
    assert contacts["total_begin"] == pytest.approx(at(18, 28, 26.4, 2026, 8, 12), abs=1e-6)
    assert contacts["total_end"] == pytest.approx(at(18, 30, 10.4, 2026, 8, 12), abs=1e-6)
    assert seen.obscuration == 1.0
    assert "partial_end" not in contacts  # after sunset


def test_a_partial_one_ends_in_barcelona_with_the_sunset(ephemeris: SwissAlmanac) -> None:
    found = ephemeris.eclipse(oracle.julian_day(2026, 7, 1, 0.0), EclipseOf.SUN)
    seen = ephemeris.local_eclipse(found, Place(41.3851, 2.1734))
    assert seen is not None
    assert (seen.kind, seen.maximum_visible) == (EclipseKind.PARTIAL, True)
    assert seen.magnitude == pytest.approx(0.99702, abs=FIVE_DECIMALS)
    assert seen.maximum == pytest.approx(at(18, 29, 19.1, 2026, 8, 12), abs=0.1 * SECOND)
    assert dict(seen.contacts)["set"] == pytest.approx(at(18, 52, 5.2, 2026, 8, 12), abs=1e-6)
    assert ephemeris.local_eclipse(found, Place(-33.9, 151.2)) is None


def test_the_lunar_eclipse_of_2026_is_that_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = ephemeris.eclipse(oracle.julian_day(2026, 8, 13, 0.0), EclipseOf.MOON)
    assert (found.kind, found.greatest_at) == (EclipseKind.PARTIAL, None)
    assert found.magnitude == pytest.approx(0.92992, abs=FIVE_DECIMALS)
    assert found.penumbral_magnitude == pytest.approx(1.96459, abs=FIVE_DECIMALS)
    assert (found.saros_series, found.saros_member) == (138, 29)
    seen = ephemeris.local_eclipse(found, SAN_DIEGO)
    assert seen is not None
    assert dict(seen.contacts)["rise"] == pytest.approx(at(2, 13, 46.9, 2026, 8, 28), abs=1e-6)
    assert "penumbral_begin" not in dict(seen.contacts)
    assert ephemeris.local_eclipse(found, Place(35.69, 139.69)) is None


def test_lunar_eclipses_have_their_magnitude_wherever_the_moon_stands(
    ephemeris: SwissAlmanac,
) -> None:
    day = MOMENT
    for _ in range(20):
        found = ephemeris.eclipse(day, EclipseOf.MOON)
        assert found.penumbral_magnitude is not None
        assert found.penumbral_magnitude > 0.0
        assert (found.magnitude > 0.0) is (found.kind is not EclipseKind.PENUMBRAL)
        day = found.greatest + 1.0


@pytest.mark.parametrize("of", list(EclipseOf))
def test_the_last_eclipse_before_the_next_is_the_one_before(
    of: EclipseOf, ephemeris: SwissAlmanac
) -> None:
    following = ephemeris.eclipse(MOMENT, of)
    before = ephemeris.eclipse(following.greatest - 1.0, of, backwards=True)
    assert before.greatest < MOMENT < following.greatest
    again = ephemeris.eclipse(before.greatest + 1.0, of)
    assert again.greatest == pytest.approx(following.greatest, abs=SECOND)


# Outside the files


@pytest.mark.parametrize(
    "asked",
    [
        lambda sky: sky.star_positions((AFTER,), (SIRIUS,)),
        lambda sky: sky.horizon_event(AFTER, Body.SUN, HorizonEvent.RISE, SAN_DIEGO),
        lambda sky: sky.horizon_event(LAST_DAY, Body.SUN, HorizonEvent.RISE, SAN_DIEGO),
        lambda sky: sky.horizon_event(AFTER, SIRIUS, HorizonEvent.RISE, SAN_DIEGO),
        lambda sky: sky.phenomena(AFTER, Body.MARS),
        lambda sky: sky.orbit_points(AFTER, Body.MARS, osculating=True, heliocentric=True),
        lambda sky: sky.eclipse(AFTER, EclipseOf.SUN),
        lambda sky: sky.eclipse(LAST_DAY, EclipseOf.SUN),
        lambda sky: sky.eclipse(LAST_DAY, EclipseOf.MOON),
        lambda sky: sky.heliacal(
            LAST_DAY, SIRIUS, HeliacalEvent.MORNING_FIRST, SAN_DIEGO, Air(), (40.0, 36.0, 1.0)
        ),
        lambda sky: sky.gauquelin_sector(AFTER, Body.SUN, SAN_DIEGO, 0, topocentric=True),
        lambda sky: sky.phenomena(MOMENT, Asteroid(433)),
    ],
)
def test_nothing_is_answered_from_another_theory_in_silence(
    asked: Callable[[Almanac], Any], ephemeris: SwissAlmanac
) -> None:
    with pytest.raises(OutsideEphemeris):
        asked(ephemeris)


def test_moshier_answers_beyond_the_files_where_it_is_asked_for(ephemeris: SwissAlmanac) -> None:
    found = ephemeris.eclipse(AFTER, EclipseOf.SUN, theory=Theory.MOSHIER)
    assert found.greatest > AFTER
    assert ephemeris.local_eclipse(found, SAN_DIEGO, theory=Theory.MOSHIER) is None
    rise = ephemeris.horizon_event(
        AFTER, Body.SUN, HorizonEvent.RISE, SAN_DIEGO, theory=Theory.MOSHIER
    )
    assert rise is not None


def test_an_almanac_belongs_to_its_thread(ephemeris: SwissAlmanac) -> None:
    with pytest.raises(RuntimeError, match="per thread"):
        oracle.in_own_thread(lambda: ephemeris.eclipse(MOMENT, EclipseOf.SUN))


# State left behind


@pytest.mark.parametrize(
    "asked",
    [
        lambda sky: sky.star_positions((MOMENT,), (SIRIUS,), LAHIRI),
        lambda sky: sky.star_positions((MOMENT,), (SIRIUS,), TOPOCENTRIC),
        lambda sky: sky.horizon_event(MOMENT, Body.MOON, HorizonEvent.RISE, TROMSO),
        lambda sky: sky.horizon_event(MOMENT, SIRIUS, HorizonEvent.SET, TROMSO),
        lambda sky: sky.gauquelin_sector(MOMENT, Body.MOON, SAN_DIEGO, 0, topocentric=True),
        lambda sky: sky.gauquelin_sector(MOMENT, Body.MOON, SAN_DIEGO, 3, topocentric=True),
        lambda sky: sky.local_eclipse(sky.eclipse(MOMENT, EclipseOf.SUN), SAN_DIEGO),
        lambda sky: sky.local_eclipse(sky.eclipse(MOMENT, EclipseOf.MOON), SAN_DIEGO),
        lambda sky: sky.heliacal(
            MOMENT, SIRIUS, HeliacalEvent.MORNING_FIRST, TROMSO, Air(), (40.0, 36.0, 1.0)
        ),
        lambda sky: sky.orbit_points(MOMENT, Body.MARS, osculating=True, heliocentric=True),
    ],
)
def test_nothing_of_a_call_stays_behind(
    asked: Callable[[Almanac], Any], ephemeris: SwissAlmanac
) -> None:
    """To the last bit; the bare call with FLG_TOPOCTR shows an observer that was left."""

    def seen() -> tuple[Any, ...]:
        bodies = (Body.MOON, Body.MARS)
        return (
            ephemeris.positions((MOMENT,), bodies).tolist(),
            ephemeris.positions((MOMENT,), bodies, LAHIRI).tolist(),
            ephemeris.star_positions((MOMENT,), (SIRIUS,)).tolist(),
            swe.calc_ut(MOMENT, swe.MOON, oracle.SWISS | swe.FLG_TOPOCTR),
            swe.calc_ut(MOMENT, swe.MOON, oracle.SWISS | swe.FLG_SIDEREAL),
            ephemeris.phenomena(MOMENT, Body.MARS),
        )

    swe.set_topo(0.0, 0.0, 0.0)
    before = seen()
    asked(ephemeris)
    assert seen() == before
