"""Events of the sky found a second way: fine grids and bisection on Swiss Ephemeris itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import swisseph as swe

from app.ephemeris.files import DATA
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris.oracle import FIRST_DAY, LAST_DAY, NUMBERS, SPEED, SWISS, in_own_thread

HALF_A_SECOND = 0.5 / 86_400.0
AN_HOUR = 1.0 / 24.0
SIGNS = (
    *("ARIES", "TAURUS", "GEMINI", "CANCER", "LEO", "VIRGO"),
    *("LIBRA", "SCORPIO", "SAGITTARIUS", "CAPRICORN", "AQUARIUS", "PISCES"),
)
ASPECTS = (0.0, 60.0, 90.0, 120.0, 180.0, 240.0, 270.0, 300.0)
ORBS = {"SUN": 15.0, "MOON": 12.0, "MERCURY": 7.0, "VENUS": 7.0, "MARS": 7.0}
ORBS |= {"JUPITER": 9.0, "SATURN": 9.0}
SEVEN = ("SUN", "MERCURY", "VENUS", "MARS", "JUPITER", "SATURN")
TEN = (*SEVEN, "URANUS", "NEPTUNE", "PLUTO")
NUMBER = {str(body): number for body, number in NUMBERS.items()}

Function = Callable[[float], float]


def row(body: str, moment: float) -> Any:
    swe.set_ephe_path(str(DATA))
    return swe.calc_ut(moment, NUMBER[body], SWISS | SPEED)[0]


def longitude(body: str, moment: float) -> float:
    return float(row(body, moment)[0])


def folded(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0


def bisected(function: Function, low: float, high: float) -> float:
    """Where a function changes its sign between two moments, by halving alone."""
    first = function(low) > 0.0
    for _ in range(40):
        middle = (low + high) / 2.0
        if (function(middle) > 0.0) == first:
            low = middle
        else:
            high = middle
    return high


def zeros(function: Function, start: float, end: float, step: float) -> list[float]:
    """Every change of sign on a grid that is no jump of a folded angle."""
    count = int((end - start) / step) + 1
    moments = [start + (end - start) * index / count for index in range(count + 1)]
    values = [function(moment) for moment in moments]
    return [
        bisected(function, here, there)
        for (here, a), (there, b) in pairwise(zip(moments, values, strict=True))
        if (a > 0.0) != (b > 0.0) and abs(a - b) < 90.0
    ]


def random_days(count: int, seed: int, *, margin: float = 900.0) -> list[float]:
    source = random.Random(seed)  # noqa: S311 - no secret
    first, last = FIRST_DAY + margin, LAST_DAY - margin
    return sorted((source.uniform(first, last) for _ in range(count)), reverse=True)


def text(moment: float) -> str:
    """A proleptic Gregorian instant, to the microsecond."""
    year, month, day, hours = swe.revjul(moment)
    micros = round(hours * 3600e6)
    minutes, micros = divmod(micros, 60_000_000)
    seconds, micros = divmod(micros, 1_000_000)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{micros:06d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{clock}Z"


def events(
    name: str, ephemeris: SwissEphemeris, start: float, end: float, /, **more: Any
) -> dict[str, Any]:
    span = {"start_date": text(start), "end_date": text(end), "calendar": "GREGORIAN"}
    return dict(ask(name, {**span, **more}, ephemeris).data)


def days(rows: list[dict[str, Any]]) -> list[float]:
    return [float(found["julian_day"]) for found in rows]


@pytest.mark.parametrize("body", ["MERCURY", "VENUS", "MARS", "SATURN", "PLUTO", "TRUE_NODE"])
def test_stations_are_where_the_speed_changes_its_sign(
    body: str, ephemeris: SwissEphemeris
) -> None:
    for start in random_days(3, 11):
        end = start + (200.0 if body == "TRUE_NODE" else 700.0)
        found = events("stations", ephemeris, start, end, planets=[body])["stations"]
        step = 0.02 if body == "TRUE_NODE" else 0.5

        def speed(moment: float) -> float:
            return float(row(body, moment)[3])

        expected = in_own_thread(lambda: zeros(speed, start, end, step))  # noqa: B023
        # The speed of a slow body is noisy by 1e-8 degrees a day: seconds, but no arc to speak of.
        noise = 10.0 * HALF_A_SECOND if body in {"SATURN", "PLUTO"} else HALF_A_SECOND
        assert days(found) == pytest.approx(expected, abs=noise)


@pytest.mark.parametrize(
    ("body", "seconds"), [("MARS", 180), ("SATURN", 180), ("NEPTUNE", 180), ("PLUTO", 1800)]
)
def test_longitudes_turn_near_their_stations(
    body: str, seconds: int, ephemeris: SwissEphemeris
) -> None:
    found = events("stations", ephemeris, 2_415_020.0, 2_451_544.5, planets=[body])["stations"]
    for at in days(found)[::8]:
        moments = [at + second / 86_400.0 for second in range(-seconds, seconds + 1, 20)]
        around = in_own_thread(lambda: [longitude(body, moment) for moment in moments])  # noqa: B023
        arcs = [folded(there - around[len(around) // 2]) for there in around]
        ends = {arcs[0], arcs[-1]}
        (turn,) = {min(arcs), max(arcs)} - ends
        assert abs(turn) < 1e-7


@pytest.mark.parametrize("body", ["MERCURY", "VENUS", "MARS", "JUPITER", "NEPTUNE"])
def test_shadows_end_at_the_nearest_pass_over_the_degree_of_the_other_station(
    body: str, ephemeris: SwissEphemeris
) -> None:
    for start in random_days(3, 12):
        periods = events("stations", ephemeris, start, start + 700.0, planets=[body])["periods"]
        assert periods
        for loop in periods:
            turn, back = loop["retrograde"]["julian_day"], loop["direct"]["julian_day"]

            def passes(goal: float, low: float, high: float) -> list[float]:
                return in_own_thread(
                    lambda: zeros(lambda at: folded(longitude(body, at) - goal), low, high, 0.5)
                )

            low, high = loop["direct"]["longitude"], loop["retrograde"]["longitude"]
            before = passes(low, turn - 380.0, turn - 0.01)
            after = passes(high, back + 0.01, back + 380.0)
            assert loop["pre_shadow"]["julian_day"] == pytest.approx(before[-1], abs=HALF_A_SECOND)
            assert loop["post_shadow"]["julian_day"] == pytest.approx(after[0], abs=HALF_A_SECOND)


@pytest.mark.parametrize(
    ("body", "length", "step"),
    [
        ("SUN", 400.0, 0.5),
        ("MOON", 40.0, 0.1),
        ("MERCURY", 500.0, 0.25),
        ("MARS", 900.0, 0.25),
        ("JUPITER", 900.0, 0.5),
        ("NORTH_NODE", 900.0, 1.0),
    ],
)
def test_signs_change_where_ingresses_say(
    body: str, length: float, step: float, ephemeris: SwissEphemeris
) -> None:
    for start in random_days(2, 13):
        found = events("ingresses", ephemeris, start, start + length, planets=[body])
        rows = found["ingresses"]["sign"]

        def in_sign(moment: float) -> float:
            return (longitude(body, moment) + 15.0) % 30.0 - 15.0

        expected = in_own_thread(
            lambda: [
                moment
                for moment in zeros(in_sign, start, start + length, step)  # noqa: B023
                if abs(in_sign(moment)) < 1.0
            ]
        )
        assert days(rows) == pytest.approx(expected, abs=HALF_A_SECOND)
        for one in rows:
            at = one["julian_day"]
            here, there = in_own_thread(
                lambda: [longitude(body, at - 1e-4), longitude(body, at + 1e-4)]  # noqa: B023
            )
            assert one["previous"] == SIGNS[int(here // 30.0)]
            assert one["sign"] == SIGNS[int(there // 30.0)]
            assert one["is_retrograde"] is (folded(there - here) < 0.0)


def test_phases_are_where_the_elongation_is_theirs(ephemeris: SwissEphemeris) -> None:
    for start in random_days(4, 14):
        rows = events("lunations", ephemeris, start, start + 60.0, phases="EIGHT")["phases"]

        def in_phase(moment: float) -> float:
            apart = longitude("MOON", moment) - longitude("SUN", moment)
            return (apart + 22.5) % 45.0 - 22.5

        expected = in_own_thread(
            lambda: [
                moment
                for moment in zeros(in_phase, start, start + 60.0, 0.1)  # noqa: B023
                if abs(in_phase(moment)) < 1.0
            ]
        )
        assert days(rows) == pytest.approx(expected, abs=HALF_A_SECOND)


def test_apsides_and_nodes_are_where_distance_and_latitude_say(
    ephemeris: SwissEphemeris,
) -> None:
    for start in random_days(4, 15):
        end = start + 90.0
        asked = {"include": ["APSIDES", "NODES"]}
        data = events("lunations", ephemeris, start, end, **asked)

        def growth(moment: float) -> float:
            return float(row("MOON", moment + 0.0005)[2] - row("MOON", moment - 0.0005)[2])

        def latitude(moment: float) -> float:
            return float(row("MOON", moment)[1])

        apsides = in_own_thread(lambda: zeros(growth, start, end, 0.25))  # noqa: B023
        nodes = in_own_thread(lambda: zeros(latitude, start, end, 0.25))  # noqa: B023
        assert days(data["apsides"]) == pytest.approx(apsides, abs=HALF_A_SECOND)
        assert days(data["nodes"]) == pytest.approx(nodes, abs=HALF_A_SECOND)
        for apsis in data["apsides"]:
            (here,) = in_own_thread(lambda: [row("MOON", apsis["julian_day"])[2]])  # noqa: B023
            assert apsis["distance_au"] == pytest.approx(here, abs=1e-12)


def meets_before_sign_ends(moment: float, met: tuple[str, ...]) -> bool:
    """Whether the Moon makes an exact aspect before she changes sign, hour by hour."""
    sign = longitude("MOON", moment) // 30.0
    here = moment
    while True:
        there = here + AN_HOUR / 2.0
        if longitude("MOON", there) // 30.0 != sign:
            there = bisected(lambda at: 0.5 - (longitude("MOON", at) // 30.0 != sign), here, there)
            return aspects_between(here, there - 1e-9, met)
        if aspects_between(here, there, met):
            return True
        here = there


def aspects_between(start: float, end: float, met: tuple[str, ...]) -> bool:
    for body in met:
        first, last = ((longitude("MOON", at) - longitude(body, at)) % 360.0 for at in (start, end))
        if any(folded(first - angle) < 0.0 <= folded(last - angle) < 90.0 for angle in ASPECTS):
            return True
    return False


@pytest.mark.parametrize(("rule", "met"), [("MORRISON", TEN), ("TRADITIONAL", SEVEN)])
def test_the_moon_is_void_if_no_aspect_is_to_come_in_her_sign(
    rule: str, met: tuple[str, ...], ephemeris: SwissEphemeris
) -> None:
    voids = 0
    for moment in random_days(40, 16):
        asked = {"rule": rule, "moment": text(moment)}
        state = events("void-of-course", ephemeris, moment, moment + 0.1, **asked)["state"]
        expected = in_own_thread(lambda: not meets_before_sign_ends(moment, met))  # noqa: B023
        assert state["is_void"] is expected
        voids += expected
    assert 3 < voids < 37


def test_by_lilly_she_is_void_where_she_applies_to_nothing(ephemeris: SwissEphemeris) -> None:
    def applies(moment: float) -> bool:
        moon = longitude("MOON", moment)
        return any(
            0.0
            <= (angle - (moon - longitude(body, moment))) % 360.0
            <= (ORBS["MOON"] + ORBS[body]) / 2.0
            for body in SEVEN
            for angle in ASPECTS
        )

    voids = 0
    for moment in random_days(120, 17):
        asked = {"rule": "LILLY", "moment": text(moment)}
        state = events("void-of-course", ephemeris, moment, moment + 0.1, **asked)["state"]
        expected = in_own_thread(lambda: not applies(moment))  # noqa: B023
        assert state["is_void"] is expected
        voids += expected
    assert voids > 3


def test_by_the_hellenistic_rule_the_next_thirty_degrees_are_empty(
    ephemeris: SwissEphemeris,
) -> None:
    def is_empty(moment: float) -> bool:
        start = longitude("MOON", moment)
        end = bisected(
            lambda at: folded(longitude("MOON", at) - start - 30.0), moment, moment + 3.0
        )
        count = 24
        edges = [moment + (end - moment) * part / count for part in range(count + 1)]
        return not any(aspects_between(a, b, SEVEN) for a, b in pairwise(edges))

    (window,) = events("void-of-course", ephemeris, 2461045.0, 2461045.5, rule="HELLENISTIC")[
        "windows"
    ]
    moments = [window["start_julian_day"] + 0.001, window["end_julian_day"] - 0.001]
    moments += [window["start_julian_day"] - 0.001, window["end_julian_day"] + 0.001]
    for moment in [*moments, *random_days(40, 18)]:
        asked = {"rule": "HELLENISTIC", "moment": text(moment)}
        state = events("void-of-course", ephemeris, moment, moment + 0.1, **asked)["state"]
        assert state["is_void"] is in_own_thread(lambda: is_empty(moment))  # noqa: B023


@pytest.mark.parametrize(
    ("name", "key", "more"),
    [
        ("stations", "stations", {}),
        ("lunations", "phases", {"include": ["PHASES", "APSIDES", "NODES"]}),
        ("lunations", "apsides", {"include": ["PHASES", "APSIDES", "NODES"]}),
        ("ingresses", "ingresses", {"planets": ["SUN", "MERCURY", "MARS"]}),
    ],
)
def test_neighbouring_spans_tell_every_event_once(
    name: str, key: str, more: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    edges = [2451545.0 + 500.0 * number for number in range(7)]

    def found(start: float, end: float) -> list[float]:
        rows = events(name, ephemeris, start, end, **more)[key]
        return days(rows["sign"] if key == "ingresses" else rows)

    whole = found(edges[0], edges[-1])
    pieces = [moment for start, end in pairwise(edges) for moment in found(start, end)]
    assert pieces == pytest.approx(whole, abs=HALF_A_SECOND)


FIRST, LAST = ("1200-01-02", "1200-03-31"), ("2399-10-01", "2399-12-30")


@pytest.mark.parametrize("span", [FIRST, LAST])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("stations", {}),
        ("ingresses", {}),
        ("lunations", {"include": ["PHASES", "APSIDES", "NODES"], "include_eclipses": True}),
        ("void-of-course", {}),
        ("void-of-course", {"rule": "LILLY"}),
        ("void-of-course", {"rule": "HELLENISTIC"}),
    ],
)
def test_searches_reach_the_ends_of_the_files(
    span: tuple[str, str], name: str, more: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    moment = span[0] if span is FIRST else span[1]
    asked = {"start_date": span[0], "end_date": span[1], "ephemeris": "SWISS", **more}
    if name != "ingresses":
        asked["moment"] = moment
    assert ask(name, asked, ephemeris).status == 200


def test_shadows_beyond_the_files_are_null(ephemeris: SwissEphemeris) -> None:
    asked = {"planets": ["URANUS", "NEPTUNE", "PLUTO"]}
    span = {"start_date": LAST[0], "end_date": LAST[1]}
    periods = ask("stations", {**span, **asked}, ephemeris).data["periods"]
    assert periods
    assert any(row["post_shadow"] is None for row in periods)


def test_what_lies_beyond_the_files_is_refused(ephemeris: SwissEphemeris) -> None:
    for name in ("stations", "ingresses", "lunations", "void-of-course"):
        span = {"start_date": "2399-12-01", "end_date": "2400-02-01"}
        answer = ask(name, span, ephemeris)
        assert (answer.status, answer.error["code"]) == (422, "CALCULATION_ERROR")
