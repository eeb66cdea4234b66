"""Lots against astro-seek, astro.com and the values of DEFINITIONS.md."""

from __future__ import annotations

from typing import Any

import pytest

from app.astrology.angles import norm, separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.reference import Case, case, cases
from tests.reference.test_definitions import CHART_A, CHART_N, FOUR_DECIMALS, SIX_DECIMALS

LOTS, FORTUNES = cases("lots"), cases("lot_of_fortune_night")
NATAL = case("astrocom-sandiego-natal")
NIGHT_KEY = "night_00:00_local"

HERMETIC = ("FORTUNE", "SPIRIT", "EROS", "NECESSITY", "COURAGE", "VICTORY", "NEMESIS")
HERMETIC_OF_A = (
    *(281.311305, 29.909640, 187.568917, 344.643272, 288.764557, 330.964216, 216.531044),
)
HERMETIC_OF_N = (
    *(250.074942, 132.313099, 82.142822, 212.749053, 268.953103, 298.260778, 341.518092),
)
"""DEFINITIONS.md 3."""
VALENS_OF_A = {"EROS": 84.208808, "NECESSITY": 227.012138}
NOCTURNA_OF_A = {
    "NECESSITY": 149.6766,
    "VALOR": 23.1439,
    "VICTORY": 80.2501,
    "FATHER": 215.8435,
    "CAREER": 309.8321,
}


def lots(chart: dict[str, Any], ephemeris: SwissAlmanac, **request: Any) -> dict[str, float]:
    rows = ask("arabic-parts", {**chart, **request}, ephemeris).data["parts"]
    return {row["lot"]: row["longitude"] for row in rows}


@pytest.mark.parametrize(
    ("chart", "values"),
    [(CHART_A, HERMETIC_OF_A), (CHART_N, HERMETIC_OF_N)],
    ids=["day", "night"],
)
def test_the_hermetic_lots_are_those_of_the_definitions(
    chart: dict[str, Any], values: tuple[float, ...], ephemeris: SwissAlmanac
) -> None:
    found = lots(chart, ephemeris, set="HERMETIC")
    assert tuple(found) == HERMETIC
    for name, longitude in zip(HERMETIC, values, strict=True):
        assert separation(found[name], longitude) <= SIX_DECIMALS, name


def test_the_lots_of_valens_are_those_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = lots(CHART_A, ephemeris, set="VALENS")
    for name, longitude in VALENS_OF_A.items():
        assert separation(found[name], longitude) <= SIX_DECIMALS, name


def test_the_parts_of_the_old_api_are_those_of_the_definitions(ephemeris: SwissAlmanac) -> None:
    found = lots(CHART_A, ephemeris, set="NOCTURNA")
    for name, longitude in NOCTURNA_OF_A.items():
        assert separation(found[name], longitude) <= FOUR_DECIMALS, name


@pytest.mark.parametrize("given", LOTS, ids=str)
def test_spirit_and_eros_are_those_of_astro_seek(given: Case, ephemeris: SwissAlmanac) -> None:
    place = {"latitude": given.input["lat"], "longitude": given.input["lon"]}
    for key, date in (("day", given.input["local"]), (NIGHT_KEY, "2000-01-01T00:00:00")):
        chart = {**place, "date": date, "timezone": given.input["tz"]}
        found = lots(chart, ephemeris, set="HERMETIC")
        for name, longitude in given.expect[key].items():
            apart = separation(found[name.upper()], longitude)
            assert apart <= given.tolerance["lon_deg"], f"{name} of {given}"


@pytest.mark.parametrize("given", [*FORTUNES, NATAL], ids=str)
def test_fortune_is_that_of_astro_com(given: Case, ephemeris: SwissAlmanac) -> None:
    place = {"latitude": given.input["lat"], "longitude": given.input["lon"]}
    chart = {**place, "date": given.input["utc"]}
    published = given.expect["lon_deg"]
    if isinstance(published, dict):
        published = published["part_of_fortune_day"]
    found = lots(chart, ephemeris, set="HERMETIC", parts=["FORTUNE"])
    assert separation(found["FORTUNE"], published) <= given.tolerance["lon_deg"]


@pytest.mark.parametrize("chart", [CHART_A, CHART_N], ids=["day", "night"])
def test_lots_are_arcs_stepped_off_from_the_ascendant(
    chart: dict[str, Any], ephemeris: SwissAlmanac
) -> None:
    """The old way: count signs and degrees from one planet to the other, then from the ascendant.

    Written without the formula engine, from positions of another calculation.
    """
    names = ["ASC", "SUN", "MOON", "MARS", "SATURN", "JUPITER"]
    data = ask("natal-chart", {**chart, "planets": names}, ephemeris).data
    at = {row["planet"]: row["longitude"] for row in data["positions"]}

    def stepped(start: str, end: str) -> float:
        start, end = (start, end) if data["is_day"] else (end, start)
        return norm(at["ASC"] + norm(at[end] - at[start]))

    at["FORTUNE"], at["SPIRIT"] = stepped("SUN", "MOON"), stepped("MOON", "SUN")
    expected = {
        "COURAGE": stepped("MARS", "FORTUNE"),
        "NEMESIS": stepped("SATURN", "FORTUNE"),
        "VICTORY": stepped("SPIRIT", "JUPITER"),
    }
    found = lots(chart, ephemeris, set="HERMETIC")
    for name, longitude in expected.items():
        assert separation(found[name], longitude) < 1e-9
    family = lots(chart, ephemeris, set="DOROTHEAN")
    assert separation(family["FATHER"], stepped("SUN", "SATURN")) < 1e-9
    assert separation(family["CHILDREN"], stepped("JUPITER", "SATURN")) < 1e-9
    assert separation(family["BROTHERS"], stepped("SATURN", "JUPITER")) < 1e-9
