"""Profections, firdaria and zodiacal releasing: DEFINITIONS.md 7, and other ways to them."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest

from app.astrology.angles import separation, signed_arc
from app.astrology.bodies import Body
from app.astrology.profections import profected, solar_returns
from app.astrology.releasing import RELEASING_YEARS, parts_of, released
from app.astrology.zodiac import SIGNS, Sign, sign_of
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris.oracle import SWISS, in_own_thread, julian_day, positions_of
from tests.reference.test_definitions import CHART_A, CHART_N, MOMENT_A

BUSH = {"date": "1946-07-06T11:26:00Z", "latitude": 41.3, "longitude": -72.9166667}
"""George W. Bush, New Haven, 7:26 by the clock of summer."""
BUSH_FIRST_LEVEL = [
    ("TAURUS", "1946-07-06", "1954-05-25"),
    ("GEMINI", "1954-05-25", "1974-02-09"),
    ("CANCER", "1974-02-09", "1998-10-01"),
    ("LEO", "1998-10-01", "2017-06-23"),
    ("VIRGO", "2017-06-23", "2037-03-10"),
]
"""As Brennan prints them, by DEFINITIONS.md 7."""


def profections(ephemeris: SwissEphemeris, **more: Any) -> Any:
    request = {"natal_chart": CHART_A, "target_date": "2026-11-20", **more}
    return ask("profections", request, ephemeris).data


def firdaria(ephemeris: SwissEphemeris, **more: Any) -> Any:
    return ask("firdaria", {"natal_chart": CHART_A, **more}, ephemeris).data


def releasing(ephemeris: SwissEphemeris, **more: Any) -> Any:
    return ask("zodiacal-releasing", {"natal_chart": CHART_A, **more}, ephemeris).data


# Profections


def test_profections_of_chart_a_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    data = profections(ephemeris, first_age=25, years=3)
    (ascendant,) = data["profections"]
    years = [(row["number"], row["sign"], row["lord"]) for row in ascendant["years"]]
    assert years == [(25, "ARIES", "MARS"), (26, "TAURUS", "VENUS"), (27, "GEMINI", "MERCURY")]
    present = ascendant["years"][1]
    assert (present["start"], present["end"]) == (
        "2026-01-01T01:18:00.4Z",
        "2027-01-01T07:08:41.3Z",
    )
    assert data["age"] == 26
    assert (ascendant["monthly"]["number"], ascendant["monthly"]["sign"]) == (11, "PISCES")


def test_the_continuous_profection_of_chart_a_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    """DEFINITIONS.md 7: the ascendant in Gemini 2 degrees 8 minutes 10 seconds."""
    annual = profections(ephemeris, mode="CONTINUOUS")["profections"][0]["annual"]
    assert annual["sign"] == "GEMINI"
    assert separation(annual["longitude"], 60.0 + 2.0 + 8 / 60 + 10 / 3600) <= 0.6 / 3600


def test_solar_returns_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 5: JD_TT 2462502.521823 in 2030, and 2027-01-01 07:08:41.3."""
    later, sooner = solar_returns(MOMENT_A, (30, 27), ephemeris).tolist()
    terrestrial = later + ephemeris.delta_t(later) / 86400.0
    assert abs(terrestrial - 2462502.521823) * 86400.0 <= 1.0
    assert abs(sooner - julian_day(2027, 1, 1, 7 + 8 / 60 + 41.3 / 3600)) * 86400.0 <= 0.1


def test_solar_returns_are_found_by_bisection_too(ephemeris: SwissEphemeris) -> None:
    """A second way: halving two days around each anniversary, the library asked directly."""
    ages = (1, 26, 50, 99)

    def bisected() -> list[float]:
        (natal,) = positions_of(MOMENT_A, (Body.SUN,), SWISS)
        found = []
        for age in ages:
            low = MOMENT_A + age * 365.2422 - 2.0
            high = low + 4.0
            for _ in range(48):
                middle = (low + high) / 2.0
                (sun,) = positions_of(middle, (Body.SUN,), SWISS)
                low, high = (middle, high) if signed_arc(natal[0], sun[0]) < 0 else (low, middle)
            found.append(low)
        return found

    late = np.abs(solar_returns(MOMENT_A, ages, ephemeris) - in_own_thread(bisected))
    assert late.max() * 86400.0 < 0.1


def test_points_are_carried_on_as_valens_carries_them() -> None:
    """Valens IV (p. 165 Pingree): in the 35th year eleven signs, the first one counted too.

    From the ascendant and Mars in Virgo to Saturn in Cancer, from the Moon in Scorpio to Mars,
    from Venus in Capricorn to the Moon.
    """
    for start, end in (
        (Sign.VIRGO, Sign.CANCER),
        (Sign.SCORPIO, Sign.VIRGO),
        (Sign.CAPRICORN, Sign.SCORPIO),
    ):
        assert sign_of(profected(30.0 * SIGNS.index(start) + 15.0, 35 - 1)) is end


# Firdaria


def test_firdaria_of_chart_a_are_those_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    periods = firdaria(ephemeris)["periods"]
    starts = {row["lord"]: row["start"] for row in periods}
    assert starts["VENUS"].startswith("2010-01-01T04:07")
    assert starts["MERCURY"].startswith("2018-01-01T02:37")
    assert starts["MOON"].startswith("2031-01-01T06:11")
    mercury = next(row for row in periods if row["lord"] == "MERCURY")
    assert [(sub["lord"], sub["start"][:10]) for sub in mercury["subperiods"]] == [
        ("MERCURY", "2018-01-01"),
        ("MOON", "2019-11-10"),
        ("SATURN", "2021-09-18"),
        ("JUPITER", "2023-07-29"),
        ("MARS", "2025-06-06"),
        ("SUN", "2027-04-15"),
        ("VENUS", "2029-02-21"),
    ]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ("END", [("MARS", "2032-01-01T02:00"), ("SUN", "2038-12-31T18:41")]),
        (
            "BONATTI",
            [
                ("MARS", "2032-01-01T02:00"),
                ("NORTH_NODE", "2038-12-31"),
                ("SOUTH_NODE", "2041-12-31"),
                ("SUN", "2043-12-31T23:45"),
            ],
        ),
    ],
)
def test_firdaria_by_night_are_those_of_the_definitions(
    nodes: str, expected: list[tuple[str, str]], ephemeris: SwissEphemeris
) -> None:
    data = firdaria(ephemeris, natal_chart=CHART_N, nodes=nodes)
    assert data["is_day"] is False
    assert data["order"][0] == "MOON"
    rows = data["periods"][3:]
    for row, (lord, start) in zip(rows, expected, strict=False):
        assert row["lord"] == lord
        assert row["start"].startswith(start)


def test_the_firdar_of_a_moment_is_counted_in_sevenths_too(ephemeris: SwissEphemeris) -> None:
    """A second way: years of life, less those of the lords before, in sevenths."""
    years = {
        "SUN": 10,
        "VENUS": 8,
        "MERCURY": 13,
        "MOON": 9,
        "SATURN": 11,
        "JUPITER": 12,
        "MARS": 7,
    }
    lords = list(years)
    for age in np.arange(0.3, 69.9, 1.7):
        moment = MOMENT_A + age * 365.24219
        passed, order = float(age), list(lords)
        while passed >= years[order[0]]:
            passed -= years[order[0]]
            order = [*order[1:], order[0]]
        sub = order[int(passed * 7 / years[order[0]])]
        # 2000-01-01 18:00 and so many days later, as a full date-time.
        date = str(
            np.datetime64("2000-01-01T18:00:00")
            + np.timedelta64(round((moment - MOMENT_A) * 86400), "s")
        )
        current = firdaria(ephemeris, target_date=f"{date}Z")["current"]
        assert (current["lord"], current["subperiod"]["lord"]) == (order[0], sub)


# Zodiacal releasing


def test_the_periods_of_bush_are_those_that_brennan_printed(ephemeris: SwissEphemeris) -> None:
    data = releasing(ephemeris, natal_chart=BUSH, levels=1, to_age=90.0)
    assert separation(data["fortune_longitude"], 210.0 + 10 + 2 / 60 + 36 / 3600) <= 0.6 / 3600
    assert separation(data["lot_longitude"], 30.0 + 4 + 11 / 60 + 21 / 3600) <= 0.6 / 3600
    found = [(row["sign"], row["start"][:10], row["end"][:10]) for row in data["chapters"]]
    assert found[:5] == BUSH_FIRST_LEVEL


def test_releasing_from_fortune_of_chart_a_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    data = releasing(ephemeris, lot="FORTUNE", levels=3)
    chapters = {tuple(row["signs"]): row for row in data["chapters"]}
    first = chapters["CAPRICORN",]
    assert first["end"] == "2026-08-12T18:00:00.0Z"
    second = [
        row for row in data["chapters"] if row["level"] == 2 and row["signs"][0] == "CAPRICORN"
    ]
    centaur = [row["start"][:10] for row in second if row["sign"] == "SAGITTARIUS"]
    assert centaur[0] == "2016-05-06"  # before the bond is loosed, and again after it
    loosed = [row for row in second if row["loosing"]]
    assert [(row["sign"], row["start"]) for row in loosed] == [("CANCER", "2017-05-01T18:00:00.0Z")]
    assert (second[-1]["sign"], second[-1]["start"][:10]) == ("CAPRICORN", "2025-06-18")
    assert second[-1]["cut"] is True
    third = [row for row in data["chapters"] if row["signs"][:2] == ["CAPRICORN", "CAPRICORN"]]
    loosed = [row for row in third if row["loosing"]]
    assert next((row["sign"], row["start"]) for row in loosed) == (
        "CANCER",
        "2001-06-12T06:00:00.0Z",
    )


def test_releasing_from_spirit_of_chart_a_is_that_of_the_definitions(
    ephemeris: SwissEphemeris,
) -> None:
    first = releasing(ephemeris, levels=1)["chapters"][0]
    assert (first["sign"], first["end"][:10]) == ("ARIES", "2014-10-14")


def test_the_years_of_the_signs_are_those_of_the_definitions() -> None:
    assert list(RELEASING_YEARS) == list(SIGNS)
    assert list(RELEASING_YEARS.values()) == [15, 8, 20, 25, 19, 20, 8, 15, 12, 27, 30, 12]
    assert sum(RELEASING_YEARS.values()) == 211


@pytest.mark.parametrize("sign", SIGNS)
def test_chapters_are_counted_in_hours_too(sign: Sign) -> None:
    """A second way: a list of every five-hour step of the fourth level, in whole numbers."""
    whole = next(released(0.0, sign))
    hours, years = round(whole.end * 24), RELEASING_YEARS
    start = SIGNS.index(sign)
    order = [*islice(cycle(SIGNS), start, start + 12), *islice(cycle(SIGNS), start + 6, start + 30)]
    edges, passed = [], 0
    for following in order:
        if passed >= hours:
            break
        edges.append((following, passed, min(passed + years[following] * 720, hours)))
        passed += years[following] * 720
    found = [(p.sign, round(p.start * 24), round(p.end * 24)) for p in parts_of(whole)]
    assert found == edges
