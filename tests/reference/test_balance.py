"""The values of DEFINITIONS.md 3 for the balance of chart A; its hemispheres a second way."""

from __future__ import annotations

from typing import Any

import pytest
import swisseph as swe

from app.ephemeris.files import DATA
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.ephemeris.oracle import NUMBERS, in_own_thread
from tests.reference.test_definitions import CHART_A, CHART_L, CHART_N, CHART_Y


def counts(data: dict[str, Any], kind: str) -> dict[str, int]:
    return {row["name"]: row["count"] for row in data[kind]}


def test_chart_a_has_the_balance_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    data = ask("balance", CHART_A, ephemeris).data
    assert counts(data, "elements") == {"FIRE": 3, "EARTH": 3, "AIR": 3, "WATER": 1}
    assert counts(data, "modalities") == {"CARDINAL": 3, "FIXED": 5, "MUTABLE": 2}
    assert sum(counts(data, "signs").values()) == 10


@pytest.mark.parametrize("chart", [CHART_A, CHART_N, CHART_L, CHART_Y])
def test_hemispheres_are_those_of_altitude_and_azimuth(
    chart: dict[str, Any], ephemeris: SwissEphemeris
) -> None:
    """Against Swiss Ephemeris' own horizon: azimuth counts from the south to the west."""
    answer = ask("balance", chart, ephemeris)
    told = {row["name"]: set(row["points"]) for row in answer.data["hemispheres"]}
    moment = answer.computed_for["julian_day"]
    place = (chart["longitude"], chart["latitude"], 0.0)

    def horizontal() -> dict[str, tuple[float, float]]:
        swe.set_ephe_path(str(DATA))
        found = {}
        for body, number in list(NUMBERS.items())[:10]:
            ecliptic = swe.calc_ut(moment, number)[0][:3]
            azimuth, altitude, _ = swe.azalt(moment, swe.ECL2HOR, place, 0.0, 0.0, ecliptic)
            found[str(body)] = (azimuth, altitude)
        return found

    sky = in_own_thread(horizontal)
    assert told["ABOVE"] == {body for body, (_, altitude) in sky.items() if altitude > 0.0}
    assert told["WEST"] == {body for body, (azimuth, _) in sky.items() if azimuth < 180.0}
    assert told["EAST"] | told["WEST"] == told["ABOVE"] | told["BELOW"] == set(sky)
