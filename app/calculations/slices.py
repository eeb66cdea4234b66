"""How searches are cut into slices of time, and what travels between the slices and the merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np

from app.astrology.bodies import HYPOTHETICAL, Body, Celestial
from app.astrology.search import Curves, turn_of
from app.astrology.transits import Passing
from app.calculations.span import Span

SECONDS_OF_A_SLICE = 0.15
"""Work of one slice on a machine of our time: below the 200 ms after which it must give way."""
SECONDS_OF_A_SAMPLE, SECONDS_OF_A_HIT = 2.5e-5, 4e-5
_FICTITIOUS, _INTERPOLATED = 6e-5, 2.2e-4
"""Seconds of a sample of bodies that cost more."""
_LOOKS_OF_A_STEP, _LOOKS_OF_A_TURN = 8.0, 3.0
"""What following a turning observer costs for each step, and each of his days."""
_LOOKS_OF_A_HIT = 3.0
"""Samples by which a hit is improved."""


def seconds_of_a_sample(body: Celestial) -> float:
    """Work of one position on a machine of our time, with room to spare."""
    if body in {Body.LILITH_INTERPOLATED, Body.PRIAPUS_INTERPOLATED}:
        return _INTERPOLATED
    return _FICTITIOUS if body in HYPOTHETICAL else SECONDS_OF_A_SAMPLE


def seconds_of_a_hit(body: Celestial) -> float:
    """Work of one exact hit, found and improved."""
    more = seconds_of_a_sample(body) - SECONDS_OF_A_SAMPLE
    return SECONDS_OF_A_HIT + _LOOKS_OF_A_HIT * more


def looks_a_day(curves: Curves, curve: int) -> float:
    """Samples of a curve a day: many near its stations where a turning observer is followed."""
    step, turn = curves.step(curve), turn_of(curves, curve)
    return _LOOKS_OF_A_STEP / step + _LOOKS_OF_A_TURN / turn if turn else 1.0 / step


def spans(span: Span, seconds_a_day: float) -> list[Any]:
    """Slices of a span, given the seconds of work that one of its days takes."""
    return slices_between(span.start, span.end, seconds_a_day)


def slices_between(start: float, end: float, seconds_a_day: float) -> list[Any]:
    """Slices between two Julian days.

    Neighbours share their edge to the last bit, so that nothing falls between them.
    """
    count = max(1, ceil((end - start) * seconds_a_day / SECONDS_OF_A_SLICE))
    edges = np.linspace(start, end, count + 1).tolist()
    return [{"start": start, "end": end} for start, end in pairwise(edges)]


def columns(found: Passing) -> dict[str, Sequence[Any]]:
    """Passes as JSON values."""
    return {
        "curves": found.curves.tolist(),
        "levels": found.levels.tolist(),
        "moments": found.moments.tolist(),
        "rising": found.rising.tolist(),
        "grazing": found.grazing.tolist(),
    }


def from_columns(values: Mapping[str, Sequence[Any]]) -> Passing:
    """The same read back."""
    return Passing(
        np.array(values["curves"], dtype=np.int64),
        np.array(values["levels"], dtype=np.int64),
        np.array(values["moments"], dtype=np.float64),
        np.array(values["rising"], dtype=np.bool_),
        np.array(values["grazing"], dtype=np.bool_),
    )
