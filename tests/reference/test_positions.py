"""Positions against JPL Horizons, Meeus and published tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.astrology.angles import separation
from app.astrology.bodies import Body
from app.astrology.calendar import julian_day, read_civil
from app.astrology.sky import positions_at
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference import Case, case, cases

HORIZONS = cases("planet_longitudes_apparent_tropical_of_date")
MEEUS = cases("planet_longitude_apparent")
CHIRON = case("jpl-ast-chiron")
SUN_DISTANCES = case("apsis-earth-2024-2026")
ABERRATION = case("aberration-signature")

KILOMETRES = 149_597_870.7
"""Of an astronomical unit, by definition (IAU 2012 resolution B2)."""
EARTH_IN_LIGHT_TIME = 40.0
"""Kilometres: the Earth runs 38 while the light of the Moon is on its way. Meeus gives the distance
of the bodies at one moment, an apparent place that of the light that arrives."""


def asked(given: Case, ephemeris: SwissEphemeris, **birth: Any) -> Mapping[str, Any]:
    """Positions by name of the place of a case at the birth given."""
    place = {"latitude": given.input.get("lat", 0.0), "longitude": given.input.get("lon", 0.0)}
    answer = ask("planetary-positions", {**place, **birth}, ephemeris)
    return {row["planet"]: row for row in answer.data["positions"]}


def offset_text(hours: float) -> str:
    minutes = round(abs(hours) * 60.0)
    return f"{'-' if hours < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def test_all_fifteen_births_of_horizons_are_here() -> None:
    assert len(HORIZONS) == 15
    assert sum(len(given.expect["lon_deg"]) for given in HORIZONS) == 150


@pytest.mark.parametrize("given", HORIZONS, ids=str)
def test_planets_stand_where_horizons_has_them(given: Case, ephemeris: SwissEphemeris) -> None:
    positions = asked(given, ephemeris, date=given.input["utc"])
    for name, published in given.expect["lon_deg"].items():
        apart = separation(positions[name.upper()]["longitude"], published)
        assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"


@pytest.mark.parametrize("given", HORIZONS, ids=str)
def test_local_time_and_zone_lead_to_the_same_planets(
    given: Case, ephemeris: SwissEphemeris
) -> None:
    zone = given.input.get("tz") or offset_text(given.input["utc_offset_h"])
    positions = asked(given, ephemeris, date=given.input["local"], timezone=zone)
    for name, published in given.expect["lon_deg"].items():
        apart = separation(positions[name.upper()]["longitude"], published)
        assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"


def test_no_planet_is_an_arc_second_off_and_the_sun_has_its_aberration(
    ephemeris: SwissEphemeris,
) -> None:
    """Positions without aberration would put every Sun 20.5 arc seconds forward."""
    most = ABERRATION.expect["all_210_points_within_arcsec"] / 3600.0
    for given in HORIZONS:
        positions = asked(given, ephemeris, date=given.input["utc"])
        for name, published in given.expect["lon_deg"].items():
            apart = separation(positions[name.upper()]["longitude"], published)
            assert apart <= most, f"{name} of {given}, by {ABERRATION}"


@pytest.mark.parametrize("given", MEEUS, ids=str)
def test_sun_and_moon_stand_where_meeus_has_them(given: Case, ephemeris: SwissEphemeris) -> None:
    """Astronomical Algorithms, examples 25.b and 47.a, in terrestrial time."""
    terrestrial = julian_day(read_civil(*given.input["tt"].split("T")))
    moment = terrestrial - ephemeris.delta_t(terrestrial) / 86_400.0  # ΔT hardly moves in a minute
    (found,) = positions_at(moment, (Body[given.input["body"].upper()],), ephemeris)
    longitude = separation(found.longitude, given.expect["lon_deg"])
    assert longitude <= given.tolerance["lon_deg"], given
    if "lat_deg" in given.expect:
        latitude = abs(found.latitude - given.expect["lat_deg"])
        assert latitude <= given.tolerance["lat_deg"], given
    if "dist_au" in given.expect:
        assert abs(found.distance - given.expect["dist_au"]) <= given.tolerance["au"], given
    if "dist_km" in given.expect:
        apart = abs(found.distance * KILOMETRES - given.expect["dist_km"])
        assert apart <= given.tolerance["km"] + EARTH_IN_LIGHT_TIME, given


@pytest.mark.parametrize("given", [CHIRON], ids=str)
def test_chiron_stands_where_horizons_has_it(given: Case, ephemeris: SwissEphemeris) -> None:
    positions = asked(given, ephemeris, date=given.input["utc"], planets=["CHIRON"])
    apart = separation(positions["CHIRON"]["longitude"], given.expect["lon_deg"])
    assert apart <= given.tolerance["lon_deg"], given


@pytest.mark.parametrize(
    "event", SUN_DISTANCES.expect["events"], ids=lambda event: f"{event['type']}-{event['utc']}"
)
def test_the_sun_is_as_far_as_published_at_its_nearest_and_farthest(
    event: Mapping[str, Any], ephemeris: SwissEphemeris
) -> None:
    positions = asked(SUN_DISTANCES, ephemeris, date=event["utc"], planets=["SUN"])
    apart = abs(positions["SUN"]["distance"] - event["au"])
    assert apart <= SUN_DISTANCES.tolerance["au"], SUN_DISTANCES
