"""Phases of the Moon by hand, and those of DEFINITIONS.md 6 and 10."""

from __future__ import annotations

import pytest

from app.astrology.lunar_phase import PhaseScheme, lunar_phase


@pytest.mark.parametrize(
    ("moon", "rudhyar", "centred"),
    [
        (350.0, "NEW_MOON", "NEW_MOON"),
        (349.9, "BALSAMIC", "NEW_MOON"),
        (12.6, "NEW_MOON", "WAXING_CRESCENT"),
        (35.0, "CRESCENT", "WAXING_CRESCENT"),
        (80.0, "FIRST_QUARTER", "FIRST_QUARTER"),
        (170.0, "FULL_MOON", "FULL_MOON"),
        (169.9, "GIBBOUS", "FULL_MOON"),
        (327.4, "BALSAMIC", "WANING_CRESCENT"),
    ],
)
def test_phases_are_counted_from_the_sun(moon: float, rudhyar: str, centred: str) -> None:
    assert lunar_phase(350.0, moon).name == rudhyar
    assert lunar_phase(350.0, moon, PhaseScheme.CENTRED).name == centred


def test_the_phase_of_chart_a_has_two_names() -> None:
    """DEFINITIONS.md 6: an elongation of 305.700833."""
    sun, moon = 280.623780, 226.324613
    found = lunar_phase(sun, moon)
    assert found.name == "LAST_QUARTER"
    assert found.elongation == pytest.approx(305.700833, abs=1e-9)
    assert found.degrees_left == pytest.approx(315.0 - 305.700833)
    centred = lunar_phase(sun, moon, PhaseScheme.CENTRED)
    assert centred.name == "WANING_CRESCENT"
    assert centred.degrees_left == pytest.approx(337.5 - 305.700833)
