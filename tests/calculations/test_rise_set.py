"""What the calculation `rise-set` answers, and what each of its fields changes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from app.astrology.bodies import PLANETS
from app.calculations.catalogue import catalogue
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import Asked, ask

LONDON = {
    "date": "2026-06-21",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}


def day(ephemeris: SwissAlmanac, **changes: Any) -> Asked:
    return ask("rise-set", {**LONDON, **changes}, ephemeris)


def sunrise(ephemeris: SwissAlmanac, **changes: Any) -> float:
    found = day(ephemeris, planets=["SUN"], **changes).data["bodies"][0]
    return float(found["rises"][0]["julian_day"])


def test_a_day_runs_from_one_local_midnight_to_the_next(ephemeris: SwissAlmanac) -> None:
    data = day(ephemeris).data
    assert data["date"] == "2026-06-21"
    assert (data["start"], data["end"]) == ("2026-06-20T23:00:00.0Z", "2026-06-21T23:00:00.0Z")
    assert [row["planet"] for row in data["bodies"]] == [
        *("SUN", "MOON", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN"),
    ]
    rise = data["bodies"][0]["rises"][0]
    assert rise["local_time"].startswith("2026-06-21T04:43:")
    assert rise["local_time"].endswith("+01:00")
    assert rise["azimuth"] == pytest.approx(48.93, abs=0.01)
    assert rise["altitude"] == pytest.approx(-0.82, abs=0.01)


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23.0), ("2026-10-25", 25.0), ("2026-06-21", 24.0)]
)
def test_days_on_which_clocks_change_are_shorter_or_longer(
    date: str, hours: float, ephemeris: SwissAlmanac
) -> None:
    data = day(ephemeris, date=date, planets=["SUN"]).data
    start, end = (data[key][11:19] for key in ("start", "end"))
    length = (int(end[:2]) - int(start[:2])) % 24 or 24
    assert (24 + length if length < 2 else length) == hours


def test_a_day_may_begin_after_a_skipped_midnight(ephemeris: SwissAlmanac) -> None:
    """In Brazil clocks went from 24:00 to 01:00 on 2018-11-04."""
    place = {"latitude": -23.5, "longitude": -46.6, "timezone": "America/Sao_Paulo"}
    data = day(ephemeris, date="2018-11-04", **place).data
    assert data["start"] == "2018-11-04T03:00:00.0Z"
    assert data["end"] == "2018-11-05T02:00:00.0Z"


def test_an_instant_means_the_local_day_that_holds_it(ephemeris: SwissAlmanac) -> None:
    zone = {"timezone": "Asia/Tokyo"}
    written = day(ephemeris, date="2026-06-21", **zone).data
    assert day(ephemeris, date="2026-06-20T20:00:00Z", **zone).data == written
    assert day(ephemeris, date="2026-06-21", time="12:00", **zone).data == written
    assert day(ephemeris, date="2026-06-21", time="unknown", **zone).data == written


def test_the_moon_may_not_rise_on_a_day(ephemeris: SwissAlmanac) -> None:
    request = {"planets": ["MOON"], "include_twilights": False}
    counts = [
        len(day(ephemeris, date=f"2026-06-{date:02}", **request).data["bodies"][0]["rises"])
        for date in range(1, 31)
    ]
    assert set(counts) == {0, 1}
    assert counts.count(0) == 1


def test_a_star_culminates_twice_on_one_day_of_the_year(ephemeris: SwissAlmanac) -> None:
    """Its day is four minutes shorter; Sirius culminates at midnight around New Year."""
    request = {"stars": ["Sirius"], "planets": ["SUN"], "include_twilights": False}
    dates = [*(f"2025-12-{day:02}" for day in range(27, 32)), "2026-01-01", "2026-01-02"]
    counts = [
        len(day(ephemeris, date=date, **request).data["stars"][0]["culminations"]) for date in dates
    ]
    assert sorted(counts) == [1, 1, 1, 1, 1, 1, 2]


def test_stars_are_found_by_their_names(ephemeris: SwissAlmanac) -> None:
    rows = day(ephemeris, stars=["alpha centauri", "Polaris", "Sirius"]).data["stars"]
    assert [row["state"] for row in rows] == ["ALWAYS_DOWN", "ALWAYS_UP", "CROSSES"]
    refused = day(ephemeris, stars=["Sirios"])
    assert refused.error["details"]["errors"][0]["field"] == "stars.0"
    assert "SIRIUS" in refused.error["message"].upper()


def test_twilights_are_left_out_on_request(ephemeris: SwissAlmanac) -> None:
    rows = day(ephemeris).data["twilights"]
    assert [(row["twilight"], row["altitude"]) for row in rows] == [
        ("CIVIL", -6.0),
        ("NAUTICAL", -12.0),
        ("ASTRONOMICAL", -18.0),
    ]
    assert [row["state"] for row in rows] == ["CROSSES", "CROSSES", "ALWAYS_UP"]
    assert rows[0]["dawns"][0]["altitude"] == pytest.approx(-6.0, abs=1e-3)
    assert day(ephemeris, include_twilights=False).data["twilights"] == []


@pytest.mark.parametrize(
    ("choice", "later"),
    [
        ({"temperature": -30.0}, -1),
        ({"pressure": 900.0}, 1),
        ({"limb": "CENTER"}, 1),
        ({"limb": "lower"}, 1),
        ({"refraction": False}, 1),
        ({"horizon_altitude": 1.0}, 1),
        ({"hindu": True}, 1),
    ],
)
def test_every_choice_of_the_horizon_moves_the_sunrise_and_is_echoed(
    choice: dict[str, Any], later: int, ephemeris: SwissAlmanac
) -> None:
    assert (sunrise(ephemeris, **choice) > sunrise(ephemeris)) is (later > 0)
    plain = day(ephemeris).computed_for["definitions"]
    assert day(ephemeris, **choice).computed_for["definitions"] != plain


def test_the_horizon_is_echoed_as_it_was_applied(ephemeris: SwissAlmanac) -> None:
    def echoed(**choice: Any) -> dict[str, Any]:
        found = dict(day(ephemeris, **choice).computed_for["definitions"])
        return {name: found[name] for name in ("pressure", "temperature", "limb", "refraction")}

    assert echoed() == {
        "pressure": 1013.25,
        "temperature": 15.0,
        "limb": "UPPER",
        "refraction": True,
    }
    bare = {"pressure": None, "temperature": None, "refraction": False}
    assert echoed(pressure=0.0) == {**bare, "limb": "UPPER"}
    assert echoed(hindu=True, limb="LOWER") == {**bare, "limb": "CENTER"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planets": ["SUN", "ASC"]}, "planets.1"),
        ({"planets": ["MOON"] * 25}, "planets"),
        ({"stars": ["Sirius"] * 25}, "stars"),
        ({"pressure": -1.0}, "pressure"),
        ({"temperature": 99.0}, "temperature"),
        ({"limb": "LEFT"}, "limb"),
        ({"date": "2026-02-30"}, "date"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"date": "2011-12-30", "timezone": "Pacific/Apia"}, "date"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    changes: dict[str, Any], field: str, ephemeris: SwissAlmanac
) -> None:
    answer = day(ephemeris, **changes)
    assert answer.status == 422
    assert [error["field"] for error in answer.error["details"]["errors"]] == [field]


@pytest.mark.parametrize("planet", ["EARTH", "SOUTH_NODE", "ASTRAEA"])
def test_what_has_no_risings_here_is_refused(planet: str, ephemeris: SwissAlmanac) -> None:
    assert day(ephemeris, planets=[planet]).error["code"] == "CALCULATION_ERROR"


@pytest.mark.parametrize("latitude", [-90.0, -66.6, 0.0, 66.6, 89.9, 90.0])
def test_every_latitude_has_an_answer(latitude: float, ephemeris: SwissAlmanac) -> None:
    for date in ("2026-03-20", "2026-06-21", "2026-12-21"):
        data = day(ephemeris, latitude=latitude, date=date).data
        for row in data["bodies"]:
            assert (row["state"] == "CROSSES") is bool(row["rises"] or row["sets"])


def test_moshier_answers_where_the_files_end(ephemeris: SwissAlmanac) -> None:
    assert day(ephemeris, date="2500-06-21").error["code"] == "CALCULATION_ERROR"
    moshier = {**LONDON, "date": "2500-06-21", "ephemeris": "MOSHIER"}
    assert ask("rise-set", moshier, ephemeris).status == 200


def test_the_parts_together_are_the_whole(ephemeris: SwissAlmanac) -> None:
    entry = catalogue()["rise-set"]
    assert entry.slicing is not None
    stars = ["Sirius", "Vega", "Spica", "Antares"]
    body = {**LONDON, "planets": PLANETS, "stars": stars}
    request = entry.request.model_validate_json(json.dumps(body))
    parts = entry.slicing.split(request, ephemeris)
    assert [len(part["rows"]) for part in parts] == [8, 8, 1]
    found = [entry.slicing.part(request, part, ephemeris) for part in parts]
    whole = entry.compute(request, ephemeris).reply
    assert entry.slicing.merge(request, found, ephemeris).reply == whole
    assert [row["star"] for row in whole["stars"]] == [name.upper() for name in stars]
    assert len(whole["bodies"]) == 10


def test_an_answer_for_now_is_of_one_day_though_midnight_passes(
    ephemeris: SwissAlmanac, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock runs on by an hour each time that it is read."""
    late = 2461213.458333  # 2026-06-21 22:59:59.97 UTC, the last second of a day in London
    seconds = (late - 2_440_587.5) * 86_400.0 + 3600.0 * np.arange(100.0)
    monkeypatch.setattr("app.calculations.birth.clock.time", iter(seconds.tolist()).__next__)
    answer = day(ephemeris, date="now", stars=["Sirius"], planets=PLANETS)
    monkeypatch.undo()
    assert answer.data == day(ephemeris, stars=["Sirius"], planets=PLANETS).data
    assert not answer.outcome.lasting


def test_the_catalogue_of_stars_is_named_where_it_was_used(ephemeris: SwissAlmanac) -> None:
    plain, starry = (day(ephemeris, stars=stars).computed_for for stars in ([], ["Sirius"]))
    assert "sefstars.txt" not in plain["ephemeris"]["files"]
    assert "sefstars.txt" in starry["ephemeris"]["files"]
