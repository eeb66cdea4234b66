"""Sensitivity to the birth time through the catalogue."""

from __future__ import annotations

import math
from typing import Any

import pytest

from app.calculations.shapes import instant_text
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask, birth


def rows(data: dict[str, Any], what: str | None = None) -> dict[str, dict[str, Any]]:
    if what is None:
        return {row["name"]: row for row in data["movements"]}
    return {row["name"]: row for row in data["changes"] if row["what"] == what}


def test_movements_are_those_of_charts_some_minutes_apart(ephemeris: SwissEphemeris) -> None:
    moved = rows(ask("sensitivity", birth(minutes=3.0), ephemeris).data)
    for time, field in (("14:27:00", "before"), ("14:30:00", "longitude"), ("14:33:00", "after")):
        chart = ask("houses", birth(time=time), ephemeris).data
        places = {f"CUSP_{house['number']}": house["longitude"] for house in chart["houses"]}
        places |= chart["angles"] | chart["more_angles"]
        planets = ask(
            "planetary-positions", birth(time=time, planets=["MOON", "FORTUNE"]), ephemeris
        )
        places |= {row["planet"]: row["longitude"] for row in planets.data["positions"]}
        for name, longitude in places.items():
            assert moved[name][field] == pytest.approx(longitude, abs=1e-6)


def test_names_are_angles_then_cusps_then_points(ephemeris: SwissEphemeris) -> None:
    data = ask("sensitivity", birth(planets=["MOON", "FORTUNE"]), ephemeris).data
    names = [row["name"] for row in data["movements"]]
    assert names[:2] == ["ASC", "MC"]
    assert names[-14:] == [*(f"CUSP_{n}" for n in range(1, 13)), "MOON", "FORTUNE"]
    turning = [(row["name"], row["what"]) for row in data["changes"]]
    assert turning[:2] == [("ASC", "SIGN"), ("MC", "SIGN")]
    assert turning[-2:] == [("MOON", "HOUSE"), ("FORTUNE", "HOUSE")]
    assert rows(data)["FORTUNE"]["speed"] is None


def test_every_change_is_one_by_the_charts_around_it(ephemeris: SwissEphemeris) -> None:
    """Two seconds to either side of each change the chart differs, and as told."""
    asked = birth(planets=["SUN", "MOON", "JUPITER", "FORTUNE"], house_system="REGIOMONTANUS")
    data = ask("sensitivity", asked, ephemeris).data
    checked = 0
    for row in data["changes"]:
        for side in ("earlier", "later"):
            if row[side] is None:
                continue
            near = row[side]["julian_day"]
            away = 1.0 if side == "later" else -1.0
            states = [
                _state(row, near + seconds * away / 86_400.0, asked, ephemeris)
                for seconds in (-2.0, 2.0)
            ]
            assert states == [row["now"], row[side]["becomes"]], row
            checked += 1
    assert checked > 30


def _state(
    row: dict[str, Any], day: float, asked: dict[str, Any], ephemeris: SwissEphemeris
) -> Any:
    at = {**asked, "date": instant_text(day), "time": None}
    if row["name"].startswith("CUSP_"):
        houses = ask("houses", at, ephemeris).data["houses"]
        return houses[int(row["name"].removeprefix("CUSP_")) - 1]["sign"]
    found = ask("planetary-positions", {**at, "planets": [row["name"]]}, ephemeris)
    return found.data["positions"][0]["sign" if row["what"] == "SIGN" else "house"]


def test_stable_minutes_are_those_to_the_nearest_change(ephemeris: SwissEphemeris) -> None:
    data = ask("sensitivity", birth(), ephemeris).data
    sides = [row[side] for row in data["changes"] for side in ("earlier", "later")]
    assert data["stable_minutes"] == min(abs(side["minutes"]) for side in sides if side)


def test_what_limits_the_stable_minutes_is_told(ephemeris: SwissEphemeris) -> None:
    data = ask("sensitivity", birth(), ephemeris).data
    why = data["stable_because"]
    assert abs(why["minutes"]) == data["stable_minutes"]
    row = rows(data, why["what"])[why["name"]]
    side = row["earlier"] if why["minutes"] < 0.0 else row["later"]
    assert (why["now"], why["becomes"]) == (row["now"], side["becomes"])
    assert side["minutes"] == why["minutes"]


def test_the_window_bounds_the_search(ephemeris: SwissEphemeris) -> None:
    data = ask("sensitivity", birth(window_hours=1.0), ephemeris).data
    sides = [row[side] for row in data["changes"] for side in ("earlier", "later")]
    assert all(abs(side["minutes"]) <= 60.0 for side in sides if side)
    assert any(side is None for side in sides)


@pytest.mark.parametrize("more", [{"zodiac": "SIDEREAL"}, {"zodiac": "DRACONIC"}])
def test_another_zodiac_turns_signs_at_other_times_and_houses_at_the_same(
    more: dict[str, str], ephemeris: SwissEphemeris
) -> None:
    plain = ask("sensitivity", birth(planets=["SUN"]), ephemeris).data
    other = ask("sensitivity", birth(planets=["SUN"], **more), ephemeris).data
    sign = [rows(data, "SIGN")["ASC"]["later"]["minutes"] for data in (plain, other)]
    house = [rows(data, "HOUSE")["SUN"]["later"]["minutes"] for data in (plain, other)]
    assert sign[0] != pytest.approx(sign[1], abs=1.0)
    assert house[0] == pytest.approx(house[1], abs=0.01)


def test_choices_are_echoed(ephemeris: SwissEphemeris) -> None:
    chosen = {"minutes": 10.0, "window_hours": 6.0, "house_system": "KOCH", "cusp_orb": 5.0}
    told = ask("sensitivity", birth(**chosen), ephemeris).computed_for["definitions"]
    assert chosen.items() <= told.items()
    default = ask("sensitivity", birth(), ephemeris).computed_for["definitions"]
    assert (default["minutes"], default["window_hours"]) == (4.0, 24.0)


def test_polar_houses_follow_the_policy(ephemeris: SwissEphemeris) -> None:
    polar = birth(latitude=70.0, planets=["SUN"])
    assert ask("sensitivity", polar, ephemeris).error["code"] == "CALCULATION_ERROR"
    flagged = ask("sensitivity", {**polar, "polar": "FLAG"}, ephemeris).data
    assert rows(flagged, "HOUSE") == {}
    assert "CUSP_1" not in rows(flagged)
    fallen = ask("sensitivity", {**polar, "polar": "FALLBACK"}, ephemeris).data
    assert rows(fallen, "HOUSE")["SUN"]["later"] is not None


def test_houses_that_end_within_the_window_are_told_until_then(ephemeris: SwissEphemeris) -> None:
    """Cusps of Topocentric houses overtake one another for some hours of a day at 70 north."""
    ended = 0
    asked = birth(latitude=70.0, planets=["SUN"], house_system="TOPOCENTRIC", polar="FLAG")
    for hour in range(24):
        at = {**asked, "time": f"{hour:02d}:30"}
        answer = ask("sensitivity", at, ephemeris)
        assert answer.status == 200, answer.error
        turning = rows(answer.data, "HOUSE")
        divided = bool(ask("houses", at, ephemeris).data["houses"])
        assert (turning != {}) == divided
        for row in turning.values():
            ended += row["earlier"] is None or row["later"] is None
            for change in filter(None, (row["earlier"], row["later"])):
                second = math.copysign(1.0 / 86_400.0, change["minutes"])
                just_before = instant_text(change["julian_day"] - second)
                then = {**at, "date": just_before, "time": None}
                assert ask("houses", then, ephemeris).data["houses"]
    assert ended > 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", 0.0),
        ("minutes", 61.0),
        ("window_hours", 0.5),
        ("window_hours", 25.0),
        ("planets", ["SUN"] * 13),
        ("house_by", "POSITION"),
        ("house_system", "GAUQUELIN"),
        ("polar_fallback", "GAUQUELIN"),
        ("center", "HELIOCENTRIC"),
        ("time", "unknown"),
    ],
)
def test_wrong_values_are_refused_by_name(
    field: str, value: Any, ephemeris: SwissEphemeris
) -> None:
    answer = ask("sensitivity", birth(**{field: value}), ephemeris)
    assert answer.status == 422
    assert answer.error["details"]["field"] == field
