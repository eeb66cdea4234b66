"""What answers warn of: guessed zones, options without effect, fields at another level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.calculations.advice import warnings_of
from app.calculations.birth import BirthRequest
from app.calculations.catalogue import Calculation, catalogue
from app.calculations.conventions import SkyChoice
from app.calculations.natal_chart import NatalChartRequest
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, ask, birth

GUESSED = "timezone was not given: the time was taken as UTC"
WITHOUT_ZONE = {name: value for name, value in NEW_YORK.items() if name != "timezone"}


def warnings(name: str, ephemeris: SwissAlmanac, **changes: Any) -> list[str]:
    answer = ask(name, {**catalogue()[name].example, **changes}, ephemeris)
    assert answer.status == 200, answer.error
    return list(answer.meta["warnings"])


def warned(request: Mapping[str, Any]) -> list[str]:
    return warnings_of(NatalChartRequest.model_validate(request), {})


# Zones


def test_a_local_time_without_a_zone_is_warned_of(ephemeris: SwissAlmanac) -> None:
    assert ask("natal-chart", WITHOUT_ZONE, ephemeris).meta["warnings"] == [GUESSED]
    assert warnings("synastry", ephemeris, chart1=WITHOUT_ZONE) == [f"chart1.{GUESSED}"]
    assert warnings("transits", ephemeris, natal_chart=WITHOUT_ZONE) == [f"natal_chart.{GUESSED}"]
    whole = {**WITHOUT_ZONE, "date": "1990-01-15T14:30", "time": None}
    assert ask("natal-chart", whole, ephemeris).meta["warnings"] == [GUESSED]


@pytest.mark.parametrize(
    "changes",
    [
        {"timezone": "UTC"},
        {"date": "now", "time": None},
        {"date": "1990-01-15T14:30:00Z", "time": None},
        {"date": "1990-01-15t14:30:00-05:00", "time": None},
    ],
    ids=str,
)
def test_an_instant_without_a_zone_needs_none(changes: dict[str, Any]) -> None:
    assert warned({**WITHOUT_ZONE, **changes}) == []


def test_the_zone_of_a_span_needs_no_warning(ephemeris: SwissAlmanac) -> None:
    assert warnings("ephemeris", ephemeris) == []
    assert "timezone" not in catalogue()["ephemeris"].example


def test_a_compatible_route_takes_utc_without_a_warning(ephemeris: SwissAlmanac) -> None:
    assert ask("stateless/natal-chart", WITHOUT_ZONE, ephemeris).meta["warnings"] == []


def test_a_text_tells_the_warnings_too(ephemeris: SwissAlmanac) -> None:
    told = ask("text:natal-chart", WITHOUT_ZONE, ephemeris).outcome.fragment.decode()
    assert f"\n- Warning: {GUESSED}\n" in told


def test_a_zone_far_from_the_sun_is_warned_of(ephemeris: SwissAlmanac) -> None:
    assert warned(birth(longitude=74.006)) == [
        (
            "timezone: the zone is 9.9 hours from the sun at this longitude; "
            "is longitude east positive?"
        )
    ]
    (warning,) = warnings("synastry", ephemeris, chart2=birth(longitude=74.006))
    assert warning.startswith("chart2.timezone: ")
    assert warning.endswith("is chart2.longitude east positive?")


@pytest.mark.parametrize(
    ("timezone", "longitude"),
    [
        ("Asia/Shanghai", 75.99),  # Kashgar
        ("Pacific/Kiritimati", -157.4),  # beyond the date line
        ("Pacific/Auckland", -176.5),
        ("America/Anchorage", -168.0),
        ("Europe/Madrid", -8.5),
        ("+05:30", 88.4),
        ("UTC", -74.0),  # a choice, and no place
    ],
)
def test_clocks_that_people_keep_are_not_warned_of(timezone: str, longitude: float) -> None:
    for date in ("1995-01-15", "2020-07-01"):
        assert warned(birth(date=date, timezone=timezone, longitude=longitude)) == []


def test_an_offset_far_from_the_sun_is_warned_of() -> None:
    assert len(warned(birth(timezone="+05:00"))) == 1


# Options


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ayanamsa": "LAHIRI"}, "'ayanamsa' had no effect, because zodiac is TROPICAL"),
        (
            {"user_ayanamsa": {"epoch": 2415020, "value": 22}},
            "'user_ayanamsa' had no effect, because zodiac is TROPICAL",
        ),
        (
            {"user_ayanamsa": {"epoch": 2415020, "value": 22}, "zodiac": "SIDEREAL"},
            "'user_ayanamsa' had no effect, because ayanamsa is LAHIRI",
        ),
        ({"draconic_node": "TRUE"}, "'draconic_node' had no effect, because zodiac is TROPICAL"),
        ({"altitude": 100}, "'altitude' had no effect, because center is GEOCENTRIC"),
        (
            {"orbs": {"TRINE": 3, "QUINCUNX": 2}},
            "'orbs.QUINCUNX' had no effect, because it is not among aspects",
        ),
        (
            {"orbs": {"TRINE": 3}, "aspects": ["SQUARE"]},
            "'orbs.TRINE' had no effect, because it is not among aspects",
        ),
        ({"polar_fallback": "EQUAL"}, "'polar_fallback' had no effect, because polar is REFUSE"),
    ],
    ids=str,
)
def test_an_option_without_effect_is_warned_of(
    changes: dict[str, Any], expected: str, ephemeris: SwissAlmanac
) -> None:
    assert warnings("natal-chart", ephemeris, **changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"zodiac": "SIDEREAL", "ayanamsa": "LAHIRI"},
        {"zodiac": "DRACONIC", "draconic_node": "TRUE"},
        {"user_ayanamsa": None},
        {"altitude": 0},
        {"altitude": 100, "center": "TOPOCENTRIC"},
        {"polar": "FALLBACK", "polar_fallback": "EQUAL"},
        {"orbs": {"QUINCUNX": 2}, "aspects": ["QUINCUNX"]},
    ],
    ids=str,
)
def test_an_option_with_effect_is_not_warned_of(
    changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    assert warnings("natal-chart", ephemeris, **changes) == []


@pytest.mark.parametrize(
    ("name", "field", "changes"),
    [
        (
            *("returns", "location.altitude"),
            {"location": {"latitude": 1.0, "longitude": 2.0, "altitude": 3000.0}},
        ),
        ("relocation", "new_altitude", {"new_altitude": 3000.0}),
        ("transits", "transit_altitude", {"transit_altitude": 3000.0}),
    ],
    ids=str,
)
def test_the_altitude_of_another_place_counts_for_a_topocentric_sky_alone(
    name: str, field: str, changes: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    expected = f"'{field}' had no effect, because center is GEOCENTRIC"
    assert warnings(name, ephemeris, **changes) == [expected]
    assert warnings(name, ephemeris, **changes, center="TOPOCENTRIC") == []


IDLE_SECT = "'sect' had no effect, because nothing in the answer rests on day or night"
IDLE_REVERSAL = "'sect_reversal' had no effect, because no lots are in the answer"
SECT = {"sect": "APPARENT", "sect_reversal": False}


@pytest.mark.parametrize(
    "name", ["stations", "houses", "ephemeris", "planetary-positions", "transits", "synastry"]
)
def test_a_sect_that_nothing_rests_on_is_warned_of(name: str, ephemeris: SwissAlmanac) -> None:
    assert warnings(name, ephemeris, **SECT) == [IDLE_SECT, IDLE_REVERSAL]


@pytest.mark.parametrize("name", ["natal-chart", "davison", "firdaria", "returns"])
def test_a_reversal_without_lots_is_warned_of(name: str, ephemeris: SwissAlmanac) -> None:
    assert warnings(name, ephemeris, **SECT) == [IDLE_REVERSAL]


@pytest.mark.parametrize("name", ["arabic-parts", "zodiacal-releasing", "dignities", "sensitivity"])
def test_a_sect_that_counts_is_not_warned_of(name: str, ephemeris: SwissAlmanac) -> None:
    assert warnings(name, ephemeris, **SECT) == []


@pytest.mark.parametrize("name", ["natal-chart", "transits", "synastry", "davison", "composite"])
def test_lots_need_the_sect_and_its_reversal(name: str, ephemeris: SwissAlmanac) -> None:
    assert warnings(name, ephemeris, **SECT, planets=["SUN", "FORTUNE"]) == []


@pytest.mark.parametrize("name", ["rise-set", "planetary-hours", "gauquelin-sectors"])
def test_an_altitude_that_is_used_is_not_warned_of(name: str, ephemeris: SwissAlmanac) -> None:
    assert warnings(name, ephemeris, altitude=2000) == []


def test_heliacal_phases_use_the_altitude(ephemeris: SwissAlmanac) -> None:
    assert warnings("fixed-stars", ephemeris, altitude=2000) != []
    assert warnings("fixed-stars", ephemeris, altitude=2000, heliacal_stars=["SIRIUS"]) == []


@pytest.mark.parametrize("entry", catalogue().values(), ids=catalogue())
def test_only_an_altitude_without_effect_is_warned_of(
    entry: Calculation, ephemeris: SwissAlmanac
) -> None:
    if not issubclass(entry.request, SkyChoice):
        return
    charts = [name for name in ("natal_chart", "chart1") if name in entry.example]
    born = issubclass(entry.request, BirthRequest)
    for name in [*charts, *([""] if born else [])]:
        example = dict(entry.example)
        high = {**example[name], "altitude": 4000} if name else {}
        changed = {**example, name: high} if name else {**example, "altitude": 4000}
        one, other = ask(entry.name, example, ephemeris), ask(entry.name, changed, ephemeris)
        if other.meta["warnings"]:
            assert other.data == one.data


# Fields at another level


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("transits", {"house_system": "KOCH"}, "natal_chart.house_system"),
        ("synastry", {"house_system": "KOCH"}, "chart1.house_system"),
        ("transits", {"natal_chart": birth(zodiac="SIDEREAL")}, "zodiac"),
        ("natal-chart", {"tz": "UTC"}, "timezone"),
        ("natal-chart", {"lat": 1.0}, "latitude"),
        ("natal-chart", {"lon": 1.0}, "longitude"),
        ("natal-chart", {"lng": 1.0}, "longitude"),
        ("natal-chart", {"julian_day": 2451545.0}, "date"),
        ("natal-chart", {"Latitude": 1.0}, "latitude"),
        ("dignities", {"term_system": "EGYPTIAN"}, "terms"),
        ("profections", {"lng": 1.0}, "natal_chart.longitude"),
    ],
)
def test_an_unknown_field_is_told_where_it_belongs(
    name: str, changes: dict[str, Any], expected: str, ephemeris: SwissAlmanac
) -> None:
    (warning,) = warnings(name, ephemeris, **changes)
    assert warning.endswith(f" was ignored; did you mean '{expected}'?")


def test_a_name_of_another_thing_has_no_hint(ephemeris: SwissAlmanac) -> None:
    assert warnings("natal-chart", ephemeris, terms="EGYPTIAN") == ["field 'terms' was ignored"]
