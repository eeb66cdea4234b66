"""The values of DEFINITIONS.md 3 for the shape of chart A, and a second way to its span."""

from __future__ import annotations

import pytest

from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference.test_definitions import CHART_A

A_THOUSANDTH = 6e-4
"""Degrees: half a unit of the third decimal, and a tenth for our own."""


def test_chart_a_is_a_bowl_led_by_the_moon(ephemeris: SwissEphemeris) -> None:
    data = ask("chart-shape", CHART_A, ephemeris).data
    assert data["shape"] == "BOWL"
    assert data["leader"]["planet"] == "MOON"
    assert data["span"] == pytest.approx(174.066, abs=A_THOUSANDTH)
    widest = data["gaps"][0]
    assert (widest["planet1"], widest["planet2"]) == ("SATURN", "MOON")
    assert widest["width"] == pytest.approx(185.934, abs=A_THOUSANDTH)


def test_the_span_is_the_smallest_arc_that_holds_every_body(ephemeris: SwissEphemeris) -> None:
    """By trying an arc from each body on; and all gaps together are the circle."""
    data = ask("chart-shape", CHART_A, ephemeris).data
    rows = ask("planetary-positions", CHART_A, ephemeris).data["positions"]
    places = [row["longitude"] for row in rows]
    arcs = [max((other - start) % 360.0 for other in places) for start in places]
    assert data["span"] == pytest.approx(min(arcs), abs=1e-9)
    assert data["leader"]["longitude"] == places[arcs.index(min(arcs))]
    assert sum(gap["width"] for gap in data["gaps"]) == pytest.approx(360.0, abs=1e-9)
