"""Planetary pictures: four points of which two sums are equal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm
from app.astrology.sky import Position

FEWEST_POINTS = 4


class Picture(NamedTuple):
    """a + b - c = d: the axis of one pair is the axis of the other.

    `longitude` is a + b - c in degrees, `orb` by how much it misses d on the dial.
    """

    first: Position
    second: Position
    third: Position
    fourth: Position
    longitude: float
    orb: float


def pictures_among(
    positions: Sequence[Position], modulus: float, orb: float, most: int
) -> tuple[list[Picture], int]:
    """The closest pictures of four different points, and how many there are within `orb` degrees.

    Sums are compared on a dial of `modulus` degrees; at 360 the two midpoints lie on one axis.
    Each equality is told once, though it can be written in four ways. After Alfred Witte.
    """
    if len(positions) < FEWEST_POINTS:
        return [], 0
    pairs = np.array(list(combinations(range(len(positions)), 2)))
    longitudes = np.array([position.longitude for position in positions])
    sums = longitudes[pairs].sum(axis=1)
    first, second = np.triu_indices(len(pairs), k=1)
    misses = (sums[first] - sums[second] + modulus / 2.0) % modulus - modulus / 2.0
    close = np.nonzero(np.abs(misses) <= orb)[0]
    shared = (pairs[first[close]][:, :, None] == pairs[second[close]][:, None, :]).any(axis=(1, 2))
    close = close[~shared]
    closest = close[np.argsort(np.abs(misses[close]), kind="stable")][:most]
    found = [
        _picture(positions, pairs[first[index]], pairs[second[index]], abs(float(misses[index])))
        for index in closest
    ]
    return found, len(close)


def _picture(
    positions: Sequence[Position], left: Sequence[int], right: Sequence[int], orb: float
) -> Picture:
    a, b, c, d = (positions[index] for index in (*left, *right))
    return Picture(a, b, c, d, norm(a.longitude + b.longitude - c.longitude), orb)
