"""CONTRACT.md 5.2 to 5.4: rows that belong to no single operation, and that none is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.astrology.angles import norm, separation
from app.calculations.catalogue import catalogue
from app.compat.charts import CHART_ADAPTERS
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import NEW_YORK, ask, birth

HERE = Path(__file__).parent
STORED = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
"""A chart as its table keeps it: a local date with its time, and no field `time`."""

SOCKET: tuple[tuple[str, dict[str, int]], ...] = (
    ("positions", {}),
    ("aspects", {}),
    ("houses", {}),
    ("fixed-stars", {}),
    ("arabic-parts", {}),
    ("dignities", {}),
    ("antiscia", {}),
    ("declinations", {}),
    ("harmonics", {"harmonic": 5}),
)
"""What the socket of the public API lets its clients calculate on a chart, without events."""


@pytest.mark.parametrize("row", range(15, 66))
def test_every_row_has_a_test_named_after_it(row: int) -> None:
    text = "".join(path.read_text() for path in HERE.glob("test_defects*.py"))
    names = re.findall(r"def test_defect_([0-9_and]+)", text)
    assert str(row) in {number for name in names for number in re.findall("[0-9]+", name)}


@pytest.mark.parametrize(("operation", "asked"), SOCKET, ids=str)
def test_defect_21_a_chart_without_a_field_of_its_own_for_the_time_is_calculated(
    operation: str, asked: dict[str, int], ephemeris: SwissAlmanac
) -> None:
    answer = ask(f"charts/{operation}", {"chart": STORED, **asked}, ephemeris)
    assert answer.status == 200, answer.error
    assert answer.computed_for["utc"] == "1990-01-15T19:30:00Z"


def test_defect_26_every_operation_of_a_chart_rests_on_a_calculation_that_exists() -> None:
    for adapter in CHART_ADAPTERS:
        assert adapter.calculation in catalogue()


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_defect_55_whole_signs_start_at_the_rising_sign_and_angles_keep_their_quadrant(
    hour: int, ephemeris: SwissAlmanac
) -> None:
    request = birth(time=f"{hour:02d}:00", house_system="WHOLE_SIGN")
    answer = ask("calculations/houses", {**request, "include_angles": True}, ephemeris).data
    ascendant, midheaven = answer["angles"]["ASC"], answer["angles"]["MC"]
    assert answer["houses"][0]["longitude"] == ascendant // 30.0 * 30.0
    # The midheaven culminates while the ascendant rises: a quarter of the sky is between them.
    assert 0.0 < norm(ascendant - midheaven) < 180.0
    assert separation(ascendant, midheaven) < 150.0


def test_defect_65_a_chart_is_calculated_for_the_date_and_place_that_it_has_now(
    ephemeris: SwissAlmanac,
) -> None:
    changed = {**STORED, "date": "1990-01-16T14:30:00", "latitude": 51.5074, "longitude": -0.1278}
    moved = ask("charts/positions", {"chart": changed}, ephemeris)
    fresh = ask(
        "charts/positions",
        {"chart": {**NEW_YORK, "date": "1990-01-16", "latitude": 51.5074, "longitude": -0.1278}},
        ephemeris,
    )
    before = ask("charts/positions", {"chart": STORED}, ephemeris)
    assert moved.data == fresh.data
    assert moved.data != before.data
