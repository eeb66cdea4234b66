"""The eight phases of the Moon, by either way of dividing its round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.astrology.angles import norm
from app.astrology.names import Name

DEGREES_OF_A_PHASE = 45.0
_HALF = DEGREES_OF_A_PHASE / 2.0


class PhaseScheme(Name):
    """Where phases begin.

    RUDHYAR: with the new Moon and every 45 degrees from it (The Lunation Cycle, 1967). CENTRED:
    22.5 degrees before, so that the four quarters stand in the middle of theirs, as in almanacs.
    """

    RUDHYAR = "RUDHYAR"
    CENTRED = "CENTRED"


PHASES: Mapping[PhaseScheme, tuple[str, ...]] = {
    PhaseScheme.RUDHYAR: (
        *("NEW_MOON", "CRESCENT", "FIRST_QUARTER", "GIBBOUS"),
        *("FULL_MOON", "DISSEMINATING", "LAST_QUARTER", "BALSAMIC"),
    ),
    PhaseScheme.CENTRED: (
        *("NEW_MOON", "WAXING_CRESCENT", "FIRST_QUARTER", "WAXING_GIBBOUS"),
        *("FULL_MOON", "WANING_GIBBOUS", "LAST_QUARTER", "WANING_CRESCENT"),
    ),
}
"""Names from the new Moon on."""


class LunarPhase(NamedTuple):
    """A phase, and how far the Moon is from the Sun and from the next phase, in degrees."""

    name: str
    elongation: float
    degrees_left: float


def lunar_phase(sun: float, moon: float, scheme: PhaseScheme = PhaseScheme.RUDHYAR) -> LunarPhase:
    """The phase of two longitudes in degrees."""
    elongation = norm(moon - sun)
    start = _HALF if scheme is PhaseScheme.CENTRED else 0.0
    number, passed = divmod(norm(elongation + start), DEGREES_OF_A_PHASE)
    return LunarPhase(PHASES[scheme][int(number)], elongation, DEGREES_OF_A_PHASE - passed)
