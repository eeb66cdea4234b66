"""Midpoints, the points on their axes, and dials."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from app.astrology.angles import norm, signed_arc
from app.astrology.aspects import EXACT_WITHIN
from app.astrology.search import folded
from app.astrology.sky import Position

HALF_CIRCLE, FULL_CIRCLE = 180.0, 360.0


class Midpoint(NamedTuple):
    """The middle of the shorter arc between two points; degrees.

    `arc` is what lies between the points. Two points in exact opposition have two middles.
    """

    first: Position
    second: Position
    longitude: float
    arc: float

    @property
    def opposed(self) -> bool:
        """Whether the points stand in exact opposition, so that either middle is as near."""
        return HALF_CIRCLE - self.arc < EXACT_WITHIN


class Contact(NamedTuple):
    """A point on the axis of a midpoint.

    `delta` is the arc from midpoint to point, within [-180, 180); `angle` the multiple of the
    modulus that it comes near to, and `orb` by how much it misses; degrees.
    """

    midpoint: Midpoint
    delta: float
    angle: float
    orb: float

    @property
    def direct(self) -> bool:
        """Whether the point stands on the axis itself, not at half or quarter angles to it."""
        return self.angle in {0.0, HALF_CIRCLE}


class Tree(NamedTuple):
    """A point and every midpoint on whose axis it stands, the closest first."""

    point: Position
    contacts: list[Contact]


def near_midpoints(a: float, b: float) -> tuple[float, ...]:
    """The middle of the shorter arc, in degrees; both middles for an exact opposition.

    Reinhold Ebertin, Combination of Stellar Influences.
    """
    arc = signed_arc(a, b)
    middle = norm(a + arc / 2.0)
    if HALF_CIRCLE - abs(arc) >= EXACT_WITHIN:
        return (middle,)
    low, high = sorted((middle, norm(middle + HALF_CIRCLE)))
    return low, high


def midpoints_among(positions: Sequence[Position]) -> list[Midpoint]:
    """The midpoints of every pair, in the order of the points."""
    return [
        Midpoint(first, second, middle, abs(signed_arc(first.longitude, second.longitude)))
        for first, second in combinations(positions, 2)
        for middle in near_midpoints(first.longitude, second.longitude)
    ]


def on_dial(longitude: float, modulus: float) -> float:
    """Where a longitude stands on a dial of `modulus` degrees."""
    return norm(longitude) % modulus


def trees(
    positions: Sequence[Position], midpoints: Sequence[Midpoint], modulus: float, orb: float
) -> list[Tree]:
    """For each point the midpoints whose axis it stands on, within `orb` degrees.

    The axis repeats every `modulus` degrees: 45 is the eighth harmonic of cosmobiology, at 360 a
    point must stand on the near midpoint itself. Midpoints of the point's own pairs are left out.
    """
    middles = np.array([midpoint.longitude for midpoint in midpoints], dtype=np.float64)
    return [Tree(point, _contacts(point, midpoints, middles, modulus, orb)) for point in positions]


def _contacts(
    point: Position,
    midpoints: Sequence[Midpoint],
    middles: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    modulus: float,
    orb: float,
) -> list[Contact]:
    deltas = folded(point.longitude - middles)
    angles = np.round(np.abs(deltas) / modulus) * modulus
    orbs = np.abs(np.abs(deltas) - angles)
    found: dict[tuple[Position, Position], Contact] = {}
    for index in np.nonzero(orbs <= orb)[0].tolist():
        midpoint = midpoints[index]
        if point in midpoint[:2]:
            continue
        contact = Contact(midpoint, float(deltas[index]), float(angles[index]), float(orbs[index]))
        pair = midpoint.first, midpoint.second
        # Both middles of an opposition lie on one axis: the nearer one stands for it.
        if pair not in found or abs(contact.delta) < abs(found[pair].delta):
            found[pair] = contact
    return sorted(found.values(), key=lambda contact: contact.orb)
