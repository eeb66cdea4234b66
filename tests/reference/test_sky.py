"""Ayanamsas, the equator and asteroids against printed definitions, Meeus and JPL Horizons."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import swisseph as swe

from app.astrology.angles import separation
from app.astrology.bodies import ASTEROID_NUMBERS, MAIN_ASTEROIDS, Asteroid, Body, Celestial
from app.astrology.calendar import julian_day, read_civil
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import Ayanamsa, AyanamsaName
from app.astrology.place import Place
from app.astrology.sky import positions_at
from app.ephemeris.files import DATA
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris import oracle
from tests.reference import Case, case, cases

ASTEROID_FILES = Path(__file__).with_name("asteroids")
"""Five files of one body each; SOURCE.txt tells where they come from."""

AYANAMSAS = cases("ayanamsa")
ASTEROIDS = cases("asteroid_longitude_apparent")
SERIES = cases("apparent_ra_dec_series")
VENUS = case("meeus-venus-1992-12-20")
OBLIQUITY = case("meeus-obliquity-1987-04-10")
SIDEREAL_TIME = case("meeus-sidereal-1987-04-10")
PLACIDUS = case("swetest-placidus-13N78E")

OF_TODAY = 0.5 / 3600.0
"""Degrees: an ayanamsa drawn back by today's precession instead of its author's differs by less
over the century that these definitions span; 0.42 arc seconds for LAHIRI_ICRC."""

WITHOUT_FILE = {
    "jpl-ast-hygiea": "se00010s.se1",
    "jpl-ast-nessus": "se07066s.se1",
    "jpl-ast-psyche": "se00016s.se1",
    "jpl-ast-sappho": "se00080s.se1",
    "jpl-ast-pandora": "se00055s.se1",
    "jpl-ast-astraea": "se00005s.se1",
    "jpl-ast-flora": "se00008s.se1",
    "jpl-ast-fortuna": "se00019s.se1",
    "jpl-ast-diana": "se00078s.se1",
    "jpl-ast-hidalgo": "se00944s.se1",
    "jpl-ast-icarus": "se01566s.se1",
    "jpl-ast-eros": "se00433s.se1",
    "jpl-ast-urania": "se00030s.se1",
    "jpl-ast-apollo": "se01862s.se1",
    "jpl-ast-asbolus": "se08405s.se1",
    "jpl-ast-echeclus": "se60558s.se1",
    "jpl-ast-elatus": "se31824s.se1",
    "jpl-ast-deucalion": "se53311s.se1",
    "jpl-ast-altjira": "s148780s.se1",
    "jpl-ast-varuna": "se20000s.se1",
    "jpl-ast-logos": "se58534s.se1",
}
"""Cases that cannot be compared here, with the file that would run them: no package carries it.

They are asked all the same, and must be refused by the name of that file.
"""
WITH_FILE = [given for given in ASTEROIDS if given.id not in WITHOUT_FILE]


def ut_of(terrestrial: float, ephemeris: SwissEphemeris) -> float:
    """A Julian day of terrestrial time in UT; delta T hardly moves within its own minute."""
    return terrestrial - ephemeris.delta_t(terrestrial) / 86_400.0


def body_of(given: Case) -> Celestial:
    number = int(given.input["mpc"].split()[0])
    return MAIN_ASTEROIDS.get(number) or Asteroid(number)


# Ayanamsas


@pytest.mark.parametrize("given", AYANAMSAS, ids=str)
def test_an_ayanamsa_is_as_its_author_defined_it_but_for_the_precession_of_today(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    """Ours is always with nutation, so the nutation is taken off where the case is without."""
    moment = ut_of(given.input["jd_tt"], ephemeris)
    value = ephemeris.ayanamsa(moment, Ayanamsa(AyanamsaName[given.input["mode"]]))
    if not given.input["nutation_in_longitude"]:
        value -= ephemeris.obliquity(moment).nutation_in_longitude
    tolerance = given.tolerance["deg"]
    if given.input["original_precession_model"]:
        tolerance += OF_TODAY
    assert abs(value - given.expect["ayanamsa_deg"]) <= tolerance, given


@pytest.mark.parametrize("given", AYANAMSAS, ids=str)
def test_an_ayanamsa_drawn_back_by_its_authors_precession_is_the_printed_one(given: Case) -> None:
    """`SIDBIT_PREC_ORIG` changes the library's precession for good, so that we never set it.

    The library is asked directly, in a thread that ends with the test.
    """

    def directly() -> float:
        swe.set_ephe_path(str(DATA))
        original = given.input["original_precession_model"]
        mode = getattr(swe, f"SIDM_{given.input['mode']}")
        swe.set_sid_mode(mode | (swe.SIDBIT_PREC_ORIG if original else 0))
        nutation = 0 if given.input["nutation_in_longitude"] else swe.FLG_NONUT
        return float(swe.get_ayanamsa_ex(given.input["jd_tt"], swe.FLG_SWIEPH | nutation)[1])

    value = oracle.in_own_thread(directly)
    assert abs(value - given.expect["ayanamsa_deg"]) <= given.tolerance["deg"], given


def test_every_ayanamsa_of_the_library_has_its_name() -> None:
    """`swe.get_ayanamsa_name` up to the last one, 46, and the user's own."""
    library = {name for name in dir(swe) if name.startswith("SIDM_")}
    numbers = {getattr(swe, name) for name in library}
    ours = {getattr(swe, f"SIDM_{name.name}") for name in AyanamsaName}
    assert ours == numbers
    assert len(AyanamsaName) == len(ours) == 48


# Obliquity and sidereal time


@pytest.mark.parametrize("given", [OBLIQUITY], ids=str)
def test_obliquity_is_that_of_meeus(given: Case, ephemeris: SwissEphemeris) -> None:
    """Astronomical Algorithms, example 22.a."""
    terrestrial = julian_day(read_civil(*given.input["tt"].split("T")))
    tilt = ephemeris.obliquity(ut_of(terrestrial, ephemeris))
    assert abs(tilt.true - given.expect["true_deg"]) <= given.tolerance["deg"], given
    assert abs(tilt.mean - given.expect["mean_deg"]) <= given.tolerance["deg"], given


@pytest.mark.parametrize("given", [PLACIDUS], ids=str)
def test_obliquity_and_nutation_are_those_of_swetest(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    tilt = ephemeris.obliquity(given.input["jd_ut"])
    expect, tolerance = given.expect, given.tolerance["eps_deg"]
    assert abs(tilt.true - expect["eps_true_deg"]) <= tolerance, given
    assert abs(tilt.mean - expect["eps_mean_deg"]) <= tolerance, given
    # Printed to a ten thousandth of an arc second.
    assert tilt.nutation_in_longitude * 3600.0 == pytest.approx(expect["nut_lon_arcsec"], abs=1e-4)
    assert tilt.nutation_in_obliquity * 3600.0 == pytest.approx(expect["nut_obl_arcsec"], abs=1e-4)


@pytest.mark.parametrize("given", [SIDEREAL_TIME], ids=str)
def test_sidereal_time_is_that_of_meeus(given: Case, ephemeris: SwissEphemeris) -> None:
    """Astronomical Algorithms, example 12.a; apparent less mean is nutation in right ascension."""
    moment = julian_day(read_civil(*given.input["utc"].removesuffix("Z").split("T")))
    found = ephemeris.sidereal_time(moment)
    apart = separation(found, given.expect["apparent_gst_days"] * 360.0)
    assert apart * 240.0 <= given.tolerance["seconds"], given


# Right ascension and declination


@pytest.mark.parametrize("given", [VENUS], ids=str)
def test_right_ascension_and_declination_are_those_of_meeus(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    """Astronomical Algorithms, example 33.a."""
    terrestrial = julian_day(read_civil(*given.input["tt"].split("T")))
    moment = ut_of(terrestrial, ephemeris)
    ascension, declination = ephemeris.equatorial((moment,), (Body.VENUS,))[0, 0, :2]
    assert separation(ascension, given.expect["ra_deg"]) <= given.tolerance["deg"], given
    assert abs(declination - given.expect["dec_deg"]) <= given.tolerance["deg"], given


def test_all_eleven_series_of_horizons_are_here() -> None:
    assert len(SERIES) == 11
    assert sum(len(given.expect["rows_jdtt_ra_dec"]) for given in SERIES) == 275


@pytest.mark.parametrize("given", SERIES, ids=str)
def test_right_ascension_and_declination_are_those_of_horizons(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    rows = given.expect["rows_jdtt_ra_dec"]
    moments = [ut_of(row[0], ephemeris) for row in rows]
    table = ephemeris.equatorial(moments, (Body[given.input["body"].upper()],))[:, 0, :2]
    for (terrestrial, ascension, declination), found in zip(rows, table.tolist(), strict=True):
        epoch = f"JD {terrestrial} of {given}"
        assert separation(found[0], ascension) <= given.tolerance["deg"], epoch
        assert abs(found[1] - declination) <= given.tolerance["deg"], epoch


# Asteroids


def test_every_asteroid_of_horizons_is_compared_or_named_with_its_missing_file() -> None:
    assert len(ASTEROIDS) == 30
    assert set(WITHOUT_FILE) < {given.id for given in ASTEROIDS}
    assert len(WITH_FILE) == 9


@pytest.mark.parametrize("given", WITH_FILE, ids=str)
def test_asteroids_stand_where_horizons_has_them(given: Case) -> None:
    def directly() -> float:
        sky = SwissEphemeris([DATA, ASTEROID_FILES])
        return positions_at(given.input["jd_ut"], (body_of(given),), sky)[0].longitude

    apart = separation(oracle.in_own_thread(directly), given.expect["lon_deg"])
    assert apart <= given.tolerance["lon_deg"], given


@pytest.mark.parametrize("given", WITH_FILE, ids=str)
def test_an_asteroid_by_its_number_is_the_one_by_its_name(given: Case) -> None:
    """All nine have a name here, and numbers that have a body of their own become it."""
    name = given.input["body"].upper()
    assert name in Body.__members__ or name in ASTEROID_NUMBERS
    number = given.input["mpc"].split()[0]
    birth = {"date": given.input["utc"], "latitude": 0.0, "longitude": 0.0}

    def asked() -> list[float]:
        sky = SwissEphemeris([DATA, ASTEROID_FILES])
        answers = [
            ask("planetary-positions", {**birth, "planets": [point]}, sky)
            for point in (name, f"ASTEROID_{number}")
        ]
        return [row["longitude"] for answer in answers for row in answer.data["positions"]]

    by_name, by_number = oracle.in_own_thread(asked)
    assert by_name == by_number


@pytest.mark.parametrize("given", [g for g in ASTEROIDS if g.id in WITHOUT_FILE], ids=str)
def test_asteroids_without_their_file_are_refused_by_its_name(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    with pytest.raises(OutsideEphemeris) as refused:
        positions_at(given.input["jd_ut"], (body_of(given),), ephemeris)
    details = refused.value.details or {}
    assert details["field"] == "planets"
    assert details["missing_files"] == [WITHOUT_FILE[given.id]], given


def test_the_files_of_asteroids_are_named_in_the_provenance() -> None:
    def made() -> tuple[str, ...]:
        sky = SwissEphemeris([DATA, ASTEROID_FILES])
        eris = Asteroid(136199)
        sky.positions((2451545.0,), (eris,))
        return sky.provenance((eris,)).files

    files = oracle.in_own_thread(made)
    assert files == ("sepl_18.se1", "semo_18.se1", "s136199s.se1")


def test_asteroids_are_seen_from_a_place_as_planets_are() -> None:
    """Sanity of a body with its own file under the same flags: half an arc second for Quaoar."""

    def moved() -> float:
        sky = SwissEphemeris([DATA, ASTEROID_FILES])
        birth = {"date": "2000-01-01T12:00:00Z", "latitude": 32.7, "longitude": -117.2}
        ask_for = partial(ask, "planetary-positions", ephemeris=sky)
        plain, seen = (
            ask_for({**birth, "planets": ["QUAOAR"], "center": center}).data["positions"][0]
            for center in ("GEOCENTRIC", "TOPOCENTRIC")
        )
        return separation(plain["longitude"], seen["longitude"])

    assert 0.0 < oracle.in_own_thread(moved) * 3600.0 < 0.5
    assert Place(32.7, -117.2).altitude == 0.0


@pytest.mark.parametrize("year", [1300, 2390])
def test_a_date_beyond_a_short_file_asks_for_the_long_one(year: int) -> None:
    """The files here reach from 1500 to 2100."""

    def asked() -> None:
        sky = SwissEphemeris([DATA, ASTEROID_FILES])
        sky.positions((oracle.julian_day(year, 7, 1, 0.0),), (Asteroid(136199, "ERIS"),))

    with pytest.raises(OutsideEphemeris) as refused:
        oracle.in_own_thread(asked)
    assert (refused.value.details or {})["missing_files"] == ["s136199.se1"]
    assert f"no ephemeris file holds ERIS in the year {year}" in refused.value.message
