"""Risings and twilights against the USNO, PyJHora and DEFINITIONS.md, by two methods."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

import pytest
import swisseph as swe

from app.astrology.almanac import HorizonEvent
from app.astrology.bodies import Body
from app.astrology.place import Place
from app.ephemeris.almanac import SwissAlmanac
from app.ephemeris.files import DATA
from tests.calculations.asking import ask
from tests.ephemeris import oracle
from tests.reference import Case, case, cases
from tests.reference.test_definitions import CHART_A

SECOND, MINUTE = 1.0 / 86_400.0, 1.0 / 1440.0
SAN_DIEGO = {"latitude": 32.716667, "longitude": -117.15}
DAY_OF_A = {**SAN_DIEGO, "date": "2000-01-01", "planets": ["SUN"]}
TWILIGHT = case("twilight-orlando-2021-11-07")
HINDU = case("hindu-sunrise-chennai-2024-07-17")


def julian_day(text: str) -> float:
    date, _, time = text.rstrip("Z").partition("T")
    year, month, day = map(int, date.split("-"))
    hour, minute, second = (float(part) for part in f"{time}:00".split(":")[:3])
    return oracle.julian_day(year, month, day, hour + minute / 60.0 + second / 3600.0)


def day(ephemeris: SwissAlmanac, **request: Any) -> dict[str, Any]:
    return dict(ask("rise-set", request, ephemeris).data)


def moments(rows: list[dict[str, Any]]) -> list[float]:
    return [row["julian_day"] for row in rows]


@pytest.mark.parametrize("published", cases("rise_set"), ids=str)
def test_sunrises_are_those_of_the_naval_observatory(
    published: Case, ephemeris: SwissAlmanac
) -> None:
    place = {"latitude": float(published.input["lat"]), "longitude": float(published.input["lon"])}
    for event in published.expect["events"]:
        when = julian_day(event["utc"])
        found = day(ephemeris, date=event["utc"][:10], planets=["SUN"], **place)["bodies"][0]
        times = moments(found[f"{event['type']}s"])
        # The table rounds to the nearest minute.
        assert min(abs(time - when) for time in times) < published.tolerance["minutes"] * MINUTE


def test_twilights_are_those_published_for_orlando(ephemeris: SwissAlmanac) -> None:
    place = {"latitude": TWILIGHT.input["lat"], "longitude": TWILIGHT.input["lon"]}
    date = {"date": TWILIGHT.input["date"], "timezone": "America/New_York"}
    rows = day(ephemeris, **date, **place)["twilights"]
    found = {row["twilight"].lower(): row for row in rows}
    for name, when in TWILIGHT.expect["utc"].items():
        kind, side = name.split("_")
        (time,) = moments(found[kind][f"{side}s"])
        assert abs(time - julian_day(when)) < TWILIGHT.tolerance["minutes"] * MINUTE


def test_hindu_sunrise_and_sunset_are_those_of_jhora(ephemeris: SwissAlmanac) -> None:
    given, within = HINDU.input, HINDU.tolerance["seconds"]
    found = day(
        ephemeris,
        date=given["date"],
        timezone="+05:30",
        latitude=given["lat"],
        longitude=given["lon"],
        planets=["SUN"],
        hindu=True,
    )["bodies"][0]
    for event, key in (("rises", "sunrise_local"), ("sets", "sunset_local")):
        (row,) = found[event]
        clock = row["local_time"].partition("T")[2][:8]
        assert abs(seconds(clock) - seconds(HINDU.expect[key])) < within


def seconds(clock: str) -> int:
    hours, minutes, rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + rest


# DEFINITIONS.md 1 and 6


@pytest.mark.parametrize(
    ("choice", "rise"),
    [
        ({"temperature": 0.0}, "14:50:35.6"),
        ({}, "14:50:52.4"),
        ({"temperature": 0.0, "limb": "CENTER"}, "14:52:02.5"),
        ({"refraction": False}, "14:53:52.2"),
        ({"pressure": 0.0}, "14:53:52.2"),
        ({"hindu": True}, "14:55:18.7"),
    ],
)
def test_sunrise_of_chart_a_is_the_one_of_its_definition(
    choice: dict[str, Any], rise: str, ephemeris: SwissAlmanac
) -> None:
    (found,) = day(ephemeris, **DAY_OF_A, **choice)["bodies"][0]["rises"]
    assert found["time"] == f"2000-01-01T{rise}Z"


def test_the_day_of_chart_a_is_that_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    (moon,) = day(ephemeris, **{**DAY_OF_A, "planets": ["MOON"]})["bodies"]
    assert moon["rises"][0]["time"] == "2000-01-01T10:21:55.6Z"
    assert moon["sets"][0]["time"] == "2000-01-01T21:40:55.7Z"
    request = {**DAY_OF_A, "temperature": 0.0}
    found = day(ephemeris, **request)
    (sun,) = found["bodies"]
    assert sun["culminations"][0]["time"] == "2000-01-01T19:52:02.5Z"
    civil = found["twilights"][0]
    assert civil["dawns"][0]["time"] == "2000-01-01T14:23:40.6Z"
    following = day(ephemeris, **{**request, "date": "2000-01-02"})["bodies"][0]
    assert following["sets"][0]["time"] == "2000-01-02T00:53:35.7Z"


def test_sunrise_and_sunset_of_chart_y_are_those_of_the_definitions(
    ephemeris: SwissAlmanac,
) -> None:
    sydney = {"latitude": -33.8688, "longitude": 151.2093, "timezone": "Australia/Sydney"}
    found = day(ephemeris, date="1971-11-29", planets=["SUN"], **sydney)["bodies"][0]
    assert [row["time"] for row in found["rises"]] == ["1971-11-28T18:37:57.6Z"]
    assert [row["time"] for row in found["sets"]] == ["1971-11-29T08:48:41.5Z"]


def test_the_sun_of_midsummer_is_up_all_day_in_tromso(ephemeris: SwissAlmanac) -> None:
    tromso = {"latitude": 69.6492, "longitude": 18.9553, "timezone": "Europe/Oslo"}
    found = day(ephemeris, date="2026-06-21", planets=["SUN"], **tromso)["bodies"][0]
    assert (found["state"], found["rises"], found["sets"]) == ("ALWAYS_UP", [], [])
    winter = day(ephemeris, date="2026-12-21", planets=["SUN"], **tromso)["bodies"][0]
    assert (winter["state"], winter["rises"]) == ("ALWAYS_DOWN", [])


# A second method


def true_altitude(moment: float, number: int, place: dict[str, float]) -> float:
    """Geocentric altitude of a body less its parallax, from right ascension and declination."""
    flags = oracle.SWISS | swe.FLG_EQUATORIAL
    ascension, declination, distance = swe.calc_ut(moment, number, flags)[0][:3]
    hour_angle = math.radians(swe.sidtime(moment) * 15.0 + place["longitude"] - ascension)
    north, tilt = math.radians(place["latitude"]), math.radians(declination)
    sine = math.sin(north) * math.sin(tilt)
    sine += math.cos(north) * math.cos(tilt) * math.cos(hour_angle)
    parallax = math.asin(6_378.137 / 149_597_870.7 / distance)
    altitude = math.asin(sine)
    return math.degrees(altitude - parallax * math.cos(altitude))


@pytest.mark.parametrize("body", ["SUN", "MOON", "VENUS", "SATURN"])
def test_without_air_the_centre_of_a_body_rises_where_its_altitude_is_0(
    body: str, ephemeris: SwissAlmanac
) -> None:
    request = {**DAY_OF_A, "planets": [body], "limb": "CENTER", "refraction": False}
    (found,) = day(ephemeris, **request)["bodies"]
    number = {"SUN": 0, "MOON": 1, "VENUS": 3, "SATURN": 6}[body]
    for row in (*found["rises"], *found["sets"]):

        def altitude(at: float = row["julian_day"]) -> float:
            swe.set_ephe_path(str(DATA))
            return true_altitude(at, number, SAN_DIEGO)

        # The Earth's flattening takes up to 11 minutes of arc from the Moon's parallax of 57.
        within = 0.02 if body == "MOON" else 2e-3
        assert oracle.in_own_thread(altitude) == pytest.approx(0.0, abs=within)


RADIUS = {0: 696_000.0, 1: 1_737.5, 3: 6_051.8}
"""Kilometres, of the Sun, the Moon and Venus."""


def upper_limb(moment: float, number: int, latitude: float, longitude: float) -> float:
    """Degrees by which the upper limb of a body is seen above the horizon, in mean air."""
    swe.set_topo(longitude, latitude, 0.0)
    flags = oracle.SWISS | swe.FLG_EQUATORIAL | swe.FLG_TOPOCTR
    ascension, declination, distance = swe.calc_ut(moment, number, flags)[0][:3]
    hour_angle = math.radians(swe.sidtime(moment) * 15.0 + longitude - ascension)
    north, tilt = math.radians(latitude), math.radians(declination)
    sine = math.sin(north) * math.sin(tilt)
    sine += math.cos(north) * math.cos(tilt) * math.cos(hour_angle)
    radius = math.asin(RADIUS[number] / 149_597_870.7 / distance)
    refraction = -swe.refrac_extended(1e-6, 0.0, 1013.25, 15.0, 0.0065, swe.APP_TO_TRUE)[0]
    return math.degrees(math.asin(sine) + radius) + float(refraction)


def crossings(
    start: float, end: float, number: int, latitude: float, longitude: float, *, rising: bool
) -> list[float]:
    """Every rise or set from one Julian day to another, by bisection of the altitude."""

    def up(moment: float) -> bool:
        return upper_limb(moment, number, latitude, longitude) > 0.0

    def work() -> list[float]:
        swe.set_ephe_path(str(DATA))
        steps = math.ceil((end - start) / (5.0 * MINUTE))
        marks = [start + (end - start) * step / steps for step in range(steps + 1)]
        found = []
        for low, high in pairwise(marks):
            if up(low) is not rising and up(high) is rising:
                early, late = low, high
                for _ in range(30):
                    middle = (early + late) / 2.0
                    early, late = (early, middle) if up(middle) is rising else (middle, late)
                found.append(late)
        return found

    return oracle.in_own_thread(work)


def told(
    ephemeris: SwissAlmanac, body: str, event: str, dates: list[str], **place: Any
) -> list[float]:
    """The moments that `rise-set` tells of an event on some civil days together."""
    rest = {"planets": [body], "include_twilights": False, **place}
    answers = [day(ephemeris, date=date, **rest)["bodies"][0] for date in dates]
    return [moment for row in answers for moment in moments(row[event])]


def test_every_sunset_of_reykjavik_around_midnight_belongs_to_one_day(
    ephemeris: SwissAlmanac,
) -> None:
    """From 17 to 28 June 2026 the Sun sets within four minutes after midnight, then before it."""
    place = {"latitude": 64.1466, "longitude": -21.9426, "timezone": "Atlantic/Reykjavik"}
    dates = [f"2026-06-{date:02}" for date in range(15, 31)]
    found = told(ephemeris, "SUN", "sets", dates, **place)
    start = oracle.julian_day(2026, 6, 15, 0.0)
    there = (64.1466, -21.9426)
    assert found == pytest.approx(
        crossings(start, start + len(dates), 0, *there, rising=False), abs=0.05 * SECOND
    )
    assert len(found) == len(dates)
    assert told(ephemeris, "SUN", "sets", ["2026-06-17"], **place)
    assert len(told(ephemeris, "SUN", "sets", ["2026-06-28"], **place)) == 2


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone", "dates", "offset"),
    [
        (55.95, -3.19, "Europe/London", ["2026-06-16", "2026-06-17"], 1.0),
        (59.91, 10.75, "Europe/Oslo", ["2026-08-23", "2026-08-24"], 2.0),
        (55.75, 37.62, "Europe/Moscow", ["2026-08-23", "2026-08-24"], 3.0),
    ],
    ids=["Edinburgh", "Oslo", "Moscow"],
)
def test_a_moonset_seconds_after_midnight_belongs_to_the_day_that_begins(
    latitude: float,
    longitude: float,
    zone: str,
    dates: list[str],
    offset: float,
    ephemeris: SwissAlmanac,
) -> None:
    place = {"latitude": latitude, "longitude": longitude, "timezone": zone}
    found = told(ephemeris, "MOON", "sets", dates, **place)
    year, month, date = map(int, dates[0].split("-"))
    start = oracle.julian_day(year, month, date, -offset)
    true = crossings(start, start + 2.0, 1, latitude, longitude, rising=False)
    assert found == pytest.approx(true, abs=0.05 * SECOND)
    midnight = start + 1.0
    assert any(0.0 < moment - midnight < 2.0 * MINUTE for moment in found)


def test_a_crossing_is_where_the_altitude_is_0_from_wherever_the_search_starts(
    ephemeris: SwissAlmanac,
) -> None:
    """Up to the latitudes at which the library changes its method, where its short one is worst."""
    source = random.Random(5)  # noqa: S311 - no secret
    bodies = {Body.SUN: 64.99, Body.MOON: 59.99, Body.VENUS: 59.99}
    for _ in range(60):
        body = source.choice(list(bodies))
        latitude = source.choice([-1.0, 1.0]) * (bodies[body] - source.random() ** 2 * 30.0)
        place = Place(latitude, source.uniform(-180.0, 180.0))
        moment = oracle.julian_day(2000, 1, 1, 0.0) + source.uniform(-30_000.0, 30_000.0)
        event = source.choice([HorizonEvent.RISE, HorizonEvent.SET])
        there = (oracle.NUMBERS[body], latitude, place.longitude)
        (first, *_) = crossings(moment, moment + 1.2, *there, rising=event is HorizonEvent.RISE)
        for earlier in (0.0, 1.0 * SECOND, 20.0 * MINUTE, 0.3):
            start = first - earlier - 0.05 * SECOND
            found = ephemeris.horizon_event(start, body, event, place)
            assert found == pytest.approx(first, abs=0.05 * SECOND)


# Planetary hours: DEFINITIONS.md 6


def test_planetary_hours_of_chart_a_are_those_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = ask("planetary-hours", {**CHART_A, "temperature": 0.0}, ephemeris).data
    assert found["sunrise"] == "2000-01-01T14:50:35.6Z"
    assert found["sunset"] == "2000-01-02T00:53:35.7Z"
    assert found["day_hour_minutes"] == pytest.approx(50.2501, abs=6e-5)
    assert (found["weekday"], found["day_ruler"]) == ("SATURDAY", "SATURN")
    current = found["current"]
    assert (current["number"], current["ruler"], current["is_day"]) == (4, "SUN", True)
    assert current["start"] == "2000-01-01T17:21:20.6Z"
    assert found["hours"][12]["ruler"] == "MERCURY"


def test_planetary_hours_of_chart_n_are_still_those_of_friday(ephemeris: SwissAlmanac) -> None:
    found = ask("planetary-hours", {**CHART_A, "date": "2000-01-01T08:00:00Z"}, ephemeris).data
    assert (found["weekday"], found["day_ruler"]) == ("FRIDAY", "VENUS")
    assert (found["current"]["number"], found["current"]["ruler"]) == (19, "JUPITER")
