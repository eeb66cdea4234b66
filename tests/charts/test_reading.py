"""What is kept of a body: every shape of births, completed and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.charts.reading import OWN, Manner, content_from
from app.compat.chart_bodies import DEFAULT_CONFIG
from app.errors import CalculationFailed, InternalError, InvalidInput
from app.storage.charts import ChartContent
from app.wire import Outcome, failed
from tests.charts.asking import Asked

NEW_YORK = {"latitude": 40.7128, "longitude": -74.006}
LOCAL = {**NEW_YORK, "timezone": "America/New_York"}
AT_SEA = {"latitude": 0, "longitude": -30}
BIRTH = {"date": "1990-01-15", "time": "14:30:00", **LOCAL}
LAX, LEGACY = Manner(lax=True), Manner(lax=True, zone="UTC")
INSTANT = "1990-01-15T19:30:00Z"


async def refused(asked: Asked, given: Any, manner: Manner = OWN) -> str:
    with pytest.raises(InvalidInput) as refusal:
        await content_from(asked.ask, given, manner=manner)
    return refusal.value.message


@pytest.mark.parametrize(
    ("given", "manner"),
    [
        ({"date": "1990-01-15", "time": "14:30:00", **LOCAL}, OWN),
        ({"date": "1990-01-15", "time": "14:30", **LOCAL}, OWN),
        ({"date": "1990-01-15", "time": "14:30", **NEW_YORK}, OWN),
        ({"date": "1990-01-15T14:30", **LOCAL}, OWN),
        ({"date": "1990-01-15T14:30:00", **NEW_YORK}, OWN),
        ({"date": "1990-01-15T14:30:00", **NEW_YORK, "timezone": None, "fold": None}, OWN),
        ({"date": "1990-01-15T19:30:00Z", **NEW_YORK}, OWN),
        ({"date": "1990-01-15T22:30:00+03:00", **LOCAL}, OWN),
        ({"date": "1990-01-15T14:30:00", **LOCAL}, LAX),
        ({"date": "1990-01-15T00:00:00", "time": "14:30", **LOCAL}, LAX),
        ({"date": "1990-01-15", "time": "14:30", **LOCAL, "altitude": "0"}, LEGACY),
    ],
)
async def test_one_birth_written_in_many_ways(
    asked: Asked, given: Mapping[str, Any], manner: Manner
) -> None:
    found = await content_from(asked.ask, given, manner=manner)
    assert found.utc == INSTANT
    assert found.julian_day == 2447907.3125
    assert found.birth == {
        **BIRTH,
        "altitude": 0.0,
        "fold": None,
        "calendar": "AUTO",
        "local_mean_time": "BIRTHPLACE",
        "universal_time": "UTC_AS_UT1",
        "ephemeris": "SWISS",
    }
    assert found.config == DEFAULT_CONFIG


@pytest.mark.parametrize(
    ("given", "manner", "zone", "source"),
    [
        (LOCAL, OWN, "America/New_York", "given"),
        ({**NEW_YORK, "timezone": "america/new_york"}, OWN, "America/New_York", "given"),
        (NEW_YORK, OWN, "America/New_York", "coordinates"),
        (NEW_YORK, LAX, "America/New_York", "coordinates"),
        (NEW_YORK, LEGACY, "UTC", "default"),
        ({"city": "München", "country": "Germany"}, OWN, "Europe/Berlin", "city"),
        ({"city": "München", "country": "de", "timezone": "UTC"}, OWN, "UTC", "given"),
        ({**NEW_YORK, "city": "Nowhere", "country": "Oz"}, OWN, "America/New_York", "coordinates"),
        ({**NEW_YORK, "timezone_source": "city"}, OWN, "America/New_York", "coordinates"),
    ],
)
async def test_where_the_zone_comes_from_is_told(
    asked: Asked, given: Mapping[str, Any], manner: Manner, zone: str, source: str
) -> None:
    day = {"date": "1990-01-15", "time": "14:30"}
    found = await content_from(asked.ask, {**day, **given}, manner=manner)
    assert (found.birth["timezone"], found.timezone_source) == (zone, source)


async def test_a_city_is_looked_up(asked: Asked) -> None:
    given = {"date": "1990-01-15", "time": "14:30", "city": "springfield", "country": "US"}
    found = await content_from(asked.ask, {**given, "region": "Illinois"})
    assert found.place == {
        "city": "Springfield",
        "country": "United States",
        "country_code": "US",
        "region": "Illinois",
        "geonames_id": 4250542,
    }
    assert found.birth["latitude"] == pytest.approx(39.80, abs=0.01)
    assert "region must be given, because" in await refused(asked, given)


async def test_a_city_beside_coordinates_is_only_a_name(asked: Asked) -> None:
    found = await content_from(asked.ask, {**BIRTH, "city": "Home"})
    assert found.place == {"city": "Home", "country": None, "region": None}
    assert found.birth["latitude"] == NEW_YORK["latitude"]


async def test_an_unknown_time_is_kept_as_such_and_sorted_by_noon(asked: Asked) -> None:
    found = await content_from(asked.ask, {**BIRTH, "time": "Unknown"})
    assert (found.birth["date"], found.birth["time"]) == ("1990-01-15", "unknown")
    assert found.utc == "1990-01-15T17:00:00Z"


async def test_now_is_kept_as_the_instant_that_it_is(asked: Asked) -> None:
    found = await content_from(asked.ask, {"date": "now", **NEW_YORK, "calendar": "JULIAN"})
    again = await content_from(asked.ask, dict(found.birth))
    assert found.birth["date"] != "now"
    assert (again.utc, again.julian_day) == (found.utc, found.julian_day)


async def test_of_two_equal_local_times_the_caller_tells_which(asked: Asked) -> None:
    twice = {"date": "2020-11-01T01:30:00", **LOCAL}
    assert "fold must be 0 (first:" in await refused(asked, twice)
    for fold, utc in ((0, "2020-11-01T05:30:00Z"), (1, "2020-11-01T06:30:00Z")):
        told = await content_from(asked.ask, {**twice, "fold": fold})
        assert (told.birth["fold"], told.utc) == (fold, utc)
        instant = await content_from(asked.ask, {"date": utc, **LOCAL})
        assert instant.birth == told.birth
    first = await content_from(asked.ask, twice, manner=LAX)
    assert (first.birth["fold"], first.utc) == (0, "2020-11-01T05:30:00Z")


async def test_an_instant_at_sea_is_kept_with_its_offset(asked: Asked) -> None:
    found = await content_from(asked.ask, {"date": "1990-01-15T14:30:00-02:00", **AT_SEA})
    assert (found.birth["timezone"], found.timezone_source) == ("-02:00", "given")
    assert found.birth["time"] == "14:30:00"
    assert "timezone must be given" in await refused(asked, {"date": "1990-01-15T14:30", **AT_SEA})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"house_system": "koch"}, {**DEFAULT_CONFIG, "house_system": "KOCH"}),
        (
            {"config": {"house_system": "whole sign"}},
            {**DEFAULT_CONFIG, "house_system": "WHOLE_SIGN"},
        ),
        ({"config": None}, DEFAULT_CONFIG),
        ({"config": {"aspects": None}}, DEFAULT_CONFIG),
        ({"config": {"aspects": [], "orbs": {}}}, DEFAULT_CONFIG),
        (
            {"config": {"aspects": ["trine"], "orbs": {"Trine": 5, "QUINCUNX": 2.5}}},
            {**DEFAULT_CONFIG, "aspects": ["TRINE"], "orbs": {"trine": 5.0, "quincunx": 2.5}},
        ),
    ],
)
async def test_preferences_that_are_left_out_are_as_usual(
    asked: Asked, given: Mapping[str, Any], kept: Mapping[str, Any]
) -> None:
    assert (await content_from(asked.ask, {**BIRTH, **given})).config == kept


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (5, "body must be a JSON object, got 5"),
        ({}, "date must be given; latitude must be given, or city and country in its place"),
        ({**BIRTH, "time": None}, "time must be given as HH:MM or HH:MM:SS"),
        ({**BIRTH, "date": "1990-02-30"}, "date must be"),
        ({**BIRTH, "time": "25:00"}, "time must be"),
        ({**BIRTH, "latitude": 91}, "latitude must be a number within -90.0..90.0, got 91"),
        ({**BIRTH, "latitude": "40.7"}, "latitude must be a number within -90.0..90.0, not text"),
        ({**BIRTH, "longitude": True}, "longitude must be a number within -180.0..180.0, got true"),
        ({**BIRTH, "timezone": "Europe/Pariss"}, "did you mean Europe/Paris?"),
        ({**BIRTH, "fold": 2}, "fold must be"),
        ({**BIRTH, "config": 5}, "config must be an object, got 5"),
        ({**BIRTH, "config": {"house_system": "placido"}}, "config.house_system must be a known"),
        ({**BIRTH, "config": {"orbs": {"trine": 90}}}, "config.orbs.trine must be"),
        ({**BIRTH, "name": 5}, "name must be at most 200 characters"),
        ({**BIRTH, "name": "a" * 201}, "name must be at most 200 characters"),
        ({**BIRTH, "name": "a\nb"}, "without control characters"),
        ({**BIRTH, "notes": "a" * 4001}, "notes must be a text of at most 4000 characters, got"),
        ({**BIRTH, "notes": "a\0b"}, "notes must be a text of at most 4000 characters"),
        ({**BIRTH, "city": ["Paris"]}, "city must be a text of at most 200 characters"),
        ({"date": "1990-01-15", "time": "14:30", "city": "Paris"}, "country must be given"),
        ({"date": "1990-01-15", "time": "14:30", "country": "France"}, "city must be given"),
        ({"date": "1990-01-15", "time": "14:30", "city": "Pariss", "country": "FR"}, "Paris"),
        ({"date": "2020-03-08", "time": "02:30", **LOCAL}, "a local time that exists"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(asked: Asked, given: Any, says: str) -> None:
    assert says in await refused(asked, given)


async def test_a_failure_of_the_worker_is_no_chart() -> None:
    async def failing(_: str, __: bytes) -> Outcome:
        return failed(CalculationFailed("no such sky", details={"field": "date"}))

    with pytest.raises(CalculationFailed, match="no such sky"):
        await content_from(failing, BIRTH)

    async def broken(_: str, __: bytes) -> Outcome:
        return failed(InternalError("a fault"))

    with pytest.raises(InternalError, match="a fault"):
        await content_from(broken, BIRTH)


IN_PARIS = {"latitude": 48.85, "longitude": 2.35}
BEFORE = {**BIRTH, "name": "Ada", "notes": "a note"}
CITY = {
    "date": "1990-01-15",
    "time": "14:30",
    "city": "Paris",
    "country": "France",
    "config": {"aspects": ["TRINE"]},
}


async def changed(asked: Asked, before: Mapping[str, Any], given: Any) -> ChartContent:
    return await content_from(asked.ask, given, await content_from(asked.ask, dict(before)))


@pytest.mark.parametrize(
    ("before", "given", "told"),
    [
        (BEFORE, {"date": "1991-02-03"}, {"date": "1991-02-03", "time": "14:30:00"}),
        (BEFORE, {"date": "1991-02-03T10:00"}, {"date": "1991-02-03", "time": "10:00:00"}),
        (BEFORE, {"date": "1991-02-03T10:00Z"}, {"date": "1991-02-03", "time": "05:00:00"}),
        (BEFORE, {"time": "10:00"}, {"date": "1990-01-15", "time": "10:00:00"}),
        (BEFORE, {"time": "unknown"}, {"date": "1990-01-15", "time": "unknown"}),
        (BEFORE, {"latitude": 48.85, "longitude": 2.35}, {"timezone": "America/New_York"}),
        (
            BEFORE,
            {"latitude": 48.85, "longitude": 2.35, "timezone": None},
            {"timezone": "Europe/Paris"},
        ),
        (BEFORE, {"city": "Paris", "country": "FR"}, {"timezone": "Europe/Paris"}),
        (CITY, {"latitude": 40.7, "longitude": -74.0}, {"timezone": "America/New_York"}),
        (CITY, {"city": "Lyon"}, {"timezone": "Europe/Paris", "latitude": 45.74906}),
        (CITY, {"timezone": "Europe/London"}, {"timezone": "Europe/London", "latitude": 48.85341}),
        (BEFORE, {"altitude": 100}, {"altitude": 100.0, "latitude": 40.7128}),
        (
            {**BEFORE, "date": "2020-11-01", "time": "01:30", "fold": 1},
            {"date": "2021-11-07", "fold": 0},
            {"date": "2021-11-07", "time": "01:30:00", "fold": 0},
        ),
        (
            {**BEFORE, "date": "2020-11-01", "time": "01:30", "fold": 1},
            {"date": "2020-11-02"},
            {"date": "2020-11-02", "time": "01:30:00", "fold": None},
        ),
        (
            {**BEFORE, "date": "2020-11-01", "time": "01:30", "fold": 1},
            {"altitude": 5.0, "date": "2020-11-01"},
            {"fold": 1},
        ),
    ],
)
async def test_what_is_not_given_stays(
    asked: Asked, before: Mapping[str, Any], given: Any, told: Mapping[str, Any]
) -> None:
    birth = (await changed(asked, before, given)).birth
    assert {name: birth[name] for name in told} == told


async def test_a_zone_by_default_stays_wherever_the_chart_moves(asked: Asked) -> None:
    given = {"date": "1990-01-15", "time": "14:30", **NEW_YORK}
    before = await content_from(asked.ask, given, manner=LEGACY)
    moved = await content_from(asked.ask, IN_PARIS, before, LAX)
    assert (moved.birth["timezone"], moved.timezone_source) == ("UTC", "default")


async def test_names_are_changed_and_taken_away_without_a_worker(asked: Asked) -> None:
    before = await content_from(asked.ask, BEFORE)
    assert (before.name, before.notes) == ("Ada", "a note")
    named = await content_from(asked.ask, {"name": " Berta ", "id": "other"}, before)
    assert (named.name, named.notes, named.birth) == ("Berta", "a note", before.birth)
    none = await content_from(asked.ask, {"name": None, "notes": ""}, named)
    assert (none.name, none.notes) == (None, None)
    assert asked.times == 1


async def test_a_place_stays_until_the_chart_moves(asked: Asked) -> None:
    before = await content_from(asked.ask, CITY)
    whole = {**before.birth, "config": before.config, "timezone_source": "city"}
    assert await content_from(asked.ask, whole, before) == before
    assert (await content_from(asked.ask, {"time": "10:00"}, before)).place == before.place
    moved = {"latitude": 48.0, "longitude": 2.0}
    assert (await content_from(asked.ask, moved, before)).place is None
    assert (await content_from(asked.ask, {"city": None}, before)).place is None
    lyon = await content_from(asked.ask, {"city": "Lyon"}, before)
    assert lyon.place is not None
    assert (lyon.place["city"], lyon.place["country"]) == ("Lyon", "France")


async def test_preferences_are_changed_one_by_one(asked: Asked) -> None:
    before = await content_from(asked.ask, CITY)
    koch = await content_from(asked.ask, {"house_system": "KOCH"}, before)
    assert koch.config == {**DEFAULT_CONFIG, "aspects": ["TRINE"], "house_system": "KOCH"}
    orbs = await content_from(asked.ask, {"config": {"orbs": {"TRINE": 1}}}, koch)
    assert orbs.config == {"house_system": "KOCH", "aspects": ["TRINE"], "orbs": {"trine": 1.0}}
    assert (await content_from(asked.ask, {"config": {"orbs": None}}, orbs)).config == koch.config
    assert (await content_from(asked.ask, {"config": None}, orbs)).config == DEFAULT_CONFIG
