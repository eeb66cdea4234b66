"""Horary findings against DEFINITIONS.md, the library itself, and a chart that Lilly judged."""

from __future__ import annotations

from typing import Any

import pytest
import swisseph as swe

from app.astrology.angles import separation
from app.astrology.bodies import Body
from app.ephemeris.files import DATA
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris.oracle import NUMBERS, in_own_thread
from tests.reference.test_definitions import CHART_A, seconds_of_day

TENTH = 0.1 + 1e-6
"""Seconds: DEFINITIONS.md and answers print one decimal."""
WIDE = {"within_orbs": False, "must_perfect_in_sign": False, "window_days": 60.0}


def horary(ephemeris: SwissEphemeris, chart: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dict(ask("horary", {**chart, **more}, ephemeris).data)


@pytest.mark.parametrize("date", ["2026-01-04T14:00:00Z", "2026-01-05T00:00:00Z"])
def test_the_moon_of_january_2026_is_void_to_the_end_of_leo(
    date: str, ephemeris: SwissEphemeris
) -> None:
    """DEFINITIONS.md 6: with seven planets void throughout Leo, until 01-06 16:56:45.6."""
    void = horary(ephemeris, {**CHART_A, "date": date})["void_of_course"]
    assert void["is_void"] is True
    assert void["aspects"] == []
    assert void["leaves_sign"].startswith("2026-01-06T16:56:")
    late = seconds_of_day(void["leaves_sign"]) - seconds_of_day("2026-01-06T16:56:45.6Z")
    assert abs(late) <= TENTH


def test_mercury_refrains_from_mars_in_june_2026(ephemeris: SwissEphemeris) -> None:
    """DEFINITIONS.md 2: the sextile reaches 59.044583 on 2026-06-19 at 17:54:33."""
    chart = {**CHART_A, "date": "2026-06-15T00:00:00Z", "house_system": "WHOLE_SIGN"}
    houses = ask("houses", chart, ephemeris).data["houses"]
    number = {house["sign"]: house["number"] for house in houses}
    asked = {"querent_house": number["GEMINI"], "quesited_house": number["SCORPIO"]}
    data = horary(ephemeris, chart, **asked, **WIDE)
    (found,) = [f for f in data["findings"] if f["planets"] == ["MERCURY", "MARS"]]
    assert found["technique"] == "REFRANATION"
    assert found["aspects"][0]["exact_time"] is None
    turn = found["turn"]
    assert turn["orb"] == pytest.approx(60.0 - 59.044583, abs=1e-6)
    assert turn["time"].startswith("2026-06-19T17:54:")
    # At the turn the orb stands still: half a second of time changes it by nothing.
    assert abs(seconds_of_day(turn["time"]) - seconds_of_day("2026-06-19T17:54:33.0Z")) <= 0.6
    assert turn["station_planet"] == "MERCURY"


TRADESMAN = {
    "date": "1634-07-16",
    "time": "11:00",
    "calendar": "JULIAN",
    "latitude": 51.5,
    "longitude": 0.0,
}
"""Christian Astrology, page 177."""


def test_the_moon_translates_from_mars_to_venus_in_lillys_chart(
    ephemeris: SwissEphemeris,
) -> None:
    """Pages 181-182: parted from the sextile of Mars, lord of the second, she joins Venus."""
    data = horary(ephemeris, TRADESMAN, quesited_house=2)
    planets = {s["role"]: s["position"]["planet"] for s in data["significators"]}
    assert (planets["QUERENT"], planets["QUESITED"]) == ("VENUS", "MARS")
    (found,) = data["findings"]
    assert (found["technique"], found["planets"]) == ("TRANSLATION", ["MOON", "MARS", "VENUS"])
    parted, joined = found["aspects"]
    assert (parted["aspect_type"], parted["applying"]) == ("SEXTILE", False)
    assert (joined["aspect_type"], joined["applying"]) == ("CONJUNCTION", True)


TOPOCENTRIC = 32 * 1024


def longitude(planet: str, moment: float, flags: int = 0) -> float:
    """Straight from the library."""
    return float(swe.calc_ut(moment, NUMBERS[Body[planet]], 2 | flags)[0][0])


@pytest.mark.parametrize(("center", "flags"), [("GEOCENTRIC", 0), ("TOPOCENTRIC", TOPOCENTRIC)])
def test_every_instant_that_is_told_is_exact_in_the_library(
    center: str, flags: int, ephemeris: SwissEphemeris
) -> None:
    """A second way: the separation at that instant, without our search or its arrays."""
    legs = [
        leg
        for month in range(1, 13)
        for finding in horary(
            ephemeris,
            {**CHART_A, "date": f"2026-{month:02d}-10T12:00:00Z"},
            quesited_house=month,
            moon_prohibits=True,
            center=center,
            **WIDE,
        )["findings"]
        for leg in finding["aspects"]
        if leg["julian_day"] is not None
    ]
    assert len(legs) > 20

    def errors() -> list[float]:
        swe.set_ephe_path(str(DATA))
        swe.set_topo(CHART_A["longitude"], CHART_A["latitude"], 0.0)
        apart = (
            separation(
                longitude(leg["planet1"], leg["julian_day"], flags),
                longitude(leg["planet2"], leg["julian_day"], flags),
            )
            - leg["angle"]
            for leg in legs
        )
        return [abs(gap) for gap in apart]

    assert max(in_own_thread(errors)) <= 1e-6


def test_the_moon_leaves_her_sign_when_the_library_says(ephemeris: SwissEphemeris) -> None:
    """`mooncross_ut` is the library's own search."""
    for day in range(1, 29, 3):
        chart = {**CHART_A, "date": f"2026-02-{day:02d}T06:00:00Z"}
        void = horary(ephemeris, chart)["void_of_course"]
        start = float(swe.julday(2026, 2, day, 6.0))

        def crossing(start: float = start) -> float:
            swe.set_ephe_path(str(DATA))
            cusp = (longitude("MOON", start) // 30.0 * 30.0 + 30.0) % 360.0
            return float(swe.mooncross_ut(cusp, start, 2))

        assert void["julian_day"] == pytest.approx(in_own_thread(crossing), abs=0.1 / 86400.0)
