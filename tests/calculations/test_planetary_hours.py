"""What the calculation `planetary-hours` answers, and what each of its fields changes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask

SYDNEY = {
    "date": "2026-11-20",
    "latitude": -33.8688,
    "longitude": 151.2093,
    "timezone": "Australia/Sydney",
}


def hours(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("planetary-hours", {**SYDNEY, **changes}, ephemeris)


def test_a_date_has_24_hours_from_its_sunrise_on(ephemeris: SwissAlmanac) -> None:
    data = hours(ephemeris).data
    assert (data["weekday"], data["day_ruler"]) == ("FRIDAY", "VENUS")
    assert data["current"] is None
    rows = data["hours"]
    assert [row["number"] for row in rows] == list(range(1, 25))
    assert all(a["end"] == b["start"] for a, b in pairwise(rows))
    assert rows[0]["start"] == data["sunrise"]
    assert rows[12]["start"] == data["sunset"]
    assert rows[-1]["end"] == data["next_sunrise"]
    assert [row["is_day"] for row in rows] == [True] * 12 + [False] * 12
    assert rows[0]["local_start"].startswith("2026-11-20T05:4")
    assert rows[0]["ruler"] == "VENUS"
    assert data["day_hour_minutes"] + data["night_hour_minutes"] == pytest.approx(120.0, abs=0.1)


def test_a_moment_has_its_hour(ephemeris: SwissAlmanac) -> None:
    data = hours(ephemeris, time="12:00").data
    current = data["current"]
    assert current in data["hours"]
    assert current["local_start"] < "2026-11-20T12:00" < current["local_end"]


def test_before_sunrise_it_is_still_the_day_before(ephemeris: SwissAlmanac) -> None:
    data = hours(ephemeris, time="04:00").data
    assert data["weekday"] == "THURSDAY"
    assert data["current"]["is_day"] is False
    assert data["current"]["number"] > 12


def test_the_weekday_is_that_of_the_zone_or_of_the_place(ephemeris: SwissAlmanac) -> None:
    """At sunrise in Sydney it is still the evening before in UTC."""
    moment = {"date": "2026-11-20T02:00:00Z", "timezone": "UTC"}
    by_zone = hours(ephemeris, **moment)
    by_place = hours(ephemeris, **moment, weekday_by="local_mean_time")
    assert (by_zone.data["weekday"], by_place.data["weekday"]) == ("THURSDAY", "FRIDAY")
    assert by_place.computed_for["definitions"]["weekday_by"] == "LOCAL_MEAN_TIME"


@pytest.mark.parametrize(
    "choice",
    [
        {"temperature": 35.0},
        {"pressure": 900.0},
        {"limb": "CENTER"},
        {"refraction": False},
        {"horizon_altitude": 2.0},
        {"hindu": True},
    ],
)
def test_every_choice_of_the_horizon_moves_the_hours_and_is_echoed(
    choice: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    plain, changed = hours(ephemeris), hours(ephemeris, **choice)
    assert changed.data["hours"] != plain.data["hours"]
    assert changed.computed_for["definitions"] != plain.computed_for["definitions"]


@pytest.mark.parametrize("date", ["2026-06-21", "2026-12-21"])
@pytest.mark.parametrize("time", [None, "12:00"])
def test_polar_day_and_night_have_no_hours(
    date: str, time: str | None, ephemeris: SwissAlmanac
) -> None:
    tromso = {"latitude": 69.6492, "longitude": 18.9553, "timezone": "Europe/Oslo"}
    answer = hours(ephemeris, **tromso, date=date, time=time)
    assert answer.error["code"] == "CALCULATION_ERROR"
    assert "polar day or polar night" in answer.error["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekday_by": "MOON"}, "weekday_by"),
        ({"pressure": 2000.0}, "pressure"),
        ({"time": "25:00"}, "time"),
        ({"latitude": 91.0}, "latitude"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = hours(ephemeris, **changes)
    assert answer.status == 422
    assert [error["field"] for error in answer.error["details"]["errors"]] == [field]


def test_the_present_hour_does_not_last(ephemeris: SwissAlmanac) -> None:
    assert hours(ephemeris, date="now").data["current"] is not None
