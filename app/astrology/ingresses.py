"""When bodies enter signs of the zodiac or the houses of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.bodies import Body
from app.astrology.houses import houses_of
from app.astrology.search import Curves
from app.astrology.sky import FloatArray
from app.astrology.transits import passing
from app.astrology.zodiac import DEGREES_OF_A_SIGN, SIGNS

RUN_BACKWARDS = frozenset(
    {Body.NORTH_NODE, Body.SOUTH_NODE, Body.TRUE_NODE, Body.TRUE_SOUTH_NODE},
)
"""Points whose usual motion is against the zodiac."""
_A_WHILE = 0.25
"""Days before a station at which its direction is read."""


class Border(NamedTuple):
    """A longitude in degrees, and the numbers of what lies before it and after it."""

    longitude: float
    before: int
    after: int


class Ingress(NamedTuple):
    """A body, by its index, enters what has the number `entered`; Julian day in UT1.

    `grazing`: it stands still within a second of arc of the border, and turns back.
    """

    curve: int
    moment: float
    entered: int
    previous: int
    is_retrograde: bool
    grazing: bool


SIGN_BORDERS = tuple(
    Border(number * DEGREES_OF_A_SIGN, (number - 1) % len(SIGNS), number)
    for number in range(len(SIGNS))
)
"""Where signs begin; signs are numbered from 0."""


def house_borders(cusps: Sequence[float]) -> list[Border]:
    """Where the houses of twelve cusps meet, even where these cross or run against the zodiac.

    Each border separates the houses of the arcs beside it, so that cusps which coincide are one.
    """
    longitudes = sorted({norm(cusp) for cusp in cusps})
    middles = [
        norm(longitude + norm(following - longitude) / 2.0)
        for longitude, following in zip(longitudes, [*longitudes[1:], longitudes[0]], strict=True)
    ]
    houses = houses_of(middles, cusps)
    before = [houses[-1], *houses[:-1]]
    return [
        Border(*border)
        for border in zip(longitudes, before, houses, strict=True)
        if border[1] != border[2]
    ]


def ingresses(curves: Curves, borders: Sequence[Border], start: float, end: float) -> list[Ingress]:
    """Every entry after `start` and up to `end`, in the order of time."""
    found = passing(curves, np.array([border.longitude for border in borders]), start, end)
    rising = found.rising.copy()
    for index in np.nonzero(found.grazing)[0].tolist():
        rising[index] = _comes_from_below(curves, found.moments, found.curves[index], index)
    rows = zip(
        found.curves.tolist(),
        found.levels.tolist(),
        found.moments.tolist(),
        rising.tolist(),
        found.grazing.tolist(),
        strict=True,
    )
    entries: list[Ingress] = []
    for curve, level, moment, up, grazing in rows:
        border = borders[level]
        here, there = (border.before, border.after) if up else (border.after, border.before)
        entries.append(Ingress(curve, moment, there, here, not up, grazing))
    return sorted(entries, key=lambda entry: (entry.moment, entry.curve))


def _comes_from_below(curves: Curves, moments: FloatArray, curve: int, index: int) -> bool:
    speed = curves.sample(moments[index : index + 1] - _A_WHILE, (int(curve),))[0, 0, 1]
    return bool(speed > 0.0)
